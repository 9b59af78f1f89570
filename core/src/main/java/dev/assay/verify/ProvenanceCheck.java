package dev.assay.verify;

import dev.assay.attest.PredicateTypes;
import dev.assay.attest.SlsaProvenance;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.policy.TrustPolicy;
import dev.assay.trust.Signer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * SLSA provenance against a policy, in the order of SLSA's "Verifying artifacts": envelope,
 * subject, predicate type, (signer, builder) pair, then the expectations: build type, source,
 * external parameters, dependencies.
 */
final class ProvenanceCheck {

  private final Subject subject;
  private final List<Evidence> evidence;
  private final History history;
  private final Instant at;
  private final List<Verifier.Accepted> accepted;

  ProvenanceCheck(
      Subject subject,
      List<Evidence> evidence,
      History history,
      Instant at,
      List<Verifier.Accepted> accepted) {
    this.subject = subject;
    this.evidence = evidence;
    this.history = history;
    this.at = at;
    this.accepted = accepted;
  }

  Check judge(Requirement.Provenance required) {
    Nearest nearest = new Nearest();
    for (Evidence candidate : evidence) {
      Optional<Check> refusal = candidate.unreadable();
      if (refusal.isEmpty() && !isProvenance(candidate)) {
        refusal =
            Optional.of(
                candidate.refuse(
                    Code.WRONG_PREDICATE_TYPE,
                    candidate.predicateType().orElse("a signature") + " is not provenance"));
      }
      if (refusal.isEmpty()) {
        refusal = candidate.otherSubject(subject);
      }
      if (refusal.isEmpty()) {
        Check check = judge(candidate, required);
        if (check.passed()) {
          return check;
        }
        refusal = Optional.of(check);
      }
      refusal.ifPresent(nearest::add);
    }
    return nearest.refuse(
        "provenance", Code.NO_PROVENANCE, "no provenance for " + subject.digest());
  }

  private static boolean isProvenance(Evidence candidate) {
    return candidate.predicateType().filter(PredicateTypes::isProvenance).isPresent();
  }

  private Check judge(Evidence candidate, Requirement.Provenance required) {
    TrustPolicy.Provenance policy = required.policy();
    List<Signer> speakers =
        policy.builders().stream().flatMap(b -> b.signers().stream()).distinct().toList();
    Evidence.Signed signed = candidate.signedBy(speakers, subject, at);
    if (signed.refusal().isPresent()) {
      return signed.refusal().get();
    }
    Authenticated by = signed.by().orElseThrow();
    SlsaProvenance provenance;
    try {
      provenance = SlsaProvenance.of(candidate.statement());
    } catch (AssayException e) {
      return candidate.refuse(e.code(), String.valueOf(e.getMessage()));
    }
    accepted.add(new Verifier.Accepted(candidate.candidate, by, candidate.predicateType()));
    List<Check> checks = new ArrayList<>();
    checks.add(builder(policy, provenance, by));
    if (!policy.buildTypes().isEmpty()) {
      checks.add(buildType(policy, provenance));
    }
    policy.source().ifPresent(s -> checks.add(source(s, provenance)));
    policy.externalParameters().ifPresent(p -> checks.add(parameters(p, provenance)));
    policy
        .dependencies()
        .ifPresent(d ->
            checks.add(
                new DependencyCheck(subject, evidence, history, at)
                    .judge(d, provenance, required.sbomSigners())));
    for (Check check : checks) {
      if (!check.passed()) {
        Check refusal =
            new Check(
                candidate.candidate.origin(),
                check.outcome(),
                check.code(),
                check.detail(),
                check.expected(),
                check.found(),
                Optional.of(candidate.id),
                checks);
        return refusal;
      }
    }
    return Check.pass(
            "provenance",
            "built by "
                + provenance.builderId()
                + commit(provenance)
                + ", said by "
                + by.signer().name()
                + "; "
                + by.when())
        .evidence(candidate.id)
        .with(withFacts(checks, by));
  }

  private static List<Check> withFacts(List<Check> checks, Authenticated by) {
    List<Check> out = new ArrayList<>(by.facts());
    out.addAll(checks);
    return out;
  }

  private static String commit(SlsaProvenance provenance) {
    List<SlsaProvenance.SourceCommit> commits = provenance.sourceCommits();
    return commits.size() == 1
        ? " from "
            + SourceRef.of(commits.getFirst()).repository()
            + " at "
            + commits.getFirst().commit()
        : "";
  }

