package dev.assay.crypto;

import dev.assay.bytes.Digest;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What an authority signs: TSTInfo of RFC 3161 section 2.4.2. */
final class TimestampInfo {

  // RFC 3161 asks users for 160 bits; one more byte for authorities that count bits loosely.
  private static final int MAX_SERIAL_BITS = 168;
  private static final int MAX_EXTENSIONS = 16;

  final String policy;
  final Digest.Algorithm algorithm;
  final byte[] imprint;
  final BigInteger serial;
  final Instant time;
  final @Nullable Duration accuracy;
  final boolean ordering;
  final @Nullable BigInteger nonce;
  // The authority's name (RFC 4514), where it is an X.500 name.
  final @Nullable String authority;

  TimestampInfo(byte[] der) {
    DerReader outer = new DerReader(der);
    DerReader in = outer.enter(DerReader.SEQUENCE);
    outer.done();
    if (in.small() != 1) {
      throw CmsSignedData.bad("a timestamp of a version other than 1");
    }
    this.policy = Oids.dotted(in.content(DerReader.OID));
    DerReader message = in.enter(DerReader.SEQUENCE);
    this.algorithm = CmsAlgorithms.hash(message.element(DerReader.SEQUENCE));
    this.imprint = message.content(DerReader.OCTET_STRING);
    message.done();
    if (imprint.length != Hashes.bouncyCastle(algorithm).getDigestSize()) {
      throw CmsSignedData.bad("a message imprint that is not as long as its hash");
    }
    this.serial = in.integer();
    if (serial.bitLength() > MAX_SERIAL_BITS) {
      throw CmsSignedData.bad("a timestamp's serial number that is too long");
    }
    this.time = DerTime.readWithFraction(in);
    this.accuracy = in.peek() == DerReader.SEQUENCE ? accuracy(in.enter(DerReader.SEQUENCE)) : null;
    this.ordering = in.peek() == DerReader.BOOLEAN;
    // DER leaves out what is the default, false.
    if (ordering && !in.bool()) {
      throw CmsSignedData.bad("a timestamp that is not in DER");
    }
    this.nonce = in.peek() == DerReader.INTEGER ? in.integer() : null;
    this.authority =
        in.peek() == DerReader.CONTEXT_CONSTRUCTED
            ? authority(in.enter(DerReader.CONTEXT_CONSTRUCTED))
            : null;
    if (in.peek() == DerReader.CONTEXT_CONSTRUCTED + 1) {
      extensions(in.enter(DerReader.CONTEXT_CONSTRUCTED + 1));
    }
    in.done();
  }

  private static Duration accuracy(DerReader in) {
    Duration out = Duration.ZERO;
    if (in.peek() == DerReader.INTEGER) {
      BigInteger seconds = in.unsigned();
      if (seconds.bitLength() > 31) {
        throw CmsSignedData.bad("a timestamp's accuracy that is out of range");
      }
      out = out.plusSeconds(seconds.intValue());
    }
    if (in.peek() == DerReader.CONTEXT) {
      out = out.plusMillis(thousandths(in.content(DerReader.CONTEXT)));
    }
    if (in.peek() == DerReader.CONTEXT + 1) {
      out = out.plusNanos(1_000L * thousandths(in.content(DerReader.CONTEXT + 1)));
    }
    in.done();
    return out;
  }

  // INTEGER (1..999), implicitly tagged.
  private static int thousandths(byte[] content) {
    int value = new DerReader(DerWriter.element(DerReader.INTEGER, content)).unsigned().intValue();
    if (content.length > 2 || value < 1 || value > 999) {
      throw CmsSignedData.bad("a timestamp's accuracy that is out of range");
    }
    return value;
  }

  private static @Nullable String authority(DerReader in) {
    String name = null;
    if (in.peek() == DerReader.CONTEXT_CONSTRUCTED + 4) {
      DerReader directory = in.enter(DerReader.CONTEXT_CONSTRUCTED + 4);
      name = DistinguishedNames.text(directory.element(DerReader.SEQUENCE));
      directory.done();
    } else {
      in.element();
    }
    in.done();
    return name;
  }

  private static void extensions(DerReader list) {
    for (int i = 0; list.hasMore(); i++) {
      if (i == MAX_EXTENSIONS) {
        throw CmsSignedData.bad("more than " + MAX_EXTENSIONS + " extensions of a timestamp");
      }
      DerReader in = list.enter(DerReader.SEQUENCE);
      String oid = Oids.dotted(in.content(DerReader.OID));
      // None is known.
      if (in.peek() == DerReader.BOOLEAN && in.bool()) {
        throw CmsSignedData.bad("a critical extension of a timestamp that is not known: " + oid);
      }
      in.content(DerReader.OCTET_STRING);
      in.done();
    }
  }
}
