package dev.assay.cli;

import dev.assay.net.HttpExchange;
import dev.assay.net.HttpHandler;
import dev.assay.oci.WithoutSubjectHeader;
import java.io.IOException;
import java.util.Map;

/** A registry as it is without the referrers API: what refers to an image is under a tag. */
record PlainRegistry(HttpHandler registry) implements HttpHandler {

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    if (exchange.path().contains("/referrers/")) {
      exchange.respond(404, Map.of(), new byte[0]);
      return;
    }
    registry.handle(new WithoutSubjectHeader(exchange));
  }
}
