package dev.assay.cli;

import static dev.assay.cli.KeylessServices.ISSUER;
import static dev.assay.cli.KeylessServices.PERSON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.attest.Bundle;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.crypto.Hashes;
import dev.assay.lab.Desk;
import dev.assay.lab.Lab;
import dev.assay.lab.LabKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Signing with an identity, against a whole instance in memory, and against services that cheat.
 */
class KeylessSigningTest {

  private static final String NOW = "2026-11-02T12:00:00Z";

  @TempDir Path root;
  private Sandbox box;
  private Lab lab;
  private KeylessServices services;
  private String token;

  @BeforeEach
  void start() throws IOException {
    box = new Sandbox(root);
    box.at(NOW);
    lab = Lab.at(Instant.parse(NOW), 7, LabKey.Kind.P256);
    services = KeylessServices.of(lab);
    token = KeylessServices.token(lab.now().plusSeconds(300));
    box.write("token", token + "\n");
    box.write("trusted_root.json", lab.trustRoot().bytes());
    config("1", "2");
    box.write("pay.tar", "content\n");
  }

  @AfterEach
  void stop() throws IOException {
    services.close();
    box.close();
  }

  private void config(String... logVersions) throws IOException {
    box.write("signing.json", services.signingConfig(logVersions));
  }

