package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.util.List;

/** {@code completion SHELL}. */
final class CompletionCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "completion",
          "print the completion script for a shell",
          "bash|zsh",
          1,
          1,
          "For bash, load it in ~/.bashrc. For zsh, write it to a file _assay in a folder of"
              + " fpath.",
          List.of(),
          List.of(
              "source <(assay completion bash)",
              "assay completion zsh > ~/.zfunc/_assay  # where fpath has ~/.zfunc"));

  private CompletionCommand() {}

  static int run(Arguments arguments, Context context) {
    String script =
        switch (arguments.operand(0)) {
          case "bash" -> Completion.bash(Commands.all());
          case "zsh" -> Completion.zsh(Commands.all());
          default ->
              throw new AssayException(
                  Code.USAGE,
                  "no completion for " + Text.quote(arguments.operand(0)),
                  "bash and zsh are known");
        };
    context.out().print(script);
    return 0;
  }
}
