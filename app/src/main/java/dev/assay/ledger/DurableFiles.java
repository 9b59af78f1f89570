package dev.assay.ledger;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Writes files so that they are on disk when {@link #sync} has returned; one call does for many
 * files, and costs little more than for one. A file that others may read under its name is written
 * beside and renamed, so that a crash leaves the old content or the new, never a mixture.
 */
final class DurableFiles {

  private static final String BESIDE = ".new";
  private static final boolean FOLDERS_SYNC =
      !System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");

  private final Set<Path> unflushed = new LinkedHashSet<>();
  private final Set<Path> folders = new LinkedHashSet<>();

  /** Replaces a file, or makes it. Durable after {@link #sync}; whole at any time. */
  void replace(Path file, byte[] content) throws IOException {
    create(folderOf(file));
    Path beside = file.resolveSibling(file.getFileName() + BESIDE);
    put(beside, content);
    flush(beside);
    unflushed.remove(beside);
    rename(beside, file);
  }

  /**
   * Writes a file that nothing refers to before {@link #sync} has returned. What is left there by a
   * crash is not written into but taken away first: a backup may share it by a link.
   */
  void put(Path file, byte[] content) throws IOException {
    create(folderOf(file));
    Files.deleteIfExists(file);
    write(file, content, StandardOpenOption.CREATE_NEW);
  }

  private void write(Path file, byte[] content, StandardOpenOption how) throws IOException {
    try (FileChannel channel = FileChannel.open(file, how, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }
    unflushed.add(file);
    folders.add(folderOf(file));
  }

  private static void flush(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    folders.add(folderOf(to));
  }

  /** A new file that only its owner reads; never over another. */
  void writeSecret(Path file, byte[] content) throws IOException {
    if (posix(folderOf(file))) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } else {
      Files.createFile(file);
    }
    write(file, content, StandardOpenOption.TRUNCATE_EXISTING);
  }

  /** Creates a folder and those above it. */
  void create(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path above = folderOf(folder);
    create(above);
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      // Another thread or process was quicker; its name is made durable here too.
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
    folders.add(above);
  }

  /** Creates a folder that only its owner enters. */
  void createSecret(Path folder) throws IOException {
    Path above = folderOf(folder);
    create(above);
    if (Files.isDirectory(folder)) {
      return;
    }
    if (posix(above)) {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectory(folder);
    }
    folders.add(above);
  }

  private static boolean posix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** Makes everything durable: contents first, then names. */
  void sync() throws IOException {
    for (Path file : unflushed) {
      flush(file);
    }
    unflushed.clear();
    if (FOLDERS_SYNC) {
      for (Path folder : folders) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
          channel.force(true);
        }
      }
    }
    folders.clear();
  }

  private static Path folderOf(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? path.toAbsolutePath() : parent;
  }

  /**
   * Reads a file; absent when there is none.
   *
   * @throws AssayException with {@link Code#TOO_LARGE} if it has more than {@code limit} bytes
   */
  static Optional<byte[]> read(Path file, int limit) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(limit);
      if (in.read() >= 0) {
        throw new AssayException(Code.TOO_LARGE, file + " has more than " + limit + " bytes");
      }
      return Optional.of(content);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Removes a folder of plain files, as far as it can be. */
  static void removeFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (var files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }
}
