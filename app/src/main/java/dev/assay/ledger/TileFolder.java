package dev.assay.ledger;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.log.EntryBundle;
import dev.assay.log.Tile;
import dev.assay.log.TileSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Tiles and entry bundles as files, laid out as C2SP tlog-tiles lays out its resources. Nothing
 * read here is checked against a tree.
 */
record TileFolder(Path root) implements TileSource {

  Path file(Tile tile) {
    return root.resolve(tile.path());
  }

  Path entriesFile(Tile tile) {
    return root.resolve(tile.entriesPath());
  }

  /** A partial tile may have been removed once the full one was there. */
  @Override
  public byte[] read(Tile tile) {
    byte[] data =
        either(file(tile), file(tile.whole()), Tile.FULL * 32)
            .orElseThrow(() -> missing(tile.path()));
    if (data.length > tile.bytes() && data.length == tile.whole().bytes()) {
      return Arrays.copyOf(data, tile.bytes());
    }
    return data;
  }

  /** The entries beneath a tile of level 0. */
  List<byte[]> entries(Tile tile) {
    byte[] data =
        either(entriesFile(tile), entriesFile(tile.whole()), EntryBundle.MAX_BYTES)
            .orElseThrow(() -> missing(tile.entriesPath()));
    List<byte[]> entries;
    try {
      entries = EntryBundle.parseAll(data);
    } catch (AssayException e) {
      throw new AssayException(Code.LEDGER_CORRUPT, tile.entriesPath() + ": " + e.getMessage(), e);
    }
    if (entries.size() == tile.width()) {
      return entries;
    }
    if (entries.size() == Tile.FULL) {
      return entries.subList(0, tile.width());
    }
    throw new AssayException(
        Code.LEDGER_CORRUPT,
        tile.entriesPath() + " has " + entries.size() + " entries; expected " + tile.width());
  }

  private static Optional<byte[]> either(Path first, Path second, int limit) {
    try {
      Optional<byte[]> data = DurableFiles.read(first, limit);
      return data.isPresent() ? data : DurableFiles.read(second, limit);
    } catch (IOException e) {
      throw new AssayException(Code.FILE_UNREADABLE, "cannot read " + first, e);
    } catch (AssayException e) {
      throw new AssayException(Code.LEDGER_CORRUPT, e.getMessage() + "", e);
    }
  }

  private static AssayException missing(String path) {
    return new AssayException(Code.LEDGER_CORRUPT, path + " is missing");
  }
}
