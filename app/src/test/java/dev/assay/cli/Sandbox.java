package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.crypto.Firmware;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SelfSignedCertificate;
import dev.assay.lab.DeviceMaker;
import dev.assay.net.HttpHandler;
import dev.assay.oci.RegistryServer;
import dev.assay.server.RunningServer;
import dev.assay.server.WebServers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A folder in which commands are run in this process, and a registry on this machine. Everything
 * that any command prints is searched for the password of the keys.
 */
final class Sandbox implements AutoCloseable {

  static final String PASSWORD = "password-that-nothing-prints-7f3a91";

  /** What a command did. */
  record Ran(int status, String out, String err) {
    String all() {
      return out + err;
    }

    String lastLine() {
      return out.strip().lines().reduce((a, b) -> b).orElse("");
    }
  }

  private final Path folder;
  private final Path storage;
  private final RegistryServer registry;
  private final RunningServer server;
  private Clock clock = Clock.systemUTC();

  Sandbox(Path root) throws IOException {
    folder = Files.createDirectories(root.resolve("files"));
    storage = root.resolve("storage");
    registry = new RegistryServer(storage, Clock.systemUTC());
    server = serve(registry);
  }

  static RunningServer serve(HttpHandler handler) {
    return WebServers.start(handler, "127.0.0.1", 0, Optional.empty());
  }

  Path folder() {
    return folder;
  }

  /** The registry's files. */
  Path storage() {
    return storage;
  }

  /** The registry's {@code HOST:PORT}. */
  String host() {
    return server.authority();
  }

  /** What answers there, for tests that stand in between. */
  HttpHandler registry() {
    return registry;
  }

  void at(String time) {
    clock = Clock.fixed(Instant.parse(time), ZoneOffset.UTC);
  }

  void atPresent() {
    clock = Clock.systemUTC();
  }

  static Map<String, String> environment(Path folder) {
    Map<String, String> environment = new HashMap<>();
    environment.put("HOME", folder.resolve("home").toString());
    environment.put("ASSAY_HOME", folder.resolve("home/assay").toString());
    environment.put("COSIGN_PASSWORD", PASSWORD);
    return environment;
  }

  static Context context(
      Path folder,
      Map<String, String> environment,
      byte[] in,
      OutputStream out,
      OutputStream err,
      Clock clock) {
    return new Context(
        new ByteArrayInputStream(in),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        environment,
        folder,
        clock);
  }

