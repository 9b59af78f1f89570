package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;
import static dev.assay.cli.CommandSpec.values;

import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.ledger.Ledger;
import dev.assay.ledger.LedgerCheck;
import dev.assay.log.NoteKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * {@code ledger init}, {@code ledger check}, {@code ledger key show}, {@code ledger key rotate}.
 */
final class LedgerCommands {

  static final String DIR_HELP =
      "DIR is the ledger's folder; without it, the one that assay config shows.";

  static final CommandSpec INIT =
      new CommandSpec(
          "ledger init",
          "make a ledger in an empty or new folder",
          "[DIR]",
          0,
          1,
          """
          Makes new keys (Ed25519 and ML-DSA-44) and the first record, which names them. The public keys are printed:
          keep them outside, for they are what others check the ledger with. The origin is the ledger's name for ever.
          """
              + DIR_HELP,
          List.of(
              value(
                  "origin",
                  "NAME",
                  "the log's name (default: ledger.<16 random hex digits>.assay.internal)"),
              value(
                  "key-dir",
                  "DIR",
                  "keep the private keys here instead of in the ledger's folder")),
          List.of(
              "assay ledger init", "assay ledger init /srv/ledger --origin ledger.acme.example"));

  static final CommandSpec CHECK =
      new CommandSpec(
          "ledger check",
          "read a whole ledger and recompute everything",
          "[DIR]",
          0,
          1,
          """
          Every entry is hashed, every tile built anew, every record parsed, every blob hashed, the checkpoint's
          signatures and the chain of keys checked. Nothing is written. Exit status 0, or 4 when something does not
          fit or a blob is missing. Give --key and --checkpoint from where you keep them, not from the ledger's own
          disk: they catch a ledger that was replaced as a whole.
          """
              + DIR_HELP,
          List.of(
              values(
                  "key",
                  "VKEY",
                  "a public key that the ledger must have or have had; or a file of them"),
              value("checkpoint", "FILE", "a checkpoint kept from earlier, which must be a prefix"),
              flag("allow-missing-blobs", "missing blobs are reported, but are no failure"),
              value("output", "FORMAT", "text (default) or json")),
          List.of(
              "assay ledger check",
              "assay ledger check /srv/ledger --key ledger.vkey --checkpoint"
                  + " last-month.checkpoint"));

  static final CommandSpec KEY_SHOW =
      new CommandSpec(
          "ledger key show",
          "print the ledger's public keys",
          "[DIR]",
          0,
          1,
          "One key a line, as C2SP signed-note writes it. " + DIR_HELP,
          List.of(flag("all", "also the keys that were replaced, oldest first")),
          List.of("assay ledger key show > ledger.vkey"));

  static final CommandSpec KEY_ROTATE =
      new CommandSpec(
          "ledger key rotate",
          "replace the ledger's keys by new ones",
          "[DIR]",
          0,
          1,
          """
          Appends a key record, in a checkpoint that the old keys and the new ones sign; from then on only the new ones
          sign, and the old private keys are removed. Make a backup of the new keys afterwards, and give the new
          public keys to those who check the ledger. A process that writes to the ledger must be stopped meanwhile.
          """
              + DIR_HELP,
          List.of(),
          List.of("assay ledger key rotate"));

  private LedgerCommands() {}

  /** The commands declared here and in {@link LedgerKeyCommands}. */
  static List<CommandSpec> specs() {
    return List.of(
        INIT, CHECK, KEY_SHOW, LedgerKeyCommands.BACKUP, LedgerKeyCommands.RESTORE, KEY_ROTATE);
  }

  static Path folder(Arguments arguments, Context context) {
    return arguments.operands().isEmpty()
        ? Path.of(new Home(context).ledger().value())
        : context.path(arguments.operand(0));
  }

  static int init(Arguments arguments, Context context) {
    Path folder = folder(arguments, context);
    String origin = arguments.value("origin").orElseGet(Ledger::newOrigin);
    Optional<Path> keys = arguments.value("key-dir").map(context::path);
    try (Ledger ledger = Ledger.init(folder, origin, keys, context.clock())) {
      context.out().println("ledger  " + folder);
      context.out().println("origin  " + ledger.origin());
      ledger.keys().forEach(k -> context.out().println("key     " + k.vkey()));
    }
    context.err().println("next: assay ledger key backup " + quoted(folder) + " ledger-keys.json");
    return 0;
  }

