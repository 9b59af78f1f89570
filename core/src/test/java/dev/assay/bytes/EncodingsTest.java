package dev.assay.bytes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncodingsTest {

  private static final String HEX =
      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

  @Test
  void aDigestIsReadAndWrittenTheSame() {
    Digest digest = Digest.parse("sha256:" + HEX);
    assertEquals("sha256:" + HEX, digest.toString());
    assertEquals("sha256:9f86d081884c", digest.brief());
    assertTrue(digest.matches(digest.value()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sha256",
        "sha256:",
        ":9f",
        "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "md5:d41d8cd98f00b204e9800998ecf8427e",
        "SHA256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "sha256:9F86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "sha256:sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a0",
        "sha512:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        " sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
      })
  void whatIsNoDigestIsRefused(String text) {
    assertEquals(
        Code.BAD_DIGEST, assertThrows(AssayException.class, () -> Digest.parse(text)).code());
    assertFalse(Digest.isDigest(text));
  }

  @Test
  void base64HasOneSpelling() {
    assertArrayEquals(new byte[] {1}, Base64s.decode("AQ=="));
    for (String bad :
        new String[] {"AR==", "AQ", "AQ=", "AQ==\n", " AQ==", "AQ==AQ==", "A-_=", "====", "AAB="}) {
      assertEquals(
          Code.BAD_ENCODING,
          assertThrows(AssayException.class, () -> Base64s.decode(bad), bad).code());
    }
  }

  @Test
  void base64RoundTrips() {
    Random random = new Random(3);
    for (int n = 0; n < 200; n++) {
      byte[] bytes = new byte[n];
      random.nextBytes(bytes);
      assertArrayEquals(bytes, Base64s.decode(Base64s.encode(bytes)));
      assertArrayEquals(bytes, Hex.decode(Hex.encode(bytes)));
    }
  }

  @Test
  void textFromOutsideCannotSteerATerminal() {
    assertEquals("\"a\\u001b[2Jb\\u202ec\"", Text.quote("a\u001b[2Jb\u202ec"));
    assertEquals("plain ✓ é", Text.printable("plain ✓ é"));
  }

  @Test
  void codesAreDistinctAndFoundByTheirNumber() {
    Set<String> ids = new HashSet<>();
    for (Code code : Code.values()) {
      assertTrue(ids.add(code.id()), code.id());
      assertEquals(code, Code.byId(code.id()).orElseThrow());
      assertFalse(code.exit() == Code.Exit.OK, code.id());
    }
    assertEquals(Code.WRONG_IDENTITY, Code.byId("asy1203").orElseThrow());
    assertTrue(Code.byId("ASY0").isEmpty());
  }

  @Test
  void decimalNumbersHaveOneSpelling() {
    for (String good : List.of("0", "7", "10", "9223372036854775807", "9999999999999999999")) {
      assertTrue(Text.isDecimal(good, 0), good);
      assertTrue(Text.isDecimal("-" + good, 1), good);
    }
    for (String bad :
        List.of(
            "",
            "00",
            "01",
            "-1",
            "+1",
            " 1",
            "1 ",
            "1a",
            "1\n",
            "\u0661",
            "12345678901234567890")) {
      assertFalse(Text.isDecimal(bad, 0), bad);
    }
  }

  @Test
  void asciiAndUtf8AreReadAlike() {
    assertEquals("plain\u0000~", Text.utf8(new byte[] {'p', 'l', 'a', 'i', 'n', 0, '~'}));
    assertEquals("\u00e9", Text.utf8(new byte[] {(byte) 0xc3, (byte) 0xa9}));
    assertThrows(AssayException.class, () -> Text.utf8(new byte[] {'a', (byte) 0xe9}));
  }
}
