package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Reads what the user names, with a cap, and writes what commands make, whole or not at all. */
final class Inputs {

  private Inputs() {}

  /**
   * Reads a file, or standard input for {@code -}.
   *
   * @throws AssayException with {@link Code#FILE_UNREADABLE} or {@link Code#TOO_LARGE}
   */
  static byte[] read(Context context, String name, int limit) {
    try {
      if (name.equals("-")) {
        return capped(context.in(), name, limit);
      }
      Path path = context.path(name);
      if (Files.isDirectory(path)) {
        throw new AssayException(Code.FILE_UNREADABLE, name + " is a folder");
      }
      try (InputStream in = Files.newInputStream(path)) {
        return capped(in, name, limit);
      }
    } catch (NoSuchFileException e) {
      throw new AssayException(Code.FILE_UNREADABLE, "there is no file " + name, e);
    } catch (IOException e) {
      throw new AssayException(
          Code.FILE_UNREADABLE, "couldn't read " + name + ": " + e.getMessage(), e);
    }
  }

  private static byte[] capped(InputStream in, String name, int limit) throws IOException {
    byte[] bytes = in.readNBytes(limit);
    if (bytes.length == limit && in.read() >= 0) {
      throw new AssayException(Code.TOO_LARGE, name + " has more than " + limit + " bytes");
    }
    return bytes;
  }

  /**
   * Writes a new file by a temporary one beside it; an existing file is replaced only if {@code
   * replace}.
   *
   * @throws AssayException with {@link Code#FILE_EXISTS} or {@link Code#FILE_UNWRITABLE}
   */
  static void write(Context context, String name, byte[] bytes, boolean replace) {
    Path path = context.path(name);
    if (!replace && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new AssayException(
          Code.FILE_EXISTS, name + " exists already", "--replace, or another name");
    }
    Path temporary = null;
    try {
      Path folder = path.toAbsolutePath().getParent();
      temporary = Files.createTempFile(folder, ".assay-", ".tmp");
      Files.write(temporary, bytes, StandardOpenOption.TRUNCATE_EXISTING);
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (temporary != null) {
        deleteQuietly(temporary);
      }
      throw new AssayException(
          Code.FILE_UNWRITABLE, "couldn't write " + name + ": " + e.getMessage(), e);
    }
  }

  private static void deleteQuietly(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // The temporary file stays; the failure that led here is the one to tell.
    }
  }
}
