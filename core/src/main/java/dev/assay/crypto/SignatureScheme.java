package dev.assay.crypto;

import dev.assay.bytes.Digest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a key was used to sign: the algorithm with its hash and padding. A key alone does not say so
 * for RSA and, in certificates and timestamps, not for ECDSA either.
 */
public enum SignatureScheme {
  ECDSA_SHA256(Digest.Algorithm.SHA256),
  ECDSA_SHA384(Digest.Algorithm.SHA384),
  ECDSA_SHA512(Digest.Algorithm.SHA512),
  /** RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2). */
  RSA_PKCS1_SHA256(Digest.Algorithm.SHA256),
  RSA_PKCS1_SHA384(Digest.Algorithm.SHA384),
  RSA_PKCS1_SHA512(Digest.Algorithm.SHA512),
  /**
   * RSASSA-PSS with MGF1 of the same hash and a salt as long as the hash (RFC 8017 section 8.1).
   */
  RSA_PSS_SHA256(Digest.Algorithm.SHA256),
  RSA_PSS_SHA384(Digest.Algorithm.SHA384),
  RSA_PSS_SHA512(Digest.Algorithm.SHA512),
  /** Pure Ed25519 (RFC 8032 section 5.1). */
  ED25519(null),
  /** Ed25519ph with an empty context (RFC 8032 section 5.1): the message's SHA-512 is signed. */
  ED25519_PH(Digest.Algorithm.SHA512),
  /** Pure ML-DSA with an empty context (FIPS 204); the parameter set is the key's. */
  ML_DSA(null);

  private final Digest.@Nullable Algorithm hash;

  SignatureScheme(Digest.@Nullable Algorithm hash) {
    this.hash = hash;
  }

  /**
   * The hash of the message that is signed; empty where the message itself is, so that a signature
   * cannot be checked from a digest.
   */
  public Optional<Digest.Algorithm> hash() {
    return Optional.ofNullable(hash);
  }

  /** Whether a key of this algorithm can sign so. */
  public boolean fits(KeyAlgorithm key) {
    return switch (key) {
      case ECDSA_P256, ECDSA_P384, ECDSA_P521 ->
          this == ECDSA_SHA256 || this == ECDSA_SHA384 || this == ECDSA_SHA512;
      case RSA -> isPkcs1() || isPss();
      case ED25519 -> this == ED25519 || this == ED25519_PH;
      case ML_DSA_44, ML_DSA_65, ML_DSA_87 -> this == ML_DSA;
    };
  }

  boolean isPkcs1() {
    return this == RSA_PKCS1_SHA256 || this == RSA_PKCS1_SHA384 || this == RSA_PKCS1_SHA512;
  }

  boolean isPss() {
    return this == RSA_PSS_SHA256 || this == RSA_PSS_SHA384 || this == RSA_PSS_SHA512;
  }

  /** How a key of this algorithm is used where nothing says otherwise. */
  public static SignatureScheme usual(KeyAlgorithm key) {
    return switch (key) {
      case ECDSA_P256 -> ECDSA_SHA256;
      case ECDSA_P384 -> ECDSA_SHA384;
      case ECDSA_P521 -> ECDSA_SHA512;
      case RSA -> RSA_PKCS1_SHA256;
      case ED25519 -> ED25519;
      case ML_DSA_44, ML_DSA_65, ML_DSA_87 -> ML_DSA;
    };
  }
}
