package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.attest.Bundle;
import dev.assay.attest.OciSignature;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.net.HttpHandler;
import dev.assay.oci.Descriptor;
import dev.assay.oci.ImageStore;
import dev.assay.oci.Index;
import dev.assay.oci.LegacySignatures;
import dev.assay.oci.Platform;
import dev.assay.oci.Reference;
import dev.assay.oci.RegistryClient;
import dev.assay.oci.RegistryServer;
import dev.assay.server.RunningServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signing beyond one image: indexes, older forms, other repositories, many at once. */
class SignImagesTest {

  @TempDir static Path root;
  private static Optional<Sandbox> opened = Optional.empty();

  @BeforeAll
  static void prepare() throws IOException {
    Sandbox box = new Sandbox(root);
    opened = Optional.of(box);
    // Not encrypted: what opens a password is slow by design, and is tested elsewhere.
    for (String name : List.of("release", "other")) {
      PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
      box.write(name + ".key", key.pem());
      box.write(name + ".pub", key.publicKey().pem());
    }
    box.write("sbom.json", "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"version\":1}");
  }

  @AfterAll
  static void end() {
    opened.ifPresent(Sandbox::close);
  }

  private static Sandbox box() {
    return opened.orElseThrow();
  }

  private static Sandbox.Ran with(Map<String, String> more, String... words) {
    Map<String, String> environment = new HashMap<>(Sandbox.environment(box().folder()));
    environment.putAll(more);
    return Sandbox.run(box().folder(), environment, new byte[0], Clock.systemUTC(), List.of(words));
  }

  private static List<Fields> subjects(Sandbox.Ran ran) {
    return Fields.of(Json.parse(Text.utf8(ran.out()), 1 << 20), "output").objects("subjects", 100);
  }

  /** An index of two images and an index of one more, and all digests, the outer index first. */
  private static List<String> index(String repository) throws IOException {
    List<Descriptor> images = new ArrayList<>();
    Reference reference = Reference.parse(box().host() + "/" + repository + ":1");
    try (RegistryClient client = RegistryClient.of(Map.of(), false)) {
      ImageStore store = client.repository(reference);
      for (String platform : List.of("linux/amd64", "linux/arm64", "linux/riscv64")) {
        String image = box().image(repository + ":" + platform.replace('/', '-'), platform);
        images.add(
            store
                .manifest(Sandbox.digest(image))
                .descriptor()
                .withPlatform(Platform.parse(platform)));
      }
      Descriptor inner =
          store.writeManifest(Index.oci(List.of(images.getLast())), Optional.empty());
      Descriptor outer =
          store.writeManifest(
              Index.oci(List.of(images.get(0), images.get(1), inner)), Optional.of("1"));
      List<String> out = new ArrayList<>();
      for (Descriptor each : List.of(outer, images.get(0), images.get(1), inner, images.get(2))) {
        out.add(reference.name() + "@" + each.digest());
      }
      return out;
    }
  }

  private static List<LegacySignatures.Found> older(String image) {
    Reference reference = Reference.parse(image);
    try (RegistryClient client = RegistryClient.of(Map.of(), false)) {
      return LegacySignatures.collect(
          client.repository(reference), reference.digest().orElseThrow());
    }
  }

  private static String usableAs(String image) {
    List<LegacySignatures.Found> found = older(image);
    assertEquals(1, found.size());
    LegacySignatures.Found one = found.getFirst();
    Bundle read = OciSignature.read(one.layerMediaType(), one.bytes(), one.annotations());
    return ((Bundle.SimpleSigning) read.content()).dockerReference();
  }

  private static String tagged(String image, String tag) {
    return image.replace("@", ":" + tag + "@");
  }

