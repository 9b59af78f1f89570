package dev.assay.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TlogProofTest {

  private static final String ORIGIN = "example.com/log/testdata";
  private static final NoteKey KEY =
      NoteKey.parse(
          "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx");

  // The entry "two" of a public log of three entries, as the package's documentation shows it.
  private static final String PROOF =
      """
      c2sp.org/tlog-proof@v1
      index 1
      0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek=
      Zx8UbF5HHooag6PCFM5LqQe486WIjRTMjNPOdbsS75Q=

      example.com/log/testdata
      3
      Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=

      — example.com/log/testdata M9e0lvAQRtH832pk2RTbeSeZMkp4FZSdJYFBUjO5SKxuRbywPUF3cx+HUrb50kjd3rUWW/fj53Wj1dwcwh9bGQnqVAg=
      """;

  private static final byte[] ENTRY = Text.utf8("two");

  private static void assertCode(Code code, org.junit.jupiter.api.function.Executable call) {
    assertEquals(code, assertThrows(AssayException.class, call).code());
  }

  private static Checkpoint verify(String proof, byte[] entry) {
    return TlogProof.parse(Text.utf8(proof)).verify(entry, ORIGIN, List.of(KEY));
  }

  @Test
  void theExampleOfTheDocumentationVerifiesAndIsWrittenAsItWasRead() {
    assertEquals(3, verify(PROOF, ENTRY).size());
    TlogProof proof = TlogProof.parse(Text.utf8(PROOF));
    assertArrayEquals(Text.utf8(PROOF), proof.toBytes());
    assertCode(Code.INCLUSION_INVALID, () -> verify(PROOF, Text.utf8("three")));
    assertCode(Code.INCLUSION_INVALID, () -> verify(PROOF.replace("index 1", "index 0"), ENTRY));
    assertCode(Code.NOTE_NOT_SIGNED, () -> proof.verify(ENTRY, ORIGIN, Set.of()));
    assertCode(Code.WRONG_ORIGIN, () -> proof.verify(ENTRY, "example.com/other", List.of(KEY)));
  }

  @Test
  void extraDataIsKept() {
    TlogProof plain = TlogProof.parse(Text.utf8(PROOF));
    byte[] extra = {0, 1, 2};
    byte[] file =
        new TlogProof(Optional.of(extra), 1, plain.hashes(), plain.checkpoint()).toBytes();
    assertArrayEquals(extra, TlogProof.parse(file).extra().orElseThrow());
    TlogProof.parse(file).verify(ENTRY, ORIGIN, List.of(KEY));
  }

  @Test
  void aProofCutOffAnywhereOrWithAnyBitChangedIsRefused() {
    byte[] proof = Text.utf8(PROOF);
    for (int cut = 0; cut < proof.length; cut++) {
      byte[] shorter = Arrays.copyOf(proof, cut);
      assertThrows(
          AssayException.class,
          () -> TlogProof.parse(shorter).verify(ENTRY, ORIGIN, List.of(KEY)),
          "cut " + cut);
    }
    for (int bit = 0; bit < 8 * proof.length; bit++) {
      byte[] changed = proof.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThrows(
          AssayException.class,
          () -> TlogProof.parse(changed).verify(ENTRY, ORIGIN, List.of(KEY)),
          "bit " + bit);
    }
  }

  @Test
  void otherFormsAreRefused() {
    for (String bad :
        List.of(
            "",
            PROOF.replace("@v1", "@v2"),
            PROOF.replace("index 1", "index 01"),
            PROOF.replace("index 1", "index -1"),
            PROOF.replace("index 1", "index 9223372036854775808"),
            PROOF.replace("index 1\n", ""),
            PROOF.replace("index 1", "index 1\nextra AAAA"),
            PROOF.replace("index 1", "extra A\nindex 1"),
            PROOF.replace("index 1", "index 1\nAAAA"),
            PROOF.replace(
                "index 1",
                "index 1\n"
                    + String.join(
                        "\n",
                        Collections.nCopies(
                            64, "Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk="))))) {
      assertCode(Code.BAD_PROOF, () -> TlogProof.parse(Text.utf8(bad)));
    }
    assertCode(Code.TOO_LARGE, () -> TlogProof.parse(new byte[Limits.TLOG_PROOF_BYTES + 1]));
    assertCode(
        Code.INCLUSION_INVALID,
        () ->
            verify(
                PROOF.replace("index 1", "index 1\nWqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk="),
                ENTRY));
  }
}
