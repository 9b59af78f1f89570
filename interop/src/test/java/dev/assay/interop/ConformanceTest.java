package dev.assay.interop;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The conformance suite of the OCI distribution specification, whole, against our registry. */
class ConformanceTest {

  private static final Pattern FAILED = Pattern.compile("(?mi)^ *(?:fail|error)\\.+: +([0-9]+)$");
  private static final Pattern TOTAL = Pattern.compile("(?m)^ *Total\\.+: +([0-9]+)$");

  @TempDir Path folder;

  @Test
  void everyTestPasses() throws IOException, InterruptedException {
    Path suite = Peers.conformance();
    try (AssayRegistry registry = AssayRegistry.start(folder)) {
      Map<String, String> environment = new HashMap<>();
      environment.put("OCI_REGISTRY", registry.host());
      environment.put("OCI_TLS", "disabled");
      environment.put("OCI_REPO1", "conformance/one");
      environment.put("OCI_REPO2", "conformance/two");
      Path results = Files.createDirectories(folder.resolve("conformance"));
      Run run = Run.of(results, environment, List.of(suite.toString())).expect(0);
      Matcher total = TOTAL.matcher(run.out());
      assertTrue(total.find() && Integer.parseInt(total.group(1)) > 500, run.out());
      Matcher failed = FAILED.matcher(run.out());
      int counts = 0;
      for (; failed.find(); counts++) {
        assertTrue(Integer.parseInt(failed.group(1)) == 0, run.out());
      }
      assertTrue(counts == 2, run.out());
    }
  }
}
