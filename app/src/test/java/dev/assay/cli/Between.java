package dev.assay.cli;

import dev.assay.bytes.Text;
import dev.assay.net.ForwardedExchange;
import dev.assay.net.HttpExchange;
import dev.assay.net.HttpHandler;
import dev.assay.server.RunningServer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** Stands between clients and a registry: notes what is asked, and may change what is listed. */
final class Between implements HttpHandler, AutoCloseable {

  private final HttpHandler registry;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final RunningServer server;

  /** Applied to the text of listings of referrers. */
  volatile UnaryOperator<String> listing = text -> text;

  /** Answers instead of the registry, where it wants to. */
  volatile Answer instead = exchange -> false;

  /** Whether it has answered. */
  @FunctionalInterface
  interface Answer {
    boolean answers(HttpExchange exchange) throws IOException;
  }

  Between(HttpHandler registry) {
    this.registry = registry;
    this.server = Sandbox.serve(this);
  }

  String host() {
    return server.authority();
  }

  /** What was asked since the last time, as {@code GET /v2/...}. */
  List<String> asked() {
    List<String> all = List.copyOf(asked);
    asked.clear();
    return all;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    asked.add(exchange.method() + " " + exchange.path());
    if (instead.answers(exchange)) {
      return;
    }
    registry.handle(exchange.path().contains("/referrers/") ? new Altered(exchange) : exchange);
  }

  @Override
  public void close() {
    server.close();
  }

  private final class Altered extends ForwardedExchange {

    Altered(HttpExchange exchange) {
      super(exchange);
    }

    @Override
    public void respond(int status, Map<String, String> headers, byte[] body) throws IOException {
      super.respond(status, headers, Text.utf8(listing.apply(Text.utf8(body))));
    }
  }
}
