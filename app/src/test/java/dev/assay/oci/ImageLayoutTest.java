package dev.assay.oci;

import static dev.assay.oci.Registries.LAYER;
import static dev.assay.oci.Registries.attach;
import static dev.assay.oci.Registries.push;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageLayoutTest {

  @TempDir Path folder;

  private static Code code(org.junit.jupiter.api.function.Executable action) {
    return assertThrows(AssayException.class, action).code();
  }

  @Test
  void whatIsNoLayoutIsRefused() throws Exception {
    assertEquals(Code.NOT_A_LAYOUT, code(() -> ImageLayout.open(folder)));
    Files.writeString(folder.resolve("mine"), "precious");
    assertEquals(Code.NOT_A_LAYOUT, code(() -> ImageLayout.openOrCreate(folder)));
    assertEquals("precious", Files.readString(folder.resolve("mine")));
    Path other = Files.createDirectories(folder.resolve("other"));
    Files.writeString(other.resolve("oci-layout"), "{\"imageLayoutVersion\":\"2.0.0\"}");
    assertEquals(Code.NOT_A_LAYOUT, code(() -> ImageLayout.open(other)));
  }

  @Test
  void aTagThatMovesLeavesWhatItPointedAt() throws Exception {
    ImageLayout layout = ImageLayout.openOrCreate(folder);
    Descriptor first = push(layout, LAYER, "1");
    Descriptor second = push(layout, Text.utf8("other"), "1");
    assertEquals(second.digest(), layout.manifest("1").descriptor().digest());
    assertEquals(first.digest(), layout.manifest(first.digest()).descriptor().digest());
    assertEquals(List.of("1"), ImageLayout.open(folder).tags());
  }

  @Test
  void changedBytesAreRefused() throws Exception {
    ImageLayout layout = ImageLayout.openOrCreate(folder);
    Descriptor image = push(layout, LAYER, "1");
    Descriptor layer = Descriptor.of(MediaTypes.LAYER_TAR, LAYER);
    byte[] other = LAYER.clone();
    other[1] ^= 4;
    Files.write(layout.blobPath(layer.digest()), other);
    assertEquals(Code.DIGEST_MISMATCH, code(() -> layout.blob(layer, 1000)));
    Files.write(layout.blobPath(layer.digest()), new byte[3]);
    assertEquals(Code.SIZE_MISMATCH, code(() -> layout.blob(layer, 1000)));
    Files.delete(layout.blobPath(layer.digest()));
    assertEquals(Code.CONTENT_MISSING, code(() -> layout.blob(layer, 1000)));
    Files.writeString(layout.blobPath(image.digest()), "{}");
    assertEquals(Code.DIGEST_MISMATCH, code(() -> layout.manifest("1")));
  }

  @Test
  void wrongBytesAreNotStored() throws Exception {
    ImageLayout layout = ImageLayout.openOrCreate(folder);
    Descriptor layer = Descriptor.of(MediaTypes.LAYER_TAR, LAYER);
    assertEquals(
        Code.DIGEST_MISMATCH,
        code(() -> layout.writeBlob(layer, dev.assay.net.ByteSource.of(new byte[LAYER.length]))));
    assertEquals(
        Code.SIZE_MISMATCH,
        code(() -> layout.writeBlob(layer, dev.assay.net.ByteSource.of(new byte[1]))));
    try (var files = Files.walk(folder)) {
      assertTrue(files.noneMatch(f -> f.getFileName().toString().startsWith(".tmp-")));
    }
  }

  @Test
  void childrenOfAnIndexNeedNotBeListed() throws Exception {
    ImageLayout made = ImageLayout.openOrCreate(folder.resolve("made"));
    Descriptor child = push(made, LAYER, "child");
    made.writeManifest(Index.oci(List.of(child)), Optional.of("all"));
    made.removeTag("child");
    ImageLayout copy = ImageLayout.openOrCreate(folder.resolve("copy"));
    new ImageCopy(made, copy, false).copy("all", Optional.of("all"));
    // As other tools write it: only the top is in index.json.
    Descriptor top = copy.describe("all").orElseThrow();
    Files.write(folder.resolve("copy/index.json"), Index.oci(List.of(top)).bytes());
    assertEquals(child.digest(), copy.manifest(child.digest()).descriptor().digest());
    assertTrue(copy.ask(c -> c.listed(child.digest())).isPresent());
  }

  @Test
  void aCopyTakesReferrersAlong() throws Exception {
    ImageLayout from = ImageLayout.openOrCreate(folder.resolve("from"));
    Descriptor image = push(from, LAYER, "1");
    Descriptor signature = attach(from, image, "application/vnd.sig", "s");
    Descriptor onSignature = attach(from, signature, "application/vnd.sig", "t");
    ImageLayout to = ImageLayout.openOrCreate(folder.resolve("to"));
    new ImageCopy(from, to, true).copy("1", Optional.of("1"));
    assertEquals(
        signature.digest(),
        to.referrers(image.digest(), Optional.empty()).found().getFirst().digest());
    assertEquals(
        onSignature.digest(),
        to.referrers(signature.digest(), Optional.empty()).found().getFirst().digest());
  }

  @Test
  void anIncompleteImageIsNotCopied() throws Exception {
    ImageLayout from = ImageLayout.openOrCreate(folder.resolve("from"));
    push(from, LAYER, "1");
    Files.delete(from.blobPath(Descriptor.of(MediaTypes.LAYER_TAR, LAYER).digest()));
    ImageLayout to = ImageLayout.openOrCreate(folder.resolve("to"));
    assertEquals(
        Code.CONTENT_MISSING,
        code(() -> new ImageCopy(from, to, false).copy("1", Optional.of("1"))));
    assertTrue(to.find("1").isEmpty());
  }
}
