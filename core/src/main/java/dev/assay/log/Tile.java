package dev.assay.log;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.util.ArrayList;
import java.util.List;

/**
 * The coordinates of a tile (C2SP tlog-tiles, "Merkle Tree"): up to 256 consecutive hashes at tree
 * height {@code 8 * level}. The bundle of the entries beneath a tile of level 0 has the same index
 * and width.
 *
 * @param level 0 to 7: a tree of 2^63-1 leaves has no higher ones
 * @param index within the level
 * @param width how many hashes: 256, or 1 to 255 for a partial tile
 */
public record Tile(int level, long index, int width) {

  /** Hashes in a full tile. */
  public static final int FULL = 256;

  /** Levels a tree of at most 2^63-1 leaves can have. */
  public static final int LEVELS = 8;

  private static final String TILES = "tile/";
  private static final String ENTRIES = "tile/entries/";

  /**
   * @throws IllegalArgumentException if a coordinate is out of range
   */
  public Tile {
    if (level < 0
        || level >= LEVELS
        || index < 0
        || index > count(level, Long.MAX_VALUE) / FULL
        || width < 1
        || width > FULL) {
      throw new IllegalArgumentException("tile " + level + "/" + index + "/" + width);
    }
  }

  public boolean full() {
    return width == FULL;
  }

  /** The full tile at the same place. */
  public Tile whole() {
    return new Tile(level, index, FULL);
  }

  /** The size of the tile's file. */
  public int bytes() {
    return width * Merkle.HASH_BYTES;
  }

  /** How many hashes the level {@code level} has in a tree of {@code size} leaves. */
  public static long count(int level, long size) {
    return size >>> (8 * level);
  }

  /**
   * The partial tiles of a tree, lowest level first. They hold exactly the subtrees that the root
   * is made of (the bits of the size).
   */
  public static List<Tile> edge(long size) {
    List<Tile> out = new ArrayList<>();
    for (int level = 0; level < LEVELS; level++) {
      long count = count(level, size);
      int width = (int) (count % FULL);
      if (width > 0) {
        out.add(new Tile(level, count / FULL, width));
      }
    }
    return out;
  }

  /** The tile (of level 0) that covers a leaf in a tree of {@code size} leaves. */
  public static Tile ofLeaf(long leaf, long size) {
    return at(0, leaf / FULL, size);
  }

  /** The tile at a place, as wide as it is in a tree of {@code size} leaves. */
  public static Tile at(int level, long index, long size) {
    return new Tile(level, index, (int) Math.min(FULL, count(level, size) - index * FULL));
  }

  /** {@code tile/0/x001/x234/067} or, for a partial tile, {@code tile/0/x001/x234/067.p/8}. */
  public String path() {
    return TILES + level + "/" + suffix();
  }

  /**
   * {@code tile/entries/x001/x234/067}, with the same suffix.
   *
   * @throws IllegalStateException unless the level is 0
   */
  public String entriesPath() {
    if (level != 0) {
      throw new IllegalStateException("entries lie beneath level 0 only");
    }
    return ENTRIES + suffix();
  }

  private String suffix() {
    String path = group(index);
    for (long rest = index / 1000; rest > 0; rest /= 1000) {
      path = "x" + group(rest) + "/" + path;
    }
    return full() ? path : path + ".p/" + width;
  }

  private static String group(long number) {
    return Long.toString(1000 + number % 1000).substring(1);
  }

  /**
   * Reads the path of a tile of hashes.
   *
   * @throws AssayException with {@link Code#BAD_TILE} unless it is one, written in the one way
   */
  public static Tile parse(String path) {
    if (!path.startsWith(TILES)) {
      throw bad(path);
    }
    int slash = path.indexOf('/', TILES.length());
    String level = slash < 0 ? "" : path.substring(TILES.length(), slash);
    if (level.length() != 1 || level.charAt(0) < '0' || level.charAt(0) >= '0' + LEVELS) {
      throw bad(path);
    }
    Tile tile = suffix(level.charAt(0) - '0', path.substring(slash + 1), path);
    if (!tile.path().equals(path)) {
      throw bad(path);
    }
    return tile;
  }

  /**
   * Reads the path of an entry bundle.
   *
   * @throws AssayException with {@link Code#BAD_TILE} unless it is one, written in the one way
   */
  public static Tile parseEntries(String path) {
    if (!path.startsWith(ENTRIES)) {
      throw bad(path);
    }
    Tile tile = suffix(0, path.substring(ENTRIES.length()), path);
    if (!tile.entriesPath().equals(path)) {
      throw bad(path);
    }
    return tile;
  }

  // Reads loosely; the callers compare with the one way to write it.
  private static Tile suffix(int level, String text, String path) {
    if (text.length() > 64) {
      throw bad(path);
    }
    int width = FULL;
    String groups = text;
    int partial = text.indexOf(".p/");
    try {
      if (partial >= 0) {
        width = Integer.parseInt(text.substring(partial + 3));
        groups = text.substring(0, partial);
      }
      long index = Long.parseLong(groups.replace("x", "").replace("/", ""));
      return new Tile(level, index, width);
    } catch (IllegalArgumentException e) {
      throw new AssayException(Code.BAD_TILE, "not the path of a tile: " + Text.quote(path), e);
    }
  }

  private static AssayException bad(String path) {
    return new AssayException(Code.BAD_TILE, "not the path of a tile: " + Text.quote(path));
  }
}
