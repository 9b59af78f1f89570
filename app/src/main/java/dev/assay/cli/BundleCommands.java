package dev.assay.cli;

import static dev.assay.cli.CommandSpec.value;

import dev.assay.attest.EvidenceReader;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code bundle inspect}. */
final class BundleCommands {

  static final CommandSpec INSPECT =
      new CommandSpec(
          "bundle inspect",
          "show what a signature's file says; nothing is verified",
          "FILE...",
          1,
          CommandSpec.MANY,
          """
          Reads Sigstore bundles (0.1 to 0.3), DSSE envelopes, lists of attestations of npm and GitHub, and cosign's older
          JSON, one or several in a file; - is standard input. Shows what is signed, who says to have signed it, and what
          logs and timestamp authorities say about when.

          Everything shown is a claim: anybody can write such a file. assay verify says whether to believe it.
          """,
          List.of(value("output", "FORMAT", "text (default) or json")),
          List.of("assay bundle inspect pay.tar.gz.sigstore.json"));

  private static final int MOST_SHOWN = 20;
  private static final int LABEL = 16;

  private BundleCommands() {}

  /** Ends like the worst of the files; one that cannot be read hides nothing about the others. */
  static int inspect(Arguments arguments, Context context) {
    boolean json = Outputs.json(arguments);
    List<Json> files = new ArrayList<>();
    Code.Exit worst = Code.Exit.OK;
    for (String file : arguments.operands()) {
      try {
        List<EvidenceReader.Piece> pieces =
            EvidenceReader.pieces(Inputs.read(context, file, Limits.SBOM_BYTES), Limits.SBOM_BYTES);
        if (json) {
          files.add(described(file, pieces));
        } else {
          print(context.out(), file, pieces);
        }
      } catch (AssayException e) {
        worst = worst.worse(e.code().exit());
        String what = file + ": " + e.getMessage();
        context.err().println("error: " + Text.printable(what) + " (" + e.code().id() + ")");
        e.hint().ifPresent(h -> context.err().println("hint: " + Text.printable(h)));
        files.add(
            Json.object()
                .put("file", file)
                .put("code", e.code().id())
                .put("error", String.valueOf(e.getMessage()))
                .build());
      }
    }
    if (json) {
      Json all = Json.object().put("verified", "nothing").put("files", files).build();
      // JSON allows characters that a terminal acts on; as escapes they mean the same.
      all.pretty().lines().map(Text::printable).forEach(context.out()::println);
    } else if (worst == Code.Exit.OK || files.size() < arguments.operands().size()) {
      context.out().println("nothing was verified: all of this is what the file says of itself");
    }
    return worst.status();
  }

  private static Json described(String file, List<EvidenceReader.Piece> pieces) {
    List<Json> out = new ArrayList<>();
    for (EvidenceReader.Piece piece : pieces) {
      out.add(BundleDescription.of(piece));
    }
    return Json.object().put("file", file).put("evidence", out).build();
  }

  // One at a time: a file may hold thousands.
  private static void print(PrintStream out, String file, List<EvidenceReader.Piece> pieces) {
    out.println(
        Text.printable(file)
            + (pieces.size() == 1 ? "" : ": " + Outputs.count(pieces.size(), "signature")));
    for (EvidenceReader.Piece piece : pieces) {
      print(out, 2, BundleDescription.of(piece).members());
      out.println();
    }
  }

  // ---- a description for people: a line a value, what belongs together indented

  private static void print(PrintStream out, int indent, Map<String, Json> members) {
    members.forEach((name, value) -> print(out, indent, name, value));
  }

  private static void print(PrintStream out, int indent, String name, Json value) {
    String label = " ".repeat(indent) + Text.printable(words(name));
    if (value instanceof Json.Obj object) {
      out.println(label);
      print(out, indent + 2, object.members());
    } else if (value instanceof Json.Arr array) {
      List<Json> elements = array.elements();
      for (Json element : elements.subList(0, Math.min(elements.size(), MOST_SHOWN))) {
        print(out, indent, name, element);
      }
      if (elements.size() > MOST_SHOWN) {
        out.println(label + "  and " + (elements.size() - MOST_SHOWN) + " more (-o json)");
      }
    } else {
      String pad = " ".repeat(Math.max(2, LABEL + 2 - label.length()));
      out.println(label + pad + Text.printable(scalar(value)));
    }
  }

  private static String scalar(Json value) {
    return value instanceof Json.Str s ? s.value() : value.compact();
  }

  // logEntry -> log entry
  private static String words(String name) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean begins = c >= 'A' && c <= 'Z' && i > 0 && Character.isLowerCase(name.charAt(i - 1));
      out.append(begins ? " " + Character.toLowerCase(c) : String.valueOf(c));
    }
    return out.toString();
  }
}
