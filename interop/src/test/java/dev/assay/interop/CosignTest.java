package dev.assay.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Signatures and attestations of images, made by one and verified by the other. */
class CosignTest {

  /** A registry without the referrers API, and one with it. */
  enum Kind {
    DOCKER_REGISTRY,
    ASSAY_REGISTRY;

    Registry start(Path folder) throws IOException, InterruptedException {
      return switch (this) {
        case DOCKER_REGISTRY -> DockerRegistry.start(folder);
        case ASSAY_REGISTRY -> AssayRegistry.start(folder);
      };
    }
  }

  private static final Map<String, String> PREDICATES =
      Map.of("cyclonedx", "sbom.json", "slsaprovenance1", "provenance.json");
  private static final int LIMIT = 1 << 20;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void cosignAcceptsWhatAssaySigned(Kind kind) throws IOException, InterruptedException {
    Peers.cosign();
    try (Registry registry = kind.start(folder)) {
      Workbench bench = Workbench.in(folder);
      bench.assay("key", "generate", "other").expect(0);
      String image = bench.pushed(registry, "1.0");
      String other = bench.pushed(registry, "other");
      assertNotEquals(0, bench.cosignVerifies("verify", "release.pub", image).status());

      bench.signAndAttest(image);

      bench
          .cosignVerifies("verify", "release.pub", image)
          .expect(0)
          .says(Workbench.digestOf(image))
          .says("The signatures were verified against the specified public key");
      for (String type : PREDICATES.keySet()) {
        bench.cosignVerifies("verify-attestation", "release.pub", "--type", type, image).expect(0);
        assertNotEquals(
            0,
            bench
                .cosignVerifies("verify-attestation", "other.pub", "--type", type, image)
                .status());
      }
      assertNotEquals(0, bench.cosignVerifies("verify", "other.pub", image).status());
      assertNotEquals(0, bench.cosignVerifies("verify", "release.pub", other).status());
    }
  }

  @ParameterizedTest
  @EnumSource
  void assayAcceptsWhatCosignSigned(Kind kind) throws IOException, InterruptedException {
    Peers.cosign();
    try (Registry registry = kind.start(folder)) {
      Workbench bench = Workbench.in(folder);
      bench.cosign("generate-key-pair").expect(0);
      String image = bench.pushed(registry, "1.0");
      String tagged = Workbench.tagged(image, "1.0");
      bench.verifyByKey("cosign.pub", tagged).expect(1).says("ASY1102");

      // With its own key, then with the one that Assay made.
      bench.cosignSigns("sign", "cosign.key", image).expect(0);
      bench.verifyByKey("cosign.pub", tagged).expect(0);
      bench.verifyByKey("release.pub", tagged).expect(1).says("ASY1202");
      bench.cosignSigns("sign", "release.key", image).expect(0);
      bench.verifyByKey("release.pub", tagged).expect(0);

      // With ours beside them: all are there, for both.
      bench.assay("sign", "--key", "cosign.key", image).expect(0);
      bench
          .assay(
              "verify", "--key", "release.pub", "--key", "cosign.pub", "--threshold", "2", tagged)
          .expect(0);
      bench.cosignVerifies("verify", "cosign.pub", image).expect(0);
      bench.cosignVerifies("verify", "release.pub", image).expect(0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void assayAcceptsWhatCosignAttested(Kind kind) throws IOException, InterruptedException {
    Peers.cosign();
    try (Registry registry = kind.start(folder)) {
      Workbench bench = Workbench.in(folder);
      bench.cosign("generate-key-pair").expect(0);
      String image = bench.pushed(registry, "1.0");
      for (Map.Entry<String, String> predicate : PREDICATES.entrySet()) {
        String type = predicate.getKey();
        Path file = folder.resolve(predicate.getValue());
        bench
            .cosignSigns(
                "attest", "cosign.key", "--type", type, "--predicate", file.toString(), image)
            .expect(0);
        bench.assay("verify", "--key", "cosign.pub", "--type", type, image).expect(0);
        Run printed =
            bench
                .assay("verify", "--key", "cosign.pub", "--type", type, "--print-predicate", image)
                .expect(0);
        assertEquals(
            Json.parse(Files.readAllBytes(file), LIMIT),
            Json.parse(Text.utf8(printed.out()), LIMIT));
        bench
            .assay("verify", "--key", "release.pub", "--type", type, image)
            .expect(1)
            .says("ASY1202");
      }
      // Something was said about the image, by this key; released it is not.
      bench.verifyByKey("cosign.pub", image).expect(1).says("ASY1102").says("ASY1305");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPolicyIsMetByWhatCosignWrote(Kind kind) throws IOException, InterruptedException {
    Peers.cosign();
    try (Registry registry = kind.start(folder)) {
      Workbench bench = Workbench.in(folder);
      String image = bench.pushed(registry, "1.0");
      bench.cosignSigns("sign", "release.key", image).expect(0);
      bench.verifyByPolicy(image).expect(1).says("ASY1409");
      for (String type : List.of("slsaprovenance1", "cyclonedx")) {
        bench
            .cosignSigns(
                "attest",
                "release.key",
                "--type",
                type,
                "--predicate",
                folder.resolve(PREDICATES.get(type)).toString(),
                image)
            .expect(0);
      }
      bench.verifyByPolicy(image).expect(0).says(Workbench.COMMIT);
    }
  }

  @Test
  void ofEd25519KeysAssayVerifiesBothSchemesAndCosignOne()
      throws IOException, InterruptedException {
    Peers.cosign();
    try (Registry registry = DockerRegistry.start(folder)) {
      Workbench bench = Workbench.in(folder);
      bench.assay("key", "generate", "--algorithm", "ed25519", "k").expect(0);
      // cosign 3.1.2 signs with Ed25519ph, and refuses its own signature.
      String theirs = bench.pushed(registry, "theirs");
      bench.cosignSigns("sign", "k.key", theirs).expect(0);
      bench.verifyByKey("k.pub", theirs).expect(0).says("ed25519");
      String ours = bench.pushed(registry, "ours");
      bench.assay("sign", "--key", "k.key", ours).expect(0);
      bench.verifyByKey("k.pub", ours).expect(0);
      bench.cosignVerifies("verify", "k.pub", ours).expect(0);
    }
  }

  @Test
  void assayAcceptsWhatCosignSignedWithP384() throws IOException, InterruptedException {
    Peers.cosign();
    try (Registry registry = DockerRegistry.start(folder)) {
      Workbench bench = Workbench.in(folder);
      bench.assay("key", "generate", "--algorithm", "ecdsa-p384", "k").expect(0);
      String image = bench.pushed(registry, "1.0");
      bench.cosignSigns("sign", "k.key", image).expect(0);
      bench.verifyByKey("k.pub", image).expect(0).says("ecdsa-p384");
    }
  }

  @Test
  void theOlderSignatureTagIsReadAndHeldAgainstKeyAndImage()
      throws IOException, InterruptedException {
    Peers.cosign();
    try (Registry registry = DockerRegistry.start(folder)) {
      Workbench bench = Workbench.in(folder);
      String image = bench.pushed(registry, "1.0");
      bench.cosignSigns("sign", "release.key", "--new-bundle-format=false", image).expect(0);
      bench.verifyByKey("release.pub", image).expect(0).says("release.pub");
      bench.assay("key", "generate", "other").expect(0);
      bench.verifyByKey("other.pub", image).expect(1).says("ASY1202");
      String unsigned = bench.pushed(registry, "unsigned");
      bench.verifyByKey("release.pub", unsigned).expect(1).says("ASY1102");
    }
  }
}
