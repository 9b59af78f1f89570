package dev.assay.gate;

import dev.assay.bytes.Digest;
import dev.assay.verify.Candidate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Evidence that was seen before, so that it need not be fetched again. Bytes, never verdicts: they
 * are judged anew each time, by the trust, the policy and the time of then. Nothing in it is
 * believed, and losing it costs requests and nothing else; so no method fails.
 */
public interface EvidenceCache {

  /**
   * Evidence about one digest.
   *
   * @param listed when the registry was asked
   * @param whole whether this is all that the registry had of what a comparison of provenance and
   *     SBOM needs, and not only what sufficed for some question
   */
  record Kept(Instant listed, boolean whole, List<Candidate> evidence) {
    public Kept {
      evidence = List.copyOf(evidence);
    }
  }

  /** What is known of a digest in a repository, unless that is too long ago. */
  Optional<Kept> find(String repository, Digest subject);

  void keep(String repository, Digest subject, Kept kept);

  /** The present, for {@link Kept#listed}. */
  Instant now();

  /** Nothing is kept. */
  EvidenceCache NONE =
      new EvidenceCache() {
        @Override
        public Optional<Kept> find(String repository, Digest subject) {
          return Optional.empty();
        }

        @Override
        public void keep(String repository, Digest subject, Kept kept) {}

        @Override
        public Instant now() {
          return Instant.EPOCH;
        }
      };
}
