package dev.assay.gate;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.net.HttpExchange;
import dev.assay.net.HttpHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The admission endpoint: {@code POST /validate}, {@code POST /mutate}, {@code GET /healthz},
 * {@code GET /readyz}. What is not an AdmissionReview is answered with 400, which the API server
 * takes by its {@code failurePolicy}; no answer but 200 can allow.
 */
public final class AdmissionHandler implements HttpHandler {

  private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");
  private static final Map<String, String> TEXT =
      Map.of("Content-Type", "text/plain; charset=utf-8");

  // Memory for requests is given out in pieces, so that a flood waits instead of filling it.
  private static final int PIECE = 64 << 10;
  private static final int PIECES = 1_024;
  private static final Duration WAIT = Duration.ofSeconds(5);

  private final Semaphore room = new Semaphore(PIECES);
  private final Gate gate;
  private final BooleanSupplier ready;

  /**
   * @param ready whether requests should be sent here
   */
  public AdmissionHandler(Gate gate, BooleanSupplier ready) {
    this.gate = gate;
    this.ready = ready;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    switch (exchange.path()) {
      case "/validate" -> review(exchange, false);
      case "/mutate" -> review(exchange, true);
      case "/healthz" -> probe(exchange, true);
      case "/readyz" -> probe(exchange, ready.getAsBoolean());
      default -> exchange.respond(404, TEXT, Text.utf8("not found\n"));
    }
  }

  private void review(HttpExchange exchange, boolean mutate) throws IOException {
    if (!exchange.method().equals("POST")) {
      refuse(exchange, 405, Code.BAD_REVIEW, "an AdmissionReview is posted");
      return;
    }
    int pieces = pieces(exchange);
    try {
      if (!room.tryAcquire(pieces, WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
        refuse(exchange, 503, Code.TOO_MANY, "too many requests at once");
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      refuse(exchange, 503, Code.NOT_EVALUATED, "the gate is being stopped");
      return;
    }
    try {
      admit(exchange, mutate);
    } finally {
      room.release(pieces);
    }
  }

  // Who does not say how much is coming is taken to send the most.
  private static int pieces(HttpExchange exchange) {
    String length = exchange.header("Content-Length").orElse("");
    long bytes = length.matches("[0-9]{1,9}") ? Long.parseLong(length) : Long.MAX_VALUE;
    return 1 + (int) (Math.min(bytes, Limits.ADMISSION_BYTES) / PIECE);
  }

  private void admit(HttpExchange exchange, boolean mutate) throws IOException {
    byte[] document = exchange.body().readNBytes(Limits.ADMISSION_BYTES + 1);
    if (document.length > Limits.ADMISSION_BYTES) {
      refuse(
          exchange, 413, Code.TOO_LARGE, "more than " + Limits.ADMISSION_BYTES + " bytes posted");
      return;
    }
    AdmissionReview review;
    try {
      review = AdmissionReview.parse(document);
    } catch (AssayException e) {
      refuse(exchange, 400, e.code(), String.valueOf(e.getMessage()));
      return;
    }
    Gate.Answer answer = mutate ? gate.mutate(review) : gate.validate(review);
    exchange.respond(200, JSON, Text.utf8(answer.response().compact()));
  }

  private static void refuse(HttpExchange exchange, int status, Code code, String message)
      throws IOException {
    Json body =
        Json.object()
            .put("code", code.id())
            .put("title", code.title())
            .put("message", message)
            .build();
    exchange.respond(status, JSON, Text.utf8(body.compact()));
  }

  private static void probe(HttpExchange exchange, boolean good) throws IOException {
    if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
      exchange.respond(405, TEXT, Text.utf8("GET only\n"));
      return;
    }
    exchange.respond(good ? 200 : 503, TEXT, Text.utf8(good ? "ok\n" : "not ready\n"));
  }
}
