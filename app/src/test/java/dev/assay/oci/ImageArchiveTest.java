package dev.assay.oci;

import static dev.assay.oci.Registries.LAYER;
import static dev.assay.oci.Registries.attach;
import static dev.assay.oci.Registries.push;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class ImageArchiveTest {

  @TempDir Path folder;

  private static Code code(Executable action) {
    return assertThrows(AssayException.class, action).code();
  }

  private Path archive(String name, ImageStore from, boolean referrers) throws Exception {
    Path file = folder.resolve(name);
    try (ArchiveWriter writer = new ArchiveWriter(file)) {
      new ImageCopy(from, writer, referrers).copy("1", Optional.of("1"));
      writer.finish();
    }
    return file;
  }

  @Test
  void anImageGoesIntoAnArchiveAndOutWithItsSignatures() throws Exception {
    ImageLayout layout = ImageLayout.openOrCreate(folder.resolve("layout"));
    Descriptor image = push(layout, LAYER, "1");
    Descriptor signature = attach(layout, image, "application/vnd.sig", "s");
    Path file = archive("a.tar", layout, true);
    ImageArchive read = ImageArchive.openOci(file);
    assertEquals(List.of("1"), read.tags());
    assertEquals(
        List.of(signature.digest()),
        read.referrers(image.digest(), Optional.empty()).found().stream()
            .map(Descriptor::digest)
            .toList());
    ImageLayout back = ImageLayout.openOrCreate(folder.resolve("back"));
    assertEquals(
        image.digest(), new ImageCopy(read, back, true).copy("1", Optional.of("x")).digest());
    assertArrayEquals(LAYER, back.blob(Descriptor.of(MediaTypes.LAYER_TAR, LAYER), 1000));
    assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(archive("b.tar", layout, true)));
    assertEquals(Code.FILE_EXISTS, code(() -> new ArchiveWriter(file)));
  }

  @Test
  void skopeoReadsOursAndWeReadSkopeos() throws Exception {
    String skopeo = Peers.skopeo();
    ImageLayout layout = ImageLayout.openOrCreate(folder.resolve("layout"));
    Descriptor image = image(layout);
    Path file = archive("a.tar", layout, false);
    Path theirs = folder.resolve("theirs.tar");
    Path docker = folder.resolve("docker.tar");
    Peers.run(
        folder,
        skopeo,
        "--insecure-policy",
        "copy",
        "oci-archive:" + file + ":1",
        "oci-archive:" + theirs + ":2");
    assertEquals(image.digest(), ImageArchive.openOci(theirs).manifest("2").descriptor().digest());
    Peers.run(
        folder,
        skopeo,
        "--insecure-policy",
        "copy",
        "oci-archive:" + file + ":1",
        "docker-archive:" + docker + ":team/app:1.0");
    ImageArchive read = ImageArchive.openDocker(docker);
    Manifest manifest = read.manifest("1.0").manifest();
    assertEquals(Optional.of(read.manifest("1.0").descriptor().digest().toString()), read.only());
    ImageLayout back = ImageLayout.openOrCreate(folder.resolve("back"));
    new ImageCopy(read, back, false).copy("1.0", Optional.of("1.0"));
    assertEquals(manifest, back.manifest("1.0").manifest());
    assertEquals(MediaTypes.LAYER_TAR, manifest.layers().getFirst().mediaType());
  }

  /** A real image: its layer is a tar archive, and the config names it. */
  private Descriptor image(ImageLayout layout) throws Exception {
    Files.writeString(folder.resolve("file"), "content");
    LayerBuilder.Layer layer =
        new LayerBuilder(Instant.EPOCH)
            .add(folder.resolve("file"), "/deep/" + "x".repeat(120))
            .write(folder.resolve("layer"));
    byte[] config =
        new ImageConfig(
                Platform.parse("linux/amd64"),
                Instant.EPOCH,
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                List.of(layer.diffId()))
            .bytes();
    Manifest manifest =
        Manifest.oci(Descriptor.of(MediaTypes.CONFIG, config), List.of(layer.descriptor()));
    layout.writeBlob(manifest.config(), dev.assay.net.ByteSource.of(config));
    layout.writeBlob(layer.descriptor(), dev.assay.net.ByteSource.of(layer.file()));
    return layout.writeManifest(manifest, Optional.of("1"));
  }

  private Path tar(Map<String, byte[]> files) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarWriter tar = new TarWriter(bytes, Instant.EPOCH)) {
      for (Map.Entry<String, byte[]> e : files.entrySet()) {
        tar.file(e.getKey(), e.getValue().length, false);
        tar.write(e.getValue(), 0, e.getValue().length);
        tar.endFile(e.getValue().length);
      }
    }
    return Files.write(Files.createTempFile(folder, "x", ".tar"), bytes.toByteArray());
  }

  @Test
  void aDockerArchiveWhoseLayerIsNotTheConfigsIsRefused() throws Exception {
    byte[] layer = Text.utf8("the layer");
    for (boolean honest : new boolean[] {true, false}) {
      String diffId = Hashes.sha256Digest(honest ? layer : Text.utf8("another")).toString();
      Path file =
          tar(
              Map.of(
                  "manifest.json",
                  Text.utf8(
                      "[{\"Config\":\"c.json\",\"RepoTags\":[\"app:1\"],\"Layers\":[\"l/layer.tar\"]}]"),
                  "c.json",
                  Text.utf8(
                      "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\","
                          + "\"diff_ids\":[\""
                          + diffId
                          + "\"]}}"),
                  "l/layer.tar",
                  layer));
      if (honest) {
        assertEquals(1, ImageArchive.openDocker(file).manifest("1").manifest().layers().size());
      } else {
        assertEquals(Code.DIGEST_MISMATCH, code(() -> ImageArchive.openDocker(file)));
      }
    }
  }

  @Test
  void pathsThatLeadOutsideAndFilesThatAreThereTwiceAreRefused() throws Exception {
    for (String name : List.of("../x", "/x", "a/../../x")) {
      Path file = tar(Map.of(name, LAYER));
      assertEquals(Code.UNSAFE_PATH, code(() -> TarFile.open(file)), name);
    }
    byte[] once = Files.readAllBytes(tar(Map.of("a", LAYER)));
    byte[] twice = new byte[once.length + 1024];
    System.arraycopy(once, 0, twice, 0, 1024);
    System.arraycopy(once, 0, twice, 1024, once.length);
    Path file = Files.write(folder.resolve("twice"), twice);
    assertEquals(Code.BAD_ARCHIVE, code(() -> TarFile.open(file)));
    assertEquals(Code.NOT_A_LAYOUT, code(() -> ImageArchive.openOci(tar(Map.of("a", LAYER)))));
  }

  @Test
  void changedBytesInAnArchiveAreRefused() throws Exception {
    ImageLayout layout = ImageLayout.openOrCreate(folder.resolve("layout"));
    push(layout, LAYER, "1");
    byte[] bytes = Files.readAllBytes(archive("a.tar", layout, false));
    int at = Text.utf8(bytes).indexOf(Text.utf8(LAYER));
    bytes[at] ^= 1;
    Path changed = Files.write(folder.resolve("changed.tar"), bytes);
    ImageLayout back = ImageLayout.openOrCreate(folder.resolve("back"));
    assertEquals(
        Code.DIGEST_MISMATCH,
        code(() ->
            new ImageCopy(ImageArchive.openOci(changed), back, false).copy("1", Optional.of("1"))));
    assertTrue(back.find("1").isEmpty());
  }

  @Test
  void mutatedArchivesNeverThrowAnythingElse() throws Exception {
    ImageLayout layout = ImageLayout.openOrCreate(folder.resolve("layout"));
    image(layout);
    byte[] seed = Files.readAllBytes(archive("a.tar", layout, false));
    Random random = new Random(8);
    Path file = folder.resolve("mutated");
    for (int i = 0; i < 500; i++) {
      byte[] bytes = seed.clone();
      for (int k = random.nextInt(3); k >= 0; k--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
      Files.write(file, java.util.Arrays.copyOf(bytes, length));
      try {
        ImageArchive read = ImageArchive.openOci(file);
        read.tags();
      } catch (AssayException e) {
        // Refused.
      }
    }
  }
}
