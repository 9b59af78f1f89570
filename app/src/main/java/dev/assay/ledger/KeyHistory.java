package dev.assay.ledger;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.log.Checkpoint;
import dev.assay.log.Merkle;
import dev.assay.log.NoteKey;
import dev.assay.log.SignedNote;
import dev.assay.log.Tile;
import dev.assay.log.TileTree;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which keys signed a ledger's checkpoints, from the first on. Each generation after the first was
 * announced by a {@code key} record, in a checkpoint that the old keys and the new ones signed;
 * that checkpoint is kept in {@code rotations/SIZE}, so that whoever trusts one generation can
 * check the next.
 *
 * @param generations at least one, oldest first
 */
public record KeyHistory(List<Generation> generations) {

  static final String FOLDER = "rotations";

  private static final int MAX_ROTATIONS = 10_000;
  private static final int MAX_KEYS = 16;

  /**
   * Keys and where they came into force.
   *
   * @param record the index of the {@code key} record that announced them; 0 for the first
   * @param keys what checkpoints of more than {@code record} entries are signed by
   * @param handover the checkpoint that the keys before signed too; absent for the first
   */
  public record Generation(long record, List<NoteKey> keys, Optional<byte[]> handover) {
    public Generation {
      keys = List.copyOf(keys);
    }
  }

  public KeyHistory {
    generations = List.copyOf(generations);
  }

  /** The newest keys. */
  public List<NoteKey> current() {
    return generations.getLast().keys();
  }

  /** All keys there ever were, oldest first. */
  public Set<NoteKey> all() {
    Set<NoteKey> out = new LinkedHashSet<>();
    generations.forEach(g -> out.addAll(g.keys()));
    return out;
  }

  /** The keys that sign the checkpoint of {@code size} entries. */
  public List<NoteKey> at(long size) {
    List<NoteKey> keys = generations.getFirst().keys();
    for (Generation generation : generations) {
      if (generation.record() < size) {
        keys = generation.keys();
      }
    }
    return keys;
  }

  /**
   * Reads and checks the chain up to the checkpoint of {@code size} entries.
   *
   * @throws AssayException with {@link Code#LEDGER_CORRUPT}, or as {@link Checkpoint#open}, where a
   *     link does not hold
   */
  static KeyHistory read(Path ledger, LedgerMarker marker, long size) throws IOException {
    List<Generation> out = new ArrayList<>();
    out.add(new Generation(0, marker.keys(), Optional.empty()));
    for (long handover : handovers(ledger, size)) {
      out.add(link(ledger, marker.origin(), out.getLast().keys(), handover));
    }
    return new KeyHistory(out);
  }

  private static Iterable<Long> handovers(Path ledger, long size) throws IOException {
    TreeMap<Long, Path> out = new TreeMap<>();
    Path folder = ledger.resolve(FOLDER);
    if (!Files.isDirectory(folder)) {
      return out.keySet();
    }
    try (var files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (name.matches("[1-9][0-9]{0,17}") && Long.parseLong(name) <= size) {
          out.put(Long.parseLong(name), file);
        }
        if (out.size() > MAX_ROTATIONS) {
          throw new AssayException(Code.TOO_MANY, folder + " has more than " + MAX_ROTATIONS);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return out.keySet();
  }

  private static Generation link(Path ledger, String origin, List<NoteKey> before, long size)
      throws IOException {
    Path file = ledger.resolve(FOLDER).resolve(Long.toString(size));
    byte[] note =
        DurableFiles.read(file, Limits.NOTE_BYTES)
            .orElseThrow(() -> new AssayException(Code.LEDGER_CORRUPT, file + " is missing"));
    Checkpoint checkpoint = openAll(note, origin, before);
    if (checkpoint.size() != size) {
      throw new AssayException(
          Code.LEDGER_CORRUPT, file + " is a checkpoint of " + checkpoint.size() + " entries");
    }
    // Old tiles are still there, cut from wider ones where they were removed.
    TileFolder tiles = new TileFolder(ledger);
    TileTree tree = new TileTree(size, checkpoint.root(), tiles);
    byte[] record = tiles.entries(Tile.ofLeaf(size - 1, size)).getLast();
    if (!MessageDigest.isEqual(Merkle.leafHash(record), tree.hash(0, size - 1))) {
      throw new AssayException(
          Code.LEDGER_CORRUPT, "entry " + (size - 1) + " does not match the tree");
    }
    List<NoteKey> keys = announced(LedgerRecord.parse(record), "rotated", origin);
    openAll(note, origin, keys);
    return new Generation(size - 1, keys, Optional.of(note));
  }

  /**
   * Opens a checkpoint that every one of the keys must have signed.
   *
   * @throws AssayException with {@link Code#NOTE_NOT_SIGNED} if one did not, or as {@link
   *     Checkpoint#open}
   */
  static Checkpoint openAll(byte[] note, String origin, List<NoteKey> keys) {
    Checkpoint checkpoint = Checkpoint.open(note, origin, keys);
    Set<NoteKey> signers = SignedNote.parse(note).signers(keys);
    for (NoteKey key : keys) {
      if (!signers.contains(key)) {
        throw new AssayException(Code.NOTE_NOT_SIGNED, "the checkpoint is not signed by " + key);
      }
    }
    return checkpoint;
  }

  /**
   * The keys that a {@code key} record announces.
   *
   * @throws AssayException with {@link Code#BAD_RECORD} if it is another record
   */
  static List<NoteKey> announced(LedgerRecord record, String event, String origin) {
    if (!record.type().equals(LedgerRecord.Types.KEY)) {
      throw new AssayException(Code.BAD_RECORD, "not a key record but " + record.type());
    }
    Fields f = Fields.of(record.body(), "key record", Code.BAD_RECORD);
    if (!f.string("event").equals(event)) {
      throw f.bad("event", "expected " + event);
    }
    List<NoteKey> keys = f.strings("keys", MAX_KEYS).stream().map(NoteKey::parse).toList();
    if (keys.isEmpty() || keys.stream().anyMatch(k -> !k.name().equals(origin))) {
      throw f.bad("keys", "expected keys named " + origin);
    }
    return keys;
  }

  /** The body of a {@code key} record. */
  static Json.Obj body(String event, List<NoteKey> keys, List<NoteKey> previous) {
    Json.Builder out = Json.object().put("event", event).put("keys", vkeys(keys));
    if (!previous.isEmpty()) {
      out.put("previous", vkeys(previous));
    }
    return out.build();
  }

  private static Json vkeys(List<NoteKey> keys) {
    return Json.strings(keys.stream().map(NoteKey::vkey).toList());
  }
}
