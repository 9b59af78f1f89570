package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HashesTest {

  // Around a block, a padded block, and the point where the implementation changes.
  private static final int[] SIZES = {
    0,
    1,
    55,
    56,
    63,
    64,
    65,
    111,
    112,
    127,
    128,
    129,
    8191,
    8193,
    Hashes.JDK_FROM - 1,
    Hashes.JDK_FROM,
    Hashes.JDK_FROM + 1,
    3 * Hashes.JDK_FROM + 7
  };

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  @Test
  void theAnswerIsThatOfFips180() {
    byte[] abc = "abc".getBytes(StandardCharsets.UTF_8);
    assertEquals(
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        Hashes.sha256Digest(abc).toString());
    assertEquals(
        "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        Hashes.digest(Digest.Algorithm.SHA512, abc).toString());
    assertEquals(
        "sha384:cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
            + "8086072ba1e7cc2358baeca134c825a7",
        Hashes.digest(Digest.Algorithm.SHA384, abc).toString());
  }

  @ParameterizedTest
  @EnumSource
  void bothImplementationsAgree(Digest.Algorithm algorithm) {
    for (int size : SIZES) {
      byte[] bytes = random(size);
      byte[] expected = Hashes.byBouncyCastle(algorithm, bytes);
      assertArrayEquals(expected, Hashes.byJdk(algorithm, bytes), "size " + size);
      assertArrayEquals(expected, Hashes.hash(algorithm, bytes), "size " + size);
    }
  }

  @ParameterizedTest
  @EnumSource
  void piecesGiveTheSameAsTheWhole(Digest.Algorithm algorithm) {
    Random random = new Random(1);
    for (int size : SIZES) {
      byte[] bytes = random(size);
      Hasher hasher = Hasher.of(algorithm);
      for (int at = 0; at < size; ) {
        int piece = Math.min(size - at, 1 + random.nextInt(100_000));
        hasher.update(bytes, at, piece);
        at += piece;
      }
      assertEquals(Hashes.digest(algorithm, bytes), hasher.finish(), "size " + size);
    }
  }

  @Test
  void partsAreHashedOneAfterTheOther() {
    byte[] bytes = random(1000);
    assertArrayEquals(
        Hashes.sha256(bytes),
        Hashes.sha256(
            Arrays.copyOf(bytes, 300), new byte[0], Arrays.copyOfRange(bytes, 300, 1000)));
  }

  @Test
  void oneChangedBitDoesNotMatch() {
    byte[] bytes = random(100);
    Digest digest = Hashes.sha256Digest(bytes);
    assertTrue(Hashes.matches(digest, bytes));
    bytes[50] ^= 1;
    assertFalse(Hashes.matches(digest, bytes));
  }

  @Test
  void aFinishedHasherIsOver() {
    Hasher hasher = Hasher.of(Digest.Algorithm.SHA256);
    hasher.finish();
    assertThrows(IllegalStateException.class, () -> hasher.update(new byte[1]));
    assertThrows(IllegalStateException.class, hasher::finish);
  }
}
