package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Removes from a registry's folder what nobody can ask for: blobs that no manifest names and, if
 * wanted, manifests without a tag. What a tag leads to is kept, with what refers to it, however
 * far.
 *
 * <p>The registry may be serving. What was uploaded, or asked for, within the time of grace is
 * kept: a push in progress uploads blobs before the manifest that names them. Should a blob go in
 * the moment between, the registry refuses the manifest; it never lists one whose parts are gone.
 */
public final class RegistryCollector {

  /** What there was to remove in one repository; bytes of files, also where they are hard links. */
  public record Collected(String repository, int manifests, int blobs, long bytes) {}

  private final RegistryStorage storage;
  private final Duration grace;
  private final boolean untagged;
  private final boolean dryRun;

  /**
   * @param grace how long ago the last use of something must be
   * @param untagged whether manifests go that no tag leads to
   * @param dryRun whether nothing is removed, only counted
   * @throws AssayException with {@link Code#FILE_UNREADABLE} if there is no such folder
   */
  public RegistryCollector(Path folder, Duration grace, boolean untagged, boolean dryRun) {
    if (!Files.isDirectory(folder)) {
      throw new AssayException(Code.FILE_UNREADABLE, "no folder " + Text.quote(folder.toString()));
    }
    this.storage = new RegistryStorage(folder);
    this.grace = grace;
    this.untagged = untagged;
    this.dryRun = dryRun;
  }

  /** Goes through all repositories, in the order of their names. */
  public List<Collected> run() throws IOException {
    List<Collected> all = new ArrayList<>();
    for (String name : storage.repositories()) {
      Optional<ImageLayout> layout = storage.find(name);
      if (layout.isPresent()) {
        all.add(new Repository(name, layout.get()).collect());
      }
    }
    return all;
  }

  /** One repository. */
  private final class Repository {
    private final String name;
    private final ImageLayout layout;
    private final Instant limit = Instant.now().minus(grace);

    // Manifests do not change: what one names is read once.
    private final Map<Digest, Content> read = new HashMap<>();
    private int manifests;
    private int blobs;
    private long bytes;

    Repository(String name, ImageLayout layout) {
      this.name = name;
      this.layout = layout;
    }

    Collected collect() throws IOException {
      // Once without the lock, so that little is left to read with it.
      wanted(living());
      layout.exclusively(() -> {
        Set<Digest> living = living();
        Set<Digest> dead = new HashSet<>();
        for (Descriptor entry : layout.ask(Catalog::entries)) {
          if (!living.contains(entry.digest()) && dead.add(entry.digest())) {
            removeManifest(entry.digest());
          }
        }
        sweep(wanted(living), dead);
        return true;
      });
      return new Collected(name, manifests, blobs, bytes);
    }

    /** The manifests that stay. */
    private Set<Digest> living() {
      List<Descriptor> entries = layout.ask(Catalog::entries);
      Set<Digest> living = new HashSet<>();
      Deque<Digest> open = new ArrayDeque<>();
      for (Descriptor entry : entries) {
        if (!untagged || entry.tag().isPresent() || isYoung(entry.digest())) {
          open.add(entry.digest());
        }
      }
      while (!open.isEmpty()) {
        Digest digest = open.remove();
        if (living.add(digest)) {
          for (Descriptor referrer : layout.ask(c -> c.referrers(digest))) {
            open.add(referrer.digest());
          }
          if (content(digest).orElse(null) instanceof Index index) {
            index.manifests().forEach(child -> open.add(child.digest()));
          }
        }
      }
      return living;
    }

    private Optional<Content> content(Digest digest) {
      Content known = read.get(digest);
      if (known != null) {
        return Optional.of(known);
      }
      Optional<Content> found =
          layout.rawManifest(digest).map(b -> Content.parse(b, Content.detect(b)));
      found.ifPresent(content -> read.put(digest, content));
      return found;
    }

    /**
     * What the living rest on.
     *
     * @throws AssayException if a manifest cannot be read: then it is not known what it names, and
     *     nothing is removed
     */
    private Set<Digest> wanted(Set<Digest> living) {
      Set<Digest> wanted = new HashSet<>(living);
      for (Digest digest : living) {
        content(digest).ifPresent(c -> c.references().forEach(part -> wanted.add(part.digest())));
      }
      return wanted;
    }

    private boolean isYoung(Digest digest) {
      try {
        return !Files.getLastModifiedTime(layout.blobPath(digest), LinkOption.NOFOLLOW_LINKS)
            .toInstant()
            .isBefore(limit);
      } catch (IOException e) {
        return true;
      }
    }

    private void removeManifest(Digest digest) throws IOException {
      manifests++;
      bytes += size(layout.blobPath(digest));
      if (!dryRun) {
        layout.removeManifest(digest);
      }
    }

    private static long size(Path file) throws IOException {
      try {
        return Files.size(file);
      } catch (NoSuchFileException e) {
        return 0;
      }
    }

    private void sweep(Set<Digest> wanted, Set<Digest> counted) throws IOException {
      for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
        Path folder = layout.folder().resolve("blobs").resolve(algorithm.id());
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
          continue;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
          for (Path file : files) {
            String text = algorithm.id() + ":" + file.getFileName();
            if (Digest.isDigest(text)) {
              sweep(Digest.parse(text), file, wanted, counted);
            }
          }
        }
      }
    }

    private void sweep(Digest digest, Path file, Set<Digest> wanted, Set<Digest> counted)
        throws IOException {
      if (wanted.contains(digest) || counted.contains(digest) || isYoung(digest)) {
        return;
      }
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (attributes.isRegularFile()) {
        blobs++;
        bytes += attributes.size();
        if (!dryRun) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