  static String quoted(Path path) {
    String text = path.toString();
    return text.matches("[A-Za-z0-9_./@%+=:,-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  static int keyShow(Arguments arguments, Context context) {
    Ledger ledger = Ledger.openForReading(folder(arguments, context));
    Collection<NoteKey> keys = arguments.flag("all") ? ledger.keyHistory().all() : ledger.keys();
    keys.forEach(k -> context.out().println(k.vkey()));
    return 0;
  }

  static int keyRotate(Arguments arguments, Context context) {
    Path folder = folder(arguments, context);
    try (Ledger ledger = Ledger.openForWriting(folder, context.clock())) {
      List<NoteKey> old = ledger.keys();
      long index = ledger.rotateKeys();
      context.out().println("record  " + index);
      old.forEach(k -> context.out().println("old     " + k));
      ledger.keys().forEach(k -> context.out().println("key     " + k.vkey()));
    }
    context.err().println("next: assay ledger key backup " + quoted(folder) + " ledger-keys.json");
    return 0;
  }

  static int check(Arguments arguments, Context context) {
    boolean json = Outputs.json(arguments);
    List<NoteKey> trusted = new ArrayList<>();
    arguments.values("key").forEach(k -> trusted.addAll(keys(k, context)));
    Optional<byte[]> older =
        arguments.value("checkpoint").map(f -> Inputs.read(context, f, Limits.NOTE_BYTES));
    CheckProgress progress = new CheckProgress(context);
    LedgerCheck.Report report =
        LedgerCheck.run(folder(arguments, context), trusted, older, progress);
    progress.end();
    boolean ok =
        report.intact() && (report.missingCount() == 0 || arguments.flag("allow-missing-blobs"));
    if (json) {
      context.out().print(json(report, ok).pretty());
    } else {
      print(report, ok, context);
    }
    return ok ? 0 : Code.LEDGER_CORRUPT.exit().status();
  }

  // A vkey always has plus signs before its base64; a file name given with the same form is a key.
  private static List<NoteKey> keys(String text, Context context) {
    if (text.contains("+") && !Files.exists(context.path(text))) {
      return List.of(NoteKey.parse(text));
    }
    return Text.utf8(Inputs.read(context, text, Limits.KEY_BYTES))
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(line -> NoteKey.parse(line.strip()))
        .toList();
  }

  private static void print(LedgerCheck.Report report, boolean ok, Context context) {
    String records = Outputs.count(report.size(), "record");
    String word = !report.intact() ? "✗ DAMAGED" : ok ? "✓ INTACT" : "✗ INCOMPLETE";
    context.out().println(word + "  " + Text.printable(report.origin()) + "  " + records);
    report.root().ifPresent(c -> context.out().println("  root     " + Base64s.encode(c.root())));
    for (NoteKey key : report.keys()) {
      context.out().println("  key      " + Text.printable(key.toString()));
    }
    if (!report.types().isEmpty()) {
      context
          .out()
          .println(
              "  records  "
                  + report.types().entrySet().stream()
                      .sorted(java.util.Map.Entry.comparingByKey())
                      .map(e -> e.getValue() + " " + e.getKey())
                      .collect(Collectors.joining(", ")));
    }
    context.out().println("  tiles    " + report.tiles() + " compared");
    context
        .out()
        .println("  blobs    " + report.blobs() + " match, " + report.missingCount() + " missing");
    if (report.unused() > 0) {
      context
          .out()
          .println(
              "  unused   "
                  + Outputs.count(report.unused(), "file")
                  + " beyond the checkpoint; a crash leaves them, and they do no harm");
    }
    if (report.interrupted()) {
      context
          .out()
          .println("  an append was interrupted; opening the ledger for writing finishes it");
    }
    for (LedgerCheck.Problem p : report.problems()) {
      context
          .out()
          .println("  ✗ " + p.code().id() + " " + Text.printable(p.where() + ": " + p.what()));
    }
    more(report.problemCount() - report.problems().size(), "problem", context);
    report.missing().forEach(d -> context.out().println("  ✗ missing blob " + d));
    more(report.missingCount() - report.missing().size(), "missing blob", context);
    if (!ok) {
      context.out().println("next: assay explain " + Code.LEDGER_CORRUPT.id());
    }
  }

  private static void more(long count, String noun, Context context) {
    if (count > 0) {
      context.out().println("  and " + Outputs.count(count, "more " + noun));
    }
  }

  private static Json json(LedgerCheck.Report report, boolean ok) {
    Json.Builder types = Json.object();
    report.types().entrySet().stream()
        .sorted(java.util.Map.Entry.comparingByKey())
        .forEach(e -> types.put(e.getKey(), e.getValue()));
    Json.Builder out =
        Json.object()
            .put("apiVersion", "assay.dev/ledger-check/v1")
            .put("origin", report.origin())
            .put("ok", ok)
            .put("intact", report.intact())
            .put("size", report.size());
    report.root().ifPresent(c -> out.put("root", Base64s.encode(c.root())));
    return out.put("keys", Json.strings(report.keys().stream().map(NoteKey::vkey).toList()))
        .put("records", types)
        .put("tiles", report.tiles())
        .put("blobs", report.blobs())
        .put("missingBlobs", report.missingCount())
        .put("missing", Json.strings(report.missing().stream().map(Object::toString).toList()))
        .put("problemCount", report.problemCount())
        .put(
            "problems",
            report.problems().stream()
                .map(p ->
                    Json.object()
                        .put("code", p.code().id())
                        .put("where", p.where())
                        .put("what", p.what())
                        .build())
                .toList())
        .put("unusedFiles", report.unused())
        .put("interrupted", report.interrupted())
        .build();
  }

  /** Says how far a long check is, once a second, past the first. */
  private static final class CheckProgress implements LedgerCheck.Progress {
    private final Context context;
    private long shown = System.nanoTime();
    private boolean any;

    CheckProgress(Context context) {
      this.context = context;
    }

    @Override
    public void at(long done, long total) {
      long now = System.nanoTime();
      if (done < total && now - shown > 1_000_000_000L) {
        shown = now;
        any = true;
        context.err().println("checked " + done + " of " + total + " records");
      }
    }

    void end() {
      if (any) {
        context.err().println("checked all records");
      }
    }
  }
}
