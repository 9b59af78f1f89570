package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.oci.Descriptor;
import dev.assay.oci.ImageLayout;
import dev.assay.oci.ImageTreeReader;
import dev.assay.oci.Index;
import dev.assay.oci.Platform;
import dev.assay.server.RunningServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code copy}, {@code tree}, {@code save} and {@code load}, as a user runs them. */
class CopyCommandTest {

  private static final int LIMIT = 1 << 20;

  @TempDir Path root;
  private Sandbox sandbox;
  private String image;

  @BeforeEach
  void image() throws Exception {
    sandbox = new Sandbox(root);
    sandbox.ok("key", "generate", "release");
    sandbox.ok("key", "generate", "other");
    sandbox.write("run", "#!/bin/sh\n");
    sandbox.write("predicate.json", "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\"}");
    image = sandbox.host() + "/team/app:1.0";
    String made = sandbox.ok("image", "create", image, "--layer", "run:/run").lastLine();
    sandbox.ok("sign", "--key", "release.key", made);
    sandbox.ok(
        "attest",
        "--key",
        "other.key",
        "--type",
        "cyclonedx",
        "--predicate",
        "predicate.json",
        made);
  }

  @AfterEach
  void end() {
    sandbox.close();
  }

  private static Fields json(Sandbox.Ran ran) {
    return Fields.of(Json.parse(Text.utf8(ran.out()), LIMIT), "output");
  }

  private static Fields only(Sandbox.Ran ran, String name) {
    return json(ran).objects(name, 10).getFirst();
  }

  @Test
  void anImageGoesAroundAndVerifiesEverywhere() throws Exception {
    String there = sandbox.host() + "/mirror/app:1.0";
    assertTrue(
        sandbox.ok("copy", image, "oci:layout").out().contains("1 signature, 1 attestation"));
    sandbox.ok("copy", "oci:layout:1.0", "oci-archive:image.tar:1.0");
    Fields copied =
        only(sandbox.ok("copy", "oci-archive:image.tar", there, "-o", "json"), "copied");
    assertEquals(1, copied.object("evidence").integer("signature"));
    assertEquals(1, copied.object("evidence").integer("attestation"));
    assertTrue(copied.bool("evidenceChecked", false));
    for (String at : List.of("oci:layout:1.0", "oci-archive:image.tar:1.0", there)) {
      sandbox.ok("verify", "--key", "release.pub", at);
      sandbox.ok("verify", "--key", "other.pub", "--type", "cyclonedx", at);
    }
    // Again: nothing is sent.
    assertEquals(
        0, only(sandbox.ok("copy", image, there, "-o", "json"), "copied").integer("bytes"));
  }

  // A file does not say which repository its image is of; whoever verifies has to.
  @Test
  void aPolicyJudgesAnArchiveAsWhatItIsSaidToBe() throws Exception {
    sandbox.write(
        "policy.yaml",
        """
        apiVersion: assay.dev/v1
        kind: TrustPolicy
        metadata: {name: site}
        spec:
          mode: enforce
          signers:
            - {name: release, keyFile: release.pub}
            - {name: other, keyFile: other.pub}
          rules:
            - images: ["registry.example/pay"]
              signature: {signers: [release]}
            - images: ["registry.example/strict"]
              signature: {signers: [other]}
        """);
    sandbox.ok("copy", image, "oci-archive:site.tar:1.0");
    String at = "oci-archive:site.tar:1.0";
    sandbox.ok("verify", "--policy", "policy.yaml", "--repository", "registry.example/pay", at);
    for (String other : List.of("registry.example/strict", "registry.example/unknown")) {
      assertEquals(
          1, sandbox.run("verify", "--policy", "policy.yaml", "--repository", other, at).status());
    }
    assertEquals(2, sandbox.run("verify", "--policy", "policy.yaml", at).status());
    // It relabels nothing that says where it is, and needs a policy and a bare name.
    for (List<String> wrong :
        List.of(
            List.of("--policy", "policy.yaml", "--repository", "registry.example/pay", image),
            List.of("--key", "release.pub", "--repository", "registry.example/pay", at),
            List.of("--policy", "policy.yaml", "--repository", "registry.example/pay:1", at))) {
      List<String> line = new ArrayList<>(List.of("verify"));
      line.addAll(wrong);
      assertEquals(2, sandbox.run(line.toArray(String[]::new)).status(), wrong.toString());
    }
  }

  @Test
  void whatIsAskedForIsCopiedAndNoMore() throws Exception {
    Sandbox.Ran dry = sandbox.ok("copy", "--dry-run", image, "oci:dry:1.0");
    assertTrue(dry.out().startsWith("would copy"), dry.out());
    assertFalse(Files.exists(sandbox.folder().resolve("dry")));
    sandbox.ok("copy", "--no-evidence", image, "oci:bare:1.0");
    assertEquals(1, sandbox.run("verify", "--key", "release.pub", "oci:bare:1.0").status());
    sandbox.ok("image", "tag", image, "latest");
    sandbox.ok("copy", "--all-tags", sandbox.host() + "/team/app", "oci:all");
    assertEquals(
        List.of("1.0", "latest"), ImageLayout.open(sandbox.folder().resolve("all")).tags());
    assertEquals(2, sandbox.run("copy", "--all-tags", image, "oci:all").status());
    String other =
        sandbox.ok("image", "create", "oci:other:1", "--layer", "release.pub:/k").lastLine();
    String digest = other.substring(other.indexOf('@') + 1);
    assertEquals(2, sandbox.run("copy", image, sandbox.host() + "/team/new@" + digest).status());
  }

