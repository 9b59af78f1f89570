package dev.assay.verify;

import dev.assay.attest.PredicateTypes;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.policy.TrustPolicy;
import dev.assay.trust.Signer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The one path from evidence to verdict. Pure: the same subject, candidates, requirements, history
 * and time give the same verdict.
 */
public final class Verifier {

  /**
   * What was decided, with the evidence that passed.
   *
   * @param accepted the candidates that a trusted signer signed, for the record
   */
  public record Outcome(List<Check> checks, List<Accepted> accepted) {}

  /**
   * A candidate whose signature verified.
   *
   * @param document what it names and does not hold, where that was asked for and found
   */
  public record Accepted(
      Candidate candidate,
      Authenticated by,
      Optional<String> predicateType,
      Optional<Document> document) {

    /** Evidence that holds what it says. */
    public Accepted(Candidate candidate, Authenticated by, Optional<String> predicateType) {
      this(candidate, by, predicateType, Optional.empty());
    }
  }

  /**
   * A document that signed evidence names.
   *
   * @param predicateType for which it stands
   * @param digest as the signer named it; that of the bytes
   */
  @SuppressWarnings("ArrayRecordComponent") // large, only read, never compared
  public record Document(String predicateType, Digest digest, byte[] bytes) {}

  private final Subject subject;
  private final List<Evidence> evidence;
  private final History history;
  private final Instant at;
  private final List<Accepted> accepted = new ArrayList<>();

  private Verifier(
      Subject subject, List<Candidate> candidates, Trust trust, History history, Instant at) {
    this.subject = subject;
    Evidence.Budget budget = new Evidence.Budget();
    List<Evidence> read = new ArrayList<>(candidates.size());
    for (Candidate candidate : candidates) {
      read.add(Evidence.read(candidate, budget, trust));
    }
    this.evidence = read;
    this.history = history;
    this.at = at;
  }

  /**
   * Judges a subject.
   *
   * @param candidates everything that was found about it, in any order
   * @param requirements all of which must be met; never empty
   * @param trust whom to believe besides the signers; {@link Trust#NONE} for managed keys alone
   * @param at the time for which the verdict shall hold
   */
  public static Outcome verify(
      Subject subject,
      List<Candidate> candidates,
      List<Requirement> requirements,
      Trust trust,
      History history,
      Instant at) {
    if (requirements.isEmpty()) {
      throw new IllegalArgumentException("nothing is required, so nothing can be verified");
    }
    Verifier verifier = new Verifier(subject, candidates, trust, history, at);
    List<Check> checks = new ArrayList<>();
    staleness(trust).ifPresent(checks::add);
    for (Requirement requirement : requirements) {
      checks.add(verifier.judge(requirement));
    }
    return new Outcome(List.copyOf(checks), List.copyOf(verifier.accepted));
  }

  // That a trust root is old does not undo what was signed while it was fresh, unless that is
  // asked.
  private static Optional<Check> staleness(Trust trust) {
    if (!trust.demands().fresh()) {
      return Optional.empty();
    }
    return Optional.of(
        trust
            .freshness()
            .orElseGet(() ->
                Check.notEvaluated(
                    "trust root",
                    Code.TRUST_ROOT_STALE,
                    "how old the trust root is cannot be told, and a fresh one is asked for")));
  }

  /**
   * As {@link #verify} with what the rules of a policy ask of a repository; no rule is a refusal.
   */
  public static Outcome verify(
      Subject subject,
      String repository,
      List<Candidate> candidates,
      TrustPolicy policy,
      Trust trust,
      History history,
      Instant at) {
    List<TrustPolicy.Rule> rules = policy.rulesFor(repository);
    if (rules.isEmpty()) {
      Check check =
          Check.fail(
                  "policy",
                  Code.NO_RULE,
                  "no rule of the policy " + policy.name() + " covers this image")
              .expected(
                  String.join(
                      ", ",
                      policy.rules().stream()
                          .flatMap(r -> r.images().stream())
                          .map(Object::toString)
                          .toList()),
                  repository);
      return new Outcome(List.of(check), List.of());
    }
    List<Requirement> requirements = new ArrayList<>();
    for (TrustPolicy.Rule rule : rules) {
      requirements.addAll(Requirement.of(rule));
    }
    return verify(subject, candidates, requirements, trust.under(policy), history, at);
  }

  private Check judge(Requirement requirement) {
    try {
      // Not a switch over the types: that makes eight classes at run time, in every first verdict.
      if (requirement instanceof Requirement.Signature s) {
        return signature(s, false);
      }
      if (requirement instanceof Requirement.AnyEvidence e) {
        return signature(new Requirement.Signature(e.signers(), 1), true);
      }
      if (requirement instanceof Requirement.Attestation a) {
        return attestation(a);
      }
      if (requirement instanceof Requirement.Provenance p) {
        return new ProvenanceCheck(subject, evidence, history, at, accepted).judge(p);
      }
      throw new IllegalStateException("a requirement of a new kind");
    } catch (AssayException e) {
      return Check.fail("evidence", e.code(), String.valueOf(e.getMessage()));
    }
  }

