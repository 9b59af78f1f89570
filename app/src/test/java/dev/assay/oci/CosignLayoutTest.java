package dev.assay.oci;

import static dev.assay.oci.Registries.LAYER;
import static dev.assay.oci.Registries.attach;
import static dev.assay.oci.Registries.push;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Layouts in the form of {@code cosign save}, and those of somebody who means harm. */
class CosignLayoutTest {

  private static final String SIG = "application/vnd.dev.sigstore.bundle.v0.3+json";

  @TempDir Path folder;

  private static Code code(Executable action) {
    return assertThrows(AssayException.class, action).code();
  }

  private static Descriptor kind(Descriptor entry, String kind) {
    return entry.bare().withAnnotations(Map.of("kind", "dev.cosignproject.cosign/" + kind));
  }

  private void list(Descriptor... entries) throws Exception {
    Files.write(folder.resolve("layout/index.json"), Catalog.listing(List.of(entries)));
  }

  private void index(String text) throws Exception {
    Files.writeString(folder.resolve("layout/index.json"), text);
  }

  @Test
  void evidenceThatIsListedByKindOrNotAtAllIsFound() throws Exception {
    ImageLayout made = ImageLayout.openOrCreate(folder.resolve("layout"));
    Descriptor image = push(made, LAYER, "1.0");
    Descriptor bundle = attach(made, image, SIG, "a bundle");
    Descriptor sigs = push(made, Text.utf8("signatures"), "sigs");
    Descriptor atts = push(made, Text.utf8("attestations"), "atts");
    list(kind(image, "image"), kind(sigs, "sigs"), kind(atts, "atts"));

    ImageLayout read = ImageLayout.open(folder.resolve("layout"));
    assertEquals(Optional.of(image.digest().toString()), read.only());
    assertEquals(List.of(), read.tags(), "cosign's layouts have no tags");
    String tag = RemoteReferrers.fallbackTag(image.digest());
    assertEquals(sigs.digest(), read.manifest(tag + ".sig").descriptor().digest());
    assertEquals(atts.digest(), read.manifest(tag + ".att").descriptor().digest());
    assertEquals(
        List.of(bundle.digest()),
        read.referrers(image.digest(), Optional.empty()).found().stream()
            .map(Descriptor::digest)
            .toList());
    ImageLayout target = ImageLayout.openOrCreate(folder.resolve("target"));
    new ImageCopy(read, target, true).copy(read.only().orElseThrow(), Optional.of("1.0"));
    assertEquals(4, ImageTreeReader.read(target, "1.0", true).all().size());
  }

  @Test
  void ofTwoImagesNobodyCanTellWhoseTheSignaturesAre() throws Exception {
    ImageLayout made = ImageLayout.openOrCreate(folder.resolve("layout"));
    Descriptor one = push(made, LAYER, "1");
    Descriptor two = push(made, Text.utf8("another"), "2");
    Descriptor sigs = push(made, Text.utf8("signatures"), "sigs");
    list(kind(one, "image"), kind(two, "image"), kind(sigs, "sigs"));
    ImageLayout read = ImageLayout.open(folder.resolve("layout"));
    assertEquals(2, read.images().size());
    for (Descriptor image : List.of(one, two)) {
      assertTrue(read.find(RemoteReferrers.fallbackTag(image.digest()) + ".sig").isEmpty());
    }
  }

  @Test
  void aBundleWhoseBytesWereChangedIsNoEvidence() throws Exception {
    ImageLayout made = ImageLayout.openOrCreate(folder.resolve("layout"));
    Descriptor image = push(made, LAYER, "1.0");
    Descriptor other = push(made, Text.utf8("another"), "other");
    Descriptor bundle = attach(made, other, SIG, "about another");
    // What refers to another image is made to refer to this one.
    Path file = made.blobPath(bundle.digest());
    Files.writeString(
        file, Files.readString(file).replace(other.digest().toString(), image.digest().toString()));
    list(kind(image, "image"));
    ImageLayout read = ImageLayout.open(folder.resolve("layout"));
    assertEquals(
        Code.DIGEST_MISMATCH,
        code(() -> ImageTreeReader.read(read, read.only().orElseThrow(), true)));
  }

  @Test
  void anIndexThatLeadsOutsideLeadsNowhere() throws Exception {
    ImageLayout made = ImageLayout.openOrCreate(folder.resolve("layout"));
    Descriptor image = push(made, LAYER, "1.0");
    String good = image.digest().toString();
    String entry =
        "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"size\":%d,"
            + "\"digest\":\"%s\",\"annotations\":{\"org.opencontainers.image.ref.name\":\"%s\"}}";
    for (String digest :
        List.of("sha256:../../../etc/passwd", "../x:aa", "sha256:" + "0".repeat(63) + "/")) {
      index("{\"schemaVersion\":2,\"manifests\":[" + entry.formatted(1, digest, "1.0") + "]}");
      assertTrue(
          assertThrows(
                      AssayException.class, () -> ImageLayout.open(folder.resolve("layout")).tags())
                  .code()
                  .exit()
                  .status()
              > 0);
    }
    // A tag that is a path is no tag.
    index(
        "{\"schemaVersion\":2,\"manifests\":["
            + entry.formatted(image.size(), good, "../../evil")
            + "]}");
    ImageLayout read = ImageLayout.open(folder.resolve("layout"));
    assertEquals(List.of(), read.tags());
    assertTrue(read.find(good).isPresent());
  }

  @Test
  void aBlobThatIsALinkIsNotThere() throws Exception {
    ImageLayout made = ImageLayout.openOrCreate(folder.resolve("layout"));
    push(made, LAYER, "1.0");
    Digest layer = Descriptor.of(MediaTypes.LAYER_TAR, LAYER).digest();
    Path outside = Files.write(folder.resolve("outside"), LAYER);
    Files.delete(made.blobPath(layer));
    Files.createSymbolicLink(made.blobPath(layer), outside);
    ImageLayout target = ImageLayout.openOrCreate(folder.resolve("target"));
    assertEquals(
        Code.CONTENT_MISSING,
        code(() -> new ImageCopy(made, target, true).copy("1.0", Optional.of("1.0"))));
    assertTrue(target.find("1.0").isEmpty());
  }
}
