package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.crypto.Hashes;
import java.io.IOException;
import java.util.List;

/** Five short scenes, one for each way in, each ending in a refusal with its code. */
final class DemoAttacks {

  static final List<String> NAMES =
      List.of("compromised-build", "dependency", "source", "stolen-key", "registry");

  private static final String MAIN = DemoFiles.SOURCE + "@refs/heads/main";

  private final Stage stage;
  private final DemoFiles files;
  private String registry = "";
  private int made;

  DemoAttacks(Stage stage) {
    this.stage = stage;
    this.files = new DemoFiles(stage.folder());
  }

  void run(String name) throws IOException {
    prepare();
    switch (name) {
      case "compromised-build" -> compromisedBuild();
      case "dependency" -> dependency();
      case "source" -> source();
      case "stolen-key" -> stolenKey();
      case "registry" -> new DemoRegistryAttack(stage, files, this).run();
      default -> throw new IllegalArgumentException(name);
    }
  }

  private void prepare() throws IOException {
    stage.title("before  two keys, a ledger, a registry, a policy");
    stage.quietly(0, "key", "generate", "release");
    stage.quietly(0, "key", "generate", "ci");
    stage.quietly(0, "ledger", "init", "ledger");
    registry = stage.start("registry", "serve", "registry", "--listen", "127.0.0.1:0");
    files.policy("policy.yaml", registry + "/pay", "", 1, false);
    files.layers();
  }

  String registry() {
    return registry;
  }

  /** Makes an image with its own content. */
  String image(String tag, String content) throws IOException {
    files.write("app/opt/pay/build.txt", content + "\n");
    String out =
        stage
            .quietly(
                0,
                "image",
                "create",
                registry + "/pay:" + tag,
                "--layer",
                "base",
                "--layer",
                "lib",
                "--layer",
                "app")
            .last();
    return registry + "/pay" + out.substring(out.indexOf("@sha256:"));
  }

  void sign(String key, String image) {
    stage.quietly(0, "sign", "--key", key, image);
  }

  /** Attests SBOM and provenance with the builder's key. */
  void attest(String image, Json provenance) throws IOException {
    String name = "provenance-" + ++made + ".json";
    files.json(name, provenance);
    files.json("sbom.cdx.json", files.sbom(files.log4jDigest()));
    stage.quietly(
        0, "attest", "--key", "ci.key", "--type", "slsaprovenance1", "--predicate", name, image);
    stage.quietly(
        0,
        "attest",
        "--key",
        "ci.key",
        "--type",
        "cyclonedx",
        "--predicate",
        "sbom.cdx.json",
        image);
  }

  Json honest() throws IOException {
    return files.provenance(
        DemoFiles.BUILDER,
        MAIN,
        DemoFiles.COMMIT,
        List.of(DemoFiles.log4jFrom(files.log4jDigest())));
  }

  void accepted(String image) {
    stage.run(0, "verify", "--policy", "policy.yaml", "--ledger", "ledger", image);
  }

  void refused(Code code, String image) {
    Stage.Ran ran =
        stage.run(
            code.exit().status(), "verify", "--policy", "policy.yaml", "--ledger", "ledger", image);
    if (!ran.out().contains(code.id())) {
      throw new AssayException(Code.BUG, "refused, but not with " + code.id());
    }
    stage.title("refused: " + code.id() + ", " + code.title());
    stage.run(0, "explain", code.id());
  }

  private void compromisedBuild() throws IOException {
    stage.title("the release, built where policy says");
    String good = image("1.0", "1.0");
    sign("release.key", good);
    attest(good, honest());
    accepted(good);
    stage.title("the attack: the same pipeline's key, but another builder made this one");
    String bad = image("1.1", "1.1 with a surprise");
    sign("release.key", bad);
    attest(
        bad,
        files.provenance(
            "https://ci.acme.example/builders/dev@main",
            MAIN,
            DemoFiles.COMMIT,
            List.of(DemoFiles.log4jFrom(files.log4jDigest()))));
    refused(Code.WRONG_BUILDER, bad);
  }

  private void dependency() throws IOException {
    stage.title("the release: every package from where policy says it comes");
    String good = image("1.0", "1.0");
    sign("release.key", good);
    attest(good, honest());
    accepted(good);
    stage.title("the attack: the internal name com.acme/lib, taken from the public mirror");
    String bad = image("1.1", "1.1");
    sign("release.key", bad);
    Digest stranger = Hashes.sha256Digest(new byte[] {'e', 'v', 'i', 'l'});
    attest(
        bad,
        files.provenance(
            DemoFiles.BUILDER,
            MAIN,
            DemoFiles.COMMIT,
            List.of(
                DemoFiles.log4jFrom(files.log4jDigest()),
                DemoFiles.dependency(
                    "pkg:maven/com.acme/lib@99.0",
                    DemoFiles.PUBLIC + "com/acme/lib/99.0/lib-99.0.jar",
                    stranger))));
    refused(Code.DEPENDENCY_ORIGIN, bad);
  }

  private void source() throws IOException {
    String tagged = DemoFiles.SOURCE + "@refs/tags/v1.0";
    stage.title("the release: built from the tag v1.0, whose commit is recorded now");
    String good = image("1.0", "1.0");
    sign("release.key", good);
    List<Json> packages = List.of(DemoFiles.log4jFrom(files.log4jDigest()));
    attest(good, files.provenance(DemoFiles.BUILDER, tagged, DemoFiles.COMMIT, packages));
    accepted(good);
    stage.title("the attack: v1.0 is moved to another commit, and built again by the same builder");
    String bad = image("1.0.1", "1.0 again");
    sign("release.key", bad);
    attest(
        bad,
        files.provenance(
            DemoFiles.BUILDER, tagged, "e71a0bd42c9f8e7d6c5b4a39281706f5e4d3c2b1", packages));
    refused(Code.SOURCE_TAG_MOVED, bad);
  }

  private void stolenKey() throws IOException {
    stage.title("the policy asks for two: release and security");
    stage.quietly(0, "key", "generate", "security");
    files.policy("policy.yaml", registry + "/pay", "", 2, true);
    String good = image("1.0", "1.0");
    sign("release.key", good);
    sign("security.key", good);
    attest(good, honest());
    accepted(good);
    stage.title("the attack: release.key is stolen, and signs twice");
    String bad = image("1.1", "signed by a thief");
    sign("release.key", bad);
    stage.quietly(0, "sign", "--key", "release.key", "--annotation", "by=security", bad);
    attest(bad, honest());
    refused(Code.TOO_FEW_SIGNERS, bad);
    stage.title("then the key is revoked: with one signer asked for, it is refused by name");
    String since = "      revokedAt: 2026-01-01T00:00:00Z\n";
    files.policy("policy.yaml", registry + "/pay", since, 1, false);
    refused(Code.KEY_REVOKED, bad);
  }
}
