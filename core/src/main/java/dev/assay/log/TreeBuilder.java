package dev.assay.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Grows a tree: takes leaf hashes and gives the tiles they make. Holds at most one tile a level.
 */
public final class TreeBuilder {

  /** A tile and its bytes. */
  @SuppressWarnings("ArrayRecordComponent") // handed over, not compared
  public record TileData(Tile tile, byte[] bytes) {}

  private final byte[][] open;
  private long size;

  /** An empty tree. */
  public TreeBuilder() {
    open = new byte[Tile.LEVELS][Tile.FULL * Merkle.HASH_BYTES];
  }

  /** Goes on from a tree whose right edge is read (and so checked) from tiles. */
  public static TreeBuilder from(TileTree tree) {
    TreeBuilder builder = new TreeBuilder();
    builder.size = tree.size();
    for (Tile tile : Tile.edge(tree.size())) {
      long first = tile.index() * Tile.FULL;
      for (int i = 0; i < tile.width(); i++) {
        builder.set(tile.level(), i, tree.hash(8 * tile.level(), first + i));
      }
    }
    return builder;
  }

  /** A copy that grows on its own. */
  public TreeBuilder copy() {
    TreeBuilder copy = new TreeBuilder();
    copy.size = size;
    for (int level = 0; level < Tile.LEVELS; level++) {
      System.arraycopy(open[level], 0, copy.open[level], 0, open[level].length);
    }
    return copy;
  }

  public long size() {
    return size;
  }

  /**
   * Adds a leaf.
   *
   * @return the tiles that became full, lowest level first; mostly none
   */
  public List<TileData> add(byte[] leafHash) {
    List<TileData> full = List.of();
    byte[] hash = leafHash;
    for (int level = 0; level < Tile.LEVELS; level++) {
      long position = Tile.count(level, size);
      int at = (int) (position % Tile.FULL);
      set(level, at, hash);
      if (at < Tile.FULL - 1) {
        break;
      }
      byte[] data = open[level].clone();
      if (full.isEmpty()) {
        full = new ArrayList<>();
      }
      full.add(new TileData(new Tile(level, position / Tile.FULL, Tile.FULL), data));
      hash = Merkle.perfectRoot(data, 0, Tile.FULL);
    }
    size++;
    return full;
  }

  /** The partial tiles at the right edge, lowest level first. */
  public List<TileData> edge() {
    List<TileData> out = new ArrayList<>();
    for (Tile tile : Tile.edge(size)) {
      out.add(new TileData(tile, Arrays.copyOf(open[tile.level()], tile.bytes())));
    }
    return out;
  }

  public byte[] root() {
    return Merkle.edgeRoot(size, open);
  }

  private void set(int level, int at, byte[] hash) {
    System.arraycopy(hash, 0, open[level], at * Merkle.HASH_BYTES, Merkle.HASH_BYTES);
  }
}
