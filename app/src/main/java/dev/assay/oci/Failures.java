package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.net.Http;
import dev.assay.net.Reply;
import java.util.Optional;

/** What a status that was not hoped for means. */
final class Failures {

  private static final int SHOWN_BYTES = 64 << 10;

  private Failures() {}

  /**
   * @param what could not be done, for people
   */
  static AssayException of(Reply reply, String what) {
    int status = reply.status();
    String said = said(reply.head(SHOWN_BYTES));
    String message =
        Text.printable(what)
            + ": "
            + Text.quote(Http.shown(reply.uri()))
            + " answers "
            + status
            + (said.isEmpty() ? "" : ", " + Text.quote(said));
    return switch (status) {
      case 401, 403 ->
          new AssayException(
              Code.UNAUTHORIZED,
              message,
              "docker login " + String.valueOf(reply.uri().getAuthority()));
      case 404 -> new AssayException(Code.NOT_FOUND, message);
      case 429 ->
          new AssayException(
              Code.THROTTLED,
              message,
              reply
                  .header("retry-after")
                  .map(r -> "the registry asks to wait: Retry-After " + Text.quote(r))
                  .orElse("try again later; nothing was decided"));
      default -> new AssayException(status >= 500 ? Code.SERVER_ERROR : Code.BAD_RESPONSE, message);
    };
  }

  /** The message of an error body of distribution-spec; empty if it is none. */
  private static String said(byte[] body) {
    try {
      Fields f = Fields.of(Json.parse(body, SHOWN_BYTES), "error");
      return f.objects("errors", 100).stream()
          .findFirst()
          .map(e ->
              e.optionalString("code").orElse("")
                  + Optional.of(e.optionalString("message").orElse(""))
                      .filter(m -> !m.isEmpty())
                      .map(m -> ": " + m)
                      .orElse(""))
          .orElse("");
    } catch (AssayException e) {
      return "";
    }
  }
}
