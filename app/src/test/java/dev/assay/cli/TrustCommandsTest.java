package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.crypto.Hashes;
import dev.assay.net.HttpExchange;
import dev.assay.roots.TrustRoots;
import dev.assay.server.RunningServer;
import dev.assay.trust.PublicGood;
import dev.assay.trust.SigningConfigReader;
import dev.assay.trust.TrustRoot;
import dev.assay.trust.TrustRootReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code trust create}, {@code inspect}, {@code age} and {@code update}. */
class TrustCommandsTest {

  private static final String NOVEMBER = "2026-11-22T12:00:00Z";

  @TempDir Path root;
  private Sandbox sandbox;

  @BeforeEach
  void prepare() throws IOException {
    sandbox = new Sandbox(root);
    sandbox.at(NOVEMBER);
  }

  @AfterEach
  void end() {
    sandbox.close();
  }

  private static Path corpus() {
    String set = System.getProperty("ASSAY_CORPUS", System.getenv("ASSAY_CORPUS"));
    Path corpus =
        set != null
            ? Path.of(set)
            : Path.of(System.getProperty("assay.root", "..")).resolve("../shared/corpus");
    Path folder = corpus.resolve("sigstore-root");
    Assumptions.assumeTrue(Files.isDirectory(folder), () -> "no corpus: " + folder);
    return folder;
  }

