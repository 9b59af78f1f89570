package dev.assay.oci;

import static dev.assay.oci.Registries.attach;
import static dev.assay.oci.Registries.push;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Text;
import dev.assay.net.ByteSource;
import dev.assay.server.RunningServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryCollectorTest {

  @TempDir Path folder;
  private ImageLayout layout;

  @BeforeEach
  void layout() throws Exception {
    layout = ImageLayout.openOrCreate(Files.createDirectories(folder.resolve("team+app")));
  }

  private List<RegistryCollector.Collected> collect(boolean untagged, boolean dryRun)
      throws Exception {
    return new RegistryCollector(folder, Duration.ZERO, untagged, dryRun).run();
  }

  private Descriptor blob(String text) throws Exception {
    byte[] bytes = Text.utf8(text);
    Descriptor blob = Descriptor.of(MediaTypes.LAYER_TAR, bytes);
    layout.writeBlob(blob, ByteSource.of(bytes));
    return blob;
  }

  private static void sleep() throws Exception {
    Thread.sleep(20); // Older than no time of grace at all.
  }

  @Test
  void whatNothingNamesGoesAndTheRestStays() throws Exception {
    Descriptor image = push(layout, Registries.LAYER, "1");
    Descriptor signature = attach(layout, image, "application/vnd.sig", "s");
    Descriptor orphan = blob("nobody names this");
    sleep();
    RegistryCollector.Collected dry = collect(false, true).getFirst();
    assertEquals(new RegistryCollector.Collected("team/app", 0, 1, orphan.size()), dry);
    assertTrue(layout.hasBlob(orphan.digest()));
    assertEquals(dry, collect(false, false).getFirst());
    assertFalse(layout.hasBlob(orphan.digest()));
    whole(image);
    whole(signature);
    assertEquals(0, collect(false, false).getFirst().blobs());
  }

  private void whole(Descriptor manifest) {
    for (Descriptor part : layout.manifest(manifest.digest()).manifest().references()) {
      assertEquals(part.size(), layout.blob(part, 1000).length);
    }
  }

  @Test
  void whatWasJustUploadedOrAskedForStays() throws Exception {
    Descriptor orphan = blob("the manifest comes later");
    assertEquals(
        0,
        new RegistryCollector(folder, Duration.ofHours(1), true, false).run().getFirst().blobs());
    // Two hours old, but somebody asked for it: as a client does before it pushes.
    Files.setLastModifiedTime(
        layout.blobPath(orphan.digest()),
        java.nio.file.attribute.FileTime.from(java.time.Instant.now().minus(Duration.ofHours(2))));
    try (RunningServer server = Registries.serve(folder);
        RegistryClient client = Registries.client()) {
      RemoteRepository repository = client.repository(Registries.reference(server, "team/app"));
      assertTrue(repository.hasBlob(orphan.digest()));
    }
    assertEquals(
        0,
        new RegistryCollector(folder, Duration.ofHours(1), true, false).run().getFirst().blobs());
  }

  @Test
  void untaggedManifestsGoOnlyWhenAskedAndReferrersLiveWithTheirSubject() throws Exception {
    Descriptor old = push(layout, Text.utf8("old"), "1");
    Descriptor oldSignature = attach(layout, old, "application/vnd.sig", "of the old");
    Descriptor image = push(layout, Registries.LAYER, "1");
    Descriptor signature = attach(layout, image, "application/vnd.sig", "s");
    Descriptor onSignature = attach(layout, signature, "application/vnd.sig", "t");
    Descriptor child = push(layout, Text.utf8("child"), "child");
    Descriptor ofChild = attach(layout, child, "application/vnd.sig", "c");
    layout.writeManifest(Index.oci(List.of(child)), Optional.of("all"));
    layout.removeTag("child");
    sleep();
    assertEquals(0, collect(false, false).getFirst().manifests());
    assertEquals(2, collect(true, true).getFirst().manifests());
    assertTrue(layout.find(old.digest().toString()).isPresent());
    assertEquals(2, collect(true, false).getFirst().manifests());
    assertTrue(layout.find(old.digest().toString()).isEmpty());
    assertTrue(layout.find(oldSignature.digest().toString()).isEmpty());
    for (Descriptor alive : List.of(image, signature, onSignature, child, ofChild)) {
      whole(alive);
    }
  }

  @Test
  void nothingIsRemovedWhenAManifestCannotBeRead() throws Exception {
    Descriptor image = push(layout, Registries.LAYER, "1");
    Descriptor orphan = blob("nobody names this");
    Files.writeString(layout.blobPath(image.digest()), "{");
    sleep();
    assertThrows(AssayException.class, () -> collect(true, false));
    assertTrue(layout.hasBlob(orphan.digest()));
  }

  @Test
  void aRegistryThatServesNeverListsWhatWasCollected() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger pushed = new AtomicInteger();
    try (RunningServer server = Registries.serve(folder);
        RegistryClient client = Registries.client()) {
      RemoteRepository repository = client.repository(Registries.reference(server, "team/app"));
      Thread pusher =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; !over.get(); i++) {
                  try {
                    push(repository, Text.utf8("layer " + i % 7), "t" + i % 3);
                    pushed.incrementAndGet();
                  } catch (AssayException e) {
                    // Collected in the moment between: the push is refused, which is what is right.
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                }
              });
      // Without any grace: as hostile as it gets.
      for (int i = 0; i < 60; i++) {
        collect(true, false);
      }
      over.set(true);
      pusher.join();
    }
    ImageLayout after = ImageLayout.open(folder.resolve("team+app"));
    for (String tag : after.tags()) {
      for (Descriptor part : after.manifest(tag).manifest().references()) {
        assertEquals(part.size(), after.blob(part, 1000).length);
      }
    }
  }
}
