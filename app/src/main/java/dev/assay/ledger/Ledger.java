package dev.assay.ledger;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Hex;
import dev.assay.log.Checkpoint;
import dev.assay.log.NoteKey;
import dev.assay.log.NoteSigner;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A ledger in a folder: a log in the C2SP tlog-tiles layout, with blobs beside it.
 *
 * <pre>{@code
 * try (Ledger ledger = Ledger.openForWriting(folder)) {
 *   Digest bundle = ledger.putBlob(bytes);
 *   long index = ledger.append(new LedgerRecord("evidence", now, body, List.of(bundle)));
 * }
 * }</pre>
 *
 * <p>Any number may read while one writes. A reader sees the ledger as it was when it was opened or
 * last {@link #refresh}ed; a writer sees what it appended. Safe for use by several threads; appends
 * that arrive together share one flush.
 */
public final class Ledger implements LedgerReader, LedgerWriter, AutoCloseable {

  // Appends that arrive together become one: at most so many records.
  private static final int GROUP = 4_096;

  private final Path folder;
  private final LedgerMarker marker;
  private final Clock clock;
  private final BlobFolder blobs;
  private final Optional<Writer> writer;
  private volatile LedgerView view;

  /** What only the one who writes has. */
  private record Writer(LedgerLock lock, Appender appender, LedgerKeys keys) {}

  private static final class Pending {
    private final List<byte[]> entries;
    private long first = -1;
    private Optional<RuntimeException> failure = Optional.empty();

    Pending(List<byte[]> entries) {
      this.entries = entries;
    }
  }

  private final Queue<Pending> queue = new ArrayDeque<>();
  // Fair, so that those whose append was done by another leave before the next group is gathered.
  private final ReentrantLock writing = new ReentrantLock(true);
  private boolean closed;

  private Ledger(
      Path folder, LedgerMarker marker, Clock clock, Optional<Writer> writer, LedgerView view) {
    this.folder = folder;
    this.marker = marker;
    this.clock = clock;
    this.blobs = new BlobFolder(folder.resolve(BlobFolder.FOLDER));
    this.writer = writer;
    this.view = view;
  }

  /** A new origin that nobody else has: {@code ledger.3f9c2a7d51e80b46.assay.internal}. */
  public static String newOrigin() {
    byte[] random = new byte[8];
    new SecureRandom().nextBytes(random);
    return "ledger." + Hex.encode(random) + ".assay.internal";
  }

  /** As {@link #init(Path, String, Optional, Clock)}, with the keys in the folder. */
  public static Ledger init(Path folder, String origin, Clock clock) {
    return init(folder, origin, Optional.empty(), clock);
  }

  /**
   * Makes a ledger with new keys, and opens it for writing. Its first record names the keys.
   *
   * @param folder absent or empty
   * @param origin the log's name for ever: without spaces and plus signs, at most 255 bytes
   * @param keyFolder where the private keys go, if not inside
   * @throws AssayException with {@link Code#LEDGER_EXISTS} if the folder has something in it,
   *     {@link Code#LEDGER_KEY} if the folder for the keys cannot be used, {@link
   *     Code#LEDGER_WRITE}
   */
  public static Ledger init(Path folder, String origin, Optional<Path> keyFolder, Clock clock) {
    List<NoteSigner> signers;
    try {
      signers = LedgerKeys.generate(origin);
    } catch (AssayException e) {
      throw new AssayException(Code.USAGE, "not an origin: " + e.getMessage(), e);
    }
    List<NoteKey> keys = signers.stream().map(NoteSigner::key).toList();
    LedgerMarker marker =
        new LedgerMarker(origin, keys, keyFolder.map(k -> k.toAbsolutePath().toString()));
    try {
      if (occupied(folder)) {
        throw new AssayException(
            Code.LEDGER_EXISTS, folder + " has something in it", "give an empty or new folder");
      }
      DurableFiles files = new DurableFiles();
      files.create(folder.toAbsolutePath());
      LedgerLock lock = LedgerLock.acquire(folder);
      try {
        begin(folder, marker, signers, clock);
      } finally {
        lock.close();
      }
    } catch (IOException e) {
      throw new AssayException(
          Code.LEDGER_WRITE, "cannot make a ledger in " + folder + ": " + e.getMessage(), e);
    }
    return openForWriting(folder, clock);
  }

  private static void begin(Path folder, LedgerMarker marker, List<NoteSigner> signers, Clock clock)
      throws IOException {
    LedgerKeys keyFiles = LedgerKeys.of(folder, marker);
    keyFiles.save(signers);
    LedgerRecord first =
        new LedgerRecord(
            LedgerRecord.Types.KEY,
            clock.instant(),
            KeyHistory.body("created", marker.keys(), List.of()),
            List.of());
    new Appender(folder, marker, keyFiles, clock).begin(first.toBytes(), signers);
    // Last: a folder that a crash left half made is no ledger.
    DurableFiles files = new DurableFiles();
    files.replace(folder.resolve(LedgerMarker.FILE), marker.toBytes());
    files.sync();
  }

  private static boolean occupied(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    if (!Files.isDirectory(folder)) {
      return true;
    }
    try (var files = Files.newDirectoryStream(folder)) {
      return files.iterator().hasNext();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** As {@link #openForWriting(Path, Clock)}, by the system's clock. */
  public static Ledger openForWriting(Path folder) {
    return openForWriting(folder, Clock.systemUTC());
  }

  /**
   * Opens for appending, and finishes what a crash interrupted.
   *
   * @throws AssayException with {@link Code#NOT_A_LEDGER} (nothing is written then), {@link
   *     Code#LEDGER_LOCKED}, {@link Code#LEDGER_KEY}, {@link Code#LEDGER_CORRUPT}, {@link
   *     Code#LEDGER_WRITE}, or as {@link #openForReading}
   */
  public static Ledger openForWriting(Path folder, Clock clock) {
    try {
      LedgerMarker marker = LedgerMarker.read(folder);
      LedgerLock lock = LedgerLock.acquire(folder);
      boolean opened = false;
      try {
        LedgerKeys keys = LedgerKeys.of(folder, marker);
        Appender appender = new Appender(folder, marker, keys, clock);
        LedgerView view = appender.open();
        keys.load(view.keys().current());
        opened = true;
        return new Ledger(
            folder, marker, clock, Optional.of(new Writer(lock, appender, keys)), view);
      } finally {
        if (!opened) {
          lock.close();
        }
      }
    } catch (IOException e) {
      throw new AssayException(
          Code.LEDGER_WRITE, "cannot write to " + folder + ": " + e.getMessage(), e);
    }
  }

  /**
   * Opens for reading: the signatures of the newest checkpoint and the chain of keys are checked
   * now, everything else when it is read.
   *
   * @throws AssayException with {@link Code#NOT_A_LEDGER}, {@link Code#LEDGER_CORRUPT}, {@link
   *     Code#SIGNATURE_INVALID}, {@link Code#NOTE_NOT_SIGNED}, {@link Code#FILE_UNREADABLE}
   */
  public static Ledger openForReading(Path folder) {
    try {
      LedgerMarker marker = LedgerMarker.read(folder);
      LedgerView view = LedgerView.read(folder, marker);
      return new Ledger(folder, marker, Clock.systemUTC(), Optional.empty(), view);
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  private static AssayException unreadable(Path folder, IOException e) {
    return new AssayException(
        Code.FILE_UNREADABLE, "cannot read " + folder + ": " + e.getMessage(), e);
  }

  /**
   * Looks for a newer checkpoint and checks that it extends the one seen before.
   *
   * @return the size now
   * @throws AssayException with {@link Code#LEDGER_REPLACED} if the ledger became smaller, {@link
   *     Code#CONSISTENCY_INVALID} if its past was changed
   */
  public long refresh() {
    if (writer.isPresent()) {
      return size();
    }
    try {
      LedgerView newer = LedgerView.read(folder, marker);
      requireExtends(newer, view.checkpoint());
      view = newer;
      return size();
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  static void requireNotSmaller(Checkpoint newer, Checkpoint older) {
    if (newer.size() < older.size()) {
      throw new AssayException(
          Code.LEDGER_REPLACED,
          "the ledger has " + newer.size() + " records; " + older.size() + " were seen before");
    }
  }

  private static void requireExtends(LedgerView newer, Checkpoint older) {
    requireNotSmaller(newer.checkpoint(), older);
    if (!newer.extendsFrom(older)) {
      throw new AssayException(
          Code.CONSISTENCY_INVALID,
          "the ledger's first "
              + older.size()
              + " records are not those of the checkpoint seen before");
    }
  }

  /**
   * Checks that a checkpoint kept from earlier is a prefix of this ledger.
   *
   * @param note signed by the keys that were in force then
   * @throws AssayException with {@link Code#LEDGER_REPLACED}, {@link Code#CONSISTENCY_INVALID}, or
   *     as {@link Checkpoint#open}
   */
  public Checkpoint requireExtends(byte[] note) {
    Checkpoint older = Checkpoint.open(note, origin(), keyHistory().all());
    requireExtends(view, older);
    return older;
  }

  /** As {@link #requireExtends(byte[])}, for a checkpoint whose signature was checked already. */
  public void requireExtends(Checkpoint older) {
    requireExtends(view, older);
  }

  /** The keys that sign checkpoints now. */
  public List<NoteKey> keys() {
    return view.keys().current();
  }

  /** All keys there were, and the checkpoints that handed over from one to the next. */
  public KeyHistory keyHistory() {
    return view.keys();
  }

  @Override
  public String origin() {
    return marker.origin();
  }

  @Override
  public long size() {
    return view.checkpoint().size();
  }

  @Override
  public byte[] checkpoint() {
    return view.note();
  }

  @Override
  public LedgerRecord record(long index) {
    return LedgerRecord.parse(recordBytes(index));
  }

  @Override
  public byte[] recordBytes(long index) {
    return view.entry(index);
  }

  @Override
  public Optional<byte[]> blob(Digest digest) {
    return blobs.read(digest);
  }

  @Override
  public List<byte[]> inclusionProof(long index, long size) {
    return view.inclusionProof(index, size);
  }

  @Override
  public List<byte[]> consistencyProof(long oldSize, long size) {
    return view.consistencyProof(oldSize, size);
  }

  /**
   * Appends records. A blob that a record names must have been stored before.
   *
   * @throws AssayException with {@link Code#BAD_RECORD} if one cannot be appended (then none is),
   *     {@link Code#LEDGER_WRITE} if it is not known whether they were: read, or append again
   */
  @Override
  public List<Long> append(List<LedgerRecord> records) {
    Writer w = requireWriter();
    if (records.isEmpty()) {
      return List.of();
    }
    List<byte[]> entries = new ArrayList<>();
    for (LedgerRecord record : records) {
      entries.add(acceptable(record));
    }
    Pending mine = new Pending(entries);
    synchronized (queue) {
      queue.add(mine);
    }
    writing.lock();
    try {
      while (mine.first < 0 && mine.failure.isEmpty()) {
        appendGroup(w);
      }
    } finally {
      writing.unlock();
    }
    mine.failure.ifPresent(f -> {
      throw f;
    });
    List<Long> indexes = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      indexes.add(mine.first + i);
    }
    return indexes;
  }

  private byte[] acceptable(LedgerRecord record) {
    if (record.type().equals(LedgerRecord.Types.KEY)) {
      throw new AssayException(Code.BAD_RECORD, "key records are written by rotating the keys");
    }
    for (Digest digest : record.blobs()) {
      if (!blobs.has(digest)) {
        throw new AssayException(
            Code.BAD_RECORD, "the record names a blob that is not stored: " + digest);
      }
    }
    return record.toBytes();
  }

  // Writes what has queued up, as much as goes into one group.
  private void appendGroup(Writer w) {
    List<Pending> group = new ArrayList<>();
    List<byte[]> entries = new ArrayList<>();
    synchronized (queue) {
      // One append larger than a group is written whole.
      while (!queue.isEmpty()
          && (group.isEmpty() || entries.size() + queue.element().entries.size() <= GROUP)) {
        Pending pending = queue.remove();
        group.add(pending);
        entries.addAll(pending.entries);
      }
    }
    try {
      requireOpen();
      LedgerView after = w.appender().append(entries);
      long index = after.checkpoint().size() - entries.size();
      view = after;
      for (Pending pending : group) {
        pending.first = index;
        index += pending.entries.size();
      }
    } catch (RuntimeException e) {
      group.forEach(p -> p.failure = Optional.of(e));
    }
  }

  @Override
  public Digest putBlob(byte[] bytes) {
    requireWriter();
    return blobs.put(bytes);
  }

  /**
   * Replaces the keys: appends a record that names the new ones, in a checkpoint that old and new
   * keys sign; from then on only the new ones sign. The old private keys are removed.
   *
   * @return the index of the record
   */
  public long rotateKeys() {
    Writer w = requireWriter();
    writing.lock();
    try {
      requireOpen();
      List<NoteKey> old = view.keys().current();
      List<NoteSigner> incoming = LedgerKeys.generate(origin());
      List<NoteKey> keys = incoming.stream().map(NoteSigner::key).toList();
      LedgerRecord record =
          new LedgerRecord(
              LedgerRecord.Types.KEY,
              clock.instant(),
              KeyHistory.body("rotated", keys, old),
              List.of());
      try {
        w.keys().save(incoming);
        view = w.appender().rotate(record.toBytes(), incoming);
        w.keys().remove(old);
      } catch (IOException e) {
        throw new AssayException(
            Code.LEDGER_WRITE, "cannot write to " + w.keys().folder() + ": " + e.getMessage(), e);
      }
      return size() - 1;
    } finally {
      writing.unlock();
    }
  }

  private Writer requireWriter() {
    return writer.orElseThrow(() -> new IllegalStateException("opened for reading"));
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("closed");
    }
  }

  /** Releases the lock, after an append that is under way. */
  @Override
  public void close() {
    writing.lock();
    try {
      if (closed || writer.isEmpty()) {
        closed = true;
        return;
      }
      closed = true;
      try {
        writer.get().lock().close();
      } catch (IOException e) {
        throw new AssayException(Code.LEDGER_WRITE, "cannot release the lock of " + folder, e);
      }
    } finally {
      writing.unlock();
    }
  }
}
