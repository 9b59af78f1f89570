package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The promises of certificate transparency logs that are embedded in a certificate (RFC 6962
 * section 3.3). A log signs the certificate as it was without them, together with its issuer's key.
 */
public final class SignedCertificateTimestamps {

  /** Embedded in one certificate. */
  private static final int MAX_TIMESTAMPS = 32;

  private static final int LOG_ID_BYTES = 32;
  private static final int HASH_SHA256 = 4;
  private static final int HASH_INTRINSIC = 8;
  private static final int SIGNATURE_RSA = 1;
  private static final int SIGNATURE_ECDSA = 3;
  private static final int SIGNATURE_ED25519 = 7;
  private static final int EXTENSIONS = DerReader.CONTEXT_CONSTRUCTED + 3;

  /**
   * A promise, not yet verified. The arrays are not to be changed.
   *
   * @param logId SHA-256 of the log's SubjectPublicKeyInfo, 32 bytes
   * @param time to the millisecond
   * @param extensions signed with the rest; a static-ct log says its index there; often empty
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Sct(
      byte[] logId, Instant time, byte[] extensions, SignatureScheme scheme, byte[] signature) {}

  private SignedCertificateTimestamps() {}

  /**
   * Reads the embedded list.
   *
   * @return empty where the certificate has none
   * @throws AssayException with {@link Code#BAD_CERTIFICATE} if it cannot be read, wholly
   */
  public static List<Sct> read(Certificate leaf) {
    Certificate.Extension extension = leaf.extensions().get(Certificate.SCT_LIST);
    if (extension == null) {
      return List.of();
    }
    byte[] list;
    try {
      DerReader in = new DerReader(extension.value());
      list = in.content(DerReader.OCTET_STRING);
      in.done();
    } catch (AssayException e) {
      throw bad();
    }
    return list(list);
  }

  /** Reads a SignedCertificateTimestampList, TLS encoding (RFC 6962 section 3.3). */
  static List<Sct> list(byte[] encoded) {
    Tls outer = new Tls(encoded, 0, encoded.length);
    Tls list = outer.vector(2);
    outer.done();
    List<Sct> out = new ArrayList<>();
    do {
      if (out.size() == MAX_TIMESTAMPS) {
        throw new AssayException(
            Code.BAD_CERTIFICATE, "more than " + MAX_TIMESTAMPS + " certificate timestamps");
      }
      Tls sct = list.vector(2);
      if (sct.number(1) != 0) {
        throw new AssayException(
            Code.BAD_CERTIFICATE, "a certificate timestamp of another version than 1");
      }
      byte[] logId = sct.bytes(LOG_ID_BYTES);
      long millis = sct.number(8);
      if (millis < 0) {
        throw bad();
      }
      byte[] extensions = sct.opaque(2);
      SignatureScheme scheme = scheme(sct.number(1), sct.number(1));
      byte[] signature = sct.opaque(2);
      sct.done();
      out.add(new Sct(logId, Instant.ofEpochMilli(millis), extensions, scheme, signature));
    } while (list.hasMore());
    return List.copyOf(out);
  }

  private static SignatureScheme scheme(long hash, long signature) {
    if (hash == HASH_SHA256 && signature == SIGNATURE_ECDSA) {
      return SignatureScheme.ECDSA_SHA256;
    }
    if (hash == HASH_SHA256 && signature == SIGNATURE_RSA) {
      return SignatureScheme.RSA_PKCS1_SHA256;
    }
    if (hash == HASH_INTRINSIC && signature == SIGNATURE_ED25519) {
      return SignatureScheme.ED25519;
    }
    throw new AssayException(
        Code.BAD_CERTIFICATE,
        "a certificate timestamp signed in a way that is not accepted: " + hash + "/" + signature);
  }

  /**
   * Whether this log promised to log this certificate, issued by this issuer. That the issuer is
   * the certificate's is not checked here, and neither is the log's identifier: the caller finds
   * the key by it.
   */
  public static boolean verify(Sct sct, Certificate leaf, Certificate issuer, PublicKey logKey) {
    byte[] tbs = withoutTimestamps(leaf);
    byte[] signed =
        concat(
            new byte[] {0, 0}, // version 1, certificate_timestamp
            number(sct.time().toEpochMilli(), 8),
            new byte[] {0, 1}, // precert_entry
            issuer.key().id().value(),
            number(tbs.length, 3),
            tbs,
            number(sct.extensions().length, 2),
            sct.extensions());
    return logKey.verify(sct.scheme(), signed, sct.signature());
  }

  /** The part that is signed without the list; all else stays byte for byte (section 3.2). */
  static byte[] withoutTimestamps(Certificate certificate) {
    DerReader in = new DerReader(certificate.tbs()).enter(DerReader.SEQUENCE);
    List<byte[]> parts = new ArrayList<>();
    while (in.peek() != EXTENSIONS) {
      parts.add(in.element());
    }
    DerReader list = in.enter(EXTENSIONS).enter(DerReader.SEQUENCE);
    List<byte[]> kept = new ArrayList<>();
    while (list.hasMore()) {
      byte[] extension = list.element();
      byte[] oid = new DerReader(extension).enter(DerReader.SEQUENCE).content(DerReader.OID);
      if (!Arrays.equals(oid, Oids.SCT_LIST)) {
        kept.add(extension);
      }
    }
    if (!kept.isEmpty()) {
      byte[] extensions = DerWriter.sequence(kept.toArray(new byte[0][]));
      parts.add(DerWriter.element(EXTENSIONS, extensions));
    }
    return DerWriter.sequence(parts.toArray(new byte[0][]));
  }

  private static byte[] number(long value, int width) {
    byte[] out = new byte[width];
    for (int i = 0; i < width; i++) {
      out[i] = (byte) (value >>> 8 * (width - 1 - i));
    }
    return out;
  }

  private static byte[] concat(byte[]... parts) {
    int size = 0;
    for (byte[] part : parts) {
      size += part.length;
    }
    byte[] out = new byte[size];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, out, at, part.length);
      at += part.length;
    }
    return out;
  }

  private static AssayException bad() {
    return new AssayException(
        Code.BAD_CERTIFICATE, "a list of certificate timestamps that cannot be read");
  }

  /** The TLS presentation language (RFC 5246 section 4), as far as it is needed. */
  private static final class Tls {

    private final byte[] in;
    private int at;
    private final int end;

    Tls(byte[] in, int from, int end) {
      this.in = in;
      this.at = from;
      this.end = end;
    }

    boolean hasMore() {
      return at < end;
    }

    long number(int width) {
      long value = 0;
      for (byte b : bytes(width)) {
        value = value << 8 | b & 0xff;
      }
      return value;
    }

    byte[] bytes(int length) {
      if (length > end - at) {
        throw bad();
      }
      at += length;
      return Arrays.copyOfRange(in, at - length, at);
    }

    byte[] opaque(int width) {
      return bytes((int) number(width));
    }

    Tls vector(int width) {
      int length = (int) number(width);
      bytes(length);
      return new Tls(in, at - length, at);
    }

    void done() {
      if (at != end) {
        throw bad();
      }
    }
  }
}
