package dev.assay.server;

import dev.assay.bytes.Text;
import java.time.Duration;
import java.time.Instant;

/** The summary in the text format of Prometheus, version 0.0.4. */
final class Metrics {

  private Metrics() {}

  static String text(LedgerSummary summary, Instant now) {
    StringBuilder out = new StringBuilder();
    help(out, "assay_ledger_records", "gauge", "Records in the ledger, by type.");
    summary.types.forEach(
        (type, count) -> line(out, "assay_ledger_records", label("type", type), count));
    help(out, "assay_ledger_size", "gauge", "Records the newest checkpoint covers.");
    line(out, "assay_ledger_size", "", summary.size());
    summary.newest.ifPresent(t -> {
      help(out, "assay_ledger_newest_record_age_seconds", "gauge", "Age of the newest record.");
      line(out, "assay_ledger_newest_record_age_seconds", "", age(t, now));
    });
    help(out, "assay_decisions", "gauge", "Admission decisions recorded.");
    summary.decisionCounts.forEach((kind, count) -> {
      String[] words = kind.split(" ", 2);
      line(
          out,
          "assay_decisions",
          label("decision", words[0]) + "," + label("mode", words[1]),
          count);
    });
    help(out, "assay_snapshot_age_seconds", "gauge", "Age of a cluster's newest snapshot.");
    summary.clusters.forEach((name, state) ->
        line(out, "assay_snapshot_age_seconds", label("cluster", name), age(state.takenAt(), now)));
    help(out, "assay_snapshot_complete", "gauge", "Whether the newest snapshot is complete.");
    summary.clusters.forEach((name, state) ->
        line(out, "assay_snapshot_complete", label("cluster", name), state.complete() ? 1 : 0));
    help(out, "assay_running_containers", "gauge", "Containers in the newest snapshot.");
    summary.clusters.forEach((name, state) ->
        state
            .content()
            .ifPresent(c ->
                line(
                    out,
                    "assay_running_containers",
                    label("cluster", name),
                    c.containers().size())));
    return out.toString();
  }

  private static long age(Instant time, Instant now) {
    return Duration.between(time, now).toSeconds();
  }

  private static void help(StringBuilder out, String name, String type, String help) {
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private static String label(String name, String value) {
    String safe = Text.printable(value).replace("\\", "\\\\").replace("\"", "\\\"");
    return name + "=\"" + safe + "\"";
  }

  private static void line(StringBuilder out, String name, String labels, long value) {
    out.append(name);
    if (!labels.isEmpty()) {
      out.append('{').append(labels).append('}');
    }
    out.append(' ').append(value).append('\n');
  }
}
