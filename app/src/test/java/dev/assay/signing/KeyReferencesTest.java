package dev.assay.signing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.EncryptedKeyFile;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys in variables and behind plugins. */
class KeyReferencesTest {

  private static final byte[] MESSAGE = "a message".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private final Map<String, String> environment = new HashMap<>(System.getenv());

  private KeySettings settings() {
    return new KeySettings(
        environment, folder, Passwords.fromVariable(Optional.of("secret word")), t -> {});
  }

  private static AssayException refused(Code code, Runnable action) {
    AssayException e = assertThrows(AssayException.class, action::run);
    assertEquals(code, e.code(), e.getMessage());
    return e;
  }

  @Test
  void whatIsAFileAndWhatIsNot() {
    for (String file :
        new String[] {"a.key", "/x/y", "./pkcs11:x", "C:\\a", "a:b", "x/env://A", ""}) {
      assertTrue(KeyReferences.isFile(file), file);
    }
    for (String other :
        new String[] {
          "pkcs11:token=a", "env://A", "ssh-agent:", "awskms:///alias/x", "my-hsm://k"
        }) {
      assertFalse(KeyReferences.isFile(other), other);
    }
  }

  @Test
  void aVariableHoldsAKeyPlainOrEncrypted() {
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    environment.put("PLAIN", Text.utf8(key.pem()));
    environment.put("SEALED", Text.utf8(EncryptedKeyFile.seal(key, Text.utf8("secret word"))));
    environment.put("PUBLIC", key.publicKey().pem());
    for (String name : new String[] {"PLAIN", "SEALED"}) {
      Signer signer = KeyReferences.signer("env://" + name, settings());
      assertTrue(key.publicKey().verify(MESSAGE, signer.sign(MESSAGE)));
      assertEquals(key.publicKey(), KeyReferences.publicKey("env://" + name, settings()));
    }
    assertEquals(key.publicKey(), KeyReferences.publicKey("env://PUBLIC", settings()));
    refused(Code.KEY_UNREADABLE, () -> KeyReferences.signer("env://PUBLIC", settings()));
    refused(Code.KEY_UNREADABLE, () -> KeyReferences.signer("env://NOT_THERE", settings()));
    environment.put("NOISE", "not a key but secret");
    AssayException e =
        refused(Code.KEY_UNREADABLE, () -> KeyReferences.signer("env://NOISE", settings()));
    assertFalse(String.valueOf(e.getMessage()).contains("secret"), e.getMessage());
  }

  /** The plugin's other half: what it was asked, and a signature by a key in a file. */
  public static final class Plugin {
    private Plugin() {}

    /** Arguments: the folder of the keys, then what the protocol says. */
    public static void main(String[] args) throws IOException {
      if (!args[1].equals("v1")) {
        throw new IllegalArgumentException(args[1]);
      }
      Fields question = Fields.of(Json.parse(Text.utf8(args[2]), 1 << 20), "question");
      Fields init = question.object("initOptions");
      String key = init.string("keyResourceID");
      Path file = Path.of(args[0], key + ".pem");
      String method = question.string("methodName");
      question.object(method);
      Json.Builder answer = Json.object();
      if (key.startsWith("error")) {
        answer.put("errorMessage", "no such key: " + key);
      } else if (method.equals("defaultAlgorithm")) {
        answer.put(method, Json.object().put("defaultAlgorithm", "ecdsa-p384"));
      } else if (method.equals("createKey")) {
        String algorithm = question.object(method).string("algorithm");
        PrivateKey made = PrivateKey.generate(KeyAlgorithm.byId(algorithm).orElseThrow());
        Files.write(file, made.pem());
        answer.put(method, publicKey(made));
      } else {
        PrivateKey read = PrivateKey.fromPem(Files.readAllBytes(file));
        if (method.equals("publicKey")) {
          answer.put(method, publicKey(read));
        } else {
          long hash =
              question
                  .object(method)
                  .object("signOptions")
                  .object("messageOptions")
                  .integer("hashFunc");
          Map<KeyAlgorithm, Long> expected =
              Map.of(
                  KeyAlgorithm.ECDSA_P256,
                  5L,
                  KeyAlgorithm.ECDSA_P384,
                  6L,
                  KeyAlgorithm.RSA,
                  5L,
                  KeyAlgorithm.ED25519,
                  0L);
          if (hash != expected.getOrDefault(read.algorithm(), -1L)) {
            throw new IllegalArgumentException("hash " + hash);
          }
          byte[] message = System.in.readAllBytes();
          byte[] signed = key.startsWith("liar") ? new byte[] {1} : message;
          answer.put(method, Json.object().put("signature", Base64s.encode(read.sign(signed))));
        }
      }
      System.out.print(answer.build().compact());
      System.out.flush();
      System.err.print("");
      Runtime.getRuntime().halt(9); // its exit status says nothing
    }

