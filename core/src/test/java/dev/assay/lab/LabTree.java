package dev.assay.lab;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An RFC 6962 tree that may begin with a billion entries nobody has: only the roots of the whole
 * subtrees at its old edge exist, so that proofs are as long as those of a real log.
 */
final class LabTree {

  private static final byte[] LEAF = {0};
  private static final byte[] NODE = {1};

  private record Place(int level, long index) {}

  private final Map<Place, byte[]> nodes = new HashMap<>();
  private long size;

  /**
   * @param start entries before the first; its lowest set bit says how many can follow
   */
  LabTree(long start, SeededRandom random) {
    long at = 0;
    for (int level = 62; level >= 0; level--) {
      if ((start >> level & 1) == 1) {
        nodes.put(new Place(level, at >>> level), random.bytes(32));
        at += 1L << level;
      }
    }
    size = start;
  }

  synchronized long size() {
    return size;
  }

  synchronized long append(byte[] entry) {
    byte[] hash = Der.sha256(LEAF, entry);
    long index = size++;
    nodes.put(new Place(0, index), hash);
    long at = index;
    for (int level = 0; (at & 1) == 1; level++, at >>>= 1) {
      byte[] left = nodes.get(new Place(level, at - 1));
      if (left == null) {
        break;
      }
      hash = Der.sha256(NODE, left, hash);
      nodes.put(new Place(level + 1, at >>> 1), hash);
    }
    return index;
  }

  synchronized byte[] root(long treeSize) {
    return treeSize == 0 ? Der.sha256() : range(0, treeSize);
  }

  synchronized List<byte[]> proof(long index, long treeSize) {
    List<byte[]> out = new ArrayList<>();
    path(index, 0, treeSize, out);
    return out;
  }

  private void path(long index, long start, long count, List<byte[]> out) {
    if (count == 1) {
      return;
    }
    long left = Long.highestOneBit(count - 1);
    if (index < left) {
      path(index, start, left, out);
      out.add(range(start + left, count - left));
    } else {
      path(index - left, start + left, count - left, out);
      out.add(range(start, left));
    }
  }

  private byte[] range(long start, long count) {
    if (Long.bitCount(count) == 1) {
      int level = Long.numberOfTrailingZeros(count);
      byte[] hash = nodes.get(new Place(level, start >>> level));
      if (hash == null) {
        throw new IllegalStateException("no such subtree: " + start + ", " + count);
      }
      return hash;
    }
    long left = Long.highestOneBit(count - 1);
    return Der.sha256(NODE, range(start, left), range(start + left, count - left));
  }
}