  private static String[] sign(String... rest) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "sign",
                "--signing-config",
                "signing.json",
                "--identity-token",
                "token",
                "--trust-root",
                "trusted_root.json"));
    all.addAll(List.of(rest));
    return all.toArray(String[]::new);
  }

  private Sandbox.Ran verify(int status, String name, String file) {
    Sandbox.Ran ran =
        box.run(
            "verify",
            "--full",
            "--identity",
            name,
            "--issuer",
            ISSUER,
            "--trust-root",
            "trusted_root.json",
            file);
    assertEquals(status, ran.status(), ran::all);
    return ran;
  }

  /** Signing fails so, and leaves nothing behind. */
  private Sandbox.Ran refused(int status, String code, String... command) {
    Sandbox.Ran ran = box.ends(status, code, command);
    assertFalse(ran.all().contains(token.substring(0, 30)), ran::all);
    assertFalse(ran.all().contains(token.substring(token.length() - 20)), ran::all);
    assertFalse(Files.exists(box.folder().resolve("pay.tar.sigstore.json")), "nothing is written");
    return ran;
  }

  private Bundle bundle() throws IOException {
    return Bundle.parse(Files.readAllBytes(box.folder().resolve("pay.tar.sigstore.json")));
  }

  // What is right.

  @Test
  void aFileInBothKindsOfLogsWithATimestampAndAnSct() throws IOException {
    Sandbox.Ran ran = box.ok(sign("pay.tar"));
    assertTrue(ran.err().contains("signing as " + PERSON + " (" + ISSUER + ")"), ran::err);
    Bundle bundle = bundle();
    assertEquals(2, bundle.logEntries().size());
    assertTrue(bundle.logEntries().stream().anyMatch(e -> e.inclusionPromise().isPresent()));
    assertEquals(1, bundle.timestamps().size());
    Sandbox.Ran verified = verify(0, PERSON, "pay.tar");
    assertTrue(verified.all().contains("ct"), verified::all);
    verify(1, "else@acme.example", "pay.tar");
    box.write("pay.tar", "other content\n");
    verify(1, PERSON, "pay.tar");
  }

  // The file is elsewhere: its digest is all that there is, and the same is signed.
  @Test
  void aDigestByAnIdentityAndByAKeyThatLogsSee() throws IOException {
    String digest =
        Hashes.sha256Digest(Files.readAllBytes(box.folder().resolve("pay.tar"))).toString();
    box.ok(sign("--bundle", "pay.tar.sigstore.json", digest));
    assertEquals(2, bundle().logEntries().size());
    verify(0, PERSON, "pay.tar");
    box.ok("key", "generate", "release");
    box.ok(
        "sign",
        "--key",
        "release.key",
        "--rekor-url",
        services.url(),
        "--trust-root",
        "trusted_root.json",
        "--replace",
        "--bundle",
        "pay.tar.sigstore.json",
        digest);
    assertEquals(1, bundle().logEntries().size());
    box.ok("verify", "--key", "release.pub", "--trust-root", "trusted_root.json", "pay.tar");
    box.write("pay.tar", "other content\n");
    assertEquals(1, box.run("verify", "--key", "release.pub", "pay.tar").status());
  }

  @Test
  void anAttestationInBothKindsOfLogs() throws IOException {
    box.write("sbom.json", "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"version\":1}");
    String[] command = sign("--type", "cyclonedx", "--predicate", "sbom.json", "pay.tar");
    command[0] = "attest";
    box.ok(command);
    List<String> kinds = new ArrayList<>();
    bundle().logEntries().forEach(e -> kinds.add(e.kind() + " " + e.version()));
    assertTrue(
        kinds.contains("dsse 0.0.1") && kinds.contains("hashedrekord 0.0.2"), kinds::toString);
    box.ok(
        "conformance",
        "verify-bundle",
        "--bundle",
        "pay.tar.sigstore.json",
        "--certificate-identity",
        PERSON,
        "--certificate-oidc-issuer",
        ISSUER,
        "--trusted-root",
        "trusted_root.json",
        "pay.tar");
  }

  @Test
  void anImage() throws IOException {
    String image = box.image("pay:1", "x");
    box.ok(sign(image));
    verify(0, PERSON, image);
  }

  @Test
  void oneCertificateServesForAll() throws IOException {
    box.write("second.tar", "second\n");
    box.ok(sign("pay.tar", "second.tar"));
    assertEquals(1, services.requests().stream().filter(r -> r.endsWith("/signingCert")).count());
    verify(0, PERSON, "pay.tar");
    verify(0, PERSON, "second.tar");
  }

  @Test
  void anAuthorityWithoutACertificateTransparencyLog() throws IOException {
    services.desk(new Desk(lab).withoutCtLog());
    box.write("trusted_root.json", lab.trustRoot().without(lab.ctLog()).bytes());
    box.ok(sign("pay.tar"));
    verify(0, PERSON, "pay.tar");
  }

  @Test
  void aKeyIsSeenByLogsAndTimestamps() throws IOException {
    box.ok("key", "generate", "release");
    for (String version : List.of("1", "2")) {
      box.ok(
          "sign",
          "--key",
          "release.key",
          "--rekor-url",
          services.url(),
          "--rekor-version",
          version,
          "--timestamp-url",
          services.url() + "/stamp",
          "--trust-root",
          "trusted_root.json",
          "--replace",
          "pay.tar");
      Sandbox.Ran ran =
          box.ok(
              "verify",
              "--full",
              "--key",
              "release.pub",
              "--trust-root",
              "trusted_root.json",
              "pay.tar");
      assertTrue(ran.all().contains("timestamp"), ran::all);
      assertEquals(1, bundle().logEntries().size());
    }
    assertTrue(services.requests().stream().noneMatch(r -> r.endsWith("/signingCert")));
  }

  @Test
  void anEntryThatIsThereAlreadyIsFetched() throws IOException {
    box.ok("key", "generate", "release");
    byte[][] entered = new byte[1][];
    services.first(e -> {
      if (e.method().equals("GET") && e.path().equals("/api/v1/log/entries/77")) {
        KeylessServices.json(e, 200, entered[0]);
        return true;
      }
      if (e.path().equals("/api/v1/log/entries")) {
        entered[0] = new Desk(lab).entryV1(e.body().readAllBytes());
        e.respond(409, Map.of("Location", "/api/v1/log/entries/77"), new byte[0]);
        return true;
      }
      return false;
    });
    box.ok(
        "sign",
        "--key",
        "release.key",
        "--rekor-url",
        services.url(),
        "--rekor-version",
        "1",
        "--trust-root",
        "trusted_root.json",
        "pay.tar");
    assertEquals(1, bundle().logEntries().size());
  }

  @Test
  void theConformanceProtocol() {
    box.ok(
        "conformance",
        "sign-bundle",
        "--identity-token",
        token,
        "--bundle",
        "pay.tar.sigstore.json",
        "--trusted-root",
        "trusted_root.json",
        "--signing-config",
        "signing.json",
        "pay.tar");
    box.ok(
        "conformance",
        "verify-bundle",
        "--bundle",
        "pay.tar.sigstore.json",
        "--certificate-identity",
        PERSON,
        "--certificate-oidc-issuer",
        ISSUER,
        "--trusted-root",
        "trusted_root.json",
        "pay.tar");
  }

  // Tokens.

  @Test
  void tokensThatCannotServeAreRefusedBeforeAnybodyIsAsked() throws IOException {
    Instant soon = lab.now().plusSeconds(300);
    Map<String, String> bad =
        Map.of(
            "expired", KeylessServices.token(lab.now()),
            "audience", KeylessServices.token(soon, c -> c.put("aud", "else").put("sub", "17")),
            "no audience", KeylessServices.token(soon, c -> c.put("sub", "17")),
            "nobody", KeylessServices.token(soon, c -> c.put("aud", "sigstore")),
            "not verified",
                KeylessServices.token(
                    soon, c -> c.put("aud", "sigstore").put("sub", "17").put("email", PERSON)),
            "later",
                KeylessServices.token(
                    soon,
                    c ->
                        c.put("aud", "sigstore")
                            .put("sub", "17")
                            .put("nbf", soon.getEpochSecond())),
            "no token", "hunter2-hunter2-hunter2-hunter2-hunter2",
            "not base64", "a.$$$.c",
            "not JSON", "e30.aHVudGVyMg.e30");
    for (Map.Entry<String, String> one : bad.entrySet()) {
      box.write("token", one.getValue());
      token = one.getValue().length() > 30 ? one.getValue() : token;
      refused(2, "ASY1225", sign("pay.tar"));
    }
    assertEquals(List.of(), services.requests());
  }

  @Test
  void aTokenIsNoArgument() {
    String[] command = sign("pay.tar");
    command[4] = token;
    refused(2, "a token is a secret", command);
  }

  @Test
  void tokensAreFoundWhereTheyAre() throws IOException {
    services.first(e -> {
      if (e.path().equals("/github")
          && e.header("authorization").equals(java.util.Optional.of("bearer job-secret"))
          && e.query("audience").equals(java.util.Optional.of("sigstore"))) {
        return KeylessServices.json(e, 200, Json.object().put("value", token));
      }
      if (e.path().startsWith("/computeMetadata/")
          && e.header("metadata-flavor").equals(java.util.Optional.of("Google"))) {
        e.respond(200, Map.of("Metadata-Flavor", "Google"), token.getBytes(StandardCharsets.UTF_8));
        return true;
      }
      return false;
    });
    Path bin = Files.createDirectories(box.folder().resolve("bin"));
    Path agent = bin.resolve("buildkite-agent");
    String here = box.folder().toString();
    Files.writeString(
        agent,
        "#!/bin/sh\n[ \"$*\" = \"oidc request-token --audience sigstore\" ] && /bin/cat "
            + here
            + "/token\n");
    assertTrue(agent.toFile().setExecutable(true));
    for (Map<String, String> environment :
        List.of(
            Map.of("SIGSTORE_ID_TOKEN", token),
            Map.of(
                "ACTIONS_ID_TOKEN_REQUEST_URL",
                services.url() + "/github?api=2",
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
                "job-secret"),
            Map.of("BUILDKITE", "true", "PATH", bin.toString()),
            Map.of("CIRCLE_OIDC_TOKEN_V2", token),
            Map.of("GCE_METADATA_HOST", services.url().substring("http://".length())),
            Map.of("SPIFFE_JWT_FILE", "token"),
            Map.of("ASSAY_ID_TOKEN_FILE", "token"))) {
      Sandbox.Ran ran = ambient(environment);
      assertEquals(0, ran.status(), () -> environment.keySet() + ran.all());
      assertFalse(ran.all().contains(token.substring(0, 30)), ran::all);
      verify(0, PERSON, "pay.tar");
    }
    Sandbox.Ran none = ambient(Map.of());
    assertEquals(2, none.status(), none::all);
    assertTrue(none.all().contains("ASY1226"), none::all);
  }

  private Sandbox.Ran ambient(Map<String, String> more) {
    Map<String, String> environment = Sandbox.environment(box.folder());
    environment.putAll(more);
    return Sandbox.run(
        box.folder(),
        environment,
        new byte[0],
        Clock.fixed(Instant.parse(NOW), ZoneOffset.UTC),
        List.of(
            "sign",
            "--keyless",
            "--signing-config",
            "signing.json",
            "--trust-root",
            "trusted_root.json",
            "--replace",
            "pay.tar"));
  }

  @Test
  void aTokenServiceThatSendsElsewhere() {
    try (KeylessServices other = KeylessServices.of(lab)) {
      other.first(e -> KeylessServices.json(e, 200, Json.object().put("value", token)));
      services.first(e -> {
        if (!e.path().equals("/github")) {
          return false;
        }
        e.respond(302, Map.of("Location", other.url() + "/github"), new byte[0]);
        return true;
      });
      Sandbox.Ran ran =
          ambient(
              Map.of(
                  "ACTIONS_ID_TOKEN_REQUEST_URL",
                  services.url() + "/github?api=2",
                  "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
                  "job-secret"));
      assertEquals(3, ran.status(), ran::all);
      assertTrue(ran.all().contains("ASY3006"), ran::all);
      assertFalse(ran.all().contains("job-secret"), ran::all);
    }
  }

  // A certificate authority that cheats.

  @Test
  void aCertificateOverAnotherKey() {
    services.desk(new Desk(lab).certifying(lab.key(LabKey.Kind.P256)));
    refused(1, "ASY1227", sign("pay.tar"));
    assertEquals(1, services.requests().size());
  }

  @Test
  void aCertificateForAnotherName() throws IOException {
    services.desk(new Desk(lab).naming("mallory@acme.example"));
    refused(1, "ASY1227", sign("pay.tar"));
    // Nor is a name accepted that ends or begins like ours.
    services.desk(new Desk(lab).naming("x" + PERSON));
    refused(1, "ASY1227", sign("pay.tar"));
    // Whoever expects another name says so, and gets no other.
    refused(1, "ASY1227", sign("--certificate-identity", "mallory@acme.example", "pay.tar"));
    services.desk(new Desk(lab).naming("mallory@acme.example"));
    box.ok(sign("--certificate-identity", "mallory@acme.example", "pay.tar"));
    verify(0, "mallory@acme.example", "pay.tar");
  }

  @Test
  void aCertificateWithAnotherIssuerOfTheIdentity() {
    services.desk(new Desk(lab).vouchedBy("https://login.evil.example"));
    refused(1, "ASY1227", sign("pay.tar"));
  }

  @Test
  void aCertificateOfAnotherAuthority() {
    services.desk(new Desk(lab).issuedBy(lab.newCertificateAuthority(LabKey.Kind.P256)));
    refused(1, "ASY1212", sign("pay.tar"));
    assertEquals(1, services.requests().size());
  }

  @Test
  void aCertificateThatHasExpired() {
    services.desk(new Desk(lab).at(lab.now().minusSeconds(3600)));
    refused(1, "ASY1213", sign("pay.tar"));
    assertEquals(1, services.requests().size());
  }

  @Test
  void aCertificateWithoutAnSctWhereTheTrustRootWantsOne() {
    services.desk(new Desk(lab).withoutCtLog());
    refused(1, "ASY1215", sign("pay.tar"));
  }

  @Test
  void anAuthorityThatRefusesSaysWhyButNotTheToken() {
    services.first(
        e -> KeylessServices.json(e, 400, Json.object().put("message", "no such issuer")));
    assertTrue(refused(1, "ASY3020", sign("pay.tar")).err().contains("no such issuer"));
    services.first(
        e -> KeylessServices.json(e, 401, Json.object().put("message", "bad token " + token)));
    refused(1, "ASY3020", sign("pay.tar"));
    services.first(e -> KeylessServices.json(e, 500, Json.object().put("message", "busy")));
    refused(3, "ASY3023", sign("pay.tar"));
  }

  @Test
  void answersWithoutEndAndAnswersThatAreNone() {
    services.first(e -> {
      e.respond(
          200,
          Map.of(),
          Limits.SIGNING_ANSWER_BYTES + 1L,
          new java.io.ByteArrayInputStream(new byte[Limits.SIGNING_ANSWER_BYTES + 1]));
      return true;
    });
    refused(1, "ASY1004", sign("pay.tar"));
    services.first(e -> KeylessServices.json(e, 200, Json.object()));
    refused(3, "ASY3006", sign("pay.tar"));
    services.close();
    refused(3, "ASY3002", sign("pay.tar"));
  }

  // Logs that cheat.

  @Test
  void anEntryAboutAnotherSignature() throws IOException {
    for (String version : List.of("1", "2")) {
      config(version);
      services.desk(new Desk(lab));
      List<byte[]> before = new ArrayList<>();
      services.first(e -> {
        if (!e.path().endsWith("/log/entries")) {
          return false;
        }
        // The entry of an earlier signature, genuine in itself.
        byte[] request = e.body().readAllBytes();
        before.add(
            version.equals("1") ? new Desk(lab).entryV1(request) : new Desk(lab).entryV2(request));
        KeylessServices.json(e, 201, before.getFirst());
        return true;
      });
      box.ok(sign("pay.tar"));
      Files.delete(box.folder().resolve("pay.tar.sigstore.json"));
      refused(1, "ASY2011", sign("pay.tar"));
      refused(1, "ASY2011", withoutTrustRoot());
    }
  }

  @Test
  void aForgedPromise() throws IOException {
    config("1");
    services.desk(new Desk(lab).entry(s -> s.promiseBy(lab.key(LabKey.Kind.P256))));
    refused(1, "ASY2013", sign("pay.tar"));
  }

  @Test
  void aCheckpointByAnotherOrOverAnotherTree() throws IOException {
    for (String version : List.of("1", "2")) {
      config(version);
      LabKey.Kind kind = version.equals("1") ? LabKey.Kind.P256 : LabKey.Kind.ED25519;
      services.desk(new Desk(lab).entry(s -> s.checkpointBy(lab.key(kind))));
      refused(1, "ASY2002", sign("pay.tar"));
      services.desk(
          new Desk(lab)
              .entry(s ->
                  s.checkpointText(t -> {
                    String[] lines = t.split("\n", 4);
                    return lines[0] + "\n" + lines[1] + "\n" + "A".repeat(43) + "=\n" + lines[3];
                  })));
      refused(1, "ASY2014", sign("pay.tar"));
      refused(1, "ASY2014", withoutTrustRoot());
    }
  }

  private static String[] withoutTrustRoot() {
    return new String[] {
      "sign", "--signing-config", "signing.json", "--identity-token", "token", "pay.tar"
    };
  }

  // Without a trust root what needs no key of a service is still looked at.
  @Test
  void withoutATrustRootAnswersAreComparedWithWhatWasAsked() throws IOException {
    String[] command = withoutTrustRoot();
    config("1");
    services.desk(new Desk(lab).entry(s -> s.body(b -> other())));
    refused(1, "ASY2009", command);
    services.desk(new Desk(lab).stamp(s -> s.over(new byte[] {1})));
    refused(1, "ASY1705", command);
    services.desk(new Desk(lab).certifying(lab.key(LabKey.Kind.P256)));
    refused(1, "ASY1227", command);
    services.desk(new Desk(lab));
    assertTrue(box.ok(command).err().contains("not verified against a trust root"));
  }

  private static Json.Obj other() {
    return Json.object().put("apiVersion", "0.0.1").put("kind", "hashedrekord").build();
  }

  // Timestamp authorities that cheat.

  @Test
  void timestampsThatAreNotOursOrNotToBeBelieved() {
    Map<String, Desk> cheats =
        Map.of(
            "over something else", new Desk(lab).stamp(s -> s.over(new byte[] {1})),
            "another nonce", new Desk(lab).stamp(s -> s.nonce(java.math.BigInteger.TEN)),
            "not granted", new Desk(lab).stamp(s -> s.status(2)),
            "a signature by another",
                new Desk(lab).stamp(s -> s.signedWith(lab.key(LabKey.Kind.P384))));
    cheats.forEach((what, desk) -> {
      services.desk(desk);
      refused(1, "ASY1705", sign("pay.tar"));
    });
    services.desk(
        new Desk(lab)
            .stamp(
                s -> s.signer(lab.newTimestampAuthority("tsa.example", LabKey.Kind.P384).leaf())));
    refused(1, "not signed by this authority", sign("pay.tar"));
    services.desk(new Desk(lab).stamp(s -> s.time(lab.now().plusSeconds(7200))));
    refused(1, "is dated after", sign("pay.tar"));
    services.desk(new Desk(lab).stamp(s -> s.time(lab.now().minusSeconds(7200))));
    refused(1, "ASY1213", sign("pay.tar"));
  }

  // What becomes public, and what goes with what.

  @Test
  void nothingBecomesPublicUnasked() {
    Sandbox.Ran ran =
        refused(2, "ASY1229", "sign", "--keyless", "--identity-token", "token", "pay.tar");
    assertTrue(ran.err().contains(PERSON), ran::err);
    assertTrue(ran.err().contains("public for ever"), ran::err);
    box.ok("key", "generate", "release");
    refused(
        2,
        "ASY1229",
        "sign",
        "--key",
        "release.key",
        "--rekor-url",
        "https://rekor.sigstore.dev",
        "pay.tar");
  }

  // Whoever signs by a key alone does not pay for the network.
  @Test
  void aKeyAloneLoadsNothingOfTheNetwork() throws Exception {
    box.ok("key", "generate", "release");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:file=classes.log",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.assay.cli.Main",
                "sign",
                "--key",
                "release.key",
                "pay.tar")
            .directory(box.folder().toFile())
            .redirectErrorStream(true)
            .redirectOutput(box.folder().resolve("said").toFile());
    builder.environment().putAll(Sandbox.environment(box.folder()));
    assertEquals(
        0, builder.start().waitFor(), () -> box.folder() + " " + root.resolve("files/said"));
    List<String> loaded = Files.readAllLines(box.folder().resolve("classes.log"));
    assertTrue(loaded.stream().anyMatch(l -> l.contains("dev.assay.cli.SignCommand")));
    assertEquals(
        List.of(),
        loaded.stream()
            .filter(l ->
                l.contains(" dev.assay.signing.keyless.")
                    || l.contains(" java.net.http.")
                    || l.contains(" dev.assay.net."))
            .toList());
  }

  @Test
  void optionsThatDoNotGoTogether() {
    box.ok("key", "generate", "release");
    refused(2, "--keyless", "sign", "pay.tar");
    refused(2, "does not go with --key", "sign", "--key", "release.key", "--keyless", "pay.tar");
    refused(
        2,
        "does not go with --key",
        "sign",
        "--key",
        "release.key",
        "--identity-token",
        "token",
        "pay.tar");
    refused(
        2,
        "goes with a service",
        "sign",
        "--key",
        "release.key",
        "--trust-root",
        "trusted_root.json",
        "pay.tar");
    refused(
        2,
        "does not go with --ssh-signature",
        "sign",
        "--key",
        "release.key",
        "--ssh-signature",
        "pay.tar.sig",
        "--timestamp-url",
        services.url(),
        "pay.tar");
    refused(2, "ASY3007", sign("--fulcio-url", "http://fulcio.example", "pay.tar"));
    refused(2, "ASY6001", sign("--fulcio-url", "fulcio", "pay.tar"));
    refused(
        2,
        "--rekor-version",
        sign("--rekor-url", services.url(), "--rekor-version", "3", "pay.tar"));
    refused(
        2,
        "--timestamp-url",
        "sign",
        "--fulcio-url",
        services.url(),
        "--rekor-url",
        services.url(),
        "--identity-token",
        "token",
        "pay.tar");
    assertEquals(List.of(), services.requests());
  }
}
