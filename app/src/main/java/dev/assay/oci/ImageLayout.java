package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hasher;
import dev.assay.crypto.Hashes;
import dev.assay.net.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * A folder in the form of OCI image-spec, "Image Layout": {@code oci-layout}, {@code index.json},
 * {@code blobs/sha256/...}. Tags are the annotation {@code org.opencontainers.image.ref.name};
 * every manifest written here is listed in {@code index.json}, so that referrers and untagged
 * manifests are found without opening every blob.
 *
 * <p>Writing is atomic and durable: a file is written beside its place, forced to disk and renamed.
 * Several threads and processes may write to one layout: {@code index.json} is changed under a lock
 * file.
 */
public final class ImageLayout implements ImageStore {

  static final String MARKER = "oci-layout";
  static final String LISTING = "index.json";
  private static final String VERSION = "1.0.0";
  private static final String LOCK = ".lock";

  // A lock file keeps other processes out, this the threads of this one, whatever object they use.
  private static final Map<Path, Object> WRITING = new ConcurrentHashMap<>();

  private final Path folder;
  private volatile Optional<Catalog> catalog = Optional.empty();

  private ImageLayout(Path folder) {
    this.folder = folder;
  }

  /**
   * @throws AssayException with {@link Code#NOT_A_LAYOUT}
   */
  public static ImageLayout open(Path folder) {
    ImageLayout layout = new ImageLayout(folder);
    byte[] marker;
    try {
      marker = DurableFiles.read(folder.resolve(MARKER), 4096);
    } catch (NoSuchFileException | java.nio.file.NotDirectoryException e) {
      throw new AssayException(
          Code.NOT_A_LAYOUT, "no image layout in " + Text.quote(folder.toString()), e);
    } catch (IOException e) {
      throw DurableFiles.unreadable(folder, e);
    }
    Fields f = Fields.of(Json.parse(marker, 4096), MARKER, Code.NOT_A_LAYOUT);
    String version = f.string("imageLayoutVersion");
    if (!version.equals(VERSION)) {
      throw new AssayException(
          Code.NOT_A_LAYOUT, "an image layout of the version " + Text.quote(version));
    }
    layout.catalog();
    return layout;
  }

  /**
   * Opens a layout, made first if the folder is empty or missing.
   *
   * @throws AssayException with {@link Code#NOT_A_LAYOUT} if there is something else in the folder
   */
  public static ImageLayout openOrCreate(Path folder) {
    try {
      if (!Files.exists(folder.resolve(MARKER))) {
        create(folder);
      }
    } catch (IOException e) {
      throw DurableFiles.unwritable(folder, e);
    }
    return open(folder);
  }

