package dev.assay.cluster;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.ledger.LedgerReader;
import dev.assay.ledger.LedgerRecord;
import dev.assay.ledger.LedgerWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Takes snapshots into the ledger, each chained to the one before it of its cluster. Made for one
 * turn at the ledger: nobody else may write to it meanwhile.
 */
public final class SnapshotIngest {

  /** How far the clock that took a snapshot may be ahead of ours. */
  static final Duration AHEAD = Duration.ofMinutes(5);

  private final LedgerReader reader;
  private final LedgerWriter writer;
  private final InstantSource clock;

  /**
   * What was recorded.
   *
   * @param index of the record
   * @param sequence of the snapshot within its cluster, from 0
   * @param previous index of the cluster's snapshot before it, or -1
   * @param content digest of the blob
   */
  public record Recorded(long index, long sequence, long previous, Digest content) {}

  private record Last(long index, long sequence, Instant takenAt) {}

  public SnapshotIngest(LedgerReader reader, LedgerWriter writer, InstantSource clock) {
    this.reader = reader;
    this.writer = writer;
    this.clock = clock;
  }

  /**
   * Records a snapshot.
   *
   * @throws AssayException with {@link Code#BAD_SNAPSHOT} if it was taken before the one before it,
   *     or in the future; with the ledger's codes if it cannot be written
   */
  public Recorded ingest(Snapshot snapshot) {
    Instant now = clock.instant();
    if (snapshot.takenAt().isAfter(now.plus(AHEAD))) {
      throw new AssayException(
          Code.BAD_SNAPSHOT,
          "taken at " + snapshot.takenAt() + ", which is in the future (now: " + now + ")",
          "set the clock of the machine that took it");
    }
    Optional<Last> before = find(snapshot.cluster());
    if (before.isPresent() && snapshot.takenAt().isBefore(before.get().takenAt())) {
      throw new AssayException(
          Code.BAD_SNAPSHOT,
          "taken at "
              + snapshot.takenAt()
              + ", before the newest snapshot of "
              + snapshot.cluster()
              + " (record "
              + before.get().index()
              + ", "
              + before.get().takenAt()
              + ")",
          "snapshots are recorded in the order in which they were taken");
    }
    long sequence = before.map(l -> l.sequence() + 1).orElse(0L);
    long previous = before.map(Last::index).orElse(-1L);
    Digest content = writer.putBlob(snapshot.toBytes());
    long index = writer.append(record(snapshot, sequence, previous, content, now));
    return new Recorded(index, sequence, previous, content);
  }

  private static LedgerRecord record(
      Snapshot snapshot, long sequence, long previous, Digest content, Instant now) {
    Json.Obj body =
        Json.object()
            .put("cluster", snapshot.cluster())
            .put("takenAt", snapshot.takenAt().toString())
            .put("complete", snapshot.complete())
            .put("containers", snapshot.containers().size())
            .put("sequence", sequence)
            .put("previous", previous)
            .put("content", content.toString())
            .build();
    return new LedgerRecord(LedgerRecord.Types.SNAPSHOT, now, body, List.of(content));
  }

  // From the newest record backwards: a cluster that is observed is found after few.
  private Optional<Last> find(String cluster) {
    for (long i = reader.size() - 1; i >= 0; i--) {
      LedgerRecord record = reader.record(i);
      if (record.type().equals(LedgerRecord.Types.SNAPSHOT)) {
        Fields f = Fields.of(record.body(), "snapshot", Code.BAD_RECORD);
        if (f.string("cluster").equals(cluster)) {
          return Optional.of(new Last(i, f.integer("sequence"), f.time("takenAt")));
        }
      }
    }
    return Optional.empty();
  }
}
