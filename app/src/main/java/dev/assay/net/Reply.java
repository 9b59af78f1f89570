package dev.assay.net;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** An answer whose body has not been read yet. Close it. */
public final class Reply implements AutoCloseable {

  private final int status;
  private final URI uri;
  private final HttpHeaders headers;
  private final InputStream body;

  Reply(int status, URI uri, HttpHeaders headers, InputStream body) {
    this.status = status;
    this.uri = uri;
    this.headers = headers;
    this.body = body;
  }

  public int status() {
    return status;
  }

  /** Where the answer came from, after redirects. */
  public URI uri() {
    return uri;
  }

  public Optional<String> header(String name) {
    return headers.firstValue(name);
  }

  public List<String> headers(String name) {
    return headers.allValues(name);
  }

  /** The Content-Length header, if it is one. */
  public OptionalLong length() {
    Optional<String> text = header("content-length").filter(t -> t.matches("[0-9]{1,18}"));
    return text.isPresent() ? OptionalLong.of(Long.parseLong(text.get())) : OptionalLong.empty();
  }

  public InputStream body() {
    return body;
  }

  /**
   * The whole body.
   *
   * @throws AssayException with {@link Code#TOO_LARGE} if it has more than {@code limit} bytes,
   *     with {@link Code#UNREACHABLE} if it ends early
   */
  public byte[] bytes(int limit) {
    if (length().isPresent() && length().getAsLong() > limit) {
      close();
      throw tooLarge(limit);
    }
    try {
      byte[] bytes = body.readNBytes(limit);
      if (bytes.length == limit && body.read() >= 0) {
        throw tooLarge(limit);
      }
      return bytes;
    } catch (IOException e) {
      throw Http.unreachable(uri, e);
    } finally {
      close();
    }
  }

  /** Up to {@code limit} bytes of the body for an error message; nothing if it cannot be read. */
  public byte[] head(int limit) {
    try {
      return body.readNBytes(limit);
    } catch (IOException e) {
      return new byte[0];
    } finally {
      close();
    }
  }

  private AssayException tooLarge(int limit) {
    return new AssayException(
        Code.TOO_LARGE,
        "the answer of " + Text.quote(Http.shown(uri)) + " has more than " + limit + " bytes");
  }

  @Override
  public void close() {
    try {
      body.close();
    } catch (IOException e) {
      // Nothing of it is wanted any more.
    }
  }
}
