package dev.assay.ledger;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;

/**
 * The right to write to a ledger, held by one owner at a time: an advisory lock on the file {@code
 * lock}, which the system releases when the process ends, however it ends.
 */
final class LedgerLock implements AutoCloseable {

  static final String FILE = "lock";

  // POSIX drops a process's lock when the process closes any descriptor of the file, so a second
  // attempt in this process must not even open it.
  private static final Set<Object> HELD = new HashSet<>();

  private final Object identity;
  private final FileChannel channel;

  private LedgerLock(Object identity, FileChannel channel) {
    this.identity = identity;
    this.channel = channel;
  }

  /**
   * @throws AssayException with {@link Code#LEDGER_LOCKED} if another holds it
   */
  static LedgerLock acquire(Path folder) throws IOException {
    Object identity = identity(folder);
    synchronized (HELD) {
      if (!HELD.add(identity)) {
        throw locked(folder, "this process");
      }
    }
    boolean held = false;
    try {
      LedgerLock lock = open(folder, identity);
      held = true;
      return lock;
    } finally {
      if (!held) {
        release(identity);
      }
    }
  }

  @SuppressWarnings("resource") // the lock owns the channel
  private static LedgerLock open(Path folder, Object identity) throws IOException {
    Path file = folder.resolve(FILE);
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    boolean held = false;
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw locked(folder, holder(channel));
      }
      String pid = ProcessHandle.current().pid() + "\n";
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
      held = true;
      return new LedgerLock(identity, channel);
    } finally {
      if (!held) {
        channel.close();
      }
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(20);
    channel.read(buffer, 0);
    String pid = new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
    return pid.isBlank() ? "another process" : "process " + Text.printable(pid.strip());
  }

  // Two paths to one folder (links, bind mounts) are one folder.
  private static Object identity(Path folder) throws IOException {
    Object key = Files.readAttributes(folder, BasicFileAttributes.class).fileKey();
    return key == null ? folder.toRealPath() : key;
  }

  private static AssayException locked(Path folder, String holder) {
    return new AssayException(
        Code.LEDGER_LOCKED,
        folder + " is being written to by " + holder,
        "wait for it to end, or stop it; readers need no lock");
  }

  private static void release(Object identity) {
    synchronized (HELD) {
      HELD.remove(identity);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      release(identity);
    }
  }
}
