package dev.assay.evidence;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An answer, with what it rests on.
 *
 * @param question the question, with the position in the ledger it was answered at
 * @param reasons why it is UNKNOWN; in a YES, what else could not be told
 * @param running for a YES, every workload
 * @param unknown images that ran and of which it cannot be told whether they hold what was asked
 * @param coverage for each cluster, what of the time asked about was seen
 * @param advisories ledger indexes of the advisories that were used
 */
public record Answer(
    Question question,
    Result result,
    List<String> reasons,
    List<Running> running,
    List<UnknownImage> unknown,
    List<Coverage> coverage,
    List<Long> advisories) {

  /** The three answers. */
  public enum Result {
    YES,
    NO,
    UNKNOWN
  }

  /**
   * A container that ran what was asked about.
   *
   * @param since when the first complete snapshot showed it
   * @param absentBefore the complete snapshot just before did not show it; absent: at least since
   * @param lastSeen when the last snapshot showed it
   * @param absentAfter the complete snapshot just after did not show it any more
   * @param still whether the newest complete snapshot shows it
   * @param sighting seen by an incomplete snapshot only
   * @param component the package found in it, and why it counts
   * @param sboms ledger indexes of the bills of materials that say so
   */
  public record Running(
      String cluster,
      String namespace,
      String kind,
      String workload,
      String container,
      String containerType,
      String image,
      Digest digest,
      Instant since,
      Optional<Instant> absentBefore,
      Instant lastSeen,
      Optional<Instant> absentAfter,
      boolean still,
      boolean sighting,
      long firstSnapshot,
      long lastSnapshot,
      Optional<String> component,
      Optional<String> reason,
      List<Long> sboms,
      Optional<Build> build,
      List<Signature> signatures,
      Optional<EvidenceIndex.Admission> admission) {}

  /** Who built an image, as verified provenance says. */
  public record Build(
      long index,
      String builder,
      String buildType,
      Optional<String> source,
      Optional<String> commit,
      String keyId) {}

  /** A verified signature on an image. */
  public record Signature(long index, String keyId) {}

  /** An image that ran and could not be judged. */
  public record UnknownImage(Digest digest, String reason) {}

  /** A time in which nobody looked, or in which what was seen does not connect. */
  public record Blind(Instant from, Instant until, String reason) {}

  /**
   * What was seen of one cluster.
   *
   * @param from the time asked about, as it applies to this cluster
   * @param snapshots complete ones that cover it
   * @param first the first of them
   * @param last the last of them
   * @param longestGap in seconds
   * @param blind at most {@link Asker#MAX_BLIND} of them are listed
   */
  public record Coverage(
      String cluster,
      Instant from,
      Instant until,
      long snapshots,
      Optional<Instant> first,
      Optional<Instant> last,
      long longestGap,
      List<Blind> blind,
      long blindPeriods) {}

  public Answer {
    reasons = List.copyOf(reasons);
    running = List.copyOf(running);
    unknown = List.copyOf(unknown);
    coverage = List.copyOf(coverage);
    advisories = List.copyOf(advisories);
  }

  /** The answer as data, version {@code assay.dev/answer/v1}. */
  public Json.Obj toJson() {
    return Json.object()
        .put("apiVersion", "assay.dev/answer/v1")
        .put("question", question.toJson())
        .put("answer", result.name())
        .put("reasons", Json.strings(reasons))
        .put("running", running.stream().map(Answer::json).toList())
        .put(
            "unknown",
            unknown.stream()
                .map(u ->
                    Json.object()
                        .put("digest", u.digest.toString())
                        .put("reason", u.reason)
                        .build())
                .toList())
        .put("coverage", coverage.stream().map(Answer::json).toList())
        .put("advisories", numbers(advisories))
        .build();
  }

  private static Json json(Running r) {
    Json.Builder out =
        Json.object()
            .put("cluster", r.cluster)
            .put("namespace", r.namespace)
            .put("kind", r.kind)
            .put("workload", r.workload)
            .put("container", r.container)
            .put("containerType", r.containerType)
            .put("image", r.image)
            .put("digest", r.digest.toString())
            .put("since", r.since.toString());
    r.absentBefore.ifPresent(t -> out.put("absentBefore", t.toString()));
    out.put("lastSeen", r.lastSeen.toString());
    r.absentAfter.ifPresent(t -> out.put("absentAfter", t.toString()));
    out.put("still", r.still)
        .put("sighting", r.sighting)
        .put("firstSnapshot", r.firstSnapshot)
        .put("lastSnapshot", r.lastSnapshot)
        .putIf("component", r.component)
        .putIf("reason", r.reason)
        .put("sboms", numbers(r.sboms));
    r.build.ifPresent(b ->
        out.put(
            "build",
            Json.object()
                .put("record", b.index)
                .put("builder", b.builder)
                .put("buildType", b.buildType)
                .putIf("source", b.source)
                .putIf("commit", b.commit)
                .put("keyId", b.keyId)));
    out.put(
        "signatures",
        r.signatures.stream()
            .map(s -> Json.object().put("record", s.index).put("keyId", s.keyId).build())
            .toList());
    r.admission.ifPresent(a ->
        out.put(
            "admission",
            Json.object()
                .put("record", a.index())
                .put("time", a.time().toString())
                .put("kind", a.kind())
                .put("name", a.name())
                .put("allowed", a.allowed())
                .put("mode", a.mode())
                .putIf("code", a.code())));
    return out.build();
  }

  private static Json json(Coverage c) {
    Json.Builder out =
        Json.object()
            .put("cluster", c.cluster)
            .put("from", c.from.toString())
            .put("until", c.until.toString())
            .put("snapshots", c.snapshots);
    c.first.ifPresent(t -> out.put("first", t.toString()));
    c.last.ifPresent(t -> out.put("last", t.toString()));
    return out.put("longestGapSeconds", c.longestGap)
        .put("blindPeriods", c.blindPeriods)
        .put(
            "blind",
            c.blind.stream()
                .map(b ->
                    Json.object()
                        .put("from", b.from.toString())
                        .put("until", b.until.toString())
                        .put("reason", b.reason)
                        .build())
                .toList())
        .build();
  }

  private static Json numbers(List<Long> values) {
    List<Json> out = new ArrayList<>();
    values.forEach(v -> out.add(Json.of(v)));
    return Json.array(out);
  }
}
