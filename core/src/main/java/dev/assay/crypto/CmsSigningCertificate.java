package dev.assay.crypto;

import dev.assay.bytes.Digest;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that the signer says is its own, among what it signed: the attribute
 * signingCertificate, signingCertificateV2, or both (RFC 5035). Without one, a token could be
 * explained by any certificate for the same key, so one has to be there (RFC 3161 section 2.4.2,
 * RFC 5816 section 2.2.1).
 */
final class CmsSigningCertificate {

  private static final String V1 = "1.2.840.113549.1.9.16.2.12";
  private static final String V2 = "1.2.840.113549.1.9.16.2.47";

  // What one attribute says of the certificate. No algorithm: SHA-1, of the first version.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Id(
      Digest.@Nullable Algorithm algorithm,
      byte[] hash,
      byte @Nullable [] issuer,
      @Nullable BigInteger serial) {}

  private final List<Id> ids;

  private CmsSigningCertificate(List<Id> ids) {
    this.ids = ids;
  }

  /**
   * @param attributes the SET of values of each signed attribute
   */
  static CmsSigningCertificate read(Map<String, byte[]> attributes) {
    List<Id> ids = new ArrayList<>(2);
    byte[] v1 = attributes.get(V1);
    if (v1 != null) {
      ids.add(first(v1, false));
    }
    byte[] v2 = attributes.get(V2);
    if (v2 != null) {
      ids.add(first(v2, true));
    }
    if (ids.isEmpty()) {
      throw CmsSignedData.bad("no signed attribute names the signer's certificate");
    }
    return new CmsSigningCertificate(ids);
  }

  // The first of the list is the signer's; others are certificates of its path.
  private static Id first(byte[] values, boolean v2) {
    DerReader set = new DerReader(values).enter(DerReader.SET);
    DerReader attribute = set.enter(DerReader.SEQUENCE);
    set.done();
    DerReader list = attribute.enter(DerReader.SEQUENCE);
    DerReader in = list.enter(DerReader.SEQUENCE);
    Digest.Algorithm algorithm = null;
    if (v2) {
      algorithm =
          in.peek() == DerReader.SEQUENCE
              ? CmsAlgorithms.hash(in.element())
              : Digest.Algorithm.SHA256;
    }
    byte[] hash = in.content(DerReader.OCTET_STRING);
    byte[] issuer = null;
    BigInteger serial = null;
    if (in.hasMore()) {
      DerReader issuerSerial = in.enter(DerReader.SEQUENCE);
      in.done();
      DerReader names = issuerSerial.enter(DerReader.SEQUENCE);
      DerReader directory = names.enter(DerReader.CONTEXT_CONSTRUCTED + 4);
      names.done();
      issuer = directory.element(DerReader.SEQUENCE);
      directory.done();
      serial = issuerSerial.integer();
      issuerSerial.done();
    }
    return new Id(algorithm, hash, issuer, serial);
  }

  /** Whether everything that is said of the certificate is true of this one. */
  boolean is(Certificate candidate) {
    for (Id id : ids) {
      byte[] der = candidate.der();
      byte[] hash = id.algorithm() == null ? sha1(der) : Hashes.hash(id.algorithm(), der);
      if (!MessageDigest.isEqual(hash, id.hash())
          || id.issuer() != null && !Arrays.equals(id.issuer(), candidate.issuer())
          || id.serial() != null && !id.serial().equals(candidate.serial())) {
        return false;
      }
    }
    return true;
  }

  // Which of the certificates that the trust root leads to is meant is all that rests on it: the
  // signature itself is made with SHA-2.
  private static byte[] sha1(byte[] content) {
    SHA1Digest digest = new SHA1Digest();
    digest.update(content, 0, content.length);
    byte[] out = new byte[digest.getDigestSize()];
    digest.doFinal(out, 0);
    return out;
  }
}
