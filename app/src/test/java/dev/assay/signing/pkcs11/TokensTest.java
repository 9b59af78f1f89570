package dev.assay.signing.pkcs11;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import dev.assay.signing.KeySettings;
import dev.assay.signing.Signer;
import dev.assay.signing.SoftHsm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys in SoftHSM's tokens: a real module, in its own process. */
class TokensTest {

  private static final byte[] MESSAGE = "a message".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;

  private static AssayException refused(Code code, Runnable action) {
    AssayException e = assertThrows(AssayException.class, action::run);
    assertEquals(code, e.code(), e.getMessage());
    assertFalse((e.getMessage() + e.hint()).contains(SoftHsm.PIN), e.getMessage());
    return e;
  }

  @ParameterizedTest
  @EnumSource(names = {"ECDSA_P256", "ECDSA_P384", "ECDSA_P521", "ED25519"})
  void softHsmSigns(KeyAlgorithm algorithm) throws Exception {
    SoftHsm hsm = new SoftHsm(folder, "Release");
    String uri = hsm.uri("token=Release;object=signing");
    PublicKey made = Tokens.generate(uri, algorithm, hsm.settings());
    assertEquals(algorithm, made.algorithm());
    try (Signer signer = Tokens.signer(uri, hsm.settings())) {
      assertEquals(made, signer.publicKey());
      for (int i = 0; i < 3; i++) {
        byte[] message = ("message " + i).getBytes(StandardCharsets.UTF_8);
        assertTrue(made.verify(message, signer.sign(message)));
      }
    }
  }

