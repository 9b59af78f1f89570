package dev.assay.adversary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.attest.EvidenceReader;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.crypto.Hashes;
import dev.assay.trust.CertificateSigner;
import dev.assay.trust.NamePattern;
import dev.assay.trust.TrustRootReader;
import dev.assay.verify.Candidate;
import dev.assay.verify.Check;
import dev.assay.verify.History;
import dev.assay.verify.Requirement;
import dev.assay.verify.Subject;
import dev.assay.verify.Trust;
import dev.assay.verify.Verifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** GitHub's artifact attestations and npm's provenance, as the gh command's own tests have them. */
class GitHubAttestationTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final String GITHUB = "https://token.actions.githubusercontent.com";
  private static final String SIGSTORE_JS =
      "https://github.com/sigstore/sigstore-js/.github/workflows/release.yml@refs/heads/main";

  private static Check judge(
      String evidence, String artifact, Digest.Algorithm hash, CertificateSigner signer)
      throws IOException {
    Path folder = AdversaryCorpus.folder("gh-attestation");
    byte[] content = Files.readAllBytes(folder.resolve(artifact));
    List<Candidate> candidates = new ArrayList<>();
    for (EvidenceReader.Piece piece :
        EvidenceReader.pieces(Files.readAllBytes(folder.resolve(evidence)), 32 << 20)) {
      candidates.add(Candidate.of(evidence, piece.bytes(), piece.bundle()));
    }
    return Verifier.verify(
            Subject.of(artifact, Hashes.digest(hash, content)),
            candidates,
            List.of(new Requirement.AnyEvidence(List.of(signer))),
            Trust.of(
                TrustRootReader.readAll(Files.readAllBytes(folder.resolve("trusted_root.json")))),
            History.NONE,
            NOW)
        .checks()
        .getFirst();
  }

  private static CertificateSigner signer(String issuer, String identity) {
    return CertificateSigner.of(
        "signer", NamePattern.exactly(issuer), NamePattern.matching(identity));
  }

  private static void accepted(Check check) {
    assertTrue(check.passed(), () -> check.toJson().pretty());
  }

  private static void refused(Code code, Check check) {
    assertEquals(Optional.of(code), check.code(), () -> check.toJson().pretty());
  }

  @Test
  void npmsProvenanceOfBothVersionsVerifies() throws IOException {
    for (String file :
        List.of(
            "sigstore-js-2.1.0-bundle.json",
            "sigstore-js-2.1.0-bundle-v0.1.json",
            "sigstore-js-2.1.0_with_2_bundles.jsonl")) {
      String artifact = "sigstore-js-2.1.0.tgz";
      Digest.Algorithm hash = Digest.Algorithm.SHA512;
      accepted(
          judge(
              file,
              artifact,
              hash,
              CertificateSigner.of(
                  "s", NamePattern.exactly(GITHUB), NamePattern.exactly(SIGSTORE_JS))));
      refused(
          Code.WRONG_IDENTITY,
          judge(file, artifact, hash, signer(GITHUB, "https://github\\.com/evil/.+")));
      refused(
          Code.WRONG_IDENTITY, judge(file, artifact, hash, signer("https://issuer.example", ".+")));
      refused(
          Code.SUBJECT_MISMATCH, judge(file, "custom-issuer-artifact", hash, signer(GITHUB, ".+")));
    }
  }

  @Test
  void whatIsNoStatementIsRefusedBeforeItsSignature() throws IOException {
    refused(
        Code.BAD_STATEMENT,
        judge(
            "sigstoreBundle-invalid-signature.json",
            "sigstore-js-2.1.0.tgz",
            Digest.Algorithm.SHA512,
            signer(GITHUB, ".+")));
  }

  @Test
  void severalBundlesInOneFileAreEachJudged() throws IOException {
    // Of GitHub's own Sigstore, which this trust root does not have.
    refused(
        Code.CERTIFICATE_UNTRUSTED,
        judge(
            "github_provenance_demo-0.0.12-py3-none-any-bundle.jsonl",
            "github_provenance_demo-0.0.12-py3-none-any.whl",
            Digest.Algorithm.SHA256,
            signer(GITHUB, "https://github\\.com/.+")));
    for (String broken : List.of("missing-cert", "missing-verification-material")) {
      try {
        Check check =
            judge(
                "github_provenance_demo-0.0.12-py3-none-any-bundle-" + broken + ".jsonl",
                "github_provenance_demo-0.0.12-py3-none-any.whl",
                Digest.Algorithm.SHA256,
                signer(GITHUB, "https://github\\.com/.+"));
        assertTrue(!check.passed(), broken);
      } catch (AssayException e) {
        assertEquals(Code.BAD_BUNDLE, e.code());
      }
    }
  }

  @Test
  void anIssuerOfACompanysOwnIsAnother() throws IOException {
    CertificateSigner github = signer(GITHUB, ".+");
    CertificateSigner own = signer(GITHUB + "/hammer-time", ".+");
    accepted(
        judge(
            "custom-issuer.sigstore.json", "custom-issuer-artifact", Digest.Algorithm.SHA256, own));
    refused(
        Code.WRONG_IDENTITY,
        judge(
            "custom-issuer.sigstore.json",
            "custom-issuer-artifact",
            Digest.Algorithm.SHA256,
            github));
  }

  @Test
  void aReusableWorkflowSignsForWhoCallsIt() throws IOException {
    String file = "reusable-workflow-attestation.sigstore.json";
    String artifact = "reusable-workflow-artifact";
    String workflow = "https://github\\.com/github/artifact-attestations-workflows/.+";
    Digest.Algorithm hash = Digest.Algorithm.SHA256;
    accepted(judge(file, artifact, hash, signer(GITHUB, workflow)));
    for (String[] claim :
        new String[][] {
          {"sourceRepositoryUri", "https://github.com/malancas/attest-demo", "yes"},
          {"sourceRepositoryUri", "https://github.com/github/artifact-attestations-workflows", ""}
        }) {
      CertificateSigner caller =
          new CertificateSigner(
              "caller",
              Optional.of(NamePattern.exactly(GITHUB)),
              Optional.of(NamePattern.matching(workflow)),
              Optional.empty(),
              Map.of(claim[0], NamePattern.exactly(claim[1])),
              Optional.empty());
      Check check = judge(file, artifact, hash, caller);
      if (claim[2].isEmpty()) {
        refused(Code.WRONG_IDENTITY, check);
      } else {
        accepted(check);
      }
    }
  }
}
