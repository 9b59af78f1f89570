package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrivateKeyTest {

  private static final byte[] MESSAGE = "a message".getBytes(StandardCharsets.UTF_8);

  @ParameterizedTest
  @EnumSource
  void aKeySurvivesItsEncodings(KeyAlgorithm algorithm) {
    PrivateKey key = PublicKeyTest.key(algorithm);
    byte[] pkcs8 = key.pkcs8();
    PrivateKey read = PrivateKey.fromPkcs8(pkcs8);
    assertEquals(algorithm, read.algorithm());
    assertArrayEquals(pkcs8, read.pkcs8());
    assertEquals(key.publicKey(), PrivateKey.fromPem(key.pem()).publicKey());
    assertTrue(PublicKey.fromSpki(key.publicKey().spki()).verify(MESSAGE, read.sign(MESSAGE)));
  }

  @ParameterizedTest
  @EnumSource
  void twoKeysDiffer(KeyAlgorithm algorithm) {
    if (algorithm != KeyAlgorithm.RSA) { // slow to make
      assertFalse(
          PublicKeyTest.key(algorithm)
              .publicKey()
              .equals(PrivateKey.generate(algorithm).publicKey()));
    }
  }

  @Test
  void mlDsaSignaturesAreHedged() {
    PrivateKey key = PublicKeyTest.key(KeyAlgorithm.ML_DSA_44);
    assertFalse(Arrays.equals(key.sign(MESSAGE), key.sign(MESSAGE)));
  }

  private static byte[] inner(PrivateKey key) {
    DerReader info = new DerReader(key.pkcs8()).enter(DerReader.SEQUENCE);
    info.small();
    info.content(DerReader.SEQUENCE);
    return info.content(DerReader.OCTET_STRING);
  }

  @Test
  void sec1AndPkcs1AreRead() {
    PrivateKey rsa = PublicKeyTest.key(KeyAlgorithm.RSA);
    byte[] pkcs1 = new Pem("RSA PRIVATE KEY", inner(rsa)).write().getBytes(StandardCharsets.UTF_8);
    assertEquals(rsa.publicKey(), PrivateKey.fromPem(pkcs1).publicKey());

    PrivateKey ec = PublicKeyTest.key(KeyAlgorithm.ECDSA_P256);
    DerReader fields = new DerReader(inner(ec)).enter(DerReader.SEQUENCE);
    fields.small();
    byte[] scalar = DerWriter.octets(fields.content(DerReader.OCTET_STRING));
    byte[] curve = DerWriter.element(0xa0, DerWriter.oid(Curve.P256.oid()));
    byte[] sec1 = DerWriter.sequence(DerWriter.integer(1), scalar, curve);
    byte[] pem = new Pem("EC PRIVATE KEY", sec1).write().getBytes(StandardCharsets.UTF_8);
    assertEquals(ec.publicKey(), PrivateKey.fromPem(pem).publicKey());

    // Without a curve, and with another one's scalar.
    byte[] noCurve = DerWriter.sequence(DerWriter.integer(1), scalar);
    byte[] other = DerWriter.element(0xa0, DerWriter.oid(Curve.P384.oid()));
    byte[] wrong = DerWriter.sequence(DerWriter.integer(1), scalar, other);
    for (byte[] bad : new byte[][] {noCurve, wrong}) {
      byte[] text = new Pem("EC PRIVATE KEY", bad).write().getBytes(StandardCharsets.UTF_8);
      assertThrows(AssayException.class, () -> PrivateKey.fromPem(text));
    }
  }

  @Test
  void anMlDsaKeyStoredWithBothFormsIsReadIfTheyAgree() {
    PrivateKey key = PublicKeyTest.key(KeyAlgorithm.ML_DSA_44);
    byte[] seed = Arrays.copyOfRange(inner(key), 2, 34);
    byte[] expanded = new SigningKey.MlDsa(MlDsaSet.ML_DSA_44, seed).expanded();
    assertEquals(key.publicKey(), PrivateKey.fromPkcs8(both(seed, expanded)).publicKey());
    expanded[100] ^= 1;
    assertThrows(AssayException.class, () -> PrivateKey.fromPkcs8(both(seed, expanded)));
  }

  private static byte[] both(byte[] seed, byte[] expanded) {
    return DerWriter.sequence(
        DerWriter.integer(0),
        DerWriter.sequence(DerWriter.oid(MlDsaSet.ML_DSA_44.oid())),
        DerWriter.octets(DerWriter.sequence(DerWriter.octets(seed), DerWriter.octets(expanded))));
  }

  @Test
  void aKeyStoredWithAnotherKeysPublicPartIsRefused() {
    byte[] pkcs8 = PublicKeyTest.key(KeyAlgorithm.ECDSA_P256).pkcs8();
    byte[] other = PrivateKey.generate(KeyAlgorithm.ECDSA_P256).pkcs8();
    System.arraycopy(other, other.length - 64, pkcs8, pkcs8.length - 64, 64);
    AssayException e = assertThrows(AssayException.class, () -> PrivateKey.fromPkcs8(pkcs8));
    assertEquals(Code.KEY_UNREADABLE, e.code());
  }

  @ParameterizedTest
  @EnumSource
  void aTruncatedOrDamagedKeyIsRefusedAndNotPrinted(KeyAlgorithm algorithm) {
    PrivateKey key = PublicKeyTest.key(algorithm);
    byte[] pkcs8 = key.pkcs8();
    for (int length = 0; length < pkcs8.length; length += Math.max(1, pkcs8.length / 100)) {
      byte[] cut = Arrays.copyOf(pkcs8, length);
      AssayException e = assertThrows(AssayException.class, () -> PrivateKey.fromPkcs8(cut));
      assertTrue(e.code() == Code.KEY_UNREADABLE || e.code() == Code.KEY_UNSUPPORTED);
    }
    Random random = new Random(3);
    for (int i = 0; i < 60; i++) {
      byte[] changed = pkcs8.clone();
      int bit = random.nextInt(pkcs8.length * 8);
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        // Another key may come of it (a seed is any bytes), never the same one.
        assertFalse(PrivateKey.fromPkcs8(changed).publicKey().equals(key.publicKey()));
      } catch (AssayException e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
          assertFalse(t.toString().matches(".*[0-9]{12}.*"), t.toString());
        }
      }
    }
  }

  @Test
  void aKeyPrintsAsItsPublicKey() {
    PrivateKey key = PublicKeyTest.key(KeyAlgorithm.ED25519);
    String text = key.toString();
    assertTrue(text.contains(key.publicKey().id().brief()), text);
    String seed = Base64s.encode(Arrays.copyOfRange(inner(key), 2, 34));
    assertFalse(text.contains(seed.substring(0, 8)));
  }

  @Test
  void aDestroyedKeyIsGone() {
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ED25519);
    key.destroy();
    assertThrows(IllegalStateException.class, () -> key.sign(MESSAGE));
    assertThrows(IllegalStateException.class, key::pkcs8);
  }

  @Test
  void otherKindsOfPemAreRefusedByName() {
    for (String label :
        new String[] {"PUBLIC KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY"}) {
      byte[] pem = new Pem(label, new byte[] {1, 2, 3}).write().getBytes(StandardCharsets.UTF_8);
      AssayException e = assertThrows(AssayException.class, () -> PrivateKey.fromPem(pem));
      assertTrue(String.valueOf(e.getMessage()).toUpperCase(java.util.Locale.ROOT).contains(label));
    }
  }

  @org.junit.jupiter.api.Test
  void anEcKeyMayFollowItsParameters() {
    byte[] scalar = new byte[32];
    scalar[31] = 1;
    byte[] oid = DerWriter.oid(Curve.P256.oid());
    byte[] sec1 =
        DerWriter.sequence(
            DerWriter.integer(1), DerWriter.octets(scalar), DerWriter.element(0xa0, oid));
    String parameters = new Pem("EC PARAMETERS", oid).write();
    String key = new Pem("EC PRIVATE KEY", sec1).write();
    PrivateKey alone = PrivateKey.fromPem(dev.assay.bytes.Text.utf8(key));
    PrivateKey both = PrivateKey.fromPem(dev.assay.bytes.Text.utf8(parameters + key));
    org.junit.jupiter.api.Assertions.assertEquals(alone.publicKey(), both.publicKey());
    for (String other :
        new String[] {parameters, parameters + parameters + key, key + parameters}) {
      org.junit.jupiter.api.Assertions.assertThrows(
          dev.assay.bytes.AssayException.class,
          () -> PrivateKey.fromPem(dev.assay.bytes.Text.utf8(other)));
    }
  }
}
