package dev.assay.ledger;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.crypto.Hasher;
import dev.assay.log.Checkpoint;
import dev.assay.log.Merkle;
import dev.assay.log.NoteKey;
import dev.assay.log.Tile;
import dev.assay.log.TreeBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads a whole ledger and recomputes everything: every entry is hashed, every tile built anew and
 * compared, every record parsed, every blob hashed, and the chain of keys followed. Writes nothing,
 * repairs nothing, and goes on after a problem so that one damaged file is reported as one.
 */
public final class LedgerCheck {

  private static final int LISTED = 100;

  /** Told how many records were checked, of how many. */
  @FunctionalInterface
  public interface Progress {
    void at(long done, long total);
  }

  /**
   * Something that does not fit.
   *
   * @param where a file of the ledger or the index of an entry
   */
  public record Problem(Code code, String where, String what) {}

  /**
   * What was found.
   *
   * @param size how many records the checkpoint covers; 0 where it could not be read
   * @param root of the tree, where the checkpoint could be read
   * @param keys that sign now, likewise
   * @param types how many records there are of each type
   * @param tiles how many tiles of hashes were compared
   * @param blobs how many distinct blobs that records name are there and match
   * @param missing blobs that records name and that are not there, the first ones
   * @param missingCount how many those are
   * @param problems the first ones
   * @param problemCount how many there are
   * @param unused files that no checkpoint refers to; a crash leaves them, and they do no harm
   * @param interrupted whether an append was interrupted that the next writer will finish
   */
  public record Report(
      String origin,
      long size,
      Optional<Checkpoint> root,
      List<NoteKey> keys,
      Map<String, Long> types,
      long tiles,
      long blobs,
      List<Digest> missing,
      long missingCount,
      List<Problem> problems,
      long problemCount,
      long unused,
      boolean interrupted) {

    /** Whether nothing contradicts the checkpoint. Missing blobs are another question. */
    public boolean intact() {
      return problemCount == 0;
    }
  }

  private final Path folder;
  private final LedgerMarker marker;
  private final TileFolder files;
  private final BlobFolder blobFolder;
  private final List<Problem> problems = new ArrayList<>();
  private final Map<String, Long> types = new TreeMap<>();
  private final Set<Digest> seen = new HashSet<>();
  private final Set<Digest> missing = new LinkedHashSet<>();
  private long missingCount;
  private long problemCount;
  private long tiles;
  private long blobs;

  private LedgerCheck(Path folder, LedgerMarker marker) {
    this.folder = folder;
    this.marker = marker;
    this.files = new TileFolder(folder);
    this.blobFolder = new BlobFolder(folder.resolve(BlobFolder.FOLDER));
  }

  /**
   * Checks a ledger.
   *
   * @param trusted keys that must be among the ledger's, from which its newest are followed; may be
   *     empty
   * @param older a checkpoint kept from earlier that must be a prefix of this ledger
   * @throws AssayException with {@link Code#NOT_A_LEDGER}, {@link Code#FILE_UNREADABLE}
   */
  public static Report run(
      Path folder, Collection<NoteKey> trusted, Optional<byte[]> older, Progress progress) {
    try {
      LedgerCheck check = new LedgerCheck(folder, LedgerMarker.read(folder));
      return check.run(trusted, older, progress);
    } catch (IOException e) {
      throw new AssayException(
          Code.FILE_UNREADABLE, "cannot read " + folder + ": " + e.getMessage(), e);
    } catch (UncheckedIOException e) {
      throw new AssayException(
          Code.FILE_UNREADABLE, "cannot read " + folder + ": " + e.getMessage(), e);
    }
  }

  private Report run(Collection<NoteKey> trusted, Optional<byte[]> older, Progress progress)
      throws IOException {
    Optional<LedgerView> view = view();
    if (view.isPresent()) {
      keys(view.get(), trusted);
      Optional<Checkpoint> prefix = older.flatMap(note -> older(view.get(), trusted, note));
      tree(view.get(), prefix, progress);
    }
    long size = view.map(v -> v.checkpoint().size()).orElse(0L);
    return new Report(
        marker.origin(),
        size,
        view.map(LedgerView::checkpoint),
        view.map(v -> v.keys().current()).orElse(List.of()),
        Map.copyOf(types),
        tiles,
        blobs,
        List.copyOf(missing),
        missingCount,
        List.copyOf(problems),
        problemCount,
        size == 0 ? 0 : unused(size),
        Files.exists(folder.resolve(Appender.NEXT)));
  }

