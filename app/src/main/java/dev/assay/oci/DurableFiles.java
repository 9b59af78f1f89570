package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Files that are either as before or complete and on disk, whenever the machine stops. */
final class DurableFiles {

  /** How files in the making are called; they may be removed when nothing is running. */
  static final String TEMPORARY_PREFIX = ".tmp-";

  private DurableFiles() {}

  static Path temporary(Path folder) throws IOException {
    return Files.createTempFile(folder, TEMPORARY_PREFIX, "");
  }

  /** The folder that a file is in. */
  static Path parent(Path file) {
    return java.util.Objects.requireNonNullElse(file.toAbsolutePath().getParent(), file);
  }

  static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
      out.force(true);
    }
  }

  static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  static void forceFolder(Path folder) {
    // Opening a folder works on Linux and macOS; elsewhere renames are durable by themselves.
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Not supported here.
    }
  }

  static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceFolder(parent(to));
  }

  static void replace(Path file, byte[] bytes) throws IOException {
    Path temporary = temporary(parent(file));
    try {
      write(temporary, bytes);
      rename(temporary, file);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * @throws AssayException with {@link Code#TOO_LARGE}
   */
  static byte[] read(Path file, int limit) throws IOException {
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = in.readNBytes(limit);
      if (bytes.length == limit && in.read() >= 0) {
        throw new AssayException(
            Code.TOO_LARGE, Text.quote(file.toString()) + " has more than " + limit + " bytes");
      }
      return bytes;
    }
  }

  static AssayException unreadable(Path file, IOException cause) {
    return new AssayException(
        Code.FILE_UNREADABLE,
        Text.quote(file.toString()) + " cannot be read: " + Text.printable(reason(cause)),
        cause);
  }

  static AssayException unwritable(Path file, IOException cause) {
    return new AssayException(
        Code.FILE_UNWRITABLE,
        Text.quote(file.toString()) + " cannot be written: " + Text.printable(reason(cause)),
        cause);
  }

  private static String reason(IOException cause) {
    if (cause instanceof NoSuchFileException) {
      return "there is no such file or folder";
    }
    String message = cause.getMessage();
    return cause.getClass().getSimpleName() + (message == null ? "" : ": " + message);
  }
}
