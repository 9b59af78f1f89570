package dev.assay.trust.tuf;

import dev.assay.bytes.Digest;
import java.util.List;

/**
 * A file that verified metadata names.
 *
 * @param path what it is called in the metadata; not the name of a file here
 * @param role who names it: {@code targets}, or a delegated role
 * @param length in bytes
 * @param digests at least one
 */
public record TufTarget(String path, String role, long length, List<Digest> digests) {
  public TufTarget {
    digests = List.copyOf(digests);
  }
}
