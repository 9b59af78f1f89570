package dev.assay.attest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.assay.bytes.AssayException;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

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
    byte[] written;
    try {
      written = bundle.write();
    } catch (IllegalStateException e) {
      return; // older versions can hold what 0.3 cannot
    }
    assertArrayEquals(written, Bundle.parse(written).write());
  }

  @FuzzTest(maxDuration = "60s")
  void logEntry(byte[] document) {
    try {
      LogEntry entry = LogEntry.parse(document);
      assertEquals(entry, LogEntry.parse(document));
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void evidence(byte[] file) {
    try {
      for (EvidenceReader.Piece piece : EvidenceReader.pieces(file, file.length)) {
        // What a piece says of itself is the whole of it, wherever it is read again.
        List<EvidenceReader.Piece> again =
            EvidenceReader.pieces(piece.bytes(), piece.bytes().length);
        assertEquals(1, again.size());
        assertEquals(piece.bundle().form(), again.getFirst().bundle().form());
        assertEquals(piece.bundle().material(), again.getFirst().bundle().material());
      }
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void ociSignature(byte[] document) {
    Map<String, String> annotations =
        Map.of(
            "dev.cosignproject.cosign/signature",
            "AAAA",
            "dev.sigstore.cosign/bundle",
            new String(document, StandardCharsets.UTF_8));
    for (String type : List.of(OciSignature.SIMPLE_SIGNING, OciSignature.ENVELOPE)) {
      for (Map<String, String> given : List.of(annotations, Map.<String, String>of())) {
        try {
          OciSignature.read(type, document, given);
        } catch (AssayException e) {
          // refused, as it may be
        }
      }
    }
    try {
      RekorBundle.parse(new String(document, StandardCharsets.UTF_8));
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void statement(byte[] document) {
    try {
      StatementHead head = StatementHead.read(document, document.length);
      Statement whole = Statement.parse(document);
      assertEquals(whole.subjects(), head.subjects());
      assertEquals(whole.predicateType(), head.predicateType());
      whole.subjects().forEach(s -> s.is(s.knownDigests()));
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