  // A builder is trusted only through the keys that may speak for it: the pair is looked up, never
  // the parts.
  private static Check builder(
      TrustPolicy.Provenance policy, SlsaProvenance provenance, Authenticated by) {
    String found = provenance.builderId();
    for (TrustPolicy.Builder builder : policy.builders()) {
      if (builder.id().equals(found)) {
        if (builder.signers().stream().anyMatch(by.signers()::contains)) {
          return Check.pass("builder", found);
        }
        return Check.fail(
                "builder",
                Code.BUILDER_SIGNER_MISMATCH,
                "the signer " + by.signer().name() + " may not speak for this builder")
            .expected(
                String.join(", ", builder.signers().stream().map(Signer::name).toList()),
                by.signer().name());
      }
    }
    return Check.fail("builder", Code.WRONG_BUILDER, "built by a builder that is not trusted")
        .expected(
            String.join(" or ", policy.builders().stream().map(TrustPolicy.Builder::id).toList()),
            found);
  }

  private static Check buildType(TrustPolicy.Provenance policy, SlsaProvenance provenance) {
    return policy.buildTypes().contains(provenance.buildType())
        ? Check.pass("build type", provenance.buildType())
        : Check.fail("build type", Code.WRONG_BUILD_TYPE, "build type not accepted")
            .expected(String.join(" or ", policy.buildTypes()), provenance.buildType());
  }

  private Check source(TrustPolicy.Source policy, SlsaProvenance provenance) {
    List<SlsaProvenance.SourceCommit> commits = provenance.sourceCommits();
    if (commits.size() != 1) {
      return Check.fail(
              "source",
              Code.NO_SOURCE_COMMIT,
              commits.isEmpty()
                  ? "the provenance names no source commit"
                  : "the provenance names " + commits.size() + " sources; which one was built?")
          .expected(
              "one commit of " + policy.repository(),
              commits.isEmpty()
                  ? "none"
                  : String.join(
                      ", ",
                      commits.stream().map(SlsaProvenance.SourceCommit::uri).distinct().toList()));
    }
    SourceRef commit = SourceRef.of(commits.getFirst());
    if (!commit.repository().equals(policy.repository())) {
      return Check.fail("source", Code.WRONG_SOURCE, "built from another source repository")
          .expected(policy.repository(), commit.repository());
    }
    Optional<String> ref = commit.ref();
    if (!policy.refs().isEmpty()
        && (ref.isEmpty() || policy.refs().stream().noneMatch(g -> g.matches(ref.get())))) {
      return Check.fail("source", Code.WRONG_SOURCE_REF, "built from a ref that is not accepted")
          .expected(
              String.join(" or ", policy.refs().stream().map(Object::toString).toList()),
              ref.orElse("no ref"));
    }
    if (ref.filter(r -> r.startsWith("refs/tags/")).isPresent()) {
      Optional<String> first = history.firstCommit(commit.repository(), ref.get());
      if (first.isPresent() && !first.get().equals(commit.commit())) {
        return Check.fail(
                "source", Code.SOURCE_TAG_MOVED, ref.get() + " named another commit before")
            .expected(first.get(), commit.commit());
      }
    }
    return Check.pass(
        "source", commit.repository() + ref.map(r -> "@" + r).orElse("") + " " + commit.commit());
  }

  private static Check parameters(
      TrustPolicy.ExternalParameters policy, SlsaProvenance provenance) {
    Map<String, Json> found = provenance.externalParameters().members();
    for (Map.Entry<String, Json> parameter : found.entrySet()) {
      String name = parameter.getKey();
      if (policy.ignored().contains(name) || SlsaProvenance.isUnset(parameter.getValue())) {
        continue;
      }
      String value = text(parameter.getValue());
      String expected = policy.expected().get(name);
      if (expected == null) {
        return Check.fail(
                "parameters", Code.EXTERNAL_PARAMETER, "the parameter " + name + " is not expected")
            .expected("no " + name, value);
      }
      if (!expected.equals(value)) {
        return Check.fail(
                "parameters", Code.EXTERNAL_PARAMETER, "the parameter " + name + " differs")
            .expected(expected, value);
      }
    }
    for (String name : policy.expected().keySet()) {
      if (!found.containsKey(name)) {
        return Check.fail(
                "parameters", Code.EXTERNAL_PARAMETER, "the parameter " + name + " is missing")
            .expected(policy.expected().getOrDefault(name, ""), "none");
      }
    }
    return Check.pass("parameters", "as expected");
  }

  private static String text(Json value) {
    return value instanceof Json.Str s ? s.value() : value.compact();
  }
}
