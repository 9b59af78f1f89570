package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a manifest's bytes say: one image or artifact, or a list of manifests. */
public sealed interface Content permits Manifest, Index {

  String mediaType();

  /** What this is about, when it is a referrer. */
  Optional<Descriptor> subject();

  Map<String, String> annotations();

  /** The descriptors it rests on, in order; the subject is not among them. */
  List<Descriptor> references();

  /**
   * The kind of artifact as the referrers API lists it: the artifactType, else for an image
   * manifest the config's media type (distribution-spec, "Listing Referrers").
   */
  Optional<String> effectiveArtifactType();

  Json json();

  /** The document as this product writes it; the digest is the digest of these bytes. */
  default byte[] bytes() {
    return Text.utf8(json().compact());
  }

  /**
   * Reads a manifest strictly.
   *
   * @param outer the media type that the descriptor or the Content-Type header states
   * @throws AssayException with {@link Code#BAD_MEDIA_TYPE} if it is none that is read or differs
   *     from the one inside; with {@link Code#BAD_MANIFEST} or a code of JSON for anything else
   */
  static Content parse(byte[] bytes, String outer) {
    if (!MediaTypes.isManifest(outer) && !MediaTypes.isIndex(outer)) {
      throw new AssayException(
          Code.BAD_MEDIA_TYPE, "not the media type of a manifest: " + Text.quote(outer));
    }
    Fields f = fields(bytes);
    Optional<String> inner = f.optionalString("mediaType");
    if (inner.isPresent() && !inner.get().equals(outer)) {
      throw new AssayException(
          Code.BAD_MEDIA_TYPE,
          "the manifest says " + Text.quote(inner.get()) + ", its envelope " + Text.quote(outer));
    }
    return MediaTypes.isIndex(outer) ? Index.of(f, outer) : Manifest.of(f, outer);
  }

  /**
   * The media type that a document states or, when it states none, that its members imply.
   *
   * @throws AssayException as {@link #parse} does
   */
  static String detect(byte[] bytes) {
    Fields f = fields(bytes);
    return f.optionalString("mediaType")
        .orElseGet(() -> f.has("manifests") ? MediaTypes.INDEX : MediaTypes.MANIFEST);
  }

  private static Fields fields(byte[] bytes) {
    Json json = Json.parse(bytes, Limits.MANIFEST_BYTES);
    Fields f = Fields.of(json, "manifest", Code.BAD_MANIFEST);
    if (f.integer("schemaVersion") != 2) {
      throw f.bad("schemaVersion", "only 2 is read");
    }
    // A document that is both would be an image to one reader and a list to another.
    if (f.has("layers") && f.has("manifests") || f.has("fsLayers")) {
      throw new AssayException(
          Code.BAD_MANIFEST, "a manifest that is an image and a list at the same time");
    }
    return f;
  }
}
