package dev.assay.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody gains who can write to the storage of a real registry, or push, or cut it off. */
class TamperTest {

  private static final int LIMIT = 1 << 20;

  @TempDir Path folder;

  @Test
  void aChangedLayerDiffersFromItsDigest() throws IOException, InterruptedException {
    try (DockerRegistry registry = DockerRegistry.start(folder)) {
      Workbench bench = Workbench.in(folder);
      String image = bench.pushed(registry, "1.0");
      String tagged = Workbench.tagged(image, "1.0");
      bench.signAndAttest(image);
      bench.verifyByPolicy(tagged).expect(0);
      String layer = firstLayer(registry, Workbench.digestOf(image));
      byte[] bytes = Files.readAllBytes(registry.blob(layer));

      Files.write(registry.blob(layer), flipped(bytes, bytes.length / 2));
      bench.verifyByKey("release.pub", tagged).expect(4).says("ASY1101").says(layer);
      bench.verifyByPolicy(tagged).expect(4).says("ASY1101").says(layer);
      bench.verifyByPolicy(image).expect(4).says("ASY1101");
      bench.assay("image", "pull", tagged, "oci:stolen:1.0").expect(4).says("ASY1101");

      Files.write(registry.blob(layer), Arrays.copyOf(bytes, bytes.length - 1));
      bench.verifyByKey("release.pub", tagged).expect(4).says("ASY1106");

      Files.delete(registry.blob(layer));
      bench.verifyByKey("release.pub", tagged).expect(4).says("ASY1107");

      Files.write(registry.blob(layer), bytes);
      bench.verifyByPolicy(tagged).expect(0);
    }
  }

