package dev.assay.sbom;

import dev.assay.bytes.Digest;
import java.util.Map;
import java.util.Optional;

/**
 * One component of a bill of materials, as it was written there. The package URL is kept as text,
 * since one that cannot be read must not make a component vanish.
 *
 * @param bomRef its name inside the document
 * @param type CycloneDX component type: {@code library}, {@code file}, {@code operating-system} ...
 * @param purlText the package URL as written
 * @param hashes algorithm as written ({@code SHA-256}) to lower-case hexadecimal
 */
public record Component(
    Optional<String> bomRef,
    String type,
    Optional<String> group,
    String name,
    Optional<String> version,
    Optional<String> purlText,
    Map<String, String> hashes) {

  public Component {
    hashes = Map.copyOf(hashes);
    group = group.filter(g -> !g.isEmpty());
    version = version.filter(v -> !v.isEmpty());
    purlText = purlText.filter(p -> !p.isEmpty());
  }

  /** A component known by its package URL alone. */
  public static Component of(Purl purl) {
    return new Component(
        Optional.empty(),
        "library",
        purl.namespace(),
        purl.name(),
        purl.version(),
        Optional.of(purl.toString()),
        Map.of());
  }

  /** The package URL; absent where there is none or where it cannot be read. */
  public Optional<Purl> purl() {
    return purlText.flatMap(Purl::tryParse);
  }

  /** A SHA-2 digest of its content, if the document has a well-formed one. */
  public Optional<Digest> strongDigest() {
    for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
      String name = "SHA-" + algorithm.id().substring("sha".length());
      String text = algorithm.id() + ":" + hashes.get(name);
      if (Digest.isDigest(text)) {
        return Optional.of(Digest.parse(text));
      }
    }
    return Optional.empty();
  }

  /** The version: the package URL's, or else the component's. */
  public Optional<String> effectiveVersion() {
    return purl().flatMap(Purl::version).or(() -> version);
  }
}
