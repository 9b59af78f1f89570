package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.util.List;

/** Choices of output that commands share. */
final class Outputs {

  private Outputs() {}

  /** Whether JSON was asked for; text is the default and everything else is refused. */
  static boolean json(Arguments arguments) {
    return choice(arguments, List.of("text", "json")).equals("json");
  }

  static String choice(Arguments arguments, List<String> known) {
    String format = arguments.value("output").orElse(known.getFirst());
    if (!known.contains(format)) {
      throw new AssayException(
          Code.USAGE,
          "no output format " + Text.quote(format) + "; there are: " + String.join(", ", known));
    }
    return format;
  }

  /** {@code 1 rule}, {@code 2 rules}. */
  static String count(long n, String noun) {
    return n + " " + noun + (n == 1 ? "" : "s");
  }
}
