package dev.assay.crypto;

import dev.assay.bytes.Digest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.bouncycastle.crypto.ExtendedDigest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;

/**
 * SHA-2. Two implementations stand behind it: BouncyCastle's costs nothing to load, the JDK's is
 * six times faster and costs 16 ms to load. A process starts with the first and moves to the second
 * once it has hashed {@link #JDK_FROM} bytes, so that neither a short command nor a server pays.
 */
public final class Hashes {

  /** Bytes hashed in this process from which on the JDK's implementation is used. */
  static final int JDK_FROM = 256 << 10;

  // Only a hint for which implementation to take: a lost update does not matter.
  private static volatile long hashed;

  private Hashes() {}

  /** SHA-256 of the parts, one after the other. */
  public static byte[] sha256(byte[]... parts) {
    return hash(Digest.Algorithm.SHA256, parts);
  }

  /** SHA-384 of the parts, one after the other. */
  public static byte[] sha384(byte[]... parts) {
    return hash(Digest.Algorithm.SHA384, parts);
  }

  /** SHA-512 of the parts, one after the other. */
  public static byte[] sha512(byte[]... parts) {
    return hash(Digest.Algorithm.SHA512, parts);
  }

  public static Digest sha256Digest(byte[] content) {
    return Digest.sha256(sha256(content));
  }

  public static Digest digest(Digest.Algorithm algorithm, byte[] content) {
    return new Digest(algorithm, dev.assay.bytes.Hex.encode(hash(algorithm, content)));
  }

  /** Whether the content has this digest; compared in constant time. */
  public static boolean matches(Digest digest, byte[] content) {
    return digest.matches(hash(digest.algorithm(), content));
  }

  static byte[] hash(Digest.Algorithm algorithm, byte[]... parts) {
    long size = 0;
    for (byte[] part : parts) {
      size += part.length;
    }
    return prefersJdk(size) ? byJdk(algorithm, parts) : byBouncyCastle(algorithm, parts);
  }

  /** Counts bytes that are about to be hashed and says which implementation should do it. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  static boolean prefersJdk(long size) {
    long total = hashed;
    if (total < JDK_FROM) {
      total += size;
      hashed = total;
    }
    return total >= JDK_FROM;
  }

  static byte[] byJdk(Digest.Algorithm algorithm, byte[]... parts) {
    MessageDigest digest = jdk(algorithm);
    for (byte[] part : parts) {
      digest.update(part);
    }
    return digest.digest();
  }

  static byte[] byBouncyCastle(Digest.Algorithm algorithm, byte[]... parts) {
    ExtendedDigest digest = bouncyCastle(algorithm);
    for (byte[] part : parts) {
      digest.update(part, 0, part.length);
    }
    byte[] value = new byte[digest.getDigestSize()];
    digest.doFinal(value, 0);
    return value;
  }

  static ExtendedDigest bouncyCastle(Digest.Algorithm algorithm) {
    return switch (algorithm) {
      case SHA256 -> new SHA256Digest();
      case SHA384 -> new SHA384Digest();
      case SHA512 -> new SHA512Digest();
    };
  }

  static MessageDigest jdk(Digest.Algorithm algorithm) {
    String name =
        switch (algorithm) {
          case SHA256 -> "SHA-256";
          case SHA384 -> "SHA-384";
          case SHA512 -> "SHA-512";
        };
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no " + name, e);
    }
  }
}
