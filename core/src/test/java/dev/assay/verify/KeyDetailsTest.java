package dev.assay.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SignatureScheme;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.RSAPublicKeySpec;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The names that logs of version 2 write. */
class KeyDetailsTest {

  private static String name(KeyAlgorithm algorithm, SignatureScheme scheme) {
    return KeyDetails.of(PrivateKey.generate(algorithm).publicKey(), scheme).orElse("none");
  }

  // Nobody has the private key, and nobody needs it.
  private static PublicKey rsa(int bits, long exponent) throws GeneralSecurityException {
    BigInteger modulus = new BigInteger(bits, new Random(bits)).setBit(bits - 1).setBit(0);
    return PublicKey.fromSpki(
        KeyFactory.getInstance("RSA")
            .generatePublic(new RSAPublicKeySpec(modulus, BigInteger.valueOf(exponent)))
            .getEncoded());
  }

  @Test
  void namesAreThoseOfTheProtocol() {
    assertEquals(
        "PKIX_ECDSA_P256_SHA_256", name(KeyAlgorithm.ECDSA_P256, SignatureScheme.ECDSA_SHA256));
    assertEquals("none", name(KeyAlgorithm.ECDSA_P256, SignatureScheme.ECDSA_SHA384));
    assertEquals(
        "PKIX_ECDSA_P384_SHA_384", name(KeyAlgorithm.ECDSA_P384, SignatureScheme.ECDSA_SHA384));
    assertEquals(
        "PKIX_ECDSA_P384_SHA_256", name(KeyAlgorithm.ECDSA_P384, SignatureScheme.ECDSA_SHA256));
    assertEquals(
        "PKIX_ECDSA_P521_SHA_512", name(KeyAlgorithm.ECDSA_P521, SignatureScheme.ECDSA_SHA512));
    assertEquals(
        "PKIX_ECDSA_P521_SHA_256", name(KeyAlgorithm.ECDSA_P521, SignatureScheme.ECDSA_SHA256));
    assertEquals("PKIX_ED25519_PH", name(KeyAlgorithm.ED25519, SignatureScheme.ED25519_PH));
    // Signs the message itself, which a log of digests does not have.
    assertEquals("none", name(KeyAlgorithm.ED25519, SignatureScheme.ED25519));
    assertEquals("none", name(KeyAlgorithm.ML_DSA_44, SignatureScheme.ML_DSA));
    assertEquals("none", name(KeyAlgorithm.ED25519, SignatureScheme.ECDSA_SHA256));
  }

  @Test
  void rsaKeysAreNamedByTheirExactSize() throws GeneralSecurityException {
    for (int bits : new int[] {2048, 3072, 4096}) {
      for (long exponent : new long[] {65537, 4294967291L}) {
        assertEquals(
            Optional.of("PKIX_RSA_PKCS1V15_" + bits + "_SHA256"),
            KeyDetails.of(rsa(bits, exponent), SignatureScheme.RSA_PKCS1_SHA256));
      }
      assertEquals(
          Optional.of("PKIX_RSA_PSS_" + bits + "_SHA256"),
          KeyDetails.of(rsa(bits, 65537), SignatureScheme.RSA_PSS_SHA256));
    }
    for (int bits : new int[] {2049, 2050, 3071, 3073, 4095, 8192}) {
      assertEquals(
          Optional.empty(),
          KeyDetails.of(rsa(bits, 65537), SignatureScheme.RSA_PKCS1_SHA256),
          "bits: " + bits);
    }
    assertEquals(
        Optional.empty(), KeyDetails.of(rsa(2048, 65537), SignatureScheme.RSA_PKCS1_SHA512));
  }
}
