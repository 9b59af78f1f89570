package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;

/**
 * A manifest as it was fetched: the bytes, and the descriptor that was computed from them, never
 * one that somebody else stated.
 */
@SuppressWarnings("ArrayRecordComponent") // compared by its descriptor, if at all
public record StoredManifest(Descriptor descriptor, byte[] bytes) {

  /**
   * @throws AssayException as {@link Content#parse}
   */
  public Content content() {
    return Content.parse(bytes, descriptor.mediaType());
  }

  /**
   * @throws AssayException with {@link Code#BAD_MEDIA_TYPE} if this is a list of manifests
   */
  public Manifest manifest() {
    if (content() instanceof Manifest manifest) {
      return manifest;
    }
    throw new AssayException(
        Code.BAD_MEDIA_TYPE,
        descriptor.digest().brief()
            + " is an image index ("
            + Text.quote(descriptor.mediaType())
            + "), not one image");
  }
}
