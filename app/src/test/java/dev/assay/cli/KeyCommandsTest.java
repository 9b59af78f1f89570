package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.crypto.EncryptedKeyFile;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.signing.SoftHsm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyCommandsTest {

  private static final String POLICY =
      """
      apiVersion: assay.dev/v1
      kind: TrustPolicy
      metadata:
        name: production
      spec:
        mode: enforce
        signers:
          - name: release # the team
            keyFile: release.pub
        rules:
          - images: ["registry.example/**"]
            signature:
              signers: [release]
      """;

  @TempDir Path root;

  @SuppressWarnings("NullAway.Init")
  private Sandbox sandbox;

  @BeforeEach
  void start() throws IOException {
    sandbox = new Sandbox(root);
    sandbox.ok("key", "generate", "release");
    sandbox.write("artifact", "content");
    sandbox.write("policy.yaml", POLICY);
  }

  @AfterEach
  void end() {
    sandbox.close();
  }

  private String file(String name) throws IOException {
    return Files.readString(sandbox.folder().resolve(name));
  }

  @Test
  void keysOfOtherToolsAreImported() throws IOException {
    for (KeyAlgorithm algorithm :
        List.of(KeyAlgorithm.ECDSA_P256, KeyAlgorithm.RSA, KeyAlgorithm.ED25519)) {
      PrivateKey key = PrivateKey.generate(algorithm);
      String name = algorithm.id();
      sandbox.write(name + ".pem", key.pem());
      sandbox.ok("key", "import", name + ".pem", name);
      assertEquals(key.publicKey().pem(), file(name + ".pub"));
      assertTrue(EncryptedKeyFile.isOne(Text.utf8(file(name + ".key"))));
      assertEquals(
          key.publicKey().pem(), sandbox.ok("key", "public", "--key", name + ".key").out());
      sandbox.ends(2, "ASY6004", "key", "import", name + ".pem", name);
    }
    sandbox.ok("key", "import", "release.key", "again");
    assertEquals(file("release.pub"), file("again.pub"));
    sandbox.ends(2, "ASY1205", "key", "import", "release.pub", "other");
    assertFalse(Files.exists(sandbox.folder().resolve("other.key")));
  }

  @Test
  void theKeysOfAFolderAreListed() throws IOException {
    sandbox.write("ssh.pub", "ssh-ed25519 AAAA comment\n");
    sandbox.write("alone.key", "?");
    String out = sandbox.ok("key", "list").out();
    assertTrue(out.contains("release.key  ecdsa-p256  sha256:"), out);
    assertTrue(out.contains("release.pub  ecdsa-p256  sha256:"), out);
    assertTrue(out.contains("alone.key  without its .pub"), out);
    assertFalse(out.contains("ssh.pub"), out);
  }

  @Test
  void aRevocationChangesOneLine() throws IOException {
    sandbox.at("2026-11-22T12:00:00Z");
    sandbox.ok("key", "revoke", "--policy", "policy.yaml", "--name", "release");
    assertEquals(
        POLICY.replace("# the team\n", "# the team\n      revokedAt: 2026-11-22T12:00:00Z\n"),
        file("policy.yaml"));
    sandbox.ends(2, "ASY1601", "key", "revoke", "--policy", "policy.yaml", "--name", "release");
    sandbox.ends(2, "ASY1601", "key", "revoke", "--policy", "policy.yaml", "--name", "nobody");
    sandbox.ends(
        2, "ASY6001", "key", "revoke", "--policy", "policy.yaml", "--name", "release", "--at", "x");
  }

  @Test
  void aRotationIsVouchedForByTheOldKey() throws IOException {
    sandbox.at("2026-11-22T12:00:00Z");
    sandbox.ok(
        "key",
        "rotate",
        "release-2",
        "--policy",
        "policy.yaml",
        "--signer",
        "release",
        "--key",
        "release.key");
    String policy = file("policy.yaml");
    assertTrue(policy.contains("signers: [release, release-2]"), policy);
    assertTrue(policy.contains("      notAfter: 2026-11-22T12:00:00Z\n"), policy);
    assertTrue(
        policy.contains(
            "    - name: release-2\n      keyFile: release-2.pub\n      notBefore:"
                + " 2026-11-22T12:00:00Z\n"),
        policy);
    sandbox.ok("policy", "check", "policy.yaml");
    assertTrue(Files.exists(sandbox.folder().resolve("release-2.rotation.json")));
    assertTrue(Files.exists(sandbox.folder().resolve("release-2.key")));
  }

  @Test
  void aRotationByAnotherKeyChangesNothing() throws IOException {
    sandbox.ok("key", "generate", "thief");
    sandbox.ends(
        2,
        "ASY6001",
        "key",
        "rotate",
        "release-2",
        "--policy",
        "policy.yaml",
        "--signer",
        "release",
        "--key",
        "thief.key");
    assertEquals(POLICY, file("policy.yaml"));
    assertFalse(Files.exists(sandbox.folder().resolve("release-2.key")));
    assertFalse(Files.exists(sandbox.folder().resolve("release-2.rotation.json")));
  }

  @Test
  void aRotationIntoAFileThatExistsChangesNothing() throws IOException {
    sandbox.write("release-2.pub", "here first");
    sandbox.ends(
        2,
        "ASY6004",
        "key",
        "rotate",
        "release-2",
        "--policy",
        "policy.yaml",
        "--signer",
        "release",
        "--key",
        "release.key");
    assertEquals(POLICY, file("policy.yaml"));
    assertEquals("here first", file("release-2.pub"));
  }

  @Test
  void softHsmSignsForTheCommands() throws Exception {
    SoftHsm hsm = new SoftHsm(root, "Release");
    Map<String, String> environment = new HashMap<>(hsm.environment());
    environment.putAll(Sandbox.environment(sandbox.folder()));
    for (String kind : List.of("ecdsa-p256", "ecdsa-p384")) {
      String uri = hsm.uri("token=Release;object=" + kind);
      run(environment, "key", "generate", "--key", uri, "--algorithm", kind, kind);
      assertEquals(file(kind + ".pub"), run(environment, "key", "public", "--key", uri).out());
      run(environment, "sign", "--key", uri, "--bundle", kind + ".json", "artifact");
      run(environment, "verify", "--key", kind + ".pub", "--bundle", kind + ".json", "artifact");
    }
    // Of the content the token sees no more than this in any case.
    String digest =
        Target.digest(sandbox.folder().resolve("artifact"), Digest.Algorithm.SHA256).toString();
    String uri = hsm.uri("token=Release;object=ecdsa-p256");
    run(environment, "sign", "--key", uri, "--bundle", "by-digest.json", digest);
    run(environment, "verify", "--key", "ecdsa-p256.pub", "--bundle", "by-digest.json", "artifact");
    String listed = run(environment, "key", "list", "--module", hsm.file().toString()).out();
    assertEquals(2, listed.lines().filter(l -> l.startsWith("pkcs11:token=Release;")).count());
  }

  private Sandbox.Ran run(Map<String, String> environment, String... words) {
    Sandbox.Ran ran =
        Sandbox.run(sandbox.folder(), environment, new byte[0], Clock.systemUTC(), List.of(words));
    assertEquals(0, ran.status(), String.join(" ", words) + "\n" + ran.all());
    assertFalse(ran.all().contains(SoftHsm.PIN), "the PIN is printed by " + words[0]);
    return ran;
  }
}
