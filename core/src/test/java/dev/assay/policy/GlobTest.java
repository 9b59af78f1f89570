package dev.assay.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.bytes.AssayException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

  @ParameterizedTest
  @CsvSource({
    "r.example/pay, r.example/pay, true",
    "r.example/pay, r.example/pay2, false",
    "r.example/pay, evil/r.example/pay, false",
    "r.example/pay, r.example/pay/x, false",
    "r.example/*, r.example/pay, true",
    "r.example/*, r.example/pay/x, false",
    "r.example/**, r.example/pay/x, true",
    "r.example/**, r.example, true",
    "r.example/**, r.example.evil/pay, false",
    "**, anything/at/all, true",
    "**/pay, a/b/pay, true",
    "**/pay, pay, true",
    "a/**/b, a/b, true",
    "a/**/b, a/x/y/b, true",
    "a/**/b, a/x/y/c, false",
    "refs/tags/v*, refs/tags/v1.2, true",
    "refs/tags/v*, refs/tags/v1/x, false",
    "refs/tags/v*, refs/heads/refs/tags/v1, false",
    "*a*b*, xaybz, true",
    "*a*b*, xbya, false",
    "a*a, a, false",
    "ab*ba, aba, false",
    "r.example/pay, R.example/pay, false"
  })
  void matchesTheWholeName(String pattern, String name, boolean expected) {
    assertEquals(expected, Glob.parse(pattern).matches(name));
  }

  @Test
  void aPatternMadeToBeSlowIsNot() {
    Glob glob = Glob.parse("*a".repeat(200) + "b");
    assertFalse(glob.matches("a".repeat(100_000)));
    assertFalse(Glob.parse("**/".repeat(100) + "b").matches("a/".repeat(2_000) + "c"));
  }

  @Test
  void refusesDoubleStarsInsideASegment() {
    assertThrows(AssayException.class, () -> Glob.parse("a**/b"));
    assertThrows(AssayException.class, () -> Glob.parse(""));
  }
}
