package dev.assay.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.net.ByteSource;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A registry that is killed while several push to it. */
class RegistryCrashTest {

  private static final int KILLS = 4;
  private static final int PUSHERS = 4;

  @TempDir Path folder;
  private int tags;

  private static Process start(Path storage) throws Exception {
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            classes,
            KilledRegistry.class.getName(),
            storage.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  @Test
  @Timeout(180)
  void whatWasAcknowledgedIsThereAndWhatIsListedIsWhole() throws Exception {
    Path storage = folder.resolve("registry");
    Map<String, Descriptor> acknowledged = new ConcurrentHashMap<>();
    Random random = new Random(3);
    for (int kill = 0; kill < KILLS; kill++) {
      pushAndKill(storage, kill, acknowledged, random.nextInt(400));
      check(storage, acknowledged);
    }
    assertTrue(acknowledged.size() > KILLS * PUSHERS, acknowledged.size() + " pushes");
  }

  private static void pushAndKill(
      Path storage, int round, Map<String, Descriptor> acknowledged, int more) throws Exception {
    Process process = start(storage);
    try (BufferedReader out =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
        RegistryClient client = Registries.client()) {
      Reference reference = Reference.parse(out.readLine() + "/team/app");
      int before = acknowledged.size();
      Thread[] pushers = new Thread[PUSHERS];
      for (int i = 0; i < PUSHERS; i++) {
        int pusher = i;
        pushers[i] =
            Thread.ofPlatform()
                .start(() -> push(client.repository(reference), round, pusher, acknowledged));
      }
      while (acknowledged.size() < before + 2 * PUSHERS) {
        Thread.sleep(5);
      }
      Thread.sleep(more);
      process.toHandle().destroyForcibly();
      for (Thread pusher : pushers) {
        pusher.join();
      }
    }
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
  }

  private static void push(
      RemoteRepository repository, int round, int pusher, Map<String, Descriptor> acknowledged) {
    try {
      for (int i = 0; ; i++) {
        String tag = "r" + round + "-p" + pusher + "-" + i;
        acknowledged.put(tag, Registries.push(repository, Text.utf8("layer " + tag), tag));
      }
    } catch (AssayException e) {
      // Killed.
      assertEquals(Code.Exit.UNDECIDED, e.code().exit());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void check(Path storage, Map<String, Descriptor> acknowledged) throws Exception {
    ImageLayout layout = ImageLayout.open(storage.resolve("team+app"));
    for (Map.Entry<String, Descriptor> e : acknowledged.entrySet()) {
      assertEquals(e.getValue().digest(), layout.manifest(e.getKey()).descriptor().digest());
    }
    List<Descriptor> listed = layout.ask(Catalog::entries);
    assertTrue(listed.size() >= acknowledged.size());
    for (Descriptor entry : listed) {
      for (Descriptor part : layout.manifest(entry.digest()).manifest().references()) {
        assertEquals(part.size(), layout.blob(part, 1000).length);
      }
    }
  }

  @Test
  void aLineThatWasCutOffIsDropped() throws Exception {
    Path journal = many();
    byte[] whole = java.nio.file.Files.readAllBytes(journal);
    int lines = (int) Text.utf8(whole).lines().count();
    assertTrue(lines > 0);
    for (int cut = 1; cut < 40; cut += 7) {
      java.nio.file.Files.write(journal, java.util.Arrays.copyOf(whole, whole.length - cut));
      assertEquals(tags - 1, ImageLayout.open(folder, true).tags().size());
    }
    // Going on writes over it.
    ImageLayout layout = ImageLayout.open(folder, true);
    Registries.push(layout, Text.utf8("after"), "after");
    assertEquals(tags, ImageLayout.open(folder).tags().size());
    assertTrue(ImageLayout.open(folder).find("after").isPresent());
  }

  @Test
  void aDamagedLineInTheMiddleIsNotPassedOver() throws Exception {
    Path journal = many();
    byte[] whole = java.nio.file.Files.readAllBytes(journal);
    whole[30] ^= 1;
    java.nio.file.Files.write(journal, whole);
    AssayException e =
        org.junit.jupiter.api.Assertions.assertThrows(
            AssayException.class, () -> ImageLayout.open(folder));
    assertEquals(Code.FILE_UNREADABLE, e.code());
  }

  @Test
  void aCrashBetweenTheTwoFilesDoesNoHarm() throws Exception {
    Path journal = many();
    byte[] lines = java.nio.file.Files.readAllBytes(journal);
    ImageLayout layout = ImageLayout.open(folder, true);
    List<Descriptor> before = layout.ask(Catalog::entries);
    layout.settle(java.time.Duration.ZERO);
    assertTrue(!java.nio.file.Files.exists(journal));
    java.nio.file.Files.write(journal, lines);
    assertEquals(
        java.util.Set.copyOf(before),
        java.util.Set.copyOf(ImageLayout.open(folder).ask(Catalog::entries)));
  }

  /** A layout with forty tags or a few more, at least three of them in the journal. */
  private Path many() throws Exception {
    ImageLayout layout = ImageLayout.openOrCreate(folder, true);
    Path journal = folder.resolve(LayoutIndex.JOURNAL);
    long lines = 0;
    for (tags = 0; tags < 40 || lines < 3; tags++) {
      Registries.push(layout, Text.utf8("layer " + tags), "t" + tags);
      lines =
          java.nio.file.Files.exists(journal)
              ? java.nio.file.Files.readAllLines(journal).size()
              : 0;
    }
    return journal;
  }

  @Test
  void aPushCostsTheSameHoweverMuchIsThere() throws Exception {
    ImageLayout layout = ImageLayout.openOrCreate(folder, true);
    Path listing = folder.resolve(ImageLayout.LISTING);
    Registries.push(layout, Text.utf8("first"), "first");
    int written = 0;
    Object before = java.nio.file.Files.readAttributes(listing, "unix:ino");
    for (int i = 0; i < 400; i++) {
      byte[] manifest = Registries.image(Text.utf8("l" + i)).bytes();
      layout.writeManifest(manifest, MediaTypes.MANIFEST, Optional.of("t" + i));
      Object now = java.nio.file.Files.readAttributes(listing, "unix:ino");
      if (!now.equals(before)) {
        written++;
        before = now;
      }
    }
    // 400 if it were written each time; with a journal the gaps between grow with what is there.
    assertTrue(written < 60, written + " times written");
    assertEquals(401, ImageLayout.open(folder).tags().size());
  }

  @Test
  void changesAreTheSameByJournalOrNot() throws Exception {
    Random random = new Random(11);
    ImageLayout journaled = ImageLayout.openOrCreate(folder.resolve("a"), true);
    ImageLayout plain = ImageLayout.openOrCreate(folder.resolve("b"));
    for (int i = 0; i < 300; i++) {
      String tag = "t" + random.nextInt(20);
      byte[] layer = Text.utf8("layer " + random.nextInt(40));
      Descriptor image = Descriptor.of(MediaTypes.MANIFEST, Registries.image(layer).bytes());
      int what = random.nextInt(4);
      for (ImageLayout layout : List.of(journaled, plain)) {
        switch (what) {
          case 0 -> layout.removeTag(tag);
          case 1 -> layout.removeManifest(image.digest());
          default -> {
            layout.writeBlob(
                Descriptor.of(MediaTypes.CONFIG, Registries.CONFIG),
                ByteSource.of(Registries.CONFIG));
            layout.writeManifest(Registries.image(layer), Optional.of(tag));
          }
        }
      }
      if (i % 25 == 0) {
        assertSame(plain, ImageLayout.open(folder.resolve("a")));
      }
      if (i % 70 == 0) {
        journaled.settle(java.time.Duration.ZERO);
      }
      assertSame(plain, journaled);
    }
  }

  private static void assertSame(ImageLayout expected, ImageLayout actual) {
    assertEquals(
        java.util.Set.copyOf(expected.ask(Catalog::entries)),
        java.util.Set.copyOf(actual.ask(Catalog::entries)));
  }
}
