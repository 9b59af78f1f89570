package dev.assay.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.assay.attest.EvidenceReader;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Digest;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.PublicKey;
import dev.assay.lab.Lab;
import dev.assay.trust.CertificateSigner;
import dev.assay.trust.NamePattern;
import dev.assay.trust.Signer;
import dev.assay.trust.TrustRootReader;
import dev.assay.trust.TrustedKey;
import dev.assay.verify.Candidate;
import dev.assay.verify.Check;
import dev.assay.verify.History;
import dev.assay.verify.Requirement;
import dev.assay.verify.Subject;
import dev.assay.verify.Trust;
import dev.assay.verify.Verifier;
import dev.sigstore.KeylessVerificationException;
import dev.sigstore.KeylessVerifier;
import dev.sigstore.VerificationOptions;
import dev.sigstore.VerificationOptions.CertificateMatcher;
import dev.sigstore.bundle.Bundle;
import dev.sigstore.bundle.BundleParseException;
import dev.sigstore.strings.StringMatcher;
import dev.sigstore.trustroot.SigstoreConfigurationException;
import dev.sigstore.trustroot.SigstoreTrustedRoot;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The same evidence through Assay and through sigstore-java. What they judge differently is listed
 * here and explained, one by one, in docs/differences.md; anything else fails.
 */
class DifferentialTest {

  private static final String ISSUER = "https://token.actions.githubusercontent.com";
  private static final String BEACON =
      "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
          + ".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private static final List<String> DIFFERENCES =
      List.of(
          "integrated-time-in-future_fail: only sigstore-java accepts",
          "managed-key-happy-path: only Assay accepts",
          "rekor2-dsse-happy-path: only Assay accepts",
          "trust-root-tlog-missing-validity-start_fail: only sigstore-java accepts");

  private static final List<String> LAB_DIFFERENCES =
      List.of(
          "v1, P-384 leaf: only Assay accepts",
          "provenance in v2: only Assay accepts",
          "provenance as intoto: only Assay accepts",
          "v1, bundle 0.1 without proof: only Assay accepts",
          "integrated after the certificate: only sigstore-java accepts");

  private static final List<String> GITHUB_DIFFERENCES =
      List.of(
          "sigstore-js-2.1.0-bundle.json: only Assay accepts",
          "sigstore-js-2.1.0-bundle-v0.1.json: only Assay accepts");

  private static Path corpus(String name) {
    String set = System.getProperty("ASSAY_CORPUS", System.getenv("ASSAY_CORPUS"));
    Path corpus =
        set != null
            ? Path.of(set)
            : Path.of(System.getProperty("assay.root", "..")).resolve("../shared/corpus");
    Path folder = corpus.resolve(name);
    Assumptions.assumeTrue(Files.isDirectory(folder), () -> "no corpus: " + folder);
    return folder;
  }

  private static boolean ours(
      byte[] bundle, Subject subject, Signer signer, byte[] root, Instant at) {
    try {
      EvidenceReader.Piece piece = EvidenceReader.pieces(bundle, 32 << 20).getFirst();
      return Verifier.verify(
              subject,
              List.of(Candidate.of("bundle", piece.bytes(), piece.bundle())),
              List.of(new Requirement.AnyEvidence(List.of(signer))),
              Trust.of(List.of(TrustRootReader.readAll(root).getFirst())),
              History.NONE,
              at)
          .checks()
          .stream()
          .allMatch(Check::passed);
    } catch (AssayException e) {
      return false;
    }
  }

  private static boolean theirs(
      byte[] bundle, byte[] digest, String identity, String issuer, byte[] root) {
    try {
      SigstoreTrustedRoot trusted = SigstoreTrustedRoot.from(new ByteArrayInputStream(root));
      KeylessVerifier.builder()
          .trustedRootProvider(() -> trusted)
          .build()
          .verify(
              digest,
              Bundle.from(new StringReader(new String(bundle, StandardCharsets.UTF_8))),
              VerificationOptions.builder()
                  .addCertificateMatchers(
                      CertificateMatcher.fulcio()
                          .subjectAlternativeName(StringMatcher.string(identity))
                          .issuer(StringMatcher.string(issuer))
                          .build())
                  .build());
      return true;
    } catch (BundleParseException
        | KeylessVerificationException
        | GeneralSecurityException
        | SigstoreConfigurationException
        | RuntimeException e) {
      return false;
    }
  }

