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
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Images in one file, for reading: an image layout in a tar archive, or what {@code docker save}
 * wrote. An image of a Docker archive has no manifest there; it gets the OCI manifest that says
 * what the archive holds, layers uncompressed, so its digest is the same each time and differs from
 * the digest it has in a registry.
 *
 * <p>Nothing is unpacked. What is read is compared with its digest as with every store.
 */
public final class ImageArchive implements LocalImages, LocalBlobs {

  private final TarFile tar;
  private final Catalog catalog;
  private final Optional<DockerArchive> docker;

  private ImageArchive(TarFile tar, Optional<DockerArchive> docker) {
    this.tar = tar;
    this.docker = docker;
    this.catalog = Catalog.read(listing(), manifests(), Optional.empty());
  }

  /**
   * Opens an image layout in a tar archive.
   *
   * @throws AssayException with {@link Code#FILE_UNREADABLE}, {@link Code#BAD_ARCHIVE}, {@link
   *     Code#UNSAFE_PATH}, or {@link Code#NOT_A_LAYOUT} if it holds something else
   */
  public static ImageArchive openOci(Path file) {
    TarFile tar = TarFile.open(file);
    byte[] marker =
        tar.read(ImageLayout.MARKER, 4096)
            .orElseThrow(() ->
                new AssayException(
                    Code.NOT_A_LAYOUT, "no image layout in " + Text.quote(file.toString())));
    ImageLayout.checkMarker(marker);
    return new ImageArchive(tar, Optional.empty());
  }

  /**
   * Opens what {@code docker save} wrote.
   *
   * @throws AssayException as {@link #openOci}, and with {@link Code#DIGEST_MISMATCH} if a layer is
   *     not the one its image's config names
   */
  public static ImageArchive openDocker(Path file) {
    TarFile tar = TarFile.open(file);
    return new ImageArchive(tar, Optional.of(DockerArchive.read(tar)));
  }

  private byte[] listing() {
    if (docker.isPresent()) {
      return docker.get().listing();
    }
    return tar.read(ImageLayout.LISTING, Limits.LAYOUT_INDEX_BYTES)
        .orElseThrow(() ->
            new AssayException(
                Code.NOT_A_LAYOUT, "no index.json in " + Text.quote(tar.file().toString())));
  }

  private Catalog.Manifests manifests() {
    return new Catalog.Manifests() {
      @Override
      public Optional<byte[]> rawManifest(Digest digest) {
        return ImageArchive.this.rawManifest(digest);
      }

      @Override
      public boolean hasBlob(Digest digest) {
        return ImageArchive.this.hasBlob(digest);
      }

      @Override
      public List<Digest> small() {
        return docker.isPresent() ? List.of() : tar.blobs(Limits.MANIFEST_BYTES);
      }
    };
  }

  @Override
  public String name() {
    return tar.file().toString();
  }

  private Optional<TarFile.Entry> entry(Digest digest) {
    return docker.isPresent()
        ? docker.get().blob(digest)
        : tar.find("blobs/" + digest.algorithm().id() + "/" + digest.hex());
  }

  private Optional<byte[]> rawManifest(Digest digest) {
    if (docker.isPresent()) {
      return docker.get().manifest(digest);
    }
    return tar.read("blobs/" + digest.algorithm().id() + "/" + digest.hex(), Limits.MANIFEST_BYTES);
  }

  @Override
  public Optional<StoredManifest> find(String tagOrDigest) {
    Optional<Descriptor> named = named(tagOrDigest);
    Optional<byte[]> bytes = named.flatMap(d -> rawManifest(d.digest()));
    if (named.isEmpty() || bytes.isEmpty()) {
      return Optional.empty();
    }
    Digest digest = named.get().digest();
    Digest actual = Hashes.digest(digest.algorithm(), bytes.get());
    if (!actual.equals(digest)) {
      throw mismatch(digest, actual);
    }
    return Optional.of(
        new StoredManifest(
            Descriptor.of(named.get().mediaType(), digest, bytes.get().length), bytes.get()));
  }

  // Only the top need be listed: children of an index lie among the blobs.
  private Optional<Descriptor> named(String tagOrDigest) {
    if (!Digest.isDigest(tagOrDigest)) {
      return catalog.tagged(tagOrDigest);
    }
    Digest digest = Digest.parse(tagOrDigest);
    return catalog
        .listed(digest)
        .or(() -> rawManifest(digest).map(b -> Descriptor.of(Content.detect(b), digest, b.length)));
  }

  @Override
  public List<Descriptor> images() {
    return catalog.images();
  }

  @Override
  public boolean hasBlob(Digest digest) {
    return entry(digest).isPresent();
  }

  @Override
  public ByteSource source(Digest digest) {
    TarFile.Entry entry =
        entry(digest)
            .orElseThrow(() ->
                new AssayException(
                    Code.CONTENT_MISSING,
                    Text.printable(name()) + " has no blob " + digest.brief()));
    return () -> tar.stream(entry);
  }

  @Override
  public void readBlob(Descriptor blob, OutputStream sink) throws IOException {
    Hasher hasher = Hasher.of(blob.digest().algorithm());
    long count = 0;
    try (InputStream in = source(blob.digest()).open()) {
      byte[] buffer = new byte[256 << 10];
      for (int n; (n = in.read(buffer)) >= 0; ) {
        count += n;
        if (count > blob.size()) {
          break;
        }
        hasher.update(buffer, 0, n);
        sink.write(buffer, 0, n);
      }
    }
    if (count != blob.size()) {
      throw new AssayException(
          Code.SIZE_MISMATCH,
          blob.digest().brief()
              + " in "
              + Text.printable(name())
              + " should have "
              + blob.size()
              + " bytes");
    }
    Digest actual = hasher.finish();
    if (!actual.equals(blob.digest())) {
      throw mismatch(blob.digest(), actual);
    }
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
    return Referrers.ofLayout(catalog.referrers(subject), subject, artifactType);
  }

  @Override
  public List<String> tags() {
    return catalog.tags();
  }

  @Override
  public void writeBlob(Descriptor blob, ByteSource source) {
    throw readOnly();
  }

  @Override
  public Descriptor writeManifest(byte[] bytes, String mediaType, Optional<String> tag) {
    throw readOnly();
  }

  private AssayException readOnly() {
    return new AssayException(
        Code.FILE_UNWRITABLE,
        Text.quote(name()) + " is an archive, which is not changed",
        "copy it to a layout, oci:DIR:TAG, or to a registry");
  }

  /** The images that the manifest.json of a Docker archive lists. */
  static List<Fields> dockerImages(TarFile tar) {
    byte[] bytes =
        tar.read("manifest.json", Limits.MANIFEST_BYTES)
            .orElseThrow(() ->
                new AssayException(
                    Code.NOT_A_LAYOUT, "no manifest.json in " + Text.quote(tar.file().toString())));
    Json json = Json.parse(bytes, Limits.MANIFEST_BYTES);
    return Fields.of(Json.object().put("images", json).build(), "manifest.json", Code.BAD_ARCHIVE)
        .objects("images", 1_000);
  }
}
