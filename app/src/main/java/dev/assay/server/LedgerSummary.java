package dev.assay.server;

import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.cluster.Snapshot;
import dev.assay.ledger.LedgerReader;
import dev.assay.ledger.LedgerRecord;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a prefix of the ledger says, as far as the status page shows it. Grows with the ledger; not
 * safe for use by several threads.
 */
final class LedgerSummary {

  private static final int DECISIONS = 25;
  private static final int MOVES = 25;
  private static final int SUBJECTS = 500_000;
  private static final int TAGS = 500_000;
  private static final int CLUSTERS = 10_000;

  /** The newest snapshot of a cluster; its content absent when the blob is not there. */
  record ClusterState(long index, Instant takenAt, boolean complete, Optional<Snapshot> content) {}

  /** A decision as its record tells it. */
  record DecisionLine(long index, Instant time, Fields body) {}

  /** A tag that pointed elsewhere before. */
  record TagMove(long index, Instant time, String tag, Digest from, Digest to) {}

  private record Tagged(Digest digest) {}

  final Map<String, Long> types = new TreeMap<>();
  final Map<String, ClusterState> clusters = new TreeMap<>();
  final Deque<DecisionLine> decisions = new ArrayDeque<>();
  final Deque<TagMove> moves = new ArrayDeque<>();
  final Map<String, Long> decisionCounts = new TreeMap<>();
  Optional<Instant> newest = Optional.empty();
  boolean someNotKept;

  // Subject, then predicate type, then the newest record.
  private final Map<Digest, Map<String, Long>> evidence = new HashMap<>();
  private final Map<String, Tagged> tags = new HashMap<>();
  private final Map<String, Long> pendingSnapshots = new LinkedHashMap<>();
  private long size;

  /** How many records are taken in. */
  long size() {
    return size;
  }

  /** Takes in the records up to a size, and the content of the snapshots that are then newest. */
  void advance(LedgerReader reader, long to) {
    while (size < to) {
      take(size, reader.record(size));
      size++;
    }
    readContents(reader);
  }

  /** Takes in the records up to a time: the prefix of the ledger that was known then. */
  void advance(LedgerReader reader, Instant to) {
    while (size < reader.size()) {
      LedgerRecord record = reader.record(size);
      if (record.time().isAfter(to)) {
        break;
      }
      take(size, record);
      size++;
    }
    readContents(reader);
  }

  private void readContents(LedgerReader reader) {
    pendingSnapshots.forEach((cluster, index) -> {
      Fields f = body(reader.record(index));
      Digest content = f.digest("content");
      clusters.put(
          cluster,
          new ClusterState(
              index,
              f.time("takenAt"),
              f.bool("complete", false),
              reader.blob(content).map(Snapshot::parse)));
    });
    pendingSnapshots.clear();
  }

  /** The records of verified evidence about a subject, by predicate type. */
  Map<String, Long> evidence(Digest subject) {
    return evidence.getOrDefault(subject, Map.of());
  }

  private static Fields body(LedgerRecord record) {
    return Fields.of(record.body(), record.type(), Code.BAD_RECORD);
  }

  private void take(long index, LedgerRecord record) {
    types.merge(record.type(), 1L, Long::sum);
    newest = Optional.of(record.time());
    switch (record.type()) {
      case LedgerRecord.Types.EVIDENCE -> evidence(index, body(record));
      case LedgerRecord.Types.TAG -> tag(index, record.time(), body(record));
      case LedgerRecord.Types.DECISION -> decision(index, record.time(), body(record));
      case LedgerRecord.Types.SNAPSHOT -> {
        String cluster = body(record).string("cluster");
        if (clusters.size() < CLUSTERS || clusters.containsKey(cluster)) {
          pendingSnapshots.put(cluster, index);
        } else {
          someNotKept = true;
        }
      }
      default -> {
        // Counted; this page has nothing more to say about it.
      }
    }
  }

  private void evidence(long index, Fields f) {
    if (!f.bool("verified", false)) {
      return;
    }
    Digest subject = f.digest("subject");
    if (evidence.size() >= SUBJECTS && !evidence.containsKey(subject)) {
      someNotKept = true;
      return;
    }
    evidence.computeIfAbsent(subject, s -> new TreeMap<>()).put(f.string("predicateType"), index);
  }

  private void tag(long index, Instant time, Fields f) {
    String tag = f.string("repository") + ":" + f.string("tag");
    Digest digest = f.digest("digest");
    if (tags.size() >= TAGS && !tags.containsKey(tag)) {
      someNotKept = true;
      return;
    }
    Tagged before = tags.put(tag, new Tagged(digest));
    if (before != null && !before.digest().equals(digest)) {
      moves.addFirst(new TagMove(index, time, tag, before.digest(), digest));
      if (moves.size() > MOVES) {
        moves.removeLast();
      }
    }
  }

  private void decision(long index, Instant time, Fields f) {
    String kind = (f.bool("allowed", false) ? "allowed" : "denied") + " " + f.string("mode");
    decisionCounts.merge(kind, 1L, Long::sum);
    decisions.addFirst(new DecisionLine(index, time, f));
    if (decisions.size() > DECISIONS) {
      decisions.removeLast();
    }
  }
}