  private static void compare(String name, boolean ours, boolean theirs, List<String> out) {
    if (ours != theirs) {
      out.add(name + ": only " + (ours ? "Assay" : "sigstore-java") + " accepts");
    }
  }

  private static byte[] orElse(Path file, Path other) throws IOException {
    return Files.readAllBytes(Files.exists(file) ? file : other);
  }

  private static String text(Path file, String other) throws IOException {
    return Files.exists(file) ? Files.readString(file).strip() : other;
  }

  @Test
  void theConformanceSuite() throws IOException {
    Path folder = corpus("sigstore-conformance");
    List<String> differences = new ArrayList<>();
    int cases = 0;
    try (Stream<Path> all = Files.list(folder)) {
      for (Path each : all.sorted().toList()) {
        if (!Files.exists(each.resolve("bundle.sigstore.json"))) {
          continue;
        }
        cases++;
        byte[] bundle = Files.readAllBytes(each.resolve("bundle.sigstore.json"));
        byte[] artifact = orElse(each.resolve("artifact"), folder.resolve("_common/a.txt"));
        byte[] root =
            orElse(
                each.resolve("trusted_root.json"),
                corpus("sigstore-root").resolve("trusted_root.json"));
        String identity = text(each.resolve("identity"), BEACON);
        String issuer = text(each.resolve("issuer"), ISSUER);
        Signer signer = signer(identity, issuer);
        if (Files.exists(each.resolve("key.pub"))) {
          try {
            signer =
                TrustedKey.always(
                    "key", PublicKey.fromPem(Files.readAllBytes(each.resolve("key.pub"))));
          } catch (AssayException e) {
            continue; // a case about a key that is none: there is nobody to compare with
          }
        }
        compare(
            String.valueOf(each.getFileName()),
            ours(bundle, Subject.of("artifact", artifact), signer, root, NOW),
            theirs(bundle, Hashes.sha256(artifact), identity, issuer, root),
            differences);
      }
    }
    assertEquals(DIFFERENCES, differences);
    assertEquals(50, cases);
  }

  private static CertificateSigner signer(String identity, String issuer) {
    return CertificateSigner.of(
        "signer", NamePattern.exactly(issuer), NamePattern.exactly(identity));
  }

  @Test
  void gitHubsAttestations() throws IOException {
    Path folder = corpus("gh-attestation");
    byte[] root = Files.readAllBytes(folder.resolve("trusted_root.json"));
    String js =
        "https://github.com/sigstore/sigstore-js/.github/workflows/release.yml@refs/heads/main";
    List<String> differences = new ArrayList<>();
    for (String file :
        List.of(
            "sigstore-js-2.1.0-bundle.json",
            "sigstore-js-2.1.0-bundle-v0.1.json",
            "sigstoreBundle-invalid-signature.json")) {
      byte[] bundle = Files.readAllBytes(folder.resolve(file));
      byte[] artifact = Files.readAllBytes(folder.resolve("sigstore-js-2.1.0.tgz"));
      Digest digest = Hashes.digest(Digest.Algorithm.SHA512, artifact);
      compare(
          file,
          ours(bundle, Subject.of("artifact", digest), signer(js, ISSUER), root, NOW),
          theirs(bundle, Hashes.sha256(artifact), js, ISSUER, root),
          differences);
    }
    assertEquals(GITHUB_DIFFERENCES, differences);
  }

  @Test
  void theLab() {
    Lab lab = PeersAgreeTest.LAB;
    List<String> differences = new ArrayList<>();
    byte[] root = lab.trustRoot().bytes();
    Stream.concat(PeersAgreeTest.both(), PeersAgreeTest.cosignOnly())
        .forEach(each -> {
          byte[] bundle = each.bundle().bytes();
          byte[] artifact = each.bundle().artifact();
          boolean ours =
              ours(
                  bundle,
                  Subject.of("artifact", artifact),
                  signer(Lab.IDENTITY, Lab.ISSUER),
                  root,
                  lab.now().plusSeconds(86_400));
          assertEquals(each.good(), ours, each.name());
          compare(
              each.name(),
              ours,
              theirs(bundle, Hashes.sha256(artifact), Lab.IDENTITY, Lab.ISSUER, root),
              differences);
        });
    assertEquals(LAB_DIFFERENCES, differences);
  }
}