    private static Json.Builder publicKey(PrivateKey key) {
      return Json.object().put("publicKeyPEM", Base64s.encode(Text.utf8(key.publicKey().pem())));
    }
  }

  private void plugin(String name, String script) throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Path file = bin.resolve("sigstore-kms-" + name);
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    environment.put("PATH", bin + ":" + environment.get("PATH"));
  }

  private void ourPlugin() throws IOException {
    plugin(
        "our-hsm",
        "exec '%s/bin/java' -cp '%s' '%s' '%s' \"$@\""
            .formatted(
                System.getProperty("java.home"),
                System.getProperty("java.class.path"),
                Plugin.class.getName(),
                folder));
  }

  @ParameterizedTest
  @EnumSource(names = {"ECDSA_P256", "ECDSA_P384", "RSA", "ED25519"})
  void aPluginSigns(KeyAlgorithm algorithm) throws IOException {
    ourPlugin();
    PrivateKey key = PrivateKey.generate(algorithm);
    Files.write(folder.resolve("team.pem"), key.pem());
    Signer signer = KeyReferences.signer("our-hsm://team", settings());
    assertEquals(key.publicKey(), signer.publicKey());
    assertTrue(key.publicKey().verify(MESSAGE, signer.sign(MESSAGE)));
    byte[] large = new byte[3 << 20];
    assertTrue(key.publicKey().verify(large, signer.sign(large)));
  }

  @Test
  void aPluginMakesKeys() throws IOException {
    ourPlugin();
    var made = KeyReferences.generate("our-hsm://new", Optional.empty(), settings());
    assertEquals(KeyAlgorithm.ECDSA_P384, made.algorithm());
    assertEquals(made, KeyReferences.publicKey("our-hsm://new", settings()));
    assertEquals(
        KeyAlgorithm.ED25519,
        KeyReferences.generate("our-hsm://ed", Optional.of("ed25519"), settings()).algorithm());
  }

  @Test
  void whatAPluginDoesWrongIsAnError() throws IOException {
    ourPlugin();
    AssayException told =
        refused(Code.SIGNING_FAILED, () -> KeyReferences.signer("our-hsm://error-7", settings()));
    assertTrue(String.valueOf(told.getMessage()).contains("no such key"), told.getMessage());
    Files.write(folder.resolve("liar.pem"), PrivateKey.generate(KeyAlgorithm.ECDSA_P256).pem());
    Signer liar = KeyReferences.signer("our-hsm://liar", settings());
    refused(Code.SIGNING_FAILED, () -> liar.sign(MESSAGE));
    plugin("silent", "exit 0");
    refused(Code.SIGNING_FAILED, () -> KeyReferences.signer("silent://k", settings()));
    plugin("garbage", "echo '{\"publicKey\": '");
    refused(Code.SIGNING_FAILED, () -> KeyReferences.signer("garbage://k", settings()));
    plugin("endless", "yes '{'");
    refused(Code.SIGNING_FAILED, () -> KeyReferences.signer("endless://k", settings()));
    plugin("hanging", "exec sleep 600");
    environment.put("ASSAY_KEY_TIMEOUT", "1");
    AssayException slow =
        refused(Code.SIGNING_FAILED, () -> KeyReferences.signer("hanging://k", settings()));
    assertTrue(String.valueOf(slow.getMessage()).contains("1 seconds"), slow.getMessage());
    AssayException none =
        refused(Code.KEY_UNREADABLE, () -> KeyReferences.signer("k8s://ns/name", settings()));
    assertTrue(String.valueOf(none.getMessage()).contains("sigstore-kms-k8s"), none.getMessage());
  }

  @Test
  void aProgramInTheWorkingFolderIsNotAPlugin() throws IOException {
    Path file = folder.resolve("sigstore-kms-near");
    Files.writeString(file, "#!/bin/sh\ntouch '" + folder.resolve("was-run") + "'\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String path : new String[] {"", ".", ":", "bin::"}) {
      environment.put("PATH", path);
      refused(Code.KEY_UNREADABLE, () -> KeyReferences.signer("near://k", settings()));
    }
    assertFalse(Files.exists(folder.resolve("was-run")));
  }

  @Test
  void aPluginDoesNotGetThePasswordOfOurFiles() throws IOException {
    environment.put(Passwords.VARIABLE, "secret word");
    plugin("nosy", "env > '" + folder.resolve("seen") + "'; echo '{}'");
    assertThrows(AssayException.class, () -> KeyReferences.signer("nosy://k", settings()));
    assertFalse(Files.readString(folder.resolve("seen")).contains("secret word"));
  }
}