  static Ran run(
      Path folder, Map<String, String> environment, byte[] in, Clock clock, List<String> words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status = Main.run(words, context(folder, environment, in, out, err, clock));
    Ran ran =
        new Ran(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    assertFalse(ran.all().contains(PASSWORD), () -> "the password is printed by " + words);
    return ran;
  }

  Ran run(String... words) {
    return run(folder, environment(folder), new byte[0], clock, List.of(words));
  }

  Ran ok(String... words) {
    Ran ran = run(words);
    assertEquals(0, ran.status(), () -> String.join(" ", words) + "\n" + ran.all());
    return ran;
  }

  /** Runs a command that must end with a status and name a code. */
  Ran ends(int status, String code, String... words) {
    Ran ran = run(words);
    assertEquals(status, ran.status(), () -> String.join(" ", words) + "\n" + ran.all());
    assertTrue(ran.all().contains(code), () -> String.join(" ", words) + "\n" + ran.all());
    return ran;
  }

  void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  void write(String name, byte[] bytes) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  /** Makes an image of one small file and gives it by its digest. */
  String image(String repositoryAndTag, String content) throws IOException {
    write("image-content/file", content);
    String at =
        ok("image", "create", host() + "/" + repositoryAndTag, "--layer", "image-content")
            .lastLine();
    String repository = repositoryAndTag.substring(0, repositoryAndTag.indexOf(':'));
    return host() + "/" + repository + at.substring(at.indexOf('@'));
  }

  static Digest digest(String image) {
    return Digest.parse(image.substring(image.indexOf('@') + 1));
  }

  /** Everything that the pages and the examples of the help name. */
  void release() throws IOException {
    at("2026-11-02T12:00:00Z");
    for (String key : List.of("release", "ci", "security")) {
      ok("key", "generate", key);
    }
    DemoFiles files = new DemoFiles(folder);
    files.layers();
    String made =
        ok(
                "image",
                "create",
                host() + "/pay:1.8",
                "--layer",
                "base",
                "--layer",
                "lib",
                "--layer",
                "app")
            .lastLine();
    String pay = host() + "/pay" + made.substring(made.indexOf('@'));
    Digest log4j = files.log4jDigest();
    files.json("sbom.cdx.json", files.sbom(log4j));
    files.json("sbom.json", files.sbom(log4j));
    files.json(
        "provenance.json",
        files.provenance(
            DemoFiles.BUILDER,
            DemoFiles.SOURCE + "@refs/heads/main",
            DemoFiles.COMMIT,
            List.of(DemoFiles.log4jFrom(log4j))));
    files.policy("policy.yaml", host() + "/pay", "", 1, false);
    files.policy("p.yaml", host() + "/pay", "", 1, false);
    ok("sign", "--key", "release.key", pay);
    ok(
        "attest",
        "--key",
        "ci.key",
        "--type",
        "slsaprovenance1",
        "--predicate",
        "provenance.json",
        pay);
    ok("attest", "--key", "ci.key", "--type", "cyclonedx", "--predicate", "sbom.cdx.json", pay);

    ok("ledger", "init", "ledger", "--origin", "ledger.acme.example");
    ok("verify", "--policy", "policy.yaml", "--ledger", "ledger", host() + "/pay:1.8");
    Files.write(folder.resolve("GHSA-jfh8-c2jp-5v3q.json"), files.resource("CVE-2021-44228.json"));
    Path older = folder.resolve("last-month");
    Files.copy(folder.resolve("ledger/checkpoint"), older);
    Files.copy(older, folder.resolve("last-month.checkpoint"));
    ok("advisory", "add", "GHSA-jfh8-c2jp-5v3q.json", "--ledger", "ledger");
    for (String time :
        List.of("2026-11-03T11:55:00Z", "2026-11-03T12:00:00Z", "2026-11-03T12:05:00Z")) {
      at(time);
      files.json(
          "pods.json",
          DemoFiles.podList(
              List.of(
                  DemoFiles.pod("pay-7f", pay, digest(pay).toString(), "2026-11-03T11:50:00Z"))));
      ok("observe", "pods.json", "--cluster", "prod", "--ledger", "ledger");
    }
    at("2026-11-22T12:00:00Z");
    ok("prove", "CVE-2021-44228", "--ledger", "ledger", "-o", "proof.json");
    String keys = ok("ledger", "key", "show", "ledger").out();
    write("ledger.pub", keys);
    write("ledger.vkey", keys);
    Files.createDirectories(folder.resolve("safe"));
    ok("ledger", "key", "backup", "ledger", "safe/ledger-keys.json");

    write("review.json", DemoFiles.review("u-1", DemoFiles.pod("pay-7f", pay, "", "")));
    write("pay.tar.gz", "not really compressed");
    ok("sign", "--key", "release.key", "pay.tar.gz");
    write("build/run", "#!/bin/sh\n");
    write("app.jar", "a jar");
    ok("image", "create", host() + "/app:1.0", "--layer", "./build:/app");
    ok("image", "create", "oci:./image:1.0", "--layer", "app.jar:/app/app.jar");
    ok("save", host() + "/pay:1.8", host() + "/app:1.0", "release.tar");
    ok("save", host() + "/pay:1.8", "saved");
    ok("image", "pull", "oci:./image:1.0", "oci-archive:./image.tar:1.0");
    write("users", "alice:$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK\n");
    write("tokens", "ci:push:" + "0f".repeat(32) + "\n");
    Files.createDirectories(folder.resolve("registry"));
    SelfSignedCertificate tls =
        SelfSignedCertificate.create(
            List.of("localhost"),
            Instant.parse("2026-11-01T00:00:00Z"),
            Instant.parse("2027-11-01T00:00:00Z"));
    write(
        "server.pem",
        dev.assay.crypto.PrivateKey.generate(dev.assay.crypto.KeyAlgorithm.ECDSA_P256).pem());
    write("tls.crt", Text.utf8(tls.pem()));
    write("tls.key", tls.privateKeyPem());
    Files.createDirectories(folder.resolve("home/.zfunc"));
    new KeylessFiles(this, Instant.parse("2026-11-02T12:00:00Z")).write();
    write("dist/pay.jar", "a library");
    write("dist/pay.zip", "an archive");
    write("a.txt", "a text");
    for (String file : List.of("dist/pay.jar", "dist/pay.zip", "a.txt")) {
      ok("sign", "--key", "release.key", file);
    }
    ok("image", "pull", host() + "/pay:1.8", "oci:./mirror:1.8", "--referrers");
    hardware();
    write("release.txt", "content\n");
    write("release.txt.sig", SshVerificationTest.SIGNATURE);
    write("allowed_signers", "al@acme.example " + SshVerificationTest.KEY + "\n");
  }

  // A YubiKey that was never made, under an authority of one's own, and a key in its slot 9c.
  private void hardware() throws IOException {
    ok("key", "generate", "release-9c");
    Firmware firmware = new Firmware(5, 7, 4);
    DeviceMaker.Holder authority = DeviceMaker.authority("Acme devices", 1).build();
    DeviceMaker.Holder device = DeviceMaker.device(authority, firmware).build();
    PublicKey key = PublicKey.fromPem(Files.readAllBytes(folder.resolve("release-9c.pub")));
    write("acme-root.pem", authority.pem());
    write("f9.pem", device.pem());
    write(
        "9c.pem",
        new DeviceMaker.Holder(
                device.key(), DeviceMaker.key(device, key, firmware, 12345678).certificate())
            .pem());
    ok(
        "key",
        "register",
        "release-9c",
        "--subject-key",
        "release-9c.key",
        "--device",
        "f9.pem",
        "--attestation",
        "9c.pem",
        "--roots",
        "acme-root.pem",
        "--key",
        "security.key");
    write("notes.txt", "notes");
    ok("sign", "--key", "release-9c.key", "notes.txt");
  }

  /** A copy of the folder, in which a command may change whatever it likes. */
  Path copyTo(Path target) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(target.resolve(folder.relativize(dir).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(
                file,
                target.resolve(folder.relativize(file).toString()),
                StandardCopyOption.COPY_ATTRIBUTES);
            return FileVisitResult.CONTINUE;
          }
        });
    return target;
  }

  static void delete(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (var all = Files.walk(path)) {
      for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  /** A command that stays up, in a thread of its own. */
  static final class Staying implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Thread thread;
    private volatile int status = -1;

    Staying(Path folder, Map<String, String> environment, Clock clock, List<String> words) {
      Context context = context(folder, environment, new byte[0], out, err, clock);
      thread = Thread.ofPlatform().daemon().start(() -> status = Main.run(words, context));
    }

    String printed() {
      return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
    }

    /** Waits until something is printed, or the command has ended. */
    boolean says(String regex) throws InterruptedException {
      java.util.regex.Pattern pattern = java.util.regex.Pattern.compile(regex);
      long end = System.nanoTime() + LIMIT.toNanos();
      while (System.nanoTime() < end) {
        boolean over = !thread.isAlive();
        if (pattern.matcher(printed()).find()) {
          return true;
        }
        if (over) {
          return false;
        }
        Thread.sleep(20);
      }
      return false;
    }

    /** Interrupts the command and gives its exit status. */
    int end() throws InterruptedException {
      thread.interrupt();
      thread.join(LIMIT);
      return status;
    }

    @Override
    public void close() {
      thread.interrupt();
    }
  }

  @Override
  public void close() {
    server.close();
    registry.close();
  }
}
