package dev.assay.ledger;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.log.Checkpoint;
import dev.assay.log.EntryBundle;
import dev.assay.log.Merkle;
import dev.assay.log.NoteKey;
import dev.assay.log.NoteSigner;
import dev.assay.log.SignedNote;
import dev.assay.log.Tile;
import dev.assay.log.TreeBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The one writer of a ledger.
 *
 * <p>Appending: (1) entry bundles and tiles are written and flushed; (2) the new checkpoint is
 * signed, written to {@code checkpoint.next} and flushed; (3) it is renamed to {@code checkpoint}
 * and the folder is flushed; only then is the append acknowledged. What each crash leaves:
 *
 * <ul>
 *   <li>in (1): files beyond the checkpoint that nothing refers to. They are written over.
 *   <li>in (2), the file torn before its first signature is whole: the same; the torn file is
 *       removed.
 *   <li>in (2) or (3), a signature is whole: the tree was signed, so it must become the log's, or a
 *       later append would sign a second tree of that size. Opening finishes the append: it reads
 *       the entries back, computes the tree anew, writes all of it again (the flush may be what
 *       failed) and publishes the checkpoint. The records were not acknowledged and are kept.
 * </ul>
 */
final class Appender {

  static final String NEXT = "checkpoint.next";

  private final Path folder;
  private final LedgerMarker marker;
  private final LedgerKeys keyFolder;
  private final Clock clock;
  private final TileFolder tiles;

  // What the next append starts from; none after a failed one, when the disk has to be asked.
  private Optional<State> state = Optional.empty();

  private Optional<List<NoteSigner>> loaded = Optional.empty();

  private record State(LedgerView view, TreeBuilder tree, List<byte[]> tail) {}

  Appender(Path folder, LedgerMarker marker, LedgerKeys keyFolder, Clock clock) {
    this.folder = folder;
    this.marker = marker;
    this.keyFolder = keyFolder;
    this.clock = clock;
    this.tiles = new TileFolder(folder);
  }

  /** Writes the first record of a new ledger. */
  void begin(byte[] first, List<NoteSigner> signers) throws IOException {
    publish(new TreeBuilder(), List.of(), List.of(first), signers, Optional.empty());
  }

  /** Reads the ledger from disk and finishes or forgets what a crash interrupted. */
  LedgerView open() throws IOException {
    LedgerView view = LedgerView.read(folder, marker);
    Path next = folder.resolve(NEXT);
    Optional<byte[]> pending = DurableFiles.read(next, Limits.NOTE_BYTES);
    if (pending.isPresent()) {
      Optional<Checkpoint> signed = signed(pending.get(), view);
      if (signed.isPresent() && signed.get().size() > view.checkpoint().size()) {
        finish(view, signed.get());
        view = LedgerView.read(folder, marker);
      } else {
        Files.delete(next);
      }
    }
    // A rotation that was interrupted after its last step that matters.
    List<NoteKey> old = new ArrayList<>(view.keys().all());
    old.removeAll(view.keys().current());
    keyFolder.remove(old);
    state = Optional.of(new State(view, TreeBuilder.from(view.tree()), tail(view)));
    return view;
  }

  private static List<byte[]> tail(LedgerView view) {
    long size = view.checkpoint().size();
    return size % Tile.FULL == 0 ? List.of() : view.bundle(size / Tile.FULL);
  }

  // The checkpoint in a file that may be torn, if one of its signatures is whole and ours.
  private Optional<Checkpoint> signed(byte[] torn, LedgerView view) {
    int end = torn.length;
    while (end > 0 && torn[end - 1] != '\n') {
      end--;
    }
    try {
      return Optional.of(
          Checkpoint.open(Arrays.copyOf(torn, end), marker.origin(), view.keys().current()));
    } catch (AssayException e) {
      return Optional.empty();
    }
  }

  private void finish(LedgerView view, Checkpoint signed) throws IOException {
    long from = view.checkpoint().size();
    List<byte[]> entries = new ArrayList<>();
    for (long bundle = from / Tile.FULL; bundle * Tile.FULL < signed.size(); bundle++) {
      List<byte[]> read = tiles.entries(Tile.at(0, bundle, signed.size()));
      entries.addAll(read.subList((int) Math.max(0, from - bundle * Tile.FULL), read.size()));
    }
    TreeBuilder tree = TreeBuilder.from(view.tree());
    entries.forEach(e -> tree.add(Merkle.leafHash(e)));
    if (!Arrays.equals(tree.root(), signed.root())) {
      throw new AssayException(
          Code.LEDGER_CORRUPT,
          NEXT + " is signed, but the entries on disk do not lead to its root");
    }
    List<NoteKey> announced = rotation(entries.getLast());
    List<NoteSigner> signers = new ArrayList<>(keyFolder.load(view.keys().current()));
    signers.addAll(keyFolder.load(announced));
    publish(
        TreeBuilder.from(view.tree()),
        tail(view),
        entries,
        signers,
        announced.isEmpty() ? Optional.empty() : Optional.of(view));
  }

