package dev.assay.net;

import java.io.IOException;

/** Answers HTTP requests. Called on many threads at once, one for each request. */
@FunctionalInterface
public interface HttpHandler {

  /**
   * Answers by one of the {@code respond} methods of the exchange, exactly once. What is thrown is
   * logged by the server and answered with 500.
   */
  void handle(HttpExchange exchange) throws IOException;
}
