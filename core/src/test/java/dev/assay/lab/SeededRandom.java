package dev.assay.lab;

import java.security.SecureRandom;
import java.util.Random;

/** Random bytes that are the same in every run with the same seed. Worthless as a secret. */
final class SeededRandom extends SecureRandom {

  private static final long serialVersionUID = 1;

  private final Random source;

  SeededRandom(long seed) {
    super(null, null);
    source = new Random(seed);
  }

  @Override
  public String getAlgorithm() {
    return "seeded";
  }

  @Override
  public void nextBytes(byte[] bytes) {
    source.nextBytes(bytes);
  }

  @Override
  public byte[] generateSeed(int count) {
    return bytes(count);
  }

  byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    source.nextBytes(bytes);
    return bytes;
  }
}
