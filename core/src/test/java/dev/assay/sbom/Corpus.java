package dev.assay.sbom;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The folder of data that others made; a test that needs it is skipped where it is absent. */
final class Corpus {

  private Corpus() {}

  static Path folder(String name) {
    String given =
        Optional.ofNullable(System.getProperty("ASSAY_CORPUS"))
            .or(() -> Optional.ofNullable(System.getenv("ASSAY_CORPUS")))
            .orElse(System.getProperty("assay.root", "..") + "/../shared/corpus");
    Path path = Path.of(given, name);
    Assumptions.assumeTrue(Files.isDirectory(path), "no corpus at " + path);
    return path;
  }

  static List<Path> files(String folder, String suffix) throws IOException {
    try (Stream<Path> all = Files.walk(folder(folder))) {
      return all.filter(p -> p.toString().endsWith(suffix)).sorted().toList();
    }
  }
}
