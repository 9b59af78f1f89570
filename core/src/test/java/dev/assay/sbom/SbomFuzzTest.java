package dev.assay.sbom;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.assay.bytes.AssayException;
import java.nio.charset.StandardCharsets;

/** Whatever the bytes are, they are read or refused by an exception of ours. */
class SbomFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void cycloneDx(byte[] document) {
    try {
      CycloneDxReader.read(document, component -> {});
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void advisory(byte[] document) {
    try {
      Advisory.parse(document);
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void purl(byte[] document) {
    try {
      Purl read = Purl.parse(new String(document, StandardCharsets.ISO_8859_1));
      Purl.parse(read.toString());
    } catch (AssayException e) {
      // refused, as it may be
    }
  }
}