  @Test
  void everyImageOfAnIndexIsSignedUnderItsOwnDigest() throws Exception {
    List<String> all = index("multi");
    Sandbox.Ran ran =
        box().ok("sign", "--key", "release.key", "--recursive", "-o", "json", all.getFirst());
    List<String> signed = new ArrayList<>();
    for (Fields subject : subjects(ran)) {
      signed.add(box().host() + "/multi@" + subject.digest("digest"));
      assertEquals(1, subject.objects("written", 10).size());
    }
    assertEquals(all, signed, "the index first, then what it lists");
    assertEquals("linux/amd64", subjects(ran).get(1).string("platform"));
    for (String image : all) {
      box().ok("verify", "--key", "release.pub", image);
    }
    String text = box().ok("sign", "--key", "release.key", "--recursive", all.getFirst()).out();
    assertEquals(10, text.lines().count(), text);
    assertTrue(text.contains(all.get(1) + "  linux/amd64\n  "), text);
  }

  @Test
  void withoutRecursiveOnlyTheIndexIsSigned() throws Exception {
    List<String> all = index("flat");
    box().ok("sign", "--key", "release.key", all.getFirst());
    box().ok("verify", "--key", "release.pub", all.getFirst());
    box().ends(1, "ASY1102", "verify", "--key", "release.pub", all.get(1));
  }

  @Test
  void everyImageOfAnIndexIsAttested() throws Exception {
    List<String> all = index("attested");
    box()
        .ok(
            "attest",
            "--key",
            "release.key",
            "--type",
            "cyclonedx",
            "--predicate",
            "sbom.json",
            "--recursive",
            "--also-legacy",
            all.getFirst());
    for (String image : all) {
      box().ok("verify", "--key", "release.pub", "--type", "cyclonedx", image);
      assertEquals(1, older(image).size());
    }
  }

  @Test
  void anIndexOfWhichAnImageIsMissingIsNotSigned() throws Exception {
    List<String> all = index("sparse");
    String gone = all.get(2).substring(all.get(2).indexOf("sha256:"));
    Reference reference = Reference.parse(all.getFirst());
    String sparse;
    try (RegistryClient client = RegistryClient.of(Map.of(), false)) {
      ImageStore store = client.repository(reference);
      Descriptor missing =
          Descriptor.of(
              "application/vnd.oci.image.manifest.v1+json",
              Digest.parse(gone.replace(gone.substring(7, 15), "00000000")),
              100);
      sparse =
          reference.name()
              + "@"
              + store
                  .writeManifest(
                      Index.oci(
                          List.of(
                              store.manifest(Sandbox.digest(all.get(1))).descriptor(), missing)),
                      Optional.empty())
                  .digest();
    }
    box().ends(1, "ASY3005", "sign", "--key", "release.key", "--recursive", sparse);
    box().ends(1, "ASY1102", "verify", "--key", "release.pub", "--manifest-only", sparse);
    box().ends(1, "ASY1102", "verify", "--key", "release.pub", all.get(1));
  }

  @Test
  void theOlderFormSaysAsWhatTheImageMayBeUsed() throws Exception {
    String image = box().image("older:1.8", "older");
    Sandbox.Ran ran =
        box().ok("sign", "--key", "release.key", "--also-legacy", tagged(image, "1.8"));
    String repository = box().host() + "/older";
    assertEquals(repository + ":1.8", usableAs(image));
    List<String> lines = ran.out().lines().toList();
    assertEquals(2, lines.size(), ran.out());
    assertTrue(lines.get(0).startsWith(repository + "@sha256:"), ran.out());
    String tag = Sandbox.digest(image).toString().replace(':', '-') + ".sig";
    assertEquals(repository + ":" + tag, lines.get(1));

    String bare = box().image("older-bare:1.8", "older, by its digest");
    box().ok("sign", "--key", "release.key", "--also-legacy", bare);
    assertEquals(bare, usableAs(bare));

    List<String> all = index("older-multi");
    box()
        .ok(
            "sign",
            "--key",
            "release.key",
            "--also-legacy",
            "--recursive",
            tagged(all.get(0), "1"));
    for (String each : all) {
      assertEquals(box().host() + "/older-multi:1", usableAs(each), each);
    }
  }

  @Test
  void aTagThatNamesAnotherImageIsNotSigned() throws Exception {
    String image = box().image("moved:1", "before");
    String other = box().image("moved:1", "after");
    for (String named : List.of(tagged(image, "1"), tagged(other, "absent"))) {
      box().ends(1, "ASY1310", "sign", "--key", "release.key", "--also-legacy", named);
    }
    for (String each : List.of(image, other)) {
      assertTrue(older(each).isEmpty());
      box().ends(1, "ASY1102", "verify", "--key", "release.pub", each);
    }
    // The bundle speaks of the digest alone.
    box().ok("sign", "--key", "release.key", tagged(image, "1"));
  }

