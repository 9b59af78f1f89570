package dev.assay.evidence;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.ledger.LedgerRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Turns snapshots into intervals. */
final class Snapshots {

  /** A container as a snapshot shows it; several pods of one workload are one. */
  private record Shown(
      String namespace,
      String kind,
      String workload,
      String container,
      String type,
      String image,
      String digest) {}

  /** What the content of a snapshot says. */
  private record Content(Set<Shown> shown, int nameless) {}

  private record Previous(long index, long sequence) {}

  private record Point(long index, long at) {}

  private static final String INSERT_RUN =
      "INSERT INTO run (id, cluster, namespace, kind, workload, container, container_type, image,"
          + " digest, sighting, first_idx, first_at, before_idx, before_at, last_idx, last_at,"
          + " closed_idx, closed_at, absent) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

  private final Store store;

  Snapshots(Store store) {
    this.store = store;
  }

  void ingest(long index, LedgerRecord record, Function<Digest, Optional<byte[]>> blobs) {
    Fields f = Fields.of(record.body(), "snapshot", Code.BAD_RECORD);
    String cluster = f.string("cluster");
    Instant takenAt = f.time("takenAt");
    boolean complete = f.bool("complete", false);
    long sequence = f.integer("sequence");
    long previousIndex = f.integer("previous");
    Digest digest = f.digest("content");
    Optional<Previous> previous =
        store.first(
            "SELECT idx, sequence FROM snapshot WHERE cluster = ? ORDER BY idx DESC LIMIT 1",
            r -> new Previous(r.getLong(1), r.getLong(2)),
            cluster);
    // The first one that is known here begins the chain, whatever came before.
    boolean chained =
        previous.isEmpty()
            || previous.get().index == previousIndex && previous.get().sequence + 1 == sequence;
    Optional<Point> last = lastUsable(cluster);
    Optional<Content> content =
        blobs.apply(digest).flatMap(b -> read(b, cluster, takenAt, complete));
    long at = takenAt.toEpochMilli();
    boolean usable = complete && content.isPresent() && (last.isEmpty() || at > last.get().at);
    boolean linked =
        chained
            && last.isPresent()
            && store.number(
                    "SELECT COUNT(*) FROM snapshot WHERE cluster = ? AND idx > ? AND chained = 0",
                    cluster,
                    last.get().index)
                == 0;
    store.update(
        "INSERT INTO snapshot (idx, cluster, taken_at, sequence, chained, usable, linked, nameless)"
            + " VALUES (?,?,?,?,?,?,?,?)",
        index,
        cluster,
        at,
        sequence,
        chained ? 1 : 0,
        usable ? 1 : 0,
        linked ? 1 : 0,
        content.map(Content::nameless).orElse(0));
    if (content.isEmpty()) {
      return;
    }
    if (usable) {
      follow(index, at, cluster, content.get().shown, linked ? last : Optional.empty());
    } else {
      List<@Nullable Object[]> rows = new ArrayList<>();
      long id = nextId();
      for (Shown s : content.get().shown) {
        rows.add(row(id++, cluster, s, true, index, at, Optional.empty()));
      }
      store.batch(INSERT_RUN, rows);
    }
  }

  private Optional<Point> lastUsable(String cluster) {
    return store.first(
        "SELECT idx, taken_at FROM snapshot WHERE cluster = ? AND usable = 1"
            + " ORDER BY idx DESC LIMIT 1",
        r -> new Point(r.getLong(1), r.getLong(2)),
        cluster);
  }

  // Intervals that go on are left alone; those that ended are closed; new ones are opened. Where
  // the chain is broken, every interval ends without a statement about what came after.
  private void follow(
      long index, long at, String cluster, Set<Shown> shown, Optional<Point> before) {
    Map<Shown, Long> open = new HashMap<>();
    store
        .query(
            "SELECT id, namespace, kind, workload, container, container_type, image, digest FROM"
                + " run WHERE cluster = ? AND closed_idx = -1",
            r ->
                Map.entry(
                    new Shown(
                        r.getString(2),
                        r.getString(3),
                        r.getString(4),
                        r.getString(5),
                        r.getString(6),
                        r.getString(7),
                        r.getString(8)),
                    r.getLong(1)),
            cluster)
        .forEach(e -> open.put(e.getKey(), e.getValue()));
    Optional<Point> last =
        store.first(
            "SELECT idx, taken_at FROM snapshot WHERE cluster = ? AND usable = 1 AND idx < ?"
                + " ORDER BY idx DESC LIMIT 1",
            r -> new Point(r.getLong(1), r.getLong(2)),
            cluster,
            index);
    Set<Shown> fresh = new HashSet<>(shown);
    List<@Nullable Object[]> closing = new ArrayList<>();
    open.forEach((key, id) -> {
      if (before.isPresent() && fresh.remove(key)) {
        return;
      }
      Point end = last.orElseThrow();
      closing.add(new Object[] {end.index, end.at, index, at, before.isPresent() ? 1 : 0, id});
    });
    store.batch(
        "UPDATE run SET last_idx = ?, last_at = ?, closed_idx = ?, closed_at = ?, absent = ?"
            + " WHERE id = ?",
        closing);
    List<@Nullable Object[]> rows = new ArrayList<>();
    long id = nextId();
    for (Shown s : fresh) {
      rows.add(row(id++, cluster, s, false, index, at, before));
    }
    store.batch(INSERT_RUN, rows);
  }

  private long nextId() {
    return store.number("SELECT COALESCE(MAX(id), 0) + 1 FROM run");
  }

  private static @Nullable Object[] row(
      long id,
      String cluster,
      Shown s,
      boolean sighting,
      long index,
      long at,
      Optional<Point> before) {
    return new Object[] {
      id,
      cluster,
      s.namespace,
      s.kind,
      s.workload,
      s.container,
      s.type,
      s.image,
      s.digest,
      sighting ? 1 : 0,
      index,
      at,
      before.map(Point::index).orElse(-1L),
      before.map(Point::at).orElse(-1L),
      index,
      at,
      sighting ? index : -1L,
      sighting ? at : -1L,
      0
    };
  }

  // A content that cannot be read, or is not the one the record speaks of, shows nothing.
  private static Optional<Content> read(
      byte[] bytes, String cluster, Instant takenAt, boolean complete) {
    try {
      Fields f = Fields.of(Json.parse(bytes, Limits.SNAPSHOT_BYTES), "content", Code.BAD_RECORD);
      if (!f.string("cluster").equals(cluster)
          || !f.time("takenAt").equals(takenAt)
          || f.bool("complete", false) != complete) {
        return Optional.empty();
      }
      Set<Shown> shown = new HashSet<>();
      int nameless = 0;
      f.required("containers");
      for (Fields c : f.objects("containers", Limits.SNAPSHOT_CONTAINERS)) {
        Optional<String> digest = c.optionalString("digest").filter(Digest::isDigest);
        if (digest.isEmpty()) {
          nameless++;
          continue;
        }
        shown.add(
            new Shown(
                c.string("namespace"),
                c.string("workloadKind"),
                c.string("workload"),
                c.string("container"),
                c.string("type"),
                c.string("image"),
                digest.get()));
      }
      return Optional.of(new Content(shown, nameless));
    } catch (AssayException e) {
      return Optional.empty();
    }
  }
}
