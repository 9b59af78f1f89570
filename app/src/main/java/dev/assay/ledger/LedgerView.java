package dev.assay.ledger;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.log.Checkpoint;
import dev.assay.log.Merkle;
import dev.assay.log.SignedNote;
import dev.assay.log.Tile;
import dev.assay.log.TileTree;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A ledger as one checkpoint names it. Never changes; safe for use by several threads. */
final class LedgerView {

  static final String CHECKPOINT = "checkpoint";

  private static final int CACHED_BUNDLES = 8;

  private final Path folder;
  private final TileFolder tiles;
  private final Checkpoint checkpoint;
  private final byte[] note;
  private final KeyHistory keys;
  private Optional<TileTree> tree = Optional.empty();
  private final Map<Long, List<byte[]>> bundles =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, List<byte[]>> eldest) {
          return size() > CACHED_BUNDLES;
        }
      };

  private LedgerView(Path folder, Checkpoint checkpoint, byte[] note, KeyHistory keys) {
    this.folder = folder;
    this.tiles = new TileFolder(folder);
    this.checkpoint = checkpoint;
    this.note = note;
    this.keys = keys;
  }

  /** Reads the newest checkpoint and checks its signatures, its keys, and the tree's right edge. */
  static LedgerView read(Path folder, LedgerMarker marker) throws IOException {
    byte[] note = readCheckpoint(folder);
    return of(folder, marker, note);
  }

  static byte[] readCheckpoint(Path folder) throws IOException {
    return DurableFiles.read(folder.resolve(CHECKPOINT), Limits.NOTE_BYTES)
        .orElseThrow(
            () -> new AssayException(Code.LEDGER_CORRUPT, folder + " has no " + CHECKPOINT));
  }

  private static LedgerView of(Path folder, LedgerMarker marker, byte[] note) throws IOException {
    LedgerView view = unchecked(folder, marker, note);
    view.tree();
    view.requireHandovers();
    return view;
  }

  /** Checks signatures and keys, and leaves the tree for later. */
  static LedgerView unchecked(Path folder, LedgerMarker marker, byte[] note) throws IOException {
    long size = Checkpoint.parse(SignedNote.parse(note).text()).size();
    if (size == 0) {
      throw new AssayException(Code.LEDGER_CORRUPT, "a ledger without its first record");
    }
    KeyHistory keys = KeyHistory.read(folder, marker, size);
    Checkpoint checkpoint = KeyHistory.openAll(note, marker.origin(), keys.at(size));
    return new LedgerView(folder, checkpoint, note, keys);
  }

  /** The view of what this process has just published, under the same keys. */
  LedgerView successor(Checkpoint published, byte[] signed) {
    return new LedgerView(folder, published, signed, keys);
  }

  /**
   * Checks that the chain of keys is of this log, not of another that the old keys signed.
   *
   * @throws AssayException with {@link Code#CONSISTENCY_INVALID}
   */
  void requireHandovers() {
    for (KeyHistory.Generation generation : keys.generations()) {
      generation.handover().ifPresent(this::requirePrefix);
    }
  }

  private void requirePrefix(byte[] handover) {
    Checkpoint older = Checkpoint.parse(SignedNote.parse(handover).text());
    if (!extendsFrom(older)) {
      throw new AssayException(
          Code.CONSISTENCY_INVALID,
          "the change of keys at " + older.size() + " entries is of another past of this log");
    }
  }

  /** Whether an older checkpoint is a prefix of this one. */
  boolean extendsFrom(Checkpoint older) {
    return older.size() <= checkpoint.size()
        && MessageDigest.isEqual(corrupt(() -> Merkle.root(tree(), older.size())), older.root());
  }

  Checkpoint checkpoint() {
    return checkpoint;
  }

  byte[] note() {
    return note.clone();
  }

  KeyHistory keys() {
    return keys;
  }

  /** Reads the tree's right edge when it is first needed. */
  synchronized TileTree tree() {
    if (tree.isEmpty()) {
      tree = Optional.of(corrupt(() -> new TileTree(checkpoint.size(), checkpoint.root(), tiles)));
    }
    return tree.get();
  }

  Path folder() {
    return folder;
  }

  byte[] entry(long index) {
    if (index < 0 || index >= checkpoint.size()) {
      throw new IndexOutOfBoundsException(
          "record " + index + " of a ledger of " + checkpoint.size());
    }
    return bundle(index / Tile.FULL).get((int) (index % Tile.FULL)).clone();
  }

  /** The entries of one bundle, each checked. */
  List<byte[]> bundle(long number) {
    synchronized (bundles) {
      List<byte[]> known = bundles.get(number);
      if (known != null) {
        return known;
      }
    }
    List<byte[]> entries = tiles.entries(Tile.at(0, number, checkpoint.size()));
    List<byte[]> hashes = corrupt(() -> tree().leafHashes(number));
    for (int i = 0; i < entries.size(); i++) {
      if (!Arrays.equals(Merkle.leafHash(entries.get(i)), hashes.get(i))) {
        throw new AssayException(
            Code.LEDGER_CORRUPT, "entry " + (number * Tile.FULL + i) + " does not match the tree");
      }
    }
    synchronized (bundles) {
      bundles.put(number, entries);
    }
    return entries;
  }

  List<byte[]> inclusionProof(long index, long size) {
    requireSize(size);
    return corrupt(() -> Merkle.inclusionProof(tree(), index, size));
  }

  List<byte[]> consistencyProof(long oldSize, long size) {
    requireSize(size);
    return corrupt(() -> Merkle.consistencyProof(tree(), oldSize, size));
  }

  private void requireSize(long size) {
    if (size > checkpoint.size()) {
      throw new IllegalArgumentException("size " + size + " of " + checkpoint.size());
    }
  }

  /** In a ledger's own folder a tile that does not match is damage to the ledger. */
  static <T> T corrupt(java.util.function.Supplier<T> read) {
    try {
      return read.get();
    } catch (AssayException e) {
      if (e.code() != Code.BAD_TILE) {
        throw e;
      }
      throw new AssayException(Code.LEDGER_CORRUPT, e.getMessage() + "", e);
    }
  }
}
