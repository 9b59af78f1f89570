package dev.assay.verify;

import dev.assay.policy.TrustPolicy;
import dev.assay.trust.Signer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One thing that must be there for a subject to be accepted. */
public sealed interface Requirement {

  /**
   * Signatures over the subject itself (not attestations about it).
   *
   * @param annotations what each must say of the subject, name and value, within what is signed
   * @param sameStatement whether those that are counted together must be over the same bytes
   */
  record Signature(
      List<Signer> signers, int threshold, Map<String, String> annotations, boolean sameStatement)
      implements Requirement {
    public Signature {
      signers = List.copyOf(signers);
      annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
      if (signers.isEmpty() || threshold < 1) {
        throw new IllegalArgumentException("a signature by nobody");
      }
    }

    public Signature(List<Signer> signers, int threshold) {
      this(signers, threshold, Map.of(), false);
    }

    public Signature(List<Signer> signers, int threshold, boolean sameStatement) {
      this(signers, threshold, Map.of(), sameStatement);
    }

    public Signature(List<Signer> signers, int threshold, Map<String, String> annotations) {
      this(signers, threshold, annotations, false);
    }
  }

  /**
   * A signature over the subject, or an attestation about it of whatever type: what test suites of
   * signature formats ask for. A policy never does.
   */
  record AnyEvidence(List<Signer> signers) implements Requirement {
    public AnyEvidence {
      signers = List.copyOf(signers);
      if (signers.isEmpty()) {
        throw new IllegalArgumentException("evidence by nobody");
      }
    }
  }

  /** An attestation of a predicate type (or a version of it), by one of the signers. */
  record Attestation(String name, String predicateType, List<Signer> signers)
      implements Requirement {
    public Attestation {
      signers = List.copyOf(signers);
      if (signers.isEmpty()) {
        throw new IllegalArgumentException("an attestation by nobody");
      }
    }
  }

  /** SLSA provenance that satisfies a policy. */
  record Provenance(TrustPolicy.Provenance policy, List<Signer> sbomSigners)
      implements Requirement {}

  /** What a rule asks for. */
  static List<Requirement> of(TrustPolicy.Rule rule) {
    List<Requirement> out = new ArrayList<>();
    rule.signature()
        .ifPresent(s -> out.add(new Signature(s.signers(), s.threshold(), s.sameStatement())));
    List<Signer> sbomSigners = rule.sbom().map(TrustPolicy.Sbom::signers).orElse(List.of());
    rule.provenance().ifPresent(p -> out.add(new Provenance(p, sbomSigners)));
    rule.sbom()
        .ifPresent(s ->
            out.add(
                new Attestation("sbom", dev.assay.attest.PredicateTypes.CYCLONEDX, s.signers())));
    return out;
  }
}
