package dev.assay.cli;

import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import java.util.ArrayList;
import java.util.List;

/** Shows verdicts as they come, in one of the formats. */
interface VerifyReport {

  void add(VerifyCommand.Result result);

  /** Called once, after the last. */
  void finish();

  static VerifyReport of(String format, int subjects, boolean full, Context context) {
    return switch (format) {
      case "json" -> new JsonReport(context);
      case "jsonl" -> new LinesReport(context);
      case "sarif" -> new SarifReport(context);
      case "junit" -> new JunitReport(context);
      default -> new TextReport(subjects, full, context);
    };
  }

  /** For a person: every verdict with its reasons; of many, the verified ones only counted. */
  final class TextReport implements VerifyReport {
    private static final int MANY = 20;

    private final VerdictPrinter printer;
    private final Context context;
    private final int subjects;
    private final boolean full;
    private int verified;
    private int refused;
    private int undecided;

    TextReport(int subjects, boolean full, Context context) {
      this.printer = new VerdictPrinter(context.out(), full);
      this.context = context;
      this.subjects = subjects;
      this.full = full;
    }

    @Override
    public void add(VerifyCommand.Result result) {
      if (result.verdict().verified()) {
        verified++;
      } else if (result.verdict().exit() == Code.Exit.UNDECIDED) {
        undecided++;
      } else {
        refused++;
      }
      if (full || subjects <= MANY || !result.verdict().verified()) {
        printer.print(result.verdict(), result.next());
      }
    }

    @Override
    public void finish() {
      if (subjects > 1) {
        context
            .out()
            .println(
                Outputs.count(subjects, "subject")
                    + ": "
                    + verified
                    + " verified, "
                    + refused
                    + " refused, "
                    + undecided
                    + " undecided");
      }
    }
  }

  /** One document: a verdict, or an array of several. */
  final class JsonReport implements VerifyReport {
    private final Context context;
    private final List<Json> documents = new ArrayList<>();

    JsonReport(Context context) {
      this.context = context;
    }

    @Override
    public void add(VerifyCommand.Result result) {
      documents.add(result.verdict().toJson());
    }

    @Override
    public void finish() {
      context
          .out()
          .print((documents.size() == 1 ? documents.getFirst() : Json.array(documents)).pretty());
    }
  }

  /** A verdict a line, as soon as it is there. */
  final class LinesReport implements VerifyReport {
    private final Context context;

    LinesReport(Context context) {
      this.context = context;
    }

    @Override
    public void add(VerifyCommand.Result result) {
      context.out().println(result.verdict().toJson().compact());
    }

    @Override
    public void finish() {}
  }
}
