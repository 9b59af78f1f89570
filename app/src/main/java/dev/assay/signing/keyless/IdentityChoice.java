package dev.assay.signing.keyless;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Which identity signs: the one that was given or named, else the place's, else a person's. */
final class IdentityChoice {

  private final SigningServices services;
  private final SigningServices.Identity asked;
  private final Services http;
  private final SigningServices.Talk talk;

  IdentityChoice(
      SigningServices services,
      SigningServices.Identity asked,
      Services http,
      SigningServices.Talk talk) {
    this.services = services;
    this.asked = asked;
    this.http = http;
    this.talk = talk;
  }

  IdentitySource source() {
    if (asked.given().isPresent()) {
      return asked.given().get();
    }
    AmbientIdentity ambient =
        new AmbientIdentity(asked.environment(), asked.folder(), http, asked.clientId());
    if (asked.provider().isPresent()) {
      return named(asked.provider().get(), ambient);
    }
    Optional<IdentitySource> found = ambient.find();
    if (found.isPresent()) {
      return found.get();
    }
    if (asked.person() && services.issuer().isPresent()) {
      return named(canShow() ? "browser" : "device", ambient);
    }
    throw new AssayException(
        Code.NO_IDENTITY,
        "there is no identity to sign with: no token was given, none of "
            + String.join(", ", AmbientIdentity.NAMES)
            + " has one, and there is no terminal for somebody to log in",
        "assay explain ASY1226");
  }

  private IdentitySource named(String provider, AmbientIdentity ambient) {
    return switch (provider) {
      case "browser" -> new BrowserLogin(issuer(), asked.clientId(), http, this::open, talk::say);
      case "device" -> new DeviceLogin(issuer(), asked.clientId(), http, talk::say);
      default -> {
        if (!AmbientIdentity.NAMES.contains(provider)) {
          List<String> all = new ArrayList<>(AmbientIdentity.NAMES);
          all.addAll(List.of("browser", "device"));
          throw new AssayException(
              Code.USAGE,
              "no identity provider " + Text.quote(provider),
              "one of " + String.join(", ", all));
        }
        yield ambient.named(provider);
      }
    };
  }

  private URI issuer() {
    return services
        .issuer()
        .orElseThrow(() ->
            new AssayException(
                Code.USAGE,
                "where is the login? No identity provider is named",
                "--oidc-issuer URL"));
  }

  private boolean canShow() {
    return isMac() || set("DISPLAY") || set("WAYLAND_DISPLAY") || set("BROWSER");
  }

  private boolean set(String variable) {
    return !asked.environment().getOrDefault(variable, "").isEmpty();
  }

  private static boolean isMac() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("mac");
  }

  // The address was said; where no browser opens, a person copies it.
  private void open(URI address) {
    String program =
        set("BROWSER") ? asked.environment().get("BROWSER") : isMac() ? "open" : "xdg-open";
    try {
      new ProcessBuilder(String.valueOf(program), address.toString())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .getOutputStream()
          .close();
    } catch (IOException e) {
      talk.say("no browser could be opened here");
    }
  }
}
