package dev.assay.cli;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Help pages. They are rendered from the declarations when the product is built and read back here,
 * because loading every declaration costs more than the rest of {@code assay --help}.
 */
final class Help {

  private static final int WIDTH = 80;
  private static final int INDENT = 28;

  private Help() {}

  static String overview() {
    return rendered("overview", Help::renderOverview);
  }

  static String page(String command) {
    return rendered(command.replace(' ', '-'), () -> renderPage(command));
  }

  static String group(String word) {
    return rendered("group-" + word, () -> renderGroup(word));
  }

  /** All pages by name, for the build. */
  static Map<String, String> renderAll() {
    Map<String, String> pages = new LinkedHashMap<>();
    pages.put("overview", renderOverview());
    for (CommandSpec spec : Commands.all()) {
      pages.put(spec.name().replace(' ', '-'), renderPage(spec.name()));
      String[] words = spec.name().split(" ");
      if (words.length > 1) {
        pages.put("group-" + words[0], renderGroup(words[0]));
      }
    }
    return pages;
  }

  // From a file of the distribution, not from the jar: to open a jar costs more than the whole rest
  // (13 ms).
  private static String rendered(String name, Supplier<String> live) {
    String home = System.getProperty("assay.home");
    if (home == null) {
      return live.get();
    }
    try (InputStream in = new FileInputStream(home + "/share/help/" + name + ".txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return live.get();
    }
  }

  private static String renderOverview() {
    StringBuilder out = new StringBuilder();
    out.append("assay: prove what you run\n\nusage: assay COMMAND [OPTIONS] [OPERANDS]\n");
    for (Map.Entry<String, List<String>> section : Commands.sections().entrySet()) {
      out.append('\n').append(section.getKey()).append('\n');
      for (String name : section.getValue()) {
        Commands.spec(name).ifPresent(spec -> row(out, spec.name(), spec.summary(), 27));
      }
    }
    out.append("\nassay COMMAND --help says more; assay explain CODE explains a refusal.\n");
    out.append(
        "exit status: 0 yes, 1 refused, 2 usage, 3 could not decide, 4 bytes differ, 5 our bug\n");
    return out.toString();
  }

  private static String renderGroup(String word) {
    StringBuilder out = new StringBuilder("usage: assay " + word + " COMMAND\n\n");
    for (String name : Commands.inGroup(word)) {
      Commands.spec(name).ifPresent(spec -> row(out, spec.name(), spec.summary(), 27));
    }
    return out.toString();
  }

  private static String renderPage(String command) {
    CommandSpec spec = Commands.spec(command).orElseThrow();
    StringBuilder out = new StringBuilder();
    out.append("assay ").append(spec.name()).append(": ").append(spec.summary()).append("\n\n");
    out.append("usage: assay ").append(spec.name());
    if (!spec.options().isEmpty()) {
      out.append(" [OPTIONS]");
    }
    if (!spec.operands().isEmpty()) {
      out.append(' ').append(spec.operands());
    }
    out.append('\n');
    for (String paragraph : spec.description().strip().split("\n\n")) {
      if (!paragraph.isBlank()) {
        out.append('\n');
        // A paragraph that is indented is shown as it is.
        if (paragraph.startsWith("  ")) {
          out.append(paragraph).append('\n');
        } else {
          wrap(paragraph.replaceAll("\\s+", " "), WIDTH).forEach(l -> out.append(l).append('\n'));
        }
      }
    }
    if (!spec.options().isEmpty()) {
      out.append("\noptions\n");
      for (CommandSpec.Option option : spec.options()) {
        String letter = CommandLine.letter(option.name());
        String name =
            (letter.isEmpty() ? "    " : "-" + letter + ", ")
                + "--"
                + option.name()
                + option.argument().map(a -> " " + a).orElse("");
        row(out, name, option.description(), INDENT);
      }
    }
    if (!spec.examples().isEmpty()) {
      out.append("\nexamples\n");
      spec.examples().forEach(e -> out.append("  ").append(e).append('\n'));
    }
    return out.toString();
  }

  private static void row(StringBuilder out, String left, String right, int column) {
    List<String> lines = wrap(right, Math.max(WIDTH - column - 4, 30));
    if (left.length() > column) {
      out.append("  ").append(left).append('\n').append(" ".repeat(column + 4));
    } else {
      out.append("  ").append(left).append(" ".repeat(column - left.length() + 2));
    }
    out.append(lines.getFirst()).append('\n');
    for (String line : lines.subList(1, lines.size())) {
      out.append(" ".repeat(column + 4)).append(line).append('\n');
    }
  }

  private static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.strip().split(" ")) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      if (!line.isEmpty()) {
        line.append(' ');
      }
      line.append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