  /** A tag that names what is asked for when it is asked, and something else afterwards. */
  @Test
  void whatIsSignedIsWhatTheTagNamedWhenItWasLookedAt() throws Exception {
    String image = box().image("turning:1", "before");
    String other = box().image("elsewhere:1", "after");
    AtomicInteger asked = new AtomicInteger();
    RegistryServer registry = new RegistryServer(box().storage(), Clock.systemUTC());
    try (RunningServer server =
        Sandbox.serve(e -> {
          if (e.path().equals("/v2/turning/manifests/1") && asked.getAndIncrement() > 0) {
            e.respond(404, Map.of(), new byte[0]);
            return;
          }
          registry.handle(e);
        })) {
      String named = server.authority() + "/turning:1@" + Sandbox.digest(image);
      box().ok("sign", "--key", "release.key", "--also-legacy", named);
      assertEquals(1, asked.get());
    }
    assertEquals(1, older(image).size());
    assertTrue(older(other).isEmpty());
  }

  @Test
  void aKeyThatCannotDoTheOlderFormWritesNothing() throws Exception {
    box().ok("key", "generate", "ed", "--algorithm", "ed25519");
    String image = box().image("ed:1", "ed");
    box().ends(1, "ASY1204", "sign", "--key", "ed.key", "--also-legacy", image);
    box().ends(1, "ASY1102", "verify", "--key", "ed.pub", image);
    assertTrue(older(image).isEmpty());
  }

  @Test
  void evidenceInAnotherRepositoryIsFoundThereAndOnlyThere() throws Exception {
    String image = box().image("plain:1", "kept elsewhere");
    String signatures = box().host() + "/signatures";
    Sandbox.Ran ran =
        box()
            .ok(
                "sign",
                "--key",
                "release.key",
                "--also-legacy",
                "--signature-repository",
                signatures,
                image);
    assertTrue(ran.out().lines().allMatch(l -> l.startsWith(signatures)), ran.out());
    box().ends(1, "ASY1102", "verify", "--key", "release.pub", image);
    box().ok("verify", "--key", "release.pub", "--signature-repository", signatures, image);
    Map<String, String> variable = Map.of("COSIGN_REPOSITORY", signatures);
    assertEquals(0, with(variable, "verify", "--key", "release.pub", image).status());
    assertEquals(
        0,
        with(
                variable,
                "attest",
                "--key",
                "release.key",
                "--type",
                "cyclonedx",
                "--predicate",
                "sbom.json",
                image)
            .status());
    Sandbox.Ran typed =
        with(variable, "verify", "--key", "release.pub", "--type", "cyclonedx", image);
    assertEquals(0, typed.status(), typed.all());
    box().ends(1, "ASY1306", "verify", "--key", "release.pub", "--type", "cyclonedx", image);
    // The option says it where both do; the older form names the image and not where it is kept.
    Sandbox.Ran elsewhere =
        with(
            variable,
            "verify",
            "--key",
            "release.pub",
            "--signature-repository",
            box().host() + "/nothing",
            image);
    assertEquals(1, elsewhere.status(), elsewhere.all());
    try (RegistryClient client = RegistryClient.of(Map.of(), false)) {
      List<LegacySignatures.Found> found =
          LegacySignatures.collect(
              client.repository(Reference.parse(signatures)), Sandbox.digest(image));
      assertEquals(1, found.size());
      assertTrue(Text.utf8(found.getFirst().bytes()).contains(image), "the image's own name");
    }
  }

