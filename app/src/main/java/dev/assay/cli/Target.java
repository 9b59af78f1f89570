package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hasher;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * What a command line names: a file where there is one of that name or the name begins with a dot
 * or a slash or looks like nothing but a file ({@code pay.tar.gz}: no registry, no tag, no digest,
 * a dot in its last part), otherwise an image. A misspelt file must not be asked for at Docker Hub.
 */
final class Target {

  private static final int CHUNK = 1 << 16;

  private Target() {}

  static boolean isFile(String name, Context context) {
    if (name.startsWith("/") || name.startsWith("./") || name.startsWith("../")) {
      return true;
    }
    return Files.isRegularFile(context.path(name)) || looksLikeFile(name);
  }

  private static boolean looksLikeFile(String name) {
    int slash = name.lastIndexOf('/');
    String last = name.substring(slash + 1);
    int first = name.indexOf('/');
    boolean registry =
        first >= 0 && (name.substring(0, first).indexOf('.') >= 0 || name.startsWith("localhost/"));
    return !registry && name.indexOf(':') < 0 && name.indexOf('@') < 0 && last.indexOf('.') > 0;
  }

  /**
   * The SHA-256 of a file, read in pieces.
   *
   * @throws AssayException with {@link Code#FILE_UNREADABLE}
   */
  static Digest digest(String name, Context context) {
    return digest(context.path(name), Digest.Algorithm.SHA256);
  }

  /** As {@link #digest(String, Context)}, by another hash. */
  static Digest digest(Path path, Digest.Algorithm algorithm) {
    String name = String.valueOf(path.getFileName());
    Hasher hasher = Hasher.of(algorithm);
    try (InputStream in = Files.newInputStream(path)) {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (attributes.isDirectory()) {
        throw new AssayException(Code.FILE_UNREADABLE, name + " is a folder");
      }
      // One more than it has, so that its end is seen; it may grow, and a device has no size.
      boolean small = attributes.isRegularFile() && attributes.size() < CHUNK;
      byte[] buffer = new byte[small ? (int) attributes.size() + 1 : CHUNK];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        hasher.update(buffer, 0, n);
      }
    } catch (NoSuchFileException e) {
      throw new AssayException(Code.FILE_UNREADABLE, "there is no file " + Text.printable(name), e);
    } catch (IOException e) {
      throw new AssayException(Code.FILE_UNREADABLE, "cannot read " + Text.printable(name), e);
    }
    return hasher.finish();
  }

  /** The content of a file, which has at most so many bytes. */
  static byte[] content(Path path, int limit) {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(limit);
      if (bytes.length == limit && in.read() >= 0) {
        throw new AssayException(
            Code.TOO_LARGE,
            path.getFileName()
                + " has more than "
                + limit
                + " bytes, which its key signs as a whole");
      }
      return bytes;
    } catch (IOException e) {
      throw new AssayException(
          Code.FILE_UNREADABLE, "cannot read " + Text.printable(path.toString()), e);
    }
  }
}
