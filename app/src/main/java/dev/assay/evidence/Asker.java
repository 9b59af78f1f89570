package dev.assay.evidence;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * Answers questions. YES: a snapshot shows it. NO: complete snapshots cover the time asked about
 * with no gap longer than the question allows, none shows it, and every image that ran is known to
 * be without it. Everything else is UNKNOWN, with the reasons.
 */
public final class Asker {

  /** Blind periods listed for one cluster. */
  public static final int MAX_BLIND = 20;

  /** Records an answer rests on, for a proof. */
  record Support(TreeSet<Long> records, Map<String, Long> firstSnapshot) {}

  /** An answer with the records it rests on. */
  record Supported(Answer answer, Support support) {}

  private record Run(
      String cluster,
      String namespace,
      String kind,
      String workload,
      String container,
      String type,
      String image,
      Digest digest,
      boolean sighting,
      long firstIndex,
      long firstAt,
      long beforeIndex,
      long beforeAt,
      long lastIndex,
      long lastAt,
      long closedIndex,
      long closedAt,
      boolean absent) {}

  private final Store store;
  private final LongSupplier position;

  Asker(Store store, LongSupplier position) {
    this.store = store;
    this.position = position;
  }

  /**
   * Answers a question.
   *
   * @throws AssayException with {@link Code#NO_ADVISORY} if an advisory is asked about that was not
   *     recorded, {@link Code#BAD_QUESTION} if more of the ledger is asked about than there is
   */
  public Answer ask(Question question) {
    return supported(question).answer;
  }

  Supported supported(Question asked) {
    long limit = asked.asOf().orElseGet(position::getAsLong);
    Question question = asked.asOf(limit);
    Contents contents = new Contents(store, question.subject(), limit);
    List<String> reasons = new ArrayList<>();
    List<Answer.Running> running = new ArrayList<>();
    Map<Digest, String> unknown = new TreeMap<>();
    List<Answer.Coverage> coverage = new ArrayList<>();
    Support support = new Support(new TreeSet<>(contents.advisories()), new TreeMap<>());
    List<String> clusters =
        store.query(
            "SELECT DISTINCT cluster FROM snapshot WHERE idx < ? ORDER BY cluster",
            r -> r.getString(1),
            limit);
    question.cluster().ifPresent(only -> clusters.removeIf(c -> !c.equals(only)));
    if (clusters.isEmpty()) {
      reasons.add(
          question.cluster().isPresent()
              ? "no snapshot of this cluster is recorded"
              : "no snapshot of any cluster is recorded");
    }
    for (String cluster : clusters) {
      ClusterHistory history = ClusterHistory.read(store, cluster, limit);
      new OneCluster(question, limit, contents, history, support)
          .answer(reasons, running, unknown, coverage);
    }
    unknown.forEach((digest, reason) -> support.records.addAll(contents.sbomIndexes(digest)));
    Answer.Result result =
        !running.isEmpty()
            ? Answer.Result.YES
            : reasons.isEmpty() && unknown.isEmpty() ? Answer.Result.NO : Answer.Result.UNKNOWN;
    Answer answer =
        new Answer(
            question,
            result,
            reasons.stream().distinct().toList(),
            running,
            unknown.entrySet().stream()
                .map(e -> new Answer.UnknownImage(e.getKey(), e.getValue()))
                .toList(),
            coverage,
            contents.advisories());
    return new Supported(answer, support);
  }

  /** The part of an answer that one cluster gives. */
  private final class OneCluster {
    private final Question question;
    private final long limit;
    private final Contents contents;
    private final ClusterHistory history;
    private final Support support;

    OneCluster(
        Question question, long limit, Contents contents, ClusterHistory history, Support support) {
      this.question = question;
      this.limit = limit;
      this.contents = contents;
      this.history = history;
      this.support = support;
    }