  private void problem(Code code, String where, String what) {
    problemCount++;
    if (problems.size() < LISTED) {
      problems.add(new Problem(code, where, what));
    }
  }

  private void problem(AssayException e, String where) {
    // How the log's own layer names it says less than that the ledger is damaged.
    Code code = e.code() == Code.BAD_TILE ? Code.LEDGER_CORRUPT : e.code();
    problem(code, where, String.valueOf(e.getMessage()));
  }

  private Optional<LedgerView> view() throws IOException {
    try {
      return Optional.of(LedgerView.unchecked(folder, marker, LedgerView.readCheckpoint(folder)));
    } catch (AssayException e) {
      if (e.code() == Code.FILE_UNREADABLE) {
        throw e;
      }
      problem(e, LedgerView.CHECKPOINT);
      return Optional.empty();
    }
  }

  private void keys(LedgerView view, Collection<NoteKey> trusted) {
    for (NoteKey key : trusted) {
      if (!view.keys().all().contains(key)) {
        problem(
            Code.NOTE_NOT_SIGNED, LedgerView.CHECKPOINT, "this ledger never had the key " + key);
      }
    }
  }

  private Optional<Checkpoint> older(LedgerView view, Collection<NoteKey> trusted, byte[] note) {
    List<NoteKey> keys = new ArrayList<>(view.keys().all());
    keys.addAll(trusted);
    try {
      Checkpoint older = Checkpoint.open(note, marker.origin(), keys);
      Ledger.requireNotSmaller(view.checkpoint(), older);
      return Optional.of(older);
    } catch (AssayException e) {
      problem(e, "the checkpoint given");
      return Optional.empty();
    }
  }

  private void prefix(TreeBuilder builder, Checkpoint older) {
    if (builder.size() == older.size() && !Arrays.equals(builder.root(), older.root())) {
      problem(
          Code.CONSISTENCY_INVALID,
          "the checkpoint given",
          "its " + older.size() + " entries are not the first ones of this ledger");
    }
  }

  private void tree(LedgerView view, Optional<Checkpoint> older, Progress progress) {
    Checkpoint checkpoint = view.checkpoint();
    TreeBuilder builder = new TreeBuilder();
    for (long number = 0; number * Tile.FULL < checkpoint.size(); number++) {
      Tile tile = Tile.at(0, number, checkpoint.size());
      Optional<List<byte[]>> entries = entries(tile);
      List<byte[]> hashes = hashes(view, tile, entries);
      for (byte[] hash : hashes) {
        builder.add(hash).forEach(this::compare);
        older.ifPresent(o -> prefix(builder, o));
      }
      records(view, number * Tile.FULL, entries.orElse(List.of()), hashes);
      progress.at(Math.min(checkpoint.size(), (number + 1) * Tile.FULL), checkpoint.size());
    }
    builder.edge().forEach(this::compare);
    if (builder.size() == checkpoint.size() && !Arrays.equals(builder.root(), checkpoint.root())) {
      problem(
          Code.LEDGER_CORRUPT,
          LedgerView.CHECKPOINT,
          "the entries do not lead to the root that was signed");
    }
    try {
      view.requireHandovers();
    } catch (AssayException e) {
      problem(e, KeyHistory.FOLDER);
    }
  }

  private Optional<List<byte[]>> entries(Tile tile) {
    try {
      return Optional.of(files.entries(tile));
    } catch (AssayException e) {
      problem(e, tile.entriesPath());
      return Optional.empty();
    }
  }

