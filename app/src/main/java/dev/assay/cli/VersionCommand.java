package dev.assay.cli;

import dev.assay.trust.PublicGood;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;

/** {@code version}: what runs here. */
final class VersionCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "version",
          "print the version, the commit it was built from, and the Java it runs on",
          "",
          0,
          0,
          "The commit is \"unknown\" where the product was not built from a Git checkout, and"
              + " followed by \"modified\" where the checkout had changes. The trust root is the"
              + " public-good one that is shipped, of that date.",
          List.of(),
          List.of("assay version"));

  private VersionCommand() {}

  static int run(Arguments arguments, Context context) {
    Properties build = build();
    context
        .out()
        .printf(
            "assay %s%ncommit %s%njava %s (%s)%ntrust root of %s%n",
            build.getProperty("version", "unknown"),
            build.getProperty("commit", "unknown"),
            Runtime.version(),
            System.getProperty("java.vendor", "unknown"),
            PublicGood.DATE);
    return 0;
  }

  static String version() {
    return build().getProperty("version", "unknown");
  }

  // Written by RenderedFiles when the product is built.
  private static Properties build() {
    Properties properties = new Properties();
    try (InputStream in = VersionCommand.class.getResourceAsStream("/build.properties")) {
      if (in != null) {
        properties.load(in);
      }
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
