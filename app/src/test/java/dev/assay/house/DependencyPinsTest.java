package dev.assay.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every third-party jar that is shipped has the bytes it had when it was looked at. {@code
 * -Dassay.pins=write} writes the file anew; the difference then shows what changed, and is to be
 * read.
 */
class DependencyPinsTest {

  private static final Path PINS = Project.root().resolve("dependencies.sha256");

  @Test
  void everyShippedJarHasItsPinnedDigest() throws IOException {
    String found = found();
    if (System.getProperty("assay.pins", "").equals("write")) {
      Files.writeString(PINS, found);
    }
    assertEquals(
        Files.readString(PINS),
        found,
        "if the change is meant: mvn -pl app -am test -Dtest=DependencyPinsTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dassay.pins=write");
  }

  private static String found() throws IOException {
    TreeMap<String, String> pins = new TreeMap<>();
    Path target = Project.root().resolve("app/target");
    for (String line : Files.readAllLines(target.resolve("dependencies.txt"))) {
      // group:artifact:jar:version:scope:/path/to.jar -- module name
      String[] parts = line.strip().replaceFirst(" -- module .*", "").split(":", 6);
      if (parts.length == 6 && !parts[0].equals("dev.assay")) {
        pins.put(parts[0] + ":" + parts[1] + ":" + parts[3], sha256(Path.of(parts[5])));
      }
    }
    assertTrue(pins.size() > 5, "the build listed its class path");
    for (String folder : List.of("demo", "native")) {
      try (Stream<Path> jars = Files.list(target.resolve(folder))) {
        for (Path jar : jars.toList()) {
          pins.put(folder + ":" + jar.getFileName(), sha256(jar));
        }
      }
    }
    StringBuilder out =
        new StringBuilder(
            "# SHA-256 of every third-party jar that Assay ships, as it was resolved.\n");
    pins.forEach((name, digest) -> out.append(digest).append("  ").append(name).append('\n'));
    return out.toString();
  }

  private static String sha256(Path file) throws IOException {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
