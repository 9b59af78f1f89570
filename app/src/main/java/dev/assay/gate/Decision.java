package dev.assay.gate;

import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.ledger.LedgerRecord;
import dev.assay.verify.Check;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * What was decided about one request, before it is recorded and answered.
 *
 * @param judged every place that names an image, with what was found about it
 * @param failure why there is no judgement at all, if there is none
 */
record Decision(AdmissionReview review, Mode mode, List<Judged> judged, Optional<Failure> failure) {

  /** A place in the object and the judgement of its image. */
  record Judged(PodImages.Place place, Judgement judgement) {}

  /** A reason that concerns the whole object. */
  record Failure(Code code, String message) {}

  // Room for names of this length in every record; longer ones are cut there, not refused.
  private static final int TEXT = 300;
  private static final int REASON = 1_000;

  Decision {
    judged = List.copyOf(judged);
  }

  /** Whether everything that policy asks for was found. */
  boolean verified() {
    return failure.isEmpty()
        && !judged.isEmpty()
        && judged.stream().allMatch(j -> j.judgement().verified());
  }

  boolean allowed() {
    return mode == Mode.AUDIT || verified();
  }

  List<Judged> refused() {
    return judged.stream().filter(j -> !j.judgement().verified()).toList();
  }

  /** Whether nothing was found to be wrong, but something could not be found out. */
  boolean undecided() {
    if (failure.isPresent()) {
      return failure.get().code().exit() == Code.Exit.UNDECIDED;
    }
    return !verified() && refused().stream().allMatch(j -> j.judgement().undecided());
  }

  /** The reason that decides: what is wrong before what could not be found out. */
  Optional<Failure> decisive() {
    if (failure.isPresent()) {
      return failure;
    }
    Optional<Judged> worst =
        refused().stream()
            .filter(j -> !j.judgement().undecided())
            .findFirst()
            .or(() -> refused().stream().findFirst());
    return worst.map(
        j -> new Failure(j.judgement().code().orElseThrow(), j.place().name() + ": " + why(j)));
  }

  /** The verdicts as they are kept beside the record: a JSON array, each verdict once. */
  byte[] verdicts() {
    LinkedHashSet<Json> out = new LinkedHashSet<>();
    judged.forEach(j -> out.add(j.judgement().verdict().toJson()));
    return Text.utf8(Json.array(List.copyOf(out)).compact());
  }

  /** The tags that were resolved on the way, each a fact of its own. */
  List<TagSeen> tags() {
    LinkedHashSet<TagSeen> out = new LinkedHashSet<>();
    for (Judged j : judged) {
      Judgement found = j.judgement();
      if (found.repository().isPresent()
          && found.tag().isPresent()
          && found.digest().isPresent()
          && !j.place().image().contains("@")) {
        out.add(new TagSeen(found.repository().get(), found.tag().get(), found.digest().get()));
      }
    }
    return List.copyOf(out);
  }

  /**
   * The record. A list of containers that does not fit is cut, those refused kept first, and the
   * reason says so; an allowed decision is never cut (the gate refuses it instead).
   */
  LedgerRecord record(String cluster, Digest policy, Digest verdicts, Instant time) {
    for (int keep = judged.size(); ; keep /= 2) {
      LedgerRecord record = record(cluster, policy, verdicts, time, keep);
      if (keep == 0 || fits(record)) {
        return record;
      }
    }
  }

  /** Whether the whole decision fits into one record. */
  boolean recordable(String cluster, Digest policy, Digest verdicts, Instant time) {
    return fits(record(cluster, policy, verdicts, time, judged.size()));
  }

  private static boolean fits(LedgerRecord record) {
    // The envelope adds the type, the time and the digests of two blobs.
    return record.body().canonical().length + 1_024 <= Limits.LEDGER_RECORD_BYTES;
  }

  private LedgerRecord record(
      String cluster, Digest policy, Digest verdicts, Instant time, int keep) {
    List<Judged> order = new ArrayList<>(refused());
    judged.stream().filter(j -> j.judgement().verified()).forEach(order::add);
    List<Json> containers = order.stream().limit(keep).map(Decision::container).toList();
    Json.Builder body =
        Json.object()
            .put("uid", cut(review.uid()))
            .put("cluster", cluster)
            .put("namespace", cut(review.namespace()))
            .put("kind", cut(review.kind().kind()))
            .put("name", cut(review.displayName()))
            .put("operation", review.operation().name())
            .put("user", cut(review.user()))
            .put("allowed", allowed())
            .put("mode", mode.id());
    decisive()
        .ifPresent(d -> {
          String tail =
              keep < judged.size() ? " (" + keep + " of " + judged.size() + " listed)" : "";
          body.put("code", d.code().id()).put("reason", cut(d.message(), REASON) + tail);
        });
    body.put("policy", policy.toString())
        .put("containers", containers)
        .put("verdicts", verdicts.toString());
    List<Digest> blobs = policy.equals(verdicts) ? List.of(policy) : List.of(policy, verdicts);
    return new LedgerRecord(LedgerRecord.Types.DECISION, time, body.build(), blobs);
  }

  private static Json container(Judged j) {
    Judgement found = j.judgement();
    Json.Builder out =
        Json.object()
            .put("name", cut(j.place().name()))
            .put("image", cut(j.place().image(), 1_024))
            .putIf("repository", found.repository())
            .putIf("tag", found.tag());
    found.digest().ifPresent(d -> out.put("digest", d.toString()));
    out.put("verified", found.verified());
    found.code().ifPresent(c -> out.put("code", c.id()));
    return out.build();
  }

  /** Code, title, detail and what was expected, in one line. */
  static String why(Judged j) {
    Code code = j.judgement().code().orElseThrow();
    Optional<Check> check = j.judgement().verdict().decisive();
    StringBuilder out = new StringBuilder(code.id() + " " + code.title());
    check.map(Check::detail).filter(d -> !d.isBlank()).ifPresent(d -> out.append(": ").append(d));
    if (check.isEmpty()) {
      out.append(": the judgement names no digest");
    }
    check.flatMap(Check::expected).ifPresent(e -> out.append("; expected ").append(e));
    check.flatMap(Check::found).ifPresent(f -> out.append("; found ").append(f));
    return Text.printable(out.toString());
  }

  private static String cut(String text) {
    return cut(text, TEXT);
  }

  static String cut(String text, int length) {
    if (text.length() <= length) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
    return text.substring(0, end) + "…";
  }
}
