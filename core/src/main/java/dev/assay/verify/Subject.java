package dev.assay.verify;

import dev.assay.bytes.Digest;
import java.util.Optional;

/**
 * What is judged.
 *
 * @param name as the caller named it
 * @param digest what it is; the caller has computed it from the bytes or will check the bytes
 *     against it
 * @param content the bytes, where they are at hand and small: needed for signatures that cover the
 *     content itself and not its digest (Ed25519)
 */
public record Subject(String name, Digest digest, Optional<byte[]> content) {
  public static Subject of(String name, Digest digest) {
    return new Subject(name, digest, Optional.empty());
  }
}
