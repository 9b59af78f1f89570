package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SignedCertificateTimestampsTest {

  private static final TestAuthority ROOT = TestAuthority.root("root").build();
  private static final long TIME = 1_780_000_000_123L;

  private static byte[] vector(int width, byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    byte[] content = out.toByteArray();
    byte[] length = ByteBuffer.allocate(4).putInt(content.length).array();
    out.reset();
    out.writeBytes(Arrays.copyOfRange(length, 4 - width, 4));
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    return Arrays.copyOfRange(vector(4, parts), 4, vector(4, parts).length);
  }

  private static byte[] time(long millis) {
    return ByteBuffer.allocate(8).putLong(millis).array();
  }

  private static int[] algorithm(SignatureScheme scheme) {
    return switch (scheme) {
      case RSA_PKCS1_SHA256 -> new int[] {4, 1};
      case ED25519 -> new int[] {8, 7};
      default -> new int[] {4, 3};
    };
  }

  /** As a log signs: the certificate before the list is in it. */
  private static byte[] sct(
      PrivateKey log, SignatureScheme scheme, byte[] extensions, Certificate plain, byte[] issuer) {
    byte[] signed =
        join(
            new byte[2],
            time(TIME),
            new byte[] {0, 1},
            Hashes.sha256(issuer),
            vector(3, plain.tbs()),
            vector(2, extensions));
    int[] algorithm = algorithm(scheme);
    return join(
        new byte[1],
        Hashes.sha256(log.publicKey().spki()),
        time(TIME),
        vector(2, extensions),
        new byte[] {(byte) algorithm[0], (byte) algorithm[1]},
        vector(2, log.sign(scheme, signed)));
  }

  private static byte[] embedded(byte[] list) {
    return DerWriter.octets(list);
  }

  private record Made(Certificate leaf, SignedCertificateTimestamps.Sct sct) {}

  /** The same certificate twice, without and with the list: only serial numbers would differ. */
  private static Made make(PrivateKey log, SignatureScheme scheme, byte[] extensions) {
    TestAuthority.Builder builder = ROOT.leaf().serial(77);
    Certificate plain = builder.certificate();
    byte[] sct = sct(log, scheme, extensions, plain, ROOT.key.publicKey().spki());
    Certificate leaf =
        builder.raw(Certificate.SCT_LIST, false, embedded(vector(2, vector(2, sct)))).certificate();
    assertArrayEquals(plain.tbs(), SignedCertificateTimestamps.withoutTimestamps(leaf));
    List<SignedCertificateTimestamps.Sct> read = SignedCertificateTimestamps.read(leaf);
    assertEquals(1, read.size());
    return new Made(leaf, read.getFirst());
  }

  @ParameterizedTest
  @EnumSource(names = {"ECDSA_SHA256", "RSA_PKCS1_SHA256", "ED25519"})
  void aLogsPromiseIsAboutThisCertificateThisIssuerAndThisTime(SignatureScheme scheme) {
    KeyAlgorithm kind =
        switch (scheme) {
          case RSA_PKCS1_SHA256 -> KeyAlgorithm.RSA;
          case ED25519 -> KeyAlgorithm.ED25519;
          default -> KeyAlgorithm.ECDSA_P256;
        };
    PrivateKey log = PublicKeyTest.key(kind);
    byte[] extensions = {0, 0, 5, 0, 0, 0, 1, 2};
    Made made = make(log, scheme, extensions);
    SignedCertificateTimestamps.Sct sct = made.sct();
    assertEquals(Instant.ofEpochMilli(TIME), sct.time());
    assertEquals(scheme, sct.scheme());
    assertArrayEquals(extensions, sct.extensions());
    assertArrayEquals(log.publicKey().id().value(), sct.logId());
    PublicKey key = log.publicKey();
    assertTrue(
        SignedCertificateTimestamps.verify(sct, made.leaf(), ROOT.certificate, key), "the log's");

    // Another key, another certificate, another issuer, another time, other extensions.
    PublicKey other = PrivateKey.generate(KeyAlgorithm.ECDSA_P256).publicKey();
    assertFalse(SignedCertificateTimestamps.verify(sct, made.leaf(), ROOT.certificate, other));
    Made another = make(log, scheme, new byte[0]);
    Certificate leaf =
        ROOT.leaf()
            .raw(
                Certificate.SCT_LIST,
                false,
                made.leaf().extension(Certificate.SCT_LIST).orElseThrow())
            .certificate();
    assertFalse(SignedCertificateTimestamps.verify(sct, leaf, ROOT.certificate, key));
    assertFalse(
        SignedCertificateTimestamps.verify(another.sct(), made.leaf(), ROOT.certificate, key));
    assertFalse(
        SignedCertificateTimestamps.verify(
            sct, made.leaf(), TestAuthority.root("root").certificate(), key));
    for (SignedCertificateTimestamps.Sct forged :
        List.of(
            new SignedCertificateTimestamps.Sct(
                sct.logId(), sct.time().plusMillis(1), extensions, scheme, sct.signature()),
            new SignedCertificateTimestamps.Sct(
                sct.logId(), sct.time(), new byte[0], scheme, sct.signature()))) {
      assertFalse(SignedCertificateTimestamps.verify(forged, made.leaf(), ROOT.certificate, key));
    }
  }

  private static void refused(byte[] value) {
    Certificate leaf = ROOT.leaf().raw(Certificate.SCT_LIST, false, value).certificate();
    AssayException e =
        assertThrows(AssayException.class, () -> SignedCertificateTimestamps.read(leaf));
    assertEquals(Code.BAD_CERTIFICATE, e.code());
  }

  @Test
  void aListIsReadWhollyOrNotAtAll() {
    PrivateKey log = PublicKeyTest.key(KeyAlgorithm.ED25519);
    byte[] sct =
        sct(
            log,
            SignatureScheme.ED25519,
            new byte[0],
            ROOT.leaf().certificate(),
            ROOT.key.publicKey().spki());
    byte[] good = vector(2, vector(2, sct));
    assertEquals(1, SignedCertificateTimestamps.list(good).size());
    assertEquals(
        List.of(), SignedCertificateTimestamps.read(ROOT.leaf().certificate()), "none embedded");
    refused(good); // not in an OCTET STRING
    refused(embedded(new byte[0]));
    refused(embedded(vector(2)));
    refused(embedded(join(good, new byte[1])));
    refused(join(embedded(good), new byte[1]));
    refused(embedded(vector(2, vector(2, sct, new byte[1]))));
    refused(embedded(vector(2, vector(2, sct), new byte[1])));
    refused(embedded(vector(2, vector(2))));
    for (int at : new int[] {0, 33, 43, 44}) { // version, sign of the time, hash, signature
      byte[] bad = sct.clone();
      bad[at] |= (byte) 0x80;
      refused(embedded(vector(2, vector(2, bad))));
    }
    byte[][] many = new byte[33][];
    Arrays.fill(many, vector(2, sct));
    refused(embedded(vector(2, many)));
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThrows(AssayException.class, () -> SignedCertificateTimestamps.list(cut));
    }
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      byte[] mutated = good.clone();
      for (int j = 0; j <= i % 3; j++) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
      }
      try {
        SignedCertificateTimestamps.list(mutated);
      } catch (AssayException e) {
        assertEquals(Code.BAD_CERTIFICATE, e.code());
      }
    }
  }
}
