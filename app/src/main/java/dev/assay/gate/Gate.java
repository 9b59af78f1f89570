package dev.assay.gate;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.crypto.Hashes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Decides about admission requests: finds the images, has them judged, records the decision, and
 * only then says what it is.
 */
public final class Gate implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Gate.class.getName());

  private final GateSettings settings;
  private final byte[] policy;
  private final Digest policyDigest;
  private final JudgePool pool;
  private final Optional<DecisionLog> log;
  private final InstantSource clock;

  /**
   * What is answered, for callers that need more than the JSON.
   *
   * @param response the whole AdmissionReview
   * @param undecided whether it is refused only because something could not be found out
   */
  public record Answer(Json.Obj response, boolean allowed, boolean undecided) {}

  /**
   * @param policy the policy by which the judge judges, byte for byte, as records will hold it
   * @param log where decisions are recorded; absent only where nothing is decided by the answer (a
   *     rehearsal from a file)
   */
  public Gate(
      GateSettings settings,
      byte[] policy,
      ImageJudge judge,
      Optional<DecisionLog> log,
      InstantSource clock) {
    this.settings = settings;
    this.policy = policy.clone();
    this.policyDigest = Hashes.sha256Digest(policy);
    this.pool = new JudgePool(judge, settings.parallel(), clock);
    this.log = log;
    this.clock = clock;
  }

  /** Decides whether the request may pass. Never throws for what it meets on the way. */
  public Answer validate(AdmissionReview review) {
    return answer(review, false);
  }

  /**
   * Decides as {@link #validate} does, and has the tags of an allowed pod replaced by the digests
   * that were verified, so that what was verified is what runs.
   */
  public Answer mutate(AdmissionReview review) {
    return answer(review, true);
  }

  private Answer answer(AdmissionReview review, boolean pin) {
    long start = System.nanoTime();
    try {
      List<PodImages.Place> places;
      try {
        places = PodImages.toJudge(review);
      } catch (AssayException e) {
        return conclude(review, failed(review, e.code(), message(e)), start, pin);
      }
      return places.isEmpty()
          ? new Answer(Responses.nothingToJudge(review), true, false)
          : conclude(review, decide(review, places), start, pin);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "deciding about a request failed", e);
      Decision decision =
          failed(review, Code.BUG, "the gate failed: " + e.getClass().getSimpleName());
      return new Answer(
          Responses.decided(decision, policyDigest, OptionalLong.empty(), List.of()),
          decision.allowed(),
          true);
    }
  }

  private Decision decide(AdmissionReview review, List<PodImages.Place> places) {
    Set<String> images = new LinkedHashSet<>();
    places.forEach(p -> images.add(p.image()));
    // An eighth is left for recording and answering.
    Duration time = settings.budget().minus(settings.budget().dividedBy(8));
    Map<String, Judgement> judgements = pool.judge(images, time);
    List<Decision.Judged> judged = new ArrayList<>();
    for (PodImages.Place place : places) {
      Judgement judgement = judgements.get(place.image());
      if (judgement == null) {
        throw new IllegalStateException("an image without a judgement");
      }
      judged.add(new Decision.Judged(place, judgement));
    }
    return new Decision(review, settings.mode(), judged, Optional.empty());
  }

  private Answer conclude(AdmissionReview review, Decision found, long start, boolean pin) {
    Decision decision = found;
    OptionalLong index = OptionalLong.empty();
    List<String> warnings = List.of();
    if (log.isPresent() && !review.dryRun()) {
      try {
        byte[] verdicts = decision.verdicts();
        Digest verdictsDigest = Hashes.sha256Digest(verdicts);
        Instant time = clock.instant();
        if (decision.allowed()
            && !decision.recordable(settings.cluster(), policyDigest, verdictsDigest, time)) {
          decision = tooLarge(decision);
        }
        Duration left = settings.budget().minus(Duration.ofNanos(System.nanoTime() - start));
        index =
            OptionalLong.of(
                log.get()
                    .append(
                        decision.record(settings.cluster(), policyDigest, verdictsDigest, time),
                        decision.tags(),
                        List.of(policy, verdicts),
                        left));
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, "a decision could not be recorded", e);
        String why = "the decision could not be recorded: " + message(e);
        if (settings.mode() == Mode.ENFORCE && decision.allowed()) {
          decision = failed(review, Code.LEDGER_WRITE, why);
        } else {
          warnings = List.of("assay: " + Code.LEDGER_WRITE.id() + " " + why);
        }
      }
    }
    Json.Obj response =
        pin && decision.verified() && PodImages.isPod(review)
            ? Responses.pinned(decision, policyDigest, index)
            : Responses.decided(decision, policyDigest, index, warnings);
    return new Answer(response, decision.allowed(), decision.undecided());
  }

  private Decision tooLarge(Decision decision) {
    return new Decision(
        decision.review(),
        decision.mode(),
        decision.judged(),
        Optional.of(
            new Decision.Failure(
                Code.POD_UNREADABLE,
                decision.judged().size() + " images do not fit into one record")));
  }

  private Decision failed(AdmissionReview review, Code code, String message) {
    return new Decision(
        review, settings.mode(), List.of(), Optional.of(new Decision.Failure(code, message)));
  }

  private static String message(RuntimeException e) {
    return e instanceof AssayException
        ? String.valueOf(e.getMessage())
        : e.getClass().getSimpleName();
  }

  @Override
  public void close() {
    pool.close();
  }
}
