package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.PublicKey;
import dev.assay.evidence.Answer;
import dev.assay.evidence.AnswerText;
import dev.assay.evidence.EvidenceIndex;
import dev.assay.evidence.ProofChecker;
import dev.assay.evidence.Prover;
import dev.assay.evidence.Question;
import dev.assay.ledger.Ledger;
import dev.assay.ledger.LedgerRecord;
import dev.assay.ledger.LedgerTurns;
import dev.assay.log.NoteKey;
import dev.assay.sbom.Advisory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code advisory add}, {@code ask}, {@code prove}, {@code prove check}, {@code ledger reindex}.
 */
final class AskCommands {

  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final CommandSpec.Option LEDGER =
      value("ledger", "FOLDER", "the ledger (default: see assay config)");

  private static final List<CommandSpec.Option> WHEN_AND_WHERE =
      List.of(
          value("at", "TIME", "ask about one moment (RFC 3339)"),
          value("from", "TIME", "ask about the time from here on"),
          value("until", "TIME", "ask about the time up to here"),
          value("cluster", "NAME", "ask about one cluster"),
          value("as-of", "TIME|N", "answer with what was known then, or with the first N records"),
          value("max-gap", "DURATION", "a longer gap between snapshots is blind (default PT10M)"),
          LEDGER);

  static final CommandSpec ADVISORY_ADD =
      new CommandSpec(
          "advisory add",
          "record advisories (OSV documents) in the ledger",
          "FILE...",
          1,
          CommandSpec.MANY,
          "Each document is kept as it was received. A revision that is recorded already is left"
              + " alone; a new revision of an advisory takes the place of the old one from then on,"
              + " and the old one still answers what was known before.",
          List.of(value("source", "TEXT", "where the documents come from"), LEDGER),
          List.of("assay advisory add GHSA-jfh8-c2jp-5v3q.json"));

  static final CommandSpec ASK =
      new CommandSpec(
          "ask",
          "was it running, where, since when, who built it?",
          "QUESTION",
          1,
          1,
          "QUESTION is an advisory's name (CVE-2021-44228), an image digest (sha256:...) or a"
              + " package URL (pkg:maven/group/name@version; without a version, every version). The"
              + " answer is YES, NO or UNKNOWN. NO is said only where complete snapshots cover the"
              + " time asked about and every image that ran has an SBOM. Exit status: 0 for YES and"
              + " NO, 3 for UNKNOWN.",
          options(
              value("output", "FORMAT", "text (default) or json"),
              flag("full", "show digests and keys in full")),
          List.of(
              "assay ask CVE-2021-44228",
              "assay ask pkg:maven/org.apache.logging.log4j/log4j-core --from 2026-11-01T00:00:00Z",
              "assay ask CVE-2021-44228 --as-of 2026-11-03T12:00:00Z  # what did we know then?"));

  static final CommandSpec PROVE =
      new CommandSpec(
          "prove",
          "write an answer and everything it rests on into one file",
          "QUESTION",
          1,
          1,
          "The file holds the question, the answer, the ledger's signed checkpoint, every record"
              + " the answer rests on with its inclusion proof, and the contents of those records."
              + " Whoever has the ledger's public key can check it with assay prove check, offline"
              + " and without the ledger.",
          options(
              value("output", "FILE", "the file to write"),
              CommandSpec.values(
                  "key", "FILE", "public key of a signer that no recorded policy holds"),
              flag("replace", "replace an existing file")),
          List.of("assay prove CVE-2021-44228 -o proof.json"));

  static final CommandSpec PROVE_CHECK =
      new CommandSpec(
          "prove check",
          "check a proof file with nothing but the ledger's public key",
          "FILE",
          1,
          1,
          "Verifies the checkpoint's signature, the inclusion of every record, the digest of every"
              + " content, the chain of snapshots and the signatures of the bundles, and computes"
              + " the answer again from the file alone.",
          List.of(
              value("log-key", "VKEY|FILE", "the ledger's public key, or a file with one or more"),
              value("output", "FORMAT", "text (default) or json"),
              flag("full", "show digests and keys in full")),
          List.of("assay prove check proof.json --log-key ledger.pub"));

  static final CommandSpec REINDEX =
      new CommandSpec(
          "ledger reindex",
          "drop the index and build it again from the ledger",
          "",
          0,
          0,
          "The index is a view of the ledger and holds nothing of its own: the answers are the same"
              + " afterwards.",
          List.of(LEDGER),
          List.of("assay ledger reindex"));

  private AskCommands() {}

  private static List<CommandSpec.Option> options(CommandSpec.Option... own) {
    List<CommandSpec.Option> out = new ArrayList<>(Arrays.asList(own));
    out.addAll(WHEN_AND_WHERE);
    return out;
  }

