package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.attest.Bundle;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys, signatures and attestations, against a registry on this machine. */
class SignCommandTest {

  @TempDir static Path root;
  private static Optional<Sandbox> opened = Optional.empty();

  @BeforeAll
  static void prepare() throws IOException {
    Sandbox box = new Sandbox(root);
    opened = Optional.of(box);
    box.ok("key", "generate", "release");
  }

  @AfterAll
  static void end() {
    opened.ifPresent(Sandbox::close);
  }

  private static Sandbox box() {
    return opened.orElseThrow();
  }

  @Test
  void aTagIsNotSigned() throws Exception {
    box().image("tagged:1", "x");
    String tag = box().host() + "/tagged:1";
    Sandbox.Ran ran = box().ends(1, "ASY1105", "sign", "--key", "release.key", tag);
    assertTrue(ran.err().contains("hint: assay image digest " + tag), ran.err());
    assertEquals("", ran.out());
    box().write("p.json", "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"version\":1}");
    box()
        .ends(
            1,
            "ASY1105",
            "attest",
            "--key",
            "release.key",
            "--type",
            "cyclonedx",
            "--predicate",
            "p.json",
            tag);
    box().ends(1, "ASY1102", "verify", "--key", "release.pub", tag);
  }

  @Test
  void whatIsNotThereIsNotSigned() {
    box()
        .ends(
            1,
            "ASY3005",
            "sign",
            "--key",
            "release.key",
            box().host() + "/nothing@sha256:" + "ab".repeat(32));
  }

  @Test
  void aBundleIsNotReplacedUnlessAskedFor() throws Exception {
    box().write("file.txt", "one");
    Path bundle = box().folder().resolve("file.txt.sigstore.json");
    assertEquals(
        "file.txt.sigstore.json\n", box().ok("sign", "--key", "release.key", "file.txt").out());
    byte[] before = Files.readAllBytes(bundle);
    Bundle.parse(before);
    box().write("file.txt", "two");
    Sandbox.Ran ran = box().ends(2, "ASY6004", "sign", "--key", "release.key", "file.txt");
    assertTrue(ran.err().contains("--replace"), ran.err());
    assertEquals(Text.utf8(before), Files.readString(bundle));
    box().ok("sign", "--replace", "--key", "release.key", "file.txt");
    box().ok("verify", "--key", "release.pub", "file.txt");
    try (var files = Files.list(box().folder())) {
      assertTrue(files.noneMatch(f -> f.getFileName().toString().endsWith(".tmp")));
    }
  }

  @Test
  void aBundleGoesWhereItIsTold() throws Exception {
    box().write("told.txt", "told");
    Sandbox.Ran ran = box().ok("sign", "--key", "release.key", "--bundle", "-", "told.txt");
    Bundle.parse(Text.utf8(ran.out()));
    assertFalse(Files.exists(box().folder().resolve("told.txt.sigstore.json")));
    box().ok("sign", "--key", "release.key", "--bundle", "here.json", "told.txt");
    box().ok("verify", "--key", "release.pub", "--bundle", "here.json", "told.txt");
    box().write("other.txt", "other");
    box()
        .ends(
            2, "ASY6001", "sign", "--key", "release.key", "--bundle", "b", "told.txt", "other.txt");
    box().ends(3, "ASY6003", "sign", "--key", "release.key", "--bundle", "no/folder/b", "told.txt");
  }

  @Test
  void keysAreForTheirOwnerAndNeverReplaced() throws Exception {
    Path key = box().folder().resolve("release.key");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
    byte[] before = Files.readAllBytes(key);
    box().ends(2, "ASY6004", "key", "generate", "release");
    assertEquals(Text.utf8(before), Files.readString(key));
    assertTrue(Text.utf8(before).contains("ENCRYPTED SIGSTORE PRIVATE KEY"), "cosign's format");
    Sandbox.Ran shown = box().ok("key", "public", "--key", "release.key");
    assertEquals(Files.readString(box().folder().resolve("release.pub")), shown.out());
    box().ends(2, "ASY6001", "key", "generate", "rsa", "--algorithm", "rsa");
  }

