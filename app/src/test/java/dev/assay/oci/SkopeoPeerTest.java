package dev.assay.oci;

import static dev.assay.oci.Registries.client;
import static dev.assay.oci.Registries.push;
import static dev.assay.oci.Registries.reference;
import static dev.assay.oci.Registries.serve;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.server.RunningServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** skopeo pushes to our registry, pulls from it, and reads the layouts we write. */
class SkopeoPeerTest {

  @TempDir Path folder;

  private Descriptor image(ImageLayout layout, String tag) throws Exception {
    Path files = Files.createDirectories(folder.resolve("files/deep/" + "x".repeat(90)));
    byte[] random = new byte[3 << 20];
    new Random(1).nextBytes(random);
    Files.write(files.resolve("ü".repeat(30)), random);
    Files.createSymbolicLink(files.resolve("link"), Path.of("../target"));
    LayerBuilder.Layer layer =
        new LayerBuilder(Instant.EPOCH)
            .add(folder.resolve("files"), "/app")
            .write(folder.resolve("layer"));
    byte[] config =
        new ImageConfig(
                Platform.parse("linux/amd64"),
                Instant.EPOCH,
                List.of("A=b"),
                List.of("/app/run"),
                List.of(),
                Map.of("l", "v"),
                List.of(layer.diffId()))
            .bytes();
    Manifest manifest =
        Manifest.oci(Descriptor.of(MediaTypes.CONFIG, config), List.of(layer.descriptor()));
    layout.writeBlob(manifest.config(), dev.assay.net.ByteSource.of(config));
    layout.writeBlob(layer.descriptor(), dev.assay.net.ByteSource.of(layer.file()));
    return layout.writeManifest(manifest, Optional.of(tag));
  }

  @Test
  void copiesALayoutOfOursThroughOurRegistryAndBack() throws Exception {
    String skopeo = Peers.skopeo();
    ImageLayout ours = ImageLayout.openOrCreate(folder.resolve("ours"));
    Descriptor made = image(ours, "1.0");
    try (RunningServer server = serve(folder.resolve("registry"));
        RegistryClient client = client()) {
      String name = "docker://" + server.authority() + "/team/app:1.0";
      Peers.run(
          folder,
          skopeo,
          "--insecure-policy",
          "copy",
          "--dest-tls-verify=false",
          "oci:" + ours.folder() + ":1.0",
          name);
      RemoteRepository repository = client.repository(reference(server, "team/app"));
      assertEquals(made.digest(), repository.manifest("1.0").descriptor().digest());
      assertTrue(
          Peers.run(folder, skopeo, "inspect", "--tls-verify=false", name)
              .contains(made.digest().toString()));
      Peers.run(
          folder,
          skopeo,
          "--insecure-policy",
          "copy",
          "--src-tls-verify=false",
          name,
          "oci:" + folder.resolve("theirs") + ":back");
      ImageLayout theirs = ImageLayout.open(folder.resolve("theirs"));
      assertEquals(made.digest(), theirs.manifest("back").descriptor().digest());
      // What skopeo wrote is whole for us too.
      ImageLayout again = ImageLayout.openOrCreate(folder.resolve("again"));
      assertEquals(
          made.digest(),
          new ImageCopy(theirs, again, true).copy("back", Optional.of("x")).digest());
    }
  }

  @Test
  void readsARepositoryOfOurRegistryAsALayout() throws Exception {
    String skopeo = Peers.skopeo();
    try (RunningServer server = serve(folder.resolve("registry"));
        RegistryClient client = client()) {
      Descriptor pushed = push(client.repository(reference(server, "app")), Registries.LAYER, "v1");
      String raw =
          Peers.run(
              folder, skopeo, "inspect", "--raw", "oci:" + folder.resolve("registry/app") + ":v1");
      assertEquals(pushed.size(), raw.strip().length());
    }
  }

  @Test
  void deletesFromOurRegistry() throws Exception {
    String skopeo = Peers.skopeo();
    try (RunningServer server = serve(folder.resolve("registry"));
        RegistryClient client = client()) {
      RemoteRepository repository = client.repository(reference(server, "app"));
      push(repository, Registries.LAYER, "v1");
      Peers.run(
          folder,
          skopeo,
          "delete",
          "--tls-verify=false",
          "docker://" + server.authority() + "/app:v1");
      assertTrue(repository.find("v1").isEmpty());
    }
  }
}