  @Test
  void theGateLooksForEvidenceWhereItIsTold() throws Exception {
    String image = box().image("gated:1", "gated");
    String signatures = box().host() + "/gate-signatures";
    box().ok("sign", "--key", "release.key", "--signature-repository", signatures, image);
    box()
        .write(
            "gate.yaml",
            """
            apiVersion: assay.dev/v1
            kind: TrustPolicy
            metadata:
              name: gate
            spec:
              mode: enforce
              signers:
                - name: release
                  keyFile: release.pub
              rules:
                - images: ["127.0.0.1:*/**"]
                  signature:
                    signers: [release]
            """);
    box().write("review.json", DemoFiles.review("u-1", DemoFiles.pod("p", image, "", "")));
    box().ends(1, "ASY1102", "gate", "review", "--policy", "gate.yaml", "review.json");
    box()
        .ok(
            "gate",
            "review",
            "--policy",
            "gate.yaml",
            "--signature-repository",
            signatures,
            "review.json");
    assertEquals(
        0,
        with(
                Map.of("COSIGN_REPOSITORY", signatures),
                "gate",
                "review",
                "--policy",
                "gate.yaml",
                "review.json")
            .status());
  }

  @Test
  void annotationsAreAskedOfWhatIsSigned() throws Exception {
    String image = box().image("noted:1", "noted");
    box()
        .ok(
            "sign",
            "--key",
            "release.key",
            "--annotation",
            "env=prod",
            "--annotation",
            "tier=1",
            image);
    box()
        .ok(
            "verify",
            "--key",
            "release.pub",
            "--annotation",
            "tier=1",
            "--annotation",
            "env=prod",
            image);
    box().ends(1, "ASY1312", "verify", "--key", "release.pub", "--annotation", "env=test", image);
    box().ends(1, "ASY1312", "verify", "--key", "release.pub", "--annotation", "a=b", image);
    box().ends(1, "ASY1202", "verify", "--key", "other.pub", "--annotation", "env=prod", image);
    String old = box().image("noted-older:1", "noted, older");
    box().ok("sign", "--key", "release.key", "--also-legacy", "--annotation", "env=prod", old);
    assertTrue(
        Text.utf8(older(old).getFirst().bytes()).contains("\"optional\":{\"env\":\"prod\"}"));
  }

  @Test
  void oneThatFailsDoesNotKeepTheOthersFromBeingSigned() throws Exception {
    String first = box().image("first:1", "first");
    String last = box().image("last:1", "last");
    String absent = box().host() + "/absent@sha256:" + "ab".repeat(32);
    box().write("many.txt", "a file among them");
    Sandbox.Ran ran =
        box()
            .ends(
                1,
                "ASY3005",
                "sign",
                "--key",
                "release.key",
                "-o",
                "json",
                first,
                absent,
                "many.txt",
                last);
    assertTrue(ran.err().contains("error: " + absent), ran.err());
    List<Fields> subjects = subjects(ran);
    assertEquals(4, subjects.size());
    assertEquals("ASY3005", subjects.get(1).object("error").string("code"));
    assertEquals(
        "many.txt.sigstore.json",
        subjects.get(2).objects("written", 2).getFirst().string("reference"));
    for (String good : List.of(first, "many.txt", last)) {
      box().ok("verify", "--key", "release.pub", good);
    }
    // The worst decides: what cannot be reached is more than what is not there.
    String unreachable = "127.0.0.1:1/app@sha256:" + "ab".repeat(32);
    box().ends(3, "ASY3002", "sign", "--key", "release.key", absent, unreachable, first);
    Sandbox.Ran text = box().ends(1, "ASY3005", "sign", "--key", "release.key", first, absent);
    assertTrue(text.out().startsWith(first + "\n  " + box().host() + "/first@"), text.out());
  }

  @Test
  void severalAreAttestedInOneRun() throws Exception {
    String first = box().image("both:1", "first");
    String second = box().image("both:2", "second");
    box().write("both.txt", "both");
    box()
        .ok(
            "attest",
            "--key",
            "release.key",
            "--type",
            "cyclonedx",
            "--predicate",
            "sbom.json",
            first,
            second,
            "both.txt");
    for (String each : List.of(first, second, "both.txt")) {
      box().ok("verify", "--key", "release.pub", "--type", "cyclonedx", each);
    }
  }

