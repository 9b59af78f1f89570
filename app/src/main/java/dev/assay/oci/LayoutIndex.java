package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The index.json of a layout, and the journal of what changed since it was written. A registry
 * appends a line for each change and writes index.json anew when the lines are an eighth of what is
 * listed, so a push costs the same however much is there; whoever reads a layout applies the lines.
 * A line is: 16 characters of the SHA-256 of the rest, a space, and a {@link Catalog.Change} as
 * JSON. What a crash cut off is not a whole line, was not acknowledged, and is dropped.
 *
 * <p>index.json is replaced before the journal is removed. A change that is applied twice changes
 * nothing more, so a crash between the two does no harm.
 */
final class LayoutIndex {

  static final String LISTING = "index.json";
  static final String JOURNAL = ".journal";
  private static final String LOCK = ".lock";
  private static final int SUM = 16;

  // A lock file keeps other processes out, this the threads of this one, whatever object they use.
  private static final Map<Path, Writer> WRITERS = new ConcurrentHashMap<>();

  private static final class Writer {
    final ReentrantLock turn = new ReentrantLock();
  }

  /** Something done with the lock of the layout held. */
  @FunctionalInterface
  interface Action<T> {
    T run() throws IOException;
  }

  private final Path folder;
  private final Path listing;
  private final Path journal;
  private final boolean journaling;
  private final Catalog.Manifests manifests;

  private final ReentrantLock state = new ReentrantLock();
  private @Nullable Catalog catalog;
  private Object listingKey = "";
  private Object journalKey = "";
  private long applied;
  private int pending;

  /**
   * @param journaling whether changes are appended to the journal; otherwise each writes index.json
   */
  LayoutIndex(Path folder, Catalog.Manifests manifests, boolean journaling) {
    this.folder = folder;
    this.listing = folder.resolve(LISTING);
    this.journal = folder.resolve(JOURNAL);
    this.manifests = manifests;
    this.journaling = journaling;
  }

  // ---- reading

  /** Asks about what is listed now, also by other processes. The question must be quick. */
  <T> T ask(Function<Catalog, T> question) {
    state.lock();
    try {
      return question.apply(refreshed());
    } catch (NoSuchFileException e) {
      throw new AssayException(
          Code.NOT_A_LAYOUT, "no index.json in " + Text.quote(folder.toString()), e);
    } catch (IOException e) {
      throw DurableFiles.unreadable(listing, e);
    } finally {
      state.unlock();
    }
  }