  @Test
  void aPlatformIsCopiedByItsOwnDigest() throws Exception {
    ImageLayout layout = ImageLayout.openOrCreate(sandbox.folder().resolve("multi"));
    Descriptor[] parts = new Descriptor[2];
    for (String arch : List.of("amd64", "arm64")) {
      sandbox.ok(
          "image",
          "create",
          "oci:multi:" + arch,
          "--layer",
          "run:/" + arch,
          "--platform",
          "linux/" + arch);
      parts[arch.equals("amd64") ? 0 : 1] =
          layout.manifest(arch).descriptor().withPlatform(Platform.parse("linux/" + arch));
    }
    Descriptor index = layout.writeManifest(Index.oci(List.of(parts)), Optional.of("1.0"));
    String multi = sandbox.host() + "/multi";
    sandbox.ok("copy", "oci:multi:1.0", multi + ":1.0");
    for (Descriptor signed : List.of(index, parts[0], parts[1])) {
      sandbox.ok("sign", "--key", "release.key", multi + "@" + signed.digest());
    }
    Fields copied =
        only(
            sandbox.ok(
                "copy", "--platform", "linux/arm64", multi + ":1.0", "oci:arm:1.0", "-o", "json"),
            "copied");
    assertEquals(parts[1].digest(), copied.digest("digest"));
    sandbox.ok("verify", "--key", "release.pub", "oci:arm:1.0");
    assertEquals(
        1,
        sandbox.run("copy", "--platform", "linux/s390x", "oci:multi:1.0", "oci:none:1").status());
    assertEquals(1, sandbox.run("copy", "--platform", "linux/amd64", image, "oci:n:1").status());
    // The whole: a signature on the index and one on each platform.
    sandbox.ok("copy", multi + ":1.0", "oci:whole:1.0");
    Sandbox.Ran tree = sandbox.ok("tree", "--key", "release.pub", "oci:whole:1.0");
    assertEquals(3, tree.out().split("✓ made by", -1).length - 1, tree.out());
  }

  @Test
  void aPolicyDecidesWhatIsCopied() throws Exception {
    sandbox.write(
        "policy.yaml",
        """
        apiVersion: assay.dev/v1
        kind: TrustPolicy
        metadata:
          name: mirror
        spec:
          mode: enforce
          signers:
            - name: KEY
              keyFile: KEY.pub
          rules:
            - images: ["127.0.0.1:*/**"]
              signature:
                signers: [KEY]
        """
            .replace("KEY", "release"));
    sandbox.write(
        "strict.yaml",
        Files.readString(sandbox.folder().resolve("policy.yaml")).replace("release", "other"));
    sandbox.ok("copy", "--policy", "policy.yaml", image, "oci:good:1.0");
    Sandbox.Ran refused = sandbox.run("copy", "--policy", "strict.yaml", image, "oci:bad:1.0");
    assertEquals(1, refused.status(), refused.all());
    assertFalse(Files.exists(sandbox.folder().resolve("bad")));
    assertEquals(1, sandbox.run("save", "--policy", "strict.yaml", image, "bad.tar").status());
    assertFalse(Files.exists(sandbox.folder().resolve("bad.tar")));
  }

  @Test
  void anUnreachableSourceIsNotAnImageWithoutEvidence() throws Exception {
    try (RunningServer busy =
        Sandbox.serve(e -> e.respond(429, Map.of("Retry-After", "0"), new byte[0]))) {
      String there = busy.authority() + "/app:1.0";
      assertEquals(3, sandbox.run("copy", there, "oci:x:1.0").status());
      assertEquals(3, sandbox.run("tree", there).status());
      assertEquals(3, sandbox.run("save", there, "x.tar").status());
      assertFalse(Files.exists(sandbox.folder().resolve("x.tar")));
    }
  }

