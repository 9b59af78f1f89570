package dev.assay.oci;

import java.util.Locale;
import java.util.Set;

/** The media types of OCI image-spec 1.1 and of Docker's schema 2, which registries still carry. */
public final class MediaTypes {

  public static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  public static final String INDEX = "application/vnd.oci.image.index.v1+json";
  public static final String CONFIG = "application/vnd.oci.image.config.v1+json";
  public static final String LAYER_TAR = "application/vnd.oci.image.layer.v1.tar";
  public static final String LAYER_TAR_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip";

  /** The config of an artifact that has none: the two bytes <code>{}</code>. */
  public static final String EMPTY = "application/vnd.oci.empty.v1+json";

  public static final String DOCKER_MANIFEST =
      "application/vnd.docker.distribution.manifest.v2+json";
  public static final String DOCKER_LIST =
      "application/vnd.docker.distribution.manifest.list.v2+json";

  static final String OCTETS = "application/octet-stream";

  private static final Set<String> MANIFESTS = Set.of(MANIFEST, DOCKER_MANIFEST);
  private static final Set<String> INDEXES = Set.of(INDEX, DOCKER_LIST);

  private MediaTypes() {}

  /** Whether this names a manifest of one image or artifact. */
  public static boolean isManifest(String mediaType) {
    return MANIFESTS.contains(mediaType);
  }

  /** Whether this names a list of manifests. */
  public static boolean isIndex(String mediaType) {
    return INDEXES.contains(mediaType);
  }

  /** The type without parameters, in lower case: what a Content-Type header means. */
  static String base(String contentType) {
    int semicolon = contentType.indexOf(';');
    return (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
        .strip()
        .toLowerCase(Locale.ROOT);
  }

  /** {@code type/subtype} by RFC 6838 section 4.2, without parameters. */
  static boolean isWellFormed(String mediaType) {
    int slash = mediaType.indexOf('/');
    return slash > 0
        && isName(mediaType.substring(0, slash))
        && isName(mediaType.substring(slash + 1));
  }

  private static boolean isName(String name) {
    if (name.isEmpty() || name.length() > 127) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean alphanumeric = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!alphanumeric && (i == 0 || "!#$&-^_.+".indexOf(c) < 0)) {
        return false;
      }
    }
    return true;
  }
}