  @Test
  void aReplacedManifestDiffersFromItsDigest() throws IOException, InterruptedException {
    try (DockerRegistry registry = DockerRegistry.start(folder)) {
      Workbench bench = Workbench.in(folder);
      String image = bench.pushed(registry, "1.0");
      String evil = bench.pushed(registry, "evil");
      bench.signAndAttest(image);

      // The registry serves a whole, valid manifest, under the digest of the other one.
      Files.copy(
          registry.blob(Workbench.digestOf(evil)),
          registry.blob(Workbench.digestOf(image)),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      for (String name : new String[] {image, Workbench.tagged(image, "1.0")}) {
        bench.verifyByKey("release.pub", name).expect(4).says("ASY1101");
        bench.verifyByPolicy(name).expect(4).says("ASY1101");
      }
      bench.assay("sign", "--key", "release.key", image).expect(4).says("ASY1101");
    }
  }

  @Test
  void aTagPushedAnewIsRefusedWithBothDigests() throws IOException, InterruptedException {
    try (DockerRegistry registry = DockerRegistry.start(folder)) {
      Workbench bench = Workbench.in(folder);
      String image = bench.pushed(registry, "1.0");
      String tagged = Workbench.tagged(image, "1.0");
      bench.signAndAttest(image);
      bench.verifyByPolicy(tagged).expect(0);

      String evil = bench.push(bench.layout("evil"), registry, "pay", "1.0");
      assertNotEquals(image, evil);
      bench
          .verifyByPolicy(tagged)
          .expect(1)
          .says("ASY1102")
          .says("ASY1104")
          .says(Workbench.digestOf(image))
          .says(Workbench.digestOf(evil));
      // Without what was recorded nothing is known of the past, and nothing is guessed.
      bench
          .verifyByKey("release.pub", tagged)
          .expect(1)
          .says("ASY1102")
          .says(Workbench.digestOf(evil))
          .says("UNKNOWN")
          .doesNotSay(Workbench.digestOf(image));
      bench.verifyByPolicy(image).expect(0);
    }
  }

  @Test
  void noBitOfTheOnlySignatureCanBeChanged() throws IOException, InterruptedException {
    try (DockerRegistry registry = DockerRegistry.start(folder)) {
      Workbench bench = Workbench.in(folder);
      String image = bench.pushed(registry, "1.0");
      String referrer =
          Workbench.digestOf(bench.assay("sign", "--key", "release.key", image).expect(0).line());
      Path bundle = registry.blob(firstLayer(registry, referrer));
      byte[] bytes = Files.readAllBytes(bundle);
      for (int at = 0; at < bytes.length; at += bytes.length / 4) {
        Files.write(bundle, flipped(bytes, at));
        bench.verifyByKey("release.pub", image).expect(4).says("ASY1101");
      }
      Files.delete(bundle);
      bench.verifyByKey("release.pub", image).expect(4).says("ASY1107");
      Files.write(bundle, bytes);

      byte[] manifest = Files.readAllBytes(registry.blob(referrer));
      String changed =
          new String(manifest, StandardCharsets.UTF_8).replace("dsse-envelope", "dsse-Envelope");
      Files.writeString(registry.blob(referrer), changed);
      bench.verifyByKey("release.pub", image).expect(4).says("ASY1101");
      // docker-registry itself stumbles over what is not JSON, and answers 500: nothing is known.
      Files.write(registry.blob(referrer), flipped(manifest, 0));
      bench.verifyByKey("release.pub", image).expect(3);

      Files.write(registry.blob(referrer), manifest);
      bench.verifyByKey("release.pub", image).expect(0);
    }
  }

  @Test
  void withheldEvidenceIsARefusal() throws IOException, InterruptedException {
    try (DockerRegistry registry = DockerRegistry.start(folder)) {
      Workbench bench = Workbench.in(folder);
      String image = bench.pushed(registry, "1.0");
      bench.signAndAttest(image);
      bench.verifyByPolicy(image).expect(0);
      Path fallback =
          registry
              .storage()
              .resolve("docker/registry/v2/repositories/pay/_manifests/tags")
              .resolve(Workbench.digestOf(image).replace(':', '-'));
      assertTrue(Files.isDirectory(fallback));
      Files.move(fallback, folder.resolve("taken"));
      bench.verifyByKey("release.pub", image).expect(1).says("ASY1102");
      bench.verifyByPolicy(image).expect(1).says("ASY1102").says("ASY1409");
    }
  }

  @Test
  void aStrangersEvidenceIsRefused() throws IOException, InterruptedException {
    try (DockerRegistry registry = DockerRegistry.start(folder)) {
      Workbench bench = Workbench.in(folder);
      bench.assay("key", "generate", "attacker").expect(0);
      String image = bench.pushed(registry, "1.0");
      bench.assay("sign", "--key", "attacker.key", image).expect(0);
      bench.verifyByKey("attacker.pub", image).expect(0);
      bench.verifyByKey("release.pub", image).expect(1).says("ASY1202");
      bench.verifyByPolicy(image).expect(1).says("ASY1202");

      // Beside the genuine signature it takes nothing away, and counts for nothing.
      bench.signAndAttest(image);
      bench.verifyByPolicy(image).expect(0);
      bench
          .assay("verify", "--key", "release.pub", "--threshold", "2", image)
          .expect(2)
          .says("error:");
    }
  }

  @Test
  void aRegistryThatIsDownIsNotAnUnsignedImage() throws IOException, InterruptedException {
    Workbench bench = Workbench.in(folder);
    String image;
    try (DockerRegistry registry = DockerRegistry.start(folder)) {
      image = bench.pushed(registry, "1.0");
      bench.signAndAttest(image);
      bench.verifyByPolicy(image).expect(0);
    }
    bench.verifyByKey("release.pub", image).expect(3).says("ASY3002").doesNotSay("ASY1102");
    bench.verifyByPolicy(image).expect(3).says("ASY3002").doesNotSay("ASY1102");
    bench.assay("sign", "--key", "release.key", image).expect(3).says("ASY3002");
  }

  private static String firstLayer(DockerRegistry registry, String manifest) throws IOException {
    Json json = Json.parse(Files.readAllBytes(registry.blob(manifest)), LIMIT);
    String digest = Fields.of(json, "manifest").objects("layers", 10).getFirst().string("digest");
    assertEquals("sha256:".length() + 64, digest.length());
    return digest;
  }

  private static byte[] flipped(byte[] bytes, int at) {
    byte[] copy = bytes.clone();
    copy[at] ^= 1;
    return copy;
  }
}
