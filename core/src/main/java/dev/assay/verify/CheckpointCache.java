package dev.assay.verify;

import dev.assay.bytes.Digest;
import dev.assay.log.Checkpoint;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Checkpoints whose signature was verified: many bundles carry the same. Holds a limited number,
 * the last used; what did not verify is never kept. Safe for use by several threads.
 */
final class CheckpointCache {

  static final int USUAL_SIZE = 1_024;

  private final int size;
  private final Map<Digest, Checkpoint> verified = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param size how many checkpoints are kept; 0 keeps none
   */
  CheckpointCache(int size) {
    if (size < 0) {
      throw new IllegalArgumentException("size " + size);
    }
    this.size = size;
  }

  synchronized Optional<Checkpoint> get(Digest key) {
    return Optional.ofNullable(verified.get(key));
  }

  synchronized void put(Digest key, Checkpoint checkpoint) {
    verified.put(key, checkpoint);
    if (verified.size() > size) {
      verified.remove(verified.keySet().iterator().next());
    }
  }

  synchronized int count() {
    return verified.size();
  }
}