  private List<NoteKey> rotation(byte[] entry) {
    LedgerRecord record = LedgerRecord.parse(entry);
    return record.type().equals(LedgerRecord.Types.KEY)
        ? KeyHistory.announced(record, "rotated", marker.origin())
        : List.of();
  }

  /** Appends entries; they are durable and covered by the view when this returns. */
  LedgerView append(List<byte[]> entries) {
    return write(entries, List.of());
  }

  /** Appends the {@code key} record that hands over to new keys, which are on disk already. */
  LedgerView rotate(byte[] record, List<NoteSigner> incoming) {
    return write(List.of(record), incoming);
  }

  private LedgerView write(List<byte[]> entries, List<NoteSigner> incoming) {
    try {
      if (state.isEmpty()) {
        open();
      }
      State before = state.orElseThrow();
      byte[] published = LedgerView.readCheckpoint(folder);
      if (!Arrays.equals(published, before.view().note())) {
        throw new AssayException(
            Code.LEDGER_WRITE, "the checkpoint of " + folder + " was changed by somebody else");
      }
      List<NoteSigner> signers = new ArrayList<>(signers(before.view()));
      signers.addAll(incoming);
      state = Optional.empty();
      TreeBuilder tree = before.tree();
      Published done =
          publish(
              tree,
              before.tail(),
              entries,
              signers,
              incoming.isEmpty() ? Optional.empty() : Optional.of(before.view()));
      LedgerView after =
          incoming.isEmpty()
              ? before.view().successor(done.checkpoint(), done.note())
              : LedgerView.read(folder, marker);
      state = Optional.of(new State(after, tree, done.tail()));
      return after;
    } catch (IOException e) {
      throw new AssayException(
          Code.LEDGER_WRITE, "cannot write to " + folder + ": " + e.getMessage(), e);
    }
  }

  private List<NoteSigner> signers(LedgerView view) {
    List<NoteKey> keys = view.keys().current();
    if (loaded.isEmpty() || !loaded.get().stream().map(NoteSigner::key).toList().equals(keys)) {
      loaded = Optional.of(keyFolder.load(keys));
    }
    return loaded.get();
  }

  /** What was published, and the entries of the last, partial bundle. */
  @SuppressWarnings("ArrayRecordComponent") // handed over, not compared
  private record Published(Checkpoint checkpoint, byte[] note, List<byte[]> tail) {}

  // Grows the tree.
  private Published publish(
      TreeBuilder tree,
      List<byte[]> tail,
      List<byte[]> entries,
      List<NoteSigner> signers,
      Optional<LedgerView> rotated)
      throws IOException {
    long from = tree.size();
    DurableFiles files = new DurableFiles();
    List<Tile> filled = new ArrayList<>();
    List<byte[]> bundle = new ArrayList<>(tail);
    for (byte[] entry : entries) {
      bundle.add(entry);
      for (TreeBuilder.TileData full : tree.add(Merkle.leafHash(entry))) {
        files.put(tiles.file(full.tile()), full.bytes());
        filled.add(full.tile());
        if (full.tile().level() == 0) {
          files.put(tiles.entriesFile(full.tile()), EntryBundle.encode(bundle));
          bundle = new ArrayList<>();
        }
      }
    }
    for (TreeBuilder.TileData partial : tree.edge()) {
      Tile tile = partial.tile();
      if (Tile.count(tile.level(), tree.size()) != Tile.count(tile.level(), from)) {
        files.put(tiles.file(tile), partial.bytes());
        if (tile.level() == 0) {
          files.put(tiles.entriesFile(tile), EntryBundle.encode(bundle));
        }
      }
    }
    files.sync();

    Checkpoint checkpoint = new Checkpoint(marker.origin(), tree.size(), tree.root());
    SignedNote note = checkpoint.sign(signers, clock.instant());
    Path next = folder.resolve(NEXT);
    files.put(next, note.toBytes());
    files.sync();
    if (rotated.isPresent()) {
      // Whoever reads the new checkpoint needs the handover, so it is there first.
      files.replace(
          folder.resolve(KeyHistory.FOLDER).resolve(Long.toString(tree.size())), note.toBytes());
      files.sync();
    }
    files.rename(next, folder.resolve(LedgerView.CHECKPOINT));
    files.sync();
    removePartials(filled);
    return new Published(checkpoint, note.toBytes(), List.copyOf(bundle));
  }

  // Partial tiles may go once the full one is published. A crash before this leaves them, unused.
  private void removePartials(List<Tile> filled) {
    for (Tile tile : filled) {
      try {
        DurableFiles.removeFolder(partials(tiles.file(tile)));
        if (tile.level() == 0) {
          DurableFiles.removeFolder(partials(tiles.entriesFile(tile)));
        }
      } catch (IOException e) {
        // They cost space, nothing else.
      }
    }
  }

  private static Path partials(Path full) {
    return full.resolveSibling(full.getFileName() + ".p");
  }
}
