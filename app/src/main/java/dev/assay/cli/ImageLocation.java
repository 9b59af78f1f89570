package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.oci.ArchiveWriter;
import dev.assay.oci.ImageArchive;
import dev.assay.oci.ImageLayout;
import dev.assay.oci.ImageStore;
import dev.assay.oci.LocalImages;
import dev.assay.oci.Reference;
import dev.assay.oci.RegistryClient;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where an image is: in a registry, {@code registry/repository:tag}; in an image layout, {@code
 * oci:DIR:TAG} or {@code oci:DIR@sha256:...}; in an archive of one, {@code oci-archive:FILE:TAG};
 * or in what {@code docker save} wrote, {@code docker-archive:FILE:TAG}. An archive of a single
 * image needs no tag.
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

  /** How an image lies in a folder or file. */
  enum Kind {
    LAYOUT("oci:", "DIR"),
    OCI_ARCHIVE("oci-archive:", "FILE"),
    DOCKER_ARCHIVE("docker-archive:", "FILE");

    private final String prefix;
    private final String operand;

    Kind(String prefix, String operand) {
      this.prefix = prefix;
      this.operand = operand;
    }
  }

  record OnDisk(Kind kind, String path, Optional<String> tag, Optional<Digest> digest)
      implements ImageLocation {
    @Override
    public String at(Digest other) {
      return kind.prefix + path + "@" + other;
    }

    /** What it is called without tag and digest. */
    String name() {
      return kind.prefix + path;
    }

    /** The store for reading. */
    ImageStore open(Context context) {
      Path file = context.path(path);
      return switch (kind) {
        case LAYOUT -> ImageLayout.open(file);
        case OCI_ARCHIVE -> ImageArchive.openOci(file);
        case DOCKER_ARCHIVE -> ImageArchive.openDocker(file);
      };
    }
  }

  /** Whether the text names an image on disk. */
  static boolean isOnDisk(String text) {
    for (Kind kind : Kind.values()) {
      if (text.startsWith(kind.prefix)) {
        return true;
      }
    }
    return false;
  }

  /** This image by its digest, as it is written on a command line. */
  String at(Digest digest);

  Optional<String> tag();

  /**
   * @throws AssayException with {@link Code#BAD_REFERENCE}
   */
  static ImageLocation parse(String text) {
    for (Kind kind : Kind.values()) {
      if (text.startsWith(kind.prefix)) {
        return onDisk(kind, text);
      }
    }
    return new InRegistry(Reference.parse(text));
  }

  private static OnDisk onDisk(Kind kind, String text) {
    String rest = text.substring(kind.prefix.length());
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
          Code.BAD_REFERENCE,
          "not an image in a layout or archive: " + Text.quote(text),
          "write " + kind.prefix + kind.operand + ":TAG");
    }
    return new OnDisk(kind, rest, tag, digest);
  }

  /** What is asked for in the store: the digest if there is one, else the tag. */
  default String identifier(ImageStore store) {
    if (this instanceof InRegistry r) {
      return r.reference().identifier();
    }
    OnDisk d = (OnDisk) this;
    return d.digest()
        .map(Digest::toString)
        .or(d::tag)
        .or(() -> store instanceof LocalImages local ? local.only() : Optional.empty())
        .orElseThrow(() ->
            new AssayException(
                Code.BAD_REFERENCE,
                "neither tag nor digest: " + Text.quote(d.kind.prefix + d.path()),
                "write " + d.kind.prefix + d.path() + ":TAG"));
  }

  /** The store for reading. */
  default ImageStore open(RegistryClient client, Context context) {
    if (this instanceof InRegistry r) {
      return client.repository(r.reference());
    }
    return ((OnDisk) this).open(context);
  }

  /** The store for writing; a layout is made if there is none, an archive is always a new one. */
  default ImageStore openOrCreate(RegistryClient client, Context context) {
    if (this instanceof InRegistry r) {
      return client.repository(r.reference());
    }
    OnDisk d = (OnDisk) this;
    Path path = context.path(d.path());
    return switch (d.kind()) {
      case LAYOUT -> ImageLayout.openOrCreate(path);
      case OCI_ARCHIVE -> new ArchiveWriter(path);
      case DOCKER_ARCHIVE ->
          throw new AssayException(
              Code.USAGE,
              "Docker archives are read, not written",
              "write " + Kind.OCI_ARCHIVE.prefix + d.path());
    };
  }
}
