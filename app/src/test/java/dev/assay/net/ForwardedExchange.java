package dev.assay.net;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An exchange passed on to another handler, for tests that change something of it. */
public class ForwardedExchange implements HttpExchange {

  private final HttpExchange to;

  public ForwardedExchange(HttpExchange to) {
    this.to = to;
  }

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
    to.respond(status, headers, body);
  }

  @Override
  public void respond(int status, Map<String, String> headers, long length, InputStream body)
      throws IOException {
    to.respond(status, headers, length, body);
  }
}
