package dev.assay.crypto;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;

/** The two ways in which an ECDSA signature is written. */
public final class EcdsaForm {

  private EcdsaForm() {}

  /**
   * The DER form (RFC 3279 section 2.2.3) of a signature that a token (PKCS#11: r and s, each as
   * long as the curve's order) or an SSH agent gives as two numbers.
   *
   * @param r unsigned, the most significant byte first; leading zeros do not matter
   * @param s likewise
   */
  public static byte[] der(byte[] r, byte[] s) {
    return DerWriter.sequence(
        DerWriter.integer(new BigInteger(1, r)), DerWriter.integer(new BigInteger(1, s)));
  }

  /** The DER form of r followed by s, halves of the same length. */
  public static byte[] der(byte[] both) {
    int half = both.length / 2;
    return der(Arrays.copyOf(both, half), Arrays.copyOfRange(both, half, both.length));
  }

  /**
   * The DER form of a signature written as IEEE P1363 does: r followed by s, each as long as the
   * curve's order, and nothing else. Empty for another length and for keys of other kinds.
   */
  public static Optional<byte[]> derOfPair(KeyAlgorithm key, byte[] both) {
    return switch (key) {
      case ECDSA_P256, ECDSA_P384, ECDSA_P521 ->
          both.length == 2 * Curve.of(key).size() ? Optional.of(der(both)) : Optional.empty();
      case RSA, ED25519, ML_DSA_44, ML_DSA_65, ML_DSA_87 -> Optional.empty();
    };
  }
}
