package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.oci.Descriptor;
import dev.assay.oci.DocumentReferrers;
import dev.assay.oci.ImageStore;
import dev.assay.oci.Reference;
import dev.assay.oci.Referrers;
import dev.assay.oci.RegistryClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents beside images and files, named by signed statements; against a real registry. */
class DetachedAttestationTest {

  private static final String CYCLONEDX = "application/vnd.cyclonedx+json";
  private static final String SBOM =
      "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"version\":1,\"components\":["
          + "{\"type\":\"library\",\"name\":\"log4j-core\",\"version\":\"2.14.1\","
          + "\"purl\":\"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1\"}]}\n";

  @TempDir static Path root;
  private static Optional<Sandbox> opened = Optional.empty();

  @BeforeAll
  static void prepare() throws IOException {
    Sandbox box = new Sandbox(root);
    opened = Optional.of(box);
    for (String key : List.of("release", "ci", "stranger")) {
      box.ok("key", "generate", key);
    }
    box.write("sbom.cdx.json", SBOM);
    box.write("other.cdx.json", SBOM.replace("2.14.1", "2.17.1"));
  }

  @AfterAll
  static void end() {
    opened.ifPresent(Sandbox::close);
  }

  private static Sandbox box() {
    return opened.orElseThrow();
  }

  private static String image(String name) throws IOException {
    String image = box().image(name + ":1", name);
    box().ok("sign", "--key", "release.key", image);
    return image;
  }

  private static void attest(String key, String document, String subject, String... more) {
    List<String> words =
        new java.util.ArrayList<>(
            List.of(
                "attest",
                "--key",
                key,
                "--type",
                "cyclonedx",
                "--predicate",
                document,
                "--detached"));
    words.addAll(List.of(more));
    words.add(subject);
    box().ok(words.toArray(String[]::new));
  }

  private static void ends(int status, String text, String image) {
    box().ends(status, text, "verify", "--key", "ci.pub", "--type", "cyclonedx", image);
  }

  private static Path blob(String repository, String document) throws IOException {
    Digest digest = Hashes.sha256Digest(Files.readAllBytes(box().folder().resolve(document)));
    return box().storage().resolve(repository + "/blobs/sha256/" + digest.hex());
  }

  private static Referrers referrers(String image, Optional<String> type) {
    Reference reference = Reference.parse(image);
    try (RegistryClient client = RegistryClient.of(Map.of(), false)) {
      return client.repository(reference).referrers(reference.digest().orElseThrow(), type);
    }
  }

  @Test
  void theDocumentGoesWhereTheEvidenceGoes() throws Exception {
    String image = image("elsewhere");
    String place = box().host() + "/evidence";
    attest("ci.key", "sbom.cdx.json", image, "--also-legacy", "--signature-repository", place);
    assertTrue(referrers(image, Optional.of(CYCLONEDX)).found().isEmpty());
    ends(1, "ASY1306", image);
    String[] there = {
      "verify", "--key", "ci.pub", "--type", "cyclonedx", "--signature-repository", place, image
    };
    box().ok(there);
    Files.write(blob("evidence", "sbom.cdx.json"), Text.utf8(SBOM.replace("2.14.1", "2.17.1")));
    box().ends(4, "ASY1101", there);
  }

  @Test
  void anImagesDocumentIsItsOwnReferrer() throws Exception {
    String image = image("large");
    ends(1, "ASY1306", image);
    attest("ci.key", "sbom.cdx.json", image);
    // As tools find it that know nothing of signatures.
    List<Descriptor> found = referrers(image, Optional.of(CYCLONEDX)).found();
    assertEquals(1, found.size());
    ends(0, "✓ VERIFIED", image);
    assertEquals(
        SBOM,
        box()
            .ok("verify", "--key", "ci.pub", "--type", "cyclonedx", "--print-predicate", image)
            .out());
    // An attestation is not a signature, however it is kept.
    box().ends(1, "ASY1202", "verify", "--key", "ci.pub", image);
    box().ends(1, "ASY1202", "verify", "--key", "stranger.pub", "--type", "cyclonedx", image);
    box().ends(1, "ASY1306", "verify", "--key", "ci.pub", "--type", "spdxjson", image);
    // A copy in a layout carries both.
    box().ok("image", "pull", image, "oci:copy:1", "--referrers");
    ends(0, "✓ VERIFIED", "oci:copy:1");
  }

