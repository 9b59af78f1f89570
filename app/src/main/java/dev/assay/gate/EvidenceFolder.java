package dev.assay.gate;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.verify.Candidate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Evidence in a folder of the user's that nobody else can enter.
 *
 * <pre>
 *   blobs/51/51d0c2aa...     a piece of evidence, called by its SHA-256; compared with it whenever it is read
 *   seen/9f86d081...         what was seen of one digest in one repository: see {@link CacheEntry}
 * </pre>
 *
 * <p>Files are written beside their place and renamed, so any number of processes may use it. What
 * is not as it should be is removed and counts for nothing. What was used least lately goes when
 * the folder has grown too large.
 */
public final class EvidenceFolder implements EvidenceCache, AutoCloseable {

  /** How long the registry is believed to have nothing else. */
  public static final Duration LONGEST = Duration.ofHours(24);

  static final long MOST_BYTES = 256L << 20;

  /** Evidence about one digest together; more is fetched each time. */
  static final long MOST_OF_ONE = 32L << 20;

  private static final String TEMPORARY = ".tmp-";
  private static final Duration ABANDONED = Duration.ofHours(1);
  private static final long BLOCK = 4096;

  private final Path folder;
  private final InstantSource clock;
  private final boolean reading;
  private final long mostBytes;
  private final AtomicLong written = new AtomicLong();

  // Whether the folder is ours alone; looked at once, when it is first used.
  private volatile Optional<Boolean> usable = Optional.empty();

  /**
   * @param reading whether what is there is used; it is renewed in either case
   */
  public EvidenceFolder(Path folder, InstantSource clock, boolean reading) {
    this(folder, clock, reading, MOST_BYTES);
  }

  EvidenceFolder(Path folder, InstantSource clock, boolean reading, long mostBytes) {
    this.folder = folder;
    this.clock = clock;
    this.reading = reading;
    this.mostBytes = mostBytes;
  }

