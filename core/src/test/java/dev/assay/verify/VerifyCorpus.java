package dev.assay.verify;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The folder of public test data; tests that need it are skipped where it is not. */
final class VerifyCorpus {

  private VerifyCorpus() {}

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
