package dev.assay.cli;

import dev.assay.evidence.Answer;
import dev.assay.evidence.AnswerText;
import dev.assay.evidence.EvidenceIndex;
import dev.assay.evidence.Question;
import dev.assay.ledger.Ledger;
import dev.assay.server.Questions;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** Answers the status page's questions from a ledger's index, as {@code ask} does. */
final class PageQuestions implements Questions {

  private final Path folder;
  private final Context context;

  PageQuestions(Path folder, Context context) {
    this.context = context;
    this.folder = folder;
  }

  @Override
  public String answer(String question, Optional<Instant> asOf) {
    try (Ledger ledger = Ledger.openForReading(folder);
        EvidenceIndex index = Indexes.open(ledger, context)) {
      index.refresh(ledger);
      Question asked = Question.of(Question.subject(question));
      Question then = asOf.map(t -> asked.asOf(index.positionAt(t))).orElse(asked);
      Answer answer = index.asker().ask(then);
      return AnswerText.render(answer, false);
    }
  }
}
