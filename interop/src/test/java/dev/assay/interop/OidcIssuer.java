package dev.assay.interop;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;

/** An OpenID Connect issuer that vouches for whomever a test says. */
final class OidcIssuer implements AutoCloseable {

  private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

  private final HttpServer server;
  private final KeyPair key;

  private OidcIssuer(HttpServer server, KeyPair key) {
    this.server = server;
    this.key = key;
  }

  static OidcIssuer start() throws IOException, GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    OidcIssuer issuer = new OidcIssuer(server, generator.generateKeyPair());
    issuer.serve("/.well-known/openid-configuration", issuer.configuration());
    issuer.serve("/keys", issuer.keys());
    server.start();
    return issuer;
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void serve(String path, String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    server.createContext(
        path,
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
  }

  private String configuration() {
    return """
    {"issuer":"%1$s","authorization_endpoint":"%1$s/auth","token_endpoint":"%1$s/token",
     "jwks_uri":"%1$s/keys","response_types_supported":["code"],
     "subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"]}
    """
        .formatted(url());
  }

  private String keys() {
    RSAPublicKey open = (RSAPublicKey) key.getPublic();
    return """
    {"keys":[{"kty":"RSA","alg":"RS256","use":"sig","kid":"one","n":"%s","e":"%s"}]}
    """
        .formatted(number(open.getModulus()), number(open.getPublicExponent()));
  }

  private static String number(BigInteger value) {
    byte[] bytes = value.toByteArray();
    return URL.encodeToString(bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
  }

  /** A token about a mail address, for ten minutes. */
  String token(String email) throws GeneralSecurityException {
    long now = Instant.now().getEpochSecond();
    String head = "{\"alg\":\"RS256\",\"kid\":\"one\",\"typ\":\"JWT\"}";
    String claims =
        """
        {"iss":"%s","sub":"subject of %s","aud":"sigstore","email":"%s","email_verified":true,
         "iat":%d,"exp":%d}
        """
            .formatted(url(), email, email, now, now + 600);
    String signed = part(head) + "." + part(claims);
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(key.getPrivate());
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    return signed + "." + URL.encodeToString(signature.sign());
  }

  private static String part(String json) {
    return URL.encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
