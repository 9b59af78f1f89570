package dev.assay.sbom;

import java.util.Map;
import java.util.Optional;

/**
 * The version orders known here, by OSV ecosystem (OSV schema, "Defined ecosystems") and by package
 * URL type. An ecosystem that is not listed cannot be ordered: what depends on its order is
 * undetermined.
 */
public final class Versions {

  /** Longer versions are not ordered; real ones are far below. */
  static final int MAX_LENGTH = 256;

  private static final VersionOrder MAVEN = new MavenOrder();
  private static final VersionOrder SEMVER = new SemverOrder();

  // Ecosystems whose registry demands Semantic Versioning 2.0.
  private static final Map<String, VersionOrder> BY_ECOSYSTEM =
      Map.of(
          "Maven", MAVEN,
          "Go", SEMVER,
          "npm", SEMVER,
          "crates.io", SEMVER,
          "Hex", SEMVER,
          "SwiftURL", SEMVER);

  private static final Map<String, VersionOrder> BY_TYPE =
      Map.of(
          "maven", MAVEN,
          "golang", SEMVER,
          "npm", SEMVER,
          "cargo", SEMVER,
          "hex", SEMVER,
          "swift", SEMVER);

  private Versions() {}

  /** Maven's order ({@code ComparableVersion} of Maven 3.9). */
  public static VersionOrder maven() {
    return MAVEN;
  }

  /** Semantic Versioning 2.0.0, section 11; a leading {@code v} is accepted. */
  public static VersionOrder semver() {
    return SEMVER;
  }

  /** The order of an OSV ecosystem; a suffix ({@code Debian:12}) is left aside. */
  public static Optional<VersionOrder> ofEcosystem(String ecosystem) {
    int colon = ecosystem.indexOf(':');
    return Optional.ofNullable(
        BY_ECOSYSTEM.get(colon < 0 ? ecosystem : ecosystem.substring(0, colon)));
  }

  /** The order of a package URL type. */
  public static Optional<VersionOrder> ofType(String purlType) {
    return Optional.ofNullable(BY_TYPE.get(purlType));
  }
}
