package dev.assay.cli;

import java.util.ArrayList;
import java.util.List;

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
    for (String name :
        List.of(
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
    for (String name : SECRETS) {
      boolean set = context.environment().containsKey(name);
      settings.add(new Home.Setting(name, set ? "(set)" : "-", set ? "environment" : "not set"));
    }
    for (Home.Setting s : settings) {
      context.out().printf("%-22s %-50s %s%n", s.name(), s.value(), s.source());
    }
    return 0;
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
