package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.attest.OciSignature;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleCommandsTest {

  private static final String NOTHING = "nothing was verified";

  @TempDir Path root;

  private static byte[] registry(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            BundleCommandsTest.class.getResourceAsStream("/cosign-registry/" + name), name)) {
      return in.readAllBytes();
    }
  }

  private static Path corpus(String file) {
    String set = System.getProperty("ASSAY_CORPUS", System.getenv("ASSAY_CORPUS"));
    Path corpus =
        set != null
            ? Path.of(set)
            : Path.of(System.getProperty("assay.root", "..")).resolve("../shared/corpus");
    Path found = corpus.resolve(file);
    Assumptions.assumeTrue(Files.exists(found), "no corpus at " + found);
    return found;
  }

  private static Json.Obj json(Sandbox.Ran ran) {
    return (Json.Obj) Json.parse(Text.utf8(ran.out()), 1 << 24);
  }

  private static void shows(Sandbox.Ran ran, String... lines) {
    String text = ran.out().replaceAll(" +", " ");
    for (String line : lines) {
      assertTrue(text.contains(line), () -> "no " + line + " in\n" + ran.out());
    }
  }

  @Test
  void whatWeSignedOurselves() throws IOException {
    try (Sandbox sandbox = new Sandbox(root)) {
      sandbox.ok("key", "generate", "release");
      sandbox.write("a.txt", "text");
      sandbox.ok("sign", "--key", "release.key", "a.txt");
      Sandbox.Ran ran = sandbox.ok("bundle", "inspect", "a.txt.sigstore.json");
      shows(ran, "form Sigstore bundle 0.3", "kind key", NOTHING);
      Fields all =
          Fields.of(
              json(sandbox.ok("bundle", "inspect", "a.txt.sigstore.json", "-o", "json")), "all");
      assertEquals("nothing", all.string("verified"));
      Fields piece = all.objects("files", 1).getFirst().objects("evidence", 1).getFirst();
      assertTrue(piece.object("signer").string("hint").endsWith("="));
      piece.digest("evidence");
    }
  }

  @Test
  void aSignatureFromARegistry() throws IOException {
    try (Sandbox sandbox = new Sandbox(root)) {
      byte[] payload = registry("5f5c27b614376a30bad4f4993733f1f721cd97a4827a6066827388ab86106c17");
      sandbox.write(
          "signature.json",
          OciSignature.pack(
              OciSignature.SIMPLE_SIGNING,
              payload,
              Map.of("dev.cosignproject.cosign/signature", "AAAA")));
      shows(
          sandbox.ok("bundle", "inspect", "signature.json"),
          "form cosign signature from a registry",
          "kind image",
          "digest sha256:dbe9bee7581fb905ec28cf7714789e51389a3a347c1ebf3ed1954f2ba62aca87",
          "stage 1",
          "hint none",
          NOTHING);
    }
  }

  @Test
  void keylessEvidenceThatOthersMade() throws IOException {
    Path npm = corpus("slsa-verifier/cli/npm/gha/gundam-visor-cli-v1-tag.tgz.json");
    Path rekor2 =
        corpus("sigstore-conformance/rekor2-timestamp-with-embedded-cert/bundle.sigstore.json");
    try (Sandbox sandbox = new Sandbox(root)) {
      sandbox.write("npm.json", Files.readAllBytes(npm));
      sandbox.write("rekor2.json", Files.readAllBytes(rekor2));
      Sandbox.Ran ran = sandbox.ok("bundle", "inspect", "npm.json", "rekor2.json");
      shows(
          ran,
          "npm.json: 2 signatures",
          "where attestation 2",
          "form Sigstore bundle 0.2",
          "predicate type https://slsa.dev/provenance/v1",
          "hint SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA",
          "name uri https://github.com/",
          "issuer https://token.actions.githubusercontent.com",
          "log c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d",
          "index 99434465",
          "kind intoto 0.0.2",
          "promise true",
          "signed as rekor.sigstore.dev",
          "timestamp\n time 20",
          NOTHING);
      assertFalse(ran.out().contains("cannot be read"), ran.out());
    }
  }

  @Test
  void everyBundleOfTheConformanceSuiteIsShownOrRefused() throws IOException {
    Path cases = corpus("sigstore-conformance");
    int shown = 0;
    try (Sandbox sandbox = new Sandbox(root);
        var folders = Files.list(cases)) {
      for (Path folder : folders.sorted().toList()) {
        Path bundle = folder.resolve("bundle.sigstore.json");
        if (Files.exists(bundle)) {
          sandbox.write("b.json", Files.readAllBytes(bundle));
          Sandbox.Ran ran = sandbox.run("bundle", "inspect", "b.json");
          assertTrue(ran.status() == 0 || ran.status() == 1, folder + "\n" + ran.all());
          assertTrue(ran.status() == 0 || folder.toString().endsWith("_fail"), folder + ran.all());
          shown += ran.status() == 0 ? 1 : 0;
        }
      }
    }
    assertTrue(shown > 40, "shown: " + shown);
  }

  // A file from outside must not write to the terminal.
  @Test
  void nothingThatATerminalActsOnIsPrinted() throws IOException {
    String evil = "\\u001b[2J\\u009b1m\\u202eok\\u0007";
    String payload =
        "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"E\",\"digest\":"
            + "{\"E\":\"E\"}}],\"predicateType\":\"E\",\"predicate\":{}}";
    String file =
        "{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\""
            + Base64s.encode(Text.utf8(payload.replace("E", evil)))
            + "\",\"signatures\":[{\"sig\":\"AAAA\",\"keyid\":\""
            + evil
            + "\"}]}";
    try (Sandbox sandbox = new Sandbox(root)) {
      sandbox.write("evil.json", file);
      sandbox.write("worse.json", "{\"mediaType\":\"" + evil + "\"}");
      for (Sandbox.Ran ran :
          List.of(
              sandbox.ok("bundle", "inspect", "evil.json"),
              sandbox.run("bundle", "inspect", "worse.json"))) {
        for (char c : ran.all().toCharArray()) {
          assertTrue(c == '\n' || c >= 0x20 && c < 0x7f, () -> Integer.toHexString(c));
        }
      }
      for (char c :
          sandbox.ok("bundle", "inspect", "evil.json", "-o", "json").out().toCharArray()) {
        assertTrue(c == '\n' || c >= 0x20 && c != 0x9b, () -> Integer.toHexString(c));
      }
    }
  }

  @Test
  void oneFileThatCannotBeReadHidesNothing() throws IOException {
    try (Sandbox sandbox = new Sandbox(root)) {
      sandbox.write("bad.json", "{}");
      sandbox.write("good.json", "{\"base64Signature\":\"AAAA\"}");
      Sandbox.Ran ran = sandbox.ends(1, "ASY1303", "bundle", "inspect", "bad.json", "good.json");
      shows(ran, "good.json", "cosign JSON", NOTHING);
      Sandbox.Ran json =
          sandbox.ends(1, "ASY1303", "bundle", "inspect", "bad.json", "good.json", "-o", "json");
      List<Fields> files = Fields.of(json(json), "all").objects("files", 5);
      assertEquals("ASY1303", files.get(0).string("code"));
      assertEquals(1, files.get(1).objects("evidence", 5).size());
      sandbox.ends(2, "ASY6002", "bundle", "inspect", "not-there.json");
      assertFalse(sandbox.run("bundle", "inspect", "bad.json").out().contains(NOTHING));
    }
  }
}
