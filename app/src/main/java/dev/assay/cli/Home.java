package dev.assay.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Where files live: {@code ASSAY_HOME} if it is set, else where the platform keeps them (XDG base
 * directories, or Library on macOS).
 */
record Home(Context context) {

  /** A setting with where it came from, for {@code assay config}. */
  record Setting(String name, String value, String source) {}

  Setting data() {
    Optional<String> home = context.variable("ASSAY_HOME");
    if (home.isPresent()) {
      return new Setting("data", context.path(home.get()).toString(), "ASSAY_HOME");
    }
    String user = context.variable("HOME").orElse(".");
    if (mac()) {
      return new Setting(
          "data", Path.of(user, "Library", "Application Support", "assay").toString(), "platform");
    }
    return context
        .variable("XDG_DATA_HOME")
        .map(x -> new Setting("data", Path.of(x, "assay").toString(), "XDG_DATA_HOME"))
        .orElseGet(() ->
            new Setting("data", Path.of(user, ".local", "share", "assay").toString(), "platform"));
  }

  /** Where what can be had again is kept; empty where no place is known. */
  Optional<Setting> cache() {
    Optional<String> home = context.variable("ASSAY_HOME");
    if (home.isPresent()) {
      return Optional.of(
          new Setting("cache", context.path(home.get()).resolve("cache").toString(), "ASSAY_HOME"));
    }
    Optional<String> user = context.variable("HOME");
    if (mac()) {
      return user.map(u ->
          new Setting("cache", Path.of(u, "Library", "Caches", "assay").toString(), "platform"));
    }
    return context
        .variable("XDG_CACHE_HOME")
        .map(x -> new Setting("cache", Path.of(x, "assay").toString(), "XDG_CACHE_HOME"))
        .or(() ->
            user.map(
                u -> new Setting("cache", Path.of(u, ".cache", "assay").toString(), "platform")));
  }

  /** The ledger that commands use when none is named. */
  Setting ledger() {
    return context
        .variable("ASSAY_LEDGER")
        .map(l -> new Setting("ledger", context.path(l).toString(), "ASSAY_LEDGER"))
        .orElseGet(() ->
            new Setting("ledger", Path.of(data().value(), "ledger").toString(), data().source()));
  }

  private static boolean mac() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("mac");
  }
}
