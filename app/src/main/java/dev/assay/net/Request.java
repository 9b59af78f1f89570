package dev.assay.net;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A request.
 *
 * @param repeatable whether it may be sent again after a failure that may have happened after the
 *     server acted on it
 */
public record Request(
    String method,
    URI uri,
    Map<String, String> headers,
    Optional<Payload> payload,
    boolean repeatable) {

  /**
   * @param length bytes that {@code source} gives
   */
  public record Payload(ByteSource source, long length) {}

  public Request {
    headers = Map.copyOf(headers);
  }

  public static Request get(URI uri) {
    return new Request("GET", uri, Map.of(), Optional.empty(), true);
  }

  public static Request head(URI uri) {
    return new Request("HEAD", uri, Map.of(), Optional.empty(), true);
  }

  public static Request post(URI uri, byte[] body) {
    return new Request(
        "POST", uri, Map.of(), Optional.of(new Payload(ByteSource.of(body), body.length)), false);
  }

  public static Request put(URI uri, ByteSource body, long length) {
    return new Request("PUT", uri, Map.of(), Optional.of(new Payload(body, length)), true);
  }

  public Request with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Request(method, uri, more, payload, repeatable);
  }

  public Request without(String header) {
    Map<String, String> fewer = new LinkedHashMap<>(headers);
    fewer.keySet().removeIf(name -> name.equalsIgnoreCase(header));
    return new Request(method, uri, fewer, payload, repeatable);
  }

  public Request to(URI other) {
    return new Request(method, other, headers, payload, repeatable);
  }

  /** May be sent again: doing it twice does no harm. */
  public Request repeating() {
    return new Request(method, uri, headers, payload, true);
  }
}
