package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Hex;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SignatureSchemeTest {

  private static final byte[] MESSAGE = "a message".getBytes(StandardCharsets.UTF_8);

  private static List<PrivateKey> keys(SignatureScheme scheme) {
    List<PrivateKey> out = new ArrayList<>();
    for (KeyAlgorithm algorithm : KeyAlgorithm.values()) {
      if (scheme.fits(algorithm)) {
        out.add(PublicKeyTest.key(algorithm));
      }
    }
    return out;
  }

  @ParameterizedTest
  @EnumSource
  void whatIsSignedVerifiesAndNothingElseDoes(SignatureScheme scheme) {
    Random random = new Random(scheme.name().hashCode());
    for (PrivateKey key : keys(scheme)) {
      PublicKey publicKey = key.publicKey();
      byte[] signature = key.sign(scheme, MESSAGE);
      assertTrue(publicKey.verify(scheme, MESSAGE, signature));
      scheme
          .hash()
          .ifPresent(hash ->
              assertTrue(publicKey.verifyDigest(scheme, Hashes.digest(hash, MESSAGE), signature)));
      for (SignatureScheme other : SignatureScheme.values()) {
        assertEquals(other == scheme, publicKey.verify(other, MESSAGE, signature), other.name());
      }
      for (int i = 0; i < 20; i++) {
        byte[] forged = signature.clone();
        forged[random.nextInt(forged.length)] ^= (byte) (1 << random.nextInt(8));
        assertFalse(publicKey.verify(scheme, MESSAGE, forged));
      }
      assertFalse(publicKey.verify(scheme, MESSAGE, new byte[0]));
      assertFalse(publicKey.verify(scheme, MESSAGE, new byte[signature.length]));
      assertFalse(publicKey.verify(scheme, new byte[1], signature));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aKeyOfAnotherKindDoesNotSign(SignatureScheme scheme) {
    for (KeyAlgorithm algorithm : KeyAlgorithm.values()) {
      if (!scheme.fits(algorithm)) {
        PrivateKey key = PublicKeyTest.key(algorithm);
        AssayException e = assertThrows(AssayException.class, () -> key.sign(scheme, MESSAGE));
        assertEquals(Code.KEY_UNSUPPORTED, e.code());
      }
    }
  }

  private static Signature jdkPss(SignatureScheme scheme, int salt) throws Exception {
    String hash = "SHA-" + scheme.hash().orElseThrow().id().substring(3);
    Signature jdk = Signature.getInstance("RSASSA-PSS");
    jdk.setParameter(new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), salt, 1));
    return jdk;
  }

  @ParameterizedTest
  @EnumSource(names = {"RSA_PSS_SHA256", "RSA_PSS_SHA384", "RSA_PSS_SHA512"})
  void pssIsThatOfTheJdkAndItsSaltIsAsLongAsTheHash(SignatureScheme scheme) throws Exception {
    PrivateKey key = PublicKeyTest.key(KeyAlgorithm.RSA);
    PublicKey publicKey = key.publicKey();
    int salt = scheme.hash().orElseThrow().hexLength() / 2;
    Signature verifier = jdkPss(scheme, salt);
    verifier.initVerify(
        KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(publicKey.spki())));
    verifier.update(MESSAGE);
    assertTrue(verifier.verify(key.sign(scheme, MESSAGE)));
    for (int length : new int[] {0, 20, salt - 1, salt, salt + 1}) {
      Signature signer = jdkPss(scheme, length);
      signer.initSign(
          KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(key.pkcs8())));
      signer.update(MESSAGE);
      assertEquals(length == salt, publicKey.verify(scheme, MESSAGE, signer.sign()), "" + length);
    }
  }

  private static byte[] identifier(String name) throws IOException {
    return new DefaultSignatureAlgorithmIdentifierFinder().find(name).getEncoded();
  }

  @Test
  void algorithmIdentifiersAreReadAndOnlyTheUsualPssParameters() throws Exception {
    for (String hash : List.of("256", "384", "512")) {
      assertEquals(
          SignatureScheme.valueOf("RSA_PSS_SHA" + hash),
          AlgorithmIdentifiers.signature(identifier("SHA" + hash + "WITHRSAANDMGF1")));
      assertEquals(
          SignatureScheme.valueOf("RSA_PKCS1_SHA" + hash),
          AlgorithmIdentifiers.signature(identifier("SHA" + hash + "WITHRSA")));
      assertEquals(
          SignatureScheme.valueOf("ECDSA_SHA" + hash),
          AlgorithmIdentifiers.signature(identifier("SHA" + hash + "WITHECDSA")));
    }
    RSASSAPSSparams good =
        RSASSAPSSparams.getInstance(
            AlgorithmIdentifier.getInstance(identifier("SHA256WITHRSAANDMGF1")).getParameters());
    RSASSAPSSparams otherMask =
        RSASSAPSSparams.getInstance(
            AlgorithmIdentifier.getInstance(identifier("SHA512WITHRSAANDMGF1")).getParameters());
    for (RSASSAPSSparams bad :
        List.of(
            new RSASSAPSSparams(), // SHA-1
            new RSASSAPSSparams(
                good.getHashAlgorithm(),
                good.getMaskGenAlgorithm(),
                new ASN1Integer(20),
                new ASN1Integer(good.getTrailerField())),
            new RSASSAPSSparams(
                good.getHashAlgorithm(),
                otherMask.getMaskGenAlgorithm(),
                new ASN1Integer(good.getSaltLength()),
                new ASN1Integer(good.getTrailerField())),
            new RSASSAPSSparams(
                good.getHashAlgorithm(),
                good.getMaskGenAlgorithm(),
                new ASN1Integer(good.getSaltLength()),
                new ASN1Integer(2)))) {
      byte[] der =
          new AlgorithmIdentifier(PKCSObjectIdentifiers.id_RSASSA_PSS, bad).getEncoded("DER");
      assertThrows(AssayException.class, () -> AlgorithmIdentifiers.signature(der));
    }
    for (String name : List.of("SHA1WITHRSA", "SHA1WITHECDSA", "MD5WITHRSA")) {
      byte[] der = identifier(name);
      AssayException e =
          assertThrows(AssayException.class, () -> AlgorithmIdentifiers.signature(der));
      assertEquals(Code.KEY_UNSUPPORTED, e.code());
    }
  }

  // RFC 8032 section 7.3.
  @Test
  void ed25519phIsThatOfRfc8032() {
    PrivateKey secret =
        new PrivateKey(
            new SigningKey.Ed(
                Hex.decode("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42")));
    PublicKey key = secret.publicKey();
    byte[] signature =
        Hex.decode(
            "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
                + "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406");
    byte[] abc = "abc".getBytes(StandardCharsets.UTF_8);
    assertArrayEquals(signature, secret.sign(SignatureScheme.ED25519_PH, abc));
    assertTrue(key.verify(SignatureScheme.ED25519_PH, abc, signature));
    assertFalse(key.verify(SignatureScheme.ED25519, abc, signature));
  }
}
