package dev.assay.log;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A tree read from tiles that are not trusted: no hash leaves it that was not first tied to the
 * root.
 *
 * <p>The partial tiles at the right edge hold the subtrees the root is made of, so together they
 * are checked against the root at once. Every other tile is full, and its hash is in the tile above
 * it, which is checked the same way. Safe for use by several threads.
 */
public final class TileTree implements HashReader {

  private static final int CACHED_TILES = 256;

  private final long size;
  private final byte[] root;
  private final TileSource source;
  private final byte[][] edge = new byte[Tile.LEVELS][0];
  private final Map<Tile, byte[]> checked =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Tile, byte[]> eldest) {
          return size() > CACHED_TILES;
        }
      };

  /**
   * Reads the right edge and checks it.
   *
   * @param root of the tree of {@code size} leaves, from a checkpoint whose signature was verified
   * @throws AssayException with {@link Code#BAD_TILE} if the edge does not lead to the root
   */
  public TileTree(long size, byte[] root, TileSource source) {
    this.size = size;
    this.root = root.clone();
    this.source = source;
    for (Tile tile : Tile.edge(size)) {
      edge[tile.level()] = read(tile);
    }
    byte[] found = Merkle.edgeRoot(size, edge);
    if (!MessageDigest.isEqual(found, root)) {
      throw new AssayException(
          Code.BAD_TILE, "the tiles do not lead to the root of the tree of " + size + " entries");
    }
  }

  public long size() {
    return size;
  }

  public byte[] root() {
    return root.clone();
  }

  @Override
  public byte[] hash(int level, long index) {
    if (level < 0 || level > 62 || index < 0 || index >= size >>> level) {
      throw new IllegalArgumentException("node " + level + "/" + index + " of " + size);
    }
    int height = level % 8;
    long first = index << height;
    byte[] tile = tile(level / 8, first / Tile.FULL);
    return Merkle.perfectRoot(tile, (int) (first % Tile.FULL), 1 << height);
  }

  /**
   * The leaf hashes beneath one entry bundle.
   *
   * @param index of the bundle
   * @return 32 bytes for each
   */
  public List<byte[]> leafHashes(long index) {
    byte[] data = tile(0, index);
    List<byte[]> out = new ArrayList<>();
    for (int at = 0; at < data.length; at += Merkle.HASH_BYTES) {
      out.add(Arrays.copyOfRange(data, at, at + Merkle.HASH_BYTES));
    }
    return out;
  }

  // The caller does not change what is returned.
  private byte[] tile(int level, long index) {
    Tile tile = Tile.at(level, index, size);
    if (!tile.full()) {
      return edge[level];
    }
    synchronized (checked) {
      byte[] known = checked.get(tile);
      if (known != null) {
        return known;
      }
    }
    byte[] data = read(tile);
    byte[] above = tile(level + 1, index / Tile.FULL);
    int at = (int) (index % Tile.FULL) * Merkle.HASH_BYTES;
    byte[] expected = Arrays.copyOfRange(above, at, at + Merkle.HASH_BYTES);
    if (!MessageDigest.isEqual(Merkle.perfectRoot(data, 0, Tile.FULL), expected)) {
      throw new AssayException(Code.BAD_TILE, tile.path() + " does not match the tile above it");
    }
    synchronized (checked) {
      checked.put(tile, data);
    }
    return data;
  }

  private byte[] read(Tile tile) {
    byte[] data = source.read(tile);
    if (data.length != tile.bytes()) {
      throw new AssayException(
          Code.BAD_TILE, tile.path() + " has " + data.length + " bytes; expected " + tile.bytes());
    }
    return data;
  }
}
