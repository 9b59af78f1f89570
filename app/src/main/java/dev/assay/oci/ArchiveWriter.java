package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.net.ByteSource;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes an image layout as one tar archive. What is written goes straight into a file beside the
 * target, which gets its name when it is complete, so that nothing half-written is ever found under
 * it. The same image gives the same bytes.
 *
 * <p>For one thread. What was written cannot be read before {@link #finish}.
 */
public final class ArchiveWriter implements LocalImages.Target, AutoCloseable {

  private final Path target;
  private final Path temporary;
  private final FileChannel file;
  private final OutputStream out;
  private final TarWriter tar;
  private final Map<Digest, Long> written = new HashMap<>();
  private final List<Descriptor> entries = new ArrayList<>();
  private final Map<String, StoredManifest> evidence = new HashMap<>();
  private boolean sealed;

  /**
   * @throws AssayException with {@link Code#FILE_EXISTS} or {@link Code#FILE_UNWRITABLE}
   */
  public ArchiveWriter(Path target) {
    this.target = target;
    if (Files.exists(target)) {
      throw new AssayException(
          Code.FILE_EXISTS, Text.quote(target.toString()) + " is there already");
    }
    try {
      this.temporary = DurableFiles.temporary(DurableFiles.parent(target));
      this.file = FileChannel.open(temporary, StandardOpenOption.WRITE);
      this.out = new BufferedOutputStream(Channels.newOutputStream(file), 256 << 10);
      this.tar = new TarWriter(out, Instant.EPOCH);
      small(ImageLayout.MARKER, ImageLayout.marker());
    } catch (IOException e) {
      throw DurableFiles.unwritable(target, e);
    }
  }

  private void small(String name, byte[] bytes) throws IOException {
    tar.file(name, bytes.length, false);
    tar.write(bytes, 0, bytes.length);
    tar.endFile(bytes.length);
  }

  private static String path(Digest digest) {
    return "blobs/" + digest.algorithm().id() + "/" + digest.hex();
  }

  @Override
  public String name() {
    return target.toString();
  }

  @Override
  public Optional<StoredManifest> find(String tagOrDigest) {
    throw notReadable();
  }

  private static AssayException notReadable() {
    return new AssayException(
        Code.FILE_UNREADABLE, "an archive cannot be read while it is written");
  }

  @Override
  public boolean hasBlob(Digest digest) {
    return written.containsKey(digest);
  }

  @Override
  public void readBlob(Descriptor blob, OutputStream sink) {
    throw notReadable();
  }

  @Override
  public Referrers referrers(Digest subject, Optional<String> artifactType) {
    throw notReadable();
  }

  @Override
  public List<String> tags() {
    return entries.stream().flatMap(e -> e.tag().stream()).toList();
  }

  @Override
  public void writeBlob(Descriptor blob, ByteSource source) throws IOException {
    receive(
        blob,
        sink -> {
          HashedSource hashed = new HashedSource(blob, source);
          try (var in = hashed.open()) {
            in.transferTo(sink);
          } catch (IOException e) {
            AssayException refused = hashed.refused();
            if (refused != null) {
              throw refused;
            }
            throw e;
          }
        });
  }

  /** Stores a blob from a reader that compares it with its digest. */
  void receive(Descriptor blob, BlobReader reader) throws IOException {
    if (written.containsKey(blob.digest())) {
      return;
    }
    tar.file(path(blob.digest()), blob.size(), false);
    reader.to(
        new OutputStream() {
          @Override
          public void write(int one) throws IOException {
            tar.write(new byte[] {(byte) one}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            tar.write(bytes, offset, length);
          }
        });
    tar.endFile(blob.size());
    written.put(blob.digest(), blob.size());
  }

  @Override
  public Descriptor writeManifest(byte[] bytes, String mediaType, Optional<String> tag) {
    Content content = Content.parse(bytes, mediaType);
    Descriptor bare =
        Descriptor.of(mediaType, Hashes.digest(Digest.Algorithm.SHA256, bytes), bytes.length);
    try {
      if (written.putIfAbsent(bare.digest(), bare.size()) == null) {
        small(path(bare.digest()), bytes);
      }
    } catch (IOException e) {
      throw DurableFiles.unwritable(target, e);
    }
    tag.filter(ImageTreeReader::isEvidenceTag)
        .ifPresent(t -> evidence.put(t, new StoredManifest(bare, bytes)));
    Descriptor entry = Catalog.entry(content, bare);
    Descriptor listed =
        tag.isPresent() ? entry.withAnnotations(Map.of(Descriptor.REF_NAME, tag.get())) : entry;
    // Several images may share what they are made of.
    if (!entries.contains(listed)) {
      entries.add(listed);
    }
    return bare;
  }

  /** What was written under a tag that holds evidence. */
  Optional<StoredManifest> evidence(String tag) {
    return Optional.ofNullable(evidence.get(tag));
  }

  @Override
  public void annotate(String tag, Map<String, String> annotations) {
    entries.replaceAll(e -> {
      if (!e.tag().equals(Optional.of(tag))) {
        return e;
      }
      Map<String, String> all = new LinkedHashMap<>(e.annotations());
      all.putAll(annotations);
      return e.withAnnotations(all);
    });
  }

  /** Completes the archive; it has no name yet. Returns what is in it, read back from the file. */
  public ImageArchive seal() throws IOException {
    if (!sealed) {
      small(ImageLayout.LISTING, Catalog.listing(entries));
      tar.close();
      out.flush();
      file.force(true);
      sealed = true;
    }
    return ImageArchive.openOci(temporary);
  }

  /** Completes the archive and gives it its name. */
  public void finish() throws IOException {
    seal();
    DurableFiles.rename(temporary, target);
  }

  /** Removes what is there if it was not finished. */
  @Override
  public void close() throws IOException {
    file.close();
    Files.deleteIfExists(temporary);
  }
}
