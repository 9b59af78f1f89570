package dev.assay.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.assay.bytes.AssayException;
import dev.assay.trust.tuf.TufClient;
import dev.assay.trust.tuf.TufFetcher;
import dev.assay.trust.tuf.TufMarks;
import dev.assay.trust.tuf.TufState;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** Whatever the bytes are, they are read or refused by an exception of ours. */
class TrustFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void trustRoot(byte[] document) {
    try {
      for (TrustRoot root : TrustRootReader.readAll(document)) {
        byte[] written = TrustRootWriter.write(root);
        assertArrayEquals(written, TrustRootWriter.write(TrustRootReader.read(written)));
      }
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void signingConfig(byte[] document) {
    try {
      SigningConfig config = SigningConfigReader.read(document);
      for (SigningConfig.Service service :
          SigningConfig.select(
              "logs", config.logs(), config.logSelection(), Set.of(1, 2), Instant.EPOCH)) {
        assertTrue(config.logs().contains(service));
      }
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void tufRoot(byte[] document) {
    try {
      new TufClient(document, TufMarks.NONE);
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void tufMirror(byte[] document) {
    TufFetcher mirror = TufFetcher.of(Map.of("timestamp.json", document, "16.root.json", document));
    try {
      new TufClient(PublicGood.tufRoot(), TufMarks.NONE).update(TufState.EMPTY, mirror);
    } catch (AssayException e) {
      // refused, as it may be
    }
  }
}
