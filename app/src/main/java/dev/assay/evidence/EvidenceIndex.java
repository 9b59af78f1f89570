package dev.assay.evidence;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.ledger.LedgerReader;
import dev.assay.ledger.LedgerRecord;
import dev.assay.log.Checkpoint;
import dev.assay.log.Merkle;
import dev.assay.log.SignedNote;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A projection of a ledger into SQL. It remembers which ledger it is of, how many of its records it
 * has seen, and the root of the tree at that size, so that it notices when it belongs to another
 * history. Safe for use by several threads.
 */
public final class EvidenceIndex implements AutoCloseable {

  private static final int BATCH = 200;

  private final Store store;
  private final Indexer indexer;

  private EvidenceIndex(Store store) {
    this.store = store;
    this.indexer = new Indexer(store);
    store.prepare();
  }

  /** Opens the index in a file, or begins one. */
  public static EvidenceIndex open(Path file) {
    return new EvidenceIndex(Store.file(file));
  }

  /** An index that ends with the process. */
  public static EvidenceIndex inMemory() {
    return new EvidenceIndex(Store.memory());
  }

  /** How many records of the ledger the index has seen. */
  public long position() {
    return store.meta("position").map(Long::parseLong).orElse(0L);
  }

  /**
   * Takes in what the ledger has gained.
   *
   * @return how many records were new
   * @throws AssayException with {@link Code#INDEX_STALE} if the index is of another ledger or of
   *     another history of this one
   */
  public synchronized long update(LedgerReader ledger) {
    Checkpoint newest = Checkpoint.parse(SignedNote.parse(ledger.checkpoint()).text());
    long[] added = {0};
    while (true) {
      boolean[] more = {false};
      store.transaction(() -> {
        long position = position();
        requireSameHistory(ledger, newest, position);
        long end = Math.min(newest.size(), position + BATCH);
        for (long i = position; i < end; i++) {
          indexer.ingest(i, ledger.record(i), ledger::blob);
        }
        if (end == newest.size()) {
          store.meta("origin", newest.origin());
          store.meta("root", Base64s.encode(newest.root()));
          store.meta("rootSize", Long.toString(end));
        }
        store.meta("position", Long.toString(end));
        added[0] += end - position;
        more[0] = end < newest.size();
      });
      if (!more[0]) {
        return added[0];
      }
    }
  }

  /** As {@link #update}, and rebuilds an index that is of another history. */
  public synchronized long refresh(LedgerReader ledger) {
    try {
      return update(ledger);
    } catch (AssayException e) {
      if (e.code() != Code.INDEX_STALE) {
        throw e;
      }
      return reindex(ledger);
    }
  }

  /** Drops everything and takes in the whole ledger. */
  public synchronized long reindex(LedgerReader ledger) {
    store.recreate();
    return update(ledger);
  }

  private void requireSameHistory(LedgerReader ledger, Checkpoint newest, long position) {
    Optional<String> root = store.meta("root");
    if (root.isEmpty()) {
      if (position > newest.size()) {
        throw stale("the ledger is shorter than what was indexed");
      }
      return;
    }
    if (!store.meta("origin").equals(Optional.of(newest.origin()))) {
      throw stale("the index is of another ledger");
    }
    long size = Long.parseLong(store.meta("rootSize").orElseThrow());
    if (size > newest.size()) {
      throw stale("the ledger is shorter than what was indexed");
    }
    byte[] known = Base64s.decode(root.get());
    List<byte[]> proof = size == 0 ? List.of() : ledger.consistencyProof(size, newest.size());
    if (size > 0 && !Merkle.verifyConsistency(size, newest.size(), known, newest.root(), proof)) {
      throw stale("the ledger's past is not the one that was indexed");
    }
  }

  private static AssayException stale(String what) {
    return new AssayException(Code.INDEX_STALE, what, "assay ledger reindex");
  }

  /** Takes in one record, as a proof carries it. */
  void ingest(long index, LedgerRecord record, Function<Digest, Optional<byte[]>> blobs) {
    store.transaction(() -> indexer.ingest(index, record, blobs));
  }

  /** Whether the newest recorded revision of an advisory is this document, byte for byte. */
  public boolean hasAdvisory(String id, byte[] document) {
    return store
        .first(
            "SELECT content FROM advisory WHERE id = ? ORDER BY idx DESC LIMIT 1",
            r -> r.getString(1),
            id)
        .filter(Text.utf8(document)::equals)
        .isPresent();
  }

  /** The snapshots of a cluster from an index on, below a limit. */
  List<Long> snapshotIndexes(String cluster, long from, long limit) {
    return store.query(
        "SELECT idx FROM snapshot WHERE cluster = ? AND idx >= ? AND idx < ? ORDER BY idx",
        r -> r.getLong(1),
        cluster,
        from,
        limit);
  }

