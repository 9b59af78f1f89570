package dev.assay.cli;

import dev.assay.attest.Bundle;
import dev.assay.attest.EvidenceReader;
import dev.assay.attest.Statement;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.verify.Candidate;
import dev.assay.verify.Verifier;

/**
 * Prints verified predicates and nothing else; the reason for anything else goes to standard error.
 */
final class PredicateReport implements VerifyReport {

  private final Context context;

  PredicateReport(Context context) {
    this.context = context;
  }

  @Override
  public void add(VerifyCommand.Result result) {
    if (!result.verdict().verified()) {
      new VerdictPrinter(context.err(), false).print(result.verdict(), result.next());
      return;
    }
    for (Verifier.Accepted accepted : result.accepted()) {
      if (accepted.document().isPresent()) {
        print(accepted.document().get().bytes());
        continue;
      }
      Candidate candidate = accepted.candidate();
      Bundle bundle =
          candidate
              .bundle()
              .orElseGet(() -> EvidenceReader.one(candidate.bytes(), Limits.SBOM_BYTES));
      if (bundle.content() instanceof Bundle.Envelope envelope) {
        Json predicate = Statement.of(envelope.dsse()).writtenPredicate();
        context
            .out()
            .println(predicate instanceof Json.Str text ? text.value() : predicate.compact());
      }
    }
  }

  // As it is: its digest is what was signed.
  private void print(byte[] document) {
    context.out().write(document, 0, document.length);
    if (document.length == 0 || document[document.length - 1] != '\n') {
      context.out().println();
    }
  }

  @Override
  public void finish() {}
}
