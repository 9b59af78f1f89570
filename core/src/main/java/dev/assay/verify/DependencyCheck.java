package dev.assay.verify;

import dev.assay.attest.PredicateTypes;
import dev.assay.attest.SlsaProvenance;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.policy.TrustPolicy;
import dev.assay.sbom.CycloneDxReader;
import dev.assay.sbom.Purl;
import dev.assay.trust.Signer;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The inputs that provenance names, against where policy says they may come from, what was recorded
 * of them before, and what the SBOM says is in the image. A build that names no packages leaves the
 * question open: it is not a pass.
 */
final class DependencyCheck {

  private static final int SHOWN = 20;

  private final Subject subject;
  private final List<Evidence> evidence;
  private final History history;
  private final Instant at;

  DependencyCheck(Subject subject, List<Evidence> evidence, History history, Instant at) {
    this.subject = subject;
    this.evidence = evidence;
    this.history = history;
    this.at = at;
  }

  Check judge(
      TrustPolicy.Dependencies policy, SlsaProvenance provenance, List<Signer> sbomSigners) {
    List<SlsaProvenance.Dependency> packages =
        provenance.resolvedDependencies().stream().filter(d -> d.sourceCommit().isEmpty()).toList();
    if (packages.isEmpty()) {
      return Check.notEvaluated(
          "dependencies",
          Code.NOT_EVALUATED,
          "the provenance names no packages, so their origin cannot be judged");
    }
    List<Check> parts = new ArrayList<>();
    for (SlsaProvenance.Dependency dependency : packages) {
      judge(policy, dependency).ifPresent(parts::add);
      if (parts.size() >= SHOWN) {
        break;
      }
    }
    if (parts.isEmpty() && policy.matchSbom()) {
      matchSbom(packages, sbomSigners).ifPresent(parts::add);
    }
    if (parts.isEmpty()) {
      return Check.pass(
          "dependencies",
          packages.size()
              + (packages.size() == 1 ? " package" : " packages")
              + ", each with a digest and from an accepted origin");
    }
    Check first = parts.getFirst();
    return new Check(
        "dependencies",
        first.outcome(),
        first.code(),
        first.detail(),
        first.expected(),
        first.found(),
        first.evidence(),
        parts.size() > 1 ? parts : List.of());
  }

  private Optional<Check> judge(
      TrustPolicy.Dependencies policy, SlsaProvenance.Dependency dependency) {
    String name = packageName(dependency);
    if (name.startsWith("pkg:") && Purl.tryParse(name).isEmpty()) {
      return Optional.of(
          Check.fail(Text.printable(name), Code.BAD_PURL, Text.quote(name) + " is no package URL"));
    }
    Optional<Digest> digest = dependency.strongDigest();
    if (digest.isEmpty()) {
      return Optional.of(
          Check.fail(
              Text.printable(name),
              Code.DEPENDENCY_NO_DIGEST,
              Text.printable(name) + " has no sha256, sha384 or sha512"));
    }
    if (!policy.origins().isEmpty()) {
      Optional<Check> origin = origin(policy, dependency, name);
      if (origin.isPresent()) {
        return origin;
      }
    }
    Optional<Digest> before = history.firstDigest(name);
    if (before.isPresent()
        && before.get().algorithm() == digest.get().algorithm()
        && !before.get().equals(digest.get())) {
      return Optional.of(
          Check.fail(
                  name,
                  Code.DEPENDENCY_SUBSTITUTED,
                  name + " was recorded with another digest before")
              .expected(before.get().toString(), digest.get().toString()));
    }
    return Optional.empty();
  }

  private static Optional<Check> origin(
      TrustPolicy.Dependencies policy, SlsaProvenance.Dependency dependency, String name) {
    String unversioned = withoutVersion(name);
    for (TrustPolicy.Origin origin : policy.origins()) {
      if (origin.packages().matches(unversioned)) {
        String from = dependency.downloadLocation().orElse(dependency.uri().orElse(""));
        if (origin.from().stream().anyMatch(prefix -> below(prefix, from))) {
          return Optional.empty();
        }
        return Optional.of(
            Check.fail(
                    Text.printable(name),
                    Code.DEPENDENCY_ORIGIN,
                    Text.printable(unversioned) + " may not come from there")
                .expected(
                    String.join(" or ", origin.from()),
                    from.isEmpty() ? "no origin stated" : from));
      }
    }
    return Optional.of(
        Check.fail(
            Text.printable(name),
            Code.DEPENDENCY_ORIGIN,
            "no origin is declared for " + Text.printable(unversioned)));
  }

