package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.net.ByteSource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Copies an image from one store to another: for an index every manifest it lists, for a manifest
 * config and layers. Everything is hashed on the way; the digest does not change. What comes first
 * rests on nothing, and the tag is set last, so a copy that breaks off leaves no image behind.
 */
public final class ImageCopy {

  /** How far an index may hold indexes. */
  private static final int DEPTH = 4;

  private final ImageStore from;
  private final ImageStore to;
  private final boolean withReferrers;
  private final Set<Digest> done = new HashSet<>();
  private int count;

  /**
   * @param withReferrers whether what refers to a manifest is copied with it
   */
  public ImageCopy(ImageStore from, ImageStore to, boolean withReferrers) {
    this.from = from;
    this.to = to;
    this.withReferrers = withReferrers;
  }

  /**
   * @param tag what the copy is called
   * @throws AssayException with {@link Code#NOT_FOUND} or {@link Code#CONTENT_MISSING} if the image
   *     is not there or not whole, and as both stores throw
   */
  public Descriptor copy(String tagOrDigest, Optional<String> tag) throws IOException {
    return copy(from.manifest(tagOrDigest), tag, 0);
  }

  private Descriptor copy(StoredManifest stored, Optional<String> tag, int depth)
      throws IOException {
    if (depth > DEPTH || ++count > Limits.INDEX_ENTRIES) {
      throw new AssayException(Code.TOO_MANY, "the image has too many parts");
    }
    Content content = stored.content();
    switch (content) {
      case Index index -> {
        for (Descriptor child : index.manifests()) {
          if (done.add(child.digest())) {
            copyChild(child, depth);
          }
        }
      }
      case Manifest manifest -> {
        for (Descriptor blob : manifest.references()) {
          // Layers with foreign addresses are not kept in registries.
          if (blob.urls().isEmpty() && done.add(blob.digest())) {
            copyBlob(blob);
          }
        }
      }
    }
    Descriptor written = to.writeManifest(stored.bytes(), stored.descriptor().mediaType(), tag);
    if (!written.digest().equals(stored.descriptor().digest())) {
      throw new AssayException(
          Code.DIGEST_MISMATCH,
          "the copy has the digest " + written.digest() + ", not " + stored.descriptor().digest());
    }
    if (withReferrers) {
      for (Descriptor referrer :
          from.referrers(stored.descriptor().digest(), Optional.empty()).found()) {
        if (done.add(referrer.digest())) {
          copy(from.manifest(referrer.digest()), Optional.empty(), depth + 1);
        }
      }
    }
    return written;
  }

  private void copyChild(Descriptor child, int depth) throws IOException {
    if (MediaTypes.isManifest(child.mediaType()) || MediaTypes.isIndex(child.mediaType())) {
      StoredManifest stored =
          from.find(child.digest().toString())
              .orElseThrow(() ->
                  new AssayException(
                      Code.CONTENT_MISSING,
                      "the index lists " + child.digest() + ", which is not there"));
      copy(stored, Optional.empty(), depth + 1);
    } else {
      copyBlob(child);
    }
  }

  private void copyBlob(Descriptor blob) throws IOException {
    if (to.hasBlob(blob.digest())) {
      return;
    }
    if (from instanceof ImageLayout layout) {
      if (!layout.hasBlob(blob.digest())) {
        throw new AssayException(
            Code.CONTENT_MISSING, "the image names " + blob.digest() + ", which is not there");
      }
      to.writeBlob(blob, ByteSource.of(layout.blobPath(blob.digest())));
      return;
    }
    // A stream from a registry cannot be read twice; a file can.
    Path file = Files.createTempFile("assay-", ".blob");
    try {
      try (OutputStream out = Files.newOutputStream(file)) {
        from.readBlob(blob, out);
      }
      to.writeBlob(blob, ByteSource.of(file));
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** How many manifests were copied or found to be there. */
  public int manifests() {
    return count;
  }
}
