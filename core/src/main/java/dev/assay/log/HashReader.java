package dev.assay.log;

/**
 * Gives the hashes of complete subtrees. The node at ({@code level}, {@code index}) covers the
 * 2^level leaves from {@code index * 2^level} on; level 0 holds the leaf hashes.
 */
@FunctionalInterface
public interface HashReader {

  /**
   * @param level 0 to 62
   * @param index of a subtree all of whose leaves are in the tree
   * @return 32 bytes
   */
  byte[] hash(int level, long index);
}
