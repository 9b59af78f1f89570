package dev.assay.roots;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.trust.tuf.TufState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is kept of one TUF repository: its verified files in a folder that is itself a mirror, and
 * when they were fetched. Each file is replaced whole; the timestamp comes last, and until then a
 * reader sees the state before.
 */
final class TufStore {

  /** Beside the files, and none of the repository's. */
  private static final String NOTE = "updated.json";

  private static final String TIMESTAMP = "timestamp.json";
  private static final int MAX_FILES = 2_000;

  private final Path folder;

  TufStore(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  boolean isThere() {
    return Files.isRegularFile(folder.resolve(TIMESTAMP));
  }

  /**
   * What is kept, unverified; empty if there is nothing.
   *
   * @throws AssayException with {@link Code#FILE_UNREADABLE}, {@link Code#TOO_LARGE} or {@link
   *     Code#TOO_MANY}
   */
  TufState load() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (Path file : list()) {
      files.put(name(file), FolderMirror.read(file, Limits.TUF_TARGETS_BYTES));
    }
    return new TufState(files);
  }

  private List<Path> list() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> walk = Files.walk(folder)) {
      List<Path> out = new ArrayList<>();
      walk.filter(f -> Files.isRegularFile(f) && !name(f).equals(NOTE))
          .limit(MAX_FILES + 1L)
          .forEach(out::add);
      if (out.size() > MAX_FILES) {
        throw new AssayException(Code.TOO_MANY, folder + " has more than " + MAX_FILES + " files");
      }
      return out;
    } catch (IOException | UncheckedIOException e) {
      throw new AssayException(
          Code.FILE_UNREADABLE, "couldn't read " + folder + ": " + e.getMessage(), e);
    }
  }

  private String name(Path file) {
    return folder.relativize(file).toString().replace('\\', '/');
  }

  /** When this was last updated; empty if that was never. */
  Optional<Instant> updated() {
    Path file = folder.resolve(NOTE);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    Fields f =
        Fields.of(
            Json.parse(FolderMirror.read(file, Limits.KEY_BYTES), Limits.KEY_BYTES),
            file.toString());
    return Optional.of(f.time("updated"));
  }

  /**
   * @throws AssayException with {@link Code#FILE_UNWRITABLE}
   */
  void save(TufState state, Instant updated, String from) {
    try {
      Files.createDirectories(folder);
      for (Map.Entry<String, byte[]> file : state.files().entrySet()) {
        if (file.getKey().equals(TIMESTAMP)) {
          byte[] note =
              Text.utf8(
                  Json.object()
                      .put("updated", updated.toString())
                      .put("from", from)
                      .build()
                      .pretty());
          write(folder.resolve(NOTE), note);
        }
        write(folder.resolve(file.getKey()), file.getValue());
      }
      for (Path file : list()) {
        if (!state.files().containsKey(name(file))) {
          Files.deleteIfExists(file);
        }
      }
    } catch (NoSuchFileException e) {
      throw unwritable(e);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private AssayException unwritable(IOException e) {
    return new AssayException(
        Code.FILE_UNWRITABLE, "couldn't write to " + folder + ": " + e.getMessage(), e);
  }

  private static void write(Path file, byte[] content) throws IOException {
    Files.createDirectories(file.getParent());
    Path temporary = Files.createTempFile(file.getParent(), ".assay-", ".tmp");
    try {
      Files.write(temporary, content);
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
