package dev.assay.evidence;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The snapshots of one cluster, as far as may be known.
 *
 * @param points the complete ones, in order of both index and time
 */
record ClusterHistory(String cluster, long firstIndex, List<Point> points, List<Point> nameless) {

  /**
   * A snapshot.
   *
   * @param linked whether the chain of records from the complete one before is unbroken
   */
  record Point(long index, long at, boolean linked, long count) {}

  static ClusterHistory read(Store store, String cluster, long limit) {
    Store.Row<Point> row =
        r -> new Point(r.getLong(1), r.getLong(2), r.getInt(3) == 1, r.getLong(4));
    return new ClusterHistory(
        cluster,
        store.number("SELECT MIN(idx) FROM snapshot WHERE cluster = ? AND idx < ?", cluster, limit),
        store.query(
            "SELECT idx, taken_at, linked, nameless FROM snapshot WHERE cluster = ? AND usable = 1"
                + " AND idx < ? ORDER BY idx",
            row,
            cluster,
            limit),
        store.query(
            "SELECT idx, taken_at, linked, nameless FROM snapshot WHERE cluster = ? AND nameless >"
                + " 0 AND idx < ? ORDER BY idx",
            row,
            cluster,
            limit));
  }

  Optional<Point> newest() {
    return points.isEmpty() ? Optional.empty() : Optional.of(points.getLast());
  }

  Optional<Long> firstSeen() {
    return points.isEmpty() ? Optional.empty() : Optional.of(points.getFirst().at);
  }

  Optional<Long> lastSeen() {
    return newest().map(Point::at);
  }

  /** The index of the last complete snapshot not after a time, or of the first there is. */
  long indexAtOrBefore(long time) {
    long index = firstIndex;
    for (Point p : points) {
      if (p.at > time) {
        break;
      }
      index = p.index;
    }
    return index;
  }

  /** Containers without a digest in the snapshots that tell of a time; the most at once. */
  long nameless(long a, long b) {
    // A snapshot tells of the time until its neighbours.
    long low = points.stream().mapToLong(Point::at).filter(t -> t <= a).max().orElse(a);
    long high = points.stream().mapToLong(Point::at).filter(t -> t >= b).min().orElse(b);
    return nameless.stream()
        .filter(p -> p.at >= low && p.at <= high)
        .mapToLong(Point::count)
        .max()
        .orElse(0);
  }

  /** What the complete snapshots cover of a time (milliseconds, both ends included). */
  Answer.Coverage coverage(long a, long b, Duration maxGap) {
    List<Answer.Blind> blind = new ArrayList<>();
    long blindPeriods = 0;
    long count = 0;
    long longest = 0;
    Optional<Point> first = Optional.empty();
    Optional<Point> last = Optional.empty();
    Point previous = null;
    for (Point p : points) {
      if (previous != null && p.at > a && previous.at < b) {
        // The stretch between two snapshots reaches into the time asked about.
        if (first.isEmpty()) {
          first = Optional.of(previous);
          count++;
        }
        last = Optional.of(p);
        count++;
        long gap = p.at - previous.at;
        longest = Math.max(longest, gap);
        if (!p.linked || gap > maxGap.toMillis()) {
          blindPeriods++;
          if (blind.size() < Asker.MAX_BLIND) {
            blind.add(
                blind(
                    previous.at,
                    p.at,
                    p.linked ? "no complete snapshot" : "the chain of snapshots is broken"));
          }
        }
      } else if (p.at >= a && p.at <= b && first.isEmpty()) {
        first = Optional.of(p);
        last = Optional.of(p);
        count++;
      }
      previous = p;
    }
    if (first.isEmpty()) {
      blindPeriods++;
      blind.add(blind(a, b, "no complete snapshot"));
    } else {
      if (first.get().at > a) {
        blindPeriods++;
        blind.addFirst(blind(a, first.get().at, "no complete snapshot yet"));
      }
      if (last.orElseThrow().at < b) {
        blindPeriods++;
        blind.add(blind(last.get().at, b, "no complete snapshot any more"));
      }
    }
    return new Answer.Coverage(
        cluster,
        Instant.ofEpochMilli(a),
        Instant.ofEpochMilli(b),
        count,
        first.map(p -> Instant.ofEpochMilli(p.at)),
        last.map(p -> Instant.ofEpochMilli(p.at)),
        longest / 1000,
        blind,
        blindPeriods);
  }

  private static Answer.Blind blind(long from, long until, String reason) {
    return new Answer.Blind(Instant.ofEpochMilli(from), Instant.ofEpochMilli(until), reason);
  }
}
