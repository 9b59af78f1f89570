package dev.assay.crypto;

import dev.assay.bytes.Digest;
import java.util.Optional;

/** The key kinds Assay signs and verifies with, each with the one way it is used. */
public enum KeyAlgorithm {
  /** ECDSA over NIST P-256 with SHA-256; signatures in DER (RFC 3279 section 2.2.3). */
  ECDSA_P256("ecdsa-p256", Digest.Algorithm.SHA256),
  /** ECDSA over NIST P-384 with SHA-384. */
  ECDSA_P384("ecdsa-p384", Digest.Algorithm.SHA384),
  /** ECDSA over NIST P-521 with SHA-512. */
  ECDSA_P521("ecdsa-p521", Digest.Algorithm.SHA512),
  /** RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2), moduli of 2048 to 8192 bits. */
  RSA("rsa-pkcs1-sha256", Digest.Algorithm.SHA256),
  /** Pure Ed25519 (RFC 8032 section 5.1). */
  ED25519("ed25519", null),
  /** Pure ML-DSA-44 with an empty context (FIPS 204). */
  ML_DSA_44("ml-dsa-44", null),
  /** Pure ML-DSA-65 with an empty context (FIPS 204). */
  ML_DSA_65("ml-dsa-65", null),
  /** Pure ML-DSA-87 with an empty context (FIPS 204). */
  ML_DSA_87("ml-dsa-87", null);

  private final String id;
  private final Digest.@org.jspecify.annotations.Nullable Algorithm hash;

  KeyAlgorithm(String id, Digest.@org.jspecify.annotations.Nullable Algorithm hash) {
    this.id = id;
    this.hash = hash;
  }

  /** What people are shown and type: {@code ecdsa-p256}. */
  public String id() {
    return id;
  }

  /**
   * The hash of the message that is signed; empty where the algorithm signs the message itself, so
   * that a signature cannot be checked from a digest alone.
   */
  public Optional<Digest.Algorithm> hash() {
    return Optional.ofNullable(hash);
  }

  /** Finds an algorithm by its {@link #id}. */
  public static Optional<KeyAlgorithm> byId(String id) {
    for (KeyAlgorithm algorithm : values()) {
      if (algorithm.id.equals(id)) {
        return Optional.of(algorithm);
      }
    }
    return Optional.empty();
  }
}
