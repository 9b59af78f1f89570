package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.lab.BundleDraft;
import dev.assay.lab.Lab;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** {@code verify} of files that are signed with certificates, and of many files. */
class VerifyKeylessTest {

  private static final String WORKFLOW = KeylessFiles.IDENTITY;

  @TempDir static Path root;
  private static Optional<Sandbox> opened = Optional.empty();
  private static Optional<KeylessFiles> made = Optional.empty();

  @BeforeAll
  static void prepare() throws IOException {
    Sandbox box = new Sandbox(root);
    opened = Optional.of(box);
    KeylessFiles files = new KeylessFiles(box, Instant.parse("2026-11-02T12:00:00Z"));
    made = Optional.of(files);
    files.write();
    box.at("2026-11-22T12:00:00Z");
    box.ok("key", "generate", "release");
  }

  @AfterAll
  static void end() {
    opened.ifPresent(Sandbox::close);
  }

  private static Sandbox box() {
    return opened.orElseThrow();
  }

  private static KeylessFiles files() {
    return made.orElseThrow();
  }

  private static Sandbox.Ran ends(int status, String expected, String... more) {
    List<String> words = new ArrayList<>(List.of("verify"));
    words.addAll(List.of(more));
    return box().ends(status, expected, words.toArray(String[]::new));
  }

  private static Sandbox.Ran keyless(int status, String expected, String... more) {
    List<String> words = new ArrayList<>(List.of("--trust-root", "trusted_root.json"));
    words.addAll(List.of(more));
    return ends(status, expected, words.toArray(String[]::new));
  }

