package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What OpenSSH signs is verified, and of what is signed here it thinks the same. */
class SshKeygenTest {

  private static final byte[] FILE = "content\n".getBytes(StandardCharsets.UTF_8);
  private static final String TIME = "20260615120000Z";
  private static final Instant AT = Instant.parse("2026-06-15T12:00:00Z");

  @TempDir Path folder;

  @BeforeAll
  static void installed() {
    boolean found = false;
    for (String place : Optional.ofNullable(System.getenv("PATH")).orElse("").split(":")) {
      found |= Files.isExecutable(Path.of(place, "ssh-keygen"));
    }
    Assumptions.assumeTrue(found, "no ssh-keygen: apt-get install openssh-client");
  }

  private int run(byte[] input, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ssh-keygen"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("TZ", "UTC");
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("out").toFile());
    Path in = folder.resolve("in");
    Files.write(in, input);
    return builder.redirectInput(in.toFile()).start().waitFor();
  }

  private boolean openSsh(
      byte[] signature, String allowed, String principal, String namespace, String revoked)
      throws IOException, InterruptedException {
    Files.write(folder.resolve("s.sig"), signature);
    Files.writeString(folder.resolve("allowed"), allowed);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-Y",
                "verify",
                "-f",
                "allowed",
                "-I",
                principal,
                "-n",
                namespace,
                "-s",
                "s.sig",
                "-Overify-time=" + TIME));
    if (!revoked.isEmpty()) {
      Files.writeString(folder.resolve("revoked"), revoked);
      arguments.addAll(List.of("-r", "revoked"));
    }
    return run(FILE, arguments.toArray(new String[0])) == 0;
  }

  private static boolean ours(
      byte[] signature, String allowed, String principal, String namespace, String revoked) {
    try {
      SshSignature read = SshSignature.parse(signature);
      return SshAllowedSigners.parse(allowed.getBytes(StandardCharsets.UTF_8))
          .judge(
              read,
              Hashes.digest(read.hash(), FILE),
              namespace,
              Optional.of(principal),
              SshRevokedKeys.parse(revoked.getBytes(StandardCharsets.UTF_8)),
              AT)
          .signer()
          .isPresent();
    } catch (AssayException e) {
      return false;
    }
  }

  private void same(
      boolean expected,
      byte[] signature,
      String allowed,
      String principal,
      String namespace,
      String revoked)
      throws IOException, InterruptedException {
    boolean theirs = openSsh(signature, allowed, principal, namespace, revoked);
    String what = allowed + " / " + principal + ": " + Files.readString(folder.resolve("out"));
    assertEquals(expected, theirs, "OpenSSH: " + what);
    assertEquals(
        expected, ours(signature, allowed, principal, namespace, revoked), "ours: " + what);
  }

  @Test
  void whatOpenSshSignsIsVerified() throws Exception {
    String[][] kinds = {
      {"ed25519"}, {"ecdsa", "256"}, {"ecdsa", "384"}, {"ecdsa", "521"}, {"rsa", "2048"}
    };
    for (String[] kind : kinds) {
      String name = String.join("", kind);
      List<String> make = new ArrayList<>(List.of("-q", "-N", "", "-f", name, "-t", kind[0]));
      if (kind.length > 1) {
        make.addAll(List.of("-b", kind[1]));
      }
      assertEquals(0, run(new byte[0], make.toArray(new String[0])));
      String pub = Files.readString(folder.resolve(name + ".pub")).strip();
      for (String hash : List.of("sha256", "sha512")) {
        Files.write(folder.resolve("file"), FILE);
        Files.deleteIfExists(folder.resolve("file.sig"));
        assertEquals(
            0,
            run(new byte[0], "-Y", "sign", "-f", name, "-n", "file", "-Ohashalg=" + hash, "file"),
            () -> name + " " + hash);
        byte[] signature = Files.readAllBytes(folder.resolve("file.sig"));
        SshSignature read = SshSignature.parse(signature);
        assertEquals(hash, read.hash().id());
        assertTrue(read.signs(Hashes.digest(read.hash(), FILE)));
        assertEquals(
            0, run(new byte[0], "-l", "-f", name + ".pub"), "the fingerprint can be asked for");
        assertTrue(
            Files.readString(folder.resolve("out")).contains(' ' + read.key().fingerprint() + ' '));
        same(true, signature, "al@b " + pub + "\n", "al@b", "file", "");
        same(false, signature, "al@b " + pub + "\n", "al@b", "git", "");
        same(false, signature, "al@b " + pub + "\n", "bo@b", "file", "");
        same(false, signature, "al@b " + pub + "\n", "al@b", "file", pub + "\n");
      }
    }
  }

  @Test
  void whatIsSignedHereOpenSshVerifies() throws Exception {
    for (KeyAlgorithm algorithm :
        List.of(
            KeyAlgorithm.ED25519,
            KeyAlgorithm.ECDSA_P256,
            KeyAlgorithm.ECDSA_P384,
            KeyAlgorithm.ECDSA_P521,
            KeyAlgorithm.RSA)) {
      SshMaker maker = SshMaker.of(PrivateKey.generate(algorithm));
      byte[] good = maker.sign(FILE);
      same(true, good, "al@b " + maker.pub() + "\n", "al@b", "file", "");
      same(false, maker.sign(new byte[0]), "al@b " + maker.pub() + "\n", "al@b", "file", "");
    }
    for (KeyAlgorithm algorithm : List.of(KeyAlgorithm.ED25519, KeyAlgorithm.ECDSA_P256)) {
      SshMaker maker = SshMaker.securityKey(PrivateKey.generate(algorithm));
      same(true, maker.sign(FILE), "al@b " + maker.pub() + "\n", "al@b", "file", "");
      maker.sentFlags = 5;
      same(false, maker.sign(FILE), "al@b " + maker.pub() + "\n", "al@b", "file", "");
    }
  }

  @Test
  void theFileOfAllowedSignersIsReadAsOpenSshReadsIt() throws Exception {
    SshMaker maker = SshMaker.of(PrivateKey.generate(KeyAlgorithm.ED25519));
    SshMaker other = SshMaker.of(PrivateKey.generate(KeyAlgorithm.ED25519));
    byte[] signature = maker.sign(FILE);
    String key = " " + maker.pub() + "\n";
    String[] good = {
      "al@b" + key,
      "# comment\n\n  al@b" + key,
      "al@b\t" + key,
      "\"al@b\"" + key,
      "al@b " + maker.pub() + " with a comment\n",
      "*" + key,
      "?l@*" + key,
      "bo@b,al@b" + key,
      "!bo@b,*" + key,
      "bo@b" + key + "al@b" + key,
      "al@b " + other.pub() + "\nal@b" + key,
      "al@b namespaces=\"file\"" + key,
      "al@b namespaces=\"git,f?le\"" + key,
      "al@b namespaces=\"!git,*\"" + key,
      "al@b namespaces=\"git\"" + key + "al@b" + key,
      "al@b valid-after=\"20260615\"" + key,
      "al@b valid-after=\"20260615Z\",valid-before=\"20260616Z\"" + key,
      "al@b valid-after=\"202606151200Z\"" + key,
      "al@b valid-before=\"20260615120000Z\"" + key,
      "al@b valid-before=\"20260615115959Z\"" + key + "al@b" + key,
      "al@b namespaces=\"file\",valid-before=\"20270101\"" + key,
    };
    for (String allowed : good) {
      same(true, signature, allowed, "al@b", "file", "");
    }
    String[] bad = {
      "",
      "#al@b" + key,
      "bo@b" + key,
      "!al@b,*" + key,
      "*,!al@b" + key,
      "AL@B" + key,
      "al@b " + other.pub() + "\n",
      "al@b namespaces=\"git\"" + key,
      "al@b namespaces=\"*,!file\"" + key,
      "al@b cert-authority" + key,
      "al@b valid-after=\"20260615120001Z\"" + key,
      "al@b valid-before=\"20260615115959Z\"" + key,
      "al@b valid-before=\"20260101\"" + key,
      "al@b valid-before=\"2026\"" + key,
      "al@b restrict" + key,
      "al@b namespaces=file" + key,
      "al@b namespaces=\"file\",namespaces=\"file\"" + key,
      "al@b valid-after=\"20270101\",valid-before=\"20260101\"" + key,
      "al@b ssh-rsa " + maker.pub().substring(12) + "\n",
      "al@b\n",
    };
    for (String allowed : bad) {
      same(false, signature, allowed, "al@b", "file", "");
    }
    same(false, signature, "al@b" + key, "al@b", "file", maker.pub() + "\n");
    same(true, signature, "al@b" + key, "al@b", "file", other.pub() + "\n");
  }

  @Test
  void whereThisIsStricterThanOpenSsh() throws Exception {
    SshMaker untouched = SshMaker.securityKey(PrivateKey.generate(KeyAlgorithm.ED25519));
    untouched.flags = 0;
    byte[] signature = untouched.sign(FILE);
    String allowed = "al@b " + untouched.pub() + "\n";
    assertTrue(openSsh(signature, allowed, "al@b", "file", ""));
    assertEquals(false, ours(signature, allowed, "al@b", "file", ""));
  }
}
