package dev.assay.signing.keyless;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.net.Http;
import dev.assay.net.HttpExchange;
import dev.assay.server.RunningServer;
import dev.assay.server.WebServers;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Logins by browser and on another device, with a provider that keeps the rules or breaks them. */
class LoginTest {

  private static final String PERSON = "release@acme.example";

  private final RunningServer server =
      WebServers.start(this::handle, "127.0.0.1", 0, Optional.empty());
  private final Http http = new Http(Http.Settings.standard());
  private final HttpClient browser = HttpClient.newHttpClient();
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final List<String> errors = new ArrayList<>();
  private final Map<String, String> login = new HashMap<>();
  private volatile UnaryOperator<Map<String, String>> configuration = c -> c;
  private volatile UnaryOperator<Map<String, String>> claims = c -> c;
  private volatile UnaryOperator<Map<String, String>> callback = c -> c;

  @AfterEach
  void stop() {
    http.close();
    browser.close();
    server.close();
  }

  private String url() {
    return "http://" + server.authority();
  }

  // The provider.

  private void handle(HttpExchange exchange) throws IOException {
    switch (exchange.path()) {
      case "/.well-known/openid-configuration" -> answer(exchange, 200, configuration());
      case "/token" -> token(exchange);
      case "/device" -> {
        Map<String, String> form = form(exchange);
        login.put("challenge", form.get("code_challenge"));
        answer(
            exchange,
            200,
            Map.of(
                "device_code", "device-secret",
                "user_code", "WDJB-MJHT",
                "verification_uri", url() + "/enter",
                "interval", "0",
                "expires_in", "30"));
      }
      default -> answer(exchange, 404, Map.of());
    }
  }

  private Map<String, String> configuration() {
    Map<String, String> out = new HashMap<>();
    out.put("issuer", url());
    out.put("authorization_endpoint", url() + "/auth");
    out.put("token_endpoint", url() + "/token");
    out.put("device_authorization_endpoint", url() + "/device");
    return configuration.apply(out);
  }

  private void token(HttpExchange exchange) throws IOException {
    Map<String, String> form = form(exchange);
    if (!errors.isEmpty()) {
      answer(exchange, 400, Map.of("error", errors.removeFirst()));
      return;
    }
    boolean proven =
        Secrets.challenge(form.getOrDefault("code_verifier", "")).equals(login.get("challenge"));
    boolean code =
        "code-secret".equals(form.get("code")) || "device-secret".equals(form.get("device_code"));
    if (!proven || !code || !"sigstore".equals(form.get("client_id"))) {
      answer(exchange, 400, Map.of("error", "invalid_grant"));
      return;
    }
    Map<String, String> all = new HashMap<>();
    all.put("iss", url());
    all.put("sub", "17");
    all.put("aud", "sigstore");
    all.put("email", PERSON);
    all.put("email_verified", "true");
    all.put("exp", "4102444800");
    if (login.containsKey("nonce")) {
      all.put("nonce", login.get("nonce"));
    }
    answer(
        exchange,
        200,
        Map.of("id_token", part("{}") + "." + part(json(claims.apply(all))) + "." + part("x")));
  }

  private static Map<String, String> form(HttpExchange exchange) throws IOException {
    return query(new String(exchange.body().readAllBytes(), StandardCharsets.UTF_8));
  }

  private static Map<String, String> query(String text) {
    Map<String, String> out = new HashMap<>();
    for (String pair : text.split("&")) {
      String[] both = pair.split("=", 2);
      out.put(both[0], URLDecoder.decode(both[1], StandardCharsets.UTF_8));
    }
    return out;
  }

  private static String json(Map<String, String> members) {
    Json.Builder out = Json.object();
    members.forEach(out::put);
    return out.build().compact();
  }

