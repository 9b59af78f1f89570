package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SshSignatureTest {

  private static final byte[] FILE = "content\n".getBytes(StandardCharsets.UTF_8);
  private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
  private static final PrivateKey ED = PrivateKey.generate(KeyAlgorithm.ED25519);
  private static final PrivateKey EC = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);

  static Digest digest(SshSignature signature, byte[] file) {
    return Hashes.digest(signature.hash(), file);
  }

  private static boolean good(byte[] armored) {
    SshSignature read = SshSignature.parse(armored);
    return read.signs(digest(read, FILE));
  }

  private static void refused(Code code, String why, byte[] armored) {
    AssayException e = assertThrows(AssayException.class, () -> SshSignature.parse(armored));
    assertEquals(code, e.code());
    assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
  }

  private static SshAllowedSigners.Answer judge(
      String allowed, byte[] signature, @Nullable String principal, Instant time) {
    SshSignature read = SshSignature.parse(signature);
    return SshAllowedSigners.parse(allowed.getBytes(StandardCharsets.UTF_8))
        .judge(
            read,
            digest(read, FILE),
            "file",
            Optional.ofNullable(principal),
            SshRevokedKeys.NONE,
            time);
  }

  private static void counts(String allowed, byte[] signature) {
    SshAllowedSigners.Answer answer = judge(allowed, signature, "al@acme.example", NOW);
    assertTrue(answer.signer().isPresent(), answer.detail());
    assertEquals(Optional.empty(), answer.code());
  }

  private static void refuses(Code code, String allowed, byte[] signature) {
    SshAllowedSigners.Answer answer = judge(allowed, signature, "al@acme.example", NOW);
    assertEquals(Optional.of(code), answer.code(), answer.detail());
    assertEquals(Optional.empty(), answer.signer());
  }

  @ParameterizedTest
  @EnumSource(
      value = KeyAlgorithm.class,
      names = {"ED25519", "ECDSA_P256", "ECDSA_P384", "ECDSA_P521", "RSA"})
  void signaturesOfEachKindAreVerified(KeyAlgorithm algorithm) {
    SshMaker maker = SshMaker.of(PrivateKey.generate(algorithm));
    SshSignature read = SshSignature.parse(maker.sign(FILE));
    assertEquals(maker.key.publicKey(), read.key().publicKey());
    assertEquals("file", read.namespace());
    assertEquals(Digest.Algorithm.SHA512, read.hash());
    assertFalse(read.key().isSecurityKey());
    assertTrue(read.signs(digest(read, FILE)));
    assertFalse(read.signs(digest(read, new byte[0])));
    assertFalse(read.signs(Hashes.sha256Digest(FILE)), "a digest by another hash");
    SshMaker sha256 = SshMaker.of(maker.key);
    sha256.hash = Digest.Algorithm.SHA256;
    sha256.hashName = "sha256";
    assertTrue(good(sha256.sign(FILE)));
  }

  @ParameterizedTest
  @EnumSource(
      value = KeyAlgorithm.class,
      names = {"ED25519", "ECDSA_P256"})
  void securityKeysSayWhoWasThere(KeyAlgorithm algorithm) {
    SshMaker maker = SshMaker.securityKey(PrivateKey.generate(algorithm));
    for (int flags : new int[] {0, 1, 4, 5}) {
      maker.flags = flags;
      SshSignature read = SshSignature.parse(maker.sign(FILE));
      assertTrue(read.signs(digest(read, FILE)));
      assertTrue(read.key().isSecurityKey());
      assertEquals(Optional.of("ssh:"), read.key().application());
      assertEquals((flags & 1) != 0, read.userPresent());
      assertEquals((flags & 4) != 0, read.userVerified());
      assertEquals(7, read.counter());
    }
    // Claiming a touch afterwards breaks the signature.
    maker.flags = 0;
    maker.sentFlags = 1;
    assertFalse(good(maker.sign(FILE)));
  }

  @Test
  void aTouchIsAskedFor() {
    SshMaker maker = SshMaker.securityKey(ED);
    String line = "al@acme.example " + maker.pub() + "\n";
    String noTouch = "al@acme.example no-touch-required " + maker.pub() + "\n";
    String verified = "al@acme.example verify-required " + maker.pub() + "\n";
    String both = "al@acme.example no-touch-required,verify-required " + maker.pub() + "\n";
    counts(line, maker.sign(FILE));
    refuses(Code.USER_NOT_PRESENT, verified, maker.sign(FILE));
    maker.flags = 0;
    refuses(Code.USER_NOT_PRESENT, line, maker.sign(FILE));
    counts(noTouch, maker.sign(FILE));
    maker.flags = 4;
    refuses(Code.USER_NOT_PRESENT, line, maker.sign(FILE));
    refuses(Code.USER_NOT_PRESENT, verified, maker.sign(FILE));
    counts(both, maker.sign(FILE));
    maker.flags = 5;
    counts(verified, maker.sign(FILE));
    SshMaker plain = SshMaker.of(ED);
    refuses(
        Code.USER_NOT_PRESENT, "al@acme.example verify-required " + plain.pub(), plain.sign(FILE));
  }

  // The same numbers as a plain key, or made for something else, are another key.
  @Test
  void aSecurityKeyIsMoreThanItsNumbers() {
    SshMaker sk = SshMaker.securityKey(ED);
    refuses(Code.WRONG_KEY, "* " + SshMaker.of(ED).pub(), sk.sign(FILE));
    refuses(Code.WRONG_KEY, "* " + sk.pub(), SshMaker.of(ED).sign(FILE));
    SshMaker other = SshMaker.securityKey(ED);
    other.application = "webauthn:";
    refuses(Code.WRONG_KEY, "* " + sk.pub(), other.sign(FILE));
  }

  @Test
  void whatIsNotSuchASignatureIsRefused() {
    SshMaker magic = SshMaker.of(ED);
    magic.magic = "SSHSIH";
    refused(Code.BAD_ENCODING, "SSH structure", magic.sign(FILE));
    SshMaker version = SshMaker.of(ED);
    version.version = 2;
    refused(Code.BAD_ENCODING, "version 2", version.sign(FILE));
    SshMaker namespace = SshMaker.of(ED);
    namespace.namespace = "";
    refused(Code.BAD_ENCODING, "namespace", namespace.sign(FILE));
    namespace.namespace = "n".repeat(256);
    refused(Code.BAD_ENCODING, "namespace", namespace.sign(FILE));
    namespace.namespace = "file\0x";
    refused(Code.BAD_ENCODING, "structure", namespace.sign(FILE));
    SshMaker reserved = SshMaker.of(ED);
    reserved.reserved = "x";
    refused(Code.BAD_ENCODING, "reserved", reserved.sign(FILE));
    SshMaker hash = SshMaker.of(ED);
    hash.hashName = "sha1";
    refused(Code.BAD_ENCODING, "hash", hash.sign(FILE));
    SshMaker trailing = SshMaker.of(ED);
    trailing.trailing = new byte[1];
    refused(Code.BAD_ENCODING, "structure", trailing.sign(FILE));
    byte[] good = SshMaker.of(ED).sign(FILE);
    refused(Code.BAD_ENCODING, "not PEM", Arrays.copyOf(good, good.length - 3));
    refused(
        Code.BAD_ENCODING,
        "not PEM",
        (new String(good, StandardCharsets.US_ASCII) + "x").getBytes(StandardCharsets.US_ASCII));
    refused(Code.BAD_ENCODING, "not PEM", new byte[0]);
    refused(Code.TOO_LARGE, "at most", new byte[Limits.SSH_SIGNATURE_BYTES + 1]);
    refused(
        Code.BAD_ENCODING, "PUBLIC KEY", EC.publicKey().pem().getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void theAlgorithmIsTheKeys() {
    PrivateKey rsa = PrivateKey.generate(KeyAlgorithm.RSA);
    SshMaker sha1 = SshMaker.of(rsa);
    sha1.algorithm = "ssh-rsa";
    refused(Code.KEY_UNSUPPORTED, "\"ssh-rsa\"", sha1.sign(FILE));
    SshMaker other = SshMaker.of(rsa);
    other.algorithm = "rsa-sha2-512";
    assertFalse(good(other.sign(FILE)), "signed with SHA-256");
    SshMaker ed = SshMaker.of(ED);
    ed.algorithm = "ecdsa-sha2-nistp256";
    refused(Code.KEY_UNSUPPORTED, "ecdsa-sha2-nistp256", ed.sign(FILE));
    SshMaker webauthn = SshMaker.securityKey(EC);
    webauthn.algorithm = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com";
    refused(Code.KEY_UNSUPPORTED, "webauthn", webauthn.sign(FILE));
    refused(
        Code.KEY_UNSUPPORTED,
        "certificate",
        new SshMaker(ED, "ssh-ed25519-cert-v01@openssh.com").sign(FILE));
    refused(Code.KEY_UNSUPPORTED, "kind", new SshMaker(ED, "ssh-dss").sign(FILE));
    refused(Code.BAD_ENCODING, "curve", new SshMaker(EC, "ecdsa-sha2-nistp384").sign(FILE));
  }

  @Test
  void everyFlippedBitIsRefused() {
    for (SshMaker maker : List.of(SshMaker.of(ED), SshMaker.of(EC), SshMaker.securityKey(ED))) {
      byte[] blob = maker.blob(FILE);
      SshKey key = SshSignature.parse(SshMaker.armor(blob)).key();
      for (int i = 0; i < 8 * blob.length; i++) {
        byte[] flipped = blob.clone();
        flipped[i / 8] ^= (byte) (1 << i % 8);
        try {
          SshSignature read = SshSignature.parse(SshMaker.armor(flipped));
          assertFalse(
              read.key().equals(key) && read.signs(digest(read, FILE)), "bit " + i + " may change");
        } catch (AssayException e) {
          assertTrue(e.code() == Code.BAD_ENCODING || e.code() == Code.KEY_UNSUPPORTED);
        }
      }
    }
  }

  @Test
  void anyBytesAreReadOrRefused() {
    Random random = new Random(4251);
    byte[] blob = SshMaker.securityKey(EC).blob(FILE);
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = Arrays.copyOf(blob, blob.length - random.nextInt(3));
      for (int j = random.nextInt(5); j >= 0; j--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        SshSignature read = SshSignature.parse(SshMaker.armor(bytes));
        read.signs(digest(read, FILE));
      } catch (AssayException e) {
        assertTrue(e.code() == Code.BAD_ENCODING || e.code() == Code.KEY_UNSUPPORTED);
      }
    }
  }
}
