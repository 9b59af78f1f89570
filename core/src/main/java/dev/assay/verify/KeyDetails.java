package dev.assay.verify;

import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SignatureScheme;
import java.util.Optional;

/** The names of {@code PublicKeyDetails} in sigstore_common.proto, for what hashes the message. */
public final class KeyDetails {

  // Of an RSA SubjectPublicKeyInfo of 2048 bits and more, whose lengths all take two bytes: the
  // length of the modulus and its first byte.
  private static final int MODULUS_LENGTH = 30;
  private static final int MODULUS = 32;

  private KeyDetails() {}

  /** The name; absent where there is none, or where the message is signed without a hash. */
  public static Optional<String> of(PublicKey key, SignatureScheme scheme) {
    KeyAlgorithm algorithm = key.algorithm();
    if (!scheme.fits(algorithm)) {
      return Optional.empty();
    }
    return Optional.ofNullable(
        switch (algorithm) {
          case ECDSA_P256 ->
              scheme == SignatureScheme.ECDSA_SHA256 ? "PKIX_ECDSA_P256_SHA_256" : null;
          case ECDSA_P384 ->
              switch (scheme) {
                case ECDSA_SHA256 -> "PKIX_ECDSA_P384_SHA_256";
                case ECDSA_SHA384 -> "PKIX_ECDSA_P384_SHA_384";
                default -> null;
              };
          case ECDSA_P521 ->
              switch (scheme) {
                case ECDSA_SHA256 -> "PKIX_ECDSA_P521_SHA_256";
                case ECDSA_SHA512 -> "PKIX_ECDSA_P521_SHA_512";
                default -> null;
              };
          case RSA -> rsa(key, scheme);
          case ED25519 -> scheme == SignatureScheme.ED25519_PH ? "PKIX_ED25519_PH" : null;
          case ML_DSA_44, ML_DSA_65, ML_DSA_87 -> null;
        });
  }

  private static @org.jspecify.annotations.Nullable String rsa(
      PublicKey key, SignatureScheme scheme) {
    int bits = modulusBits(key.spki());
    if (bits != 2048 && bits != 3072 && bits != 4096) {
      return null;
    }
    return switch (scheme) {
      case RSA_PKCS1_SHA256 -> "PKIX_RSA_PKCS1V15_" + bits + "_SHA256";
      case RSA_PSS_SHA256 -> "PKIX_RSA_PSS_" + bits + "_SHA256";
      default -> null;
    };
  }

  // A modulus of a multiple of 8 bits has a zero byte before it; the others have no name.
  private static int modulusBits(byte[] spki) {
    int length = (spki[MODULUS_LENGTH] & 0xff) << 8 | spki[MODULUS_LENGTH + 1] & 0xff;
    return spki[MODULUS] == 0 ? (length - 1) * 8 : 0;
  }
}
