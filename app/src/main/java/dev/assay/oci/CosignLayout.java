package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Digest;
import java.util.Optional;

/**
 * The layouts that {@code cosign save} writes: one image without a tag, its {@code index.json} says
 * by an annotation what each entry is. Bundles (since cosign 3) are in no list; they are the
 * manifests among the blobs that have a subject.
 *
 * <pre>{@code
 * {"schemaVersion":2,"manifests":[
 *   {"mediaType":"application/vnd.oci.image.manifest.v1+json","size":400,"digest":"sha256:d690...",
 *    "annotations":{"kind":"dev.cosignproject.cosign/image"}},
 *   {"mediaType":"application/vnd.oci.image.manifest.v1+json","size":558,"digest":"sha256:d1e0...",
 *    "annotations":{"kind":"dev.cosignproject.cosign/sigs"}}]}
 * }</pre>
 */
public final class CosignLayout {

  /** The annotation that says what an entry is. */
  public static final String KIND = "kind";

  private static final String PREFIX = "dev.cosignproject.cosign/";
  private static final String IMAGE = PREFIX + "image";
  private static final String INDEX = PREFIX + "imageIndex";
  private static final String SIGNATURES = PREFIX + "sigs";
  private static final String ATTESTATIONS = PREFIX + "atts";

  private CosignLayout() {}

  static boolean isImage(Descriptor entry) {
    String kind = entry.annotations().getOrDefault(KIND, "");
    return kind.equals(IMAGE) || kind.equals(INDEX);
  }

  /** What the tag of such evidence ends with; empty if the entry is no evidence. */
  static Optional<String> ending(Descriptor entry) {
    return switch (entry.annotations().getOrDefault(KIND, "")) {
      case SIGNATURES -> Optional.of(".sig");
      case ATTESTATIONS -> Optional.of(".att");
      default -> Optional.empty();
    };
  }

  /** What an image is called in such a layout. */
  public static String kind(Descriptor image) {
    return MediaTypes.isIndex(image.mediaType()) ? INDEX : IMAGE;
  }

  /** What the evidence under a tag is called in such a layout; empty if it has no place there. */
  public static Optional<String> kind(String tag) {
    return tag.endsWith(".sig")
        ? Optional.of(SIGNATURES)
        : tag.endsWith(".att") ? Optional.of(ATTESTATIONS) : Optional.empty();
  }

  /** The manifest stored under a digest, if there is one and it refers to something. */
  static Optional<Descriptor> referrer(Catalog.Manifests manifests, Digest digest) {
    try {
      Optional<byte[]> bytes = manifests.rawManifest(digest);
      if (bytes.isEmpty() || bytes.get().length == 0 || bytes.get()[0] != '{') {
        return Optional.empty();
      }
      String mediaType = Content.detect(bytes.get());
      return Content.parse(bytes.get(), mediaType)
          .subject()
          .map(s -> Descriptor.of(mediaType, digest, bytes.get().length));
    } catch (AssayException e) {
      // A blob that is no manifest: a config, a bundle, a layer that is JSON.
      return Optional.empty();
    }
  }
}
