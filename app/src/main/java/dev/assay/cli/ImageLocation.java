package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.oci.ImageLayout;
import dev.assay.oci.ImageStore;
import dev.assay.oci.Reference;
import dev.assay.oci.RegistryClient;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where an image is: in a registry, {@code registry/repository:tag}, or in an image layout, {@code
 * oci:DIR:TAG} or {@code oci:DIR@sha256:...}.
 */
sealed interface ImageLocation {

  record InRegistry(Reference reference) implements ImageLocation {
    @Override
    public String at(Digest digest) {
      return reference.at(digest).toString();
    }

    @Override
    public Optional<String> tag() {
      return reference.tag();
    }
  }

  record InLayout(String folder, Optional<String> tag, Optional<Digest> digest)
      implements ImageLocation {
    @Override
    public String at(Digest other) {
      return "oci:" + folder + "@" + other;
    }
  }

  /** This image by its digest, as it is written on a command line. */
  String at(Digest digest);

  Optional<String> tag();

  /**
   * @throws AssayException with {@link Code#BAD_REFERENCE}
   */
  static ImageLocation parse(String text) {
    if (!text.startsWith("oci:")) {
      return new InRegistry(Reference.parse(text));
    }
    String rest = text.substring("oci:".length());
    Optional<String> tag = Optional.empty();
    Optional<Digest> digest = Optional.empty();
    int at = rest.lastIndexOf('@');
    if (at >= 0 && Digest.isDigest(rest.substring(at + 1))) {
      digest = Optional.of(Digest.parse(rest.substring(at + 1)));
      rest = rest.substring(0, at);
    }
    int colon = rest.lastIndexOf(':');
    if (colon > rest.lastIndexOf('/')) {
      tag = Optional.of(rest.substring(colon + 1));
      rest = rest.substring(0, colon);
    }
    if (rest.isEmpty()
        || tag.isPresent() && !tag.get().matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")) {
      throw new AssayException(
          Code.BAD_REFERENCE, "not an image in a layout: " + Text.quote(text), "write oci:DIR:TAG");
    }
    return new InLayout(rest, tag, digest);
  }

  /** What is asked for in the store: the digest if there is one, else the tag. */
  default String identifier() {
    return switch (this) {
      case InRegistry r -> r.reference().identifier();
      case InLayout l ->
          l.digest()
              .map(Digest::toString)
              .or(l::tag)
              .orElseThrow(() ->
                  new AssayException(
                      Code.BAD_REFERENCE,
                      "neither tag nor digest: " + Text.quote("oci:" + l.folder()),
                      "write oci:" + l.folder() + ":TAG"));
    };
  }

  /** The store for reading. */
  default ImageStore open(RegistryClient client, Context context) {
    return switch (this) {
      case InRegistry r -> client.repository(r.reference());
      case InLayout l -> ImageLayout.open(folder(l, context));
    };
  }

  /** The store for writing; a layout is made if there is none. */
  default ImageStore openOrCreate(RegistryClient client, Context context) {
    return switch (this) {
      case InRegistry r -> client.repository(r.reference());
      case InLayout l -> ImageLayout.openOrCreate(folder(l, context));
    };
  }

  private static Path folder(InLayout layout, Context context) {
    return context.path(layout.folder());
  }
}
