package dev.assay.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.verify.Candidate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cache that is full, shared, old, broken or somebody else's. */
class EvidenceFolderTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final Digest SUBJECT = Hashes.sha256Digest(Text.utf8("an image"));
  private static final String REPOSITORY = "registry.example/pay";

  @TempDir Path root;

  private EvidenceFolder at(Instant now) {
    return new EvidenceFolder(root.resolve("user/cache/evidence"), InstantSource.fixed(now), true);
  }

  private static Candidate candidate(String text) {
    return Candidate.of("referrer of " + text, Text.utf8(text));
  }

  private static EvidenceCache.Kept kept(boolean whole, String... texts) {
    return new EvidenceCache.Kept(
        NOW, whole, Stream.of(texts).map(EvidenceFolderTest::candidate).toList());
  }

  private static List<String> texts(Optional<EvidenceCache.Kept> found) {
    return found.orElseThrow().evidence().stream().map(c -> Text.utf8(c.bytes())).toList();
  }

  @Test
  void whatIsKeptIsFoundByItsUserAlone() throws IOException {
    EvidenceFolder cache = at(NOW);
    assertEquals(Optional.empty(), cache.find(REPOSITORY, SUBJECT));
    assertFalse(Files.exists(root.resolve("user")), "looking makes nothing");
    cache.keep(REPOSITORY, SUBJECT, kept(false, "one", "two"));
    assertEquals(List.of("one", "two"), texts(at(NOW).find(REPOSITORY, SUBJECT)));
    assertEquals(Optional.empty(), at(NOW).find("registry.example/other", SUBJECT));
    assertEquals(Optional.empty(), at(NOW).find(REPOSITORY, Hashes.sha256Digest(Text.utf8("x"))));
    Path folder = root.resolve("user/cache/evidence");
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        assertEquals(
            "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      }
    }
  }

  @Test
  void aFolderThatOthersCanEnterIsNotUsed() throws IOException {
    at(NOW).keep(REPOSITORY, SUBJECT, kept(false, "one"));
    Path folder = root.resolve("user/cache/evidence");
    for (String mode : List.of("rwxrwx---", "rwx---r-x", "rwx----w-")) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
      assertEquals(Optional.empty(), at(NOW).find(REPOSITORY, SUBJECT), mode);
    }
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    assertTrue(at(NOW).find(REPOSITORY, SUBJECT).isPresent());
    Files.move(folder, root.resolve("elsewhere"));
    Files.createSymbolicLink(folder, root.resolve("elsewhere"));
    assertEquals(Optional.empty(), at(NOW).find(REPOSITORY, SUBJECT), "a link");
  }

  @Test
  void whatIsNotItsDigestIsRemovedAndCountsForNothing() throws IOException {
    at(NOW).keep(REPOSITORY, SUBJECT, kept(false, "one"));
    String hex = Hashes.sha256Digest(Text.utf8("one")).hex();
    Path blob = root.resolve("user/cache/evidence/blobs").resolve(hex.substring(0, 2)).resolve(hex);
    Files.writeString(blob, "two");
    assertEquals(Optional.empty(), at(NOW).find(REPOSITORY, SUBJECT));
    assertFalse(Files.exists(blob));
  }

  @Test
  void aListingIsBelievedForADay() {
    at(NOW).keep(REPOSITORY, SUBJECT, kept(false, "one"));
    assertTrue(at(NOW.plus(Duration.ofHours(23))).find(REPOSITORY, SUBJECT).isPresent());
    assertTrue(at(NOW.plus(EvidenceFolder.LONGEST)).find(REPOSITORY, SUBJECT).isEmpty());
    assertTrue(at(NOW.minusSeconds(1)).find(REPOSITORY, SUBJECT).isEmpty());
  }

  @Test
  void whatAnotherQuestionFoundStaysAndMakesNothingNewer() {
    EvidenceCache.Kept whole = kept(true, "provenance", "sbom");
    at(NOW).keep(REPOSITORY, SUBJECT, whole);
    Instant later = NOW.plus(Duration.ofHours(20));
    at(later)
        .keep(
            REPOSITORY,
            SUBJECT,
            new EvidenceCache.Kept(later, false, List.of(candidate("signature"))));
    EvidenceCache.Kept both = at(later).find(REPOSITORY, SUBJECT).orElseThrow();
    assertEquals(NOW, both.listed());
    assertTrue(both.whole());
    assertEquals(3, both.evidence().size());
    // What was all there is takes the place of what was.
    at(later)
        .keep(
            REPOSITORY, SUBJECT, new EvidenceCache.Kept(later, true, List.of(candidate("newer"))));
    assertEquals(List.of("newer"), texts(at(later).find(REPOSITORY, SUBJECT)));
    assertEquals(later, at(later).find(REPOSITORY, SUBJECT).orElseThrow().listed());
  }

  @Test
  void whatCannotBeKeptIsNot() {
    EvidenceFolder cache = at(NOW);
    Candidate failed = Candidate.unreadable("referrer", Code.UNREACHABLE, "no");
    cache.keep(REPOSITORY, SUBJECT, new EvidenceCache.Kept(NOW, false, List.of(failed)));
    assertTrue(cache.find(REPOSITORY, SUBJECT).isEmpty());
    byte[] large = new byte[(int) EvidenceFolder.MOST_OF_ONE / 2 + 1];
    byte[] other = large.clone();
    other[0] = 1;
    cache.keep(
        REPOSITORY,
        SUBJECT,
        new EvidenceCache.Kept(
            NOW, false, List.of(Candidate.of("a", large), Candidate.of("b", other))));
    assertTrue(cache.find(REPOSITORY, SUBJECT).isEmpty());
    String[] many = new String[CacheEntry.MOST_PIECES + 1];
    java.util.Arrays.setAll(many, i -> "piece " + i);
    cache.keep(REPOSITORY, SUBJECT, kept(false, many));
    assertTrue(cache.find(REPOSITORY, SUBJECT).isEmpty());
  }

  @Test
  void aFolderThatCannotBeWrittenToCostsNothingElse() throws IOException {
    Files.createDirectories(root.resolve("user"));
    Files.writeString(root.resolve("user/cache"), "a file where the folder should be");
    EvidenceFolder cache = at(NOW);
    cache.keep(REPOSITORY, SUBJECT, kept(false, "one"));
    assertEquals(Optional.empty(), cache.find(REPOSITORY, SUBJECT));
    cache.close();
  }

  @Test
  void itDoesNotGrowWithoutEndAndWhatIsUsedStays() throws IOException {
    Path folder = root.resolve("small");
    long most = 64 * 4096;
    Instant now = NOW;
    Digest used = Hashes.sha256Digest(Text.utf8("used"));
    Path abandoned = folder.resolve("blobs/ab/.tmp-1");
    for (int i = 0; i < 60; i++) {
      now = now.plus(Duration.ofHours(2));
      try (EvidenceFolder cache =
          new EvidenceFolder(folder, InstantSource.fixed(now), true, most)) {
        Digest subject = Hashes.sha256Digest(Text.utf8("image " + i));
        cache.keep(
            REPOSITORY, subject, new EvidenceCache.Kept(now, false, List.of(candidate("e" + i))));
        cache.keep(
            REPOSITORY, used, new EvidenceCache.Kept(now, false, List.of(candidate("used"))));
        age(folder, now);
      }
      Files.createDirectories(abandoned.getParent());
      Files.writeString(abandoned, "left by a process that was killed");
      Files.setLastModifiedTime(abandoned, FileTime.from(now));
    }
    try (Stream<Path> all = Files.walk(folder)) {
      long files = all.filter(Files::isRegularFile).count();
      assertTrue(files <= 66, "files: " + files);
    }
    EvidenceFolder cache = new EvidenceFolder(folder, InstantSource.fixed(now), true, most);
    assertTrue(cache.find(REPOSITORY, used).isPresent());
    assertFalse(Files.exists(folder.resolve("seen").resolve("absent")));
  }

  // The files of this moment are as old as the clock of the test says.
  private static void age(Path folder, Instant now) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        if (Files.getLastModifiedTime(file).toInstant().isAfter(NOW.plus(Duration.ofDays(6)))) {
          Files.setLastModifiedTime(file, FileTime.from(now));
        }
      }
    }
  }

  @Test
  void manyMayUseItAtOnce() throws Exception {
    List<Future<?>> under = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 200; i++) {
        String text = "evidence " + i % 7;
        under.add(
            threads.submit(() -> {
              at(NOW).keep(REPOSITORY, SUBJECT, kept(false, text));
              Optional<EvidenceCache.Kept> found = at(NOW).find(REPOSITORY, SUBJECT);
              found.ifPresent(k ->
                  k.evidence()
                      .forEach(c -> assertTrue(Text.utf8(c.bytes()).startsWith("evidence "))));
            }));
      }
      for (Future<?> each : under) {
        each.get();
      }
    }
    assertTrue(at(NOW).find(REPOSITORY, SUBJECT).isPresent());
  }

  @Test
  void entriesAreReadStrictly() {
    CacheEntry entry =
        new CacheEntry(
            REPOSITORY,
            SUBJECT,
            NOW,
            true,
            List.of(new CacheEntry.Piece("referrer 1", SUBJECT, 17)));
    assertEquals(entry, CacheEntry.parse(entry.bytes()));
    String text = Text.utf8(entry.bytes());
    for (String other :
        List.of(
            text.replace("v1", "v2"),
            text.replace("\"whole\":true", "\"whole\":\"yes\""),
            text.replace(":17", ":-17"),
            text.replace(":17", ":17000000000"),
            text.replace("sha256:", "sha256:.."),
            text.replace("\"listed\"", "\"more\":1,\"listed\""),
            text.replace("\"origin\"", "\"origin\":\"x\",\"origin\""),
            text + text)) {
      assertTrue(refuses(Text.utf8(other)), other);
    }
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] mutated = entry.bytes();
      int times = 1 + random.nextInt(4);
      for (int j = 0; j < times; j++) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      refuses(java.util.Arrays.copyOf(mutated, 1 + random.nextInt(mutated.length)));
    }
  }

  /** Anything but a refusal by our own exception ends the test. */
  private static boolean refuses(byte[] bytes) {
    try {
      CacheEntry.parse(bytes);
      return false;
    } catch (AssayException e) {
      return true;
    }
  }
}