  private static void create(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (var entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (!name.equals("blobs") && !name.equals(LISTING) && !name.startsWith(".")) {
          throw new AssayException(
              Code.NOT_A_LAYOUT,
              Text.quote(folder.toString()) + " is not empty and no image layout");
        }
      }
    }
    Files.createDirectories(folder.resolve("blobs").resolve("sha256"));
    if (!Files.exists(folder.resolve(LISTING))) {
      DurableFiles.replace(folder.resolve(LISTING), listing(List.of()));
    }
    // Last: a folder with this file is complete.
    byte[] marker = Text.utf8(Json.object().put("imageLayoutVersion", VERSION).build().compact());
    DurableFiles.replace(folder.resolve(MARKER), marker);
  }

  private static byte[] listing(List<Descriptor> entries) {
    return Index.oci(entries).bytes();
  }

  @Override
  public String name() {
    return "oci:" + folder;
  }

  public Path folder() {
    return folder;
  }

  /** Where a blob lies, whether it is there or not. */
  public Path blobPath(Digest digest) {
    return folder.resolve("blobs").resolve(digest.algorithm().id()).resolve(digest.hex());
  }

  // ---- reading

  /** What index.json lists, read again when the file is another one than last time. */
  Catalog catalog() {
    Path index = folder.resolve(LISTING);
    try {
      BasicFileAttributes now = Files.readAttributes(index, BasicFileAttributes.class);
      Optional<Catalog> known = catalog;
      if (known.isPresent() && known.get().isOf(now)) {
        return known.get();
      }
      byte[] bytes = DurableFiles.read(index, Limits.LAYOUT_INDEX_BYTES);
      Catalog read = Catalog.read(bytes, now, this, known);
      catalog = Optional.of(read);
      return read;
    } catch (NoSuchFileException e) {
      throw new AssayException(
          Code.NOT_A_LAYOUT, "no index.json in " + Text.quote(folder.toString()), e);
    } catch (IOException e) {
      throw DurableFiles.unreadable(index, e);
    }
  }

  @Override
  public Optional<StoredManifest> find(String tagOrDigest) {
    Optional<Descriptor> named = describe(tagOrDigest);
    if (named.isEmpty()) {
      return Optional.empty();
    }
    Digest digest = named.get().digest();
    Optional<byte[]> bytes = rawManifest(digest);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    if (!Hashes.matches(digest, bytes.get())) {
      throw mismatch(digest, Hashes.digest(digest.algorithm(), bytes.get()));
    }
    return Optional.of(
        new StoredManifest(
            Descriptor.of(named.get().mediaType(), digest, bytes.get().length), bytes.get()));
  }

  /** The listed descriptor under a tag or a digest; for an unlisted digest, one from its bytes. */
  Optional<Descriptor> describe(String tagOrDigest) {
    if (!Digest.isDigest(tagOrDigest)) {
      return catalog().tagged(tagOrDigest);
    }
    Digest digest = Digest.parse(tagOrDigest);
    return catalog().listed(digest).or(() -> unlisted(digest));
  }

  // Layouts of other tools list only the top: children of an index lie among the blobs.
  private Optional<Descriptor> unlisted(Digest digest) {
    return rawManifest(digest)
        .map(bytes -> Descriptor.of(Content.detect(bytes), digest, bytes.length));
  }

  /** The bytes as they are stored, not compared with the digest. */
  Optional<byte[]> rawManifest(Digest digest) {
    try {
      return Optional.of(DurableFiles.read(blobPath(digest), Limits.MANIFEST_BYTES));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw DurableFiles.unreadable(blobPath(digest), e);
    }
  }

  @Override
  public boolean hasBlob(Digest digest) {
    return Files.isRegularFile(blobPath(digest), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public void readBlob(Descriptor blob, OutputStream sink) throws IOException {
    Hasher hasher = Hasher.of(blob.digest().algorithm());
    Path file = blobPath(blob.digest());
    long count = 0;
    try (InputStream in = openBlob(blob.digest())) {
      byte[] buffer = new byte[64 << 10];
      for (int n; (n = readFrom(in, buffer, file)) >= 0; ) {
        count += n;
        if (count > blob.size()) {
          throw wrongSize(blob, "more");
        }
        hasher.update(buffer, 0, n);
        sink.write(buffer, 0, n);
      }
    }
    if (count != blob.size()) {
      throw wrongSize(blob, Long.toString(count));
    }
    Digest actual = hasher.finish();
    if (!actual.equals(blob.digest())) {
      throw mismatch(blob.digest(), actual);
    }
  }

  private static int readFrom(InputStream in, byte[] buffer, Path file) {
    try {
      return in.read(buffer);
    } catch (IOException e) {
      throw DurableFiles.unreadable(file, e);
    }
  }

  private InputStream openBlob(Digest digest) {
    try {
      return Files.newInputStream(blobPath(digest), LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      throw new AssayException(
          Code.CONTENT_MISSING, Text.printable(name()) + " has no blob " + digest.brief(), e);
    } catch (IOException e) {
      throw DurableFiles.unreadable(blobPath(digest), e);
    }
  }

  private AssayException wrongSize(Descriptor blob, String found) {
    return new AssayException(
        Code.SIZE_MISMATCH,
        blob.digest().brief()
            + " in "
            + Text.printable(name())
            + " should have "
            + blob.size()
            + " bytes, has "
            + found);
  }

  private AssayException mismatch(Digest expected, Digest found) {
    return new AssayException(
        Code.DIGEST_MISMATCH,
        "the bytes stored as "
            + expected
            + " in "
            + Text.printable(name())
            + " have the digest "
            + found);
  }

  @Override
  public Referrers referrers(Digest subject, Optional<String> artifactType) {
    List<Descriptor> found =
        catalog().referrers(subject).stream()
            .filter(d -> artifactType.isEmpty() || artifactType.equals(d.artifactType()))
            .toList();
    if (found.size() > Limits.REFERRERS) {
      throw new AssayException(
          Code.TOO_MANY,
          found.size()
              + " manifests refer to "
              + subject.brief()
              + "; at most "
              + Limits.REFERRERS);
    }
    return new Referrers(found, List.of(), Referrers.Source.LAYOUT);
  }

  @Override
  public List<String> tags() {
    return catalog().tags();
  }

  // ---- writing

  @Override
  public void writeBlob(Descriptor blob, ByteSource source) throws IOException {
    if (hasBlob(blob.digest()) && Files.size(blobPath(blob.digest())) == blob.size()) {
      return;
    }
    Path temporary = temporaryFile();
    try {
      Hasher hasher = Hasher.of(blob.digest().algorithm());
      long count = 0;
      try (InputStream in = source.open();
          FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        OutputStream sink = Channels.newOutputStream(out);
        byte[] buffer = new byte[64 << 10];
        for (int n; (n = in.read(buffer)) >= 0; ) {
          count += n;
          if (count > blob.size()) {
            throw wrongSize(blob, "more");
          }
          hasher.update(buffer, 0, n);
          sink.write(buffer, 0, n);
        }
        out.force(true);
      }
      if (count != blob.size()) {
        throw wrongSize(blob, Long.toString(count));
      }
      Digest actual = hasher.finish();
      if (!actual.equals(blob.digest())) {
        throw mismatch(blob.digest(), actual);
      }
      adopt(temporary, blob.digest());
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** An empty file on the same file system as the blobs. */
  Path temporaryFile() throws IOException {
    return DurableFiles.temporary(folder);
  }

  /** Moves a complete, forced, hashed file to where the blob belongs. */
  void adopt(Path file, Digest digest) throws IOException {
    Path target = blobPath(digest);
    Files.createDirectories(DurableFiles.parent(target));
    DurableFiles.rename(file, target);
  }

  /** Makes the blob of another layout one of this, without copying where links are possible. */
  void link(ImageLayout other, Digest digest) throws IOException {
    Path target = blobPath(digest);
    Files.createDirectories(DurableFiles.parent(target));
    Path source = other.blobPath(digest);
    try {
      Files.createLink(target, source);
      DurableFiles.forceFolder(DurableFiles.parent(target));
    } catch (FileAlreadyExistsException e) {
      // That is what was wanted.
    } catch (UnsupportedOperationException | java.nio.file.FileSystemException e) {
      if (!Files.exists(source)) {
        throw e instanceof IOException io ? io : new IOException(e);
      }
      Path temporary = temporaryFile();
      try {
        Files.copy(source, temporary, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        DurableFiles.force(temporary);
        DurableFiles.rename(temporary, target);
      } finally {
        Files.deleteIfExists(temporary);
      }
    }
  }

  @Override
  public Descriptor writeManifest(byte[] bytes, String mediaType, Optional<String> tag) {
    return writeManifest(bytes, mediaType, tag, Digest.Algorithm.SHA256);
  }

  Descriptor writeManifest(
      byte[] bytes, String mediaType, Optional<String> tag, Digest.Algorithm algorithm) {
    if (tag.isPresent() && !Names.isTag(tag.get())) {
      throw new AssayException(
          Code.BAD_REFERENCE, "the tag is not acceptable: " + Text.quote(tag.get()));
    }
    Content content = Content.parse(bytes, mediaType);
    Digest digest = Hashes.digest(algorithm, bytes);
    Descriptor entry = Catalog.entry(content, Descriptor.of(mediaType, digest, bytes.length));
    try {
      Path temporary = temporaryFile();
      try {
        DurableFiles.write(temporary, bytes);
        adopt(temporary, digest);
      } finally {
        Files.deleteIfExists(temporary);
      }
      change(entries -> Catalog.with(entries, entry, tag));
    } catch (IOException e) {
      throw DurableFiles.unwritable(folder, e);
    }
    return entry.bare();
  }

  /** Points a tag at a manifest that is there. */
  public Descriptor tag(String tagOrDigest, String tag) {
    StoredManifest stored = manifest(tagOrDigest);
    return writeManifest(
        stored.bytes(),
        stored.descriptor().mediaType(),
        Optional.of(tag),
        stored.descriptor().digest().algorithm());
  }

  /** Whether there was such a tag. What it pointed at stays, without this tag. */
  boolean removeTag(String tag) throws IOException {
    return change(entries -> Catalog.withoutTag(entries, tag));
  }

  /** Whether there was such a manifest. Its tags go with it. */
  boolean removeManifest(Digest digest) throws IOException {
    boolean listed = change(entries -> Catalog.without(entries, digest));
    boolean stored = Files.deleteIfExists(blobPath(digest));
    return listed || stored;
  }

  boolean removeBlob(Digest digest) throws IOException {
    return Files.deleteIfExists(blobPath(digest));
  }

  private boolean change(UnaryOperator<List<Descriptor>> change) throws IOException {
    synchronized (WRITING.computeIfAbsent(folder.toRealPath(), f -> new Object())) {
      Path lock = folder.resolve(LOCK);
      try (FileChannel channel =
              FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock held = channel.lock()) {
        if (!held.isValid()) {
          throw new IOException("the lock was lost");
        }
        List<Descriptor> before = catalog().entries();
        List<Descriptor> after = change.apply(new ArrayList<>(before));
        if (after.equals(before)) {
          return false;
        }
        byte[] bytes = listing(after);
        if (bytes.length > Limits.LAYOUT_INDEX_BYTES) {
          throw new AssayException(
              Code.TOO_LARGE, "index.json would have " + bytes.length + " bytes");
        }
        DurableFiles.replace(folder.resolve(LISTING), bytes);
        return true;
      }
    }
  }
}
