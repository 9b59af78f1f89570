package dev.assay.attest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.assay.bytes.AssayException;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;

/**
 * Whatever the bytes are, they are read or refused by an exception of ours; and what is read is
 * written as it was. With {@code JAZZER_FUZZ=1} the inputs are searched for, else those kept beside
 * this test are tried.
 */
class FormatsFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void bundle(byte[] document) {
    Bundle bundle;
    try {
      bundle = Bundle.parse(document);
    } catch (AssayException e) {
      return;
    }
    if (bundle.material() instanceof Bundle.KeyHint
        && bundle.logEntries().isEmpty()
        && bundle.timestamps().isEmpty()) {
      byte[] written = bundle.write();
      assertArrayEquals(written, Bundle.parse(written).write());
    }
  }

  @FuzzTest(maxDuration = "60s")
  void statement(byte[] document) {
    try {
      Statement.parse(document).subjects().forEach(s -> s.is(s.knownDigests()));
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void publicKey(byte[] document) {
    try {
      PublicKey key = PublicKey.fromSpki(document);
      assertArrayEquals(document, key.spki());
      key.verify(document, document);
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void privateKey(byte[] document) {
    try {
      PrivateKey key = PrivateKey.fromPkcs8(document);
      assertEquals(key.publicKey(), PrivateKey.fromPkcs8(key.pkcs8()).publicKey());
    } catch (AssayException e) {
      // refused, as it may be
    }
  }
}
