package dev.assay.signing.keyless;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.net.Reply;
import dev.assay.net.Request;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * An OpenID Connect provider, as it describes itself (OpenID Connect Discovery 1.0).
 *
 * @param issuer what it is asked at, and what its tokens must say
 * @param authorization where a person logs in
 * @param token where a code becomes a token
 * @param device where the login on another device begins (RFC 8628)
 */
record OidcProvider(URI issuer, URI authorization, URI token, Optional<URI> device) {

  private static final String WELL_KNOWN = "/.well-known/openid-configuration";

  /** The answer of a token endpoint: a token, or why not yet or not at all. */
  record Answer(Optional<IdentityToken> token, String error) {}

  static OidcProvider discover(URI issuer, Services services) {
    String who = "the identity provider " + Text.quote(issuer.toString());
    byte[] document = services.ask(Request.get(Endpoint.below(issuer, WELL_KNOWN)), who, "");
    try {
      Fields f =
          Fields.of(Json.parse(document, Limits.SIGNING_ANSWER_BYTES), who, Code.BAD_RESPONSE);
      String said = f.string("issuer");
      if (!same(said, issuer)) {
        throw new AssayException(
            Code.LOGIN_FAILED,
            who + " says that it is another one: " + Text.quote(said),
            "--oidc-issuer names it as it names itself");
      }
      if (f.has("code_challenge_methods_supported")
          && !f.strings("code_challenge_methods_supported", 64).contains("S256")) {
        throw new AssayException(Code.LOGIN_FAILED, who + " does not support PKCE with S256");
      }
      return new OidcProvider(
          issuer,
          Endpoint.of(f.string("authorization_endpoint")),
          Endpoint.of(f.string("token_endpoint")),
          f.optionalString("device_authorization_endpoint").map(Endpoint::of));
    } catch (AssayException e) {
      if (e.code() == Code.LOGIN_FAILED) {
        throw e;
      }
      throw new AssayException(Code.BAD_RESPONSE, who + ": " + e.getMessage(), e.hint(), e);
    }
  }

  // A slash at its end is all that may differ.
  static boolean same(String said, URI issuer) {
    return strip(said).equals(strip(issuer.toString()));
  }

  private static String strip(String text) {
    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }

  static String form(Map<String, String> parameters) {
    StringJoiner out = new StringJoiner("&");
    parameters.forEach((name, value) ->
        out.add(
            URLEncoder.encode(name, StandardCharsets.UTF_8)
                + "="
                + URLEncoder.encode(value, StandardCharsets.UTF_8)));
    return out.toString();
  }

  static Request post(URI uri, Map<String, String> parameters) {
    return Request.post(uri, Text.utf8(form(parameters)))
        .with("Content-Type", "application/x-www-form-urlencoded")
        .with("Accept", "application/json");
  }

  /** Asks the token endpoint (RFC 6749 section 5). */
  Answer ask(Services services, Map<String, String> parameters) {
    String who = "the identity provider " + Text.quote(issuer.toString());
    Request request = post(token, parameters);
    try (Reply reply = services.send(request)) {
      if (reply.status() == 400 || reply.status() == 401) {
        Optional<String> error = error(reply.bytes(Limits.SIGNING_ANSWER_BYTES));
        return new Answer(Optional.empty(), error.orElse("status " + reply.status()));
      }
      byte[] answer = services.body(reply, request, who, parameters.getOrDefault("code", ""));
      IdentityToken found = IdentityToken.parse(AmbientIdentity.tokenIn(answer, "id_token", who));
      if (!same(found.issuer(), issuer)) {
        throw new AssayException(
            Code.LOGIN_FAILED,
            who + " gives a token of another issuer, " + Text.quote(found.issuer()));
      }
      return new Answer(Optional.of(found), "");
    }
  }

  private static Optional<String> error(byte[] answer) {
    try {
      return Fields.of(Json.parse(answer, Limits.SIGNING_ANSWER_BYTES), "answer")
          .optionalString("error");
    } catch (AssayException e) {
      return Optional.empty();
    }
  }

  AssayException failed(String why) {
    return new AssayException(
        Code.LOGIN_FAILED,
        "the identity provider " + Text.quote(issuer.toString()) + " gave no token: " + why);
  }
}
