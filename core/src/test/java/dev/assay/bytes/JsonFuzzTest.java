package dev.assay.bytes;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Whatever the bytes are, they are read or refused by an exception of ours. */
class JsonFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void json(byte[] document) {
    try {
      Json value = Json.parse(document, 1 << 20);
      byte[] written = value.compact().getBytes(StandardCharsets.UTF_8);
      Json.parse(written, 8 << 20);
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void passes(byte[] document) {
    try {
      new JsonReader(document, 1 << 20).pass();
    } catch (AssayException e) {
      // refused, as it may be
    }
  }
}