  @Test
  void aStatementIsSignedAsItIsIfItIsAboutTheSubject() throws Exception {
    String image = box().image("stated:1", "stated");
    String statement =
        "{\"_type\":\"https://in-toto.io/Statement/v0.1\","
            + " \"subject\":[{\"name\":\"x\",\"digest\":{\"sha256\":\""
            + Sandbox.digest(image).hex()
            + "\"}}],\"predicateType\":\"https://acme.example/review/v1\","
            + "\"predicate\":{\"by\":\"al\"}, \"more\":[1]}";
    box().write("statement.json", statement);
    box().ok("attest", "--key", "release.key", "--statement", "statement.json", image);
    Sandbox.Ran ran =
        box()
            .ok(
                "verify",
                "--key",
                "release.pub",
                "--type",
                "https://acme.example/review/v1",
                "--print-predicate",
                image);
    assertEquals("{\"by\":\"al\"}", ran.out().strip());
    box()
        .ok(
            "attest",
            "--key",
            "release.key",
            "--statement",
            "statement.json",
            "--bundle",
            "stated.json",
            Sandbox.digest(image).toString());
    Bundle bundle = Bundle.parse(Files.readAllBytes(box().folder().resolve("stated.json")));
    assertArrayEquals(Text.utf8(statement), ((Bundle.Envelope) bundle.content()).dsse().payload());

    String other = box().image("stated-other:1", "another");
    box()
        .ends(
            1, "ASY1103", "attest", "--key", "release.key", "--statement", "statement.json", other);
    box().ends(1, "ASY1102", "verify", "--key", "release.pub", other);
    box()
        .write(
            "bad.json",
            statement.replace("https://acme.example/review/v1", "https://spdx.dev/Document"));
    box().ends(1, "ASY1304", "attest", "--key", "release.key", "--statement", "bad.json", image);
    box()
        .ends(
            2,
            "ASY6001",
            "attest",
            "--key",
            "release.key",
            "--statement",
            "statement.json",
            "--type",
            "custom",
            image);
  }

  @Test
  void spdxInTagsAndValuesIsAttestedAsText() throws Exception {
    String image = box().image("spdx:1", "spdx");
    String text = "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n";
    box().write("sbom.spdx", text);
    box().ok("attest", "--key", "release.key", "--type", "spdx", "--predicate", "sbom.spdx", image);
    Sandbox.Ran ran =
        box().ok("verify", "--key", "release.pub", "--type", "spdx", "--print-predicate", image);
    assertEquals(text.strip(), ran.out().strip());
    box().write("not.spdx", "Name: x\n");
    box()
        .ends(
            1,
            "ASY1001",
            "attest",
            "--key",
            "release.key",
            "--type",
            "spdx",
            "--predicate",
            "not.spdx",
            image);
  }

  @Test
  void aDigestIsSignedLikeTheFileThatHasIt() throws Exception {
    box().write("far.bin", "far away");
    String digest = Target.digest("far.bin", context()).toString();
    box().ok("sign", "--key", "release.key", "--bundle", "far.json", digest);
    box().ok("verify", "--key", "release.pub", "--bundle", "far.json", "far.bin");
    box().ok("verify", "--key", "release.pub", "--bundle", "far.json", digest);
    box().ok("sign", "--key", "release.key", "far.bin");
    assertArrayEquals(
        Files.readAllBytes(box().folder().resolve("far.bin.sigstore.json")),
        Files.readAllBytes(box().folder().resolve("far.json")));
    box().ends(2, "ASY6001", "sign", "--key", "release.key", digest);
    box().ok("key", "generate", "p384", "--algorithm", "ecdsa-p384");
    box().ok("key", "generate", "edd", "--algorithm", "ed25519");
    for (String key : List.of("p384.key", "edd.key")) {
      box().ends(1, "ASY1204", "sign", "--key", key, "--bundle", "no.json", digest);
    }
    assertFalse(Files.exists(box().folder().resolve("no.json")));
    box()
        .ok(
            "attest",
            "--key",
            "edd.key",
            "--type",
            "custom",
            "--predicate",
            "far.bin",
            "--bundle",
            "far.att.json",
            digest);
    box()
        .ok(
            "verify",
            "--key",
            "edd.pub",
            "--type",
            "custom",
            "--bundle",
            "far.att.json",
            "far.bin");
  }

