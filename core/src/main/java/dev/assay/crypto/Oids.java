package dev.assay.crypto;

import dev.assay.bytes.Hex;

/** The object identifiers of the key kinds, as DER content. */
final class Oids {

  /** 1.2.840.10045.2.1, id-ecPublicKey (RFC 5480). */
  static final byte[] EC = Hex.decode("2a8648ce3d0201");

  /** 1.2.840.113549.1.1.1, rsaEncryption (RFC 8017). */
  static final byte[] RSA = Hex.decode("2a864886f70d010101");

  /** 1.3.101.112, id-Ed25519 (RFC 8410). */
  static final byte[] ED25519 = Hex.decode("2b6570");

  private Oids() {}
}
