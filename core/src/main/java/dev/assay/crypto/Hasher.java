package dev.assay.crypto;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Hex;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Hashes content that arrives in pieces. The first {@link Hashes#JDK_FROM} bytes are kept until it
 * is clear which implementation is worth its start; then nothing is kept.
 *
 * <p>One hasher serves one content and one thread.
 */
public final class Hasher {

  private final Digest.Algorithm algorithm;
  private byte[] kept = new byte[8192];
  private int count;
  private @Nullable MessageDigest jdk;
  private boolean finished;

  private Hasher(Digest.Algorithm algorithm) {
    this.algorithm = algorithm;
  }

  public static Hasher of(Digest.Algorithm algorithm) {
    return new Hasher(algorithm);
  }

  public Hasher update(byte[] bytes) {
    return update(bytes, 0, bytes.length);
  }

  /**
   * @throws IllegalStateException after {@link #finish}
   */
  public Hasher update(byte[] bytes, int offset, int length) {
    if (finished) {
      throw new IllegalStateException("finished");
    }
    if (jdk == null && Hashes.prefersJdk(length)) {
      jdk = Hashes.jdk(algorithm);
      jdk.update(kept, 0, count);
      kept = new byte[0];
    }
    if (jdk != null) {
      jdk.update(bytes, offset, length);
      return this;
    }
    // Fewer than JDK_FROM bytes were hashed in this process, so this buffer stays small.
    if (count + length > kept.length) {
      kept = Arrays.copyOf(kept, Math.max(count + length, 2 * kept.length));
    }
    System.arraycopy(bytes, offset, kept, count, length);
    count += length;
    return this;
  }

  /**
   * The digest of all bytes given.
   *
   * @throws IllegalStateException when called twice
   */
  public Digest finish() {
    if (finished) {
      throw new IllegalStateException("finished");
    }
    finished = true;
    byte[] value =
        jdk != null ? jdk.digest() : Hashes.byBouncyCastle(algorithm, Arrays.copyOf(kept, count));
    return new Digest(algorithm, Hex.encode(value));
  }
}
