package dev.assay.evidence;

import dev.assay.bytes.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** An answer as a person reads it: the answer first, then why, then how it is known. */
public final class AnswerText {

  private AnswerText() {}

  /** The lines, without a line for what to do next. */
  public static String render(Answer a, boolean full) {
    StringBuilder out = new StringBuilder();
    String subject = Text.printable(a.question().subject().text());
    switch (a.result()) {
      case YES -> {
        boolean now = a.running().stream().anyMatch(Answer.Running::still);
        long workloads =
            a.running().stream()
                .map(r -> r.cluster() + "/" + r.namespace() + "/" + r.kind() + "/" + r.workload())
                .distinct()
                .count();
        out.append("YES  ")
            .append(subject)
            .append(now ? "  runs in " : "  ran in ")
            .append(workloads)
            .append(workloads == 1 ? " workload" : " workloads");
      }
      case NO -> out.append("NO  ").append(subject).append("  did not run");
      case UNKNOWN -> out.append("UNKNOWN  ").append(subject).append("  cannot be told");
    }
    out.append(when(a)).append('\n');
    for (Answer.Running r : a.running()) {
      running(out, r, full);
    }
    if (!a.reasons().isEmpty()) {
      out.append(a.result() == Answer.Result.YES ? "also not known:\n" : "because:\n");
      a.reasons().stream()
          .limit(full ? Long.MAX_VALUE : 20)
          .forEach(r -> out.append("  - ").append(Text.printable(r)).append('\n'));
    }
    if (!a.unknown().isEmpty()) {
      out.append("images that ran and cannot be judged:\n");
      a.unknown()
          .forEach(u ->
              out.append("  ? ")
                  .append(full ? u.digest().toString() : u.digest().brief())
                  .append("  ")
                  .append(Text.printable(u.reason()))
                  .append('\n'));
    }
    out.append("coverage:\n");
    if (a.coverage().isEmpty()) {
      out.append("  none\n");
    }
    a.coverage().forEach(c -> coverage(out, c));
    return out.append("known at ledger position ")
        .append(a.question().asOf().orElse(0L))
        .append('\n')
        .toString();
  }

  private static String when(Answer a) {
    Optional<Instant> from = a.question().from();
    Optional<Instant> until = a.question().until();
    String cluster = a.question().cluster().map(c -> " in cluster " + Text.printable(c)).orElse("");
    if (from.isPresent() && from.equals(until)) {
      return cluster + " at " + from.get();
    }
    return cluster
        + from.map(t -> " from " + t).orElse("")
        + until.map(t -> " until " + t).orElse("");
  }

  private static void running(StringBuilder out, Answer.Running r, boolean full) {
    line(
        out,
        "  ",
        r.cluster()
            + "/"
            + r.namespace()
            + "  "
            + r.kind()
            + "/"
            + r.workload()
            + "  "
            + r.container());
    line(out, "    image      ", r.image() + "  " + (full ? r.digest() : r.digest().brief()));
    if (r.sighting()) {
      line(out, "    seen       ", r.since() + " (in a snapshot that is not complete)");
    } else {
      line(
          out,
          "    since      ",
          r.absentBefore()
              .map(t -> r.since() + " (not running at " + t + ")")
              .orElse("at least " + r.since()));
      line(
          out,
          "    until      ",
          r.still()
              ? "still at " + r.lastSeen()
              : r.lastSeen()
                  + r.absentAfter().map(t -> " (not running at " + t + ")").orElse(" at least"));
    }
    r.component()
        .ifPresent(c -> line(out, "    holds      ", c + r.reason().map(x -> ": " + x).orElse("")));
    line(
        out,
        "    built by   ",
        r.build()
            .map(b ->
                b.builder()
                    + b.source().map(s -> " from " + s).orElse("")
                    + b.commit().map(c -> " at " + (full ? c : c.substring(0, 12))).orElse("")
                    + "  (record "
                    + b.index()
                    + ", key "
                    + key(b.keyId(), full)
                    + ")")
            .orElse("not recorded"));
    line(
        out,
        "    signed by  ",
        r.signatures().isEmpty()
            ? "not recorded"
            : String.join(
                ", ",
                r.signatures().stream()
                    .map(s -> "key " + key(s.keyId(), full) + " (record " + s.index() + ")")
                    .toList()));
    line(
        out,
        "    admitted   ",
        r.admission()
            .map(d ->
                (d.allowed() ? "allowed" : "denied")
                    + " at "
                    + d.time()
                    + "  (record "
                    + d.index()
                    + ", "
                    + d.mode()
                    + d.code().map(c -> ", " + c).orElse("")
                    + ")")
            .orElse("no decision recorded"));
    String sboms = r.sboms().isEmpty() ? "" : ", SBOM in record" + numbers(r.sboms());
    line(
        out,
        "    evidence   ",
        "snapshots in records " + r.firstSnapshot() + " to " + r.lastSnapshot() + sboms);
  }

  private static String numbers(List<Long> values) {
    return (values.size() == 1 ? " " : "s ")
        + String.join(", ", values.stream().map(String::valueOf).toList());
  }

  private static String key(String id, boolean full) {
    return full || id.length() < 19 ? id : id.substring(0, 19);
  }

  private static void coverage(StringBuilder out, Answer.Coverage c) {
    line(
        out,
        "  ",
        c.cluster()
            + "  "
            + c.from()
            + (c.from().equals(c.until()) ? "" : " to " + c.until())
            + "  "
            + c.snapshots()
            + (c.snapshots() == 1 ? " complete snapshot" : " complete snapshots")
            + ", longest gap "
            + duration(c.longestGap())
            + (c.blindPeriods() == 0 ? ", no blind period" : ", " + c.blindPeriods() + " blind"));
  }

  private static String duration(long seconds) {
    Duration d = Duration.ofSeconds(seconds);
    return d.isZero() ? "0 s" : d.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
  }

  private static void line(StringBuilder out, String head, String text) {
    out.append(head).append(Text.printable(text)).append('\n');
  }
}
