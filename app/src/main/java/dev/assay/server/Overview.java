package dev.assay.server;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.cluster.RunningContainer;
import dev.assay.ledger.LedgerReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The first page. */
record Overview(
    LedgerSummary summary,
    LedgerReader ledger,
    Instant now,
    Optional<String> asOf,
    boolean canAsk) {

  private static final int IMAGES = 200;
  private static final String SIGNATURE = "https://sigstore.dev/cosign/sign/v1";
  private static final List<Map.Entry<String, String>> KINDS =
      List.of(
          Map.entry(SIGNATURE, "signature"),
          Map.entry("https://slsa.dev/provenance/v1", "provenance"),
          Map.entry("https://cyclonedx.org/bom", "SBOM"));

  // Containers of one image, over all clusters.
  private record Running(String image, Optional<Digest> digest, List<String> where) {}

  void write(Html page) {
    page.raw("<main><header>").element("h1", "What runs, and what is proven about it");
    page.raw("<p class=\"sub\">ledger ").element("code", ledger.origin()).text(", ");
    page.text(plural(summary.size(), "record"));
    summary.newest.ifPresent(t -> {
      page.text(", newest ");
      time(page, t);
    });
    page.raw("</p>");
    asOf.ifPresent(a -> {
      page.raw("<p class=\"past\">As it was known at ").element("code", a).text(" (");
      page.text(plural(summary.size(), "record")).raw("). ").link("/", "Show the present");
      page.raw("</p>");
    });
    page.raw("</header>");
    if (canAsk) {
      askBox(page, "", asOf.filter(a -> a.contains("T")));
    }
    clusters(page);
    images(page);
    decisions(page);
    moves(page);
    ledger(page);
    page.raw("</main>");
  }

  static void askBox(Html page, String question, Optional<String> asOf) {
    page.raw("<form action=\"/ask\" method=\"get\" role=\"search\"><label for=\"q\">Ask</label>");
    page.raw("<input id=\"q\" name=\"q\" maxlength=\"500\" autocomplete=\"off\" placeholder=\"")
        .text("CVE-2021-44228, a package, a digest, an image")
        .raw("\" value=\"")
        .text(question)
        .raw("\">");
    asOf.ifPresent(
        a -> page.raw("<input type=\"hidden\" name=\"asof\" value=\"").text(a).raw("\">"));
    page.raw("<button>Ask</button></form>");
  }

  private void clusters(Html page) {
    section(page, "Clusters");
    if (summary.clusters.isEmpty()) {
      empty(page, "No snapshot is recorded: what runs is unknown.");
      return;
    }
    table(page, "Cluster", "Newest snapshot", "Coverage", "Containers", "Record");
    summary.clusters.forEach((name, state) -> {
      page.raw("<tr>").element("td", name).raw("<td>");
      time(page, state.takenAt());
      page.raw("</td><td>");
      mark(
          page, state.complete() ? "ok" : "unsure", state.complete() ? "complete" : "not complete");
      page.raw("</td><td class=\"n\">");
      page.text(state.content().map(c -> "" + c.containers().size()).orElse("content missing"));
      page.raw("</td><td>");
      recordLink(page, state.index());
      page.raw("</td></tr>");
    });
    endTable(page);
  }

  private void images(Html page) {
    Map<String, Running> running = running();
    section(page, "Running images");
    if (running.isEmpty()) {
      empty(page, "The newest snapshots list no running container.");
      return;
    }
    table(page, "Image", "Digest", "Where", "Evidence");
    List<Running> rows = new ArrayList<>(running.values());
    // What nothing is known about comes first.
    rows.sort(java.util.Comparator.comparingInt(this::rank).thenComparing(Running::image));
    for (Running row : rows.subList(0, Math.min(IMAGES, rows.size()))) {
      page.raw("<tr><td class=\"image\">").text(row.image()).raw("</td><td>");
      digest(page, row.digest());
      page.raw("</td><td>");
      where(page, row.where());
      page.raw("</td><td class=\"links\">");
      evidence(page, row.digest());
      page.raw("</td></tr>");
    }
    if (rows.size() > IMAGES) {
      page.raw("<tr><td colspan=\"4\">")
          .text("and " + (rows.size() - IMAGES) + " more images")
          .raw("</td></tr>");
    }
    endTable(page);
  }

  private int rank(Running row) {
    Map<String, Long> found = row.digest().map(summary::evidence).orElse(Map.of());
    return row.digest().isPresent() && !found.containsKey(SIGNATURE) ? 0 : found.isEmpty() ? 1 : 2;
  }

  private Map<String, Running> running() {
    Map<String, Running> out = new LinkedHashMap<>();
    summary.clusters.forEach((cluster, state) ->
        state
            .content()
            .ifPresent(content -> {
              for (RunningContainer c : content.containers()) {
                String digest = c.digest().map(Digest::toString).orElse("");
                out.computeIfAbsent(
                        c.image() + " " + digest,
                        k -> new Running(c.image(), c.digest(), new ArrayList<>()))
                    .where()
                    .add(cluster + " " + c.namespace() + "/" + c.workload());
              }
            }));
    return out;
  }

  private static void where(Html page, List<String> places) {
    List<String> distinct = List.copyOf(new TreeSet<>(places));
    page.text(distinct.getFirst());
    if (distinct.size() > 1) {
      page.raw(" <details><summary>")
          .text("and " + (distinct.size() - 1) + " more")
          .raw("</summary>");
      for (String place : distinct.subList(1, Math.min(distinct.size(), 100))) {
        page.element("div", place);
      }
      page.raw("</details>");
    }
  }

  private void evidence(Html page, Optional<Digest> digest) {
    if (digest.isEmpty()) {
      mark(page, "unsure", "digest unknown");
      return;
    }
    Map<String, Long> found = summary.evidence(digest.get());
    if (!found.containsKey(SIGNATURE)) {
      if (summary.someNotKept) {
        mark(page, "unsure", "not shown here");
      } else {
        mark(page, "bad", "no signature recorded");
      }
    } else {
      mark(page, "ok", "signed");
    }
    for (Map.Entry<String, String> kind : KINDS) {
      if (found.containsKey(kind.getKey())) {
        evidenceLink(page, kind.getValue(), found.get(kind.getKey()));
      }
    }
    found.forEach((type, index) -> {
      if (KINDS.stream().noneMatch(k -> k.getKey().equals(type))) {
        evidenceLink(page, type, index);
      }
    });
  }

  private static void evidenceLink(Html page, String name, long index) {
    page.raw(" ").link("/record/" + index, name + " #" + index);
  }

  private void decisions(Html page) {
    section(page, "Newest decisions");
    if (summary.decisions.isEmpty()) {
      empty(page, "No admission decision is recorded.");
      return;
    }
    table(page, "When", "Decision", "What", "Reason", "Record");
    for (LedgerSummary.DecisionLine line : summary.decisions) {
      Fields f = line.body();
      boolean allowed = f.bool("allowed", false);
      boolean clean = f.optionalString("code").isEmpty();
      page.raw("<tr><td>");
      time(page, line.time());
      page.raw("</td><td>");
      mark(
          page,
          !allowed ? "bad" : clean ? "ok" : "unsure",
          !allowed ? "denied" : clean ? "allowed" : "allowed (audit)");
      page.raw("</td><td>")
          .text(f.string("cluster") + " " + f.string("namespace") + "/" + f.string("name"))
          .raw(" <small>")
          .text(f.string("operation") + " " + f.string("kind"))
          .raw("</small></td><td class=\"reason\">")
          .text(f.optionalString("reason").orElse(""))
          .raw("</td><td>");
      recordLink(page, line.index());
      page.raw("</td></tr>");
    }
    endTable(page);
  }

  private void moves(Html page) {
    section(page, "Tags that moved");
    if (summary.moves.isEmpty()) {
      empty(page, "No tag was seen to point elsewhere than before.");
      return;
    }
    table(page, "Seen", "Tag", "From", "To", "Record");
    for (LedgerSummary.TagMove move : summary.moves) {
      page.raw("<tr><td>");
      time(page, move.time());
      page.raw("</td><td class=\"image\">").text(move.tag()).raw("</td><td>");
      digest(page, Optional.of(move.from()));
      page.raw("</td><td>");
      digest(page, Optional.of(move.to()));
      page.raw("</td><td>");
      recordLink(page, move.index());
      page.raw("</td></tr>");
    }
    endTable(page);
  }

  private void ledger(Html page) {
    section(page, "The ledger");
    page.raw("<dl>");
    summary.types.forEach((type, count) ->
        page.raw("<div>").element("dt", type).element("dd", Long.toString(count)).raw("</div>"));
    page.raw("</dl>");
    if (asOf.isEmpty()) {
      page.raw("<details><summary>Newest checkpoint</summary><pre>")
          .lines(new String(ledger.checkpoint(), java.nio.charset.StandardCharsets.UTF_8).strip())
          .raw("</pre></details>");
    }
    page.raw("<p class=\"sub\">To keep a copy of your own: ")
        .link("/checkpoint", "/checkpoint")
        .text(" and /tile/ are C2SP tlog-tiles. For machines: ")
        .link("/metrics", "/metrics")
        .text(". The page as it was: add ")
        .element("code", "?asof=2026-11-22T12:00:00Z")
        .text(" or a number of records.")
        .raw("</p></section>");
  }

  private static void section(Html page, String title) {
    page.raw("<section>").element("h2", title);
  }

  private static void empty(Html page, String text) {
    page.classed("p", "sub", text).raw("</section>");
  }

  private static void table(Html page, String... columns) {
    page.raw("<div class=\"scroll\"><table><thead><tr>");
    for (String column : columns) {
      page.element("th", column);
    }
    page.raw("</tr></thead><tbody>");
  }

  private static void endTable(Html page) {
    page.raw("</tbody></table></div></section>");
  }

  // A sign and a word, so that nothing depends on colour.
  private static void mark(Html page, String kind, String word) {
    String sign =
        switch (kind) {
          case "ok" -> "✓ ";
          case "bad" -> "✗ ";
          default -> "– ";
        };
    page.classed("span", kind, sign + word);
  }

  private static void digest(Html page, Optional<Digest> digest) {
    if (digest.isEmpty()) {
      page.text("unknown");
      return;
    }
    page.raw("<code title=\"")
        .text(digest.get().toString())
        .raw("\">")
        .text(digest.get().brief())
        .raw("</code>");
  }

  private static void recordLink(Html page, long index) {
    page.link("/record/" + index, "#" + index);
  }

  private void time(Html page, Instant time) {
    String exact = time.truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString();
    page.raw("<time datetime=\"").text(exact).raw("\" title=\"").text(exact).raw("\">");
    page.text(exact.replace('T', ' '));
    page.raw(" <small>").text(ago(Duration.between(time, now))).raw("</small></time>");
  }

  static String ago(Duration age) {
    if (age.isNegative()) {
      return age.toMinutes() > -1 ? "now" : "ahead of this clock";
    }
    long days = age.toDays();
    if (days > 1) {
      return days + " days ago";
    }
    long hours = age.toHours();
    if (hours > 1) {
      return hours + " h ago";
    }
    long minutes = age.toMinutes();
    return minutes > 1 ? minutes + " min ago" : age.toSeconds() + " s ago";
  }

  private static String plural(long count, String word) {
    return count + " " + word + (count == 1 ? "" : "s");
  }
}
