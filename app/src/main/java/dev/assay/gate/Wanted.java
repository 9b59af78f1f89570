package dev.assay.gate;

import dev.assay.attest.PredicateTypes;
import dev.assay.verify.Requirement;
import java.util.List;

/**
 * Which evidence can answer what is asked of an image, as far as a listing tells: what cannot need
 * not be fetched, unless the image would be refused.
 */
public final class Wanted {

  /** Nothing is known of what is asked. */
  public static final Wanted EVERYTHING = new Wanted(List.of(), true, true);

  private final List<Requirement> requirements;
  private final boolean everything;
  private final boolean comparing;

  private Wanted(List<Requirement> requirements, boolean everything, boolean comparing) {
    this.requirements = List.copyOf(requirements);
    this.everything = everything;
    this.comparing = comparing;
  }

  static Wanted by(List<Requirement> requirements) {
    boolean everything = false;
    boolean comparing = false;
    for (Requirement requirement : requirements) {
      everything |= requirement instanceof Requirement.AnyEvidence;
      comparing |= requirement instanceof Requirement.Provenance;
    }
    return new Wanted(requirements, everything, comparing);
  }

  /**
   * Whether pieces of evidence are held against each other (provenance against an SBOM). Then more
   * evidence may turn a yes into a no, and all that may count has to be there; else one that
   * suffices is enough.
   */
  boolean comparing() {
    return comparing;
  }

  /** Whether a statement of this type can answer something that is asked. */
  boolean type(String predicateType) {
    if (everything) {
      return true;
    }
    for (Requirement requirement : requirements) {
      if (requirement instanceof Requirement.Signature) {
        if (predicateType.equals(PredicateTypes.COSIGN_SIGN_V1)) {
          return true;
        }
      } else if (requirement instanceof Requirement.Attestation a) {
        if (PredicateTypes.answers(a.predicateType(), predicateType)
            || isReference(predicateType)
                && PredicateTypes.mediaType(a.predicateType()).isPresent()) {
          return true;
        }
      } else if (PredicateTypes.isProvenance(predicateType)
          || PredicateTypes.isCycloneDx(predicateType)
          || PredicateTypes.isSpdx(predicateType)
          || isReference(predicateType)) {
        return true;
      }
    }
    return false;
  }

  // An SBOM may be a document of its own, which a signed reference names.
  private static boolean isReference(String predicateType) {
    return predicateType.equals(PredicateTypes.REFERENCE_V01);
  }
}
