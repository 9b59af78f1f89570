package dev.assay.signing.keyless;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A person logs in with a browser on this machine: the authorization code flow with PKCE (RFC 7636,
 * RFC 8252). The browser comes back to a port that is open on this machine for this one login.
 */
final class BrowserLogin implements IdentitySource {

  /** Opens an address in a browser, if it can; the address is said anyway. */
  @FunctionalInterface
  interface Browser {
    void open(URI address);
  }

  private final URI issuer;
  private final String clientId;
  private final Services services;
  private final Browser browser;
  private final Consumer<String> says;

  BrowserLogin(
      URI issuer, String clientId, Services services, Browser browser, Consumer<String> says) {
    this.issuer = issuer;
    this.clientId = clientId;
    this.services = services;
    this.browser = browser;
    this.says = says;
  }

  @Override
  public String name() {
    return "a login at " + issuer;
  }

  @Override
  public IdentityToken token() {
    OidcProvider provider = OidcProvider.discover(issuer, services);
    String verifier = Secrets.fresh();
    String state = Secrets.fresh();
    String nonce = Secrets.fresh();
    try (LoginCallback callback = LoginCallback.open(state)) {
      Map<String, String> query = new LinkedHashMap<>();
      query.put("response_type", "code");
      query.put("client_id", clientId);
      query.put("redirect_uri", callback.address());
      query.put("scope", "openid email");
      query.put("state", state);
      query.put("nonce", nonce);
      query.put("code_challenge_method", "S256");
      query.put("code_challenge", Secrets.challenge(verifier));
      String before = provider.authorization().toString();
      URI address =
          URI.create(before + (before.contains("?") ? "&" : "?") + OidcProvider.form(query));
      says.accept("to log in, open " + address);
      browser.open(address);
      String code = code(provider, callback.await());
      Map<String, String> exchange = new LinkedHashMap<>();
      exchange.put("grant_type", "authorization_code");
      exchange.put("code", code);
      exchange.put("redirect_uri", callback.address());
      exchange.put("client_id", clientId);
      exchange.put("code_verifier", verifier);
      OidcProvider.Answer answer = provider.ask(services, exchange);
      IdentityToken token =
          answer.token().orElseThrow(() -> provider.failed(Text.quote(answer.error())));
      // Made for this login, and not one from another that somebody slips in.
      if (token.claim("nonce").filter(nonce::equals).isEmpty()) {
        throw provider.failed("its token is of another login");
      }
      return token;
    }
  }

  private String code(OidcProvider provider, Map<String, String> parameters) {
    String error = parameters.get("error");
    if (error != null) {
      throw provider.failed(Text.quote(error));
    }
    // RFC 9207: who sent the browser back, where that is said.
    String from = parameters.get("iss");
    if (from != null && !OidcProvider.same(from, issuer)) {
      throw provider.failed("another one answered, " + Text.quote(from));
    }
    String code = parameters.get("code");
    if (code == null || code.isEmpty()) {
      throw new AssayException(Code.LOGIN_FAILED, "the browser came back without a code");
    }
    return code;
  }
}
