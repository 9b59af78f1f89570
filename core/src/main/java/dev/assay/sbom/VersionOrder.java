package dev.assay.sbom;

import java.util.OptionalInt;

/** The order of versions of one ecosystem. */
public interface VersionOrder {

  /** What the order is called: {@code maven}, {@code semver}. */
  String name();

  /**
   * Compares two versions; empty if one of them is not a version that this order can place. Costs
   * at most linear time.
   */
  OptionalInt compare(String a, String b);
}
