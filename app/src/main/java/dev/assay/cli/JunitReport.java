package dev.assay.cli;

import dev.assay.bytes.Code;
import dev.assay.verify.Check;
import dev.assay.verify.Verdict;
import java.util.ArrayList;
import java.util.List;

/** The XML of JUnit reports, which build servers read: a test case for every subject. */
final class JunitReport implements VerifyReport {

  private final Context context;
  private final List<String> cases = new ArrayList<>();
  private int failures;
  private int errors;

  JunitReport(Context context) {
    this.context = context;
  }

  @Override
  public void add(VerifyCommand.Result result) {
    Verdict verdict = result.verdict();
    StringBuilder out = new StringBuilder("  <testcase classname=\"assay.verify\" name=\"");
    out.append(escape(verdict.subject())).append('"');
    if (verdict.verified()) {
      cases.add(out.append("/>\n").toString());
      return;
    }
    // JUnit tells what was found to be wrong from what could not be found out.
    boolean error = verdict.exit() == Code.Exit.UNDECIDED;
    if (error) {
      errors++;
    } else {
      failures++;
    }
    Check decisive = verdict.decisive().orElseThrow();
    String element = error ? "error" : "failure";
    out.append(">\n    <").append(element).append(" type=\"");
    out.append(decisive.code().map(Code::id).orElse("")).append("\" message=\"");
    out.append(escape(decisive.detail())).append("\">");
    for (Check check : verdict.checks()) {
      if (!check.passed()) {
        out.append(escape(check.code().map(Code::id).orElse("") + " " + check.name() + ": "));
        out.append(escape(check.detail())).append("\n");
        check.expected().ifPresent(e -> out.append(escape("expected " + e)).append("\n"));
        check.found().ifPresent(f -> out.append(escape("found " + f)).append("\n"));
      }
    }
    cases.add(out.append("</").append(element).append(">\n  </testcase>\n").toString());
  }

  // XML 1.0 has no place for most control characters, not even escaped.
  private static String escape(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '&' -> out.append("&amp;");
            case '<' -> out.append("&lt;");
            case '>' -> out.append("&gt;");
            case '"' -> out.append("&quot;");
            default -> {
              boolean legal =
                  c == '\n'
                      || c == '\t'
                      || c >= 0x20 && c != 0x7f && !(c >= 0xd800 && c <= 0xdfff) && c < 0xfffe
                      || c >= 0x10000;
              out.appendCodePoint(legal ? c : 0xfffd);
            }
          }
        });
    return out.toString();
  }

  @Override
  public void finish() {
    StringBuilder out = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.append("<testsuite name=\"assay verify\" tests=\"").append(cases.size());
    out.append("\" failures=\"").append(failures);
    out.append("\" errors=\"").append(errors).append("\" skipped=\"0\">\n");
    cases.forEach(out::append);
    context.out().print(out.append("</testsuite>\n"));
  }
}