  /** For each policy that was in force, some decisions that name it; the newest first. */
  List<Long> policyDecisions() {
    return store.query("SELECT idx FROM decision ORDER BY idx DESC LIMIT 1000", r -> r.getLong(1));
  }

  /** Answers questions from this index. */
  public Asker asker() {
    return new Asker(store, this::position);
  }

  /** How many records of the ledger were there at a time. */
  public long positionAt(Instant time) {
    return store
        .first(
            "SELECT MIN(idx) FROM entry WHERE time > ?",
            r -> {
              long index = r.getLong(1);
              return r.wasNull() ? position() : index;
            },
            time.toEpochMilli())
        .orElseGet(this::position);
  }

  /** How many records there are of each type. */
  public Map<String, Long> recordsByType() {
    Map<String, Long> out = new TreeMap<>();
    store
        .query(
            "SELECT type, COUNT(*) FROM entry GROUP BY type ORDER BY type",
            r -> Map.entry(r.getString(1), r.getLong(2)))
        .forEach(e -> out.put(e.getKey(), e.getValue()));
    return out;
  }

  /**
   * A cluster, as last seen.
   *
   * @param lastComplete when its newest complete snapshot was taken
   * @param runningImages distinct images in that snapshot
   */
  public record Cluster(
      String name, long snapshots, Optional<Instant> lastComplete, long runningImages) {}

  /** The clusters of which there are snapshots. */
  public List<Cluster> clusters() {
    return store.query(
        "SELECT s.cluster, COUNT(*), MAX(CASE WHEN s.usable = 1 THEN s.taken_at END),"
            + " (SELECT COUNT(DISTINCT r.digest) FROM run r WHERE r.cluster = s.cluster AND"
            + " r.closed_idx = -1) FROM snapshot s GROUP BY s.cluster ORDER BY s.cluster",
        r -> {
          long last = r.getLong(3);
          Optional<Instant> at =
              r.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(last));
          return new Cluster(r.getString(1), r.getLong(2), at, r.getLong(4));
        });
  }

  /** An admission decision. */
  public record Admission(
      long index,
      Instant time,
      String cluster,
      String namespace,
      String kind,
      String name,
      boolean allowed,
      String mode,
      Optional<String> code) {}

  /** The newest decisions, the newest first. */
  public List<Admission> lastDecisions(int count) {
    return store.query(
        "SELECT idx, time, cluster, namespace, kind, name, allowed, mode, code FROM decision"
            + " ORDER BY idx DESC LIMIT ?",
        EvidenceIndex::admission,
        count);
  }

  static Admission admission(java.sql.ResultSet r) throws java.sql.SQLException {
    return new Admission(
        r.getLong(1),
        Instant.ofEpochMilli(r.getLong(2)),
        r.getString(3),
        r.getString(4),
        r.getString(5),
        r.getString(6),
        r.getInt(7) == 1,
        r.getString(8),
        Optional.ofNullable(r.getString(9)));
  }

  /** A tag that was seen pointing at a digest, first at this time. */
  public record TagSeen(long index, Instant time, Digest digest) {}

  /** Where a tag was seen pointing, the newest first; empty if it was never seen. */
  public List<TagSeen> tagHistory(String repository, String tag) {
    return store.query(
        "SELECT idx, time, digest FROM tag WHERE repository = ? AND tag = ? ORDER BY idx DESC",
        r ->
            new TagSeen(
                r.getLong(1), Instant.ofEpochMilli(r.getLong(2)), Digest.parse(r.getString(3))),
        repository,
        tag);
  }

  /** Whether verified evidence about a subject is recorded already. */
  public boolean hasEvidence(Digest subject, Digest bundle) {
    return store.number(
            "SELECT COUNT(*) FROM evidence WHERE subject = ? AND bundle = ?",
            subject.toString(),
            bundle.toString())
        > 0;
  }

  /**
   * The commit that provenance named for a source URI ({@code repository@ref}) when first recorded.
   */
  public Optional<String> firstCommit(String sourceUri) {
    return store.first(
        "SELECT commit_id FROM provenance WHERE source = ? AND commit_id IS NOT NULL ORDER BY idx"
            + " LIMIT 1",
        r -> r.getString(1),
        sourceUri);
  }

  /** The digest that provenance named for a package (without qualifiers) when first recorded. */
  public Optional<Digest> firstDigest(String packageUrl) {
    return store.first(
        "SELECT digest FROM dependency WHERE purl = ? ORDER BY idx, place LIMIT 1",
        r -> Digest.parse(r.getString(1)),
        packageUrl);
  }

  /** For people: what the index is of. */
  @Override
  public String toString() {
    return "index of "
        + Text.printable(store.meta("origin").orElse("nothing"))
        + " at "
        + position();
  }

  @Override
  public void close() {
    store.close();
  }
}
