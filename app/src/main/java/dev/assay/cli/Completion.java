package dev.assay.cli;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Completion scripts for bash and zsh, written from the declared commands. They start no process: a
 * key press must not wait for a JVM. Operands and the values of options are completed as files.
 */
final class Completion {

  private Completion() {}

  /**
   * To be sourced, or to lie in {@code /usr/share/bash-completion/completions} as {@code assay}.
   */
  static String bash(List<CommandSpec> commands) {
    StringBuilder out = new StringBuilder();
    out.append(
        """
        # bash completion for assay

        _assay() {
          local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
          local command='' next='' options='' valued='' word i
          COMPREPLY=()
          for ((i = 1; i < COMP_CWORD; i++)); do
            word="${command:+$command }${COMP_WORDS[i]}"
            case $word in
        """);
    Map<String, Set<String>> tree = tree(commands);
    for (String name : tree.keySet()) {
      if (!name.isEmpty()) {
        out.append("      ").append(quote(name)).append(") command=$word ;;\n");
      }
    }
    out.append(
        "      *) break ;;\n"
            + "    esac\n"
            + "  done\n"
            + "  if ((i == COMP_CWORD)); then\n"
            + "    case $command in\n");
    tree.forEach((name, words) -> {
      if (!words.isEmpty()) {
        out.append("      ")
            .append(quote(name))
            .append(") next=")
            .append(quote(String.join(" ", words)))
            .append(" ;;\n");
      }
    });
    out.append("    esac\n  fi\n  case $command in\n");
    out.append("    '') options='--version' ;;\n");
    for (CommandSpec spec : commands) {
      List<String> all = spec.options().stream().map(o -> "--" + o.name()).toList();
      List<String> valued =
          spec.options().stream()
              .filter(o -> o.argument().isPresent())
              .map(o -> "--" + o.name())
              .toList();
      out.append("    ").append(quote(spec.name())).append(")\n");
      out.append("      options=").append(quote(String.join(" ", all))).append('\n');
      out.append("      valued=").append(quote(String.join(" ", valued))).append("\n      ;;\n");
    }
    out.append(
        """
          esac
          if [[ " $valued " == *" $previous "* ]]; then
            return
          fi
          if [[ $current == -* ]]; then
            COMPREPLY=($(compgen -W "$options --help" -- "$current"))
          else
            COMPREPLY=($(compgen -W "$next" -- "$current"))
          fi
        }

        complete -o default -F _assay assay
        """);
    return out.toString();
  }

  /** To lie in a folder of {@code fpath} as {@code _assay}. */
  static String zsh(List<CommandSpec> commands) {
    StringBuilder out = new StringBuilder();
    out.append(
        """
        #compdef assay
        # zsh completion for assay

        _assay() {
          local command='' word
          local -a next
          integer used=1
          while ((used + 1 < CURRENT)); do
            word="${command:+$command }$words[used+1]"
            case $word in
        """);
    Map<String, Set<String>> tree = tree(commands);
    for (String name : tree.keySet()) {
      if (!name.isEmpty()) {
        out.append("      ").append(quote(name)).append(") command=$word; ((used++)) ;;\n");
      }
    }
    out.append("      *) break ;;\n    esac\n  done\n");
    out.append(
        "  if ((used + 1 == CURRENT)) && [[ $words[CURRENT] != -* ]]; then\n"
            + "    case $command in\n");
    tree.forEach((name, words) -> {
      if (!words.isEmpty()) {
        out.append("      ").append(quote(name)).append(")\n        next=(\n");
        for (String word : words) {
          String full = name.isEmpty() ? word : name + " " + word;
          out.append("          ")
              .append(quote(word + ":" + summary(commands, full).replace(":", "\\:")))
              .append('\n');
        }
        out.append("        )\n        _describe command next\n        ;;\n");
      }
    });
    out.append("    esac\n  fi\n  ((used > 1)) || return\n");
    out.append("  shift $((used - 1)) words\n  ((CURRENT -= used - 1))\n  case $command in\n");
    for (CommandSpec spec : commands) {
      out.append("    ").append(quote(spec.name())).append(")\n      _arguments -S \\\n");
      for (CommandSpec.Option option : spec.options()) {
        out.append("        ").append(quote(zshOption(option))).append(" \\\n");
      }
      out.append("        '--help[show the help page]' '*:operand:_files'\n      ;;\n");
    }
    out.append("  esac\n}\n\n_assay \"$@\"\n");
    return out.toString();
  }

  private static String zshOption(CommandSpec.Option option) {
    String description =
        option.description().replace("[", "\\[").replace("]", "\\]").replace(":", "\\:");
    return (option.repeatable() ? "*" : "")
        + "--"
        + option.name()
        + "["
        + description
        + "]"
        + option.argument().map(a -> ":" + a.replace(":", "\\:") + ":_files").orElse("");
  }

  /** Of a command its summary, of a group the words that may follow. */
  private static String summary(List<CommandSpec> commands, String name) {
    return commands.stream()
        .filter(s -> s.name().equals(name))
        .map(CommandSpec::summary)
        .findFirst()
        .orElseGet(() -> String.join(", ", tree(commands).getOrDefault(name, Set.of())));
  }

  /** For every beginning of a command, the words that may follow it. */
  private static Map<String, Set<String>> tree(List<CommandSpec> commands) {
    Map<String, Set<String>> tree = new LinkedHashMap<>();
    for (CommandSpec spec : commands) {
      String name = "";
      for (String word : spec.name().split(" ")) {
        tree.computeIfAbsent(name, k -> new LinkedHashSet<>()).add(word);
        name = name.isEmpty() ? word : name + " " + word;
        tree.computeIfAbsent(name, k -> new LinkedHashSet<>());
      }
    }
    return tree;
  }

  private static String quote(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
