package dev.assay.adversary;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Data of others; tests that need it are skipped where it is not there. */
final class AdversaryCorpus {

  private AdversaryCorpus() {}

  static Path folder(String name) {
    String set = System.getProperty("ASSAY_CORPUS", System.getenv("ASSAY_CORPUS"));
    Path corpus =
        set != null
            ? Path.of(set)
            : Path.of(System.getProperty("assay.root", "..")).resolve("../shared/corpus");
    Path folder = corpus.resolve(name);
    Assumptions.assumeTrue(Files.isDirectory(folder), () -> "no corpus: " + folder);
    return folder;
  }
}
