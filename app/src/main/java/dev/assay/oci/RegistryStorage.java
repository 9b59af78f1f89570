package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The folder of a registry. Each repository is an image layout of its own, in a folder that is the
 * repository's name with {@code +} for {@code /}: {@code team/app} lies in {@code team+app}.
 * ({@code +} is in no repository name, so names never meet each other or the files of a layout.)
 */
final class RegistryStorage {

  private final Path folder;
  private final Map<String, ImageLayout> open = new ConcurrentHashMap<>();

  RegistryStorage(Path folder) {
    this.folder = folder;
    try {
      Files.createDirectories(folder);
      for (String repository : repositories()) {
        removeTemporary(path(repository));
      }
    } catch (IOException e) {
      throw DurableFiles.unwritable(folder, e);
    }
  }

  // Left over when a server was killed. A layout that another process writes to is not touched
  // by this for a day.
  private static void removeTemporary(Path layout) throws IOException {
    long old = System.currentTimeMillis() - 24 * 60 * 60 * 1000L;
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(layout, DurableFiles.TEMPORARY_PREFIX + "*")) {
      for (Path file : files) {
        try {
          if (Files.getLastModifiedTime(file).toMillis() < old) {
            Files.deleteIfExists(file);
          }
        } catch (NoSuchFileException e) {
          // Its writer was done with it.
        }
      }
    }
  }

  private Path path(String repository) {
    return folder.resolve(repository.replace('/', '+'));
  }

  /** The repository, if there is one. */
  Optional<ImageLayout> find(String repository) {
    ImageLayout known = open.get(repository);
    if (known != null) {
      return Optional.of(known);
    }
    if (!Files.exists(path(repository).resolve(ImageLayout.MARKER))) {
      return Optional.empty();
    }
    return Optional.of(open.computeIfAbsent(repository, r -> ImageLayout.open(path(r), true)));
  }

  ImageLayout findOrCreate(String repository) {
    return open.computeIfAbsent(repository, r -> ImageLayout.openOrCreate(path(r), true));
  }

  /** All repositories, in the order of their characters. */
  NavigableSet<String> repositories() {
    TreeSet<String> names = new TreeSet<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(folder)) {
      for (Path entry : folders) {
        String name = String.valueOf(entry.getFileName()).replace('+', '/');
        if (Names.isRepository(name) && Files.exists(entry.resolve(ImageLayout.MARKER))) {
          names.add(name);
        }
      }
    } catch (IOException e) {
      throw new AssayException(
          Code.FILE_UNREADABLE, Text.quote(folder.toString()) + " cannot be listed", e);
    }
    return names;
  }

  /** Brings each index.json up to date that has not changed for a while. */
  void settle(Duration quiet) {
    for (ImageLayout layout : open.values()) {
      try {
        layout.settle(quiet);
      } catch (IOException | AssayException e) {
        // The journal is as good; the next time it may work.
      }
    }
  }
}
