package dev.assay.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.gate.MemoryLedger;
import dev.assay.ledger.LedgerRecord;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotIngestTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private final MemoryLedger ledger = new MemoryLedger();

  private SnapshotIngest ingest() {
    return new SnapshotIngest(ledger, ledger, InstantSource.fixed(NOW));
  }

  private static Snapshot at(String cluster, int minutes) {
    return new Snapshot(cluster, NOW.plusSeconds(minutes * 60L), true, List.of());
  }

  @Test
  void snapshotsOfAClusterAreChained() {
    SnapshotIngest first = ingest();
    assertEquals(List.of(0L, 0L, -1L), numbers(first.ingest(at("a", -30))));
    assertEquals(List.of(1L, 0L, -1L), numbers(first.ingest(at("b", -29))));
    assertEquals(List.of(2L, 1L, 0L), numbers(first.ingest(at("a", -28))));
    // Another process finds the chain in the ledger.
    SnapshotIngest second = ingest();
    SnapshotIngest.Recorded recorded = second.ingest(at("b", -27));
    assertEquals(List.of(3L, 1L, 1L), numbers(recorded));
    assertEquals(List.of(4L, 2L, 2L), numbers(second.ingest(at("a", -26))));

    LedgerRecord record = ledger.record(3);
    assertEquals(LedgerRecord.Types.SNAPSHOT, record.type());
    assertEquals(List.of(recorded.content()), record.blobs());
    Fields f = Fields.of(record.body(), "snapshot");
    assertEquals("b", f.string("cluster"));
    assertEquals(NOW.plusSeconds(-27 * 60), f.time("takenAt"));
    assertEquals(true, f.bool("complete", false));
    assertEquals(0, f.integer("containers"));
    assertEquals(1, f.integer("sequence"));
    assertEquals(1, f.integer("previous"));
    assertEquals(recorded.content(), f.digest("content"));
    f.done();
    assertEquals(at("b", -27), Snapshot.parse(ledger.blob(recorded.content()).orElseThrow()));
  }

  @Test
  void aSnapshotOlderThanTheNewestIsRefused() {
    ingest().ingest(at("a", -10));
    SnapshotIngest later = ingest();
    AssayException e = assertThrows(AssayException.class, () -> later.ingest(at("a", -11)));
    assertEquals(Code.BAD_SNAPSHOT, e.code());
    assertEquals(1, ledger.size());
    later.ingest(at("a", -10));
    assertEquals(2, ledger.size());
  }

  @Test
  void aSnapshotFromTheFutureIsRefused() {
    AssayException e = assertThrows(AssayException.class, () -> ingest().ingest(at("a", 6)));
    assertEquals(Code.BAD_SNAPSHOT, e.code());
    assertEquals(0, ledger.size());
    ingest().ingest(at("a", 5));
  }

  private static List<Long> numbers(SnapshotIngest.Recorded r) {
    return List.of(r.index(), r.sequence(), r.previous());
  }
}
