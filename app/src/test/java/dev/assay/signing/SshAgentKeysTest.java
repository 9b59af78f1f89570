package dev.assay.signing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenSSH's own agent holds the keys, OpenSSH's own verifier judges the signatures. */
class SshAgentKeysTest {

  private static final byte[] PAE = Text.utf8("DSSEv1 4 http 5 hello");

  @TempDir Path folder;
  private Optional<Process> agent = Optional.empty();
  private final Map<String, String> environment = new HashMap<>(System.getenv());

  @BeforeEach
  void start() throws Exception {
    Path socket = folder.resolve("agent");
    try {
      agent =
          Optional.of(
              new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
                  .redirectErrorStream(true)
                  .redirectOutput(folder.resolve("agent.log").toFile())
                  .start());
    } catch (IOException e) {
      Assumptions.abort("ssh-agent is not installed: apt-get install openssh-client");
    }
    for (int i = 0; i < 100 && !Files.exists(socket); i++) {
      Thread.sleep(50);
    }
    environment.put("SSH_AUTH_SOCK", socket.toString());
  }

  @AfterEach
  void end() {
    agent.ifPresent(Process::destroy);
  }

  private int run(Optional<Path> in, String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("output").toFile());
    in.ifPresent(f -> builder.redirectInput(f.toFile()));
    Process process = builder.start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return process.exitValue();
  }

  private void key(String type, String name) throws Exception {
    assertEquals(
        0, run(Optional.empty(), "ssh-keygen", "-q", "-t", type, "-N", "", "-C", name, "-f", name));
    assertEquals(0, run(Optional.empty(), "ssh-add", name));
  }

  private KeySettings settings() {
    return new KeySettings(environment, folder, Passwords.fromVariable(Optional.empty()), t -> {});
  }

  private static AssayException refused(Code code, Runnable action) {
    AssayException e = assertThrows(AssayException.class, action::run);
    assertEquals(code, e.code(), e.getMessage());
    return e;
  }

  @Test
  void openSshAcceptsWhatTheAgentSigned() throws Exception {
    StringBuilder allowed = new StringBuilder();
    Files.writeString(folder.resolve("file"), "content");
    Files.writeString(folder.resolve("other"), "content, changed");
    for (String type : List.of("ed25519", "ecdsa", "rsa")) {
      key(type, "key-" + type);
      allowed
          .append(type)
          .append(" ")
          .append(Files.readString(folder.resolve("key-" + type + ".pub")));
    }
    Files.writeString(folder.resolve("allowed"), allowed);
    assertEquals(3, SshAgentKeys.list(settings()).size());
    for (String type : List.of("ed25519", "ecdsa", "rsa")) {
      byte[] made =
          SshAgentKeys.signature(
              "ssh-agent://key-" + type, Text.utf8("content"), "file", settings());
      Files.write(folder.resolve("sig"), made);
      String[] verify = {
        "ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", type, "-n", "file", "-s", "sig"
      };
      assertEquals(0, run(Optional.of(folder.resolve("file")), verify), () -> said());
      assertFalse(run(Optional.of(folder.resolve("other")), verify) == 0);
      verify[8] = "git";
      assertFalse(run(Optional.of(folder.resolve("file")), verify) == 0);
    }
  }

  private String said() {
    try {
      return Files.readString(folder.resolve("output"));
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void theAgentSignsEnvelopesAndNoFileAsItIs() throws Exception {
    for (String type : List.of("ed25519", "ecdsa", "rsa")) {
      key(type, "key-" + type);
      Signer signer = KeyReferences.signer("ssh-agent://key-" + type, settings());
      assertTrue(signer.publicKey().verify(PAE, signer.sign(PAE)));
      refused(Code.KEY_UNSUPPORTED, () -> signer.sign(Text.utf8("content")));
      refused(Code.KEY_UNSUPPORTED, () -> signer.sign(new byte[0]));
    }
  }

  @Test
  void aKeyIsNamedByFingerprintOrCommentOrIsTheOnlyOne() throws Exception {
    refused(Code.KEY_UNREADABLE, () -> KeyReferences.signer("ssh-agent:", settings()));
    key("ed25519", "one");
    Signer one = KeyReferences.signer("ssh-agent:", settings());
    key("ed25519", "two");
    AssayException e =
        refused(Code.KEY_UNREADABLE, () -> KeyReferences.signer("ssh-agent:", settings()));
    assertTrue(e.hint().orElse("").contains("SHA256:"), e.hint().toString());
    String uri =
        SshAgentKeys.list(settings()).stream()
            .filter(k -> k.comment().equals("one"))
            .findFirst()
            .orElseThrow()
            .uri();
    assertTrue(uri.startsWith("ssh-agent://SHA256:"), uri);
    assertEquals(one.publicKey(), KeyReferences.publicKey(uri, settings()));
    refused(Code.KEY_UNREADABLE, () -> KeyReferences.signer("ssh-agent://three", settings()));
    assertEquals(0, run(Optional.empty(), "ssh-add", "-D"));
    refused(Code.SIGNING_FAILED, () -> one.sign(PAE));
  }

  @Test
  void noAgentIsAnError() {
    environment.remove("SSH_AUTH_SOCK");
    refused(Code.KEY_UNREADABLE, () -> KeyReferences.signer("ssh-agent:", settings()));
    environment.put("SSH_AUTH_SOCK", folder.resolve("nothing").toString());
    refused(Code.SIGNING_FAILED, () -> KeyReferences.signer("ssh-agent:", settings()));
  }
}
