package dev.assay.cli;

import java.util.Optional;

/** {@code serve}: the status page, with answers from the index. */
final class ServeCommand {

  private ServeCommand() {}

  static int run(Arguments arguments, Context context) {
    PageQuestions questions =
        new PageQuestions(GateCommands.requiredLedger(arguments, context), context);
    return ObserveCommands.serve(arguments, context, Optional.of(questions));
  }
}