  @Test
  void anRsaKeyThatWasImportedSigns() throws Exception {
    SoftHsm hsm = new SoftHsm(folder, "Release");
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.RSA);
    Files.write(folder.resolve("rsa.pem"), key.pem());
    hsm.tool(
        "softhsm2-util",
        "--import",
        folder.resolve("rsa.pem").toString(),
        "--token",
        "Release",
        "--label",
        "rsa",
        "--id",
        "A1b2",
        "--pin",
        SoftHsm.PIN);
    try (Signer signer = Tokens.signer(hsm.uri("token=Release;id=%a1%B2"), hsm.settings())) {
      assertEquals(key.publicKey(), signer.publicKey());
      assertTrue(key.publicKey().verify(MESSAGE, signer.sign(MESSAGE)));
    }
  }

  @Test
  void aPublicKeyIsShownWithoutAPin() throws Exception {
    SoftHsm hsm = new SoftHsm(folder, "Release");
    String uri = hsm.uri("token=Release;object=signing");
    PublicKey made = Tokens.generate(uri, KeyAlgorithm.ECDSA_P256, hsm.settings());
    Map<String, String> noPin = new HashMap<>(hsm.environment());
    noPin.remove("COSIGN_PKCS11_PIN");
    KeySettings settings = hsm.settings(noPin, Optional.empty(), t -> {});
    assertEquals(made, Tokens.publicKey(uri, settings));
    List<Tokens.Listed> listed = Tokens.list(hsm.file(), settings);
    assertEquals(1, listed.size());
    assertEquals(Optional.of(made), listed.getFirst().key());
    assertEquals(made, Tokens.publicKey(listed.getFirst().uri(), settings));
    refused(Code.KEY_PASSWORD, () -> Tokens.signer(uri, settings));
  }

  @Test
  void thePinComesFromTheUriAFileTheVariableOrAPerson() throws Exception {
    SoftHsm hsm = new SoftHsm(folder, "Release");
    String uri = hsm.uri("token=Release;object=signing");
    PublicKey made = Tokens.generate(uri, KeyAlgorithm.ECDSA_P256, hsm.settings());
    Map<String, String> noPin = new HashMap<>(hsm.environment());
    noPin.remove("COSIGN_PKCS11_PIN");
    List<String> notices = new ArrayList<>();
    KeySettings nobody = hsm.settings(noPin, Optional.empty(), notices::add);
    Files.writeString(folder.resolve("pin"), SoftHsm.PIN + "\n");
    for (String more :
        List.of("&pin-value=" + SoftHsm.PIN, "&pin-source=file:" + folder.resolve("pin"))) {
      try (Signer signer = Tokens.signer(uri + more, nobody)) {
        assertTrue(made.verify(MESSAGE, signer.sign(MESSAGE)));
      }
    }
    assertTrue(notices.stream().anyMatch(n -> n.contains("pin-value")), notices.toString());
    assertFalse(notices.toString().contains(SoftHsm.PIN));
    KeySettings person = hsm.settings(noPin, Optional.of(SoftHsm.PIN), notices::add);
    try (Signer signer = Tokens.signer(uri, person)) {
      assertTrue(made.verify(MESSAGE, signer.sign(MESSAGE)));
    }
    KeySettings mistaken = hsm.settings(noPin, Optional.of("999999"), notices::add);
    AssayException e = refused(Code.KEY_PASSWORD, () -> Tokens.signer(uri, mistaken));
    assertTrue(String.valueOf(e.getMessage()).contains("CKR_PIN_INCORRECT"), e.getMessage());
  }

  @Test
  void aKeyThatWantsAPinEachTimeAsksEachTime() throws Exception {
    SoftHsm hsm = new SoftHsm(folder, "Release");
    hsm.tool(
        "pkcs11-tool",
        "--module",
        hsm.file().toString(),
        "--login",
        "--pin",
        SoftHsm.PIN,
        "--token-label",
        "Release",
        "--keypairgen",
        "--key-type",
        "EC:prime256v1",
        "--label",
        "careful",
        "--id",
        "07",
        "--always-auth",
        "--usage-sign");
    Map<String, String> noPin = new HashMap<>(hsm.environment());
    noPin.remove("COSIGN_PKCS11_PIN");
    AtomicInteger asked = new AtomicInteger();
    KeySettings settings =
        new KeySettings(
            noPin,
            folder,
            new dev.assay.signing.Passwords(
                Optional.empty(),
                question -> {
                  asked.incrementAndGet();
                  return Optional.of(SoftHsm.PIN.toCharArray());
                }),
            t -> {});
    try (Signer signer = Tokens.signer(hsm.uri("token=Release;object=careful"), settings)) {
      assertEquals(1, asked.get());
      assertTrue(signer.publicKey().verify(MESSAGE, signer.sign(MESSAGE)));
      assertEquals(1, asked.get(), "the PIN of the login does for the first signature");
      assertTrue(signer.publicKey().verify(MESSAGE, signer.sign(MESSAGE)));
      assertEquals(2, asked.get());
    }
  }

  @Test
  void severalKeysOrTokensAreNamedAndNoneIsTaken() throws Exception {
    SoftHsm hsm = new SoftHsm(folder, "Release", "Backup");
    Tokens.generate(
        hsm.uri("token=Release;object=a;id=%01"), KeyAlgorithm.ECDSA_P256, hsm.settings());
    Tokens.generate(
        hsm.uri("token=Release;object=b;id=%02"), KeyAlgorithm.ECDSA_P256, hsm.settings());
    AssayException keys =
        refused(Code.KEY_UNREADABLE, () -> Tokens.signer(hsm.uri("token=Release"), hsm.settings()));
    assertTrue(String.valueOf(keys.getMessage()).contains("2 private keys"), keys.getMessage());
    assertTrue(keys.hint().orElse("").contains("object=a;id=%01"), keys.hint().toString());
    assertTrue(keys.hint().orElse("").contains("object=b;id=%02"), keys.hint().toString());
    AssayException tokens =
        refused(Code.KEY_UNREADABLE, () -> Tokens.signer(hsm.uri("object=a"), hsm.settings()));
    assertTrue(String.valueOf(tokens.getMessage()).contains("2 tokens"), tokens.getMessage());
    assertTrue(tokens.hint().orElse("").contains("token=Backup"), tokens.hint().toString());
    refused(
        Code.KEY_UNREADABLE,
        () -> Tokens.signer(hsm.uri("token=Release;object=c"), hsm.settings()));
    refused(Code.KEY_UNREADABLE, () -> Tokens.signer(hsm.uri("token=Nobody"), hsm.settings()));
    refused(
        Code.FILE_EXISTS,
        () ->
            Tokens.generate(
                hsm.uri("token=Release;object=a"), KeyAlgorithm.ECDSA_P256, hsm.settings()));
  }

  @Test
  void aKeyThatIsMadeInATokenCannotLeaveIt() throws Exception {
    SoftHsm hsm = new SoftHsm(folder, "Release");
    Tokens.generate(
        hsm.uri("token=Release;object=signing"), KeyAlgorithm.ECDSA_P256, hsm.settings());
    String shown =
        hsm.tool(
            "pkcs11-tool",
            "--module",
            hsm.file().toString(),
            "--login",
            "--pin",
            SoftHsm.PIN,
            "--token-label",
            "Release",
            "--list-objects",
            "--type",
            "privkey");
    assertTrue(shown.contains("sensitive") && shown.contains("never extractable"), shown);
  }

  @Test
  void thePinIsInNoArgumentAndNoEnvironmentOfTheOtherProcess() throws Exception {
    SoftHsm hsm = new SoftHsm(folder, "Release");
    String uri = hsm.uri("token=Release;object=signing");
    Tokens.generate(uri, KeyAlgorithm.ECDSA_P256, hsm.settings());
    try (Signer signer = Tokens.signer(uri + "&pin-value=" + SoftHsm.PIN, hsm.settings())) {
      assertFalse(signer.toString().contains(SoftHsm.PIN));
      List<ProcessHandle> hosts = ProcessHandle.current().descendants().toList();
      assertNotEquals(0, hosts.size());
      for (ProcessHandle host : hosts) {
        Path proc = Path.of("/proc", Long.toString(host.pid()));
        for (String file : List.of("cmdline", "environ")) {
          if (Files.isReadable(proc.resolve(file))) {
            String text =
                new String(Files.readAllBytes(proc.resolve(file)), StandardCharsets.ISO_8859_1);
            assertFalse(text.contains(SoftHsm.PIN), file);
          }
        }
      }
    }
  }
}
