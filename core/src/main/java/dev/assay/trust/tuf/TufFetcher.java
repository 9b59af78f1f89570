package dev.assay.trust.tuf;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.util.Map;
import java.util.Optional;

/**
 * Where metadata and targets come from: a network, a folder, a medium. Nothing of it is trusted.
 */
@FunctionalInterface
public interface TufFetcher {

  /**
   * The content of one file.
   *
   * @param name relative to the repository: {@code 15.root.json}, {@code timestamp.json}, {@code
   *     targets/6494e2.trusted_root.json}; its segments hold letters, digits and {@code ._-} only,
   *     and are never {@code .} or {@code ..}
   * @param maxBytes more than this is not read
   * @return empty if there is no such file, and only then
   * @throws AssayException with {@link Code#TOO_LARGE}, or as the place it comes from fails
   */
  Optional<byte[]> fetch(String name, int maxBytes);

  /** Files in memory. */
  static TufFetcher of(Map<String, byte[]> files) {
    return (name, maxBytes) -> Optional.ofNullable(files.get(name));
  }
}
