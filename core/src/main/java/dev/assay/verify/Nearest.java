package dev.assay.verify;

import dev.assay.bytes.Code;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses, among candidates that were refused, the one that came nearest: the reason worth telling
 * first.
 */
final class Nearest {

  private final List<Check> tried = new ArrayList<>();

  void add(Check candidate) {
    tried.add(candidate);
  }

  List<Check> tried() {
    return tried;
  }

  /**
   * A refusal with every candidate below it. Evidence that is not what its digest names is the
   * worst that can be found; what could not be fetched leaves the question open.
   */
  Check refuse(String name, Code whenNone, String detailWhenNone) {
    for (Check check : tried) {
      if (check.outcome() == Check.Outcome.FAIL
          && check.code().orElseThrow().exit() == Code.Exit.BYTES_DIFFER) {
        return Check.fail(
                name, check.code().orElseThrow(), "evidence was changed or removed in its storage")
            .with(tried);
      }
    }
    for (Check check : tried) {
      if (check.outcome() == Check.Outcome.NOT_EVALUATED
          && check.code().orElseThrow() != Code.BUNDLE_UNSUPPORTED) {
        Code code = check.code().orElseThrow();
        // What was read and cannot be judged says so itself.
        boolean judged = code == Code.NOT_EVALUATED || code == Code.NO_TRUST_ROOT;
        return Check.notEvaluated(
                name, code, judged ? check.detail() : "not all evidence could be fetched")
            .with(tried);
      }
    }
    Check best = null;
    for (Check check : tried) {
      if (best == null || rank(check) > rank(best)) {
        best = check;
      }
    }
    if (best == null || rank(best) == 0) {
      return Check.fail(name, whenNone, detailWhenNone).with(tried);
    }
    Check answer = Check.fail(name, best.code().orElseThrow(), best.detail());
    if (best.expected().isPresent() && best.found().isPresent()) {
      answer = answer.expected(best.expected().get(), best.found().get());
    }
    return answer.with(tried);
  }

  // The further a candidate got, the more its reason says. 0: it was never about this.
  private static int rank(Check check) {
    return switch (check.code().orElseThrow()) {
      case WRONG_PREDICATE_TYPE, BUNDLE_UNSUPPORTED -> 0;
      case SUBJECT_MISMATCH -> 2;
      case WRONG_KEY -> 3;
      case SIGNATURE_INVALID -> 4;
      case KEY_REVOKED -> 5;
      case WRONG_BUILDER, BUILDER_SIGNER_MISMATCH -> 6;
      case WRONG_BUILD_TYPE,
          WRONG_SOURCE,
          NO_SOURCE_COMMIT,
          WRONG_SOURCE_REF,
          SOURCE_TAG_MOVED,
          EXTERNAL_PARAMETER,
          DEPENDENCY_SUBSTITUTED,
          DEPENDENCY_ORIGIN,
          DEPENDENCY_NO_DIGEST,
          DEPENDENCY_INCOMPLETE,
          BAD_PREDICATE,
          DOCUMENT_AMBIGUOUS,
          BAD_SBOM,
          ANNOTATION_MISSING ->
          7;
      default -> 1;
    };
  }
}