  private Check signature(Requirement.Signature required, boolean anyType) {
    List<Signer> wanted = required.signers();
    int threshold = required.threshold();
    Nearest nearest = new Nearest();
    Map<Digest, Principals> statements = new LinkedHashMap<>();
    List<Check> good = new ArrayList<>();
    for (Evidence candidate : evidence) {
      Optional<Check> refusal = anyType ? candidate.unreadable() : notSignature(candidate);
      if (refusal.isEmpty()) {
        refusal = candidate.otherSubject(subject);
      }
      if (refusal.isEmpty()) {
        Evidence.Signed signed = candidate.signedBy(wanted, subject, at);
        refusal = signed.refusal();
        if (signed.by().isPresent()) {
          refusal = candidate.otherAnnotations(subject, required.annotations());
        }
        if (signed.by().isPresent() && refusal.isEmpty()) {
          Authenticated by = signed.by().get();
          good.add(signedCheck(candidate, by));
          // Where statements may differ, all of them are one.
          Digest statement =
              required.sameStatement() ? candidate.signedContent(subject) : subject.digest();
          Principals principals = statements.get(statement);
          if (principals == null) {
            principals = new Principals();
            statements.put(statement, principals);
          }
          principals.add(by);
          accepted.add(new Accepted(candidate.candidate, by, candidate.predicateType()));
        }
      }
      refusal.ifPresent(nearest::add);
    }
    if (good.isEmpty()) {
      return nearest.refuse("signature", Code.NO_SIGNATURE, "no signature for " + subject.digest());
    }
    List<Signer> signers = List.of();
    for (Principals principals : statements.values()) {
      List<Signer> these = principals.distinct();
      signers = these.size() > signers.size() ? these : signers;
    }
    List<Signer> most = signers;
    if (signers.size() >= threshold) {
      if (threshold == 1 && good.size() == 1) {
        return good.getFirst().named("signature");
      }
      String by = String.join(", ", signers.stream().map(Signer::name).toList());
      return Check.pass("signature", signers.size() + " of " + threshold + " needed: " + by)
          .with(good);
    }
    List<Check> children = new ArrayList<>(good);
    children.addAll(nearest.tried());
    return Check.fail(
            "signature",
            Code.TOO_FEW_SIGNERS,
            signers.size()
                + " of "
                + threshold
                + (statements.size() > 1
                    ? " distinct signers over one statement; did not sign it: "
                    : " distinct signers; did not sign: ")
                + String.join(
                    ", ",
                    wanted.stream().filter(k -> !most.contains(k)).map(Signer::name).toList()))
        .with(children);
  }

  private static Check signedCheck(Evidence candidate, Authenticated by) {
    return Check.pass(candidate.candidate.origin(), by.who() + "; " + by.when())
        .evidence(candidate.id)
        .with(by.facts());
  }

  // A signed SBOM is not a signature: only a statement made to sign, or a signature over the
  // content, counts.
  private static Optional<Check> notSignature(Evidence candidate) {
    if (candidate.unreadable().isPresent()) {
      return candidate.unreadable();
    }
    Optional<String> type = candidate.predicateType();
    if (type.isPresent() && !type.get().equals(PredicateTypes.COSIGN_SIGN_V1)) {
      return Optional.of(
          candidate.refuse(
              Code.WRONG_PREDICATE_TYPE, "an attestation (" + type.get() + "), not a signature"));
    }
    return Optional.empty();
  }

  private Check attestation(Requirement.Attestation required) {
    Nearest nearest = new Nearest();
    for (Evidence candidate : evidence) {
      Optional<Check> refusal = candidate.unreadable();
      boolean detached = Detached.mayStandFor(required.predicateType(), candidate);
      if (refusal.isEmpty() && !detached) {
        refusal = otherType(candidate, required.predicateType());
      }
      if (refusal.isEmpty()) {
        refusal = candidate.otherSubject(subject);
      }
      if (refusal.isEmpty()) {
        Evidence.Signed signed = candidate.signedBy(required.signers(), subject, at);
        refusal = signed.refusal();
        Optional<Document> document = Optional.empty();
        if (signed.by().isPresent() && detached) {
          Detached found = candidate.document(required.predicateType());
          document = found.document();
          refusal = found.refusal();
        } else if (signed.by().isPresent()) {
          try {
            PredicateTypes.validateShape(
                candidate.statement().predicateType(), candidate.statement().writtenPredicate());
          } catch (AssayException e) {
            refusal = Optional.of(candidate.refuse(e.code(), String.valueOf(e.getMessage())));
          }
        }
        if (refusal.isEmpty()) {
          Authenticated by = signed.by().orElseThrow();
          accepted.add(new Accepted(candidate.candidate, by, candidate.predicateType(), document));
          return Check.pass(
                  required.name(),
                  document
                          .map(d -> d.predicateType() + ", document " + d.digest().brief())
                          .orElseGet(() -> candidate.predicateType().orElseThrow())
                      + ", signed by "
                      + by.signer().name()
                      + "; "
                      + by.when())
              .evidence(candidate.id)
              .with(by.facts());
        }
      }
      refusal.ifPresent(nearest::add);
    }
    Code none = required.name().equals("sbom") ? Code.NO_SBOM : Code.NO_ATTESTATION;
    return nearest.refuse(
        required.name(), none, "no attestation of type " + required.predicateType());
  }

  private static Optional<Check> otherType(Evidence candidate, String predicateType) {
    String found = candidate.predicateType().orElse("a signature over content");
    return PredicateTypes.answers(predicateType, found)
        ? Optional.empty()
        : Optional.of(
            candidate
                .refuse(Code.WRONG_PREDICATE_TYPE, "another predicate type")
                .expected(predicateType, found));
  }
}