  /**
   * Whether an address lies below a prefix, told from its parsed parts so that no spelling slips
   * past.
   */
  static boolean below(String prefix, String address) {
    try {
      URI base = new URI(prefix);
      URI uri = new URI(address);
      String path = uri.getRawPath();
      if (path == null
          || base.getRawPath() == null
          || uri.getScheme() == null
          || !uri.getScheme().equalsIgnoreCase(base.getScheme())
          || uri.getRawUserInfo() != null
          || !java.util.Objects.equals(authority(uri), authority(base))) {
        return false;
      }
      String lower = path.toLowerCase(Locale.ROOT);
      if (lower.contains("%2e") || lower.contains("%2f") || lower.contains("%5c")) {
        return false;
      }
      for (String segment : path.split("/", -1)) {
        if (segment.equals("..") || segment.equals(".")) {
          return false;
        }
      }
      return path.startsWith(base.getRawPath());
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static String authority(URI uri) {
    return uri.getRawAuthority() == null ? "" : uri.getRawAuthority().toLowerCase(Locale.ROOT);
  }

  // A package URL is taken in its normal form, so that another spelling of a name is that name.
  private static String packageName(SlsaProvenance.Dependency dependency) {
    String uri = dependency.uri().or(dependency::name).orElse("(a dependency without a name)");
    return Purl.tryParse(uri).map(p -> p.withoutQualifiers().toString()).orElse(uri);
  }

  private static String withoutVersion(String name) {
    return Purl.tryParse(name).map(p -> p.withoutVersion().toString()).orElse(name);
  }

  /** Provenance and SBOM must name the same packages with the same digests. */
  private Optional<Check> matchSbom(
      List<SlsaProvenance.Dependency> packages, List<Signer> sbomSigners) {
    Map<String, Digest> built = new TreeMap<>();
    for (SlsaProvenance.Dependency dependency : packages) {
      String name = packageName(dependency);
      if (name.startsWith("pkg:")) {
        built.put(name, dependency.strongDigest().orElseThrow());
      }
    }
    Optional<Map<String, Optional<Digest>>> listed = trustedSbom(sbomSigners);
    if (listed.isEmpty()) {
      return Optional.of(
          Check.notEvaluated(
              "sbom",
              Code.NOT_EVALUATED,
              "there is no SBOM from a trusted signer to compare with"));
    }
    List<String> differences = new ArrayList<>();
    built.forEach((name, digest) -> {
      Optional<Digest> other = listed.get().get(name);
      if (other == null) {
        differences.add(name + " is built in but not in the SBOM");
      } else if (other.isPresent()
          && other.get().algorithm() == digest.algorithm()
          && !other.get().equals(digest)) {
        differences.add(name + " has another digest in the SBOM");
      }
    });
    for (String name : listed.get().keySet()) {
      if (!built.containsKey(name)) {
        differences.add(name + " is in the SBOM but not in the provenance");
      }
    }
    if (differences.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        Check.fail(
            "sbom",
            Code.DEPENDENCY_INCOMPLETE,
            Text.printable(
                    String.join("; ", differences.subList(0, Math.min(differences.size(), 5))))
                + (differences.size() > 5 ? " and " + (differences.size() - 5) + " more" : "")));
  }

  private Optional<Map<String, Optional<Digest>>> trustedSbom(List<Signer> signers) {
    for (Evidence candidate : evidence) {
      if (candidate.unreadable().isPresent()
          || candidate.predicateType().filter(PredicateTypes::isCycloneDx).isEmpty()
              && !Detached.mayStandFor(PredicateTypes.CYCLONEDX, candidate)
          || candidate.otherSubject(subject).isPresent()
          || candidate.signedBy(signers, subject, at).by().isEmpty()) {
        continue;
      }
      Map<String, Optional<Digest>> out = new TreeMap<>();
      Optional<byte[]> sbom = sbom(candidate);
      if (sbom.isEmpty()) {
        continue;
      }
      try {
        CycloneDxReader.read(
            sbom.get(),
            component ->
                component
                    .purl()
                    .ifPresent(purl ->
                        out.put(purl.withoutQualifiers().toString(), component.strongDigest())));
      } catch (AssayException e) {
        continue;
      }
      return Optional.of(out);
    }
    return Optional.empty();
  }

  private static Optional<byte[]> sbom(Evidence candidate) {
    return Detached.mayStandFor(PredicateTypes.CYCLONEDX, candidate)
        ? candidate.document(PredicateTypes.CYCLONEDX).document().map(Verifier.Document::bytes)
        : Optional.of(Text.utf8(candidate.statement().predicate().compact()));
  }
}
