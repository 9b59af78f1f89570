package dev.assay.log;

import dev.assay.crypto.Hashes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The tree math of RFC 6962 section 2.1 with SHA-256, as pure functions. Verification follows RFC
 * 9162 sections 2.1.3.2 and 2.1.4.2; a proof that is malformed in any way does not verify.
 */
public final class Merkle {

  /** The size of every hash. */
  public static final int HASH_BYTES = 32;

  private static final byte[] LEAF = {0};
  private static final byte[] NODE = {1};

  private Merkle() {}

  /** The root of the tree without leaves: SHA-256 of nothing. */
  public static byte[] emptyRoot() {
    return Hashes.sha256();
  }

  /** {@code SHA-256(0x00 || entry)}. */
  public static byte[] leafHash(byte[] entry) {
    return Hashes.sha256(LEAF, entry);
  }

  /** {@code SHA-256(0x01 || left || right)}. */
  public static byte[] nodeHash(byte[] left, byte[] right) {
    return Hashes.sha256(NODE, left, right);
  }

  /**
   * The root over {@code count} hashes that lie one after the other; {@code count} is a power of 2.
   */
  static byte[] perfectRoot(byte[] hashes, int from, int count) {
    if (count == 1) {
      return Arrays.copyOfRange(hashes, from * HASH_BYTES, (from + 1) * HASH_BYTES);
    }
    int half = count / 2;
    return nodeHash(perfectRoot(hashes, from, half), perfectRoot(hashes, from + half, half));
  }

  /**
   * The root, from the partial tiles at the right edge.
   *
   * @param edge for each level at least as many hashes as {@link Tile#edge} says
   */
  static byte[] edgeRoot(long size, byte[][] edge) {
    byte[] root = emptyRoot();
    boolean first = true;
    for (Tile tile : Tile.edge(size)) {
      // The lowest bit of the width is the rightmost subtree of the tile.
      int end = tile.width();
      while (end > 0) {
        int count = Integer.lowestOneBit(end);
        byte[] subtree = perfectRoot(edge[tile.level()], end - count, count);
        root = first ? subtree : nodeHash(subtree, root);
        first = false;
        end -= count;
      }
    }
    return root;
  }

  /** The root of the tree of {@code size} leaves. */
  public static byte[] root(HashReader reader, long size) {
    if (size < 0) {
      throw new IllegalArgumentException("size " + size);
    }
    return size == 0 ? emptyRoot() : range(reader, 0, size);
  }

  /**
   * The hashes from the leaf's sibling up to the root's child (RFC 6962 section 2.1.1).
   *
   * @throws IllegalArgumentException unless {@code 0 <= index < size}
   */
  public static List<byte[]> inclusionProof(HashReader reader, long index, long size) {
    if (index < 0 || index >= size) {
      throw new IllegalArgumentException("index " + index + " of " + size);
    }
    List<byte[]> proof = new ArrayList<>();
    inclusion(reader, index, 0, size, proof);
    return proof;
  }

  // PATH(index, D[start:start+size])
  private static void inclusion(
      HashReader reader, long index, long start, long size, List<byte[]> proof) {
    if (size == 1) {
      return;
    }
    long left = split(size);
    if (index < left) {
      inclusion(reader, index, start, left, proof);
      proof.add(range(reader, start + left, size - left));
    } else {
      inclusion(reader, index - left, start + left, size - left, proof);
      proof.add(range(reader, start, left));
    }
  }

  /**
   * The hashes that prove the tree of {@code oldSize} leaves a prefix of the tree of {@code size}
   * (RFC 6962 section 2.1.2); none where the sizes are equal.
   *
   * @throws IllegalArgumentException unless {@code 1 <= oldSize <= size}: that the empty tree is a
   *     prefix needs no proof and proves nothing
   */
  public static List<byte[]> consistencyProof(HashReader reader, long oldSize, long size) {
    if (oldSize < 1 || oldSize > size) {
      throw new IllegalArgumentException("size " + oldSize + " to " + size);
    }
    List<byte[]> proof = new ArrayList<>();
    consistency(reader, oldSize, 0, size, true, proof);
    return proof;
  }

