package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Hex;

/**
 * The signature algorithms of certificates, revocation lists and timestamps (RFC 5754, 5758, 8410,
 * 9881).
 */
final class AlgorithmIdentifiers {

  private static final String RSASSA_PSS = "2a864886f70d01010a";
  private static final String MGF1 = "2a864886f70d010108";

  private AlgorithmIdentifiers() {}

  /**
   * Reads an AlgorithmIdentifier of a signature.
   *
   * @param identifier the whole element
   * @throws AssayException with {@link Code#KEY_UNSUPPORTED} for one that is not accepted, SHA-1
   *     among them, {@link Code#BAD_ENCODING} for one that cannot be read
   */
  static SignatureScheme signature(byte[] identifier) {
    DerReader outer = new DerReader(identifier);
    DerReader in = outer.enter(DerReader.SEQUENCE);
    outer.done();
    String oid = Hex.encode(in.content(DerReader.OID));
    if (oid.equals(RSASSA_PSS)) {
      DerReader parameters = in.enter(DerReader.SEQUENCE);
      in.done();
      return pss(parameters);
    }
    SignatureScheme scheme =
        switch (oid) {
          case "2a8648ce3d040302" -> SignatureScheme.ECDSA_SHA256;
          case "2a8648ce3d040303" -> SignatureScheme.ECDSA_SHA384;
          case "2a8648ce3d040304" -> SignatureScheme.ECDSA_SHA512;
          case "2a864886f70d01010b" -> SignatureScheme.RSA_PKCS1_SHA256;
          case "2a864886f70d01010c" -> SignatureScheme.RSA_PKCS1_SHA384;
          case "2a864886f70d01010d" -> SignatureScheme.RSA_PKCS1_SHA512;
          case "2b6570" -> SignatureScheme.ED25519;
          case "608648016503040311", "608648016503040312", "608648016503040313" ->
              SignatureScheme.ML_DSA;
          default ->
              throw new AssayException(
                  Code.KEY_UNSUPPORTED, "a signature algorithm that is not accepted: OID " + oid);
        };
    boolean rsa = scheme.fits(KeyAlgorithm.RSA);
    if (rsa && in.hasMore()) {
      in.none();
    }
    in.done();
    return scheme;
  }

  // RFC 4055 section 3.1: of what it allows, only MGF1 with the same hash and a salt as long as it.
  private static SignatureScheme pss(DerReader in) {
    Digest.Algorithm hash = hash(in.enter(DerReader.CONTEXT_CONSTRUCTED));
    DerReader tagged = in.enter(DerReader.CONTEXT_CONSTRUCTED + 1);
    DerReader mask = tagged.enter(DerReader.SEQUENCE);
    tagged.done();
    boolean mgf1 = Hex.encode(mask.content(DerReader.OID)).equals(MGF1);
    Digest.Algorithm maskHash = hash(mask);
    DerReader salt = in.enter(DerReader.CONTEXT_CONSTRUCTED + 2);
    int saltLength = salt.small();
    salt.done();
    in.done();
    SignatureScheme scheme = pss(hash);
    if (!mgf1 || maskHash != hash || saltLength != hash.hexLength() / 2) {
      throw new AssayException(
          Code.KEY_UNSUPPORTED,
          "RSASSA-PSS with other parameters than MGF1 of the same hash and a salt of its length");
    }
    return scheme;
  }

  private static SignatureScheme pss(Digest.Algorithm hash) {
    return switch (hash) {
      case SHA256 -> SignatureScheme.RSA_PSS_SHA256;
      case SHA384 -> SignatureScheme.RSA_PSS_SHA384;
      case SHA512 -> SignatureScheme.RSA_PSS_SHA512;
    };
  }

  /** Reads the last element, the AlgorithmIdentifier of a hash; its parameters are NULL or none. */
  private static Digest.Algorithm hash(DerReader tagged) {
    DerReader in = tagged.enter(DerReader.SEQUENCE);
    tagged.done();
    String oid = Hex.encode(in.content(DerReader.OID));
    if (in.hasMore()) {
      in.none();
    }
    in.done();
    return switch (oid) {
      case "608648016503040201" -> Digest.Algorithm.SHA256;
      case "608648016503040202" -> Digest.Algorithm.SHA384;
      case "608648016503040203" -> Digest.Algorithm.SHA512;
      default ->
          throw new AssayException(Code.KEY_UNSUPPORTED, "a hash that is not accepted: OID " + oid);
    };
  }
}
