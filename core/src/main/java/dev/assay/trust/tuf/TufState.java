package dev.assay.trust.tuf;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is kept of a repository between updates: its files as a mirror with consistent snapshots
 * names them. A folder of them is a mirror, to be carried elsewhere. Reading them again verifies
 * them again ({@link TufClient#open}).
 *
 * @param files by name, in the order in which they are to be written: a reader that finds an older
 *     {@code timestamp.json} sees the older state, whole, until that last file is replaced
 */
public record TufState(Map<String, byte[]> files) {

  /** Before the first update. */
  public static final TufState EMPTY = new TufState(Map.of());

  public TufState {
    files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
  }

  TufFetcher fetcher() {
    return TufFetcher.of(files);
  }

  Optional<byte[]> file(String name) {
    return Optional.ofNullable(files.get(name));
  }
}
