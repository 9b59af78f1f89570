package dev.assay.attest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;

/** What an attacker does to a document. */
final class Adversary {

  private Adversary() {}

  static byte[] resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(Adversary.class.getResourceAsStream("/cosign/" + name), name)) {
      return in.readAllBytes();
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static void refused(Code code, Runnable action) {
    AssayException e = assertThrows(AssayException.class, action::run);
    assertEquals(code, e.code(), e.getMessage());
  }

  /** Every prefix is refused, by an exception of ours. */
  static void truncations(byte[] document, Consumer<byte[]> parser) {
    for (int length = 0; length < document.length; length++) {
      byte[] cut = Arrays.copyOf(document, length);
      assertThrows(AssayException.class, () -> parser.accept(cut), "length " + length);
    }
  }

  /** Flipped bits are read or refused by an exception of ours, never by another. */
  static void bitFlips(byte[] document, int times, Consumer<byte[]> parser) {
    Random random = new Random(document.length);
    for (int i = 0; i < times; i++) {
      byte[] changed = document.clone();
      int bit = random.nextInt(document.length * 8);
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        parser.accept(changed);
      } catch (AssayException e) {
        // refused, as it may be
      }
    }
  }
}