  private static String[] by(String identity, String... more) {
    List<String> words = new ArrayList<>(List.of("--identity", identity, "--issuer", Lab.ISSUER));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  @Test
  void anIdentityCountsOnlyWithItsIssuer() {
    Sandbox.Ran ran = keyless(0, "VERIFIED", by(WORKFLOW, "tool.tar.gz"));
    assertTrue(ran.out().contains("rekor.example has it as entry"), ran.out());
    assertTrue(ran.out().contains(WORKFLOW), ran.out());
    keyless(1, "ASY1203", by(WORKFLOW + "0", "tool.tar.gz"));
    keyless(1, "ASY1203", by(WORKFLOW.substring(0, WORKFLOW.length() - 1), "tool.tar.gz"));
    Sandbox.Ran other =
        keyless(
            1,
            "ASY1203",
            "--identity",
            WORKFLOW,
            "--issuer",
            "https://evil.example",
            "tool.tar.gz");
    assertTrue(other.out().contains("expected  https://evil.example"), other.out());
    assertTrue(other.out().contains("found     " + Lab.ISSUER), other.out());
    keyless(
        0,
        "VERIFIED",
        "--identity",
        "release@acme.example",
        "--issuer",
        "https://accounts.google.com",
        "notes.pdf");
  }

  @Test
  void anExpressionMatchesTheWholeName() {
    String any = "https://github\\.com/acme/pay/.*";
    keyless(0, "VERIFIED", "--identity-regexp", any, "--issuer", Lab.ISSUER, "tool.tar.gz");
    String part = "github\\.com/acme/pay";
    keyless(1, "ASY1203", "--identity-regexp", part, "--issuer", Lab.ISSUER, "tool.tar.gz");
    keyless(
        1,
        "ASY1203",
        "--identity",
        WORKFLOW,
        "--issuer-regexp",
        "https://token\\.actions",
        "tool.tar.gz");
    keyless(2, "ASY6001", "--identity-regexp", any, "--claim", "nothing=x", "tool.tar.gz");
  }

  @Test
  void aClaimHasToBeWhatIsAskedFor() {
    String claim = "sourceRepositoryUri=" + KeylessFiles.REPOSITORY;
    keyless(0, "VERIFIED", by(WORKFLOW, "--claim", claim, "tool.tar.gz"));
    Sandbox.Ran ran = keyless(1, "ASY1203", by(WORKFLOW, "--claim", claim + "s", "tool.tar.gz"));
    assertTrue(ran.out().contains("another sourceRepositoryUri"), ran.out());
    keyless(1, "ASY1203", by(WORKFLOW, "--claim", "deploymentEnvironment=x", "tool.tar.gz"));
    keyless(2, "is no claim", by(WORKFLOW, "--claim", "nonsense=x", "tool.tar.gz"));
  }

  @Test
  void somebodyHasToBeNamedInFull() {
    keyless(2, "--issuer is needed", "--identity", WORKFLOW, "tool.tar.gz");
    keyless(2, "--identity is needed", "--issuer", Lab.ISSUER, "tool.tar.gz");
    keyless(2, "do not go with --policy", by(WORKFLOW, "--policy", "p.yaml", "tool.tar.gz"));
    ends(2, "--crl goes with --ca", "--key", "release.pub", "--crl", "company.crl", "driver.zip");
  }

  @Test
  void anotherTrustRootDoesNotKnowTheAuthority() throws IOException {
    // The one that is built in.
    ends(1, "ASY1212", by(WORKFLOW, "tool.tar.gz"));
    box().write("other_root.json", Lab.at(files().lab().now(), 2).trustRoot().bytes());
    ends(1, "ASY2012", by(WORKFLOW, "--trust-root", "other_root.json", "tool.tar.gz"));
    // Of several, the one that knows it.
    keyless(0, "VERIFIED", by(WORKFLOW, "--trust-root", "other_root.json", "tool.tar.gz"));
    ends(2, "ASY1703", by(WORKFLOW, "--trust-root", "company-ca.pem", "tool.tar.gz"));
  }

  @Test
  void whatTheTrustRootMakesPossibleIsNeeded() throws IOException {
    files().signed("unlogged.bin", "unlogged", files().workflow().withoutLog());
    keyless(1, "ASY2012", by(WORKFLOW, "unlogged.bin"));
    files().signed("unpromised.bin", "unpromised", files().workflow().withoutSct());
    keyless(1, "ASY1215", by(WORKFLOW, "unpromised.bin"));
    files()
        .signed(
            "late.bin",
            "late",
            files().workflow().entry(e -> e.time(files().lab().now().plusSeconds(3_600))));
    keyless(1, "ASY1213", by(WORKFLOW, "late.bin"));
    // As of a time before it was signed.
    keyless(1, "ASY1701", by(WORKFLOW, "--at", "2026-11-01T12:00:00Z", "tool.tar.gz"));
  }

  @Test
  void aKeyNeedsAProvenTimeWhereItIsAskedFor() throws IOException {
    box().write("keyed.bin", "keyed");
    box().ok("sign", "--key", "release.key", "keyed.bin");
    assertTrue(ends(0, "VERIFIED", "--key", "release.pub", "keyed.bin").out().contains("time not"));
    keyless(1, "ASY1701", "--require-time", "--key", "release.pub", "keyed.bin");
    keyless(0, "VERIFIED", by(WORKFLOW, "--require-time", "tool.tar.gz"));
    ends(1, "ASY1202", "--key", "release.pub", "tool.tar.gz");
  }

  @Test
  void aCompanysOwnAuthority() throws IOException {
    String[] own = {"--ca", "company-ca.pem", "--identity", "drivers@acme.example"};
    Sandbox.Ran ran = ends(0, "revocation not looked at", with(own, "driver.zip"));
    assertTrue(ran.out().contains("time not proven"), ran.out());
    String[] lists = with(own, "--crl", "company.crl", "--crl", "company-root.crl");
    ends(0, "not revoked", with(lists, "driver.zip"));
    // With a list, each certificate on the way needs one.
    Sandbox.Ran open = ends(3, "ASY1702", with(own, "--crl", "company.crl", "driver.zip"));
    assertTrue(open.out().contains("ASY1702 no revocation list of"), open.out());
    ends(
        1, "ASY1214", with(own, "--crl", "revoked.crl", "--crl", "company-root.crl", "driver.zip"));
    ends(3, "ASY1702", with(lists, "--at", "2027-03-01T12:00:00Z", "driver.zip"));
    ends(1, "ASY1213", with(own, "--at", "2027-12-01T12:00:00Z", "driver.zip"));
    ends(1, "ASY1203", "--ca", "company-ca.pem", "--identity", "x@acme.example", "driver.zip");
    // Authorities of one name: the evidence must have what the trust root makes possible.
    keyless(1, "ASY2012", by("drivers@acme.example", "driver.zip"));
    keyless(1, "ASY1212", "--ca", "company-ca.pem", "--identity", WORKFLOW, "tool.tar.gz");
  }

  private static String[] with(String[] words, String... more) {
    List<String> out = new ArrayList<>(List.of(words));
    out.addAll(List.of(more));
    return out.toArray(String[]::new);
  }

  @Test
  void aDigestStandsForAFileThatIsElsewhere() throws IOException {
    String digest =
        Hashes.sha256Digest(Files.readAllBytes(box().folder().resolve("tool.tar.gz"))).toString();
    String[] bundle = {"--bundle", "tool.tar.gz.sigstore.json"};
    keyless(0, "VERIFIED", by(WORKFLOW, with(bundle, digest)));
    String other = Hashes.sha256Digest(Text.utf8("another")).toString();
    keyless(1, "ASY1103", by(WORKFLOW, with(bundle, other)));
    keyless(2, "--bundle is needed", by(WORKFLOW, digest));
  }

  @Test
  void ofAnAttestationThePredicateIsPrinted() throws IOException {
    byte[] about = Text.utf8("built");
    BundleDraft draft = files().workflow().provenance(about);
    box().write("built.bin", about);
    box().write("built.bin.sigstore.json", draft.make().bytes());
    keyless(1, "ASY1102", by(WORKFLOW, "built.bin"));
    String[] asked = {"--type", "slsaprovenance1", "--print-predicate", "built.bin"};
    Sandbox.Ran ran = keyless(0, "", by(WORKFLOW, asked));
    assertEquals("", ran.err());
    Fields predicate = Fields.of(Json.parse(Text.utf8(ran.out()), 1 << 20), "predicate");
    assertEquals(Lab.IDENTITY, predicate.object("runDetails").object("builder").string("id"));
    assertEquals("", keyless(1, "ASY1203", by(WORKFLOW + "x", asked)).out());
  }

  private static final int MANY = 60;

  private static void folder(String name, int bad) throws IOException {
    for (int i = 0; i < MANY; i++) {
      String file = name + "/" + (100 + i) + ".bin";
      files().signed(file, "content " + i, files().workflow());
      if (i == bad) {
        box().write(file, "changed");
      }
    }
  }

  @Test
  void ofAFolderEveryFileIsVerifiedInItsOrder() throws Exception {
    folder("good", -1);
    Sandbox.Ran good = keyless(0, "60 subjects: 60 verified, 0 refused", by(WORKFLOW, "good"));
    assertEquals(1, good.out().lines().count(), "verified ones of many are only counted");
    folder("bad", 41);
    Sandbox.Ran bad =
        keyless(1, "60 subjects: 59 verified, 1 refused, 0 undecided", by(WORKFLOW, "bad"));
    assertTrue(bad.out().contains("REFUSED  bad/141.bin"), bad.out());
    assertTrue(bad.out().contains("ASY1103"), bad.out());
    Sandbox.Ran lines = keyless(1, "", by(WORKFLOW, "-o", "jsonl", "bad"));
    List<String> subjects = new ArrayList<>();
    for (String line : lines.out().lines().toList()) {
      subjects.add(Fields.of(Json.parse(Text.utf8(line), 1 << 20), "verdict").string("subject"));
    }
    assertEquals(subjects.stream().sorted().toList(), subjects);
    assertEquals(MANY, subjects.size());
    // A file without evidence is refused, not passed over.
    box().write("bad/999.bin", "nobody's");
    keyless(1, "59 verified, 2 refused", by(WORKFLOW, "bad"));
    Files.createDirectories(box().folder().resolve("empty"));
    ends(2, "nothing to verify", "--key", "release.pub", "empty");
    reports();
  }

  private void reports() throws Exception {
    Sandbox.Ran junit = keyless(1, "", by(WORKFLOW, "-o", "junit", "bad"));
    Document xml =
        DocumentBuilderFactory.newDefaultNSInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(Text.utf8(junit.out())));
    Element suite = xml.getDocumentElement();
    assertEquals("testsuite", suite.getTagName());
    assertEquals("61", suite.getAttribute("tests"));
    assertEquals("2", suite.getAttribute("failures"));
    assertEquals("0", suite.getAttribute("errors"));
    assertEquals(61, suite.getElementsByTagName("testcase").getLength());
    Element failure = (Element) suite.getElementsByTagName("failure").item(0);
    assertEquals("ASY1103", failure.getAttribute("type"));
    assertEquals("bad/141.bin", ((Element) failure.getParentNode()).getAttribute("name"));

    Sandbox.Ran sarif = keyless(1, "", by(WORKFLOW, "-o", "sarif", "bad"));
    Fields log = Fields.of(Json.parse(Text.utf8(sarif.out()), 1 << 20), "sarif");
    assertEquals("2.1.0", log.string("version"));
    Fields run = log.objects("runs", 1).getFirst();
    List<String> rules =
        run.object("tool").object("driver").objects("rules", 99).stream()
            .map(r -> r.string("id"))
            .toList();
    assertEquals(List.of("ASY1102", "ASY1103"), rules.stream().sorted().toList());
    List<Fields> results = run.objects("results", 99);
    assertEquals(2, results.size());
    for (Fields result : results) {
      assertTrue(rules.contains(result.string("ruleId")));
      assertEquals("error", result.string("level"));
      assertFalse(result.object("message").string("text").isBlank());
      String uri =
          result
              .objects("locations", 1)
              .getFirst()
              .object("physicalLocation")
              .object("artifactLocation")
              .string("uri");
      assertTrue(List.of("bad/141.bin", "bad/999.bin").contains(uri), uri);
    }
    assertEquals(Code.SUBJECT_MISMATCH.id(), results.getFirst().string("ruleId"));
  }

