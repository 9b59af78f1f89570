package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.oci.BundleReferrers;
import dev.assay.oci.ImageStore;
import dev.assay.oci.Reference;
import dev.assay.oci.RegistryClient;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images and files, against a registry on this machine. */
class VerifyCommandTest {

  @TempDir static Path root;
  private static Optional<Sandbox> opened = Optional.empty();
  private static String signed = "";
  private static String unsigned = "";

  @BeforeAll
  static void prepare() throws IOException {
    Sandbox box = new Sandbox(root);
    opened = Optional.of(box);
    for (String key : List.of("release", "security", "stranger")) {
      box.ok("key", "generate", key);
    }
    box.write("sbom.json", "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"version\":1}");
    signed = box.image("signed:1", "a release");
    box.ok("sign", "--key", "release.key", signed);
    box.ok(
        "attest",
        "--key",
        "release.key",
        "--type",
        "cyclonedx",
        "--predicate",
        "sbom.json",
        signed);
    unsigned = box.image("unsigned:1", "not a release");
    box.write("pay.tar.gz", "pay");
    box.ok("sign", "--key", "release.key", "pay.tar.gz");
    box.write(
        "policy.yaml",
        """
        apiVersion: assay.dev/v1
        kind: TrustPolicy
        metadata: {name: test}
        spec:
          mode: enforce
          signers: [{name: release, keyFile: release.pub}]
          rules: [{images: ["%s/signed"], signature: {signers: [release]}}]
        """
            .formatted(box.host()));
  }

  @AfterAll
  static void end() {
    opened.ifPresent(Sandbox::close);
  }

  private static Sandbox box() {
    return opened.orElseThrow();
  }

  private static Sandbox.Ran ends(int status, String code, String... more) {
    List<String> words = new ArrayList<>(List.of("verify"));
    words.addAll(List.of(more));
    return box().ends(status, code, words.toArray(String[]::new));
  }

