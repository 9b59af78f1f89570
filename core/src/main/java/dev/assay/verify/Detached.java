package dev.assay.verify;

import dev.assay.attest.DocumentReference;
import dev.assay.attest.PredicateTypes;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.crypto.Hashes;
import java.util.List;
import java.util.Optional;

/**
 * The document that signed evidence names in place of a predicate, or why it does not count.
 * Exactly one of the two is there.
 */
record Detached(Optional<Verifier.Document> document, Optional<Check> refusal) {

  /** Whether evidence of this type may stand for one of the type that is asked for. */
  static boolean mayStandFor(String asked, Evidence evidence) {
    return PredicateTypes.mediaType(asked).isPresent()
        && evidence.predicateType().filter(PredicateTypes.REFERENCE_V01::equals).isPresent();
  }

  /** Reads the document. Ask only when {@link Evidence#signedBy} has named a key. */
  static Detached of(Evidence evidence, String asked) {
    String mediaType = PredicateTypes.mediaType(asked).orElseThrow();
    List<DocumentReference> named;
    try {
      named =
          DocumentReference.of(evidence.statement()).stream()
              .filter(r -> r.mediaType().equals(mediaType))
              .toList();
    } catch (AssayException e) {
      return refused(evidence.refuse(e.code(), String.valueOf(e.getMessage())));
    }
    if (named.isEmpty()) {
      return refused(
          evidence.refuse(
              Code.WRONG_PREDICATE_TYPE, "names documents, none of the type " + mediaType));
    }
    if (named.size() > 1) {
      return refused(
          evidence
              .refuse(Code.DOCUMENT_AMBIGUOUS, "names more than one document of one type")
              .expected("one of the type " + mediaType, Integer.toString(named.size())));
    }
    return read(evidence, asked, named.getFirst());
  }

  private static Detached read(Evidence evidence, String asked, DocumentReference reference) {
    try {
      byte[] bytes = evidence.candidate.documents().read(reference, Limits.SBOM_BYTES);
      if (bytes.length > Limits.SBOM_BYTES) {
        throw new AssayException(
            Code.TOO_LARGE, bytes.length + " bytes; at most " + Limits.SBOM_BYTES + " are read");
      }
      if (!Hashes.matches(reference.digest(), bytes)) {
        return refused(
            evidence
                .refuse(
                    Code.DIGEST_MISMATCH, "the document that it names was changed where it is kept")
                .expected(
                    reference.digest().toString(),
                    Hashes.digest(reference.digest().algorithm(), bytes).toString()));
      }
      PredicateTypes.validateDocument(asked, bytes);
      return new Detached(
          Optional.of(new Verifier.Document(asked, reference.digest(), bytes)), Optional.empty());
    } catch (AssayException e) {
      String message = String.valueOf(e.getMessage());
      Code.Exit exit = e.code().exit();
      return refused(
          exit == Code.Exit.UNDECIDED || exit == Code.Exit.USAGE
              ? Check.notEvaluated(evidence.candidate.origin(), e.code(), message)
                  .evidence(evidence.id)
              : evidence.refuse(e.code(), message));
    }
  }

  private static Detached refused(Check check) {
    return new Detached(Optional.empty(), Optional.of(check));
  }
}