  // A file that is replaced by renaming has another inode, so the same time does not deceive.
  private static Object key(BasicFileAttributes file) {
    return List.of(
        Objects.requireNonNullElse(file.fileKey(), ""), file.lastModifiedTime(), file.size());
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private Catalog refreshed() throws IOException {
    while (true) {
      Object now = key(attributes(listing));
      Catalog current = catalog;
      if (current == null || !now.equals(listingKey)) {
        byte[] bytes = DurableFiles.read(listing, Limits.LAYOUT_INDEX_BYTES);
        current = Catalog.read(bytes, manifests, Optional.ofNullable(current));
        catalog = current;
        listingKey = now;
        journalKey = "";
        applied = 0;
        pending = 0;
      }
      // Between the two readings another process may have moved the journal into index.json.
      if (catchUp(current) && key(attributes(listing)).equals(listingKey)) {
        return current;
      }
      listingKey = "";
    }
  }

  /** Applies what was appended since; false if the journal is another one than the last time. */
  private boolean catchUp(Catalog current) throws IOException {
    BasicFileAttributes file;
    try {
      file = attributes(journal);
    } catch (NoSuchFileException e) {
      return applied == 0;
    }
    Object inode = Objects.requireNonNullElse(file.fileKey(), "");
    if (applied > 0 && (!inode.equals(journalKey) || file.size() < applied)) {
      return false;
    }
    journalKey = inode;
    if (file.size() > applied) {
      apply(tail(file.size()), current);
    }
    return true;
  }

  private byte[] tail(long size) throws IOException {
    if (size - applied > Limits.LAYOUT_INDEX_BYTES) {
      throw new AssayException(
          Code.TOO_LARGE, Text.quote(journal.toString()) + " has " + size + " bytes");
    }
    try (FileChannel in =
        FileChannel.open(journal, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      ByteBuffer buffer = ByteBuffer.allocate((int) (size - applied));
      while (buffer.hasRemaining() && in.read(buffer, applied + buffer.position()) >= 0) {}
      return Arrays.copyOf(buffer.array(), buffer.position());
    }
  }

  private void apply(byte[] bytes, Catalog current) {
    int from = 0;
    for (int end; (end = newline(bytes, from)) >= 0; from = end + 1) {
      Optional<Catalog.Change> change = change(Arrays.copyOfRange(bytes, from, end));
      if (change.isEmpty()) {
        if (end + 1 < bytes.length) {
          throw new AssayException(
              Code.FILE_UNREADABLE, Text.quote(journal.toString()) + " is damaged");
        }
        return;
      }
      current.apply(change.get());
      applied += end + 1 - from;
      pending++;
    }
  }

  private static int newline(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  static byte[] line(Catalog.Change change) {
    Json.Builder json = Json.object();
    if (change instanceof Catalog.Change.Put put) {
      json.put("put", put.entry().json()).putIf("tag", put.tag());
    } else if (change instanceof Catalog.Change.Untag untag) {
      json.put("untag", untag.tag());
    } else if (change instanceof Catalog.Change.Remove remove) {
      json.put("remove", remove.digest().toString());
    }
    byte[] body = Text.utf8(json.build().compact());
    return Text.utf8(sum(body) + " " + Text.utf8(body) + "\n");
  }

  private static String sum(byte[] body) {
    return Hex.encode(Hashes.sha256(body)).substring(0, SUM);
  }

  /** Empty for a line that was not written whole. */
  static Optional<Catalog.Change> change(byte[] line) {
    if (line.length <= SUM || line[SUM] != ' ') {
      return Optional.empty();
    }
    byte[] body = Arrays.copyOfRange(line, SUM + 1, line.length);
    if (!Arrays.equals(Text.utf8(sum(body)), Arrays.copyOf(line, SUM))) {
      return Optional.empty();
    }
    Fields f = Fields.of(Json.parse(body, Limits.MANIFEST_BYTES), JOURNAL, Code.BAD_MANIFEST);
    if (f.has("untag")) {
      return Optional.of(new Catalog.Change.Untag(f.string("untag")));
    }
    return Optional.of(
        f.has("remove")
            ? new Catalog.Change.Remove(f.digest("remove"))
            : new Catalog.Change.Put(Descriptor.of(f.object("put")), f.optionalString("tag")));
  }

  // ---- writing

  /** Runs something while nobody else, in this process or another, changes the layout. */
  <T> T exclusively(Action<T> action) throws IOException {
    Writer writer = WRITERS.computeIfAbsent(folder.toRealPath(), f -> new Writer());
    writer.turn.lock();
    try {
      if (writer.turn.getHoldCount() > 1) {
        return action.run();
      }
      try (FileChannel channel =
              FileChannel.open(
                  folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock held = channel.lock()) {
        if (!held.isValid()) {
          throw new IOException("the lock was lost");
        }
        return action.run();
      }
    } finally {
      writer.turn.unlock();
    }
  }

  /** Whether the changes changed anything; then they are on disk. */
  boolean change(List<? extends Catalog.Change> changes) throws IOException {
    return exclusively(() -> {
      int size = ask(Catalog::size);
      List<? extends Catalog.Change> wanted =
          ask(c -> changes.stream().filter(c::wouldChange).toList());
      if (wanted.isEmpty()) {
        return false;
      }
      if (!journaling || pending + wanted.size() > size / 8) {
        compact(wanted);
      } else {
        append(wanted);
      }
      return true;
    });
  }

  /** Brings index.json up to date if the journal has not changed for a while. */
  void settle(Duration quiet) throws IOException {
    BasicFileAttributes file;
    try {
      file = attributes(journal);
    } catch (NoSuchFileException e) {
      return;
    }
    Instant changed = file.lastModifiedTime().toInstant();
    if (Duration.between(changed, Instant.now()).compareTo(quiet) >= 0) {
      exclusively(() -> {
        compact(List.of());
        return true;
      });
    }
  }

  private void compact(List<? extends Catalog.Change> changes) throws IOException {
    state.lock();
    try {
      Catalog current = refreshed();
      // Until index.json is written, what is in memory is not on disk.
      listingKey = "";
      changes.forEach(current::apply);
      byte[] bytes = current.listing();
      if (bytes.length > Limits.LAYOUT_INDEX_BYTES) {
        throw new AssayException(
            Code.TOO_LARGE, "index.json would have " + bytes.length + " bytes");
      }
      DurableFiles.replace(listing, bytes);
      Files.deleteIfExists(journal);
      listingKey = key(attributes(listing));
      journalKey = "";
      applied = 0;
      pending = 0;
    } finally {
      state.unlock();
    }
  }

  private void append(List<? extends Catalog.Change> changes) throws IOException {
    java.io.ByteArrayOutputStream lines = new java.io.ByteArrayOutputStream();
    for (Catalog.Change change : changes) {
      lines.writeBytes(line(change));
    }
    boolean fresh = !Files.exists(journal, LinkOption.NOFOLLOW_LINKS);
    try (FileChannel out =
        FileChannel.open(
            journal,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS)) {
      // What a crash left behind the last whole line.
      if (out.size() > applied) {
        out.truncate(applied);
      }
      out.position(applied);
      ByteBuffer buffer = ByteBuffer.wrap(lines.toByteArray());
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
      out.force(false);
    }
    if (fresh) {
      DurableFiles.forceFolder(folder);
    }
  }
}
