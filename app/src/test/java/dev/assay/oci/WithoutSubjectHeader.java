package dev.assay.oci;

import dev.assay.net.ForwardedExchange;
import dev.assay.net.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;

/** An exchange with a registry of before the referrers API: it does not say that it lists. */
public final class WithoutSubjectHeader extends ForwardedExchange {

  public WithoutSubjectHeader(HttpExchange exchange) {
    super(exchange);
  }

  private static Map<String, String> without(Map<String, String> headers) {
    Map<String, String> out = new HashMap<>(headers);
    out.remove("OCI-Subject");
    return out;
  }

  @Override
  public void respond(int status, Map<String, String> headers, byte[] body) throws IOException {
    super.respond(status, without(headers), body);
  }

  @Override
  public void respond(int status, Map<String, String> headers, long length, InputStream body)
      throws IOException {
    super.respond(status, without(headers), length, body);
  }
}
