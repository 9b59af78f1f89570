package dev.assay.signing.keyless;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.net.Http;
import dev.assay.net.Loopback;
import java.net.URI;
import java.net.URISyntaxException;

/** The addresses of services: https, or http on this machine. */
public final class Endpoint {

  private Endpoint() {}

  /**
   * An address.
   *
   * @throws AssayException with {@link Code#USAGE} if it is none, with {@link Code#PLAIN_HTTP}
   */
  public static URI of(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new AssayException(Code.USAGE, "not an address: " + Text.quote(text), e);
    }
    boolean web =
        "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
    if (!web || uri.getHost() == null || uri.getUserInfo() != null || uri.getFragment() != null) {
      throw new AssayException(
          Code.USAGE, "not the address of a service: " + Text.quote(text), "https://HOST/...");
    }
    if (!Http.isHttps(uri) && !Loopback.is(uri.getHost())) {
      throw new AssayException(
          Code.PLAIN_HTTP,
          "a service is reached by https: " + Text.quote(text),
          "plain HTTP is used on this machine only (127.0.0.1, localhost)");
    }
    return uri;
  }

  /** A path below a base address, which may end in a slash or not. */
  static URI below(URI base, String path) {
    String text = base.toString();
    return URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + path);
  }

  /** Whether it is the public instance of Sigstore, or its staging twin. */
  static boolean isPublicGood(URI uri) {
    String host = String.valueOf(uri.getHost()).toLowerCase(java.util.Locale.ROOT);
    return host.equals("sigstore.dev")
        || host.endsWith(".sigstore.dev")
        || host.endsWith(".sigstage.dev");
  }
}
