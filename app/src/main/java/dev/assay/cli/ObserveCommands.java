package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.cluster.Snapshot;
import dev.assay.cluster.SnapshotIngest;
import dev.assay.cluster.SnapshotReader;
import dev.assay.ledger.LedgerTurns;
import dev.assay.server.Questions;
import dev.assay.server.RunningServer;
import dev.assay.server.StatusPage;
import dev.assay.server.WebServers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/** {@code observe}, {@code serve}. */
final class ObserveCommands {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  static final CommandSpec OBSERVE =
      new CommandSpec(
          "observe",
          "record what a cluster runs",
          "FILE|-",
          1,
          1,
          """
          Reads what `kubectl get pods -A -o json` prints, or content of an earlier snapshot, and
          records it. A complete snapshot also proves what did not run. Say --incomplete when the
          list leaves out namespaces.

          The running containers are those whose state says so; what is declared but has ended, or
          waits, does not run. A container whose runtime names no manifest digest is recorded
          without one, and said on standard error.
          """,
          List.of(
              value("cluster", "NAME", "the cluster's name"),
              value("ledger", "DIR", "where to record it (default: see assay config)"),
              value("taken-at", "TIME", "when the list was asked for (default: now)"),
              flag("incomplete", "the list may leave out something that runs")),
          List.of(
              "kubectl get pods -A -o json | assay observe - --cluster prod-eu --ledger L",
              "assay observe pods.json --cluster edge-7 --ledger L --taken-at"
                  + " 2026-11-22T12:00:00Z"));

  static final CommandSpec SERVE =
      new CommandSpec(
          "serve",
          "show a ledger as a small read-only web page",
          "",
          0,
          0,
          """
          Shows what runs, what was decided and what moved; every record has its own address, and
          the past is at ?asof=. The ledger itself is there for other tools: /checkpoint and /tile/
          (C2SP tlog-tiles), /metrics (Prometheus).
          """,
          List.of(
              value("ledger", "DIR", "the ledger (default: see assay config)"),
              value("listen", "HOST:PORT", "where to listen (default: 127.0.0.1:0)")),
          List.of("assay serve --ledger L --listen 127.0.0.1:8080"));

  private ObserveCommands() {}

  static int observe(Arguments arguments, Context context) {
    byte[] document = Inputs.read(context, arguments.operand(0), Limits.SNAPSHOT_BYTES);
    Path folder = GateCommands.requiredLedger(arguments, context);
    Instant takenAt =
        arguments
            .value("taken-at")
            .map(ObserveCommands::time)
            .orElseGet(() -> context.clock().instant());
    SnapshotReader.Read read =
        SnapshotReader.read(
            document, arguments.value("cluster"), takenAt, !arguments.flag("incomplete"));
    Snapshot snapshot = read.snapshot();
    SnapshotIngest.Recorded recorded =
        LedgerTurns.of(folder, context.clock(), PATIENCE)
            .write((reader, writer) ->
                new SnapshotIngest(reader, writer, context.clock()).ingest(snapshot));
    read.notes().forEach(n -> context.err().println("note: " + Text.printable(n)));
    int containers = snapshot.containers().size();
    context
        .out()
        .println(
            "recorded #"
                + recorded.index()
                + "  "
                + snapshot.cluster()
                + "  snapshot "
                + recorded.sequence()
                + "  "
                + containers
                + (containers == 1 ? " container" : " containers")
                + " running  "
                + (snapshot.complete() ? "complete" : "not complete")
                + "  "
                + snapshot.takenAt());
    return 0;
  }

  private static Instant time(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw new AssayException(
          Code.USAGE,
          "not a time: " + Text.quote(text),
          Optional.of("--taken-at 2026-11-22T12:00:00Z"),
          e);
    }
  }

  /**
   * @param questions what answers the page's box, where there is an index to answer from
   */
  static int serve(Arguments arguments, Context context, Optional<Questions> questions) {
    Path folder = GateCommands.requiredLedger(arguments, context);
    Listen listen = Listen.parse(arguments.value("listen").orElse("127.0.0.1:0"));
    StatusPage page = new StatusPage(folder, questions, context.clock());
    try (RunningServer server =
        WebServers.start(page, listen.host(), listen.port(), Optional.empty())) {
      context.out().println(server.url() + "/");
      context.out().flush();
      server.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return 0;
  }
}
