package dev.assay.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.assay.bytes.Json;
import dev.assay.lab.BundleDraft;
import dev.assay.lab.Lab;
import dev.assay.lab.LabBundle;
import dev.assay.lab.LabKey;
import dev.sigstore.KeylessVerificationException;
import dev.sigstore.bundle.BundleParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the lab makes is what the field's own verifiers take, and what it makes wrong they refuse:
 * sigstore-java always, cosign where {@code interop/install} has built it.
 */
class PeersAgreeTest {

  static final Lab LAB = Lab.at(GenerateBundles.CLOCK, 7);

  @TempDir private Path folder;

  /** A bundle and whether verifiers should take it. */
  record Case(String name, boolean good, boolean attestation, LabBundle bundle) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Case good(String name, BundleDraft draft) {
    return made(name, true, draft.make());
  }

  private static Case bad(String name, BundleDraft draft) {
    return made(name, false, draft.make());
  }

  private static Case made(String name, boolean good, LabBundle bundle) {
    return new Case(name, good, bundle.json().get("dsseEnvelope").isPresent(), bundle);
  }

  private static byte[] artifact() {
    return LAB.bytes(100);
  }

  private static BundleDraft v1() {
    return LAB.bundle().artifact(artifact());
  }

  private static BundleDraft v2() {
    return v1().rekorV2();
  }

  static Stream<Case> both() {
    LabKey otherP256 = LAB.key(LabKey.Kind.P256);
    LabKey otherEd25519 = LAB.key(LabKey.Kind.ED25519);
    String hash = "verificationMaterial.tlogEntries.0.inclusionProof.hashes.0";
    return Stream.of(
        good("v1", v1()),
        good("v1 with timestamp", v1().timestamp()),
        good("v1, bundle 0.2", v1().version(BundleDraft.Version.V0_2)),
        good("v1, bundle 0.3 as it was first spelt", v1().version(BundleDraft.Version.V0_3_OLD)),
        good("v1, log has grown", v1().entry(e -> e.grownBy(5))),
        good("v2", v2()),
        good("v2 without certificates", v2().timestamp(t -> t.withoutCertificates())),
        good("v2 cosigned", v2().entry(e -> e.cosignedBy(LAB.newWitness("witness.example/one")))),
        good("SCT with extensions", v2().sctExtensions(new byte[] {0, 0, 5, 0, 0, 1, 2, 3})),
        good("provenance in v1", LAB.bundle().provenance(artifact())),
        bad("no SCT", v1().withoutSct()),
        bad("SCT of an unknown log", v1().sctBy(LAB.newCtLog("other.example"))),
        bad("SCT for another issuer", v1().sctIssuer(otherP256.spki())),
        bad(
            "extension added after the SCT",
            v1().leafAfterSct(s -> s.extension("1.2.3", false, new byte[] {5, 0}))),
        bad("unknown authority", v1().issuedBy(LAB.newCertificateAuthority(LabKey.Kind.P384))),
        bad("promise by another key", v1().entry(e -> e.promiseBy(otherP256))),
        bad("checkpoint by another key", v1().entry(e -> e.checkpointBy(otherP256))),
        bad("v2 checkpoint by another key", v2().entry(e -> e.checkpointBy(otherEd25519))),
        made("proof altered", false, v1().make().flip(hash, 0)),
        made("v2 proof altered", false, v2().make().flip(hash, 255)),
        bad("unknown log", v1().withoutLog().alsoIn(LAB.newRekorV1("other.example"))),
        bad("signature by another key", v1().signedBy(otherP256)),
        bad("signature over other bytes", v1().signing(new byte[] {1})),
        bad("v2 without timestamp", v2().withoutTimestamps()),
        bad(
            "timestamp after the certificate",
            v2().timestamp(t -> t.time(LAB.now().plus(Duration.ofHours(1))))),
        bad("timestamp over other bytes", v2().timestamp(t -> t.over(new byte[] {1}))),
        bad(
            "timestamp by another key",
            v2().timestamp(t -> t.signedWith(LAB.key(LabKey.Kind.P384)))),
        bad(
            "timestamp of an unknown authority",
            v2().withoutTimestamps()
                .timestampBy(LAB.newTimestampAuthority("tsa.example", LabKey.Kind.P384))),
        bad("another identity", v1().identity("https://github.com/example/other")),
        bad("another issuer", v1().issuer("https://issuer.example")));
  }