  @Override
  public Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }

  @Override
  public Optional<Kept> find(String repository, Digest subject) {
    if (!reading || !usable(false)) {
      return Optional.empty();
    }
    Optional<CacheEntry> entry = entry(repository, subject);
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    List<Candidate> evidence = new ArrayList<>();
    for (CacheEntry.Piece piece : entry.get().evidence()) {
      Optional<byte[]> bytes = blob(piece);
      if (bytes.isEmpty()) {
        return Optional.empty();
      }
      evidence.add(Candidate.of(piece.origin(), bytes.get()));
    }
    return Optional.of(new Kept(entry.get().listed(), entry.get().whole(), evidence));
  }

  private Optional<CacheEntry> entry(String repository, Digest subject) {
    Path file = seen(repository, subject);
    Optional<byte[]> bytes = read(file, CacheEntry.MOST_BYTES);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    CacheEntry entry;
    try {
      entry = CacheEntry.parse(bytes.get());
    } catch (AssayException e) {
      remove(file);
      return Optional.empty();
    }
    Instant now = clock.instant();
    boolean good =
        entry.repository().equals(repository)
            && entry.subject().equals(subject)
            && !entry.listed().isAfter(now)
            && entry.listed().isAfter(now.minus(LONGEST));
    return good ? Optional.of(entry) : Optional.empty();
  }

  private Optional<byte[]> blob(CacheEntry.Piece piece) {
    Path file = blobPath(piece.digest());
    Optional<byte[]> bytes = read(file, piece.size());
    if (bytes.isPresent()
        && (bytes.get().length != piece.size() || !Hashes.matches(piece.digest(), bytes.get()))) {
      remove(file);
      return Optional.empty();
    }
    return bytes;
  }

  @Override
  public void keep(String repository, Digest subject, Kept kept) {
    Map<Digest, Candidate> pieces = new LinkedHashMap<>();
    long bytes = 0;
    for (Candidate candidate : kept.evidence()) {
      if (candidate.failure().isEmpty()
          && candidate.bytes().length > 0
          && candidate.bytes().length <= Limits.EVIDENCE_BYTES
          && pieces.put(Hashes.sha256Digest(candidate.bytes()), candidate) == null) {
        bytes += candidate.bytes().length;
      }
    }
    if (pieces.isEmpty()
        || pieces.size() > CacheEntry.MOST_PIECES
        || bytes > MOST_OF_ONE
        || !usable(true)) {
      return;
    }
    Instant listed = kept.listed();
    boolean whole = kept.whole();
    List<CacheEntry.Piece> all = new ArrayList<>();
    for (Map.Entry<Digest, Candidate> piece : pieces.entrySet()) {
      if (!write(blobPath(piece.getKey()), piece.getValue().bytes())) {
        return;
      }
      all.add(
          new CacheEntry.Piece(
              Text.printable(piece.getValue().origin()),
              piece.getKey(),
              piece.getValue().bytes().length));
    }
    // What another question found stays, as old as it is.
    Optional<CacheEntry> before = reading ? entry(repository, subject) : Optional.empty();
    if (before.isPresent() && !whole) {
      List<CacheEntry.Piece> more =
          before.get().evidence().stream().filter(p -> !pieces.containsKey(p.digest())).toList();
      if (all.size() + more.size() <= CacheEntry.MOST_PIECES) {
        all.addAll(more);
        whole = before.get().whole();
        listed = before.get().listed();
      }
    }
    CacheEntry entry = new CacheEntry(repository, subject, listed, whole, all);
    write(seen(repository, subject), entry.bytes());
  }

  private Path seen(String repository, Digest subject) {
    return folder
        .resolve("seen")
        .resolve(Hex.encode(Hashes.sha256(Text.utf8(repository + "\n" + subject))));
  }

  private Path blobPath(Digest digest) {
    return folder.resolve("blobs").resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
  }

  // ---- files

  private boolean usable(boolean create) {
    Optional<Boolean> known = usable;
    if (known.isPresent()) {
      return known.get();
    }
    try {
      if (create && !Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
        Path parent = folder.toAbsolutePath().getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        if (isPosix()) {
          Files.createDirectory(
              folder,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
          Files.createDirectory(folder);
        }
      }
    } catch (IOException | UnsupportedOperationException e) {
      // Another process was first, or it cannot be made: what is there is looked at.
    }
    if (!create && !Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    boolean good = isOurs();
    usable = Optional.of(good);
    return good;
  }

  private boolean isPosix() {
    return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  // Whoever else could write there could not make anything verify; but could see what is verified
  // here, and withhold what speaks against it.
  private boolean isOurs() {
    try {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
      Set<PosixFilePermission> allowed = PosixFilePermissions.fromString("rwx------");
      return !isPosix()
          || allowed.containsAll(Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS));
    } catch (IOException e) {
      return false;
    }
  }

  private Optional<byte[]> read(Path file, int limit) {
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = in.readNBytes(limit);
      if (in.read() >= 0) {
        remove(file);
        return Optional.empty();
      }
      touch(file);
      return Optional.of(bytes);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  // When it was used last; not more often than is worth a write.
  private void touch(Path file) throws IOException {
    Instant now = clock.instant();
    if (Files.getLastModifiedTime(file).toInstant().isBefore(now.minus(ABANDONED))) {
      Files.setLastModifiedTime(file, FileTime.from(now));
    }
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It counts for nothing all the same.
    }
  }

  private boolean write(Path file, byte[] bytes) {
    Path parent = file.getParent();
    if (parent == null) {
      return false;
    }
    try {
      Files.createDirectories(parent);
      Path temporary = Files.createTempFile(parent, TEMPORARY, "");
      try {
        Files.write(temporary, bytes);
        Files.move(
            temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
      written.addAndGet(bytes.length + BLOCK);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  // ---- growing

  private record Known(Path file, long size, FileTime used) {}

  /** Makes room, if anything was written and it is time to look. */
  @Override
  public void close() {
    if (written.get() == 0) {
      return;
    }
    Path note = folder.resolve("looked");
    try {
      boolean lately =
          Files.exists(note)
              && Files.getLastModifiedTime(note)
                  .toInstant()
                  .isAfter(clock.instant().minus(ABANDONED));
      if (lately && written.get() < mostBytes / 64) {
        return;
      }
      prune();
      Files.write(note, new byte[0]);
      Files.setLastModifiedTime(note, FileTime.from(clock.instant()));
    } catch (IOException e) {
      // The next one will.
    }
  }

  private void prune() throws IOException {
    List<Known> all = new ArrayList<>();
    Instant abandoned = clock.instant().minus(ABANDONED);
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            boolean temporary = String.valueOf(file.getFileName()).startsWith(TEMPORARY);
            if (!temporary) {
              long blocks = (attributes.size() + BLOCK - 1) / BLOCK;
              all.add(new Known(file, blocks * BLOCK, attributes.lastModifiedTime()));
            } else if (attributes.lastModifiedTime().toInstant().isBefore(abandoned)) {
              remove(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE; // another process removed it
          }
        });
    long bytes = all.stream().mapToLong(Known::size).sum();
    if (bytes <= mostBytes) {
      return;
    }
    all.sort(Comparator.comparing(Known::used));
    for (Known known : all) {
      if (bytes <= mostBytes / 8 * 7) {
        return;
      }
      remove(known.file());
      bytes -= known.size();
    }
  }
}