  @Test
  void sshSignatures() throws IOException {
    box().write("release.txt", "content\n");
    box().write("release.txt.sig", SshVerificationTest.SIGNATURE);
    box().write("allowed", "al@acme.example " + SshVerificationTest.KEY + "\n");
    box().write("nobody", "");
    box().write("revoked", SshVerificationTest.KEY + "\n");
    String[] ssh = {"--ssh-signature", "release.txt.sig", "--allowed-signers"};
    ends(0, "VERIFIED", with(ssh, "allowed", "release.txt"));
    ends(0, "VERIFIED", with(ssh, "allowed", "--principal", "al@acme.example", "release.txt"));
    ends(1, "ASY1203", with(ssh, "allowed", "--principal", "bo@acme.example", "release.txt"));
    ends(1, "ASY1202", with(ssh, "nobody", "release.txt"));
    ends(1, "ASY1103", with(ssh, "allowed", "--namespace", "git", "release.txt"));
    ends(1, "ASY1207", with(ssh, "allowed", "--revoked-keys", "revoked", "release.txt"));
    ends(1, "ASY1201", with(ssh, "allowed", "tool.tar.gz"));
    ends(2, "goes with --ssh-signature", "--key", "release.pub", "--principal", "x", "release.txt");
    ends(2, "which says who may sign", with(ssh, "allowed", "--key", "release.pub", "release.txt"));
  }

