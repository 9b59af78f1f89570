package dev.assay.server;

import dev.assay.net.HttpExchange;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A request of the web server, seen as ours. */
final class Exchange implements HttpExchange {

  private static final int BUFFER = 64 << 10;

  private final ServerRequest request;
  private final ServerResponse response;
  private final boolean tls;
  private final String method;
  private final String path;
  private final Map<String, List<String>> query;
  private boolean answered;

  /**
   * @throws IllegalArgumentException if the request target is not well-formed
   */
  Exchange(ServerRequest request, ServerResponse response, boolean tls) {
    this.request = request;
    this.response = response;
    this.tls = tls;
    this.method = request.prologue().method().text();
    String decoded = decode(request.prologue().uriPath().rawPath(), false);
    this.path = decoded.startsWith("/") ? decoded : "/" + decoded;
    this.query = parse(request.prologue().query().rawValue());
  }

  private static Map<String, List<String>> parse(String raw) {
    Map<String, List<String>> out = new LinkedHashMap<>();
    if (!raw.isEmpty()) {
      for (String pair : raw.split("&")) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : decode(pair.substring(equals + 1), true);
        out.computeIfAbsent(decode(name, true), n -> new ArrayList<>()).add(value);
      }
    }
    return out;
  }

  /** Decodes percent escapes once, strictly. */
  static String decode(String text, boolean form) {
    if (text.indexOf('%') < 0 && (!form || text.indexOf('+') < 0)) {
      return text;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
        int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          throw new IllegalArgumentException("not a percent escape");
        }
        out.write(high << 4 | low);
        i += 2;
      } else if (c == '+' && form) {
        out.write(' ');
      } else {
        out.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  boolean answered() {
    return answered;
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public Optional<String> query(String name) {
    return queries(name).stream().findFirst();
  }

  @Override
  public List<String> queries(String name) {
    return query.getOrDefault(name, List.of());
  }

  @Override
  public Optional<String> header(String name) {
    return request.headers().first(HeaderNames.create(name));
  }

  @Override
  public List<String> headers(String name) {
    HeaderName header = HeaderNames.create(name);
    return new ArrayList<>(request.headers().all(header, List::of));
  }

  @Override
  public String baseUrl() {
    return (tls ? "https://" : "http://") + request.authority();
  }

  @Override
  public String peer() {
    return request.remotePeer().host();
  }

  @Override
  public InputStream body() {
    return request.content().hasEntity()
        ? request.content().inputStream()
        : InputStream.nullInputStream();
  }

  @Override
  public void respond(int status, Map<String, String> headers, byte[] body) throws IOException {
    begin(status, headers);
    if (method.equals("HEAD")) {
      headOnly(body.length);
      return;
    }
    response.send(body);
  }

  @Override
  public void respond(int status, Map<String, String> headers, long length, InputStream body)
      throws IOException {
    begin(status, headers);
    if (method.equals("HEAD")) {
      headOnly(length);
      return;
    }
    response.contentLength(length);
    try (OutputStream out = response.outputStream()) {
      byte[] buffer = new byte[(int) Math.min(BUFFER, Math.max(1, length))];
      for (long left = length; left > 0; ) {
        int count = body.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (count < 0) {
          throw new EOFException(left + " bytes of the answer are missing");
        }
        out.write(buffer, 0, count);
        left -= count;
      }
    }
  }

  private void begin(int status, Map<String, String> headers) {
    if (answered) {
      throw new IllegalStateException("answered twice");
    }
    answered = true;
    response.status(status);
    headers.forEach((name, value) -> response.header(HeaderNames.create(name), value));
  }

  private void headOnly(long length) {
    response.contentLength(length);
    response.send();
  }
}
