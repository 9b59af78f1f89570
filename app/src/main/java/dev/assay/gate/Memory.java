package dev.assay.gate;

import dev.assay.bytes.Digest;
import dev.assay.verify.History;
import java.time.Instant;
import java.util.Optional;

/** What the ledger remembers of images, for judging them. */
public interface Memory extends History {

  /**
   * A tag as it was last recorded.
   *
   * @param digest what it named
   * @param at when that was recorded
   * @param index the ledger record
   */
  record TagRecord(Digest digest, Instant at, long index) {}

  /** The newest record of a tag of {@code registry/repository}. */
  Optional<TagRecord> tag(String repository, String tag);

  /** Without a ledger nothing is remembered. */
  Memory NONE =
      new Memory() {
        @Override
        public Optional<TagRecord> tag(String repository, String tag) {
          return Optional.empty();
        }

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
