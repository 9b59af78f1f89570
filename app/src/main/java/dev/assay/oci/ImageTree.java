package dev.assay.oci;

import dev.assay.bytes.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * An image as one store has it: for an index every manifest it lists, and for each manifest what
 * hangs on it, and what hangs on that. Made by {@link ImageTreeReader}; every manifest in it has
 * been compared with its digest.
 */
public final class ImageTree {

  /** How a manifest comes into the tree. */
  public enum How {
    /** It is what was asked for. */
    ROOT,
    /** The index above lists it. */
    PART,
    /** Its subject is the manifest above. */
    REFERRER,
    /** It lies under a tag that is made of the digest above: {@code sha256-<hex>.sig}. */
    TAG
  }

  private final How how;
  private final Descriptor listed;
  private final Optional<String> tag;
  private final StoredManifest stored;
  private final Content content;
  final List<ImageTree> parts = new ArrayList<>();
  final List<ImageTree> attached = new ArrayList<>();
  final List<String> skipped = new ArrayList<>();
  boolean repeated;
  Optional<Referrers.Source> source = Optional.empty();

  ImageTree(How how, Descriptor listed, Optional<String> tag, StoredManifest stored) {
    this.how = how;
    this.listed = listed;
    this.tag = tag;
    this.stored = stored;
    this.content = stored.content();
  }

  public How how() {
    return how;
  }

  /** As the index or the listing of referrers has it, with platform and annotations. */
  public Descriptor listed() {
    return listed;
  }

  /** The tag made of the digest above, for {@link How#TAG}. */
  public Optional<String> tag() {
    return tag;
  }

  public Descriptor descriptor() {
    return stored.descriptor();
  }

  public Digest digest() {
    return stored.descriptor().digest();
  }

  public StoredManifest stored() {
    return stored;
  }

  public Content content() {
    return content;
  }

  /** The manifests that the index lists, in its order. */
  public List<ImageTree> parts() {
    return List.copyOf(parts);
  }

  /** What hangs on this manifest: referrers, then what lies under tags. */
  public List<ImageTree> attached() {
    return List.copyOf(attached);
  }

  /** What the store lists as about this manifest, and which is not: one line each. */
  public List<String> skipped() {
    return List.copyOf(skipped);
  }

  /** Whether it occurs earlier in the tree; then nothing is below it here. */
  public boolean repeated() {
    return repeated;
  }

  /** Where the listing of what refers to this came from; empty if it was not asked for. */
  public Optional<Referrers.Source> source() {
    return source;
  }

  /** Its config and layers, as far as they are kept in registries. */
  public List<Descriptor> blobs() {
    return content.references().stream()
        .filter(d -> content instanceof Manifest ? d.urls().isEmpty() : !isManifest(d))
        .toList();
  }

  static boolean isManifest(Descriptor descriptor) {
    return MediaTypes.isManifest(descriptor.mediaType())
        || MediaTypes.isIndex(descriptor.mediaType());
  }

  /** This, what it rests on, then what hangs on it; what is repeated only where it is first. */
  public void forEach(Consumer<ImageTree> action) {
    if (repeated) {
      return;
    }
    action.accept(this);
    parts.forEach(p -> p.forEach(action));
    attached.forEach(a -> a.forEach(action));
  }

  public List<ImageTree> all() {
    List<ImageTree> all = new ArrayList<>();
    forEach(all::add);
    return all;
  }
}