  // What the tree says the entries' hashes are. Where tiles cannot tell, the entries must.
  private List<byte[]> hashes(LedgerView view, Tile tile, Optional<List<byte[]>> entries) {
    Optional<List<byte[]>> own = entries.map(e -> e.stream().map(Merkle::leafHash).toList());
    List<byte[]> expected;
    try {
      expected = LedgerView.corrupt(() -> view.tree().leafHashes(tile.index()));
    } catch (AssayException e) {
      // Comparing the tiles with what is built from the entries says where it is.
      return own.orElse(List.of());
    }
    own.ifPresent(hashes -> {
      for (int i = 0; i < hashes.size(); i++) {
        if (!Arrays.equals(hashes.get(i), expected.get(i))) {
          problem(
              Code.LEDGER_CORRUPT,
              tile.entriesPath(),
              "entry " + (tile.index() * Tile.FULL + i) + " does not match the tree");
        }
      }
    });
    return expected;
  }

  private void compare(TreeBuilder.TileData built) {
    tiles++;
    try {
      byte[] stored = files.read(built.tile());
      if (!Arrays.equals(stored, built.bytes())) {
        problem(Code.LEDGER_CORRUPT, built.tile().path(), "it is not what the entries lead to");
      }
    } catch (AssayException e) {
      problem(e, built.tile().path());
    }
  }

  // An entry that is not the tree's has been reported, and what it says means nothing.
  private void records(LedgerView view, long first, List<byte[]> entries, List<byte[]> hashes) {
    for (int i = 0; i < entries.size(); i++) {
      if (!Arrays.equals(Merkle.leafHash(entries.get(i)), hashes.get(i))) {
        continue;
      }
      long index = first + i;
      try {
        LedgerRecord record = LedgerRecord.parse(entries.get(i));
        types.merge(record.type(), 1L, Long::sum);
        record.blobs().forEach(this::blob);
        keyRecord(view, index, record);
      } catch (AssayException e) {
        problem(e, "entry " + index);
      }
    }
  }

  private void keyRecord(LedgerView view, long index, LedgerRecord record) {
    boolean isKey = record.type().equals(LedgerRecord.Types.KEY);
    Optional<KeyHistory.Generation> generation =
        view.keys().generations().stream().filter(g -> g.record() == index).findFirst();
    if (isKey != generation.isPresent()) {
      throw new AssayException(
          Code.BAD_RECORD,
          isKey ? "a key record without a change of keys" : "not the key record it should be");
    }
    if (index == 0
        && !KeyHistory.announced(record, "created", marker.origin()).equals(marker.keys())) {
      throw new AssayException(
          Code.BAD_RECORD, "the first record names other keys than " + LedgerMarker.FILE);
    }
  }

  private void blob(Digest digest) {
    if (!seen.add(digest)) {
      return;
    }
    Path file = blobFolder.file(digest);
    Hasher hasher = Hasher.of(digest.algorithm());
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        hasher.update(buffer, 0, n);
      }
      if (hasher.finish().equals(digest)) {
        blobs++;
      } else {
        problem(Code.LEDGER_CORRUPT, "blob " + digest, "it has other bytes than its name says");
      }
    } catch (NoSuchFileException e) {
      missingCount++;
      if (missing.size() < LISTED) {
        missing.add(digest);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long unused(long size) throws IOException {
    Path tileFolder = folder.resolve("tile");
    if (!Files.isDirectory(tileFolder)) {
      return 0;
    }
    try (Stream<Path> paths = Files.walk(tileFolder)) {
      return paths
          .filter(Files::isRegularFile)
          .map(p -> folder.relativize(p).toString().replace('\\', '/'))
          .filter(p -> !used(p, size))
          .count();
    }
  }

  private static boolean used(String path, long size) {
    try {
      Tile tile = path.startsWith("tile/entries/") ? Tile.parseEntries(path) : Tile.parse(path);
      long count = Tile.count(tile.level(), size);
      // Narrower partial tiles are those of earlier checkpoints.
      return tile.full()
          ? tile.index() < count / Tile.FULL
          : tile.index() == count / Tile.FULL && tile.width() <= count % Tile.FULL;
    } catch (AssayException e) {
      return false;
    }
  }
}