  /** What sigstore-java 2.0.0 cannot do or does not see. */
  static Stream<Case> cosignOnly() {
    return Stream.of(
        good("v1, P-384 leaf", v1().leafKey(LAB.key(LabKey.Kind.P384))),
        good("provenance in v2", LAB.bundle().provenance(artifact()).rekorV2()),
        good(
            "provenance as intoto",
            LAB.bundle().provenance(artifact()).entry(e -> e.kind("intoto"))),
        good(
            "v1, bundle 0.1 without proof",
            v1().version(BundleDraft.Version.V0_1).entry(e -> e.withoutProof())),
        bad(
            "integrated after the certificate",
            v1().entry(e -> e.time(LAB.now().plus(Duration.ofHours(1))))));
  }

  @ParameterizedTest
  @MethodSource("both")
  void sigstoreJavaAgrees(Case wanted) {
    SigstoreJava peer = new SigstoreJava(LAB.trustRoot().bytes());
    boolean verified;
    try {
      peer.verify(wanted.bundle.bytes(), sha256(wanted.bundle.artifact()));
      verified = true;
    } catch (BundleParseException | KeylessVerificationException | IllegalStateException e) {
      verified = false;
    }
    assertEquals(wanted.good, verified);
  }

  @ParameterizedTest
  @MethodSource({"both", "cosignOnly"})
  void cosignAgrees(Case wanted) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>();
    arguments.add(wanted.attestation ? "verify-blob-attestation" : "verify-blob");
    if (wanted.attestation) {
      arguments.addAll(List.of("--type", "slsaprovenance1"));
    }
    arguments.addAll(
        List.of(
            "--trusted-root",
            file("trusted_root.json", LAB.trustRoot().bytes()),
            "--certificate-identity",
            Lab.IDENTITY,
            "--certificate-oidc-issuer",
            Lab.ISSUER));
    assertEquals(wanted.good, cosign(arguments, wanted.bundle));
  }

  @Test
  void cosignTakesManagedKeys() throws IOException, InterruptedException {
    LabKey key = LAB.key(LabKey.Kind.P256);
    String root = file("trusted_root.json", LAB.trustRoot().bytes());
    String pem = file("key.pub", key.pem().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    LabBundle logged = v1().managed(key).make();
    assertEquals(
        true, cosign(List.of("verify-blob", "--trusted-root", root, "--key", pem), logged));
    LabBundle logged2 = v2().managed(key).make();
    assertEquals(
        true, cosign(List.of("verify-blob", "--trusted-root", root, "--key", pem), logged2));
    LabBundle other = v1().managed(LAB.key(LabKey.Kind.P256)).make();
    assertEquals(
        false, cosign(List.of("verify-blob", "--trusted-root", root, "--key", pem), other));
    LabBundle alone = v1().managed(key).withoutLog().make();
    assertEquals(
        Optional.empty(),
        ((Json.Obj) alone.json().get("verificationMaterial").orElseThrow()).get("tlogEntries"));
    assertEquals(
        true, cosign(List.of("verify-blob", "--insecure-ignore-tlog", "--key", pem), alone));
  }

  private boolean cosign(List<String> arguments, LabBundle bundle)
      throws IOException, InterruptedException {
    String cache = System.getenv("ASSAY_INTEROP_CACHE");
    Path cosign =
        (cache != null
                ? Path.of(cache)
                : Path.of(System.getProperty("user.home"), ".cache", "assay-interop"))
            .resolve("bin/cosign");
    Assumptions.assumeTrue(Files.isExecutable(cosign), "no cosign");
    List<String> command = new ArrayList<>(List.of(cosign.toString()));
    command.addAll(arguments);
    command.addAll(
        List.of(
            "--bundle", file("bundle.json", bundle.bytes()), file("artifact", bundle.artifact())));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("TUF_ROOT", folder.resolve("no-tuf").toString());
    Process process =
        builder.redirectErrorStream(true).redirectOutput(folder.resolve("out").toFile()).start();
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("cosign does not end");
    }
    return process.exitValue() == 0;
  }

  private String file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content).toString();
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
