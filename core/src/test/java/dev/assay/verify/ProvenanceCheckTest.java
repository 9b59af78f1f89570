package dev.assay.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.policy.Glob;
import dev.assay.policy.TrustPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProvenanceCheckTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final Digest IMAGE = Forge.digest("image");
  private static final Digest JAR = Forge.digest("jar");
  private static final Forge CI = new Forge("ci");
  private static final Forge RELEASE = new Forge("release");
  private static final String LIB = "pkg:maven/com.acme/lib@1.2";
  private static final String FROM = "https://maven.acme.example/releases/com/acme/lib-1.2.jar";

  private static TrustPolicy policy(Optional<TrustPolicy.Dependencies> dependencies) {
    return new TrustPolicy(
        "p",
        TrustPolicy.Mode.ENFORCE,
        List.of(
            new TrustPolicy.Rule(
                "r",
                List.of(Glob.parse("r.example/pay")),
                Optional.empty(),
                Optional.of(
                    new TrustPolicy.Provenance(
                        List.of(
                            new TrustPolicy.Builder(Forge.BUILDER, List.of(CI.trusted)),
                            new TrustPolicy.Builder(
                                "https://other.example/b", List.of(RELEASE.trusted))),
                        List.of("https://ci.example/types/release@v1"),
                        Optional.of(
                            new TrustPolicy.Source(
                                Forge.SOURCE,
                                List.of(
                                    Glob.parse("refs/heads/main"), Glob.parse("refs/tags/v*")))),
                        Optional.of(
                            new TrustPolicy.ExternalParameters(
                                Map.of("workflow", "release"), List.of())),
                        dependencies)),
                dependencies.isPresent()
                    ? Optional.of(new TrustPolicy.Sbom(List.of(CI.trusted)))
                    : Optional.empty())),
        List.of(),
        TrustPolicy.Evidence.USUAL);
  }

  private static Check judge(TrustPolicy policy, History history, Candidate... candidates) {
    return Verifier.verify(
            Subject.of("r.example/pay", IMAGE),
            "r.example/pay",
            List.of(candidates),
            policy,
            Trust.NONE,
            history,
            NOW)
        .checks()
        .getFirst();
  }

  private static Check judge(Candidate... candidates) {
    return judge(policy(Optional.empty()), History.NONE, candidates);
  }

  private static void refused(Code code, Check check) {
    assertFalse(check.passed());
    assertEquals(code, check.code().orElseThrow(), check.toJson().pretty());
  }

  @Test
  void honestProvenanceIsAccepted() {
    Check check = judge(CI.provenance(IMAGE));
    assertTrue(check.passed(), check.toJson().pretty());
    assertTrue(check.detail().contains(Forge.COMMIT));
  }

  @Test
  void anImageWithoutARuleIsRefused() {
    Check check =
        Verifier.verify(
                Subject.of("r.example/other", IMAGE),
                "r.example/other",
                List.of(CI.provenance(IMAGE)),
                policy(Optional.empty()),
                Trust.NONE,
                History.NONE,
                NOW)
            .checks()
            .getFirst();
    refused(Code.NO_RULE, check);
  }

  @Test
  void aTrustedBuilderNamedByAnotherSignerIsRefused() {
    // The name of a good builder costs an attacker nothing; the pair is what counts.
    refused(Code.BUILDER_SIGNER_MISMATCH, judge(RELEASE.provenance(IMAGE)));
    refused(Code.WRONG_KEY, judge(new Forge("attacker").provenance(IMAGE)));
    refused(
        Code.WRONG_BUILDER,
        judge(
            CI.provenance(
                IMAGE,
                "https://ci.example/builders/dev@main",
                Forge.SOURCE + "@refs/heads/main",
                Forge.COMMIT,
                List.of())));
  }

  @ParameterizedTest
  @CsvSource({
    "git+https://git.example/pay@refs/heads/main, ",
    "git+https://git.example/pay@refs/tags/v1.2, ",
    "git+https://git.example/pay-evil@refs/heads/main, WRONG_SOURCE",
    "git+https://git.example.evil/pay@refs/heads/main, WRONG_SOURCE",
    "git+https://git.example@evil.example/pay@refs/heads/main, WRONG_SOURCE",
    "git+https://git.example/pay.git@refs/heads/main, WRONG_SOURCE",
    "git+https://git.example/Pay@refs/heads/main, WRONG_SOURCE",
    "https://git.example/pay@refs/heads/main, WRONG_SOURCE",
    "git+https://git.example/pay@refs/heads/dev, WRONG_SOURCE_REF",
    "git+https://git.example/pay@refs/heads/main@evil, WRONG_SOURCE_REF",
    "git+https://git.example/pay@refs/heads/refs/tags/v1, WRONG_SOURCE_REF",
    "git+https://git.example/pay@main, WRONG_SOURCE_REF",
    "git+https://git.example/pay, WRONG_SOURCE_REF"
  })
  void theSourceIsTheOneThatPolicyNames(String uri, Code code) {
    Check check = judge(CI.provenance(IMAGE, Forge.BUILDER, uri, Forge.COMMIT, List.of()));
    if (code == null) {
      assertTrue(check.passed(), check.toJson().pretty());
    } else {
      refused(code, check);
    }
  }

  @Test
  void aSecondSourceLeavesItOpenWhichWasBuilt() {
    Json good = Forge.source(Forge.SOURCE + "@refs/heads/main", Forge.COMMIT);
    Json evil = Forge.source("git+https://evil.example/pay@refs/heads/main", "0".repeat(40));
    refused(Code.NO_SOURCE_COMMIT, judge(CI.provenance(IMAGE, Forge.BUILDER, List.of(good, evil))));
    refused(Code.NO_SOURCE_COMMIT, judge(CI.provenance(IMAGE, Forge.BUILDER, List.of(evil, good))));
    refused(Code.NO_SOURCE_COMMIT, judge(CI.provenance(IMAGE, Forge.BUILDER, List.of())));
    refused(
        Code.NO_SOURCE_COMMIT,
        judge(
            CI.provenance(
                IMAGE,
                Forge.BUILDER,
                List.of(Forge.source(Forge.SOURCE + "@refs/heads/main", "6cb9515")))));
  }

  @Test
  void aSourceTagThatMovedIsRefused() {
    History history =
        new History() {
          @Override
          public Optional<String> firstCommit(String repository, String ref) {
            return repository.equals(Forge.SOURCE) && ref.equals("refs/tags/v1")
                ? Optional.of("a".repeat(40))
                : Optional.empty();
          }

          @Override
          public Optional<Digest> firstDigest(String packageUrl) {
            return Optional.empty();
          }
        };
    Candidate moved =
        CI.provenance(
            IMAGE, Forge.BUILDER, Forge.SOURCE + "@refs/tags/v1", Forge.COMMIT, List.of());
    Candidate same =
        CI.provenance(
            IMAGE, Forge.BUILDER, Forge.SOURCE + "@refs/tags/v1", "a".repeat(40), List.of());
    TrustPolicy policy = policy(Optional.empty());
    refused(Code.SOURCE_TAG_MOVED, judge(policy, history, moved));
    assertTrue(judge(policy, history, same).passed());
  }

  private static TrustPolicy.Dependencies origins(boolean matchSbom) {
    return new TrustPolicy.Dependencies(
        List.of(
            new TrustPolicy.Origin(
                Glob.parse("pkg:maven/com.acme/**"),
                List.of("https://maven.acme.example/releases/")),
            new TrustPolicy.Origin(
                Glob.parse("pkg:maven/**"), List.of("https://public.example/maven2/"))),
        matchSbom);
  }

  private static Check withPackages(History history, boolean matchSbom, Candidate... candidates) {
    return judge(policy(Optional.of(origins(matchSbom))), history, candidates);
  }

  private static Candidate built(Json... packages) {
    return CI.provenance(
        IMAGE, Forge.BUILDER, Forge.SOURCE + "@refs/heads/main", Forge.COMMIT, List.of(packages));
  }

  @ParameterizedTest
  @CsvSource({
    "pkg:maven/com.acme/lib@1.2, https://maven.acme.example/releases/com/acme/lib-1.2.jar, ",
    "pkg:maven/org.other/x@1, https://public.example/maven2/org/other/x-1.jar, ",
    // The internal name from the public registry: dependency confusion.
    "pkg:maven/com.acme/lib@99, https://public.example/maven2/com/acme/lib-99.jar,"
        + " DEPENDENCY_ORIGIN",
    "pkg:maven/com%2Eacme/lib@99, https://public.example/maven2/x.jar, DEPENDENCY_ORIGIN",
    "pkg:maven/com.acme/lib@1.2, https://maven.acme.example.evil/releases/lib.jar,"
        + " DEPENDENCY_ORIGIN",
    "pkg:maven/com.acme/lib@1.2, https://maven.acme.example/releases/../evil/lib.jar,"
        + " DEPENDENCY_ORIGIN",
    "pkg:maven/com.acme/lib@1.2, https://maven.acme.example/releases/%2e%2e/evil.jar,"
        + " DEPENDENCY_ORIGIN",
    "pkg:maven/com.acme/lib@1.2, https://u@maven.acme.example/releases/lib.jar, DEPENDENCY_ORIGIN",
    "pkg:maven/com.acme/lib@1.2, http://maven.acme.example/releases/lib.jar, DEPENDENCY_ORIGIN",
    "pkg:maven/com.acme/lib@1.2, '', DEPENDENCY_ORIGIN",
    "pkg:npm/left-pad@1, https://public.example/maven2/left-pad.tgz, DEPENDENCY_ORIGIN",
    "pkg:maven, https://public.example/maven2/x.jar, BAD_PURL"
  })
  void aPackageMayComeOnlyFromItsOrigins(String purl, String from, Code code) {
    Check check = withPackages(History.NONE, false, built(Forge.dependency(purl, from, JAR)));
    if (code == null) {
      assertTrue(check.passed(), check.toJson().pretty());
    } else {
      refused(code, check);
    }
  }

  @Test
  void aPackageWithoutAStrongDigestIsRefused() {
    Json weak =
        Json.object()
            .put("uri", LIB)
            .put("downloadLocation", FROM)
            .put("digest", Json.object().put("sha1", "a".repeat(40)))
            .build();
    refused(Code.DEPENDENCY_NO_DIGEST, withPackages(History.NONE, false, built(weak)));
  }

  @Test
  void provenanceWithoutPackagesLeavesTheQuestionOpen() {
    Check check = withPackages(History.NONE, false, built());
    assertEquals(Check.Outcome.NOT_EVALUATED, check.outcome());
  }

  @Test
  void aPackageThatHadAnotherDigestBeforeIsRefused() {
    History history =
        new History() {
          @Override
          public Optional<String> firstCommit(String repository, String ref) {
            return Optional.empty();
          }

          @Override
          public Optional<Digest> firstDigest(String packageUrl) {
            return packageUrl.equals(LIB)
                ? Optional.of(Forge.digest("as it was"))
                : Optional.empty();
          }
        };
    refused(
        Code.DEPENDENCY_SUBSTITUTED,
        withPackages(history, false, built(Forge.dependency(LIB, FROM, JAR))));
    refused(
        Code.DEPENDENCY_SUBSTITUTED,
        withPackages(history, false, built(Forge.dependency(LIB + "?type=jar", FROM, JAR))));
  }

  @Test
  void provenanceAndSbomMustAgreeWhenPolicySaysSo() {
    Candidate provenance = built(Forge.dependency(LIB, FROM, JAR));
    assertTrue(withPackages(History.NONE, true, provenance, CI.sbom(IMAGE, LIB, JAR)).passed());
    refused(
        Code.DEPENDENCY_INCOMPLETE,
        withPackages(
            History.NONE, true, provenance, CI.sbom(IMAGE, "pkg:maven/com.acme/x@1", JAR)));
    refused(
        Code.DEPENDENCY_INCOMPLETE,
        withPackages(
            History.NONE, true, provenance, CI.sbom(IMAGE, LIB, Forge.digest("another jar"))));
    assertEquals(
        Check.Outcome.NOT_EVALUATED,
        withPackages(History.NONE, true, provenance, new Forge("attacker").sbom(IMAGE, LIB, JAR))
            .outcome());
  }
}
