package dev.assay.crypto;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.assay.bytes.AssayException;

/**
 * Whatever the bytes are, they are read or refused by an exception of ours. With {@code
 * JAZZER_FUZZ=1} the inputs are searched for, else those kept beside this test are tried.
 */
class SshFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void signature(byte[] document) {
    try {
      SshSignature read = SshSignature.parse(SshMaker.armor(document));
      read.signs(Hashes.digest(read.hash(), document));
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void armored(byte[] document) {
    try {
      SshSignature.parse(document);
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void allowedSigners(byte[] document) {
    try {
      SshAllowedSigners.parse(document).signers().forEach(s -> s.isPrincipal("al@acme.example"));
      SshRevokedKeys.parse(document);
    } catch (AssayException e) {
      // refused, as it may be
    }
  }
}
