package dev.assay.trust;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SignatureScheme;

/**
 * How a key is written and used (sigstore_common.proto, PublicKeyDetails). Left out are the values
 * nothing can verify with: ECDSA with HMAC, LMS, LM-OTS.
 */
enum KeyDetails {
  PKIX_ECDSA_P256_SHA_256(KeyAlgorithm.ECDSA_P256, SignatureScheme.ECDSA_SHA256),
  PKIX_ECDSA_P384_SHA_384(KeyAlgorithm.ECDSA_P384, SignatureScheme.ECDSA_SHA384),
  PKIX_ECDSA_P521_SHA_512(KeyAlgorithm.ECDSA_P521, SignatureScheme.ECDSA_SHA512),
  PKIX_ECDSA_P384_SHA_256(KeyAlgorithm.ECDSA_P384, SignatureScheme.ECDSA_SHA256),
  PKIX_ECDSA_P521_SHA_256(KeyAlgorithm.ECDSA_P521, SignatureScheme.ECDSA_SHA256),
  PKIX_ED25519(KeyAlgorithm.ED25519, SignatureScheme.ED25519),
  PKIX_ED25519_PH(KeyAlgorithm.ED25519, SignatureScheme.ED25519_PH),
  PKIX_RSA_PKCS1V15_2048_SHA256(KeyAlgorithm.RSA, SignatureScheme.RSA_PKCS1_SHA256),
  PKIX_RSA_PKCS1V15_3072_SHA256(KeyAlgorithm.RSA, SignatureScheme.RSA_PKCS1_SHA256),
  PKIX_RSA_PKCS1V15_4096_SHA256(KeyAlgorithm.RSA, SignatureScheme.RSA_PKCS1_SHA256),
  PKIX_RSA_PSS_2048_SHA256(KeyAlgorithm.RSA, SignatureScheme.RSA_PSS_SHA256),
  PKIX_RSA_PSS_3072_SHA256(KeyAlgorithm.RSA, SignatureScheme.RSA_PSS_SHA256),
  PKIX_RSA_PSS_4096_SHA256(KeyAlgorithm.RSA, SignatureScheme.RSA_PSS_SHA256),
  PKIX_RSA_PKCS1V5(KeyAlgorithm.RSA, SignatureScheme.RSA_PKCS1_SHA256),
  PKIX_RSA_PSS(KeyAlgorithm.RSA, SignatureScheme.RSA_PSS_SHA256),
  PKCS1_RSA_PKCS1V5(KeyAlgorithm.RSA, SignatureScheme.RSA_PKCS1_SHA256),
  PKCS1_RSA_PSS(KeyAlgorithm.RSA, SignatureScheme.RSA_PSS_SHA256),
  ML_DSA_44(KeyAlgorithm.ML_DSA_44, SignatureScheme.ML_DSA),
  ML_DSA_65(KeyAlgorithm.ML_DSA_65, SignatureScheme.ML_DSA),
  ML_DSA_87(KeyAlgorithm.ML_DSA_87, SignatureScheme.ML_DSA);

  private final KeyAlgorithm algorithm;
  private final SignatureScheme scheme;

  KeyDetails(KeyAlgorithm algorithm, SignatureScheme scheme) {
    this.algorithm = algorithm;
    this.scheme = scheme;
  }

  SignatureScheme scheme() {
    return scheme;
  }

  /**
   * Reads the key and checks that it is of this kind.
   *
   * @throws AssayException with {@link Code#BAD_TRUST_ROOT} if it is of another, or as {@link
   *     PublicKey#fromSpki}
   */
  PublicKey key(byte[] raw) {
    PublicKey key = PublicKey.fromSpki(spki(raw));
    if (key.algorithm() != algorithm || wrongSize(key)) {
      throw new AssayException(
          Code.BAD_TRUST_ROOT, "the key is " + key.algorithm().id() + ", and not " + this);
    }
    return key;
  }

  /** The key as SubjectPublicKeyInfo; nothing of it is checked. */
  byte[] spki(byte[] raw) {
    return name().startsWith("PKCS1_") ? rsaSpki(raw) : raw;
  }

  // The size is the modulus's; SubjectPublicKeyInfo adds 38 bytes to it, a few less for a small
  // exponent.
  private boolean wrongSize(PublicKey key) {
    for (int bits = 2048; bits <= 4096; bits += 1024) {
      if (name().contains("_" + bits + "_")) {
        int overhead = key.spki().length - bits / 8;
        return overhead < 30 || overhead > 46;
      }
    }
    return false;
  }

  /**
   * @param path where it stands, for the error
   */
  static KeyDetails named(String name, String path) {
    for (KeyDetails details : values()) {
      if (details.name().equals(name)) {
        return details;
      }
    }
    throw new AssayException(
        Code.BAD_TRUST_ROOT, path + ": no key details to verify with: " + Text.quote(name));
  }

  /** How a key that signs in this way is written today. */
  static KeyDetails of(PublicKey key, SignatureScheme scheme) {
    for (KeyDetails details : values()) {
      if (details.algorithm == key.algorithm()
          && details.scheme == scheme
          && !details.wrongSize(key)) {
        return details;
      }
    }
    throw new AssayException(
        Code.BAD_TRUST_ROOT, "trust roots have no name for " + key.algorithm().id() + " " + scheme);
  }

  // RFC 8017 appendix A.1.1 (RSAPublicKey) into RFC 5280 section 4.1.2.7.
  private static byte[] rsaSpki(byte[] pkcs1) {
    byte[] identifier = {
      0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0
    };
    return der(0x30, identifier, der(0x03, new byte[1], pkcs1));
  }

  private static byte[] der(int tag, byte[] first, byte[] second) {
    int length = first.length + second.length;
    byte[] out = new byte[4 + length];
    out[0] = (byte) tag;
    out[1] = (byte) 0x82;
    out[2] = (byte) (length >> 8);
    out[3] = (byte) length;
    System.arraycopy(first, 0, out, 4, first.length);
    System.arraycopy(second, 0, out, 4 + first.length, second.length);
    return out;
  }
}