  static int advisoryAdd(Arguments arguments, Context context) throws IOException {
    // All are read before the first is written.
    List<byte[]> documents = new ArrayList<>();
    List<Advisory> advisories = new ArrayList<>();
    for (String name : arguments.operands()) {
      byte[] bytes = Inputs.read(context, name, Limits.DOCUMENT_BYTES);
      try {
        advisories.add(Advisory.parse(bytes));
      } catch (AssayException e) {
        throw new AssayException(e.code(), Text.printable(name) + ": " + e.getMessage(), e);
      }
      documents.add(bytes);
    }
    LedgerTurns turns = LedgerTurns.of(folder(arguments, context), context.clock(), PATIENCE);
    try (Ledger ledger = Ledger.openForReading(folder(arguments, context));
        EvidenceIndex index = Indexes.open(ledger, context)) {
      index.refresh(ledger);
      Map<Integer, String> fresh = new LinkedHashMap<>();
      for (int i = 0; i < documents.size(); i++) {
        String id = advisories.get(i).id();
        if (index.hasAdvisory(id, documents.get(i)) || fresh.containsValue(id)) {
          context.out().println("recorded already  " + id);
        } else {
          fresh.put(i, id);
        }
      }
      List<Long> indexes =
          fresh.isEmpty()
              ? List.of()
              : turns.write((reader, writer) -> {
                List<LedgerRecord> records = new ArrayList<>();
                for (int i : fresh.keySet()) {
                  Digest content = writer.putBlob(documents.get(i));
                  Instant now = context.clock().instant();
                  records.add(record(advisories.get(i), content, arguments, i, now));
                }
                return writer.append(records);
              });
      int place = 0;
      for (String id : fresh.values()) {
        context.out().println("recorded  " + id + "  in record " + indexes.get(place++));
      }
    }
    context
        .out()
        .println("next: assay ask " + advisories.getFirst().id() + ledgerOption(arguments));
    return 0;
  }

  private static LedgerRecord record(
      Advisory advisory, Digest content, Arguments arguments, int place, Instant now) {
    return new LedgerRecord(
        LedgerRecord.Types.ADVISORY,
        now,
        Json.object()
            .put("id", advisory.id())
            .put("aliases", Json.strings(advisory.aliases()))
            .put("modified", advisory.modified().toString())
            .put("source", arguments.value("source").orElse(arguments.operand(place)))
            .put("content", content.toString())
            .build(),
        List.of(content));
  }

  static int ask(Arguments arguments, Context context) throws IOException {
    boolean json = Outputs.json(arguments);
    try (Ledger ledger = Ledger.openForReading(folder(arguments, context));
        EvidenceIndex index = Indexes.open(ledger, context)) {
      index.refresh(ledger);
      Answer answer = index.asker().ask(question(arguments, index));
      if (json) {
        context.out().print(answer.toJson().pretty());
      } else {
        context.out().print(AnswerText.render(answer, arguments.flag("full")));
        context.out().println("next: " + next(answer, arguments));
      }
      return status(answer);
    }
  }

  private static int status(Answer answer) {
    return answer.result() == Answer.Result.UNKNOWN ? Code.Exit.UNDECIDED.status() : 0;
  }

  private static String next(Answer answer, Arguments arguments) {
    if (answer.result() != Answer.Result.UNKNOWN) {
      return "assay prove "
          + answer.question().subject().text()
          + ledgerOption(arguments)
          + " -o proof.json";
    }
    return answer.unknown().isEmpty()
        ? "assay observe --help"
        : "assay explain " + Code.NO_SBOM.id();
  }

  // What is suggested next is about the same ledger.
  private static String ledgerOption(Arguments arguments) {
    return arguments.value("ledger").map(l -> " --ledger " + Text.printable(l)).orElse("");
  }

  static int prove(Arguments arguments, Context context) throws IOException {
    String output = arguments.required("output");
    List<PublicKey> signers = new ArrayList<>();
    for (String name : arguments.values("key")) {
      signers.add(PublicKey.fromPem(Inputs.read(context, name, Limits.DOCUMENT_BYTES)));
    }
    try (Ledger ledger = Ledger.openForReading(folder(arguments, context));
        EvidenceIndex index = Indexes.open(ledger, context)) {
      index.refresh(ledger);
      Prover.Proven proven =
          new Prover(ledger, index).prove(question(arguments, index), ledger.keys(), signers);
      Inputs.write(context, output, proven.file(), arguments.flag("replace"));
      context.out().print(AnswerText.render(proven.answer(), false));
      context
          .out()
          .println("proof  " + Text.printable(output) + "  " + proven.file().length + " bytes");
      context
          .out()
          .println(
              "next: assay prove check "
                  + Text.printable(output)
                  + " --log-key "
                  + ledger.keys().getFirst().vkey());
      return status(proven.answer());
    }
  }