  // SUBPROOF(oldSize, D[start:start+size], known)
  private static void consistency(
      HashReader reader, long oldSize, long start, long size, boolean known, List<byte[]> proof) {
    if (oldSize == size) {
      if (!known) {
        proof.add(range(reader, start, size));
      }
      return;
    }
    long left = split(size);
    if (oldSize <= left) {
      consistency(reader, oldSize, start, left, known, proof);
      proof.add(range(reader, start + left, size - left));
    } else {
      consistency(reader, oldSize - left, start + left, size - left, false, proof);
      proof.add(range(reader, start, left));
    }
  }

  // MTH(D[start:start+size]); every range the recursions above ask for splits into whole subtrees.
  private static byte[] range(HashReader reader, long start, long size) {
    if (Long.bitCount(size) == 1) {
      int level = Long.numberOfTrailingZeros(size);
      return reader.hash(level, start >>> level);
    }
    long left = split(size);
    return nodeHash(range(reader, start, left), range(reader, start + left, size - left));
  }

  // The largest power of 2 smaller than size, which is at least 2.
  private static long split(long size) {
    return Long.highestOneBit(size - 1);
  }

  /** Whether the proof leads from the leaf at {@code index} to the root of {@code size} leaves. */
  public static boolean verifyInclusion(
      long index, long size, byte[] leafHash, List<byte[]> proof, byte[] root) {
    if (index < 0 || index >= size || !hashes(proof, leafHash, root)) {
      return false;
    }
    long node = index;
    long last = size - 1;
    byte[] hash = leafHash;
    for (byte[] sibling : proof) {
      if (last == 0) {
        return false;
      }
      if ((node & 1) == 1 || node == last) {
        hash = nodeHash(sibling, hash);
        int skip = node == 0 ? 0 : Long.numberOfTrailingZeros(node);
        node >>>= skip;
        last >>>= skip;
      } else {
        hash = nodeHash(hash, sibling);
      }
      node >>>= 1;
      last >>>= 1;
    }
    return last == 0 && MessageDigest.isEqual(hash, root);
  }

  /**
   * Whether the proof shows the tree of {@code oldSize} leaves to be a prefix of the tree of {@code
   * size}. False for {@code oldSize} 0: the empty tree is a prefix of every tree, so agreeing would
   * look like evidence where there is none.
   */
  public static boolean verifyConsistency(
      long oldSize, long size, byte[] oldRoot, byte[] root, List<byte[]> proof) {
    if (oldSize < 1 || oldSize > size || !hashes(proof, oldRoot, root)) {
      return false;
    }
    if (oldSize == size) {
      return proof.isEmpty() && MessageDigest.isEqual(oldRoot, root);
    }
    if (proof.isEmpty()) {
      return false;
    }
    long node = oldSize - 1;
    long last = size - 1;
    int skip = Long.numberOfTrailingZeros(~node);
    node >>>= skip;
    last >>>= skip;
    // Where the old tree is one whole subtree, its root is where the proof starts.
    boolean whole = node == 0;
    byte[] oldHash = whole ? oldRoot : proof.getFirst();
    byte[] hash = oldHash;
    for (byte[] sibling : whole ? proof : proof.subList(1, proof.size())) {
      if (last == 0) {
        return false;
      }
      if ((node & 1) == 1 || node == last) {
        oldHash = nodeHash(sibling, oldHash);
        hash = nodeHash(sibling, hash);
        skip = node == 0 ? 0 : Long.numberOfTrailingZeros(node);
        node >>>= skip;
        last >>>= skip;
      } else {
        hash = nodeHash(hash, sibling);
      }
      node >>>= 1;
      last >>>= 1;
    }
    return last == 0
        && MessageDigest.isEqual(oldHash, oldRoot)
        && MessageDigest.isEqual(hash, root);
  }

  private static boolean hashes(List<byte[]> proof, byte[] a, byte[] b) {
    if (a.length != HASH_BYTES || b.length != HASH_BYTES) {
      return false;
    }
    for (byte[] hash : proof) {
      if (hash.length != HASH_BYTES) {
        return false;
      }
    }
    return true;
  }
}
