package dev.assay.oci;

import java.util.List;

/**
 * What refers to a subject.
 *
 * @param found manifests whose subject is the digest asked for, as the store lists them; for the
 *     fallback tag, descriptors that lack a type or annotations have been completed from the
 *     manifests themselves
 * @param rejected entries of the listing that were left out, and why
 */
public record Referrers(List<Descriptor> found, List<Rejected> rejected, Source source) {

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
}
