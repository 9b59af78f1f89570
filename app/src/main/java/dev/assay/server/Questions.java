package dev.assay.server;

import dev.assay.bytes.AssayException;
import java.time.Instant;
import java.util.Optional;

/** Answers what somebody types into the page's one box. */
@FunctionalInterface
public interface Questions {

  /**
   * Answers as the command {@code ask} does.
   *
   * @param asOf what was known then, instead of now
   * @return plain text: the answer first, then what it rests on
   * @throws AssayException if it is no question, or cannot be answered
   */
  String answer(String question, Optional<Instant> asOf);
}