  static int proveCheck(Arguments arguments, Context context) {
    boolean json = Outputs.json(arguments);
    byte[] file = Inputs.read(context, arguments.operand(0), ProofChecker.MAX_BYTES);
    ProofChecker.Checked checked =
        ProofChecker.check(file, logKeys(arguments.required("log-key"), context));
    if (json) {
      context
          .out()
          .print(
              Json.object()
                  .put("apiVersion", "assay.dev/proof-check/v1")
                  .put("holds", true)
                  .put("origin", checked.origin())
                  .put("size", checked.size())
                  .put("records", checked.records())
                  .put("bundles", checked.bundles())
                  .put("keys", Json.strings(checked.keys()))
                  .put("answer", checked.answer().toJson())
                  .build()
                  .pretty());
    } else {
      context
          .out()
          .println("PROVEN  the log " + checked.origin() + " holds what this answer rests on");
      context.out().print(AnswerText.render(checked.answer(), arguments.flag("full")));
      context.out().print(checked.statement());
    }
    return status(checked.answer());
  }

  // A vkey, or a file with one to a line; lines that begin with # are comments.
  private static List<NoteKey> logKeys(String given, Context context) {
    boolean literal = given.indexOf('+') > 0 && !Files.exists(context.path(given));
    String text = literal ? given : Text.utf8(Inputs.read(context, given, Limits.DOCUMENT_BYTES));
    List<NoteKey> keys =
        text.lines()
            .map(String::strip)
            .filter(l -> !l.isEmpty() && !l.startsWith("#"))
            .limit(1_000)
            .map(NoteKey::parse)
            .toList();
    if (keys.isEmpty()) {
      throw new AssayException(Code.KEY_UNREADABLE, "no key in " + Text.printable(given));
    }
    return keys;
  }

  static int reindex(Arguments arguments, Context context) throws IOException {
    try (Ledger ledger = Ledger.openForReading(folder(arguments, context));
        EvidenceIndex index = Indexes.open(ledger, context)) {
      long records = index.reindex(ledger);
      context.out().println("indexed  " + records + " records of " + ledger.origin());
      return 0;
    }
  }

  private static Path folder(Arguments arguments, Context context) {
    return arguments
        .value("ledger")
        .map(context::path)
        .orElseGet(() -> Path.of(new Home(context).ledger().value()));
  }

  /** The index of a ledger, where this user keeps such files. */
  private static Question question(Arguments arguments, EvidenceIndex index) {
    Optional<Instant> at = time(arguments, "at");
    Optional<Instant> from = time(arguments, "from");
    Optional<Instant> until = time(arguments, "until");
    if (at.isPresent() && (from.isPresent() || until.isPresent())) {
      throw new AssayException(Code.USAGE, "--at goes without --from and --until");
    }
    return new Question(
        Question.subject(arguments.operand(0)),
        at.or(() -> from),
        at.or(() -> until),
        arguments.value("cluster"),
        asOf(arguments, index),
        maxGap(arguments));
  }

  private static Optional<Instant> time(Arguments arguments, String name) {
    return arguments.value(name).map(text -> instant(name, text));
  }

  private static Instant instant(String name, String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new AssayException(
          Code.BAD_TIME,
          "--" + name + ": not a time: " + Text.quote(text),
          Optional.of("write it as 2026-11-22T12:00:00Z"),
          e);
    }
  }

  private static Optional<Long> asOf(Arguments arguments, EvidenceIndex index) {
    return arguments
        .value("as-of")
        .map(text -> {
          if (!text.matches("[0-9]{1,18}")) {
            return index.positionAt(instant("as-of", text));
          }
          long records = Long.parseLong(text);
          if (records > index.position()) {
            throw new AssayException(
                Code.BAD_QUESTION,
                "the ledger has " + index.position() + " records; --as-of asks for " + records);
          }
          return records;
        });
  }

  private static Duration maxGap(Arguments arguments) {
    return arguments
        .value("max-gap")
        .map(text -> {
          try {
            return Duration.parse(text);
          } catch (DateTimeException e) {
            throw new AssayException(
                Code.USAGE,
                "--max-gap: not a duration: " + Text.quote(text),
                Optional.of("write it as PT10M (ten minutes), PT1H, P1D"),
                e);
          }
        })
        .orElse(Question.MAX_GAP);
  }
}
