package dev.assay.cli;

import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.verify.Check;
import dev.assay.verify.Verdict;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/**
 * Shows a verdict to a person: first the answer, then why, then the next step. A mark is never
 * without its word.
 */
final class VerdictPrinter {

  private final PrintStream out;
  private final boolean full;

  VerdictPrinter(PrintStream out, boolean full) {
    this.out = out;
    this.full = full;
  }

  void print(Verdict verdict, Optional<String> next) {
    String mark =
        verdict.verified() ? "✓ VERIFIED" : undecided(verdict) ? "? UNDECIDED" : "✗ REFUSED";
    String digest =
        verdict
            .digest()
            .map(d -> full ? d.toString() : d.brief())
            .filter(d -> !verdict.subject().contains(d))
            .map(d -> "  " + d)
            .orElse("");
    out.println(mark + "  " + shorten(Text.printable(verdict.subject())) + digest);
    for (Check check : verdict.checks()) {
      print(check, 1);
    }
    for (String note : verdict.notes()) {
      out.println("  note: " + shorten(Text.printable(note)));
    }
    next.ifPresent(n -> out.println("  next: " + n));
  }

  private static boolean undecided(Verdict verdict) {
    return verdict.exit() == Code.Exit.UNDECIDED;
  }

  private void print(Check check, int depth) {
    String indent = "  ".repeat(depth);
    String mark =
        switch (check.outcome()) {
          case PASS -> "✓ ok      ";
          case FAIL -> "✗ failed  ";
          case REVIEW -> "! review  ";
          case NOT_EVALUATED -> "– not done";
        };
    String code = check.code().map(c -> c.id() + " ").orElse("");
    out.println(
        indent
            + mark
            + " "
            + pad(check.name(), 12)
            + " "
            + code
            + shorten(Text.printable(check.detail())));
    String deeper = indent + "             ";
    check
        .expected()
        .ifPresent(e -> out.println(deeper + "expected  " + shorten(Text.printable(e))));
    check.found().ifPresent(f -> out.println(deeper + "found     " + shorten(Text.printable(f))));
    List<Check> children = check.children();
    int others = 0;
    for (Check child : children) {
      if (!full && otherKind(child) && children.stream().anyMatch(c -> !otherKind(c))) {
        others++;
      } else if (children.size() - others == 1 && sameReason(check, child)) {
        // A single candidate's reason has just been told; only its name is new.
        out.println(deeper + "evidence  " + shorten(Text.printable(child.name())));
        child.children().forEach(c -> print(c, depth + 1));
      } else {
        print(child, depth + 1);
      }
    }
    if (others > 0) {
      out.println(deeper + "and " + others + " of another kind (--full shows them)");
    }
  }

  // Evidence that was never about this question.
  private static boolean otherKind(Check check) {
    return check.code().equals(Optional.of(Code.WRONG_PREDICATE_TYPE));
  }

  private static String pad(String text, int width) {
    return text.length() >= width ? text : text + " ".repeat(width - text.length());
  }

  // Digests are shown short unless all of them is asked for.
  private String shorten(String text) {
    return full ? text : text.replaceAll("(sha256:[0-9a-f]{12})[0-9a-f]{52}", "$1");
  }

  private static boolean sameReason(Check check, Check child) {
    return check.code().equals(child.code()) && check.detail().equals(child.detail());
  }
}
