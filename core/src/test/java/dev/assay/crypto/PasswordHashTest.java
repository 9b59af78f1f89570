package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import org.junit.jupiter.api.Test;

class PasswordHashTest {

  // Of the public test vectors of bcrypt (OpenBSD): password "U*U*".
  private static final String KNOWN =
      "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK";

  @Test
  void onlyThePasswordMatches() {
    PasswordHash hash = PasswordHash.parse(KNOWN);
    assertFalse(hash.matches(Text.utf8("U*U")));
    assertFalse(hash.matches(new byte[0]));
    assertFalse(hash.matches(Text.utf8("x".repeat(500))));
    assertTrue(
        PasswordHash.parse("$2y" + KNOWN.substring(3)).matches(Text.utf8("U*U*U"))
            || PasswordHash.parse(KNOWN).matches(Text.utf8("U*U*")));
    assertFalse(hash.toString().contains("VGO"));
  }

  @Test
  void whatIsNoHashIsRefusedWithoutRepeatingIt() {
    for (String text :
        new String[] {
          "",
          "secret",
          "{SHA}5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8",
          "$apr1$abcdefgh$abcdefghijklmnopqrstuv",
          KNOWN.substring(1),
          KNOWN + "a",
          KNOWN.replace("$05$", "$31$"),
          KNOWN.replace("$05$", "$03$"),
          KNOWN.replace("VGO", "V:O"),
          KNOWN.replace("$2a", "$2x")
        }) {
      AssayException e = assertThrows(AssayException.class, () -> PasswordHash.parse(text));
      assertEquals(Code.BAD_CONFIG, e.code());
      assertTrue(text.isEmpty() || !String.valueOf(e.getMessage()).contains(text));
    }
  }
}
