package dev.assay.signing.keyless;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** A person logs in on another device, by a code that is shown here (RFC 8628). */
final class DeviceLogin implements IdentitySource {

  private static final long LONGEST_SECONDS = 1_800;
  private static final long LONGEST_INTERVAL_SECONDS = 60;

  private final URI issuer;
  private final String clientId;
  private final Services services;
  private final Consumer<String> says;

  DeviceLogin(URI issuer, String clientId, Services services, Consumer<String> says) {
    this.issuer = issuer;
    this.clientId = clientId;
    this.services = services;
    this.says = says;
  }

  @Override
  public String name() {
    return "a login at " + issuer;
  }

  @Override
  public IdentityToken token() {
    OidcProvider provider = OidcProvider.discover(issuer, services);
    URI begin =
        provider
            .device()
            .orElseThrow(() -> provider.failed("it has no login on another device (RFC 8628)"));
    String verifier = Secrets.fresh();
    byte[] answer =
        services.ask(
            OidcProvider.post(
                begin,
                Map.of(
                    "client_id",
                    clientId,
                    "scope",
                    "openid email",
                    "code_challenge_method",
                    "S256",
                    "code_challenge",
                    Secrets.challenge(verifier))),
            "the identity provider " + Text.quote(issuer.toString()),
            "");
    Fields f =
        Fields.of(
            Json.parse(answer, Limits.SIGNING_ANSWER_BYTES), "device login", Code.BAD_RESPONSE);
    String device = f.string("device_code");
    String shown = Text.printable(f.string("user_code"));
    String place = Text.printable(f.string("verification_uri"));
    long seconds = Math.min(f.optionalInteger("expires_in").orElse(600L), LONGEST_SECONDS);
    long interval = f.optionalInteger("interval").orElse(5L);
    says.accept("to log in, open " + place + " and enter the code " + shown);
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("grant_type", "urn:ietf:params:oauth:grant-type:device_code");
    parameters.put("device_code", device);
    parameters.put("client_id", clientId);
    parameters.put("code_verifier", verifier);
    return poll(provider, parameters, seconds, interval);
  }

  private IdentityToken poll(
      OidcProvider provider, Map<String, String> parameters, long seconds, long first) {
    long interval = Math.clamp(first, 0, LONGEST_INTERVAL_SECONDS);
    long deadline = System.nanoTime() + seconds * 1_000_000_000L;
    while (true) {
      pause(Math.max(1, interval));
      OidcProvider.Answer answer = provider.ask(services, parameters);
      if (answer.token().isPresent()) {
        return answer.token().get();
      }
      switch (answer.error()) {
        case "authorization_pending" -> {}
        case "slow_down" -> interval = Math.min(interval + 5, LONGEST_INTERVAL_SECONDS);
        case "access_denied" -> throw provider.failed("the login was refused");
        case "expired_token" -> throw provider.failed("the code was not entered in time");
        default -> throw provider.failed(Text.quote(answer.error()));
      }
      if (System.nanoTime() > deadline) {
        throw provider.failed("the code was not entered in time");
      }
    }
  }

  private static void pause(long seconds) {
    try {
      Thread.sleep(seconds * 1_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssayException(Code.LOGIN_FAILED, "interrupted while waiting for a login", e);
    }
  }
}
