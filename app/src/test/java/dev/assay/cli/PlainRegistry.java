package dev.assay.cli;

import dev.assay.net.HttpExchange;
import dev.assay.net.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A registry as it is without the referrers API: what refers to an image is under a tag. */
record PlainRegistry(HttpHandler registry) implements HttpHandler {

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    if (exchange.path().contains("/referrers/")) {
      exchange.respond(404, Map.of(), new byte[0]);
      return;
    }
    registry.handle(new WithoutSubject(exchange));
  }

  /** Does not say that it lists what was pushed. */
  private record WithoutSubject(HttpExchange to) implements HttpExchange {
    @Override
    public String method() {
      return to.method();
    }

    @Override
    public String path() {
      return to.path();
    }

    @Override
    public Optional<String> query(String name) {
      return to.query(name);
    }

    @Override
    public List<String> queries(String name) {
      return to.queries(name);
    }

    @Override
    public Optional<String> header(String name) {
      return to.header(name);
    }

    @Override
    public List<String> headers(String name) {
      return to.headers(name);
    }

    @Override
    public String baseUrl() {
      return to.baseUrl();
    }

    @Override
    public String peer() {
      return to.peer();
    }

    @Override
    public InputStream body() throws IOException {
      return to.body();
    }

    @Override
    public void respond(int status, Map<String, String> headers, byte[] body) throws IOException {
      to.respond(status, stripped(headers), body);
    }

    @Override
    public void respond(int status, Map<String, String> headers, long length, InputStream body)
        throws IOException {
      to.respond(status, stripped(headers), length, body);
    }

    private static Map<String, String> stripped(Map<String, String> headers) {
      Map<String, String> out = new HashMap<>(headers);
      out.remove("OCI-Subject");
      return out;
    }
  }
}
