package dev.assay.cli;

import dev.assay.signing.NativeSignatures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code config}: what is in force and where it came from. */
final class ConfigCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "config",
          "show which settings are in force and where they come from",
          "",
          0,
          0,
          "Secrets are never shown, only whether they are set.",
          List.of(),
          List.of("assay config"));

  private static final List<String> SECRETS = List.of("COSIGN_PASSWORD", "ASSAY_LEDGER_PASSWORD");

  private ConfigCommand() {}

  static int run(Arguments arguments, Context context) {
    Home home = new Home(context);
    List<Home.Setting> settings = new ArrayList<>(List.of(home.data(), home.ledger()));
    home.cache().ifPresent(settings::add);
    for (String name :
        List.of(
            "ASSAY_TUF_ROOT",
            "REGISTRY_AUTH_FILE",
            "DOCKER_CONFIG",
            "HTTPS_PROXY",
            "HTTP_PROXY",
            "NO_PROXY",
            "SSL_CERT_FILE",
            "NO_COLOR")) {
      settings.add(
          new Home.Setting(
              name,
              context.variable(name).map(ConfigCommand::withoutCredentials).orElse("-"),
              context.variable(name).isPresent() ? "environment" : "not set"));
    }
    settings.add(arithmetic());
    for (String name : SECRETS) {
      boolean set = context.environment().containsKey(name);
      settings.add(new Home.Setting(name, set ? "(set)" : "-", set ? "environment" : "not set"));
    }
    for (Home.Setting s : settings) {
      context.out().printf("%-22s %-50s %s%n", s.name(), s.value(), s.source());
    }
    return 0;
  }

  private static Home.Setting arithmetic() {
    String home = System.getProperty("assay.home");
    Optional<String> jar =
        home == null ? Optional.empty() : NativeSignatures.shipped(Path.of(home, "lib"));
    return new Home.Setting(
        "signatures",
        jar.isPresent() ? "AWS-LC for gate serve and large folders" : "built-in arithmetic",
        jar.orElse("no native provider for this machine"));
  }

  // A proxy's address may carry a name and a password.
  private static String withoutCredentials(String value) {
    int end = value.lastIndexOf('@');
    if (end < 0) {
      return value;
    }
    int scheme = value.indexOf("://");
    return (scheme < 0 || scheme > end ? "" : value.substring(0, scheme + 3))
        + "(hidden)"
        + value.substring(end);
  }
}
