package dev.assay.packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A jar of the run-time class path. */
record Dependency(String group, String artifact, String version, Path file) {

  String coordinates() {
    return group + ":" + artifact + ":" + version;
  }

  String fileName() {
    return artifact + "-" + version + ".jar";
  }

  /**
   * Reads what Maven's dependency plugin wrote: lines of {@code
   * group:artifact:jar:version:scope:/path/to.jar}, some followed by {@code -- module name}.
   */
  static List<Dependency> read(Path list) throws IOException {
    List<Dependency> dependencies = new ArrayList<>();
    for (String line : Files.readAllLines(list)) {
      String text = line.strip().replaceFirst(" -- module .*", "");
      String[] parts = text.split(":", 6);
      if (parts.length == 6) {
        // With a classifier there is one part more.
        if (!parts[2].equals("jar") || !Path.of(parts[5]).isAbsolute()) {
          throw new IllegalStateException("a dependency that is not a plain jar: " + text);
        }
        dependencies.add(new Dependency(parts[0], parts[1], parts[3], Path.of(parts[5])));
      }
    }
    if (dependencies.isEmpty()) {
      throw new IllegalStateException("no dependency in " + list);
    }
    return dependencies;
  }
}