  @Test
  void offlineSaysWhatWasNotLookedAt() throws IOException {
    Sandbox.Ran ran = keyless(0, "VERIFIED", by(WORKFLOW, "--offline", "tool.tar.gz"));
    assertTrue(
        ran.out().contains("  note: offline: no newer trust root was looked for"), ran.out());
    assertFalse(keyless(0, "", by(WORKFLOW, "tool.tar.gz")).out().contains("note:"));
    Sandbox.Ran shipped = ends(1, "ASY1212", by(WORKFLOW, "--offline", "tool.tar.gz"));
    assertTrue(shipped.out().contains("looked for; ") && shipped.out().contains("expire"));
    Sandbox.Ran json = keyless(0, "", by(WORKFLOW, "--offline", "-o", "json", "tool.tar.gz"));
    Fields verdict = Fields.of(Json.parse(Text.utf8(json.out()), 1 << 20), "verdict");
    assertEquals(2, verdict.array("notes", 9).size());
    String[] own = {"--offline", "--ca", "company-ca.pem", "--identity", "drivers@acme.example"};
    ends(0, "note: offline: whether a certificate is revoked", with(own, "driver.zip"));
    ends(
        0,
        "the oldest given is of 2026-11-02T12:00:00Z",
        with(own, "--crl", "company.crl", "--crl", "company-root.crl", "driver.zip"));
  }

  @Test
  void offlineForbidsRegistriesAndTakesLayouts() throws IOException {
    String image = box().image("pay:1", "a release");
    box().ok("sign", "--key", "release.key", image);
    ends(0, "VERIFIED", "--key", "release.pub", image);
    ends(2, "--offline forbids registries", "--offline", "--key", "release.pub", image);
    box().ok("image", "pull", image, "oci:layout:1", "--referrers");
    Sandbox.Ran ran = ends(0, "VERIFIED", "--offline", "--key", "release.pub", "oci:layout:1");
    assertTrue(ran.out().contains("note: offline: whether a registry's tag names"), ran.out());
    assertTrue(ran.out().contains("match their digests"), ran.out());
    String digest = "oci:layout@" + Sandbox.digest(image);
    assertFalse(ends(0, "VERIFIED", "--key", "release.pub", digest).out().contains("note:"));
    ends(1, "ASY3005", "--key", "release.pub", "oci:layout:2");
    ends(2, "ASY31", "--key", "release.pub", "oci:absent:1");
    ends(2, "is an image layout", "--key", "release.pub", "layout");
    box().write("policy.yaml", "apiVersion: assay.dev/v1\n");
    ends(2, "--repository", "--policy", "policy.yaml", "oci:layout:1");
    String unsigned = box().image("other:1", "nobody's");
    box().ok("image", "pull", unsigned, "oci:unsigned:1", "--referrers");
    ends(1, "ASY1102", "--key", "release.pub", "oci:unsigned:1");
    Path blobs = box().folder().resolve("layout/blobs/sha256");
    try (var all = Files.list(blobs)) {
      for (Path blob : all.toList()) {
        if (Files.size(blob) > 0 && Files.readAllBytes(blob)[0] == 0x1f) {
          Files.write(blob, Text.utf8("x"));
        }
      }
    }
    ends(4, "ASY11", "--key", "release.pub", "oci:layout:1");
  }
}
