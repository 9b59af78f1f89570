package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hasher;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;

/**
 * Makes a layer of files on disk. The same files give the same bytes: entries are sorted by path,
 * times are one given time, owners are 0, of the permissions only "executable" is kept, and the
 * gzip header names neither file nor time nor system.
 */
public final class LayerBuilder {

  private static final int MOST_ENTRIES = 1_000_000;

  /**
   * @param diffId the digest of the archive before compression, which the config names
   */
  public record Layer(Path file, Descriptor descriptor, Digest diffId) {}

  private final Instant time;

  // In the archive, where on disk (or, for folders above, nothing).
  private final Map<String, Entry> entries = new TreeMap<>();

  private sealed interface Entry {}

  private record Folder() implements Entry {}

  private record FileOf(Path path) implements Entry {}

  private record Link(String target) implements Entry {}

  /**
   * @param time of every entry
   */
  public LayerBuilder(Instant time) {
    this.time = time;
  }

  /**
   * Adds a file, or everything in a folder.
   *
   * @param at the absolute path in the image that it becomes
   * @throws AssayException with {@link Code#UNSAFE_PATH} if that path is not absolute and plain,
   *     with {@link Code#FILE_UNREADABLE} if the source cannot be read or is no file, folder or
   *     link
   */
  public LayerBuilder add(Path source, String at) {
    String target = inArchive(at);
    try {
      BasicFileAttributes kind =
          Files.readAttributes(source, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (kind.isDirectory()) {
        addFolder(source, target);
      } else {
        if (target.isEmpty()) {
          throw new AssayException(
              Code.UNSAFE_PATH, "a file needs a path in the image: " + Text.quote(at));
        }
        addAbove(target);
        put(target, entry(source, kind));
      }
    } catch (IOException e) {
      throw DurableFiles.unreadable(source, e);
    }
    return this;
  }

  /** The path without its leading slash; empty for the root. */
  static String inArchive(String at) {
    if (!at.startsWith("/") || at.indexOf('\0') >= 0 || at.length() > 4096) {
      throw new AssayException(
          Code.UNSAFE_PATH, "not an absolute path in the image: " + Text.quote(at));
    }
    StringBuilder out = new StringBuilder();
    for (String part : at.split("/")) {
      if (part.equals("..") || part.equals(".")) {
        throw new AssayException(
            Code.UNSAFE_PATH, "not a plain path in the image: " + Text.quote(at));
      }
      if (!part.isEmpty()) {
        out.append(out.isEmpty() ? "" : "/").append(part);
      }
    }
    return out.toString();
  }

  private void addFolder(Path source, String target) throws IOException {
    if (!target.isEmpty()) {
      addAbove(target);
      put(target, new Folder());
    }
    Files.walkFileTree(
        source,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes kind) {
            if (!folder.equals(source)) {
              put(name(folder), new Folder());
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes kind) throws IOException {
            put(name(file), entry(file, kind));
            return FileVisitResult.CONTINUE;
          }

          private String name(Path file) {
            String relative = source.relativize(file).toString().replace('\\', '/');
            return target.isEmpty() ? relative : target + "/" + relative;
          }
        });
  }

  private static Entry entry(Path file, BasicFileAttributes kind) throws IOException {
    if (kind.isSymbolicLink()) {
      return new Link(Files.readSymbolicLink(file).toString());
    }
    if (!kind.isRegularFile()) {
      throw new AssayException(
          Code.FILE_UNREADABLE, "neither file nor folder: " + Text.quote(file.toString()));
    }
    return new FileOf(file);
  }

  private void addAbove(String target) {
    for (int slash = target.indexOf('/'); slash > 0; slash = target.indexOf('/', slash + 1)) {
      entries.putIfAbsent(target.substring(0, slash), new Folder());
    }
  }

  private void put(String name, Entry entry) {
    entries.put(name, entry);
    if (entries.size() > MOST_ENTRIES) {
      throw new AssayException(Code.TOO_MANY, "more than " + MOST_ENTRIES + " files for one layer");
    }
  }

  /**
   * Writes the layer to a file.
   *
   * @throws AssayException with {@link Code#FILE_UNREADABLE} or {@link Code#FILE_UNWRITABLE}
   */
  public Layer write(Path file) {
    try (OutputStream raw = new BufferedOutputStream(Files.newOutputStream(file), 64 << 10)) {
      Hashed compressed = new Hashed(raw);
      Hashed plain;
      try (GZIPOutputStream gzip = new GZIPOutputStream(compressed, 64 << 10)) {
        plain = new Hashed(gzip);
        try (TarWriter tar = new TarWriter(plain, time)) {
          for (Map.Entry<String, Entry> e : entries.entrySet()) {
            write(tar, e.getKey(), e.getValue());
          }
        }
      }
      Digest digest = compressed.hasher.finish();
      return new Layer(
          file,
          Descriptor.of(MediaTypes.LAYER_TAR_GZIP, digest, compressed.size),
          plain.hasher.finish());
    } catch (IOException e) {
      throw DurableFiles.unwritable(file, e);
    }
  }

  private static void write(TarWriter tar, String name, Entry entry) throws IOException {
    switch (entry) {
      case Folder f -> tar.folder(name);
      case Link link -> tar.link(name, link.target());
      case FileOf file -> {
        try (InputStream in = Files.newInputStream(file.path())) {
          long size = Files.size(file.path());
          tar.file(name, size, Files.isExecutable(file.path()) && isMarked(file.path()));
          byte[] buffer = new byte[64 << 10];
          for (int n; (n = in.read(buffer)) >= 0; ) {
            tar.write(buffer, 0, n);
          }
          tar.endFile(size);
        }
      }
    }
  }

  // Root may execute what nobody marked as executable: the mark counts, not who asks.
  private static boolean isMarked(Path file) throws IOException {
    try {
      return Files.getPosixFilePermissions(file).stream()
          .anyMatch(p -> p.name().endsWith("_EXECUTE"));
    } catch (UnsupportedOperationException e) {
      return true;
    }
  }

  /** Hashes and counts what passes; closing it leaves the stream below open. */
  private static final class Hashed extends FilterOutputStream {
    final Hasher hasher = Hasher.of(Digest.Algorithm.SHA256);
    long size;

    Hashed(OutputStream below) {
      super(below);
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      hasher.update(bytes, offset, length);
      size += length;
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
