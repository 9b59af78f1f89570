package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.net.ByteSource;
import dev.assay.verify.DocumentSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Documents about an image that lie beside it under their own media type, as tools that know
 * nothing of signatures attach and find them: an artifact manifest whose {@code subject} is the
 * image, whose artifact type is the document's media type, with the document as its only layer.
 * That it is there says nothing; a signed statement names its digest.
 */
public final class DocumentReferrers {

  private static final String EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
  private static final byte[] EMPTY = {'{', '}'};
  private static final String TITLE = "org.opencontainers.image.title";
  private static final String CREATED = "org.opencontainers.image.created";

  /** Manifests that are read in search of one document. */
  private static final int MAX_SEARCHED = 64;

  private DocumentReferrers() {}

  /**
   * Attaches a document to an image; the manifest comes last.
   *
   * @param name what the document's file is called
   * @return the referrer's descriptor
   */
  public static Descriptor attach(
      ImageStore store,
      Descriptor subject,
      Descriptor document,
      byte[] bytes,
      String name,
      Instant created) {
    Descriptor config = Descriptor.of(EMPTY_TYPE, EMPTY);
    try {
      store.writeBlob(config, ByteSource.of(EMPTY));
      store.writeBlob(document, ByteSource.of(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> annotations = new LinkedHashMap<>();
    annotations.put(CREATED, created.truncatedTo(ChronoUnit.SECONDS).toString());
    Manifest manifest =
        new Manifest(
            MediaTypes.MANIFEST,
            Optional.of(document.mediaType()),
            config,
            List.of(document.withAnnotations(Map.of(TITLE, name))),
            Optional.of(subject.bare()),
            annotations);
    return store.writeManifest(manifest, Optional.empty());
  }

  /**
   * Finds documents among what refers to an image.
   *
   * @param referrers of the image, as they are listed
   */
  public static DocumentSource among(ImageStore store, Digest subject, Referrers referrers) {
    return (reference, limit) -> {
      int searched = 0;
      for (Descriptor referrer : referrers.found()) {
        if (referrer.artifactType().filter(reference.mediaType()::equals).isEmpty()) {
          continue;
        }
        if (++searched > MAX_SEARCHED) {
          throw new AssayException(
              Code.TOO_MANY,
              "more than "
                  + MAX_SEARCHED
                  + " documents of the type "
                  + Text.printable(reference.mediaType())
                  + " are attached");
        }
        Optional<Descriptor> layer = layer(store, subject, referrer, reference.digest());
        if (layer.isPresent()) {
          return read(store, layer.get(), limit);
        }
      }
      throw new AssayException(
          Code.CONTENT_MISSING,
          "the document " + reference.digest() + ", which it names, is not attached to the image");
    };
  }

  // A manifest that cannot be read or is about another image may not hide the one that is wanted;
  // an unreachable registry does.
  private static Optional<Descriptor> layer(
      ImageStore store, Digest subject, Descriptor referrer, Digest wanted) {
    Optional<StoredManifest> found;
    try {
      found = store.find(referrer.digest().toString());
      if (found.isEmpty()) {
        return Optional.empty();
      }
      Manifest manifest = found.get().manifest();
      return manifest.subject().filter(s -> s.digest().equals(subject)).isEmpty()
          ? Optional.empty()
          : manifest.layers().stream().filter(l -> l.digest().equals(wanted)).findFirst();
    } catch (AssayException e) {
      if (e.code().exit() == Code.Exit.UNDECIDED) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static byte[] read(ImageStore store, Descriptor layer, int limit) {
    try {
      return store.blob(layer, limit);
    } catch (AssayException e) {
      // Its size is the manifest's word, which is not signed: a document of another size than that
      // was changed, too.
      if (e.code() == Code.SIZE_MISMATCH) {
        throw new AssayException(Code.DIGEST_MISMATCH, String.valueOf(e.getMessage()), e);
      }
      throw e;
    }
  }
}
