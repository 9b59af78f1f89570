package dev.assay.verify;

import dev.assay.bytes.Digest;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is judged.
 *
 * @param name as the caller named it
 * @param digest what it is; the caller has computed it from the bytes or will check the bytes
 *     against it
 * @param content the bytes, where they are at hand: needed where SHA-256 is not what was signed
 */
public record Subject(String name, Digest digest, Content content) {

  /** What can be had of the subject besides its digest. Asked for only when it is needed. */
  public interface Content {

    /** Its digest by this algorithm; absent where the bytes are not at hand. */
    Optional<Digest> digest(Digest.Algorithm algorithm);

    /**
     * The bytes, for signatures that cover the content and not its digest; absent where unknown.
     */
    Optional<byte[]> bytes();

    /** Nothing is at hand. */
    Content NONE =
        new Content() {
          @Override
          public Optional<Digest> digest(Digest.Algorithm algorithm) {
            return Optional.empty();
          }

          @Override
          public Optional<byte[]> bytes() {
            return Optional.empty();
          }
        };
  }

  /** A subject of which only the digest is known. */
  public static Subject of(String name, Digest digest) {
    return new Subject(name, digest, Content.NONE);
  }

  /** A subject whose bytes are in memory. */
  public static Subject of(String name, byte[] content) {
    return new Subject(
        name,
        dev.assay.crypto.Hashes.sha256Digest(content),
        new Content() {
          private final Map<Digest.Algorithm, Digest> known = new EnumMap<>(Digest.Algorithm.class);

          @Override
          public synchronized Optional<Digest> digest(Digest.Algorithm algorithm) {
            return Optional.of(
                known.computeIfAbsent(algorithm, a -> dev.assay.crypto.Hashes.digest(a, content)));
          }

          @Override
          public Optional<byte[]> bytes() {
            return Optional.of(content);
          }
        });
  }

  /** Its digest by this algorithm, if that can be had. */
  Optional<Digest> digest(Digest.Algorithm algorithm) {
    return digest.algorithm() == algorithm ? Optional.of(digest) : content.digest(algorithm);
  }
}
