package dev.assay.cli;

import java.util.List;
import java.util.Optional;

/**
 * A command, declared: everything that parsing, help, completion and documentation need.
 *
 * @param name the words that call it: {@code verify}, {@code key generate}
 * @param summary one line, no full stop
 * @param operands how the operands are shown: {@code SUBJECT...}
 * @param minOperands the fewest accepted
 * @param maxOperands the most accepted
 * @param description paragraphs for the help page
 * @param options in the order they are shown
 * @param examples each a command line that works, with a comment after {@code #}
 */
public record CommandSpec(
    String name,
    String summary,
    String operands,
    int minOperands,
    int maxOperands,
    String description,
    List<Option> options,
    List<String> examples) {

  /**
   * @param name without dashes
   * @param argument what the value is called; absent for a flag
   */
  public record Option(
      String name, Optional<String> argument, String description, boolean repeatable) {}

  public static final int MANY = Integer.MAX_VALUE;

  public CommandSpec {
    options = List.copyOf(options);
    examples = List.copyOf(examples);
  }

  public static Option flag(String name, String description) {
    return new Option(name, Optional.empty(), description, false);
  }

  public static Option value(String name, String argument, String description) {
    return new Option(name, Optional.of(argument), description, false);
  }

  public static Option values(String name, String argument, String description) {
    return new Option(name, Optional.of(argument), description + " (may be repeated)", true);
  }
}
