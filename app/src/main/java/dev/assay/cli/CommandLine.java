package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/** Checks arguments against a {@link CommandSpec}. */
final class CommandLine {

  private CommandLine() {}

  /** The one-letter spelling of an option, where it has one. */
  static String letter(String option) {
    return switch (option) {
      case "output" -> "o";
      case "key" -> "k";
      default -> "";
    };
  }

  /**
   * @throws AssayException with {@link Code#USAGE}
   */
  static Arguments parse(CommandSpec spec, List<String> args) {
    Options options = new Options();
    for (CommandSpec.Option option : spec.options()) {
      String letter = letter(option.name());
      options.addOption(
          Option.builder(letter.isEmpty() ? null : letter)
              .longOpt(option.name())
              .hasArg(option.argument().isPresent())
              .get());
    }
    String hint = "assay " + spec.name() + " --help";
    checkDashes(spec, args, hint);
    org.apache.commons.cli.CommandLine line;
    try {
      line =
          DefaultParser.builder()
              .setAllowPartialMatching(false)
              .setStripLeadingAndTrailingQuotes(false)
              .get()
              .parse(options, args.toArray(String[]::new));
    } catch (ParseException e) {
      throw new AssayException(Code.USAGE, describe(e), hint);
    }
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (Option option : line.getOptions()) {
      values
          .computeIfAbsent(option.getLongOpt(), k -> new ArrayList<>())
          .addAll(option.getValuesList());
    }
    for (CommandSpec.Option option : spec.options()) {
      List<String> given = values.get(option.name());
      if (given != null && !option.repeatable() && given.size() > 1) {
        throw new AssayException(Code.USAGE, "--" + option.name() + " is given twice", hint);
      }
    }
    List<String> operands = line.getArgList();
    if (operands.size() < spec.minOperands()) {
      throw new AssayException(Code.USAGE, spec.operands() + " is missing", hint);
    }
    if (operands.size() > spec.maxOperands()) {
      throw new AssayException(
          Code.USAGE, "not expected: " + Text.quote(operands.get(spec.maxOperands())), hint);
    }
    return new Arguments(spec, values, List.copyOf(operands));
  }

  // The parser would take -key for --key; a letter and a word are told apart here.
  private static void checkDashes(CommandSpec spec, List<String> args, String hint) {
    for (String arg : args) {
      if (arg.equals("--")) {
        return;
      }
      if (arg.length() > 2 && arg.charAt(0) == '-' && arg.charAt(1) != '-') {
        String word = arg.substring(1).split("=", 2)[0];
        if (spec.options().stream().anyMatch(o -> o.name().equals(word))) {
          throw new AssayException(Code.USAGE, "write --" + word + ", with two dashes", hint);
        }
      }
    }
  }

  private static String describe(ParseException e) {
    return switch (e) {
      case org.apache.commons.cli.UnrecognizedOptionException u ->
          "there is no option " + Text.quote(u.getOption());
      case org.apache.commons.cli.MissingArgumentException m ->
          "--" + m.getOption().getLongOpt() + " needs a value";
      default -> String.valueOf(e.getMessage());
    };
  }
}
