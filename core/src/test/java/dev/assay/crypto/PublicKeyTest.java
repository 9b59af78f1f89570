package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Hex;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PublicKeyTest {

  private static final byte[] MESSAGE = "sample".getBytes(StandardCharsets.UTF_8);
  private static final Map<KeyAlgorithm, PrivateKey> KEYS = new EnumMap<>(KeyAlgorithm.class);

  static synchronized PrivateKey key(KeyAlgorithm algorithm) {
    return KEYS.computeIfAbsent(algorithm, PrivateKey::generate);
  }

  private static byte[] flipped(byte[] bytes, int bit) {
    byte[] out = bytes.clone();
    out[bit / 8] ^= (byte) (1 << bit % 8);
    return out;
  }

  private static void refused(byte[] spki) {
    AssayException e = assertThrows(AssayException.class, () -> PublicKey.fromSpki(spki));
    assertTrue(Set.of(Code.KEY_UNREADABLE, Code.KEY_UNSUPPORTED).contains(e.code()), e.code().id());
  }

  // RFC 6979 appendices A.2.5, A.2.6, A.2.7: message "sample".
  @ParameterizedTest
  @CsvSource({
    "P256, c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
        + ", efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        + ", f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    "P384, 6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8"
        + "96d5724e4c70a825f872c9ea60d2edf5"
        + ", 94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c"
        + "81a648152e44acf96e36dd1e80fabe46"
        + ", 99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94f"
        + "a329c145786e679e7b82c71a38628ac8",
    "P521, 00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75"
        + "caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b83538"
        + ", 00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f17"
        + "4e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e377fa"
        + ", 00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af28"
        + "2623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a"
  })
  void ecdsaSignaturesAreThoseOfRfc6979(String curve, String x, String r, String s) {
    PrivateKey key =
        new PrivateKey(new SigningKey.Ec(Curve.valueOf(curve), new BigInteger(x.strip(), 16)));
    byte[] expected = ecdsa(new BigInteger(r.strip(), 16), new BigInteger(s.strip(), 16));
    assertArrayEquals(expected, key.sign(MESSAGE));
    assertTrue(key.publicKey().verify(MESSAGE, expected));
  }

  // RFC 8032 section 7.1, tests 1 and 2.
  @ParameterizedTest
  @CsvSource({
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a, ''"
        + ", e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c, 72"
        + ", 92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
  })
  void ed25519SignaturesAreThoseOfRfc8032(String key, String message, String signature) {
    PublicKey read = PublicKey.ed25519(Hex.decode(key));
    assertTrue(read.verify(Hex.decode(message), Hex.decode(signature.strip())));
    assertArrayEquals(Hex.decode(key), read.raw());
  }

  private static String jdkSignature(KeyAlgorithm algorithm) {
    return switch (algorithm) {
      case ECDSA_P256 -> "SHA256withECDSA";
      case ECDSA_P384 -> "SHA384withECDSA";
      case ECDSA_P521 -> "SHA512withECDSA";
      case RSA -> "SHA256withRSA";
      case ED25519 -> "Ed25519";
      case ML_DSA_44, ML_DSA_65, ML_DSA_87 -> "ML-DSA";
    };
  }

  private static String jdkKey(KeyAlgorithm algorithm) {
    return switch (algorithm) {
      case ECDSA_P256, ECDSA_P384, ECDSA_P521 -> "EC";
      case RSA -> "RSA";
      case ED25519 -> "Ed25519";
      case ML_DSA_44, ML_DSA_65, ML_DSA_87 -> "ML-DSA";
    };
  }

  @ParameterizedTest
  @EnumSource
  void theJdkAcceptsOurSignatures(KeyAlgorithm algorithm) throws GeneralSecurityException {
    PrivateKey key = key(algorithm);
    Signature jdk = Signature.getInstance(jdkSignature(algorithm));
    jdk.initVerify(
        KeyFactory.getInstance(jdkKey(algorithm))
            .generatePublic(new X509EncodedKeySpec(key.publicKey().spki())));
    jdk.update(MESSAGE);
    assertTrue(jdk.verify(key.sign(MESSAGE)));
  }

  // The JDK's reader of ML-DSA keys knows another of their encodings only.
  @ParameterizedTest
  @EnumSource(names = {"ECDSA_P256", "ECDSA_P384", "ECDSA_P521", "RSA", "ED25519"})
  void weAcceptTheJdksSignaturesWithKeysWeWrote(KeyAlgorithm algorithm)
      throws GeneralSecurityException {
    PrivateKey key = key(algorithm);
    Signature jdk = Signature.getInstance(jdkSignature(algorithm));
    jdk.initSign(
        KeyFactory.getInstance(jdkKey(algorithm))
            .generatePrivate(new PKCS8EncodedKeySpec(key.pkcs8())));
    for (int i = 0; i < 20; i++) {
      byte[] message = new byte[i * 7];
      jdk.update(message);
      assertTrue(key.publicKey().verify(message, jdk.sign()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneFlippedBitIsRefused(KeyAlgorithm algorithm) {
    PrivateKey key = key(algorithm);
    byte[] signature = key.sign(MESSAGE);
    PublicKey publicKey = key.publicKey();
    assertTrue(publicKey.verify(MESSAGE, signature));
    for (int bit = 0; bit < MESSAGE.length * 8; bit++) {
      assertFalse(publicKey.verify(flipped(MESSAGE, bit), signature));
    }
    int step = signature.length > 1000 ? 61 : 1;
    for (int bit = 0; bit < signature.length * 8; bit += step) {
      assertFalse(publicKey.verify(MESSAGE, flipped(signature, bit)), "bit " + bit);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anotherLengthOfTheSignatureIsRefused(KeyAlgorithm algorithm) {
    PrivateKey key = key(algorithm);
    byte[] signature = key.sign(MESSAGE);
    int step = signature.length > 1000 ? 97 : 1;
    for (int length = 0; length < signature.length; length += step) {
      assertFalse(key.publicKey().verify(MESSAGE, Arrays.copyOf(signature, length)));
    }
    assertFalse(key.publicKey().verify(MESSAGE, Arrays.copyOf(signature, signature.length + 1)));
    assertFalse(key.publicKey().verify(MESSAGE, new byte[100_000]));
  }

  @ParameterizedTest
  @EnumSource
  void aKeyWithOneFlippedBitIsRefusedOrVerifiesNothing(KeyAlgorithm algorithm) {
    PrivateKey key = key(algorithm);
    byte[] signature = key.sign(MESSAGE);
    byte[] spki = key.publicKey().spki();
    Random random = new Random(5);
    for (int i = 0; i < 300; i++) {
      byte[] changed = flipped(spki, random.nextInt(spki.length * 8));
      try {
        PublicKey read = PublicKey.fromSpki(changed);
        assertNotEquals(key.publicKey(), read);
        assertFalse(read.verify(MESSAGE, signature));
      } catch (AssayException e) {
        assertTrue(Set.of(Code.KEY_UNREADABLE, Code.KEY_UNSUPPORTED).contains(e.code()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTruncatedOrLengthenedKeyIsRefused(KeyAlgorithm algorithm) {
    byte[] spki = key(algorithm).publicKey().spki();
    for (int length = 0; length < spki.length; length++) {
      refused(Arrays.copyOf(spki, length));
    }
    refused(Arrays.copyOf(spki, spki.length + 1));
  }

  @Test
  void aDigestCanStandForTheMessageOnlyWithTheAlgorithmsOwnHash() {
    PrivateKey p384 = key(KeyAlgorithm.ECDSA_P384);
    byte[] signature = p384.sign(MESSAGE);
    PublicKey key = p384.publicKey();
    assertTrue(key.verifyDigest(Hashes.digest(Digest.Algorithm.SHA384, MESSAGE), signature));
    assertFalse(key.verifyDigest(Hashes.sha256Digest(MESSAGE), signature));
    PrivateKey ed = key(KeyAlgorithm.ED25519);
    Digest sha512 = Hashes.digest(Digest.Algorithm.SHA512, MESSAGE);
    assertFalse(ed.publicKey().verifyDigest(sha512, ed.sign(MESSAGE)));
  }

  private static byte[] ecdsa(BigInteger r, BigInteger s) {
    return DerWriter.sequence(DerWriter.integer(r), DerWriter.integer(s));
  }

  @Test
  void anEcdsaSignatureHasOneEncoding() {
    PrivateKey key = key(KeyAlgorithm.ECDSA_P256);
    byte[] good = key.sign(MESSAGE);
    DerReader inner = new DerReader(good).enter(DerReader.SEQUENCE);
    byte[] r = DerWriter.integer(inner.unsigned());
    byte[] s = DerWriter.integer(inner.unsigned());
    byte[] zero = {0};
    byte[] padded = DerWriter.element(DerReader.INTEGER, zero, Arrays.copyOfRange(r, 2, r.length));
    byte[] longLength = new byte[good.length + 1];
    longLength[0] = 0x30;
    longLength[1] = (byte) 0x81;
    longLength[2] = (byte) (good.length - 2);
    System.arraycopy(good, 2, longLength, 3, good.length - 2);
    byte[] indefinite = new byte[good.length + 2];
    System.arraycopy(good, 0, indefinite, 0, good.length);
    indefinite[1] = (byte) 0x80;
    PublicKey publicKey = key.publicKey();
    for (byte[] bad :
        new byte[][] {
          DerWriter.sequence(padded, s),
          longLength,
          indefinite,
          DerWriter.sequence(r, s, DerWriter.none()),
          DerWriter.sequence(r),
          DerWriter.sequence(s, r),
          Arrays.copyOf(good, good.length + 1),
          new byte[0],
        }) {
      assertFalse(publicKey.verify(MESSAGE, bad), Hex.encode(bad));
    }
  }

  @Test
  void ecdsaNumbersOutOfRangeAreRefused() {
    PublicKey key = key(KeyAlgorithm.ECDSA_P256).publicKey();
    BigInteger n = Curve.P256.order();
    byte[] good = key(KeyAlgorithm.ECDSA_P256).sign(MESSAGE);
    DerReader inner = new DerReader(good).enter(DerReader.SEQUENCE);
    BigInteger r = inner.unsigned();
    BigInteger s = inner.unsigned();
    BigInteger zero = BigInteger.ZERO;
    assertFalse(key.verify(MESSAGE, ecdsa(zero, zero))); // CVE-2022-21449
    assertFalse(key.verify(MESSAGE, ecdsa(zero, s)));
    assertFalse(key.verify(MESSAGE, ecdsa(r, zero)));
    assertFalse(key.verify(MESSAGE, ecdsa(n, n)));
    assertFalse(key.verify(MESSAGE, ecdsa(r.add(n), s)));
    assertFalse(key.verify(MESSAGE, ecdsa(r, s.add(n))));
    assertFalse(key.verify(MESSAGE, ecdsa(r, s.negate())));
    assertFalse(key.verify(MESSAGE, ecdsa(BigInteger.ONE, BigInteger.ONE)));
  }

  @Test
  void aPointThatIsNotOnTheCurveIsRefused() {
    byte[] spki = key(KeyAlgorithm.ECDSA_P256).publicKey().spki();
    refused(flipped(spki, spki.length * 8 - 8));
    byte[] zero = spki.clone();
    Arrays.fill(zero, zero.length - 64, zero.length, (byte) 0);
    refused(zero);
    byte[] identifier = DerWriter.sequence(DerWriter.oid(Oids.EC), DerWriter.oid(Curve.P256.oid()));
    refused(DerWriter.sequence(identifier, DerWriter.bits(new byte[1]))); // infinity
  }

  @Test
  void aCompressedPointIsRefusedSinceAKeyHasOneEncoding() {
    byte[] spki = key(KeyAlgorithm.ECDSA_P256).publicKey().spki();
    byte[] compressed = Arrays.copyOfRange(spki, spki.length - 65, spki.length - 32);
    compressed[0] = (byte) (2 + (spki[spki.length - 1] & 1));
    byte[] identifier = DerWriter.sequence(DerWriter.oid(Oids.EC), DerWriter.oid(Curve.P256.oid()));
    refused(DerWriter.sequence(identifier, DerWriter.bits(compressed)));
  }

  @Test
  void anotherCurveIsRefused() {
    byte[] secp256k1 = Hex.decode("2b8104000a");
    byte[] identifier = DerWriter.sequence(DerWriter.oid(Oids.EC), DerWriter.oid(secp256k1));
    refused(DerWriter.sequence(identifier, DerWriter.bits(new byte[65])));
  }

  @Test
  void ed25519PointsOfSmallOrderAreRefused() {
    for (String point :
        new String[] {
          "0000000000000000000000000000000000000000000000000000000000000000",
          "0100000000000000000000000000000000000000000000000000000000000000",
          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        }) {
      byte[] raw = Hex.decode(point);
      assertThrows(AssayException.class, () -> PublicKey.ed25519(raw), point);
    }
  }

  @Test
  void anRsaKeyThatIsWeakOrSlowIsRefused() {
    BigInteger e = BigInteger.valueOf(65537);
    BigInteger odd = BigInteger.ONE.shiftLeft(2047).setBit(0);
    assertEquals(KeyAlgorithm.RSA, PublicKey.rsa(odd, e).algorithm());
    for (BigInteger modulus :
        new BigInteger[] {
          BigInteger.ONE.shiftLeft(1023).setBit(0),
          BigInteger.ONE.shiftLeft(2046).setBit(0),
          BigInteger.ONE.shiftLeft(2047),
          BigInteger.ONE.shiftLeft(8192).setBit(0),
          BigInteger.ZERO,
        }) {
      assertThrows(AssayException.class, () -> PublicKey.rsa(modulus, e));
    }
    for (BigInteger exponent :
        new BigInteger[] {
          BigInteger.ONE,
          BigInteger.valueOf(3),
          BigInteger.valueOf(65535),
          BigInteger.valueOf(65538),
          BigInteger.ONE.shiftLeft(32).setBit(0),
        }) {
      assertThrows(AssayException.class, () -> PublicKey.rsa(odd, exponent));
    }
  }

  // What a lenient reader of the padding would accept (CVE-2006-4339 and its kin).
  @Test
  void anRsaSignatureOverAnyOtherEncodingIsRefused() {
    PrivateKey key = key(KeyAlgorithm.RSA);
    DerReader info = new DerReader(key.pkcs8()).enter(DerReader.SEQUENCE);
    info.small();
    info.content(DerReader.SEQUENCE);
    DerReader numbers =
        new DerReader(info.content(DerReader.OCTET_STRING)).enter(DerReader.SEQUENCE);
    numbers.small();
    BigInteger n = numbers.unsigned();
    numbers.unsigned();
    BigInteger d = numbers.unsigned();
    int size = (n.bitLength() + 7) / 8;
    String hash = Hex.encode(Hashes.sha256(MESSAGE));
    String good = "3031300d060960864801650304020105000420" + hash;
    String noNull = "302f300b0609608648016503040201" + "0420" + hash;
    String sha1 = "3021300906052b0e03021a05000414" + hash.substring(0, 40);
    assertTrue(key.publicKey().verify(MESSAGE, raw(n, d, size, padded(good, size, ""))));
    for (String encoded :
        new String[] {
          padded(noNull, size, ""),
          padded(sha1, size, ""),
          padded(hash, size, ""),
          padded(good, size - 64, "00".repeat(64)), // the hash is not at the end
          "0001ffffffffffffffff00" + good + "00".repeat(size - 11 - good.length() / 2),
          "0002" + padded(good, size, "").substring(4),
        }) {
      assertFalse(key.publicKey().verify(MESSAGE, raw(n, d, size, encoded)), encoded);
    }
    // The same number, plus the modulus: another encoding of the same signature.
    BigInteger more = new BigInteger(1, key.sign(MESSAGE)).add(n);
    if (more.bitLength() <= size * 8) {
      assertFalse(key.publicKey().verify(MESSAGE, fixed(more, size)));
    }
  }

  private static String padded(String info, int size, String after) {
    int ff = size - 3 - info.length() / 2;
    return "0001" + "ff".repeat(ff) + "00" + info + after;
  }

  private static byte[] raw(BigInteger n, BigInteger d, int size, String encoded) {
    return fixed(new BigInteger(encoded, 16).modPow(d, n), size);
  }

  private static byte[] fixed(BigInteger value, int size) {
    byte[] bytes = value.toByteArray();
    byte[] out = new byte[size];
    int length = Math.min(size, bytes.length);
    System.arraycopy(bytes, bytes.length - length, out, size - length, length);
    return out;
  }

  @Test
  void pemIsOneBlockOfAPublicKey() {
    PublicKey key = key(KeyAlgorithm.ECDSA_P256).publicKey();
    String pem = key.pem();
    assertEquals(key, pem(pem));
    assertEquals(key, pem("\n" + pem.replace("\n", "\r\n") + "\n"));
    for (String bad :
        new String[] {
          "",
          "-----BEGIN PUBLIC KEY-----",
          pem + pem,
          "text\n" + pem,
          pem + "text",
          pem.replace("PUBLIC KEY", "CERTIFICATE"),
          pem.replace("END PUBLIC", "END PRIVATE"),
          pem.replaceFirst("=", ""),
          pem.replaceFirst("M", "-"),
          pem.replaceFirst("\n", "\nProc-Type: 4,ENCRYPTED\n\n"),
          pem.replace("-----BEGIN PUBLIC KEY-----\n", "-----BEGIN PUBLIC KEY-----"),
        }) {
      AssayException e = assertThrows(AssayException.class, () -> pem(bad), bad);
      assertEquals(Code.KEY_UNREADABLE, e.code());
    }
  }

  private static PublicKey pem(String text) {
    return PublicKey.fromPem(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void theIdIsTheHashOfTheKeyInfo() {
    PublicKey key = key(KeyAlgorithm.ML_DSA_44).publicKey();
    assertEquals(Hashes.sha256Digest(key.spki()), key.id());
    assertEquals(key, PublicKey.mlDsa44(key.raw()));
    assertThrows(IllegalStateException.class, () -> key(KeyAlgorithm.RSA).publicKey().raw());
  }
}
