package dev.assay.oci;

import dev.assay.net.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An exchange with a registry of before the referrers API: it does not say that it lists. */
record WithoutSubjectHeader(HttpExchange exchange) implements HttpExchange {

  private static Map<String, String> without(Map<String, String> headers) {
    Map<String, String> out = new HashMap<>(headers);
    out.remove("OCI-Subject");
    return out;
  }

  @Override
  public void respond(int status, Map<String, String> headers, byte[] body) throws IOException {
    exchange.respond(status, without(headers), body);
  }

  @Override
  public void respond(int status, Map<String, String> headers, long length, InputStream body)
      throws IOException {
    exchange.respond(status, without(headers), length, body);
  }

  @Override
  public String method() {
    return exchange.method();
  }

  @Override
  public String path() {
    return exchange.path();
  }

  @Override
  public Optional<String> query(String name) {
    return exchange.query(name);
  }

  @Override
  public List<String> queries(String name) {
    return exchange.queries(name);
  }

  @Override
  public Optional<String> header(String name) {
    return exchange.header(name);
  }

  @Override
  public List<String> headers(String name) {
    return exchange.headers(name);
  }

  @Override
  public String baseUrl() {
    return exchange.baseUrl();
  }

  @Override
  public String peer() {
    return exchange.peer();
  }

  @Override
  public InputStream body() throws IOException {
    return exchange.body();
  }
}