  private static Context context() {
    return Sandbox.context(
        box().folder(),
        Map.of(),
        new byte[0],
        java.io.OutputStream.nullOutputStream(),
        java.io.OutputStream.nullOutputStream(),
        Clock.systemUTC());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sign --key release.key --recursive sbom.json",
        "sign --key release.key --also-legacy sbom.json",
        "sign --key release.key --signature-repository r.example/s sbom.json",
        "sign --key release.key --annotation a=b sbom.json",
        "sign --key release.key --annotation a=b --annotation a=c r.example/a@DIGEST",
        "sign --key release.key --bundle b.json r.example/a@DIGEST",
        "sign --key release.key --bundle - -o json sbom.json",
        "sign --key release.key -o yaml sbom.json",
        "sign --key release.key --also-legacy --annotation timestamp=now r.example/a@DIGEST",
        "sign --key release.key --signature-repository r.example/s:1 r.example/a@DIGEST",
        "sign --key release.key --signature-repository r.example/s@DIGEST r.example/a@DIGEST",
        "sign --key release.key --tls-cert release.pub r.example/a@DIGEST",
        "attest --key release.key --type custom --predicate sbom.json --recursive sbom.json",
        "attest --key release.key --type custom --predicate sbom.json DIGEST",
        "attest --key release.key --type custom --predicate sbom.json --tls-key release.key"
            + " r.example/a@DIGEST",
        "verify --key release.pub --annotation a r.example/a@DIGEST",
        "verify --key release.pub --annotation a=b --type custom r.example/a@DIGEST",
        "verify --key release.pub --tls-cert release.pub r.example/a@DIGEST",
        "verify --key release.pub --signature-repository r.example/s oci:layout:1",
      })
  void whatCannotBeMeantIsRefused(String line) {
    String digest = "sha256:" + "ab".repeat(32);
    List<String> words = List.of(line.replace("DIGEST", digest).split(" "));
    Sandbox.Ran ran = box().run(words.toArray(String[]::new));
    assertEquals(2, ran.status(), ran.all());
    assertTrue(ran.err().contains("ASY6001"), ran.err());
  }

  /**
   * A push that breaks off at any request leaves what was there, and nothing that is found and not
   * valid. Each run fails at one request more than the run before, until one does not fail.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPushThatBreaksOffLeavesNothingHalf(boolean referrers) throws Exception {
    RegistryServer server = new RegistryServer(box().storage(), Clock.systemUTC());
    HttpHandler registry = referrers ? server : new PlainRegistry(server);
    AtomicInteger left = new AtomicInteger();
    AtomicBoolean failed = new AtomicBoolean();
    int runs = 0;
    boolean whole = false;
    try (RunningServer healthy = Sandbox.serve(registry);
        RunningServer failing =
            Sandbox.serve(e -> {
              if (left.getAndDecrement() <= 0) {
                failed.set(true);
                e.respond(403, Map.of(), new byte[0]);
                return;
              }
              registry.handle(e);
            })) {
      while (!whole) {
        assertTrue(runs < 60, "it never ends well");
        String name = (referrers ? "broken" : "plain-broken") + runs;
        String image = box().image(name + ":1", name).replace(box().host(), healthy.authority());
        // Somebody signed it before, in both forms.
        box().ok("sign", "--key", "other.key", "--also-legacy", image);
        left.set(runs);
        failed.set(false);
        Sandbox.Ran ran =
            box()
                .run(
                    "sign",
                    "--key",
                    "release.key",
                    "--also-legacy",
                    image.replace(healthy.authority(), failing.authority()));
        whole = !failed.get();
        assertEquals(whole ? 0 : 3, ran.status(), ran.all());
        Sandbox.Ran verdict = box().run("verify", "--key", "release.pub", image);
        boolean found = verdict.status() == 0;
        assertTrue(found || verdict.status() == 1 && !whole, verdict.all());
        assertTrue(found || verdict.out().contains("ASY1202"), verdict.all());
        box().ok("verify", "--key", "other.pub", image);
        for (LegacySignatures.Found each : older(image)) {
          assertTrue(each.failure().isEmpty(), each.toString());
        }
        runs++;
      }
    }
    assertTrue(runs > 10, runs + " requests");
  }
}