  @Test
  void aDocumentThatWasChangedOrTakenAwayIsFour() throws Exception {
    String image = image("changed");
    attest("ci.key", "sbom.cdx.json", image);
    ends(0, "✓ VERIFIED", image);
    Path blob = blob("changed", "sbom.cdx.json");
    byte[] whole = Files.readAllBytes(blob);
    byte[] other = Files.readAllBytes(box().folder().resolve("other.cdx.json"));
    assertEquals(whole.length, other.length);
    Files.delete(blob);
    Files.write(blob, other);
    ends(4, "ASY1101", image);
    Files.write(blob, java.util.Arrays.copyOf(whole, whole.length - 10));
    ends(4, "ASY11", image);
    Files.delete(blob);
    ends(4, "ASY1107", image);
    Files.write(blob, whole);
    ends(0, "✓ VERIFIED", image);
  }

  @Test
  void whoeverCanPushCannotExchangeIt() throws Exception {
    String image = image("swapped");
    attest("ci.key", "sbom.cdx.json", image);
    // Another document under the same type, by no signed statement and by a stranger's.
    byte[] evil = Files.readAllBytes(box().folder().resolve("other.cdx.json"));
    push(image, evil);
    attest("stranger.key", "other.cdx.json", image);
    String printed =
        box()
            .ok("verify", "--key", "ci.pub", "--type", "cyclonedx", "--print-predicate", image)
            .out();
    assertEquals(SBOM, printed);
  }

  @Test
  void anotherImagesDocumentDoesNotCount() throws Exception {
    String mine = image("mine");
    String theirs = image("theirs");
    attest("ci.key", "sbom.cdx.json", theirs);
    push(mine, Text.utf8(SBOM));
    ends(1, "ASY1306", mine);
    // The signed statement, copied over to the other image.
    Path evidence = box().folder().resolve("evidence.json");
    Reference from = Reference.parse(theirs);
    Reference to = Reference.parse(mine);
    try (RegistryClient client = RegistryClient.of(Map.of(), false)) {
      ImageStore there = client.repository(from);
      Descriptor bundle =
          there.referrers(from.digest().orElseThrow(), Optional.empty()).found().stream()
              .filter(d ->
                  d.annotations().containsValue("https://in-toto.io/attestation/reference/v0.1"))
              .findFirst()
              .orElseThrow();
      Descriptor layer = there.manifest(bundle.digest()).manifest().layers().getFirst();
      byte[] bytes = there.blob(layer, 1 << 20);
      Files.write(evidence, bytes);
      ImageStore here = client.repository(to);
      dev.assay.oci.BundleReferrers.attach(
          here,
          here.manifest(to.digest().orElseThrow()).descriptor(),
          bytes,
          "https://in-toto.io/attestation/reference/v0.1",
          Instant.now());
    }
    ends(1, "ASY1103", mine);
  }

  private static void push(String image, byte[] document) {
    Reference reference = Reference.parse(image);
    try (RegistryClient client = RegistryClient.of(Map.of(), false)) {
      ImageStore store = client.repository(reference);
      DocumentReferrers.attach(
          store,
          store.manifest(reference.digest().orElseThrow()).descriptor(),
          Descriptor.of(CYCLONEDX, document),
          document,
          "sbom.cdx.json",
          Instant.now());
    }
  }