  /** The public-good repository as its sources hold it. */
  private Path mirror() throws IOException {
    Path from = corpus();
    Path mirror = Files.createDirectories(sandbox.folder().resolve("usb"));
    try (Stream<Path> files = Files.walk(from.resolve("tuf"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = mirror.resolve(from.resolve("tuf").relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
        to.toFile().setWritable(true);
      }
    }
    Files.createDirectories(mirror.resolve("targets"));
    Path target = mirror.resolve("targets/trusted_root.json");
    Files.copy(from.resolve("trusted_root.json"), target);
    target.toFile().setWritable(true);
    Path services = mirror.resolve("targets/signing_config.v0.2.json");
    Files.copy(from.resolve("signing_config.v0.2.json"), services);
    services.toFile().setWritable(true);
    return mirror;
  }

  private Path kept() {
    return sandbox.folder().resolve("home/assay/tuf/public-good");
  }

  @Test
  void withoutAnUpdateTheShippedRootIsInForce() {
    String text = sandbox.ok("trust", "inspect").out();
    assertTrue(text.contains("shipped with assay, public-good Sigstore of 2026-08-21"), text);
    assertTrue(text.contains("https://rekor.sigstore.dev"), text);
    assertTrue(text.contains("stale within grace"), text);
    String json = sandbox.ok("trust", "inspect", "-o", "json").out();
    assertTrue(json.contains("\"transparencyLogs\""), json);
    assertTrue(sandbox.ok("version").out().contains("trust root of " + PublicGood.DATE));
  }

  @Test
  void ageHasThreeVerdicts() {
    String fresh = sandbox.ok("trust", "age", "--at", "2026-08-22T00:00:00Z").all();
    assertTrue(fresh.startsWith("fresh: timestamp version 762 expires"), fresh);
    assertFalse(fresh.contains("hint:"), fresh);
    String stale = sandbox.ok("trust", "age").all();
    assertTrue(stale.startsWith("stale within grace: timestamp version 762"), stale);
    assertTrue(stale.contains("hint: assay trust update"), stale);
    sandbox.ends(3, "ASY1704", "trust", "age", "--grace", "30d");
    sandbox.ends(3, "ASY1704", "trust", "age", "--at", "2027-06-01T00:00:00Z");
    sandbox.ends(2, "ASY6001", "trust", "age", "--grace", "soon");
    assertTrue(sandbox.ok("trust", "age", "-o", "json").out().contains("\"overdueSeconds\""));
  }

  @Test
  void aBareFileDoesNotSayHowOldItIs() throws IOException {
    sandbox.ok("trust", "create", "--with-default-services", "--out", "root.json");
    sandbox.ends(3, "ASY1702", "trust", "age", "root.json");
    Files.write(sandbox.folder().resolve("shipped.json"), PublicGood.trustedRoot());
    sandbox.ok("trust", "age", "shipped.json");
  }

  @Test
  void aFolderBringsTheTrustRoot() throws IOException {
    mirror();
    String text = sandbox.ok("trust", "update", "--mirror", "usb").out();
    assertTrue(text.startsWith("updated  trusted_root.json  sha256:6494e21ea73f"), text);
    assertTrue(text.contains("timestamp   version 762"), text);
    assertTrue(
        sandbox.ok("trust", "update", "--mirror", "usb").out().startsWith("unchanged"), text);
    String inspected = sandbox.ok("trust", "inspect").out();
    assertTrue(inspected.contains("TUF root 15, timestamp 762, kept in"), inspected);
    sandbox.ok("trust", "age", "usb/targets/trusted_root.json");

    // What is kept is a mirror itself: carried on, it does the same elsewhere.
    Files.move(kept(), sandbox.folder().resolve("carried"));
    assertTrue(
        sandbox.ok("trust", "inspect").out().contains("shipped with assay"), "nothing is kept");
    sandbox.ok("trust", "update", "--mirror", "carried");
    assertTrue(sandbox.ok("trust", "inspect").out().contains("TUF root 15"));
    // An update of too old metadata says so.
    sandbox.ends(
        3, "ASY1704", "trust", "update", "--mirror", "carried", "--at", "2027-06-01T00:00:00Z");
    sandbox.ok("trust", "age");
    // After an update it is at least that late, whatever the clock says.
    sandbox.at("2027-06-01T00:00:00Z");
    sandbox.ends(3, "ASY1704", "trust", "update", "--mirror", "carried");
    sandbox.at(NOVEMBER);
    sandbox.ends(3, "ASY1704", "trust", "age");
  }

  @Test
  void aServerBringsTheTrustRoot() throws IOException {
    Path mirror = mirror();
    try (RunningServer server = Sandbox.serve(e -> answer(mirror, e))) {
      String address = "http://" + server.authority() + "/tuf";
      String text = sandbox.ok("trust", "update", "--mirror", address).out();
      assertTrue(text.startsWith("updated  trusted_root.json  sha256:6494e21ea73f"), text);
    }
    sandbox.ends(2, "ASY3007", "trust", "update", "--mirror", "http://mirror.example.com/tuf");
  }

  private static void answer(Path mirror, HttpExchange exchange) throws IOException {
    String name = exchange.path().substring("/tuf/".length());
    Path file = mirror.resolve(name);
    if (name.endsWith(".root.json")) {
      file = mirror.resolve("root_history/" + name);
    } else if (name.startsWith("targets/")) {
      int digest = "targets/".length();
      file = mirror.resolve("targets/" + name.substring(name.indexOf('.', digest) + 1));
    } else if (!Files.exists(file)) {
      file = mirror.resolve(name.substring(name.indexOf('.') + 1));
    }
    if (Files.exists(file)) {
      exchange.respond(200, Map.of(), Files.readAllBytes(file));
    } else {
      exchange.respond(404, Map.of(), new byte[0]);
    }
  }

  @Test
  void whatIsKeptIsVerifiedAgain() throws IOException {
    mirror();
    sandbox.ok("trust", "update", "--mirror", "usb");
    Path target;
    try (Stream<Path> files = Files.list(kept().resolve("targets"))) {
      target = files.findFirst().orElseThrow();
    }
    byte[] good = Files.readAllBytes(target);
    byte[] bad = good.clone();
    bad[bad.length / 2] ^= 1;
    Files.write(target, bad);
    sandbox.ends(4, "ASY1101", "trust", "inspect");
    Files.write(target, good);
    Path timestamp = kept().resolve("timestamp.json");
    Files.writeString(
        timestamp,
        Files.readString(timestamp).replace("2026-08-28T19:25:56Z", "2036-08-28T19:25:56Z"));
    sandbox.ends(1, "ASY1709", "trust", "inspect");
    // And an update mends it.
    sandbox.ok("trust", "update", "--mirror", "usb");
    sandbox.ok("trust", "inspect");
  }

  @Test
  void aMediumThatWasChangedIsRefusedAndChangesNothing() throws IOException {
    Path mirror = mirror();
    Path snapshot = mirror.resolve("snapshot.json");
    Files.writeString(
        snapshot, Files.readString(snapshot).replace("\"version\": 14", "\"version\": 15"));
    sandbox.ends(1, "ASY1709", "trust", "update", "--mirror", "usb");
    assertFalse(Files.exists(kept()));
    sandbox.ends(2, "ASY6002", "trust", "update", "--mirror", "nowhere");
  }

  @Test
  void aRepositoryOfOnesOwnIsPinnedByItsRoot() throws IOException {
    Path mirror = mirror();
    Files.copy(mirror.resolve("root_history/1.root.json"), sandbox.folder().resolve("pin.json"));
    String text = sandbox.ok("trust", "update", "--root", "pin.json", "--mirror", "usb").out();
    assertTrue(text.contains("TUF root    version 1 to 15"), text);
    assertFalse(Files.exists(kept()));
    sandbox.ends(2, "ASY6001", "trust", "update", "--root", "pin.json");
  }

  @Test
  void aTrustRootOfOnesOwnServices() throws IOException {
    sandbox.ok("key", "generate", "log", "--algorithm", "ed25519");
    TrustRoot shipped = TrustRootReader.read(PublicGood.trustedRoot());
    StringBuilder chain = new StringBuilder();
    for (var certificate : shipped.authorities().getLast().chain()) {
      chain
          .append("-----BEGIN CERTIFICATE-----\n")
          .append(
              java.util.Base64.getMimeEncoder(64, new byte[] {'\n'})
                  .encodeToString(certificate.der()))
          .append("\n-----END CERTIFICATE-----\n");
    }
    sandbox.write("chain.pem", chain.toString());
    sandbox.ok(
        "trust",
        "create",
        "--fulcio",
        "url=https://ca.example.com,certificate-chain=chain.pem,operator=us",
        "--rekor",
        "url=https://log.example.com,public-key=log.pub,start-time=2026-01-01T00:00:00Z,"
            + "end-time=2027-01-01T00:00:00Z,origin=log.example.com",
        "--ctfe",
        "url=https://ct.example.com,public-key=log.pub,start-time=2026-01-01T00:00:00Z",
        "--out",
        "own.json");
    TrustRoot own = TrustRootReader.read(Files.readAllBytes(sandbox.folder().resolve("own.json")));
    assertEquals("log.example.com", own.logs().getFirst().host());
    assertFalse(
        own.logs().getFirst().id().equals(own.certificateLogs().getFirst().id()),
        "a log that signs notes is named by its name as well");
    assertEquals("operator us", own.authorities().getFirst().party());
    assertEquals(shipped.authorities().getLast().chain(), own.authorities().getFirst().chain());
    Digest digest = Hashes.sha256Digest(Files.readAllBytes(sandbox.folder().resolve("own.json")));
    assertTrue(sandbox.ok("trust", "inspect", "own.json").out().contains(digest.toString()));

    String both =
        sandbox
            .ok(
                "trust",
                "create",
                "--with-default-services",
                "--rekor",
                "url=https://log.example.com,public-key=log.pub,start-time=2026-01-01T00:00:00Z")
            .out();
    assertEquals(3, TrustRootReader.read(dev.assay.bytes.Text.utf8(both)).logs().size());
    assertTrue(both.length() < Limits.DOCUMENT_BYTES);
  }

  @Test
  void whatIsNotAServiceIsRefused() throws IOException {
    sandbox.ok("key", "generate", "log");
    List<List<String>> wrong =
        List.of(
            List.of(),
            List.of("--rekor", "url=https://x.example.com,public-key=log.pub"),
            List.of("--rekor", "url=https://x.example.com,start-time=2026-01-01T00:00:00Z"),
            List.of("--rekor", "url=x,public-key=log.pub,start-time=yesterday"),
            List.of("--rekor", "url=x,url=y,public-key=log.pub,start-time=2026-01-01T00:00:00Z"),
            List.of("--rekor", "url=x,key=log.pub,start-time=2026-01-01T00:00:00Z"),
            List.of(
                "--rekor",
                "url=x,public-key=log.pub,start-time=2026-01-01T00:00:00Z,"
                    + "end-time=2025-01-01T00:00:00Z"),
            List.of("--fulcio", "url=x"));
    for (List<String> arguments : wrong) {
      String[] words =
          Stream.concat(Stream.of("trust", "create"), arguments.stream()).toArray(String[]::new);
      sandbox.ends(2, "ASY6001", words);
    }
  }

  @Test
  void anUpdateBringsTheServicesThatSign() throws IOException {
    Path mirror = mirror();
    Path data = sandbox.folder().resolve("home/assay");
    assertEquals(
        SigningConfigReader.read(PublicGood.signingConfig()),
        SigningConfigReader.read(TrustRoots.signingConfig(data, Optional.empty())));
    sandbox.ok("trust", "update", "--mirror", "usb");
    assertArrayEquals(
        Files.readAllBytes(mirror.resolve("targets/signing_config.v0.2.json")),
        TrustRoots.signingConfig(data, Optional.empty()));
    // What is kept is verified again, and other bytes do not sign.
    try (Stream<Path> files = Files.walk(kept())) {
      for (Path file : files.filter(f -> f.toString().endsWith("v0.2.json")).toList()) {
        Files.writeString(file, Files.readString(file).replace("fulcio.", "fulcia."));
      }
    }
    assertEquals(
        Code.DIGEST_MISMATCH,
        assertThrows(AssayException.class, () -> TrustRoots.signingConfig(data, Optional.empty()))
            .code());
    // A medium without them brings the trust root all the same.
    Files.delete(mirror.resolve("targets/signing_config.v0.2.json"));
    sandbox.ok("trust", "update", "--mirror", "usb");
    assertEquals(
        Code.NO_SERVICE,
        assertThrows(AssayException.class, () -> TrustRoots.signingConfig(data, Optional.empty()))
            .code());
  }

  @Test
  void whatIsKeptHoldsNothingElse() throws IOException {
    mirror();
    sandbox.ok("trust", "update", "--mirror", "usb");
    Files.writeString(kept().resolve("14.snapshot.json"), "old");
    sandbox.ok("trust", "update", "--mirror", "usb");
    try (Stream<Path> files = Files.walk(kept())) {
      List<String> names =
          files
              .filter(Files::isRegularFile)
              .map(f -> kept().relativize(f).toString())
              .sorted(Comparator.naturalOrder())
              .toList();
      assertEquals(
          List.of(
              "14.targets.json",
              "15.root.json",
              "165.snapshot.json",
              "targets/6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66"
                  + ".trusted_root.json",
              "targets/9711a6d5375706957a4859af31c5866a4474f81f0544f9f4b76c9c4f4c8a539c"
                  + ".signing_config.v0.2.json",
              "timestamp.json",
              "updated.json"),
          names);
    }
  }
}
