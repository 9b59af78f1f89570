package dev.assay.interop;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Identities, logs and timestamps, with the real services and the real cosign: what one signs, the
 * other verifies. There is no certificate transparency log to be had, so cosign is told not to look
 * for its promise.
 */
class KeylessTest {

  private static final String PERSON = "release@acme.example";

  @TempDir Path folder;
  private Workbench bench;
  private PrivateSigstore sigstore;

  @BeforeEach
  void start() throws IOException, InterruptedException, GeneralSecurityException {
    bench = Workbench.in(folder);
    sigstore = PrivateSigstore.start(bench);
    sigstore.token("token", PERSON);
    bench.write("pay.tar", "0123456789\n".repeat(1000));
    bench.write("changed.tar", "0123456789\n".repeat(1001));
  }

  @AfterEach
  void stop() {
    if (sigstore != null) {
      sigstore.close();
    }
  }

  @Test
  void filesSignedByAnIdentity() throws IOException, InterruptedException {
    bench
        .assay(keyless("sign", "--bundle", "ours.json", "pay.tar"))
        .expect(0)
        .says("signing as " + PERSON);
    assertFalse(said(), "the token is nowhere but in its file");
    bench
        .cosign(
            "sign-blob",
            "--yes",
            "--signing-config",
            "signing-config.json",
            "--trusted-root",
            "trusted-root.json",
            "--identity-token",
            Files.readString(folder.resolve("token")),
            "--bundle",
            "theirs.json",
            "pay.tar")
        .expect(0);
    for (String bundle : List.of("ours.json", "theirs.json")) {
      cosignVerifies("verify-blob", PERSON, "--bundle", bundle, "pay.tar")
          .expect(0)
          .says("Verified OK");
      assayVerifies(PERSON, "--bundle", bundle, "pay.tar").expect(0);
      assertNotEquals(
          0, cosignVerifies("verify-blob", PERSON, "--bundle", bundle, "changed.tar").status());
      assayVerifies(PERSON, "--bundle", bundle, "changed.tar").expect(1).says("ASY1103");
      assayVerifies("else@acme.example", "--bundle", bundle, "pay.tar").expect(1).says("ASY1203");
    }
  }

  @Test
  void servicesNamedOneByOne() throws IOException, InterruptedException {
    bench
        .assay(
            "sign",
            "--fulcio-url",
            sigstore.fulcioUrl() + "/",
            "--rekor-url",
            sigstore.rekorUrl(),
            "--timestamp-url",
            sigstore.timestampUrl(),
            "--timestamp-url",
            sigstore.timestampUrl(),
            "--identity-token",
            "token",
            "--trust-root",
            "trusted-root.json",
            "--bundle",
            "ours.json",
            "pay.tar")
        .expect(0);
    cosignVerifies("verify-blob", PERSON, "--bundle", "ours.json", "pay.tar").expect(0);
    // The timestamp alone says when.
    bench
        .assay(
            "sign",
            "--fulcio-url",
            sigstore.fulcioUrl(),
            "--rekor-url",
            sigstore.rekorUrl(),
            "--identity-token",
            "token",
            "--bundle",
            "untimed.json",
            "pay.tar")
        .expect(2)
        .says("--timestamp-url");
    assertFalse(Files.exists(folder.resolve("untimed.json")));
  }

