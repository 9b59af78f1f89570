package dev.assay.roots;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.net.Http;
import dev.assay.net.Loopback;
import dev.assay.net.Reply;
import dev.assay.net.Request;
import dev.assay.trust.tuf.TufFetcher;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/** A TUF repository on the network. Only its metadata is trusted, and TLS is used all the same. */
public final class HttpMirror implements TufFetcher {

  private final Http http;
  private final URI base;

  /**
   * @param address an https address; http is accepted of this machine only
   * @throws AssayException with {@link Code#USAGE} or {@link Code#PLAIN_HTTP}
   */
  public HttpMirror(Http http, String address) {
    this.http = http;
    URI uri;
    try {
      uri = new URI(address.endsWith("/") ? address : address + "/");
    } catch (URISyntaxException e) {
      throw new AssayException(Code.USAGE, "not an address: " + Text.quote(address), e);
    }
    boolean web =
        "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
    if (!web || uri.getHost() == null || uri.getUserInfo() != null || uri.getQuery() != null) {
      throw new AssayException(Code.USAGE, "not an address of a mirror: " + Text.quote(address));
    }
    if (!Http.isHttps(uri) && !Loopback.is(uri.getHost())) {
      throw new AssayException(
          Code.PLAIN_HTTP, "a mirror is reached by https: " + Text.quote(address));
    }
    this.base = uri;
  }

  @Override
  public Optional<byte[]> fetch(String name, int maxBytes) {
    URI uri = base.resolve(name);
    Reply reply = http.send(Request.get(uri));
    if (reply.status() == 200) {
      return Optional.of(reply.bytes(maxBytes));
    }
    reply.close();
    // Object stores answer 403 for what is not there where listing is not allowed.
    if (reply.status() == 404 || reply.status() == 403 && name.endsWith(".root.json")) {
      return Optional.empty();
    }
    Code code =
        switch (reply.status()) {
          case 429 -> Code.THROTTLED;
          case 401, 403 -> Code.UNAUTHORIZED;
          default -> Code.BAD_RESPONSE;
        };
    throw new AssayException(
        code, Text.quote(Http.shown(uri)) + " answers with status " + reply.status());
  }
}
