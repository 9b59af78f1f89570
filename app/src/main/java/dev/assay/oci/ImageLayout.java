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
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

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
public final class ImageLayout implements LocalImages, LocalImages.Target, LocalBlobs {

  static final String MARKER = "oci-layout";
  static final String LISTING = LayoutIndex.LISTING;
  private static final String VERSION = "1.0.0";
  private static final int BUFFER = 256 << 10;

  private final Path folder;
  private final LayoutIndex index;

  private ImageLayout(Path folder, boolean journaling) {
    this.folder = folder;
    this.index = new LayoutIndex(folder, manifests(), journaling);
  }

  private Catalog.Manifests manifests() {
    return new Catalog.Manifests() {
      @Override
      public Optional<byte[]> rawManifest(Digest digest) {
        return ImageLayout.this.rawManifest(digest);
      }

      @Override
      public boolean hasBlob(Digest digest) {
        return ImageLayout.this.hasBlob(digest);
      }

      @Override
      public List<Digest> small() {
        return ImageLayout.this.small();
      }
    };
  }

  /**
   * @throws AssayException with {@link Code#NOT_A_LAYOUT}
   */
  public static ImageLayout open(Path folder) {
    return open(folder, false);
  }

  /**
   * @param journaling whether a change is appended to a journal, as a registry does, and index.json
   *     written now and then ({@link #settle})
   */
  static ImageLayout open(Path folder, boolean journaling) {
    ImageLayout layout = new ImageLayout(folder, journaling);
    byte[] marker;
    try {
      marker = DurableFiles.read(folder.resolve(MARKER), 4096);
    } catch (NoSuchFileException | java.nio.file.NotDirectoryException e) {
      throw new AssayException(
          Code.NOT_A_LAYOUT, "no image layout in " + Text.quote(folder.toString()), e);
    } catch (IOException e) {
      throw DurableFiles.unreadable(folder, e);
    }
    checkMarker(marker);
    layout.ask(Catalog::size);
    return layout;
  }

  static void checkMarker(byte[] marker) {
    Fields f = Fields.of(Json.parse(marker, 4096), MARKER, Code.NOT_A_LAYOUT);
    String version = f.string("imageLayoutVersion");
    if (!version.equals(VERSION)) {
      throw new AssayException(
          Code.NOT_A_LAYOUT, "an image layout of the version " + Text.quote(version));
    }
  }

  static byte[] marker() {
    return Text.utf8(Json.object().put("imageLayoutVersion", VERSION).build().compact());
  }

  /**
   * Opens a layout, made first if the folder is empty or missing.
   *
   * @throws AssayException with {@link Code#NOT_A_LAYOUT} if there is something else in the folder
   */
  public static ImageLayout openOrCreate(Path folder) {
    return openOrCreate(folder, false);
  }

  static ImageLayout openOrCreate(Path folder, boolean journaling) {
    try {
      if (!Files.exists(folder.resolve(MARKER))) {
        create(folder);
      }
    } catch (IOException e) {
      throw DurableFiles.unwritable(folder, e);
    }
    return open(folder, journaling);
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
      DurableFiles.replace(folder.resolve(LISTING), Catalog.listing(List.of()));
    }
    // Last: a folder with this file is complete.
    DurableFiles.replace(folder.resolve(MARKER), marker());
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

  /** Asks about what is listed now. The question must be quick. */
  <T> T ask(Function<Catalog, T> question) {
    return index.ask(question);
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
      return ask(c -> c.tagged(tagOrDigest));
    }
    Digest digest = Digest.parse(tagOrDigest);
    return ask(c -> c.listed(digest)).or(() -> unlisted(digest));
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

  private List<Digest> small() {
    List<Digest> out = new ArrayList<>();
    Path blobs = folder.resolve("blobs").resolve("sha256");
    try (var files = Files.newDirectoryStream(blobs)) {
      for (Path file : files) {
        String digest = "sha256:" + file.getFileName();
        if (Digest.isDigest(digest)
            && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            && Files.size(file) <= Limits.MANIFEST_BYTES) {
          out.add(Digest.parse(digest));
        }
        if (out.size() > Limits.TREE_MANIFESTS) {
          throw new AssayException(
              Code.TOO_MANY,
              Text.quote(blobs.toString()) + " has more files than are looked through");
        }
      }
    } catch (NoSuchFileException e) {
      return out;
    } catch (IOException e) {
      throw DurableFiles.unreadable(blobs, e);
    }
    return out;
  }

  @Override
  public List<Descriptor> images() {
    return ask(Catalog::images);
  }

  @Override
  public void annotate(String tag, Map<String, String> annotations) {
    Descriptor entry =
        ask(c -> c.tagged(tag))
            .orElseThrow(() ->
                new AssayException(Code.NOT_FOUND, "no tag " + Text.quote(tag) + " in " + name()));
    Map<String, String> all = new LinkedHashMap<>(entry.annotations());
    all.putAll(annotations);
    try {
      index.change(List.of(new Catalog.Change.Put(entry.withAnnotations(all), Optional.of(tag))));
    } catch (IOException e) {
      throw DurableFiles.unwritable(folder, e);
    }
  }

