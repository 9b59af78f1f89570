package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code explain CODE}. */
final class ExplainCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "explain",
          "explain a code: what it means, what to do",
          "CODE",
          0,
          1,
          "Works offline. The code is the ASYnnnn of an error or of a check that did not pass.",
          List.of(flag("all", "list every code")),
          List.of("assay explain ASY1203", "assay explain --all"));

  private ExplainCommand() {}

  static int run(Arguments arguments, Context context) throws IOException {
    if (arguments.flag("all")) {
      for (Code code : Code.values()) {
        context.out().println(code.id() + "  exit " + code.exit().status() + "  " + code.title());
      }
      return 0;
    }
    if (arguments.operands().isEmpty()) {
      throw new AssayException(Code.USAGE, "CODE is missing", "assay explain --all lists them");
    }
    String asked = arguments.operand(0);
    Code code =
        Code.byId(asked)
            .orElseThrow(() ->
                new AssayException(
                    Code.USAGE,
                    "there is no code " + Text.quote(asked),
                    "assay explain --all lists them"));
    try (InputStream in = ExplainCommand.class.getResourceAsStream("/codes/" + code.id() + ".md")) {
      if (in == null) {
        throw new AssayException(Code.BUG, "no page for " + code.id() + " in this build");
      }
      context.out().print(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
    return 0;
  }
}