  @Test
  void aTrustRootOfOtherServicesWritesNothing() throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of(keyless("sign", "--bundle", "ours.json", "pay.tar")));
    command.set(command.indexOf("trusted-root.json"), "other-root.json");
    bench
        .cosign(
            "trusted-root",
            "create",
            "--fulcio=url="
                + sigstore.fulcioUrl()
                + ",certificate-chain=timestamps.pem,start-time=2026-01-01T00:00:00Z",
            "--out",
            "other-root.json")
        .expect(0);
    bench.assay(command.toArray(String[]::new)).expect(1).says("ASY1212");
    assertFalse(Files.exists(folder.resolve("ours.json")));
  }

  @Test
  void imagesSignedAndAttestedByAnIdentity() throws IOException, InterruptedException {
    try (Registry registry = AssayRegistry.start(folder)) {
      String ours = bench.pushed(registry, "ours");
      bench.assay(keyless("sign", ours)).expect(0);
      bench
          .assay(keyless("attest", "--type", "cyclonedx", "--predicate", "sbom.json", ours))
          .expect(0);
      String theirs = bench.pushed(registry, "theirs");
      cosignSigns("sign", theirs).expect(0);
      cosignSigns("attest", "--type", "cyclonedx", "--predicate", "sbom.json", theirs).expect(0);
      for (String image : List.of(ours, theirs)) {
        cosignVerifies(
                "verify", PERSON, "--allow-insecure-registry", "--allow-http-registry", image)
            .expect(0);
        cosignVerifies(
                "verify-attestation",
                PERSON,
                "--type",
                "cyclonedx",
                "--allow-insecure-registry",
                "--allow-http-registry",
                image)
            .expect(0);
        assayVerifies(PERSON, image).expect(0);
        assayVerifies("else@acme.example", image).expect(1).says("ASY1203");
        assayVerifies(PERSON, "--type", "cyclonedx", image).expect(0);
        assayVerifies("else@acme.example", "--type", "cyclonedx", image).expect(1).says("ASY1203");
      }
    }
  }

  @Test
  void keysWithALogAndATimestamp() throws IOException, InterruptedException {
    bench
        .assay(
            "sign",
            "--key",
            "release.key",
            "--signing-config",
            "signing-config.json",
            "--trust-root",
            "trusted-root.json",
            "--bundle",
            "ours.json",
            "pay.tar")
        .expect(0);
    bench.cosign("generate-key-pair").expect(0);
    bench
        .cosign(
            "sign-blob",
            "--yes",
            "--key",
            "cosign.key",
            "--signing-config",
            "signing-config.json",
            "--trusted-root",
            "trusted-root.json",
            "--bundle",
            "theirs.json",
            "pay.tar")
        .expect(0);
    for (String[] one :
        List.of(new String[] {"release", "ours"}, new String[] {"cosign", "theirs"})) {
      String key = one[0] + ".pub";
      String bundle = one[1] + ".json";
      bench
          .cosign(
              "verify-blob",
              "--key",
              key,
              "--trusted-root",
              "trusted-root.json",
              "--bundle",
              bundle,
              "pay.tar")
          .expect(0)
          .says("Verified OK");
      bench
          .assay(
              "verify",
              "--full",
              "--key",
              key,
              "--trust-root",
              "trusted-root.json",
              "--bundle",
              bundle,
              "pay.tar")
          .expect(0)
          .doesNotSay("time not proven");
    }
  }

  @Test
  void theConformanceProtocol() throws IOException, InterruptedException {
    bench
        .assay(
            "conformance",
            "sign-bundle",
            "--identity-token",
            Files.readString(folder.resolve("token")),
            "--bundle",
            "ours.json",
            "--trusted-root",
            "trusted-root.json",
            "--signing-config",
            "signing-config.json",
            "pay.tar")
        .expect(0);
    bench
        .assay(
            "conformance",
            "verify-bundle",
            "--bundle",
            "ours.json",
            "--certificate-identity",
            PERSON,
            "--certificate-oidc-issuer",
            sigstore.issuer().url(),
            "--trusted-root",
            "trusted-root.json",
            "pay.tar")
        .expect(0);
    cosignVerifies("verify-blob", PERSON, "--bundle", "ours.json", "pay.tar").expect(0);
  }

  private boolean said() throws IOException {
    String token = Files.readString(folder.resolve("token"));
    return Files.readString(folder.resolve("ours.json")).contains(token.substring(0, 40));
  }

  private static String[] keyless(String command, String... rest) {
    List<String> all =
        new ArrayList<>(
            List.of(
                command,
                "--signing-config",
                "signing-config.json",
                "--trust-root",
                "trusted-root.json",
                "--identity-token",
                "token"));
    all.addAll(List.of(rest));
    return all.toArray(String[]::new);
  }

  private Run cosignSigns(String command, String... rest) throws IOException, InterruptedException {
    List<String> all =
        new ArrayList<>(
            List.of(
                command,
                "--yes",
                "--signing-config",
                "signing-config.json",
                "--trusted-root",
                "trusted-root.json",
                "--identity-token",
                Files.readString(folder.resolve("token")),
                "--allow-insecure-registry",
                "--allow-http-registry"));
    all.addAll(List.of(rest));
    return bench.cosign(all.toArray(String[]::new));
  }

  private Run cosignVerifies(String command, String person, String... rest)
      throws IOException, InterruptedException {
    List<String> all =
        new ArrayList<>(
            List.of(
                command,
                "--trusted-root",
                "trusted-root.json",
                "--certificate-identity",
                person,
                "--certificate-oidc-issuer",
                sigstore.issuer().url(),
                "--insecure-ignore-sct"));
    all.addAll(List.of(rest));
    return bench.cosign(all.toArray(String[]::new));
  }

  private Run assayVerifies(String person, String... rest)
      throws IOException, InterruptedException {
    List<String> all =
        new ArrayList<>(
            List.of(
                "verify",
                "--full",
                "--identity",
                person,
                "--issuer",
                sigstore.issuer().url(),
                "--trust-root",
                "trusted-root.json"));
    all.addAll(List.of(rest));
    return bench.assay(all.toArray(String[]::new));
  }
}
