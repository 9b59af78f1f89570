package dev.assay.ledger;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.log.Checkpoint;
import dev.assay.log.Merkle;
import dev.assay.log.TlogProof;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {

  static final String ORIGIN = "ledger.example/test";
  private static final Clock CLOCK = Clock.systemUTC();

  @TempDir Path temp;

  static LedgerRecord record(long n) {
    return new LedgerRecord(
        "tag",
        Instant.parse("2026-11-22T12:00:00Z").plusMillis(n),
        Json.object().put("tag", "v" + n).put("repository", "127.0.0.1:5000/pay").build(),
        List.of());
  }

  static List<LedgerRecord> records(long from, int count) {
    List<LedgerRecord> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      out.add(record(from + i));
    }
    return out;
  }

  private static void assertCode(Code code, org.junit.jupiter.api.function.Executable call) {
    assertEquals(code, assertThrows(AssayException.class, call).code());
  }

  @Test
  void whatIsAppendedIsReadBackByAnotherAndProven() {
    Path folder = temp.resolve("l");
    try (Ledger ledger = Ledger.init(folder, ORIGIN, CLOCK)) {
      assertEquals(1, ledger.size());
      assertEquals("key", ledger.record(0).type());
      assertEquals(List.of(1L, 2L, 3L), ledger.append(records(1, 3)));
      long next = 4;
      for (int count : new int[] {1, 250, 2, 1, 256, 511, 3, 1024, 1}) {
        ledger.append(records(next, count));
        next += count;
      }
      Ledger reader = Ledger.openForReading(folder);
      assertEquals(next, reader.size());
      for (long i = 1; i < next; i++) {
        assertEquals(record(i), reader.record(i));
        assertEquals(record(i), ledger.record(i));
      }
      Checkpoint checkpoint = Checkpoint.open(reader.checkpoint(), ORIGIN, reader.keys());
      for (long i = 0; i < next; i += 97) {
        byte[] proof =
            new TlogProof(Optional.empty(), i, reader.inclusionProof(i, next), reader.checkpoint())
                .toBytes();
        assertEquals(
            checkpoint,
            TlogProof.parse(proof).verify(reader.recordBytes(i), ORIGIN, reader.keys()));
      }
      assertTrue(
          Merkle.verifyConsistency(
              700, next, root(reader, 700), checkpoint.root(), reader.consistencyProof(700, next)));
    }
  }

  private static byte[] root(Ledger ledger, long size) {
    dev.assay.log.TreeBuilder builder = new dev.assay.log.TreeBuilder();
    for (long i = 0; i < size; i++) {
      builder.add(Merkle.leafHash(ledger.recordBytes(i)));
    }
    return builder.root();
  }

  @Test
  void aSecondWriterIsRefusedInThisProcess() {
    Path folder = temp.resolve("l");
    Ledger first = Ledger.init(folder, ORIGIN, CLOCK);
    assertCode(Code.LEDGER_LOCKED, () -> Ledger.openForWriting(folder));
    assertCode(Code.LEDGER_LOCKED, () -> Ledger.openForWriting(folder));
    first.close();
    Ledger.openForWriting(folder).close();
  }

  @Test
  void blobsAreStoredOnceCheckedAndRepaired() throws Exception {
    Path folder = temp.resolve("l");
    try (Ledger ledger = Ledger.init(folder, ORIGIN, CLOCK)) {
      byte[] content = {1, 2, 3};
      Digest digest = ledger.putBlob(content);
      assertEquals(digest, ledger.putBlob(content));
      assertArrayEquals(content, ledger.blob(digest).orElseThrow());
      Path file =
          folder.resolve("blobs/sha256/" + digest.hex().substring(0, 2) + "/" + digest.hex());
      Files.write(file, new byte[] {1, 2, 4});
      assertCode(Code.LEDGER_CORRUPT, () -> ledger.blob(digest));
      ledger.putBlob(content);
      assertArrayEquals(content, ledger.blob(digest).orElseThrow());
    }
  }

  @Test
  void appendsOfManyThreadsAreAllInWithTheirIndexesInOrder() throws Exception {
    Path folder = temp.resolve("l");
    int threads = 8;
    int each = 12;
    try (Ledger ledger = Ledger.init(folder, ORIGIN, CLOCK);
        var pool = Executors.newFixedThreadPool(threads)) {
      List<Future<List<Long>>> results = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int from = 1_000 * t;
        results.add(
            pool.submit(() -> {
              List<Long> indexes = new ArrayList<>();
              for (int i = 0; i < each; i += 2) {
                indexes.addAll(ledger.append(records(from + i, 2)));
              }
              return indexes;
            }));
      }
      for (int t = 0; t < threads; t++) {
        List<Long> indexes = results.get(t).get();
        for (int i = 0; i < each; i++) {
          assertEquals(record(1_000L * t + i), ledger.record(indexes.get(i)));
        }
        assertEquals(indexes.stream().sorted().toList(), indexes);
      }
      assertEquals(1 + threads * each, ledger.size());
    }
    assertTrue(LedgerCrashTest.check(folder).intact());
  }

  @Test
  void anAppendThatCannotBeWrittenIsToldAndTheNextOneGoesOn() throws Exception {
    Path folder = temp.resolve("l");
    try (Ledger ledger = Ledger.init(folder, ORIGIN, CLOCK)) {
      ledger.append(records(1, 3));
      // Where the folder of partial bundles was there is now a file.
      Path partials = folder.resolve("tile/entries/000.p");
      Path aside = folder.resolve("aside");
      Files.move(partials, aside);
      Files.createFile(partials);
      assertCode(Code.LEDGER_WRITE, () -> ledger.append(record(4)));
      assertEquals(4, ledger.size());
      Files.delete(partials);
      Files.move(aside, partials);
      assertEquals(4, ledger.append(record(4)));
      assertEquals(record(4), ledger.record(4));
      // And a checkpoint that somebody else put there is not written over.
      byte[] mine = ledger.checkpoint();
      Files.write(folder.resolve("checkpoint"), new byte[] {1});
      assertCode(Code.LEDGER_WRITE, () -> ledger.append(record(5)));
      Files.write(folder.resolve("checkpoint"), mine);
      assertEquals(5, ledger.append(record(5)));
    }
    assertTrue(LedgerCrashTest.check(folder).intact());
  }

  @Test
  void aReaderFollowsTheWriterAndNoticesAnotherPast() throws Exception {
    Path folder = temp.resolve("l");
    Path fork = temp.resolve("fork");
    Ledger reader;
    try (Ledger ledger = Ledger.init(folder, ORIGIN, CLOCK)) {
      ledger.append(records(1, 2));
      LedgerCrashTest.copy(folder, fork);
      reader = Ledger.openForReading(folder);
      ledger.append(records(3, 300));
      assertEquals(3, reader.size());
      assertEquals(record(2), reader.record(2));
      assertEquals(303, reader.refresh());
      assertEquals(record(302), reader.record(302));
    }
    Path moved = temp.resolve("moved");
    Files.move(folder, moved);
    Files.move(fork, folder);
    assertCode(Code.LEDGER_REPLACED, reader::refresh);
    try (Ledger other = Ledger.openForWriting(folder)) {
      other.append(records(9_000, 400));
    }
    assertCode(Code.CONSISTENCY_INVALID, reader::refresh);
  }

  @Test
  void recordsThatDoNotBelongAreNotAppended() {
    try (Ledger ledger = Ledger.init(temp.resolve("l"), ORIGIN, CLOCK)) {
      LedgerRecord key = new LedgerRecord("key", Instant.EPOCH, Json.object().build(), List.of());
      assertCode(Code.BAD_RECORD, () -> ledger.append(key));
      LedgerRecord blobless =
          new LedgerRecord(
              "evidence",
              Instant.EPOCH,
              Json.object().build(),
              List.of(Digest.sha256(new byte[32])));
      assertCode(Code.BAD_RECORD, () -> ledger.append(List.of(record(1), blobless)));
      LedgerRecord large =
          new LedgerRecord(
              "tag", Instant.EPOCH, Json.object().put("x", "x".repeat(70_000)).build(), List.of());
      assertCode(Code.BAD_RECORD, () -> ledger.append(large));
      assertEquals(1, ledger.size());
      assertEquals(List.of(), ledger.append(List.of()));
    }
  }

  @Test
  void aRecordHasOneFormAndEveryOtherIsRefused() {
    byte[] bytes = record(7).toBytes();
    assertEquals(record(7), LedgerRecord.parse(bytes));
    String text = Text.utf8(bytes);
    for (String bad :
        List.of(
            "",
            "{}",
            " " + text,
            text + " ",
            text.replace("\"v\":1", "\"v\":2"),
            text.replace("\"v\":1", "\"v\":1.0"),
            text.replace("\"v\":1", "\"v\":\"1\""),
            text.replace("\"v\":1", "\"v\":1,\"w\":1"),
            text.replace("\"tag\":\"v7\"", "\"tag\":1.5"),
            text.replace("\"tag\":\"v7\"", "\"tag\":1e2"),
            text.replace("\"tag\":\"v7\"", "\"tag\":\"v7\",\"tag\":\"v7\""),
            text.replace("12:00:00.007Z", "13:00:00.007+01:00"),
            text.replace("12:00:00.007Z", "12:00:00.0070Z"),
            text.replace("\"blobs\":[]", "\"blobs\":[\"sha256:00\"]"),
            text.replace("\"type\":\"tag\"", "\"type\":\"Tag\""))) {
      assertCode(Code.BAD_RECORD, () -> LedgerRecord.parse(Text.utf8(bad)));
    }
    for (int cut = 0; cut < bytes.length; cut++) {
      byte[] shorter = java.util.Arrays.copyOf(bytes, cut);
      assertCode(Code.BAD_RECORD, () -> LedgerRecord.parse(shorter));
    }
  }
}
