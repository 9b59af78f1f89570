package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.net.Http;
import dev.assay.net.Reply;
import dev.assay.net.Request;
import java.net.URI;
import java.util.Optional;

/** What an API server does: posts a review to a gate whose certificate it was given. */
final class DemoClient {

  private DemoClient() {}

  static Json post(String uri, byte[] caPem, byte[] body) {
    try (Http http = new Http(Http.Settings.standard().trusting(Optional.of(caPem)));
        Reply reply =
            http.send(
                Request.post(URI.create(uri), body).with("Content-Type", "application/json"))) {
      if (reply.status() != 200) {
        throw new AssayException(Code.BAD_RESPONSE, uri + " answered " + reply.status());
      }
      return Json.parse(reply.bytes(Limits.ADMISSION_BYTES), Limits.ADMISSION_BYTES);
    }
  }
}