  @Test
  void aWrongPasswordAndAMissingOneAreTwo() throws Exception {
    box().write("secret.txt", "x");
    Map<String, String> environment = Sandbox.environment(box().folder());
    List<String> words = List.of("sign", "--key", "release.key", "secret.txt");
    for (Optional<String> password :
        List.of(Optional.of("wrong-but-secret"), Optional.of(""), Optional.<String>empty())) {
      environment.remove("COSIGN_PASSWORD");
      password.ifPresent(p -> environment.put("COSIGN_PASSWORD", p));
      Sandbox.Ran ran =
          Sandbox.run(box().folder(), environment, new byte[0], Clock.systemUTC(), words);
      assertEquals(2, ran.status(), ran.all());
      assertTrue(ran.err().contains("ASY1206"), ran.err());
      assertFalse(ran.all().contains("wrong-but-secret"));
    }
    box().ends(2, "ASY1205", "sign", "--key", "release.pub", "secret.txt");
    box().ends(2, "ASY6002", "sign", "--key", "absent.key", "secret.txt");
    box().write("broken.key", "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n");
    box().ends(2, "ASY1205", "sign", "--key", "broken.key", "secret.txt");
    assertFalse(Files.exists(box().folder().resolve("secret.txt.sigstore.json")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ecdsa-p256",
        "ecdsa-p384",
        "ecdsa-p521",
        "ed25519",
        "ml-dsa-44",
        "ml-dsa-65",
        "ml-dsa-87"
      })
  void everyAlgorithmSignsImages(String algorithm) throws Exception {
    box().ok("key", "generate", algorithm, "--algorithm", algorithm);
    String image = box().image(algorithm + ":1", algorithm);
    box().ok("sign", "--key", algorithm + ".key", image);
    Sandbox.Ran ran = box().ok("verify", "--key", algorithm + ".pub", image);
    assertTrue(ran.out().contains(algorithm), ran.out());
    box().ends(1, "ASY1202", "verify", "--key", "release.pub", image);
    box().write(algorithm + ".txt", algorithm);
    if (algorithm.startsWith("ecdsa")) {
      box().ok("sign", "--key", algorithm + ".key", algorithm + ".txt");
      box().ok("verify", "--key", algorithm + ".pub", algorithm + ".txt");
    } else {
      box().ends(1, "ASY1204", "sign", "--key", algorithm + ".key", algorithm + ".txt");
    }
  }

  @Test
  void annotationsAreInTheSignedStatement() throws Exception {
    String image = box().image("annotated:1", "annotated");
    box().ok("sign", "--key", "release.key", "--annotation", "build=1042", image);
    box().ok("verify", "--key", "release.pub", image);
    box().ends(2, "not NAME=VALUE", "sign", "--key", "release.key", "--annotation", "x", image);
    box().write("annotated.txt", "x");
    box()
        .ends(
            2,
            "goes with images",
            "sign",
            "--key",
            "release.key",
            "--annotation",
            "a=b",
            "annotated.txt");
  }

  @Test
  void aPredicateThatHasNotTheShapeOfItsTypeIsNotSigned() throws Exception {
    String image = box().image("shaped:1", "shaped");
    for (Map.Entry<String, String> bad :
        Map.of(
                "{}",
                "ASY1304",
                "[]",
                "ASY1304",
                "{",
                "ASY1001",
                "{\"a\":1,\"a\":1}",
                "ASY1002",
                "{\"a\":" + "[".repeat(10_000),
                "ASY1003")
            .entrySet()) {
      box().write("bad.json", bad.getKey());
      for (String type : List.of("cyclonedx", "slsaprovenance1")) {
        box()
            .ends(
                1,
                bad.getValue(),
                "attest",
                "--key",
                "release.key",
                "--type",
                type,
                "--predicate",
                "bad.json",
                image);
      }
    }
    box()
        .ends(
            2,
            "ASY6002",
            "attest",
            "--key",
            "release.key",
            "--type",
            "cyclonedx",
            "--predicate",
            "absent.json",
            image);
    box()
        .ends(
            2,
            "not a predicate type",
            "attest",
            "--key",
            "release.key",
            "--type",
            "nonsense",
            "--predicate",
            "bad.json",
            image);
    box().ends(1, "ASY1102", "verify", "--key", "release.pub", image);
  }

  // Line by line what docs/policy.md says of keys of two kinds.
  @Test
  void aHybridIsTwoBundlesOverOneStatement() throws Exception {
    box().ok("key", "generate", "release-pq", "--algorithm", "ml-dsa-65");
    box()
        .write(
            "hybrid.yaml",
            """
            apiVersion: assay.dev/v1
            kind: TrustPolicy
            metadata: {name: hybrid}
            spec:
              mode: enforce
              signers:
                - {name: release, keyFile: release.pub}
                - {name: release-pq, keyFile: release-pq.pub}
              rules:
                - images: ["%s/hybrid"]
                  signature:
                    signers: [release, release-pq]
                    threshold: 2
                    sameStatement: true
            """
                .formatted(box().host()));
    assertTrue(box().ok("policy", "check", "hybrid.yaml").out().contains("over one statement"));
    String image = box().image("hybrid:1", "x");
    box().ok("sign", "--key", "release.key", image);
    box().ends(1, "ASY1209", "verify", "--policy", "hybrid.yaml", image);
    // Another statement about the image by the other key does not complete it.
    box().ok("sign", "--key", "release-pq.key", "--annotation", "stage=production", image);
    box().ends(1, "ASY1209", "verify", "--policy", "hybrid.yaml", image);
    box().ok("sign", "--key", "release-pq.key", image);
    box().ok("verify", "--policy", "hybrid.yaml", image);
  }
}
