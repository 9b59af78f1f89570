package dev.assay.gate;

import dev.assay.bytes.Digest;
import dev.assay.verify.Verifier;
import java.util.List;

/** Keeps evidence that was verified. Called on many threads at once. */
@FunctionalInterface
public interface EvidenceSink {

  /**
   * Keeps what is not kept yet; returns when it is durable.
   *
   * @param repository {@code registry/repository} in which the evidence was found
   */
  void keep(Digest subject, String repository, List<Verifier.Accepted> accepted);

  /** Keeps nothing. */
  EvidenceSink NONE = (subject, repository, accepted) -> {};
}
