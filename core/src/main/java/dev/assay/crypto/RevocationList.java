package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A certificate revocation list, version 2 (RFC 5280 section 5), that its issuer has signed. Only
 * complete lists for one issuer are read: a delta, an indirect list and one of a limited scope (an
 * issuing distribution point) are refused, as is any other critical extension. Whether it is recent
 * enough, the caller asks {@link #currentAt}.
 */
public final class RevocationList {

  private static final String LABEL = "X509 CRL";
  private static final int CRL_SIGN = 0x0200;
  private static final String REASON = "2.5.29.21";
  private static final String DELTA = "2.5.29.27";
  private static final String DISTRIBUTION_POINT = "2.5.29.28";
  private static final String CERTIFICATE_ISSUER = "2.5.29.29";

  private static final String[] REASONS = {
    "unspecified",
    "keyCompromise",
    "cACompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "certificateHold",
    "",
    "",
    "privilegeWithdrawn",
    "aACompromise",
  };

  /**
   * That a certificate was revoked.
   *
   * @param at from when on
   * @param reason as RFC 5280 section 5.3.1 names it; {@code unspecified} where none is given
   */
  public record Revoked(BigInteger serial, Instant at, String reason) {}

  private final byte[] der;
  private final byte[] issuer;
  private final PublicKey issuerKey;
  private final Instant thisUpdate;
  private final Instant nextUpdate;
  // A hash of the serial number above, where its entry begins below; sorted.
  private final long[] entries;

  private RevocationList(byte[] der, Certificate issuerCertificate) {
    this.der = der;
    this.issuerKey = issuerCertificate.key();
    DerReader outer = new DerReader(der);
    DerReader list = outer.enter(DerReader.SEQUENCE);
    outer.done();
    int from = list.position();
    DerReader in = list.enter(DerReader.SEQUENCE);
    int to = list.position();
    byte[] outerScheme = list.element(DerReader.SEQUENCE);
    byte[] signature = list.bits();
    list.done();

    if (in.small() != 1) {
      throw bad("it is not of version 2");
    }
    byte[] innerScheme = in.element(DerReader.SEQUENCE);
    if (!Arrays.equals(innerScheme, outerScheme)) {
      throw bad("it names two signature algorithms");
    }
    this.issuer = in.element(DerReader.SEQUENCE);
    if (!Arrays.equals(issuer, issuerCertificate.subject())) {
      throw bad("it is of another issuer: " + DistinguishedNames.text(issuer));
    }
    if (issuerCertificate.keyUsage() != -1 && (issuerCertificate.keyUsage() & CRL_SIGN) == 0) {
      throw bad("its issuer may not sign revocation lists");
    }
    SignatureScheme scheme = AlgorithmIdentifiers.signature(outerScheme);
    byte[] signed = Arrays.copyOfRange(der, from, to);
    if (!issuerCertificate.key().verify(scheme, signed, signature)) {
      throw new AssayException(
          Code.SIGNATURE_INVALID,
          "the revocation list is not signed by " + issuerCertificate.subjectName());
    }
    this.thisUpdate = DerTime.read(in);
    this.nextUpdate = DerTime.read(in);
    this.entries =
        in.peek() == DerReader.SEQUENCE ? entries(in.enter(DerReader.SEQUENCE)) : new long[0];
    DerReader tagged = in.enter(DerReader.CONTEXT_CONSTRUCTED);
    in.done();
    extensions(tagged.enter(DerReader.SEQUENCE), false);
    tagged.done();
  }

  /**
   * Reads a list and verifies its signature.
   *
   * @param der at most {@link Limits#REVOCATION_LIST_BYTES}
   * @param issuer the authority's certificate, which the caller trusts
   * @throws AssayException with {@link Code#BAD_REVOCATION_LIST}, {@link Code#SIGNATURE_INVALID},
   *     or {@link Code#KEY_UNSUPPORTED} for an algorithm that is not accepted
   */
  public static RevocationList read(byte[] der, Certificate issuer) {
    if (der.length > Limits.REVOCATION_LIST_BYTES) {
      throw bad("it has " + der.length + " bytes");
    }
    try {
      return new RevocationList(der.clone(), issuer);
    } catch (AssayException e) {
      if (e.code() != Code.BAD_ENCODING) {
        throw e;
      }
      throw new AssayException(
          Code.BAD_REVOCATION_LIST, "not a revocation list: " + e.getMessage(), e);
    }
  }

  /**
   * As {@link #read(byte[], Certificate)}, of whichever of these authorities it is.
   *
   * @param file DER, or PEM with the label X509 CRL
   */
  public static RevocationList read(byte[] file, List<Certificate> issuers) {
    byte[] der = isPem(file) ? fromPem(file) : file;
    AssayException last = null;
    for (Certificate issuer : issuers) {
      try {
        return read(der, issuer);
      } catch (AssayException e) {
        // Of two certificates of one authority the other may be the one.
        last = e;
      }
    }
    throw last == null ? bad("there is no authority whose it could be") : last;
  }

  /** The list as PEM, from PEM or DER; nothing is verified. */
  public static String toPem(byte[] file) {
    return new Pem(LABEL, isPem(file) ? fromPem(file) : file).write();
  }

  private static boolean isPem(byte[] file) {
    return file.length > 0 && file[0] == '-';
  }

  private static byte[] fromPem(byte[] file) {
    Pem block = Pem.parse(file, Limits.REVOCATION_LIST_BYTES);
    if (!block.label().equals(LABEL)) {
      throw bad("PEM of the kind " + block.label() + "; " + LABEL + " is needed");
    }
    return block.content();
  }

  /** Whether it is this authority's list. */
  public boolean by(Certificate authority) {
    return Arrays.equals(issuer, authority.subject()) && issuerKey.equals(authority.key());
  }

  private long[] entries(DerReader in) {
    long[] out = new long[1024];
    int count = 0;
    do {
      int at = in.position();
      entry(in);
      if (count == Limits.REVOCATION_LIST_ENTRIES) {
        throw bad("it has more than " + Limits.REVOCATION_LIST_ENTRIES + " entries");
      }
      if (count == out.length) {
        out = Arrays.copyOf(out, 2 * count);
      }
      out[count++] = (long) hash(serialAt(at)) << 32 | at;
    } while (in.hasMore());
    out = Arrays.copyOf(out, count);
    Arrays.sort(out);
    return out;
  }

  private static Revoked entry(DerReader list) {
    DerReader in = list.enter(DerReader.SEQUENCE);
    BigInteger serial = in.integer();
    Instant at = DerTime.read(in);
    int reason = 0;
    if (in.hasMore()) {
      reason = extensions(in.enter(DerReader.SEQUENCE), true);
      in.done();
    }
    return new Revoked(serial, at, REASONS[reason]);
  }

  /** Checks extensions and gives the reason among them, 0 where there is none. */
  private static int extensions(DerReader list, boolean ofEntry) {
    int reason = 0;
    do {
      DerReader in = list.enter(DerReader.SEQUENCE);
      String oid = Oids.dotted(in.content(DerReader.OID));
      boolean critical = in.peek() == DerReader.BOOLEAN && in.bool();
      byte[] value = in.content(DerReader.OCTET_STRING);
      in.done();
      if (ofEntry && oid.equals(REASON)) {
        reason = reason(value);
      } else if (oid.equals(DELTA)) {
        throw bad("it is a delta to another list");
      } else if (oid.equals(DISTRIBUTION_POINT) || oid.equals(CERTIFICATE_ISSUER)) {
        throw bad("it is indirect or of a limited scope");
      } else if (critical) {
        throw bad("a critical extension that is not understood: " + oid);
      }
    } while (list.hasMore());
    return reason;
  }

  private static int reason(byte[] value) {
    DerReader in = new DerReader(value);
    byte[] content = in.content(DerReader.ENUMERATED);
    in.done();
    // removeFromCRL (8) is for deltas alone, and 7 is not used.
    if (content.length != 1
        || content[0] < 0
        || content[0] >= REASONS.length
        || REASONS[content[0]].isEmpty()) {
      throw bad("a reason that is not known");
    }
    return content[0];
  }

  private byte[] serialAt(int at) {
    return new DerReader(der, at).enter(DerReader.SEQUENCE).content(DerReader.INTEGER);
  }

  // Upper 32 bits of a product: entries stay sorted whatever the sign.
  private static int hash(byte[] serial) {
    return Arrays.hashCode(serial) * 0x9e3779b1;
  }

  /**
   * Whether this certificate is on the list.
   *
   * @throws AssayException with {@link Code#BAD_REVOCATION_LIST} if the certificate is of another
   *     issuer, about whose certificates the list says nothing
   */
  public Optional<Revoked> find(Certificate certificate) {
    if (!Arrays.equals(certificate.issuer(), issuer)) {
      throw bad("it says nothing about certificates of " + certificate.issuerName());
    }
    byte[] serial = certificate.serial().toByteArray();
    long first = (long) hash(serial) << 32;
    int at = Arrays.binarySearch(entries, first);
    Revoked earliest = null;
    for (int i = at < 0 ? -at - 1 : at;
        i < entries.length && entries[i] >> 32 == first >> 32;
        i++) {
      int entry = (int) entries[i];
      if (Arrays.equals(serialAt(entry), serial)) {
        Revoked revoked = entry(new DerReader(der, entry));
        if (earliest == null || revoked.at().isBefore(earliest.at())) {
          earliest = revoked;
        }
      }
    }
    return Optional.ofNullable(earliest);
  }

  /** When it was made. */
  public Instant thisUpdate() {
    return thisUpdate;
  }

  /** When the next one is made at the latest. */
  public Instant nextUpdate() {
    return nextUpdate;
  }

  /** Whether it is the current list at this instant, both ends included. */
  public boolean currentAt(Instant time) {
    return !time.isBefore(thisUpdate) && !time.isAfter(nextUpdate);
  }

  /** How many certificates are on it. */
  public int size() {
    return entries.length;
  }

  /** The issuer's name for a person (RFC 4514). */
  public String issuerName() {
    return DistinguishedNames.text(issuer);
  }

  private static AssayException bad(String why) {
    return new AssayException(
        Code.BAD_REVOCATION_LIST, "the revocation list is not acceptable: " + why);
  }
}
