package dev.assay.bytes;

import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The digest of some bytes: an algorithm and the value in lower-case hexadecimal, as OCI image-spec
 * (descriptor, "Digests") writes it: {@code sha256:9f86d0...}. Construction validates; a digest
 * that exists is well-formed.
 *
 * <p>Weak algorithms (MD5, SHA-1) cannot be expressed.
 */
public record Digest(Algorithm algorithm, String hex) implements Comparable<Digest> {

  /** The algorithms accepted for naming content, with the length of their hexadecimal value. */
  public enum Algorithm {
    SHA256("sha256", 64),
    SHA384("sha384", 96),
    SHA512("sha512", 128);

    private final String id;
    private final int hexLength;

    Algorithm(String id, int hexLength) {
      this.id = id;
      this.hexLength = hexLength;
    }

    /** The name in OCI digests and in-toto digest sets. */
    public String id() {
      return id;
    }

    public int hexLength() {
      return hexLength;
    }

    public static Optional<Algorithm> byId(String id) {
      return switch (id) {
        case "sha256" -> Optional.of(SHA256);
        case "sha384" -> Optional.of(SHA384);
        case "sha512" -> Optional.of(SHA512);
        default -> Optional.empty();
      };
    }
  }

  /**
   * @throws AssayException with {@link Code#BAD_DIGEST} if the value is not lower-case hexadecimal
   *     of the algorithm's length
   */
  public Digest {
    if (hex.length() != algorithm.hexLength || !Hex.isLowerHex(hex)) {
      throw new AssayException(
          Code.BAD_DIGEST,
          "not a "
              + algorithm.id
              + " digest: expected "
              + algorithm.hexLength
              + " lower-case hexadecimal digits, found "
              + Text.quote(hex));
    }
  }

  public static Digest sha256(byte[] value) {
    return new Digest(Algorithm.SHA256, Hex.encode(value));
  }

  /**
   * Reads {@code algorithm:hex}.
   *
   * @throws AssayException with {@link Code#BAD_DIGEST} if it is anything else
   */
  public static Digest parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new AssayException(
          Code.BAD_DIGEST, "not a digest (algorithm:hex): " + Text.quote(text));
    }
    Algorithm algorithm =
        Algorithm.byId(text.substring(0, colon))
            .orElseThrow(() ->
                new AssayException(
                    Code.BAD_DIGEST,
                    "digest algorithm not accepted (sha256, sha384, sha512 are): "
                        + Text.quote(text.substring(0, colon))));
    return new Digest(algorithm, text.substring(colon + 1));
  }

  /** Whether {@link #parse} would succeed. */
  public static boolean isDigest(String text) {
    int colon = text.indexOf(':');
    return colon > 0
        && Algorithm.byId(text.substring(0, colon))
            .filter(a -> text.length() - colon - 1 == a.hexLength)
            .isPresent()
        && Hex.isLowerHex(text.substring(colon + 1));
  }

  public byte[] value() {
    return Hex.decode(hex);
  }

  /** Compares the value with another in constant time. */
  public boolean matches(byte[] other) {
    return MessageDigest.isEqual(value(), other);
  }

  /** The first twelve digits, as people are shown it: {@code sha256:9f86d081884c}. */
  public String brief() {
    return algorithm.id + ":" + hex.substring(0, 12);
  }

  // Written out: what the compiler makes for a record links itself at the first call, which costs a
  // short command more than the comparison of everything else it does.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Digest d && algorithm == d.algorithm && hex.equals(d.hex);
  }

  @Override
  public int hashCode() {
    return hex.hashCode();
  }

  @Override
  public int compareTo(Digest other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return algorithm.id.toLowerCase(Locale.ROOT) + ":" + hex;
  }
}