  @Test
  void aPolicyAndTheLedgerTakeItAsAnSbom() throws Exception {
    String image = image("asked");
    box()
        .write(
            "detached-policy.yaml",
            """
            apiVersion: assay.dev/v1
            kind: TrustPolicy
            metadata: {name: test}
            spec:
              mode: enforce
              signers:
                - {name: release, keyFile: release.pub}
                - {name: ci, keyFile: ci.pub}
              rules:
                - images: ["%s/asked"]
                  signature: {signers: [release]}
                  sbom: {signers: [ci]}
            """
                .formatted(box().host()));
    String[] verify = {"verify", "--policy", "detached-policy.yaml", "--ledger", "ledger", image};
    box().ok("ledger", "init", "ledger", "--origin", "ledger.example/detached");
    box().ends(1, "ASY1508", verify);
    attest("stranger.key", "sbom.cdx.json", image);
    box().ends(1, "ASY1202", verify);
    attest("ci.key", "sbom.cdx.json", image);
    box().ok(verify);
    String purl = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1";
    DemoFiles files = new DemoFiles(box().folder());
    files.json(
        "pods.json",
        DemoFiles.podList(
            List.of(
                DemoFiles.pod(
                    "pay-7f",
                    image,
                    Sandbox.digest(image).toString(),
                    Instant.now().minusSeconds(600).toString()))));
    box().ok("observe", "pods.json", "--cluster", "prod", "--ledger", "ledger");
    Sandbox.Ran asked = box().ok("ask", purl, "--ledger", "ledger");
    assertTrue(asked.out().startsWith("YES"), asked.out());
    Sandbox.Ran other = box().run("ask", purl.replace("2.14.1", "2.17.1"), "--ledger", "ledger");
    assertTrue(other.out().startsWith("NO"), other.out());
    box().ok("prove", purl, "--ledger", "ledger", "-o", "detached-proof.json");
    box().write("ledger.vkey", box().ok("ledger", "key", "show", "ledger").out());
    box().ok("prove", "check", "detached-proof.json", "--log-key", "ledger.vkey");
    // The answer does not hold with another document in the proof.
    String proof = Files.readString(box().folder().resolve("detached-proof.json"));
    String text = Json.of(SBOM).compact();
    assertTrue(proof.contains(text));
    box()
        .write(
            "forged-proof.json",
            proof.replace(text, Json.of(SBOM.replace("2.14.1", "2.17.1")).compact()));
    assertFalse(
        box().run("prove", "check", "forged-proof.json", "--log-key", "ledger.vkey").status() == 0);
  }

  @Test
  void aFilesDocumentLiesBesideIt() throws Exception {
    box().write("app.bin", "app");
    attest("ci.key", "sbom.cdx.json", "app.bin");
    ends(0, "✓ VERIFIED", "./app.bin");
    assertEquals(
        SBOM,
        box()
            .ok("verify", "--key", "ci.pub", "--type", "cyclonedx", "--print-predicate", "app.bin")
            .out());
    Path sbom = box().folder().resolve("sbom.cdx.json");
    try {
      Files.writeString(sbom, SBOM.replace("2.14.1", "2.17.1"));
      ends(4, "ASY1101", "./app.bin");
      Files.delete(sbom);
      ends(4, "ASY1107", "./app.bin");
      // Nothing outside of the folder is looked at.
      Files.createSymbolicLink(sbom, box().folder().resolve("other.cdx.json"));
      ends(4, "ASY1107", "./app.bin");
      Files.delete(sbom);
    } finally {
      Files.deleteIfExists(sbom);
      box().write("sbom.cdx.json", SBOM);
    }
    Sandbox.Ran elsewhere =
        box()
            .ok(
                "attest",
                "--key",
                "ci.key",
                "--type",
                "cyclonedx",
                "--predicate",
                "sbom.cdx.json",
                "--detached",
                "--bundle",
                Files.createDirectories(box().folder().resolve("away")).resolve("b").toString(),
                "app.bin");
    assertTrue(elsewhere.err().contains("keep sbom.cdx.json"), elsewhere.err());
  }

  @Test
  void whatIsNoDocumentOfTheTypeIsNotSigned() throws Exception {
    String image = image("unsigned");
    box().write("bad.json", "{\"spdxVersion\":\"SPDX-2.3\"}");
    String[] words = {
      "attest",
      "--key",
      "ci.key",
      "--detached",
      "--type",
      "cyclonedx",
      "--predicate",
      "bad.json",
      image
    };
    box().ends(1, "ASY1304", words);
    words[5] = "slsaprovenance1";
    box().ends(2, "ASY6001", words);
    words[5] = "cyclonedx";
    words[7] = "-";
    box().ends(2, "ASY6001", words);
    words[7] = "sbom.cdx.json";
    words[8] = box().host() + "/unsigned:1";
    box().ends(1, "ASY1105", words);
    assertEquals(List.of(), referrers(image, Optional.of(CYCLONEDX)).found());
  }
}