    void answer(
        List<String> reasons,
        List<Answer.Running> running,
        Map<Digest, String> unknown,
        List<Answer.Coverage> coverage) {
      // Without bounds the question is about all that was seen, sightings included.
      Optional<Long> from = question.from().map(Instant::toEpochMilli).or(history::firstSeen);
      Optional<Long> until = question.until().map(Instant::toEpochMilli).or(history::lastSeen);
      if (from.isEmpty() || until.isEmpty() || from.get() > until.get()) {
        reasons.add(history.cluster() + ": nothing was recorded in the time asked about");
        support.firstSnapshot.put(history.cluster(), history.firstIndex());
        return;
      }
      long a = from.get();
      long b = until.get();
      Answer.Coverage seen = history.coverage(a, b, question.maxGap());
      coverage.add(seen);
      for (Answer.Blind blind : seen.blind()) {
        reasons.add(
            history.cluster()
                + ": "
                + blind.reason()
                + " from "
                + blind.from()
                + " to "
                + blind.until());
      }
      long cut = history.indexAtOrBefore(a);
      Map<Digest, Contents.Found> found = new HashMap<>();
      for (Run run : runs(history)) {
        boolean shown = run.firstAt <= b && run.lastAt >= a;
        boolean maybe = shown || nearby(run, a, b);
        if (!maybe) {
          continue;
        }
        switch (found.computeIfAbsent(run.digest, contents::of)) {
          case Contents.Holds holds -> {
            if (shown) {
              running.add(running(run, holds));
              cut = Math.min(cut, run.beforeIndex >= 0 ? run.beforeIndex : run.firstIndex);
            } else {
              reasons.add(
                  history.cluster()
                      + ": "
                      + run.digest.brief()
                      + " ran until some time between "
                      + "two snapshots, or from some time between them");
            }
          }
          case Contents.Unsure unsure -> unknown.put(run.digest, unsure.reason());
          case Contents.Without without -> {}
        }
        support.records.addAll(contents.sbomIndexes(run.digest));
      }
      long nameless = history.nameless(a, b);
      if (nameless > 0) {
        reasons.add(
            history.cluster()
                + ": up to "
                + nameless
                + " containers ran of which no digest is known");
      }
      support.firstSnapshot.put(history.cluster(), cut);
    }

    // Between the snapshot that shows it and the one that does not, it may or may not have run.
    private boolean nearby(Run run, long a, long b) {
      boolean before = run.beforeIndex >= 0 && run.beforeAt < b && run.firstAt > a;
      boolean after = run.absent && run.lastAt < b && run.closedAt > a;
      return before || after;
    }

    private List<Run> runs(ClusterHistory of) {
      List<Run> all =
          store.query(
              "SELECT cluster, namespace, kind, workload, container, container_type, image, digest,"
                  + " sighting, first_idx, first_at, before_idx, before_at, last_idx, last_at,"
                  + " closed_idx, closed_at, absent FROM run WHERE cluster = ? AND first_idx < ?"
                  + " ORDER BY namespace, kind, workload, container, container_type, image, digest,"
                  + " sighting, first_idx",
              r ->
                  clip(
                      new Run(
                          r.getString(1),
                          r.getString(2),
                          r.getString(3),
                          r.getString(4),
                          r.getString(5),
                          r.getString(6),
                          r.getString(7),
                          Digest.parse(r.getString(8)),
                          r.getInt(9) == 1,
                          r.getLong(10),
                          r.getLong(11),
                          r.getLong(12),
                          r.getLong(13),
                          r.getLong(14),
                          r.getLong(15),
                          r.getLong(16),
                          r.getLong(17),
                          r.getInt(18) == 1)),
              of.cluster(),
              limit);
      // A sighting within an interval adds nothing. The rows of one container lie together,
      // intervals first, in the order of their beginnings.
      List<Run> out = new ArrayList<>();
      TreeMap<Long, Run> intervals = new TreeMap<>();
      Run previous = null;
      for (Run run : all) {
        if (previous == null || !same(previous, run)) {
          intervals.clear();
        }
        previous = run;
        if (!run.sighting) {
          intervals.put(run.firstAt, run);
          out.add(run);
          continue;
        }
        Map.Entry<Long, Run> before = intervals.floorEntry(run.firstAt);
        if (before == null || before.getValue().lastAt < run.lastAt) {
          out.add(run);
        }
      }
      return out;
    }

