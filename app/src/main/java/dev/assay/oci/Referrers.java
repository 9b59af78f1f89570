package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import java.util.List;
import java.util.Optional;

/**
 * What refers to a subject.
 *
 * @param found manifests whose subject is the digest asked for, as the store lists them; for the
 *     fallback tag, descriptors that lack a type or annotations have been completed from the
 *     manifests themselves
 * @param rejected entries of the listing that were left out, and why
 * @param cut why the listing goes on beyond what is here; empty when this is all of it
 */
public record Referrers(
    List<Descriptor> found, List<Rejected> rejected, Source source, Optional<String> cut) {

  /** Where the listing came from. */
  public enum Source {
    /** The referrers API of the registry. */
    API,
    /** The index under the tag {@code sha256-...}. */
    FALLBACK_TAG,
    /** An image layout, whose manifests were read. */
    LAYOUT
  }

  public record Rejected(Descriptor descriptor, String reason) {}

  public Referrers {
    found = List.copyOf(found);
    rejected = List.copyOf(rejected);
  }

  /** All there is. */
  public Referrers(List<Descriptor> found, List<Rejected> rejected, Source source) {
    this(found, rejected, source, Optional.empty());
  }

  static Referrers ofLayout(
      List<Descriptor> listed, Digest subject, Optional<String> artifactType) {
    List<Descriptor> found =
        listed.stream()
            .filter(d -> artifactType.isEmpty() || artifactType.equals(d.artifactType()))
            .toList();
    if (found.size() > Limits.REFERRERS) {
      throw new AssayException(
          Code.TOO_MANY,
          found.size()
              + " manifests refer to "
              + subject.brief()
              + "; at most "
              + Limits.REFERRERS);
    }
    return new Referrers(found, List.of(), Source.LAYOUT);
  }
}
