package dev.assay.policy;

import dev.assay.trust.Signer;
import dev.assay.trust.TrustRoot;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A policy, resolved: every name in it points at something that exists.
 *
 * @param name what it calls itself
 * @param mode what a gate does with a refusal
 * @param rules in the order of the document; never empty
 * @param trustRoots whom to believe besides the signers; empty: whom the verifier believes anyway
 * @param evidence what every signature needs besides being valid
 */
public record TrustPolicy(
    String name, Mode mode, List<Rule> rules, List<TrustRoot> trustRoots, Evidence evidence) {

  /** What a gate does with a refusal. */
  public enum Mode {
    /** The refusal stands. */
    ENFORCE,
    /** It is recorded and warned about; the workload is admitted. */
    AUDIT
  }

  /**
   * What is asked of the images that a pattern matches. At least one requirement is there.
   *
   * @param images patterns over {@code registry/repository}
   */
  public record Rule(
      String path,
      List<Glob> images,
      Optional<Signature> signature,
      Optional<Provenance> provenance,
      Optional<Sbom> sbom) {
    public Rule {
      images = List.copyOf(images);
    }

    public boolean covers(String repository) {
      return images.stream().anyMatch(g -> g.matches(repository));
    }
  }

  /**
   * Signatures by at least {@code threshold} distinct keys out of {@code signers}.
   *
   * @param signers never empty, and with distinct keys
   * @param sameStatement whether they must all have signed the same bytes
   */
  public record Signature(List<Signer> signers, int threshold, boolean sameStatement) {
    public Signature {
      signers = List.copyOf(signers);
    }
  }

  /** A builder and the keys that may speak for it. */
  public record Builder(String id, List<Signer> signers) {
    public Builder {
      signers = List.copyOf(signers);
    }
  }

  /**
   * SLSA provenance by a trusted builder.
   *
   * @param builders never empty
   * @param buildTypes the build types accepted; empty accepts any
   * @param source what it must be built from
   * @param externalParameters what the build may have been told
   * @param dependencies where its inputs may come from
   */
  public record Provenance(
      List<Builder> builders,
      List<String> buildTypes,
      Optional<Source> source,
      Optional<ExternalParameters> externalParameters,
      Optional<Dependencies> dependencies) {
    public Provenance {
      builders = List.copyOf(builders);
      buildTypes = List.copyOf(buildTypes);
    }
  }

  /**
   * The source repository and the refs that may be built.
   *
   * @param repository exactly as the provenance names it, without {@code @ref}
   * @param refs patterns over fully qualified refs; empty accepts any
   */
  public record Source(String repository, List<Glob> refs) {
    public Source {
      refs = List.copyOf(refs);
    }
  }

  /**
   * The external parameters by name; any other that the provenance has is refused.
   *
   * @param expected values, compared as text
   * @param ignored names whose value does not matter
   */
  public record ExternalParameters(Map<String, String> expected, List<String> ignored) {
    public ExternalParameters {
      expected = Map.copyOf(expected);
      ignored = List.copyOf(ignored);
    }
  }

  /**
   * @param origins for each kind of package where it may come from; the first that matches a
   *     package decides
   * @param matchSbom whether provenance and SBOM must name the same packages with the same digests
   */
  public record Dependencies(List<Origin> origins, boolean matchSbom) {
    public Dependencies {
      origins = List.copyOf(origins);
    }
  }

  /**
   * @param packages a pattern over package URLs without version: {@code pkg:maven/com.acme/**}
   * @param from prefixes of the addresses accepted, each ending in a slash
   */
  public record Origin(Glob packages, List<String> from) {
    public Origin {
      from = List.copyOf(from);
    }
  }

  /** An SBOM signed by one of these. */
  public record Sbom(List<Signer> signers) {
    public Sbom {
      signers = List.copyOf(signers);
    }
  }

  /**
   * What every signature needs besides being valid. Each number counts distinct operators; absent:
   * what the trust root makes possible.
   *
   * @param logs transparency logs that have the signature
   * @param timestamps RFC 3161 authorities that saw it
   * @param certificateLogs certificate transparency logs that promised to publish the certificate
   * @param trustedTime whether managed keys need a proven time too
   * @param freshTrustRoot whether a stale trust root leaves the verdict open
   */
  public record Evidence(
      Optional<Integer> logs,
      Optional<Integer> timestamps,
      Optional<Integer> certificateLogs,
      boolean trustedTime,
      boolean freshTrustRoot) {

    /** Nothing is asked for that the trust root does not make possible. */
    public static final Evidence USUAL =
        new Evidence(Optional.empty(), Optional.empty(), Optional.empty(), false, false);
  }

  public TrustPolicy {
    rules = List.copyOf(rules);
    trustRoots = List.copyOf(trustRoots);
  }

  /** The rules that cover a repository; none means refusal. */
  public List<Rule> rulesFor(String repository) {
    return rules.stream().filter(r -> r.covers(repository)).toList();
  }
}
