package dev.assay.signing.keyless;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * An OpenID Connect ID token (a JWT): who somebody is, in the words of an identity provider, for an
 * audience and for minutes. Whoever has it can sign in this name until it expires, so it prints as
 * whom it is about. Read here to choose what the certificate authority asks for and to fail early;
 * the certificate authority is who verifies it.
 */
public final class IdentityToken {

  // Of the services that issue certificates a token may be a little ahead.
  private static final long SKEW_SECONDS = 60;

  private final String secret;
  private final Json.Obj claims;
  private final String issuer;
  private final String subject;
  private final List<String> audiences;
  private final Instant expiry;

  private IdentityToken(String secret, Json.Obj claims) {
    this.secret = secret;
    this.claims = claims;
    Fields f = Fields.of(claims, "identity token", Code.BAD_IDENTITY_TOKEN);
    this.issuer = f.string("iss");
    this.subject = f.optionalString("sub").orElse("");
    this.audiences = audiences(f);
    try {
      this.expiry = Instant.ofEpochSecond(f.integer("exp"));
    } catch (DateTimeException e) {
      throw new AssayException(Code.BAD_IDENTITY_TOKEN, "identity token.exp: not a time", e);
    }
    if (subject.isEmpty() && email().isEmpty()) {
      throw new AssayException(
          Code.BAD_IDENTITY_TOKEN, "the identity token names nobody: it has no sub and no email");
    }
  }

  /**
   * Reads a token.
   *
   * @throws AssayException with {@link Code#BAD_IDENTITY_TOKEN}, and nothing of the token in it
   */
  public static IdentityToken parse(String text) {
    String token = text.strip();
    if (token.length() > Limits.IDENTITY_TOKEN_BYTES) {
      throw bad("it is longer than " + Limits.IDENTITY_TOKEN_BYTES + " characters");
    }
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3 || parts[2].isEmpty()) {
      throw bad("it is not a signed JWT, which has three parts");
    }
    byte[] payload;
    try {
      Base64.getUrlDecoder().decode(parts[0]);
      Base64.getUrlDecoder().decode(parts[2]);
      payload = Base64.getUrlDecoder().decode(parts[1]);
    } catch (IllegalArgumentException e) {
      // Without the cause, whose message quotes the token.
      throw bad("its parts are not base64url");
    }
    Json json;
    try {
      json = Json.parse(payload, Limits.IDENTITY_TOKEN_BYTES);
    } catch (AssayException e) {
      throw bad("its second part is not JSON (" + e.code().id() + ")");
    }
    if (!(json instanceof Json.Obj claims)) {
      throw bad("its second part is no JSON object");
    }
    return new IdentityToken(token, claims);
  }

  private static AssayException bad(String why) {
    return new AssayException(Code.BAD_IDENTITY_TOKEN, "the identity token cannot be read: " + why);
  }

  private static List<String> audiences(Fields f) {
    Optional<Json> value = f.optional("aud");
    if (value.isPresent() && value.get() instanceof Json.Str one) {
      return List.of(one.value());
    }
    return f.strings("aud", 64);
  }

  /**
   * Refuses a token that the certificate authority would refuse anyway, and says why.
   *
   * @throws AssayException with {@link Code#BAD_IDENTITY_TOKEN}
   */
  void check(String audience, Instant now) {
    if (!now.isBefore(expiry)) {
      throw new AssayException(
          Code.BAD_IDENTITY_TOKEN,
          "the identity token expired at " + expiry + "; it is " + now,
          "get a new one: tokens last for minutes");
    }
    Fields f = Fields.of(claims, "identity token", Code.BAD_IDENTITY_TOKEN);
    Optional<Long> from = f.optionalInteger("nbf");
    if (from.isPresent() && from.get() > now.getEpochSecond() + SKEW_SECONDS) {
      throw new AssayException(
          Code.BAD_IDENTITY_TOKEN, "the identity token does not count yet; it is " + now);
    }
    if (!audiences.contains(audience)) {
      List<String> shown = new ArrayList<>();
      audiences.forEach(a -> shown.add(Text.quote(a)));
      throw new AssayException(
          Code.BAD_IDENTITY_TOKEN,
          "the identity token is for "
              + (shown.isEmpty() ? "no audience" : String.join(", ", shown))
              + ", not for "
              + Text.quote(audience),
          "ask for a token with this audience, or name another by --oidc-client-id");
    }
    if (email().isPresent() && !verifiedEmail()) {
      throw new AssayException(
          Code.BAD_IDENTITY_TOKEN,
          "the identity provider has not verified the address " + Text.quote(email().get()));
    }
  }

  // Some providers write it as text.
  private boolean verifiedEmail() {
    Json value = claims.get("email_verified").orElse(new Json.Null());
    return value instanceof Json.Bool b && b.value()
        || value instanceof Json.Str s && s.value().equals("true");
  }

  /** The token itself, for the certificate authority. */
  String secret() {
    return secret;
  }

  public String issuer() {
    return issuer;
  }

  String subject() {
    return subject;
  }

  Optional<String> email() {
    return claim("email").filter(e -> !e.isEmpty());
  }

  /** What is signed to prove that the key is at hand. */
  String challenge() {
    return email().orElse(subject);
  }

  /** The claim, if it is text. */
  Optional<String> claim(String name) {
    return claims.get(name).orElse(null) instanceof Json.Str s
        ? Optional.of(s.value())
        : Optional.empty();
  }

  /** A text within claims that are objects. */
  Optional<String> claim(String first, String... rest) {
    Json at = claims.get(first).orElse(new Json.Null());
    for (String name : rest) {
      at = at instanceof Json.Obj o ? o.get(name).orElse(new Json.Null()) : new Json.Null();
    }
    return at instanceof Json.Str s ? Optional.of(s.value()) : Optional.empty();
  }

  /** Whom it is about, for a person. */
  @Override
  public String toString() {
    return Text.printable(challenge()) + " (" + Text.printable(issuer) + ")";
  }
}
