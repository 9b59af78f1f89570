package dev.assay.roots;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.trust.tuf.TufFetcher;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A TUF repository in a folder or on a medium: as it is published, as {@code assay trust update}
 * keeps it, or as its sources hold it (roots under {@code root_history}, names without versions and
 * digests, metadata in a folder of its own). What a file holds is verified, so it does not matter
 * which of them it was.
 */
public final class FolderMirror implements TufFetcher {

  private final Path folder;

  /**
   * @throws AssayException with {@link Code#FILE_UNREADABLE} if it is no folder
   */
  public FolderMirror(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new AssayException(Code.FILE_UNREADABLE, "there is no folder " + folder);
    }
    this.folder = folder;
  }

  @Override
  public Optional<byte[]> fetch(String name, int maxBytes) {
    for (String candidate : candidates(name)) {
      Path file = folder.resolve(candidate);
      if (Files.isRegularFile(file)) {
        return Optional.of(read(file, maxBytes));
      }
    }
    return Optional.empty();
  }

  private static List<String> candidates(String name) {
    List<String> out = new ArrayList<>();
    if (name.startsWith("targets/")) {
      out.add(name);
      int last = name.lastIndexOf('/') + 1;
      out.add(name.substring(0, last) + name.substring(name.indexOf('.', last) + 1));
      return out;
    }
    for (String place : List.of("", "metadata/")) {
      out.add(place + name);
      if (name.endsWith(".root.json")) {
        // Never without its number: an absent next root is the end of the walk.
        out.add(place + "root_history/" + name);
      } else if (name.charAt(0) >= '0' && name.charAt(0) <= '9') {
        out.add(place + name.substring(name.indexOf('.') + 1));
      }
    }
    return out;
  }

  static byte[] read(Path file, int maxBytes) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(maxBytes);
      if (bytes.length == maxBytes && in.read() >= 0) {
        throw new AssayException(Code.TOO_LARGE, file + " has more than " + maxBytes + " bytes");
      }
      return bytes;
    } catch (IOException e) {
      throw new AssayException(
          Code.FILE_UNREADABLE, "couldn't read " + file + ": " + e.getMessage(), e);
    }
  }
}