  private static String part(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(HttpExchange exchange, int status, Map<String, String> members)
      throws IOException {
    exchange.respond(
        status,
        Map.of("Content-Type", "application/json"),
        json(members).getBytes(StandardCharsets.UTF_8));
  }

  // The person.

  private void browse(URI address) {
    Map<String, String> asked = query(address.getRawQuery());
    assertEquals("S256", asked.get("code_challenge_method"));
    assertEquals("code", asked.get("response_type"));
    login.put("challenge", asked.get("code_challenge"));
    login.put("nonce", asked.get("nonce"));
    Map<String, String> back = new HashMap<>();
    back.put("code", "code-secret");
    back.put("state", asked.get("state"));
    String target = asked.get("redirect_uri");
    Thread.startVirtualThread(() -> {
      // Others come first: a favicon, a page that guesses.
      assertEquals(400, visit(URI.create(target).resolve("/favicon.ico").toString()));
      assertEquals(400, visit(target + "?code=evil&state=guess"));
      assertEquals(400, visit(target + "?code=evil"));
      visit(target + "?" + OidcProvider.form(callback.apply(back)));
    });
  }

  private int visit(String address) {
    try {
      return browser
          .send(
              HttpRequest.newBuilder(URI.create(address)).build(),
              HttpResponse.BodyHandlers.ofString())
          .statusCode();
    } catch (IOException | InterruptedException e) {
      return -1;
    }
  }

  private IdentityToken byBrowser() {
    return new BrowserLogin(
            URI.create(url()), "sigstore", new Services(http), this::browse, said::add)
        .token();
  }

  private IdentityToken byDevice() {
    return new DeviceLogin(URI.create(url()), "sigstore", new Services(http), said::add).token();
  }

  private static void fails(
      Code code, String why, org.junit.jupiter.api.function.Executable login) {
    AssayException e = assertThrows(AssayException.class, login);
    assertEquals(code, e.code(), e::getMessage);
    assertTrue(String.valueOf(e.getMessage()).contains(why), e::getMessage);
    assertTrue(!String.valueOf(e.getMessage()).contains("-secret"), e::getMessage);
  }

  @Test
  void aBrowserBringsAToken() {
    IdentityToken token = byBrowser();
    assertEquals(PERSON, token.challenge());
    assertTrue(said.getFirst().contains("/auth?"), said.getFirst());
  }

  @Test
  void aDeviceBringsAToken() {
    errors.addAll(List.of("authorization_pending", "authorization_pending"));
    assertEquals(PERSON, byDevice().challenge());
    assertTrue(said.getFirst().contains("WDJB-MJHT"), said.getFirst());
  }

  @Test
  void aLoginThatIsRefused() {
    errors.add("access_denied");
    fails(Code.LOGIN_FAILED, "refused", this::byDevice);
    errors.add("expired_token");
    fails(Code.LOGIN_FAILED, "in time", this::byDevice);
    callback = back -> Map.of("error", "access_denied", "state", back.get("state"));
    fails(Code.LOGIN_FAILED, "access_denied", this::byBrowser);
    callback = back -> Map.of("state", back.get("state"));
    fails(Code.LOGIN_FAILED, "without a code", this::byBrowser);
  }

  @Test
  void aProviderThatIsAnother() {
    configuration = c -> with(c, "issuer", "https://evil.example");
    fails(Code.LOGIN_FAILED, "another one", this::byBrowser);
    fails(Code.LOGIN_FAILED, "another one", this::byDevice);
    configuration = c -> c;
    claims = c -> with(c, "iss", "https://evil.example");
    fails(Code.LOGIN_FAILED, "another issuer", this::byBrowser);
    fails(Code.LOGIN_FAILED, "another issuer", this::byDevice);
    claims = c -> c;
    callback = back -> with(back, "iss", "https://evil.example");
    fails(Code.LOGIN_FAILED, "another one", this::byBrowser);
  }

  @Test
  void aTokenOfAnotherLogin() {
    claims = c -> with(c, "nonce", "another");
    fails(Code.LOGIN_FAILED, "another login", this::byBrowser);
  }

  @Test
  void aCodeOfAnotherLogin() {
    login.put("challenge", "another");
    callback =
        back -> {
          login.put("challenge", "another");
          return back;
        };
    fails(Code.LOGIN_FAILED, "invalid_grant", this::byBrowser);
  }

  @Test
  void aProviderThatLeadsOutOfTls() {
    configuration = c -> with(c, "token_endpoint", "http://login.example/token");
    fails(Code.BAD_RESPONSE, "https", this::byBrowser);
    configuration = c -> with(c, "authorization_endpoint", "javascript:alert(1)");
    fails(Code.BAD_RESPONSE, "address", this::byBrowser);
  }

  private static Map<String, String> with(Map<String, String> all, String name, String value) {
    Map<String, String> out = new HashMap<>(all);
    out.put(name, value);
    return out;
  }
}
