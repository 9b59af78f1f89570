package dev.assay.crypto;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;

/**
 * Whatever the bytes are, they are read or refused by an exception of ours. With {@code
 * JAZZER_FUZZ=1} the inputs are searched for, else those kept beside this test are tried.
 */
class TimestampFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void timestamp(byte[] document) {
    try {
      Timestamp read = Timestamp.parse(document);
      read.covers(document);
      Optional<Certificate> signer = read.signer(List.of());
      signer.ifPresent(
          s -> TimestampAuthorityCheck.check(read, List.of(s, s), TimestampMaker.MESSAGE));
    } catch (AssayException e) {
      Assertions.assertEquals(Code.BAD_TIMESTAMP, e.code());
    }
  }
}
