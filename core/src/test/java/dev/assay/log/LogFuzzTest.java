package dev.assay.log;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.assay.bytes.AssayException;
import java.nio.charset.StandardCharsets;

/** Whatever the bytes are, they are read or refused by an exception of ours. */
class LogFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void note(byte[] document) {
    try {
      SignedNote note = SignedNote.parse(document);
      Checkpoint.parse(note.text());
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void checkpoint(byte[] document) {
    try {
      Checkpoint.parse(new String(document, StandardCharsets.ISO_8859_1));
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void proof(byte[] document) {
    try {
      TlogProof.parse(document);
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void tilePath(byte[] document) {
    try {
      Tile.parse(new String(document, StandardCharsets.ISO_8859_1));
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void verifierKey(byte[] document) {
    try {
      NoteKey.parse(new String(document, StandardCharsets.ISO_8859_1));
    } catch (AssayException e) {
      // refused, as it may be
    }
  }
}
