package dev.assay.trust.tuf;

import java.util.HashMap;
import java.util.Map;

/**
 * The highest versions seen so far: nothing older is accepted. A first contact with a repository
 * has none but what the product or an installer brings along.
 *
 * @param timestamp version of the timestamp; 0: none seen
 * @param snapshot version of the snapshot; 0: none seen
 * @param targets versions of metadata files that the snapshot lists, by file ({@code targets.json})
 */
public record TufMarks(long timestamp, long snapshot, Map<String, Long> targets) {

  /** Nothing was seen. */
  public static final TufMarks NONE = new TufMarks(0, 0, Map.of());

  public TufMarks {
    targets = Map.copyOf(targets);
  }

  /** Of each the higher one. */
  TufMarks max(TufMarks other) {
    Map<String, Long> both = new HashMap<>(targets);
    for (Map.Entry<String, Long> entry : other.targets.entrySet()) {
      both.merge(entry.getKey(), entry.getValue(), Math::max);
    }
    return new TufMarks(
        Math.max(timestamp, other.timestamp), Math.max(snapshot, other.snapshot), both);
  }
}
