package dev.assay.trust.tuf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.trust.Corpus;
import dev.assay.trust.Freshness;
import dev.assay.trust.PublicGood;
import dev.assay.trust.TrustRootReader;
import dev.assay.trust.TrustRootWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The public-good repository, from its first root on. */
class SigstoreHistoryTest {

  private static Path folder() {
    return Corpus.folder("sigstore-root");
  }

  /** The one role that targets are delegated to: the file beside those of the top-level roles. */
  private static String delegated() throws IOException {
    try (Stream<Path> files = Files.list(folder().resolve("tuf"))) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(f -> f.endsWith(".json"))
          .map(f -> f.substring(0, f.length() - ".json".length()))
          .filter(f -> !List.of("root", "timestamp", "snapshot", "targets").contains(f))
          .findFirst()
          .orElseThrow();
    }
  }

  private static byte[] root(long version) throws IOException {
    return Files.readAllBytes(folder().resolve("tuf/root_history/" + version + ".root.json"));
  }

  private static Optional<byte[]> fetch(String name, int maxBytes) {
    Path file =
        name.endsWith(".root.json")
            ? folder().resolve("tuf/root_history/" + name)
            : name.startsWith("targets/")
                ? folder().resolve(name.substring(name.indexOf('.') + 1))
                : folder().resolve("tuf").resolve(name.replaceFirst("^[0-9]+\\.", ""));
    try {
      return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
  void everyRootLeadsToTheNewest(int version) throws IOException {
    TufClient client = new TufClient(root(version), TufMarks.NONE);
    TufRepository repository = client.update(TufState.EMPTY, SigstoreHistoryTest::fetch);
    assertEquals(15, repository.rootVersion());
    assertEquals(762, repository.marks().timestamp());
    TufTarget target =
        repository.find("trusted_root.json", SigstoreHistoryTest::fetch).orElseThrow();
    byte[] content = repository.download(target, SigstoreHistoryTest::fetch);
    assertEquals(
        "sha256:6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66",
        TrustRootReader.read(content).digest().toString());
    TufTarget delegated =
        repository.find(delegated() + "/keys.json", SigstoreHistoryTest::fetch).orElseThrow();
    assertEquals(delegated(), delegated.role());
    assertEquals(repository.marks(), client.open(repository.state()).marks());
  }

  @Test
  void theNewestHasExpiredSince() throws IOException {
    TufRepository repository =
        new TufClient(root(15), TufMarks.NONE).update(TufState.EMPTY, SigstoreHistoryTest::fetch);
    Duration grace = Duration.ofDays(90);
    assertEquals(
        Freshness.Verdict.FRESH,
        repository.freshness(Instant.parse("2026-08-22T00:00:00Z"), grace).verdict());
    Freshness november = repository.freshness(Instant.parse("2026-11-22T00:00:00Z"), grace);
    assertEquals(
        "stale within grace: timestamp version 762 expired 2026-08-28T19:25:56Z, 85 days ago",
        november.text());
    assertEquals(
        Freshness.Verdict.TOO_OLD,
        repository.freshness(Instant.parse("2026-11-27T00:00:00Z"), grace).verdict());
  }

  @Test
  void aRootOfTheHistoryThatIsLeftOutEndsTheWalkThere() throws IOException {
    TufClient client = new TufClient(root(4), TufMarks.NONE);
    AssayException e =
        assertThrows(
            AssayException.class,
            () ->
                client.update(
                    TufState.EMPTY,
                    (name, max) ->
                        name.equals("9.root.json") ? Optional.empty() : fetch(name, max)));
    assertEquals(Code.METADATA_NOT_SIGNED, e.code());
  }

  @Test
  void whatIsShippedIsWhatWasPublished() throws IOException {
    byte[] published = Files.readAllBytes(folder().resolve("trusted_root.json"));
    byte[] written = TrustRootWriter.write(TrustRootReader.read(published));
    assertEquals(
        Json.parse(written, written.length).compact(), Text.utf8(PublicGood.trustedRoot()));
    assertEquals(Json.parse(root(15), 1 << 20), Json.parse(PublicGood.tufRoot(), 1 << 20));
    TufRepository repository =
        new TufClient(PublicGood.tufRoot(), TufMarks.NONE)
            .update(TufState.EMPTY, SigstoreHistoryTest::fetch);
    assertEquals(PublicGood.ROOT_VERSION, repository.rootVersion());
    TufMarks marks = repository.marks();
    assertEquals(PublicGood.TIMESTAMP_VERSION, marks.timestamp());
    assertEquals(PublicGood.SNAPSHOT_VERSION, marks.snapshot());
    PublicGood.TARGETS_VERSIONS.forEach(
        (name, version) -> assertEquals(version, marks.targets().get(name)));
    List<Freshness.Expiry> all = repository.freshness(Instant.EPOCH, Duration.ZERO).expiries();
    assertTrue(all.containsAll(PublicGood.expiries()));
    assertArrayEquals(PublicGood.trustedRoot(), PublicGood.trustedRoot());
  }
}
