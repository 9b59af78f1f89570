package dev.assay.net;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One request and its answer. */
public interface HttpExchange {

  /** {@code GET}, {@code PUT} ... in upper case. */
  String method();

  /** The path, percent-decoded once, always starting with a slash. */
  String path();

  /** The first value of a query parameter, decoded. */
  Optional<String> query(String name);

  /** Every value of a query parameter, decoded, in their order. */
  default List<String> queries(String name) {
    return query(name).stream().toList();
  }

  /** The first value of a request header; names are case-insensitive. */
  Optional<String> header(String name);

  List<String> headers(String name);

  /**
   * The scheme and authority the client used, for absolute locations: {@code
   * http://127.0.0.1:5000}.
   */
  String baseUrl();

  /** The address of the client, for logs. */
  String peer();

  /** The request body; empty when there is none. Read it at most once, with a cap. */
  InputStream body() throws IOException;

  /** Answers with a body in memory. For HEAD the body is not sent but its length is. */
  void respond(int status, Map<String, String> headers, byte[] body) throws IOException;

  /**
   * Answers with a stream.
   *
   * @param length bytes that will be sent
   */
  void respond(int status, Map<String, String> headers, long length, InputStream body)
      throws IOException;
}