  @Test
  void whatIsSavedIsLoadedWithEverything() throws Exception {
    String second = sandbox.host() + "/db:1.0";
    String made = sandbox.ok("image", "create", second, "--layer", "run:/db").lastLine();
    sandbox.ok("sign", "--key", "other.key", made);
    Sandbox.Ran saved = sandbox.ok("save", image, second, "site.tar");
    assertTrue(saved.out().contains("as app-1.0"), saved.out());
    assertTrue(saved.out().contains("as db-1.0"), saved.out());
    assertEquals(
        3,
        sandbox
            .ok("save", image, second, "site")
            .out()
            .lines()
            .filter(l -> !l.startsWith(" "))
            .count());
    // Offline: from the file alone.
    sandbox.ok("verify", "--offline", "--key", "release.pub", "oci-archive:site.tar:app-1.0");
    sandbox.ok("verify", "--offline", "--key", "other.pub", "oci-archive:site.tar:db-1.0");
    for (String file : List.of("site.tar", "site")) {
      String prefix = sandbox.host() + "/from-" + (file.equals("site") ? "folder" : "tar");
      assertEquals(
          2, json(sandbox.ok("load", file, prefix, "-o", "json")).objects("loaded", 9).size());
      sandbox.ok("verify", "--key", "release.pub", prefix + "/team/app:1.0");
      sandbox.ok("verify", "--key", "other.pub", "--type", "cyclonedx", prefix + "/team/app:1.0");
      sandbox.ok("verify", "--key", "other.pub", prefix + "/db:1.0");
    }
    sandbox.ok("load", "--dry-run", "site.tar", sandbox.host() + "/dry");
    assertEquals(
        1, sandbox.run("verify", "--key", "other.pub", sandbox.host() + "/dry/db:1.0").status());
    assertEquals(2, sandbox.run("load", "site.tar", "--as", second).status());
    // The same images, the same bytes.
    sandbox.ok("save", image, second, "again.tar");
    assertEquals(
        -1L,
        Files.mismatch(
            sandbox.folder().resolve("site.tar"), sandbox.folder().resolve("again.tar")));
  }

  @Test
  void namesInAFileAreNotBelieved() throws Exception {
    sandbox.ok("save", image, "site");
    Path listing = sandbox.folder().resolve("site/index.json");
    String good = Files.readString(listing);
    String whole = sandbox.host() + "/team/app:1.0";
    for (String name :
        List.of("../../evil", "host/../evil:1", "h.example/A B:1", "h.example/app:1.0\\u0000")) {
      Files.writeString(listing, good.replace(whole, name));
      Sandbox.Ran ran = sandbox.run("load", "site", sandbox.host() + "/loaded");
      assertTrue(ran.status() == 2 || ran.status() == 1, ran.all());
      assertFalse(Files.exists(sandbox.storage().resolve("loaded+team+app")), name);
    }
    // A name with a digest that is not the image's.
    Files.writeString(listing, good.replace(whole, "h.example/app@sha256:" + "0".repeat(64)));
    assertEquals(4, sandbox.run("load", "site", sandbox.host() + "/loaded").status());
    Files.writeString(listing, good.replace("io.containerd.image.name", "another"));
    assertEquals(2, sandbox.run("load", "site", sandbox.host() + "/loaded").status());
    sandbox.ok("load", "site", "--as", sandbox.host() + "/loaded/app:2");
    sandbox.ok("verify", "--key", "release.pub", sandbox.host() + "/loaded/app:2");
  }

  @Test
  void theTreeShowsClaimsAsClaims() throws Exception {
    Sandbox.Ran plain = sandbox.ok("tree", image);
    assertTrue(plain.out().contains("nothing was verified"), plain.out());
    assertFalse(plain.out().contains("✓"), plain.out());
    Sandbox.Ran tried = sandbox.ok("tree", "--key", "release.pub", image);
    assertTrue(tried.out().contains("✓ made by  ecdsa-p256, key release"), tried.out());
    assertTrue(tried.out().contains("✗ not by a signer named: ASY1202"), tried.out());
    Fields all = json(sandbox.ok("tree", "-o", "json", "--key", "other.pub", image));
    List<Fields> attached = all.object("tree").objects("attached", 10);
    assertEquals(2, attached.size());
    for (Fields one : attached) {
      Fields piece = one.objects("pieces", 1).getFirst();
      assertEquals(one.string("kind").equals("attestation"), piece.bool("verified", false));
    }
    assertEquals(2, sandbox.run("tree", "--trust-root", "x", image).status());
  }

  @Test
  void evidenceThatCannotBeReadIsShownAndSaid() throws Exception {
    sandbox.ok("copy", image, "oci:broken:1.0");
    ImageLayout layout = ImageLayout.open(sandbox.folder().resolve("broken"));
    Descriptor bundle =
        ImageTreeReader.read(layout, "1.0", true).attached().getFirst().blobs().getLast();
    Path file = layout.blobPath(bundle.digest());
    byte[] bytes = Files.readAllBytes(file);
    bytes[5] ^= 1;
    Files.write(file, bytes);
    Sandbox.Ran ran = sandbox.run("tree", "--key", "release.pub", "oci:broken:1.0");
    assertEquals(4, ran.status(), ran.all());
    assertTrue(ran.out().contains("cannot be read: ASY1101"), ran.out());
    assertTrue(ran.out().contains("attestation"), "the rest is shown");
    assertEquals(4, sandbox.run("copy", "oci:broken:1.0", sandbox.host() + "/x:1.0").status());
    assertEquals(1, sandbox.run("image", "digest", sandbox.host() + "/x:1.0").status());
  }
}
