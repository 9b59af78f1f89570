package dev.assay.bytes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  private static Json parse(String text) {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8), 1 << 20);
  }

  private static Code refused(String text) {
    return assertThrows(AssayException.class, () -> parse(text)).code();
  }

  @Test
  void readsEveryKindOfValue() {
    String text = "{\"a\":[1,-2.5e+3,true,false,null,\"\\u00e9\\n\\ud83d\\ude00\"],\"b\":{}}";
    assertEquals("{\"a\":[1,-2.5e+3,true,false,null,\"é\\n😀\"],\"b\":{}}", parse(text).compact());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[",
        "[1,]",
        "{\"a\":1,}",
        "[1 2]",
        "{\"a\" 1}",
        "{a:1}",
        "{'a':1}",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "NaN",
        "Infinity",
        "tru",
        "nul",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\t\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "{}{}",
        "{} x",
        "[1]]",
        "\ufeff{}",
        "// c\n{}",
        "[]\u0000",
        "{\"a\":1,,\"b\":2}",
        "[,1]"
      })
  void refusesWhatIsNotJson(String text) {
    assertEquals(Code.BAD_JSON, refused(text));
  }

  @Test
  void refusesANameThatIsThereTwiceHoweverItIsSpelt() {
    assertEquals(Code.DUPLICATE_MEMBER, refused("{\"a\":1,\"a\":2}"));
    assertEquals(Code.DUPLICATE_MEMBER, refused("{\"a\":1,\"\\u0061\":2}"));
    assertEquals(Code.DUPLICATE_MEMBER, refused("{\"x\":{\"\":1,\"\":1}}"));
  }

  @Test
  void refusesDeepNestingWithoutUsingTheStack() {
    String deep = "[".repeat(500_000);
    assertEquals(Code.TOO_DEEP, refused(deep));
    String objects = "{\"a\":".repeat(100_000);
    assertEquals(Code.TOO_DEEP, refused(objects));
    assertEquals(Code.TOO_DEEP, refused("[".repeat(65) + "]".repeat(65)));
    parse("[".repeat(64) + "]".repeat(64));
  }

  @Test
  void skippingChecksAsStrictlyAsReading() {
    for (String bad : List.of("{\"a\":{\"b\":1,\"b\":2}}", "{\"a\":[1,]}", "{\"a\":\"\\ud800\"}")) {
      assertThrows(
          AssayException.class,
          () -> {
            JsonReader in = new JsonReader(Text.utf8(bad), 1000);
            in.skip();
            in.finish();
          });
    }
  }

  @Test
  void refusesMoreBytesThanTheLimit() {
    assertEquals(
        Code.TOO_LARGE,
        assertThrows(AssayException.class, () -> Json.parse(new byte[11], 10)).code());
  }

  @Test
  void refusesMalformedUtf8() {
    List<byte[]> bad =
        List.of(
            new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'},
            new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'},
            new byte[] {'"', (byte) 0xff, '"'},
            new byte[] {'"', (byte) 0xe2, (byte) 0x82, '"'});
    for (byte[] document : bad) {
      assertEquals(
          Code.BAD_JSON,
          assertThrows(AssayException.class, () -> Json.parse(document, 100)).code());
    }
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] whole = Text.utf8("{\"a\":[1,{\"b\":\"c\\n\"}],\"d\":true}");
    for (int n = 0; n < whole.length; n++) {
      byte[] part = java.util.Arrays.copyOf(whole, n);
      assertThrows(AssayException.class, () -> Json.parse(part, 100), "at " + n);
    }
  }

  @Test
  void anyBytesAreReadOrRefusedAndWhatIsReadIsWrittenBackTheSame() {
    Random random = new Random(7);
    byte[] seed = Text.utf8("{\"a\":[1,-2.5,{\"b\":\"c\\u00e9\\n\"}],\"d\":true,\"e\":null}");
    for (int i = 0; i < 20_000; i++) {
      byte[] mutant = seed.clone();
      for (int k = 0; k <= random.nextInt(3); k++) {
        mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
      }
      try {
        Json value = Json.parse(mutant, 1000);
        assertEquals(value, Json.parse(Text.utf8(value.compact()), 1000));
        assertEquals(value, Json.parse(Text.utf8(value.pretty()), 2000));
      } catch (AssayException e) {
        // Refused with a code, which is the other allowed answer.
      }
    }
  }

  @Test
  void canonicalFormSortsByUtf16AndEscapesLeast() {
    Json value =
        parse(
            "{\"\\u20ac\":1,\"\\r\":2,\"1\":3,\"\\ud83d\\ude02\":4,\"\\ufb33\":5,\"ö\":\"\\u000f\\/\"}");
    assertEquals(
        "{\"\\r\":2,\"1\":3,\"ö\":\"\\u000f/\",\"€\":1,\"😂\":4,\"\ufb33\":5}",
        Text.utf8(value.canonical()));
  }

  @Test
  void canonicalFormRefusesWhatADoubleCannotHold() {
    assertThrows(IllegalArgumentException.class, () -> parse("9007199254740993").canonical());
    assertThrows(IllegalArgumentException.class, () -> parse("1.5").canonical());
    assertArrayEquals(Text.utf8("9007199254740991"), parse("9007199254740991").canonical());
  }

  @Test
  void fieldsNameThePathOfWhatIsWrong() {
    Fields f = Fields.of(parse("{\"a\":{\"n\":\"x\"},\"l\":[1]}"), "doc");
    AssayException e = assertThrows(AssayException.class, () -> f.object("a").integer("n"));
    assertEquals("doc.a.n: not an integer: \"x\"", e.getMessage());
    assertEquals(
        "doc.l[0]: expected an object, found a number",
        assertThrows(AssayException.class, () -> f.objects("l", 5)).getMessage());
    f.optional("l");
    assertEquals(
        Code.UNKNOWN_FIELD,
        assertThrows(AssayException.class, () -> Fields.of(parse("{\"x\":1}"), "d").done()).code());
  }

  @Test
  void integersAreExactOrRefused() {
    List<String> bad = new ArrayList<>(List.of("1.0", "1e3", "9223372036854775808"));
    bad.add("\" 1\"");
    bad.add("\"01\"");
    for (String n : bad) {
      Fields f = Fields.of(parse("{\"n\":" + n + "}"), "d");
      assertThrows(AssayException.class, () -> f.integer("n"), n);
    }
    assertEquals(
        Long.MIN_VALUE, Fields.of(parse("{\"n\":\"-9223372036854775808\"}"), "d").integer("n"));
  }
}
