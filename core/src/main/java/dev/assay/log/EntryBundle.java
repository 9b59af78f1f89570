package dev.assay.log;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The entries beneath a tile of level 0: each preceded by its length as a big-endian uint16 (C2SP
 * tlog-tiles, "Log entries").
 */
public final class EntryBundle {

  /** The longest entry whose length can be written. */
  public static final int MAX_ENTRY_BYTES = 65_535;

  /** The longest bundle: 256 entries of the longest kind. */
  public static final int MAX_BYTES = Tile.FULL * (2 + MAX_ENTRY_BYTES);

  private EntryBundle() {}

  /**
   * @throws IllegalArgumentException if an entry is too long or there are more than 256
   */
  public static byte[] encode(List<byte[]> entries) {
    if (entries.size() > Tile.FULL) {
      throw new IllegalArgumentException(entries.size() + " entries");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] entry : entries) {
      if (entry.length > MAX_ENTRY_BYTES) {
        throw new IllegalArgumentException("an entry of " + entry.length + " bytes");
      }
      out.write(entry.length >>> 8);
      out.write(entry.length);
      out.writeBytes(entry);
    }
    return out.toByteArray();
  }

  /**
   * Reads a bundle of exactly {@code width} entries.
   *
   * @throws AssayException with {@link Code#BAD_TILE} if it is cut off, or longer
   */
  public static List<byte[]> parse(byte[] bundle, int width) {
    List<byte[]> entries = parseAll(bundle);
    if (entries.size() != width) {
      throw new AssayException(
          Code.BAD_TILE, "an entry bundle of " + entries.size() + " entries; expected " + width);
    }
    return entries;
  }

  /**
   * Reads a bundle of at most 256 entries.
   *
   * @throws AssayException with {@link Code#BAD_TILE} if it is cut off, or longer
   */
  public static List<byte[]> parseAll(byte[] bundle) {
    List<byte[]> entries = new ArrayList<>();
    int at = 0;
    while (at < bundle.length) {
      if (entries.size() == Tile.FULL) {
        throw new AssayException(Code.BAD_TILE, "an entry bundle of more than 256 entries");
      }
      if (bundle.length - at < 2) {
        throw cut(at);
      }
      int length = Byte.toUnsignedInt(bundle[at]) << 8 | Byte.toUnsignedInt(bundle[at + 1]);
      at += 2;
      if (bundle.length - at < length) {
        throw cut(at);
      }
      entries.add(Arrays.copyOfRange(bundle, at, at + length));
      at += length;
    }
    return entries;
  }

  private static AssayException cut(int at) {
    return new AssayException(Code.BAD_TILE, "an entry bundle is cut off at byte " + at);
  }
}
