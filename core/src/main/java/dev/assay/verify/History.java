package dev.assay.verify;

import dev.assay.bytes.Digest;
import java.util.Optional;

/**
 * What was recorded before, against which new evidence is held. The ledger answers; without one
 * nothing is known and nothing is refused for it.
 */
public interface History {

  /**
   * The commit that a ref of a source repository named when it was first recorded, in lower-case
   * hexadecimal.
   */
  Optional<String> firstCommit(String repository, String ref);

  /**
   * The digest that a package (a package URL with its version, without qualifiers) had when it was
   * first recorded.
   */
  Optional<Digest> firstDigest(String packageUrl);

  /** Knows nothing. */
  History NONE =
      new History() {
        @Override
        public Optional<String> firstCommit(String repository, String ref) {
          return Optional.empty();
        }

        @Override
        public Optional<Digest> firstDigest(String packageUrl) {
          return Optional.empty();
        }
      };
}
