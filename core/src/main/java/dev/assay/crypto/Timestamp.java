package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A timestamp: an authority's signed statement that a message was there at a time (RFC 3161,
 * updated by RFC 5816), as it stands in Sigstore bundles: the answer of the authority, a
 * TimeStampResp in DER.
 *
 * <p>What has one reading only was checked when it was read: that the request was granted; that
 * there is one signer; that what the signer signed names this content and its kind; that no hash
 * weaker than SHA-256 is used. Who the signer is, and whether to believe it, {@link
 * TimestampAuthorityCheck} answers.
 */
public final class Timestamp {

  private static final String TST_INFO = "1.2.840.113549.1.9.16.1.4";

  private final TimestampInfo info;
  private final CmsSignedData data;

  private Timestamp(byte[] response) {
    DerReader outer = new DerReader(response);
    DerReader in = outer.enter(DerReader.SEQUENCE);
    outer.done();
    if (in.peek() == DerReader.OID) {
      throw CmsSignedData.bad("a bare token; the authority's whole answer (TimeStampResp) is read");
    }
    DerReader status = in.enter(DerReader.SEQUENCE);
    // PKIStatus: granted, grantedWithMods. The explanation that may follow is not looked at.
    int answer = status.small();
    if (answer > 1) {
      throw CmsSignedData.bad("the authority did not grant the request: status " + answer);
    }
    while (status.hasMore()) {
      status.element();
    }
    this.data = CmsSignedData.read(in);
    in.done();
    if (!data.contentType().equals(TST_INFO)) {
      throw CmsSignedData.bad("the signed content is not a timestamp: " + data.contentType());
    }
    this.info = new TimestampInfo(data.content());
  }

  /**
   * Reads the answer of a timestamp authority.
   *
   * @param response TimeStampResp in DER
   * @throws AssayException with {@link Code#BAD_TIMESTAMP} for whatever is not accepted
   */
  public static Timestamp parse(byte[] response) {
    if (response.length > Limits.TIMESTAMP_BYTES) {
      throw CmsSignedData.bad("a timestamp of " + response.length + " bytes");
    }
    try {
      return new Timestamp(response);
    } catch (AssayException e) {
      if (e.code() == Code.BAD_TIMESTAMP) {
        throw e;
      }
      throw new AssayException(
          Code.BAD_TIMESTAMP, "not an RFC 3161 timestamp: " + e.getMessage(), e);
    }
  }

  /** When the authority saw the message (genTime). */
  public Instant time() {
    return info.time;
  }

  /** How far the time may be off in either direction; absent: the authority does not say. */
  public Optional<Duration> accuracy() {
    return Optional.ofNullable(info.accuracy);
  }

  /** The policy it was issued under, an OID in dotted form. */
  public String policy() {
    return info.policy;
  }

  /** The number the authority gave it. */
  public BigInteger serial() {
    return info.serial;
  }

  /** Whether later timestamps of this authority are always of a later time. */
  public boolean ordering() {
    return info.ordering;
  }

  /** What the one who asked for it chose, to recognize the answer. */
  public Optional<BigInteger> nonce() {
    return Optional.ofNullable(info.nonce);
  }

  /** Whether it is about this message; compared in constant time. */
  public boolean covers(byte[] message) {
    return MessageDigest.isEqual(info.imprint, Hashes.hash(info.algorithm, message));
  }

  /** The certificates that came along, at most 16; nothing vouches for them. */
  public List<Certificate> embedded() {
    return data.certificates();
  }

  /** How the token names its signer, for a person: {@code serial number 0a35 of CN=tsa}. */
  public String signerName() {
    return data.signer().description();
  }

  /**
   * The signer's certificate: the one that the token names and whose key signed it. Only this one,
   * and none that merely lies beside it, may be asked whether it is a timestamp authority's.
   *
   * @param known certificates from elsewhere, preferred to {@link #embedded()}
   */
  public Optional<Certificate> signer(List<Certificate> known) {
    List<Certificate> all = new ArrayList<>(known);
    all.addAll(embedded());
    for (Certificate candidate : all) {
      if (signedBy(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /**
   * Whether this certificate is the one the token names (by issuer and serial number or key
   * identifier, and by its hash in what was signed), is of the authority the token names, and its
   * key made the signature. Says nothing of whether the certificate is to be believed.
   */
  public boolean signedBy(Certificate certificate) {
    return data.signer().signedBy(certificate) && isAuthority(certificate);
  }

  // RFC 3161 section 2.4.2: the name, where given, is one of the certificate's. Compared as text,
  // since the same name may be written in strings of different kinds.
  private boolean isAuthority(Certificate certificate) {
    try {
      return info.authority == null || info.authority.equals(certificate.subjectName());
    } catch (AssayException e) {
      // A name that cannot be read is not the authority's.
      return false;
    }
  }
}
