package dev.assay.gate;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.oci.BundleFetch;
import dev.assay.oci.BundleReferrers;
import dev.assay.oci.Descriptor;
import dev.assay.oci.DocumentReferrers;
import dev.assay.oci.ImageStore;
import dev.assay.oci.LegacySignatures;
import dev.assay.oci.Referrers;
import dev.assay.verify.Candidate;
import dev.assay.verify.Check;
import dev.assay.verify.DocumentSource;
import dev.assay.verify.Verifier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Gets the evidence about one digest, no more of it than answers the question, and judges it. What
 * was kept from an earlier time comes first; then what the registry lists as being of a kind that
 * is asked for; then what it does not say the kind of. Only when that does not suffice is the rest
 * opened, what lies under the older tags included: a refusal rests on everything there is.
 */
final class EvidenceSearch {

  /** What came of it, and what whoever reads the verdict should know. */
  record Found(Verifier.Outcome outcome, List<String> notes) {}

  private final ImageStore store;
  private final Digest subject;
  private final String repository;
  private final Wanted wanted;
  private final EvidenceCache cache;
  private final Function<List<Candidate>, Verifier.Outcome> judge;
  private final List<Candidate> candidates = new ArrayList<>();

  /**
   * @param judge pure: the same candidates give the same outcome
   */
  EvidenceSearch(
      ImageStore store,
      Digest subject,
      String repository,
      Wanted wanted,
      EvidenceCache cache,
      Function<List<Candidate>, Verifier.Outcome> judge) {
    this.store = store;
    this.subject = subject;
    this.repository = repository;
    this.wanted = wanted;
    this.cache = cache;
    this.judge = judge;
  }

  static boolean passes(Verifier.Outcome outcome) {
    return outcome.checks().stream().allMatch(Check::passed);
  }

  /**
   * @throws AssayException if what refers to the digest cannot be listed
   */
  Found run() {
    Optional<EvidenceCache.Kept> kept =
        cache.find(repository, subject).filter(k -> k.whole() || !wanted.comparing());
    if (kept.isPresent()) {
      Verifier.Outcome outcome = judge.apply(kept.get().evidence());
      if (passes(outcome)) {
        return new Found(
            outcome,
            List.of(
                "evidence from the cache, as "
                    + repository
                    + " had it at "
                    + kept.get().listed()
                    + "; --refresh asks again"));
      }
    }
    Instant now = cache.now();
    Referrers listed = list();
    return new Found(ask(listed, now), List.of());
  }

  private boolean isHinted(Descriptor referrer) {
    return BundleReferrers.isBundle(referrer)
        && BundleReferrers.statedType(referrer).map(wanted::type).orElse(true);
  }

  // Whoever may push may push a flood: where all of it is too much, the registry may be able to
  // list the bundles alone, and what is wanted among them counts.
  private Referrers list() {
    Optional<Referrers> part = Optional.empty();
    AssayException flood;
    try {
      Referrers all = store.search(subject, Optional.empty(), this::isHinted);
      if (all.cut().isEmpty()) {
        return all;
      }
      part = Optional.of(all);
      flood = new AssayException(Code.TOO_MANY, all.cut().get());
    } catch (AssayException e) {
      if (e.code() != Code.TOO_MANY && e.code() != Code.TOO_LARGE) {
        throw e;
      }
      flood = e;
    }
    Referrers bundles;
    try {
      bundles = store.search(subject, Optional.of(BundleReferrers.BUNDLE), this::isHinted);
    } catch (AssayException e) {
      if (part.isEmpty()) {
        throw flood;
      }
      bundles = part.get();
    }
    // A comparison with a part of what there is would be worth nothing.
    if (bundles.cut().isPresent() && wanted.comparing()) {
      throw flood;
    }
    return new Referrers(
        bundles.found(),
        bundles.rejected(),
        bundles.source(),
        Optional.of(String.valueOf(flood.getMessage())));
  }

  private Verifier.Outcome ask(Referrers listed, Instant now) {
    List<Descriptor> asked = new ArrayList<>();
    List<Descriptor> unstated = new ArrayList<>();
    List<Descriptor> others = new ArrayList<>();
    for (Descriptor referrer : listed.found()) {
      if (BundleReferrers.isBundle(referrer)) {
        Optional<String> type = BundleReferrers.statedType(referrer);
        List<Descriptor> kind =
            type.isEmpty() ? unstated : wanted.type(type.get()) ? asked : others;
        kind.add(referrer);
      }
    }
    // A statement may name a document that lies beside the image; it is read when that matters.
    DocumentSource documents = DocumentReferrers.among(store, subject, listed);
    BundleFetch fetch = new BundleFetch(store, subject);
    Verifier.Outcome outcome = null;
    for (List<Descriptor> round : rounds(asked, unstated, others)) {
      if (!round.isEmpty()) {
        fetch.all(round).forEach(found -> candidates.add(found.withDocuments(documents)));
        outcome = judge.apply(candidates);
        if (passes(outcome)) {
          keep(outcome, now);
          return outcome;
        }
      }
    }
    // Evidence in the older forms lies under tags that have to be asked for one by one.
    List<LegacySignatures.Found> older = LegacySignatures.collect(store, subject, listed);
    older.forEach(found -> candidates.add(found.candidate().withDocuments(documents)));
    List<Candidate> rejected = BundleReferrers.rejected(listed);
    candidates.addAll(rejected);
    if (outcome == null || !older.isEmpty() || !rejected.isEmpty()) {
      outcome = judge.apply(candidates);
    }
    if (passes(outcome)) {
      keep(outcome, now);
      return outcome;
    }
    return listed.cut().isPresent() ? beyond(outcome, listed.cut().get()) : outcome;
  }

  private List<List<Descriptor>> rounds(
      List<Descriptor> asked, List<Descriptor> unstated, List<Descriptor> others) {
    if (wanted.comparing()) {
      List<Descriptor> both = new ArrayList<>(asked);
      both.addAll(unstated);
      return List.of(both, others);
    }
    return List.of(asked, unstated, others);
  }

  // What is listed beyond the limits may be what is missing: that it is missing cannot be said.
  private static Verifier.Outcome beyond(Verifier.Outcome outcome, String cut) {
    List<Check> tried = new ArrayList<>();
    outcome.checks().forEach(check -> tried.addAll(check.children()));
    Check check =
        Check.fail("evidence", Code.TOO_MANY, cut + "; nothing that was looked at suffices");
    return new Verifier.Outcome(List.of(check.with(tried)), outcome.accepted());
  }

  // Where pieces are compared the next time needs all that this time had.
  private void keep(Verifier.Outcome outcome, Instant now) {
    boolean whole = wanted.comparing() && candidates.stream().allMatch(c -> c.failure().isEmpty());
    List<Candidate> kept =
        whole ? candidates : outcome.accepted().stream().map(Verifier.Accepted::candidate).toList();
    cache.keep(repository, subject, new EvidenceCache.Kept(now, whole, kept));
  }
}
