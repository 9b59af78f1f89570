package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.net.ByteSource;
import dev.assay.net.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Copies an image from one store to another: for an index every manifest it lists, for a manifest
 * config and layers, several at a time. Everything is hashed on the way; the digest does not
 * change. What comes first rests on nothing, and the tag is set last, so a copy that breaks off
 * leaves no image behind.
 */
public final class ImageCopy {

  /** How far an index may hold indexes. */
  private static final int DEPTH = 4;

  private static final int AT_ONCE = 4;

  private final ImageStore from;
  private final ImageStore to;
  private final boolean withReferrers;
  private final Progress progress;
  private final Set<Digest> done = new HashSet<>();
  private int count;

  /**
   * @param withReferrers whether what refers to a manifest is copied with it
   */
  public ImageCopy(ImageStore from, ImageStore to, boolean withReferrers) {
    this(from, to, withReferrers, Progress.NONE);
  }

  /**
   * @param progress is told bytes
   */
  public ImageCopy(ImageStore from, ImageStore to, boolean withReferrers, Progress progress) {
    this.from = from;
    this.to = to;
    this.withReferrers = withReferrers;
    this.progress = progress;
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
    List<Descriptor> blobs = new ArrayList<>();
    switch (stored.content()) {
      case Index index -> {
        for (Descriptor child : index.manifests()) {
          if (done.add(child.digest())) {
            if (MediaTypes.isManifest(child.mediaType()) || MediaTypes.isIndex(child.mediaType())) {
              copyChild(child, depth);
            } else {
              blobs.add(child);
            }
          }
        }
      }
      case Manifest manifest -> {
        for (Descriptor blob : manifest.references()) {
          // Layers with foreign addresses are not kept in registries.
          if (blob.urls().isEmpty() && done.add(blob.digest())) {
            blobs.add(blob);
          }
        }
      }
    }
    copyBlobs(blobs);
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
    StoredManifest stored =
        from.find(child.digest().toString())
            .orElseThrow(() ->
                new AssayException(
                    Code.CONTENT_MISSING,
                    "the index lists " + child.digest() + ", which is not there"));
    copy(stored, Optional.empty(), depth + 1);
  }

  private void copyBlobs(List<Descriptor> blobs) throws IOException {
    for (Descriptor blob : blobs) {
      progress.expect(blob.size());
    }
    if (blobs.size() == 1 || to instanceof ArchiveWriter) {
      // One after the other: an archive is one file.
      for (Descriptor blob : blobs) {
        copyBlob(blob);
      }
      return;
    }
    Together.run(AT_ONCE, blobs, this::copyBlob);
  }

  private void copyBlob(Descriptor blob) throws IOException {
    if (from instanceof LocalBlobs local) {
      if (!from.hasBlob(blob.digest())) {
        throw new AssayException(
            Code.CONTENT_MISSING, "the image names " + blob.digest() + ", which is not there");
      }
      CountedSource source = new CountedSource(local.source(blob.digest()), progress);
      to.writeBlob(blob, source);
      source.rest(blob.size());
      return;
    }
    if (to.hasBlob(blob.digest())) {
      progress.advance(blob.size());
    } else if (to instanceof ImageLayout layout) {
      layout.receive(blob, sink -> from.readBlob(blob, counted(sink)));
    } else if (to instanceof ArchiveWriter archive) {
      archive.receive(blob, sink -> from.readBlob(blob, counted(sink)));
    } else {
      // A stream from a registry cannot be read twice; a file can.
      Path file = Files.createTempFile("assay-", ".blob");
      try {
        try (OutputStream out = Files.newOutputStream(file)) {
          from.readBlob(blob, counted(out));
        }
        to.writeBlob(blob, ByteSource.of(file));
      } finally {
        Files.deleteIfExists(file);
      }
    }
  }

  private OutputStream counted(OutputStream sink) {
    return new OutputStream() {
      @Override
      public void write(int one) throws IOException {
        sink.write(one);
        progress.advance(1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        sink.write(bytes, offset, length);
        progress.advance(length);
      }
    };
  }

  /** How many manifests were copied or found to be there. */
  public int manifests() {
    return count;
  }
}
