package dev.assay.signing.keyless;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.net.Http;
import dev.assay.net.Reply;
import dev.assay.net.Request;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Asks services, and says clearly why there is no answer. Safe for use by several threads. */
final class Services {

  // A log of version 2 answers when its next batch is in; a busy one takes its time.
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int REASON_BYTES = 4096;
  private static final int REASON_LENGTH = 300;

  private final Http http;

  Services(Http http) {
    this.http = http;
  }

  static Http.Settings settings(Http.Settings settings) {
    return settings.patience(PATIENCE, Duration.ofSeconds(30));
  }

  /** The answer, whatever its status; close it. */
  Reply send(Request request) {
    return http.send(request);
  }

  /**
   * The body of an answer with status 200 or 201, from the place that was asked and no other.
   *
   * @param who the service in messages: {@code the certificate authority https://...}
   * @param secret a text that is in no message even if the service repeats it; may be empty
   */
  byte[] ask(Request request, String who, String secret) {
    try (Reply reply = send(request)) {
      return body(reply, request, who, secret);
    }
  }

  byte[] body(Reply reply, Request request, String who, String secret) {
    if (!Http.sameOrigin(reply.uri(), request.uri())) {
      throw new AssayException(
          Code.BAD_RESPONSE,
          who + " sends to another host, " + Text.quote(Http.shown(reply.uri())));
    }
    int status = reply.status();
    if (status == 200 || status == 201) {
      return reply.bytes(Limits.SIGNING_ANSWER_BYTES);
    }
    throw refused(reply, who, secret);
  }

  private static AssayException refused(Reply reply, String who, String secret) {
    int status = reply.status();
    String said = reason(reply, secret).map(r -> ": " + Text.printable(r)).orElse("");
    String message = who + " answers with status " + status + said;
    if (status == 429) {
      return new AssayException(Code.SERVICE_FAILED, message, "it is asked too often; try later");
    }
    if (status >= 500) {
      return new AssayException(Code.SERVICE_FAILED, message, "it failed; try later");
    }
    if (status >= 400) {
      return new AssayException(Code.SERVICE_REFUSED, message, "assay explain ASY3020");
    }
    return new AssayException(Code.BAD_RESPONSE, message);
  }

  // What the service says about it: its words or the message in its JSON.
  private static Optional<String> reason(Reply reply, String secret) {
    byte[] head = reply.head(REASON_BYTES);
    String text = new String(head, StandardCharsets.UTF_8).strip();
    if (text.isEmpty() || repeats(text, secret)) {
      return Optional.empty();
    }
    try {
      if (Json.parse(head, REASON_BYTES) instanceof Json.Obj object) {
        for (String name : new String[] {"message", "error_description", "error"}) {
          if (object.get(name).orElse(null) instanceof Json.Str s && !s.value().isBlank()) {
            text = s.value();
            break;
          }
        }
      }
    } catch (AssayException e) {
      // The text as it is, then.
    }
    return Optional.of(
        text.length() > REASON_LENGTH ? text.substring(0, REASON_LENGTH) + "…" : text);
  }

  // Any part of it that is long enough to be told from a word.
  private static boolean repeats(String text, String secret) {
    for (String part : secret.split("\\.")) {
      if (part.length() >= 16 && text.contains(part.substring(0, 16))
          || part.length() >= 32 && text.contains(part.substring(part.length() - 16))) {
        return true;
      }
    }
    return false;
  }
}