  private static String closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }

  @Test
  void eachExitStatusHasItsReason() throws Exception {
    String tagged = box().host() + "/signed:1";
    ends(0, "✓ VERIFIED", "--key", "release.pub", tagged);
    ends(0, "✓ VERIFIED", "--key", "release.pub", signed);
    ends(0, "✓ VERIFIED", "--policy", "policy.yaml", tagged);
    ends(1, "ASY1102", "--key", "release.pub", unsigned);
    ends(1, "ASY1202", "--key", "stranger.pub", signed);
    ends(1, "ASY1603", "--policy", "policy.yaml", unsigned);
    ends(1, "ASY3005", "--key", "release.pub", box().host() + "/signed:none");
    ends(2, "ASY3001", "--key", "release.pub", "UPPER/Case:1");
    ends(2, "ASY6002", "--key", "absent.pub", signed);
    ends(2, "ASY1205", "--key", "release.key", signed);
    Sandbox.Ran down = ends(3, "ASY3002", "--key", "release.pub", closedPort() + "/signed:1");
    assertTrue(down.out().startsWith("? UNDECIDED"), down.out());
    assertFalse(down.all().contains("ASY1102"), "down is not unsigned");
  }

  @Test
  void aLayerThatWasChangedInStorageIsFour() throws Exception {
    String image = box().image("tampered:1", "to be tampered with");
    box().ok("sign", "--key", "release.key", image);
    ends(0, "✓ VERIFIED", "--content", "--key", "release.pub", image);
    Path blobs = box().storage().resolve("tampered/blobs/sha256");
    Json.Obj manifest =
        (Json.Obj)
            Json.parse(Files.readAllBytes(blobs.resolve(Sandbox.digest(image).hex())), 1 << 20);
    String layer = Fields.of(manifest, "manifest").objects("layers", 9).getFirst().string("digest");
    Path file = blobs.resolve(layer.substring("sha256:".length()));
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    ends(4, "ASY1101", "--content", "--key", "release.pub", image);
    String tagged = box().host() + "/tampered:1";
    ends(4, "ASY1101", "--key", "release.pub", tagged);
    box()
        .write(
            "tampered.yaml",
            Files.readString(box().folder().resolve("policy.yaml"))
                .replace(box().host() + "/signed", box().host() + "/tampered"));
    ends(4, "ASY1101", "--policy", "tampered.yaml", image);
    // The digest is signed, whatever this registry gives: what was not read is said.
    ends(0, "content: not read", "--key", "release.pub", image);
    ends(0, "content: not read", "--manifest-only", "--key", "release.pub", tagged);
    ends(0, "content: not read", "--manifest-only", "--policy", "tampered.yaml", image);
    ends(2, "--content", "--content", "--manifest-only", "--key", "release.pub", image);
    Files.write(file, new byte[] {1});
    ends(4, "ASY11", "--content", "--key", "release.pub", image);
    Files.delete(file);
    ends(4, "ASY1107", "--content", "--key", "release.pub", image);
  }

  @Test
  void aManifestThatWasChangedInStorageIsFour() throws Exception {
    String image = box().image("manifest:1", "its manifest is changed");
    box().ok("sign", "--key", "release.key", image);
    Path file = box().storage().resolve("manifest/blobs/sha256/" + Sandbox.digest(image).hex());
    Files.writeString(file, Files.readString(file) + " ");
    ends(4, "ASY11", "--content", "--key", "release.pub", image);
  }

  @Test
  void aTagThatMovedIsRefusedAndNothingIsSuggestedToBeSigned() throws Exception {
    box().ok("ledger", "init", "moved-ledger");
    String first = box().image("moved:1", "first");
    box().ok("sign", "--key", "release.key", first);
    String tag = box().host() + "/moved:1";
    ends(0, "✓ VERIFIED", "--key", "release.pub", "--ledger", "moved-ledger", tag);
    String second = box().image("moved:1", "second");
    Sandbox.Ran ran = ends(1, "ASY1104", "--key", "release.pub", "--ledger", "moved-ledger", tag);
    assertTrue(ran.out().contains("ASY1102"), ran.out());
    assertTrue(ran.out().contains("expected  " + Sandbox.digest(first).brief()), ran.out());
    assertTrue(ran.out().contains("found     " + Sandbox.digest(second).brief()), ran.out());
    assertFalse(ran.out().contains("assay sign"), ran.out());
    assertTrue(ran.out().contains("next: assay explain ASY1104"), ran.out());
    // Without a ledger nothing is known of the past.
    assertTrue(
        ends(1, "ASY1102", "--key", "release.pub", tag).out().contains("since when is UNKNOWN"));
  }

  @Test
  void jsonIsTheVerdictAndItsExit() throws Exception {
    for (String image : List.of(signed, unsigned, closedPort() + "/signed:1", "pay.tar.gz")) {
      Sandbox.Ran text = box().run("verify", "--key", "release.pub", image);
      Sandbox.Ran ran = box().run("verify", "-o", "json", "--key", "release.pub", image);
      assertEquals(text.status(), ran.status());
      assertEquals("", ran.err());
      Fields verdict = Fields.of(Json.parse(Text.utf8(ran.out()), 1 << 20), "verdict");
      assertEquals("assay.dev/verdict/v1", verdict.string("apiVersion"));
      assertEquals(image, verdict.string("subject"));
      assertEquals(ran.status(), verdict.integer("exit"));
      assertEquals(ran.status() == 0, verdict.bool("verified", true));
      assertEquals(ran.status() != 0, verdict.optionalString("code").isPresent());
      Instant.parse(verdict.string("time"));
      for (Fields check : verdict.objects("checks", 100)) {
        check.string("name");
        check.string("detail");
        assertTrue(
            List.of("PASS", "FAIL", "REVIEW", "NOT_EVALUATED").contains(check.string("outcome")));
        assertEquals(
            !check.string("outcome").equals("PASS"), check.optionalString("code").isPresent());
      }
    }
  }

  @Test
  void ofSeveralSubjectsTheMostSevereCounts() throws Exception {
    String down = closedPort() + "/x:1";
    Sandbox.Ran ran =
        box().run("verify", "-o", "jsonl", "--key", "release.pub", unsigned, signed, down);
    assertEquals(3, ran.status());
    List<Long> exits = new ArrayList<>();
    for (String line : ran.out().lines().toList()) {
      exits.add(Fields.of(Json.parse(Text.utf8(line), 1 << 20), "verdict").integer("exit"));
    }
    assertEquals(List.of(1L, 0L, 3L), exits);
    assertEquals(1, box().run("verify", "--key", "release.pub", signed, unsigned, signed).status());
    assertEquals(1, box().run("verify", "--key", "release.pub", "pay.tar.gz", unsigned).status());
    Sandbox.Ran array = box().run("verify", "-o", "json", "--key", "release.pub", signed, unsigned);
    assertEquals(2, ((Json.Arr) Json.parse(Text.utf8(array.out()), 1 << 20)).elements().size());
  }

  @Test
  void aSubjectThatCannotBeReadDoesNotHideTheOthers() {
    for (List<String> order :
        List.of(List.of(unsigned, "./absent"), List.of("./absent", unsigned))) {
      Sandbox.Ran ran =
          box().run("verify", "-o", "jsonl", "--key", "release.pub", order.get(0), order.get(1));
      assertTrue(ran.status() >= 2, ran.all());
      assertEquals(2, ran.out().lines().count(), ran.all());
      assertTrue(ran.out().contains("ASY1102") && ran.out().contains("ASY6002"), ran.out());
      assertFalse(ran.out().contains("\"verified\":true"), ran.out());
    }
    ends(2, "ASY6002", "--key", "release.pub", "./absent");
    // Not asked for at Docker Hub.
    ends(2, "there is no file misspelt.tar.gz", "--key", "release.pub", "misspelt.tar.gz");
  }

  @Test
  void aPredicateIsPrintedOnlyIfItIsVerified() {
    Sandbox.Ran ran =
        ends(0, "", "--key", "release.pub", "--type", "cyclonedx", "--print-predicate", signed);
    assertEquals("", ran.err());
    assertEquals(
        "CycloneDX",
        Fields.of(Json.parse(Text.utf8(ran.out()), 1 << 20), "sbom").string("bomFormat"));
    for (List<String> wrong :
        List.of(
            List.of("stranger.pub", "cyclonedx", signed, "ASY1202"),
            List.of("release.pub", "slsaprovenance1", signed, "ASY1306"),
            List.of("release.pub", "cyclonedx", unsigned, "ASY1306"))) {
      ran =
          ends(
              1,
              wrong.get(3),
              "--key",
              wrong.get(0),
              "--type",
              wrong.get(1),
              "--print-predicate",
              wrong.get(2));
      assertEquals("", ran.out());
      assertTrue(ran.err().startsWith("✗ REFUSED"), ran.err());
    }
    ends(2, "ASY6001", "--key", "release.pub", "--print-predicate", signed);
  }

  @Test
  void anAttestationIsNoSignature() throws Exception {
    String image = box().image("attested:1", "attested, never signed");
    box()
        .ok(
            "attest",
            "--key",
            "release.key",
            "--type",
            "cyclonedx",
            "--predicate",
            "sbom.json",
            image);
    ends(1, "ASY1102", "--key", "release.pub", image);
    ends(0, "✓ VERIFIED", "--key", "release.pub", "--type", "cyclonedx", image);
  }

  @Test
  void aThresholdCountsDistinctKeys() throws Exception {
    String image = box().image("two:1", "signed by two");
    box().ok("sign", "--key", "release.key", image);
    box().ok("sign", "--key", "release.key", image);
    String[] two = {"--key", "release.pub", "--key", "security.pub", "--threshold", "2", image};
    ends(1, "ASY1209", two);
    box().ok("sign", "--key", "security.key", image);
    ends(0, "2 of 2 needed", two);
    // The same key under two names is one key.
    Files.copy(box().folder().resolve("release.pub"), box().folder().resolve("again.pub"));
    ends(
        2,
        "1 distinct signer",
        "--key",
        "release.pub",
        "--key",
        "again.pub",
        "--threshold",
        "2",
        image);
    for (String bad : List.of("0", "-1", "two", "99999999999")) {
      ends(2, "ASY6001", "--key", "release.pub", "--threshold", bad, image);
    }
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    ends(2, "somebody has to be trusted", signed);
    ends(2, "do not go with --policy", "--key", "release.pub", "--policy", "policy.yaml", signed);
    ends(
        2,
        "--type and --threshold go with --key",
        "--policy",
        "policy.yaml",
        "--type",
        "spdx",
        signed);
    ends(2, "--bundle goes with files", "--key", "release.pub", "--bundle", "x", signed);
    ends(2, "a policy speaks of images", "--policy", "policy.yaml", "pay.tar.gz");
    ends(2, "no output format", "--key", "release.pub", "-o", "xml", signed);
    ends(1, "ASY1012", "--key", "release.pub", "--at", "yesterday", signed);
  }

  @Test
  void aPolicyThatCannotBeUsedIsTwoAndNamesWhatIsWrong() throws Exception {
    String good = Files.readString(box().folder().resolve("policy.yaml"));
    for (Map.Entry<String, String> bad :
        Map.of(
                good.replace("mode: enforce", "mode: enforce\n  modus: x"),
                "ASY1602",
                good.replace("mode: enforce", "mode: maybe"),
                "ASY1601",
                good.replace("mode: enforce", "mode: enforce\n  mode: audit"),
                "twice",
                good + "---\n" + good,
                "line 8: a second document",
                "#".repeat(5 << 20),
                "ASY1004",
                good.replace("release.pub", "absent.pub"),
                "absent.pub")
            .entrySet()) {
      box().write("bad.yaml", bad.getKey());
      Sandbox.Ran ran = box().run("verify", "--policy", "bad.yaml", signed);
      boolean tooLarge = bad.getValue().equals("ASY1004");
      assertEquals(tooLarge ? 1 : 2, ran.status(), ran.all());
      assertEquals("", ran.out());
      assertTrue(ran.err().contains(bad.getValue()), bad.getValue() + "\n" + ran.err());
    }
    ends(2, "ASY6002", "--policy", "absent.yaml", signed);
  }

  @Test
  void bundlesThatAreNotAcceptableAreRefused() throws Exception {
    String good = Files.readString(box().folder().resolve("pay.tar.gz.sigstore.json"));
    String deep = "[".repeat(5_000);
    for (Map.Entry<String, String> bad :
        Map.of(
                "",
                "ASY1303",
                "not json",
                "ASY1303",
                good.substring(0, good.length() / 2),
                "ASY1001",
                good.replaceFirst("\\{", "{\"mediaType\":\"x\","),
                "ASY1002",
                good.replaceFirst("\\{", "{\"x\":" + deep),
                "ASY1003",
                good.replace("bundle.v0.3+json", "bundle.v9+json"),
                "ASY1307",
                "{}",
                "ASY1303",
                "[]",
                "ASY1")
            .entrySet()) {
      box().write("bad.json", bad.getKey());
      ends(1, bad.getValue(), "--key", "release.pub", "--bundle", "bad.json", "pay.tar.gz");
    }
    // Cut off at every length.
    for (int length = 0; length < good.strip().length(); length += 7) {
      box().write("bad.json", good.substring(0, length));
      assertEquals(
          1,
          box()
              .run("verify", "--key", "release.pub", "--bundle", "bad.json", "pay.tar.gz")
              .status(),
          "cut off at " + length);
    }
    Files.write(box().folder().resolve("big.json"), new byte[Limits.SBOM_BYTES + 1]);
    ends(1, "ASY1004", "--key", "release.pub", "--bundle", "big.json", "pay.tar.gz");
    ends(2, "ASY6002", "--key", "release.pub", "--bundle", "absent.json", "pay.tar.gz");
    // A bad bundle beside a good one takes nothing away.
    ends(
        0,
        "✓ VERIFIED",
        "--key",
        "release.pub",
        "--bundle",
        "bad.json",
        "--bundle",
        "pay.tar.gz.sigstore.json",
        "pay.tar.gz");
  }

  @Test
  void badBundlesInTheRegistryAreRefusedWithTheirReason() throws Exception {
    String image = box().image("hostile:1", "with hostile evidence");
    Reference reference = Reference.parse(image);
    try (RegistryClient client = RegistryClient.of(Map.of(), false)) {
      ImageStore store = client.repository(reference);
      for (String bundle :
          List.of("", "{", "{\"a\":1,\"a\":2}", "{\"a\":" + "[".repeat(5_000), "{}")) {
        BundleReferrers.attach(
            store,
            store.manifest(Sandbox.digest(image)).descriptor(),
            Text.utf8(bundle),
            "https://sigstore.dev/cosign/sign/v1",
            Instant.EPOCH);
      }
    }
    Sandbox.Ran ran = ends(1, "✗ REFUSED", "--full", "--key", "release.pub", image);
    for (String code : List.of("ASY1001", "ASY1002", "ASY1003", "ASY1303")) {
      assertTrue(ran.out().contains(code), code + "\n" + ran.out());
    }
    box().ok("sign", "--key", "release.key", image);
    ends(0, "✓ VERIFIED", "--key", "release.pub", image);
  }

  @Test
  void aFileThatWasChangedIsRefused() throws Exception {
    box().write("changed.txt", "one");
    box().ok("sign", "--key", "release.key", "changed.txt");
    ends(0, "✓ VERIFIED", "--key", "release.pub", "changed.txt");
    box().write("changed.txt", "two");
    Sandbox.Ran ran = ends(1, "ASY1103", "--key", "release.pub", "changed.txt");
    assertTrue(ran.out().contains("expected  ") && ran.out().contains("found     "), ran.out());
    box().write("new.txt", "new");
    ran = ends(1, "ASY1102", "--key", "release.pub", "new.txt");
    assertTrue(ran.out().contains("next: assay sign --key KEY new.txt"), ran.out());
  }

  @Test
  void aHostThatIsNotThisMachineIsNotAskedInPlainHttp() throws Exception {
    Optional<InetAddress> address =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(a -> a instanceof Inet4Address && !a.isLoopbackAddress())
            .findFirst();
    Assumptions.assumeTrue(address.isPresent(), "no other address than loopback");
    // Answers as a server without TLS does, and keeps what it was sent first.
    BlockingQueue<String> sent = new LinkedBlockingQueue<>();
    try (ServerSocket server = new ServerSocket(0, 50, address.get())) {
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            while (!server.isClosed()) {
              try (Socket socket = server.accept()) {
                byte[] first = socket.getInputStream().readNBytes(4);
                sent.add(new String(first, StandardCharsets.ISO_8859_1));
                socket
                    .getOutputStream()
                    .write(Text.utf8("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"));
              } catch (IOException e) {
                // The client hung up, or the test is over.
              }
            }
          });
      String host = address.get().getHostAddress() + ":" + server.getLocalPort();
      Sandbox.Ran ran = ends(3, "ASY3007", "--key", "release.pub", host + "/pay:1");
      assertTrue(ran.out().startsWith("? UNDECIDED"), ran.out());
      Sandbox.Ran digest = box().ends(2, "ASY3007", "image", "digest", host + "/pay:1");
      assertTrue(digest.err().contains("hint: --plain-http"), digest.err());
      box()
          .ends(
              2,
              "ASY3007",
              "sign",
              "--key",
              "release.key",
              host + "/pay@" + Sandbox.digest(signed));
      assertFalse(sent.isEmpty());
      assertTrue(sent.stream().allMatch(b -> b.charAt(0) == 0x16), "something else than TLS");
      sent.clear();
      box().run("verify", "--plain-http", "--key", "release.pub", host + "/pay:1");
      assertTrue(sent.contains("GET "), sent::toString);
    }
  }
}