    private static boolean same(Run a, Run b) {
      return a.digest.equals(b.digest)
          && a.namespace.equals(b.namespace)
          && a.kind.equals(b.kind)
          && a.workload.equals(b.workload)
          && a.container.equals(b.container)
          && a.type.equals(b.type)
          && a.image.equals(b.image);
    }

    // What is open, or was closed later than may be known, lasts until the newest complete
    // snapshot that may be known.
    private Run clip(Run run) {
      if (run.sighting || run.closedIndex >= 0 && run.closedIndex < limit) {
        return run;
      }
      ClusterHistory.Point last = history.newest().orElseThrow();
      return new Run(
          run.cluster,
          run.namespace,
          run.kind,
          run.workload,
          run.container,
          run.type,
          run.image,
          run.digest,
          false,
          run.firstIndex,
          run.firstAt,
          run.beforeIndex,
          run.beforeAt,
          last.index(),
          last.at(),
          -1,
          -1,
          false);
    }

    private Answer.Running running(Run run, Contents.Holds holds) {
      Optional<Answer.Build> build = build(run.digest);
      List<Answer.Signature> signatures = signatures(run.digest);
      Optional<EvidenceIndex.Admission> admission = admission(run);
      build.ifPresent(x -> support.records.add(x.index()));
      signatures.forEach(x -> support.records.add(x.index()));
      admission.ifPresent(x -> support.records.add(x.index()));
      return new Answer.Running(
          run.cluster,
          run.namespace,
          run.kind,
          run.workload,
          run.container,
          run.type,
          run.image,
          run.digest,
          Instant.ofEpochMilli(run.firstAt),
          run.beforeIndex >= 0 ? Optional.of(Instant.ofEpochMilli(run.beforeAt)) : Optional.empty(),
          Instant.ofEpochMilli(run.lastAt),
          run.absent ? Optional.of(Instant.ofEpochMilli(run.closedAt)) : Optional.empty(),
          !run.sighting && run.closedIndex < 0,
          run.sighting,
          run.firstIndex,
          run.lastIndex,
          holds.component(),
          holds.reason(),
          contents.sbomIndexes(run.digest),
          build,
          signatures,
          admission);
    }

    private Optional<Answer.Build> build(Digest digest) {
      return store.first(
          "SELECT idx, builder, build_type, source, commit_id, key_id FROM provenance WHERE subject"
              + " = ? AND idx < ? ORDER BY idx LIMIT 1",
          r ->
              new Answer.Build(
                  r.getLong(1),
                  r.getString(2),
                  r.getString(3),
                  Optional.ofNullable(r.getString(4)),
                  Optional.ofNullable(r.getString(5)),
                  r.getString(6)),
          digest.toString(),
          limit);
    }

    private List<Answer.Signature> signatures(Digest digest) {
      return store.query(
          "SELECT MIN(idx), key_id FROM evidence WHERE subject = ? AND idx < ? AND predicate_type ="
              + " 'https://sigstore.dev/cosign/sign/v1' GROUP BY key_id ORDER BY MIN(idx)",
          r -> new Answer.Signature(r.getLong(1), r.getString(2)),
          digest.toString(),
          limit);
    }

    // The last decision before it was first seen that let it in; failing that, the first one known.
    private Optional<EvidenceIndex.Admission> admission(Run run) {
      String select =
          "SELECT d.idx, d.time, d.cluster, d.namespace, d.kind, d.name, d.allowed, d.mode, d.code"
              + " FROM decision d WHERE d.cluster = ? AND d.namespace = ? AND d.idx < ? AND"
              + " d.time <= ? AND d.idx IN (SELECT i.idx FROM decision_image i WHERE i.digest = ?)"
              + " ORDER BY d.allowed DESC, d.idx ";
      return store
          .first(
              select + "DESC LIMIT 1",
              EvidenceIndex::admission,
              run.cluster,
              run.namespace,
              limit,
              run.firstAt,
              run.digest.toString())
          .or(() ->
              store.first(
                  select + "LIMIT 1",
                  EvidenceIndex::admission,
                  run.cluster,
                  run.namespace,
                  limit,
                  run.lastAt,
                  run.digest.toString()));
    }
  }
}
