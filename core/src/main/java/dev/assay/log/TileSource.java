package dev.assay.log;

/** Where tiles come from: a folder, a medium, a server. What it returns is not trusted. */
@FunctionalInterface
public interface TileSource {

  /**
   * The tile's {@code 32 * width} bytes. A source may cut them from the full tile where the partial
   * one is gone.
   *
   * @throws dev.assay.bytes.AssayException if the tile cannot be read
   */
  byte[] read(Tile tile);
}
