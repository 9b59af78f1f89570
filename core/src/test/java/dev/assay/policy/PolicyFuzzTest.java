package dev.assay.policy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.assay.bytes.AssayException;
import java.nio.charset.StandardCharsets;

/** Whatever the bytes are, they are read or refused by an exception of ours. */
class PolicyFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void policy(byte[] document) {
    try {
      PolicyReader.read(document, file -> document);
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void glob(byte[] document) {
    try {
      Glob.parse(new String(document, StandardCharsets.ISO_8859_1))
          .matches("registry.example/acme/pay");
    } catch (AssayException e) {
      // refused, as it may be
    }
  }
}
