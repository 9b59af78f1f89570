package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.net.Http;
import dev.assay.net.Loopback;
import dev.assay.net.Reply;
import dev.assay.net.Request;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Answers a registry's challenges: Basic, and Bearer tokens from a token service (Docker's "Token
 * Authentication", OAuth 2). Remembers what worked, for each registry and scope.
 *
 * <p>Credentials of a registry are shown to that registry and to the token service it names, over
 * TLS or on this machine, and to nobody else.
 */
final class Authorizer {

  private record Key(String registry, String repository, boolean push) {}

  /**
   * @param until as {@link System#nanoTime}
   */
  private record Remembered(String header, long until) {}

  private final Http http;
  private final Credentials credentials;
  private final boolean plainHttp;
  private final Map<Key, Remembered> remembered = new ConcurrentHashMap<>();

  /**
   * @param plainHttp whether a token service that is not on this machine may be without TLS
   */
  Authorizer(Http http, Credentials credentials, boolean plainHttp) {
    this.http = http;
    this.credentials = credentials;
    this.plainHttp = plainHttp;
  }

  /** What worked last time, if it is still good. */
  Optional<String> header(Reference repository, boolean push) {
    Remembered known = remembered.get(key(repository, push));
    if (known == null && !push) {
      known = remembered.get(key(repository, true));
    }
    return Optional.ofNullable(known)
        .filter(r -> r.until() - System.nanoTime() > 0)
        .map(Remembered::header);
  }

  private static Key key(Reference repository, boolean push) {
    return new Key(repository.registry(), repository.repository(), push);
  }

  /**
   * What to answer to a 401; empty if there is nothing that could help.
   *
   * @throws AssayException with {@link Code#UNAUTHORIZED} if the token service refuses
   */
  Optional<String> answer(Reference repository, boolean push, URI asked, List<String> challenges) {
    remembered.remove(key(repository, push));
    Optional<Challenge> challenge = Challenge.of(challenges);
    if (challenge.isEmpty()) {
      return Optional.empty();
    }
    Optional<Credentials.Login> login = credentials.find(repository);
    Optional<Remembered> found =
        challenge.get().scheme().equals("basic")
            ? login
                .filter(l -> !l.identityToken())
                .map(l -> new Remembered(basic(l), System.nanoTime() + TimeUnit.HOURS.toNanos(1)))
            : Optional.of(token(repository, push, asked, challenge.get(), login));
    found.ifPresent(f -> remembered.put(key(repository, push), f));
    return found.map(Remembered::header);
  }

  private static String basic(Credentials.Login login) {
    return "Basic " + Base64s.encode(Text.utf8(login.user() + ":" + login.password()));
  }

  private Remembered token(
      Reference repository,
      boolean push,
      URI asked,
      Challenge challenge,
      Optional<Credentials.Login> login) {
    URI realm = Http.resolve(asked, challenge.get("realm").orElse(""));
    Http.checkNoDowngrade(asked, realm);
    if (!Http.isHttps(realm) && !Loopback.is(realm.getHost()) && !plainHttp) {
      throw new AssayException(
          Code.PLAIN_HTTP,
          Text.quote(repository.registry())
              + " asks for credentials to be sent to "
              + Text.quote(Http.shown(realm))
              + ", without TLS",
          "--plain-http, if the network between is trusted");
    }
    String scope =
        challenge
            .get("scope")
            .orElse("repository:" + repository.repository() + ":" + (push ? "pull,push" : "pull"));
    Request request;
    if (login.isPresent() && login.get().identityToken()) {
      String form =
          "grant_type=refresh_token&client_id=assay&service="
              + encode(challenge.get("service").orElse(""))
              + "&scope="
              + encode(scope)
              + "&refresh_token="
              + encode(login.get().password());
      request =
          Request.post(realm, Text.utf8(form))
              .with("Content-Type", "application/x-www-form-urlencoded")
              .repeating();
    } else {
      StringBuilder query = new StringBuilder(realm.getRawQuery() == null ? "" : "&");
      challenge
          .get("service")
          .ifPresent(s -> query.append("service=").append(encode(s)).append('&'));
      for (String one : scope.split(" ")) {
        query.append("scope=").append(encode(one)).append('&');
      }
      query.setLength(query.length() - 1);
      String separator = realm.getRawQuery() == null ? "?" : "";
      request = Request.get(URI.create(withoutFragment(realm) + separator + query));
      if (login.isPresent()) {
        request = request.with("Authorization", basic(login.get()));
      }
    }
    try (Reply reply = http.send(request)) {
      if (reply.status() == 401 || reply.status() == 403) {
        throw new AssayException(
            Code.UNAUTHORIZED,
            "no token for " + repository.name() + ": the token service answers " + reply.status(),
            "docker login " + repository.registry());
      }
      if (reply.status() != 200) {
        throw Failures.of(reply, "no token for " + repository.name());
      }
      return read(reply.bytes(Limits.ANSWER_BYTES));
    }
  }

  private static String withoutFragment(URI uri) {
    String text = uri.toString();
    int hash = text.indexOf('#');
    return hash < 0 ? text : text.substring(0, hash);
  }

  private static Remembered read(byte[] answer) {
    Fields f =
        Fields.of(Json.parse(answer, Limits.ANSWER_BYTES), "token answer", Code.BAD_RESPONSE);
    String token =
        f.optionalString("token")
            .filter(t -> !t.isEmpty())
            .or(() -> f.optionalString("access_token").filter(t -> !t.isEmpty()))
            .orElseThrow(() -> f.bad("token", "missing"));
    for (int i = 0; i < token.length(); i++) {
      if (token.charAt(i) <= ' ' || token.charAt(i) > '~') {
        throw f.bad("token", "characters that no token has");
      }
    }
    long seconds = Math.clamp(f.optionalInteger("expires_in").orElse(60L), 0, 3600);
    // A little early, so that it does not expire on the way.
    return new Remembered(
        "Bearer " + token, System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds * 9 / 10));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
