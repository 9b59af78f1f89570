package dev.assay.cli;

import dev.assay.bytes.Json;
import dev.assay.lab.Desk;
import dev.assay.lab.Lab;
import dev.assay.net.HttpExchange;
import dev.assay.server.RunningServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** The services of a Sigstore in memory behind one port of this machine. */
final class KeylessServices implements AutoCloseable {

  static final String PERSON = "release@acme.example";
  static final String ISSUER = "https://login.acme.example";

  /** One answer in place of a service's; without it, the service's. */
  @FunctionalInterface
  interface Answer {
    boolean give(HttpExchange exchange) throws IOException;
  }

  private final RunningServer server;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile Desk desk;
  private volatile Answer first = e -> false;

  KeylessServices(Desk desk) {
    this.desk = desk;
    this.server = Sandbox.serve(this::handle);
  }

  static KeylessServices of(Lab lab) {
    return new KeylessServices(new Desk(lab));
  }

  void desk(Desk other) {
    desk = other;
  }

  /** Asked before the services. */
  void first(Answer answer) {
    first = answer;
  }

  String url() {
    return "http://" + server.authority();
  }

  /** Method and path of every request. */
  List<String> requests() {
    return requests;
  }

  private void handle(HttpExchange exchange) throws IOException {
    requests.add(exchange.method() + " " + exchange.path());
    if (first.give(exchange)) {
      return;
    }
    byte[] body = exchange.body().readAllBytes();
    switch (exchange.path()) {
      case "/api/v2/signingCert" ->
          json(exchange, 200, desk.certificate(body, exchange.header("authorization").orElse("")));
      case "/api/v1/log/entries" -> json(exchange, 201, desk.entryV1(body));
      case "/api/v2/log/entries" -> json(exchange, 201, desk.entryV2(body));
      case "/stamp" ->
          exchange.respond(
              200, Map.of("Content-Type", "application/timestamp-reply"), desk.timestamp(body));
      default ->
          json(exchange, 404, "{\"message\":\"nothing here\"}".getBytes(StandardCharsets.UTF_8));
    }
  }

  static void json(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.respond(status, Map.of("Content-Type", "application/json"), body);
  }

  static boolean json(HttpExchange exchange, int status, Json.Builder body) throws IOException {
    json(exchange, status, body.build().compact().getBytes(StandardCharsets.UTF_8));
    return true;
  }

  /** A token whose signature nobody looks at. */
  static String token(Instant expiry, UnaryOperator<Json.Builder> more) {
    Json.Builder claims = Json.object().put("iss", ISSUER).put("exp", expiry.getEpochSecond());
    return part("{\"alg\":\"none\"}")
        + "."
        + part(more.apply(claims).build().compact())
        + "."
        + part("a signature that nobody looks at, and long enough");
  }

  static String token(Instant expiry) {
    return token(
        expiry,
        c ->
            c.put("aud", "sigstore")
                .put("sub", "17")
                .put("email", PERSON)
                .put("email_verified", true));
  }

  private static String part(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A signing config of these services. */
  String signingConfig(String... logVersions) {
    StringBuilder logs = new StringBuilder();
    for (String version : logVersions) {
      logs.append(logs.isEmpty() ? "" : ",").append(service("", version, "log" + version));
    }
    return """
    {"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json",
     "caUrls":[%s],"oidcUrls":[%s],"rekorTlogUrls":[%s],"tsaUrls":[%s],
     "rekorTlogConfig":{"selector":"ALL"},"tsaConfig":{"selector":"EXACT","count":1}}
    """
        .formatted(
            service("", "1", "us"),
            service("/login", "1", "us"),
            logs,
            service("/stamp", "1", "us"));
  }

  private String service(String path, String version, String operator) {
    return """
    {"url":"%s","majorApiVersion":%s,"validFor":{"start":"2020-01-01T00:00:00Z"},
     "operator":"%s"}\
    """
        .formatted(url() + path, version, operator);
  }

  @Override
  public void close() {
    server.close();
  }
}
