package dev.assay.server;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.ledger.Ledger;
import dev.assay.log.Tile;
import dev.assay.net.HttpExchange;
import dev.assay.net.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A small read-only site over a ledger: what runs, what was decided, what moved; every record under
 * {@code /record/N}; the past under {@code ?asof=}; and the ledger itself as a C2SP tlog-tiles
 * resource ({@code /checkpoint}, {@code /tile/...}), so that any client of such logs can mirror it.
 */
public final class StatusPage implements HttpHandler {

  private static final int QUESTION = 500;
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String STYLE = resource("status.css");
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final Path folder;
  private final Ledger ledger;
  private final Optional<Questions> questions;
  private final InstantSource clock;
  private final LedgerSummary now = new LedgerSummary();
  private Instant looked = Instant.MIN;

  /**
   * @param folder the ledger's
   * @throws AssayException as {@link Ledger#openForReading}
   */
  public StatusPage(Path folder, Optional<Questions> questions, InstantSource clock) {
    this.folder = folder;
    this.ledger = Ledger.openForReading(folder);
    this.questions = questions;
    this.clock = clock;
  }

  private static String resource(String name) {
    try (InputStream in = StatusPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("missing in this build: " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
      send(exchange, 405, TEXT, "read only\n");
      return;
    }
    try {
      route(exchange);
    } catch (AssayException e) {
      int status =
          switch (e.code()) {
            case BAD_QUESTION, USAGE, BAD_TIME -> 400;
            case NOT_FOUND -> 404;
            default -> 500;
          };
      Html page = head("Assay: " + e.code().title());
      page.raw("<main>").element("h1", e.code().title());
      page.raw("<p>").text(e.code().id() + ": " + e.getMessage()).raw("</p>");
      e.hint().ifPresent(h -> page.raw("<p>hint: ").text(h).raw("</p>"));
      sendPage(exchange, status, page.raw("</main>"));
    }
  }

  private void route(HttpExchange exchange) throws IOException {
    String path = exchange.path();
    switch (path) {
      case "/" -> overview(exchange);
      case "/healthz" -> send(exchange, 200, TEXT, "ok\n");
      case "/metrics" -> metrics(exchange);
      case "/ask" -> ask(exchange);
      case "/checkpoint" -> {
        refresh();
        exchange.respond(200, headers(TEXT), ledger.checkpoint());
      }
      default -> {
        if (path.startsWith("/record/")) {
          record(exchange, path.substring("/record/".length()));
        } else if (path.startsWith("/tile/")) {
          tile(exchange, path);
        } else {
          send(exchange, 404, TEXT, "not found\n");
        }
      }
    }
  }

  // Looking for a newer checkpoint verifies its signatures: not for every request of a flood.
  private synchronized long refresh() {
    Instant time = clock.instant();
    if (looked.equals(Instant.MIN)
        || Duration.between(looked, time).abs().compareTo(LOOK_AGAIN) >= 0) {
      looked = time;
      ledger.refresh();
    }
    return ledger.size();
  }

  private void overview(HttpExchange exchange) throws IOException {
    Optional<String> asOf = exchange.query("asof").filter(a -> !a.isBlank());
    Html page = head("Assay: " + ledger.origin());
    long size = refresh();
    // One at a time: the past is read anew for each request.
    synchronized (now) {
      LedgerSummary summary = now;
      if (asOf.isPresent()) {
        summary = past(asOf.get(), size);
      } else if (now.size() < size) {
        now.advance(ledger, size);
      }
      new Overview(summary, ledger, clock.instant(), asOf, questions.isPresent()).write(page);
    }
    sendPage(exchange, 200, page);
  }

  private LedgerSummary past(String asOf, long size) {
    LedgerSummary summary = new LedgerSummary();
    if (asOf.matches("[0-9]{1,18}")) {
      summary.advance(ledger, Math.min(size, Long.parseLong(asOf)));
      return summary;
    }
    summary.advance(ledger, time(asOf));
    return summary;
  }

  private static Instant time(String text) {
    try {
      return java.time.OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw new AssayException(
          dev.assay.bytes.Code.BAD_TIME,
          "not a time: " + Text.quote(text),
          Optional.of("a number of records, or a time like 2026-11-22T12:00:00Z"),
          e);
    }
  }

  private void record(HttpExchange exchange, String number) throws IOException {
    long size = refresh();
    if (!number.matches("0|[1-9][0-9]{0,17}") || Long.parseLong(number) >= size) {
      send(exchange, 404, TEXT, "there is no such record (the ledger has " + size + ")\n");
      return;
    }
    long index = Long.parseLong(number);
    Html page = head("Assay: record " + index);
    new RecordView(ledger, index).write(page);
    sendPage(exchange, 200, page);
  }

  private void ask(HttpExchange exchange) throws IOException {
    String question = exchange.query("q").map(String::strip).orElse("");
    if (questions.isEmpty() || question.isEmpty() || question.length() > QUESTION) {
      send(exchange, questions.isEmpty() ? 404 : 400, TEXT, "ask with ?q=QUESTION\n");
      return;
    }
    Optional<Instant> asOf = exchange.query("asof").filter(a -> !a.isBlank()).map(StatusPage::time);
    String answer = questions.get().answer(question, asOf);
    Html page = head("Assay: " + question);
    page.raw("<main><p class=\"crumb\">").link("/", "overview").raw("</p>");
    Overview.askBox(page, question, asOf.map(Instant::toString));
    page.raw("<section><pre>").lines(answer).raw("</pre></section></main>");
    sendPage(exchange, 200, page);
  }

  private void metrics(HttpExchange exchange) throws IOException {
    long size = refresh();
    String text;
    synchronized (now) {
      if (now.size() < size) {
        now.advance(ledger, size);
      }
      text = Metrics.text(now, clock.instant());
    }
    send(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", text);
  }

  private void tile(HttpExchange exchange, String path) throws IOException {
    String relative = path.substring(1);
    boolean entries = relative.startsWith("tile/entries/");
    Tile tile;
    try {
      tile = entries ? Tile.parseEntries(relative) : Tile.parse(relative);
    } catch (AssayException e) {
      send(exchange, 404, TEXT, "not a tile\n");
      return;
    }
    // The path is written anew from what was read: nothing of the request reaches the file system.
    Path file = folder.resolve(entries ? tile.entriesPath() : tile.path());
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      send(exchange, 404, TEXT, "no such tile\n");
      return;
    }
    Map<String, String> headers = headers("application/octet-stream");
    headers.put("Cache-Control", "public, max-age=31536000, immutable");
    exchange.respond(200, headers, Files.readAllBytes(file));
  }

  static Html head(String title) {
    return new Html()
        .raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
        .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        .raw("<meta name=\"color-scheme\" content=\"light dark\">")
        .element("title", title)
        .raw("<style>")
        .raw(STYLE)
        .raw("</style></head><body>");
  }

  private static void sendPage(HttpExchange exchange, int status, Html page) throws IOException {
    page.raw("</body></html>");
    send(exchange, status, "text/html; charset=utf-8", page.toString());
  }

  private static void send(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    exchange.respond(status, headers(type), Text.utf8(body));
  }

  private static final String POLICY =
      "default-src 'none'; style-src 'sha256-"
          + Base64s.encode(Hashes.sha256(Text.utf8(STYLE)))
          + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

  private static Map<String, String> headers(String type) {
    Map<String, String> out = new LinkedHashMap<>();
    out.put("Content-Type", type);
    out.put("Content-Security-Policy", POLICY);
    out.put("X-Content-Type-Options", "nosniff");
    out.put("X-Frame-Options", "DENY");
    out.put("Referrer-Policy", "no-referrer");
    out.put("Cross-Origin-Opener-Policy", "same-origin");
    out.put("Cross-Origin-Resource-Policy", "same-origin");
    out.put("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    out.put("Cache-Control", "no-store");
    return out;
  }
}
