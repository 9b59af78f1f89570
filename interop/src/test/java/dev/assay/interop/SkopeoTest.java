package dev.assay.interop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** skopeo with {@code assay registry serve}: what goes in comes out, byte for byte. */
class SkopeoTest {

  private static final int LIMIT = 1 << 20;

  @TempDir Path folder;

  @Test
  void copiesImagesIntoOurRegistryAndOut()
      throws IOException, InterruptedException, NoSuchAlgorithmException {
    Peers.skopeo();
    try (AssayRegistry registry = AssayRegistry.start(folder)) {
      Workbench bench = Workbench.in(folder);
      String layout = bench.layout("1.0");
      String made = bench.skopeo("inspect", "--format", "{{.Digest}}", layout).expect(0).line();
      // Several repositories: each upload begins anew, as fast as skopeo can.
      for (int i = 0; i < 5; i++) {
        String image = bench.push(layout, registry, "team" + i + "/pay", "1.0");
        assertEquals(made, Workbench.digestOf(image));
      }
      String image = registry.host() + "/team0/pay@" + made;
      String name = "docker://" + Workbench.tagged(image, "1.0");
      Fields inspected =
          Fields.of(
              Json.parse(
                  Text.utf8(bench.skopeo("inspect", "--tls-verify=false", name).expect(0).out()),
                  LIMIT),
              "image");
      assertEquals(made, inspected.string("Digest"));
      assertEquals(List.of("1.0"), inspected.strings("RepoTags", 10));

      bench.skopeo("copy", "--src-tls-verify=false", name, "dir:out").expect(0);
      byte[] manifest = Files.readAllBytes(folder.resolve("out/manifest.json"));
      assertEquals(made, "sha256:" + sha256(manifest));
      for (Fields layer :
          Fields.of(Json.parse(manifest, LIMIT), "manifest").objects("layers", 10)) {
        String hex = layer.string("digest").substring("sha256:".length());
        byte[] bytes = Files.readAllBytes(folder.resolve("out").resolve(hex));
        assertEquals(hex, sha256(bytes));
        assertArrayEquals(Files.readAllBytes(folder.resolve("layout/blobs/sha256/" + hex)), bytes);
      }
      bench
          .skopeo(
              "copy",
              "--src-tls-verify=false",
              "--dest-tls-verify=false",
              "--format",
              "v2s2",
              name,
              "docker://" + registry.host() + "/docker/pay:1.0")
          .expect(0);
      bench
          .skopeo("list-tags", "--tls-verify=false", "docker://" + registry.host() + "/docker/pay")
          .expect(0)
          .says("\"1.0\"");
      bench.skopeo("delete", "--tls-verify=false", name).expect(0);
      bench
          .assay("image", "digest", name.substring("docker://".length()))
          .expect(1)
          .says("ASY3005");
    }
  }

  @Test
  void evidenceMovesFromOurRegistryToDebians() throws IOException, InterruptedException {
    Peers.skopeo();
    try (DockerRegistry theirs = DockerRegistry.start(folder);
        AssayRegistry ours = AssayRegistry.start(folder)) {
      Workbench bench = Workbench.in(folder);
      String image = bench.pushed(ours, "1.0");
      bench.signAndAttest(image);
      String tagged = Workbench.tagged(image, "1.0");
      String there = theirs.host() + "/mirror/pay";
      bench.assay("image", "pull", "--referrers", tagged, "oci:carried:1.0").expect(0);
      bench.assay("image", "push", "--referrers", "oci:carried:1.0", there + ":1.0").expect(0);
      bench
          .verifyByPolicy(there + ":1.0")
          .expect(0)
          .says(Workbench.digestOf(image))
          .says(Workbench.COMMIT);
      // An image that skopeo copies comes without its evidence: it does not follow referrers.
      bench.push("oci:carried:1.0", theirs, "bare/pay", "1.0");
      bench.verifyByPolicy(theirs.host() + "/bare/pay:1.0").expect(1).says("ASY1102");
    }
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
