package dev.assay.server;

import dev.assay.bytes.Text;
import dev.assay.net.HttpHandler;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** One handler of ours in the web server's place for them. */
final class Adapter implements Handler {

  private static final Logger LOG = System.getLogger("dev.assay.server");

  private final HttpHandler handler;
  private final boolean tls;

  Adapter(HttpHandler handler, boolean tls) {
    this.handler = handler;
    this.tls = tls;
  }

  @Override
  public void handle(ServerRequest request, ServerResponse response) throws IOException {
    answer(request, response);
    // The web server announces the close and then waits for the client to do it.
    if (request.headers().containsToken(HeaderValues.CONNECTION_CLOSE)) {
      throw new CloseConnectionException("asked to close");
    }
  }

  private void answer(ServerRequest request, ServerResponse response) throws IOException {
    Exchange exchange;
    try {
      exchange = new Exchange(request, response, tls);
    } catch (IllegalArgumentException e) {
      response.status(400).send(Text.utf8("not a request target\n"));
      return;
    }
    try {
      handler.handle(exchange);
      if (!exchange.answered()) {
        throw new IllegalStateException("the handler did not answer");
      }
    } catch (IOException | RuntimeException e) {
      if (exchange.answered()) {
        // The client went away, or our bytes ended too early: only a broken connection tells it.
        throw e;
      }
      LOG.log(
          Level.ERROR,
          "no answer to " + exchange.method() + " " + Text.printable(exchange.path()),
          e);
      response.status(500).send(Text.utf8("internal error\n"));
    }
  }
}
