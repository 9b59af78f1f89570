package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import java.util.Optional;

/** Hashes and signatures as CMS names them (RFC 5754, RFC 5753, RFC 8419). */
final class CmsAlgorithms {

  private static final String SHA256 = "2.16.840.1.101.3.4.2.1";
  private static final String SHA384 = "2.16.840.1.101.3.4.2.2";
  private static final String SHA512 = "2.16.840.1.101.3.4.2.3";
  private static final String EC = "1.2.840.10045.2.1";
  private static final String RSA = "1.2.840.113549.1.1.1";

  private CmsAlgorithms() {}

  /**
   * Reads the AlgorithmIdentifier of a hash, with or without the NULL (RFC 5754 section 2).
   *
   * @param identifier the whole element
   * @throws AssayException with {@link Code#KEY_UNSUPPORTED} for one that is not SHA-2
   */
  static Digest.Algorithm hash(byte[] identifier) {
    DerReader outer = new DerReader(identifier);
    DerReader in = outer.enter(DerReader.SEQUENCE);
    outer.done();
    String oid = Oids.dotted(in.content(DerReader.OID));
    if (in.hasMore()) {
      in.none();
    }
    in.done();
    if (oid.equals(SHA256)) {
      return Digest.Algorithm.SHA256;
    }
    if (oid.equals(SHA384)) {
      return Digest.Algorithm.SHA384;
    }
    if (oid.equals(SHA512)) {
      return Digest.Algorithm.SHA512;
    }
    String name = oid.equals("1.3.14.3.2.26") ? "SHA-1" : "OID " + oid;
    throw new AssayException(Code.KEY_UNSUPPORTED, "a hash that is not accepted: " + name);
  }

  /**
   * Reads the AlgorithmIdentifier of a signature, which may name a kind of key only.
   *
   * @param identifier the whole element
   * @param hash of the content, which is also the signature's (RFC 8933 section 3)
   * @throws AssayException with {@link Code#KEY_UNSUPPORTED} for one that is not accepted
   */
  static SignatureScheme signature(byte[] identifier, Digest.Algorithm hash) {
    DerReader outer = new DerReader(identifier);
    DerReader in = outer.enter(DerReader.SEQUENCE);
    outer.done();
    String oid = Oids.dotted(in.content(DerReader.OID));
    boolean ec = oid.equals(EC);
    if (ec || oid.equals(RSA)) {
      if (in.hasMore()) {
        in.none();
      }
      in.done();
      return switch (hash) {
        case SHA256 -> ec ? SignatureScheme.ECDSA_SHA256 : SignatureScheme.RSA_PKCS1_SHA256;
        case SHA384 -> ec ? SignatureScheme.ECDSA_SHA384 : SignatureScheme.RSA_PKCS1_SHA384;
        case SHA512 -> ec ? SignatureScheme.ECDSA_SHA512 : SignatureScheme.RSA_PKCS1_SHA512;
      };
    }
    SignatureScheme scheme = AlgorithmIdentifiers.signature(identifier);
    // RFC 8419 section 3.1: with signed attributes Ed25519 goes with SHA-512.
    Optional<Digest.Algorithm> needed =
        scheme == SignatureScheme.ED25519 ? Optional.of(Digest.Algorithm.SHA512) : scheme.hash();
    if (needed.isPresent() && needed.get() != hash) {
      throw new AssayException(
          Code.KEY_UNSUPPORTED, "a signature with another hash than the content's");
    }
    return scheme;
  }
}