  @Override
  public boolean hasBlob(Digest digest) {
    return Files.isRegularFile(blobPath(digest), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public ByteSource source(Digest digest) {
    return ByteSource.of(blobPath(digest));
  }

  @Override
  public void readBlob(Descriptor blob, OutputStream sink) throws IOException {
    Hasher hasher = Hasher.of(blob.digest().algorithm());
    Path file = blobPath(blob.digest());
    long count = 0;
    try (InputStream in = openBlob(blob.digest())) {
      byte[] buffer = new byte[BUFFER];
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
    return Referrers.ofLayout(ask(c -> c.referrers(subject)), subject, artifactType);
  }

  @Override
  public List<String> tags() {
    return ask(Catalog::tags);
  }

  // ---- writing

  @Override
  public void writeBlob(Descriptor blob, ByteSource source) throws IOException {
    receive(blob, sink -> copyHashed(blob, source, sink));
  }

  private void copyHashed(Descriptor blob, ByteSource source, OutputStream sink)
      throws IOException {
    Hasher hasher = Hasher.of(blob.digest().algorithm());
    long count = 0;
    try (InputStream in = source.open()) {
      byte[] buffer = new byte[BUFFER];
      for (int n; (n = in.read(buffer)) >= 0; ) {
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

  /** Whether there is a file of that digest and size. */
  boolean holds(Descriptor blob) throws IOException {
    return hasBlob(blob.digest()) && Files.size(blobPath(blob.digest())) == blob.size();
  }

  /** Stores a blob, unless it is there, from a reader that compares it with its digest. */
  void receive(Descriptor blob, BlobReader reader) throws IOException {
    if (holds(blob)) {
      return;
    }
    Path temporary = temporaryFile();
    try {
      try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        reader.to(Channels.newOutputStream(out));
        out.force(true);
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
      touch(digest);
      DurableFiles.forceFolder(DurableFiles.parent(target));
    } catch (FileAlreadyExistsException e) {
      touch(digest);
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
    return writeManifest(
        bytes, mediaType, tag.stream().toList(), Digest.Algorithm.SHA256, content -> {});
  }

  /**
   * @param allowed called while nobody else changes the layout, just before the manifest is listed;
   *     what it throws is thrown, and then nothing is listed
   */
  Descriptor writeManifest(
      byte[] bytes,
      String mediaType,
      List<String> tags,
      Digest.Algorithm algorithm,
      Consumer<Content> allowed) {
    for (String tag : tags) {
      if (!Names.isTag(tag)) {
        throw new AssayException(
            Code.BAD_REFERENCE, "the tag is not acceptable: " + Text.quote(tag));
      }
    }
    Content content = Content.parse(bytes, mediaType);
    Digest digest = Hashes.digest(algorithm, bytes);
    Descriptor entry = Catalog.entry(content, Descriptor.of(mediaType, digest, bytes.length));
    List<Catalog.Change.Put> changes =
        tags.isEmpty()
            ? List.of(new Catalog.Change.Put(entry, Optional.empty()))
            : tags.stream().map(t -> new Catalog.Change.Put(entry, Optional.of(t))).toList();
    try {
      // Again if it is there: it may be damaged, or about to be collected.
      Path temporary = temporaryFile();
      try {
        DurableFiles.write(temporary, bytes);
        index.exclusively(() -> {
          allowed.accept(content);
          adopt(temporary, digest);
          return index.change(changes);
        });
      } finally {
        Files.deleteIfExists(temporary);
      }
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
        List.of(tag),
        stored.descriptor().digest().algorithm(),
        content -> {});
  }

  /** Whether there was such a tag. What it pointed at stays, without this tag. */
  boolean removeTag(String tag) throws IOException {
    return index.change(List.of(new Catalog.Change.Untag(tag)));
  }

  /** Whether there was such a manifest. Its tags go with it. */
  boolean removeManifest(Digest digest) throws IOException {
    return index.exclusively(() -> {
      boolean listed = index.change(List.of(new Catalog.Change.Remove(digest)));
      boolean stored = Files.deleteIfExists(blobPath(digest));
      return listed || stored;
    });
  }

  boolean removeBlob(Digest digest) throws IOException {
    return Files.deleteIfExists(blobPath(digest));
  }

  /** Says that a blob is wanted, to whoever collects what nobody wants. */
  void touch(Digest digest) {
    try {
      FileTime now = FileTime.from(Instant.now());
      FileTime last = Files.getLastModifiedTime(blobPath(digest), LinkOption.NOFOLLOW_LINKS);
      if (Duration.between(last.toInstant(), now.toInstant()).toMinutes() >= 1) {
        Files.setLastModifiedTime(blobPath(digest), now);
      }
    } catch (IOException e) {
      // Gone, or a folder that cannot be written to: then nothing is collected either.
    }
  }

  /** Runs something while nobody else changes what is listed. */
  <T> T exclusively(LayoutIndex.Action<T> action) throws IOException {
    return index.exclusively(action);
  }

  /** Brings index.json up to date with the journal, if that has not changed for a while. */
  void settle(Duration quiet) throws IOException {
    index.settle(quiet);
  }
}
