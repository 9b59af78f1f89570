package dev.assay.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.attest.Bundle;
import dev.assay.attest.OciLayer;
import dev.assay.attest.OciSignature;
import dev.assay.attest.PredicateTypes;
import dev.assay.attest.Statement;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.trust.Signer;
import dev.assay.trust.TrustedKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerifierTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final Digest IMAGE = Forge.digest("image");
  private static final Forge RELEASE = new Forge("release");
  private static final Forge ATTACKER = new Forge("attacker");

  private static Verdict verify(List<Candidate> candidates, Requirement... requirements) {
    Verifier.Outcome outcome =
        Verifier.verify(
            Subject.of("pay", IMAGE),
            candidates,
            List.of(requirements),
            Trust.NONE,
            History.NONE,
            NOW);
    return new Verdict("pay", Optional.of(IMAGE), outcome.checks(), NOW.toString());
  }

  private static Requirement signedBy(int threshold, TrustedKey... keys) {
    return new Requirement.Signature(List.of(keys), threshold);
  }

  private static void refused(Code code, Verdict verdict) {
    assertFalse(verdict.verified());
    assertEquals(code, verdict.decisive().orElseThrow().code().orElseThrow());
    assertTrue(verdict.exit().status() != 0);
  }

  @Test
  void aSignatureByATrustedKeyIsAccepted() {
    for (KeyAlgorithm algorithm : KeyAlgorithm.values()) {
      if (algorithm == KeyAlgorithm.RSA) {
        continue; // keys of this kind are not made here
      }
      Forge signer = new Forge("k", algorithm);
      Verdict verdict = verify(List.of(signer.signature(IMAGE)), signedBy(1, signer.trusted));
      assertTrue(verdict.verified(), algorithm.id());
      assertEquals(0, verdict.exit().status());
    }
  }

  @Test
  void nothingIsARefusal() {
    Verdict verdict = verify(List.of(), signedBy(1, RELEASE.trusted));
    refused(Code.NO_SIGNATURE, verdict);
    assertEquals(1, verdict.exit().status());
    assertThrows(IllegalArgumentException.class, () -> verify(List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Verdict("x", Optional.empty(), List.of(), NOW.toString()));
  }

  @Test
  void anotherKeyIsRefusedAndNamed() {
    Verdict verdict = verify(List.of(ATTACKER.signature(IMAGE)), signedBy(1, RELEASE.trusted));
    refused(Code.WRONG_KEY, verdict);
    assertTrue(verdict.decisive().orElseThrow().found().orElseThrow().contains("hint"));
    assertEquals(1, verdict.decisive().orElseThrow().children().size());
  }

  @Test
  void aLyingHintDoesNotHelp() {
    byte[] forged = ATTACKER.signature(IMAGE).bytes();
    String theirs = Bundle.hintOf(ATTACKER.key.publicKey());
    String ours = Bundle.hintOf(RELEASE.key.publicKey());
    byte[] renamed = Text.utf8(Text.utf8(forged).replace(theirs, ours));
    refused(
        Code.SIGNATURE_INVALID,
        verify(List.of(Candidate.of("b", renamed)), signedBy(1, RELEASE.trusted)));
  }

  @Test
  void aSignatureOverAnotherImageIsRefused() {
    Verdict verdict =
        verify(
            List.of(RELEASE.signature(Forge.digest("other image"))), signedBy(1, RELEASE.trusted));
    refused(Code.SUBJECT_MISMATCH, verdict);
  }

  @Test
  void changedEvidenceIsAFindingAndUnreachableEvidenceIsNone() {
    Candidate changed = Candidate.unreadable("a", Code.DIGEST_MISMATCH, "other bytes");
    Candidate unreachable = Candidate.unreadable("b", Code.UNREACHABLE, "no answer");
    Requirement signed = signedBy(1, RELEASE.trusted);
    assertEquals(3, verify(List.of(unreachable), signed).exit().status());
    Verdict both = verify(List.of(unreachable, changed, ATTACKER.signature(IMAGE)), signed);
    refused(Code.DIGEST_MISMATCH, both);
    assertEquals(4, both.exit().status());
    assertEquals(3, both.decisive().orElseThrow().children().size());
    // What is left may suffice: a stranger's broken referrer takes nothing away.
    assertTrue(verify(List.of(changed, RELEASE.signature(IMAGE)), signed).verified());
  }

  @Test
  void aSignedAttestationIsNotASignature() {
    Verdict verdict =
        verify(
            List.of(
                RELEASE.provenance(IMAGE),
                RELEASE.sbom(IMAGE, "pkg:maven/a/b@1", Forge.digest("b"))),
            signedBy(1, RELEASE.trusted));
    refused(Code.NO_SIGNATURE, verdict);
    assertEquals(2, verdict.decisive().orElseThrow().children().size());
  }

  @Test
  void aThresholdCountsKeysAndNotSignatures() {
    Forge second = new Forge("second");
    List<Candidate> twice = List.of(RELEASE.signature(IMAGE), RELEASE.signature(IMAGE));
    refused(Code.TOO_FEW_SIGNERS, verify(twice, signedBy(2, RELEASE.trusted, second.trusted)));
    TrustedKey alias = TrustedKey.always("alias", RELEASE.key.publicKey());
    refused(Code.TOO_FEW_SIGNERS, verify(twice, signedBy(2, RELEASE.trusted, alias)));
    List<Candidate> both = List.of(RELEASE.signature(IMAGE), second.signature(IMAGE));
    assertTrue(verify(both, signedBy(2, RELEASE.trusted, second.trusted)).verified());
  }

  @Test
  void aRevokedOrExpiredKeyIsRefusedSinceNothingProvesWhenItSigned() {
    List<Candidate> signed = List.of(RELEASE.signature(IMAGE));
    Optional<Instant> none = Optional.empty();
    TrustedKey revoked =
        new TrustedKey("r", RELEASE.key.publicKey(), none, none, Optional.of(NOW.minusSeconds(60)));
    refused(Code.KEY_REVOKED, verify(signed, signedBy(1, revoked)));
    TrustedKey expired =
        new TrustedKey("r", RELEASE.key.publicKey(), none, Optional.of(NOW.minusSeconds(1)), none);
    refused(Code.KEY_REVOKED, verify(signed, signedBy(1, expired)));
    TrustedKey early =
        new TrustedKey("r", RELEASE.key.publicKey(), Optional.of(NOW.plusSeconds(1)), none, none);
    refused(Code.KEY_REVOKED, verify(signed, signedBy(1, early)));
    TrustedKey exact =
        new TrustedKey("r", RELEASE.key.publicKey(), Optional.of(NOW), Optional.of(NOW), none);
    assertTrue(verify(signed, signedBy(1, exact)).verified());
  }

  @Test
  void evidenceThatCouldNotBeFetchedLeavesTheQuestionOpen() {
    Candidate missing = Candidate.unreadable("referrer", Code.THROTTLED, "429");
    Verdict verdict = verify(List.of(missing), signedBy(1, RELEASE.trusted));
    refused(Code.THROTTLED, verdict);
    assertEquals(3, verdict.exit().status());
    assertTrue(
        verify(List.of(missing, RELEASE.signature(IMAGE)), signedBy(1, RELEASE.trusted))
            .verified());
  }

  @Test
  void malformedEvidenceIsARefusalAndNeverAPass() {
    for (String bad : List.of("", "{}", "[]", "null", "{\"mediaType\":\"x\"}")) {
      Verdict verdict =
          verify(List.of(Candidate.of("b", Text.utf8(bad))), signedBy(1, RELEASE.trusted));
      assertFalse(verdict.verified(), bad);
      assertEquals(1, verdict.exit().status(), bad);
    }
  }

  @Test
  void noChangeOfOneBitIsAccepted() {
    byte[] bundle = RELEASE.signature(IMAGE).bytes();
    int accepted = 0;
    for (int i = 0; i < bundle.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] mutant = bundle.clone();
        mutant[i] ^= (byte) (1 << bit);
        Verdict verdict = verify(List.of(Candidate.of("b", mutant)), signedBy(1, RELEASE.trusted));
        if (verdict.verified()) {
          accepted++;
          // Only what is neither signed nor hashed may differ: white space, the hint's letters.
          assertFalse(signedPart(bundle, i), "bit " + bit + " of byte " + i);
        }
      }
    }
    assertTrue(accepted < bundle.length, accepted + " mutants accepted");
  }

  private static boolean signedPart(byte[] bundle, int at) {
    String text = Text.utf8(bundle);
    for (String name : List.of("\"payload\":", "\"payloadType\":", "\"sig\":")) {
      int start = text.indexOf(name);
      int value = text.indexOf('"', start + name.length()) + 1;
      int end = text.indexOf('"', value);
      if (at >= value && at < end) {
        return true;
      }
    }
    return false;
  }

  @Test
  void aPayloadOfAnotherTypeIsNotAStatement() {
    Statement statement =
        Statement.create(
            List.of(Statement.Subject.of(IMAGE)),
            PredicateTypes.COSIGN_SIGN_V1,
            Json.object().build());
    Candidate other = Candidate.of("b", RELEASE.envelope("application/json", statement.payload()));
    assertFalse(verify(List.of(other), signedBy(1, RELEASE.trusted)).verified());
  }

  @Test
  void aStatementOfSeveralSubjectsSpeaksOfEach() {
    Candidate many =
        RELEASE.statement(
            List.of(Statement.Subject.of(Forge.digest("sibling")), Statement.Subject.of(IMAGE)),
            PredicateTypes.COSIGN_SIGN_V1,
            Json.object().build());
    assertTrue(verify(List.of(many), signedBy(1, RELEASE.trusted)).verified());
    Candidate contradicting =
        RELEASE.statement(
            List.of(
                new Statement.Subject(
                    Optional.empty(),
                    Map.of("sha256", IMAGE.hex(), "sha512", "0".repeat(128)),
                    Map.of())),
            PredicateTypes.COSIGN_SIGN_V1,
            Json.object().build());
    assertTrue(verify(List.of(contradicting), signedBy(1, RELEASE.trusted)).verified());
  }

  @Test
  void aFileIsVerifiedByItsDigestOrItsBytes() {
    byte[] content = Text.utf8("a file");
    for (KeyAlgorithm algorithm : List.of(KeyAlgorithm.ECDSA_P256, KeyAlgorithm.ECDSA_P384)) {
      Forge signer = new Forge("k", algorithm);
      Digest.Algorithm hash = algorithm.hash().orElseThrow();
      byte[] bundle =
          Bundle.forMessage(
                  Bundle.hintOf(signer.key.publicKey()),
                  Hashes.digest(hash, content),
                  signer.key.sign(content))
              .write();
      Subject subject = Subject.of("f", content);
      Subject changed = Subject.of("f", Text.utf8("A file"));
      List<Requirement> required = List.of(signedBy(1, signer.trusted));
      List<Candidate> candidates = List.of(Candidate.of("b", bundle));
      assertTrue(
          Verifier.verify(subject, candidates, required, Trust.NONE, History.NONE, NOW)
              .checks()
              .getFirst()
              .passed());
      assertFalse(
          Verifier.verify(changed, candidates, required, Trust.NONE, History.NONE, NOW)
              .checks()
              .getFirst()
              .passed());
    }
  }

  @Test
  void aFloodOfEvidenceUnderUnknownHintsCostsBoundedWork() {
    List<Candidate> flood = new ArrayList<>();
    byte[] forged = ATTACKER.signature(IMAGE).bytes();
    String theirs = Bundle.hintOf(ATTACKER.key.publicKey());
    for (int i = 0; i < 300; i++) {
      flood.add(Candidate.of("b" + i, Text.utf8(Text.utf8(forged).replace(theirs, "x" + i))));
    }
    List<Signer> keys = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      keys.add(new Forge("k" + i).trusted);
    }
    keys.add(RELEASE.trusted);
    flood.add(RELEASE.signature(IMAGE));
    Verifier.Outcome outcome =
        Verifier.verify(
            Subject.of("pay", IMAGE),
            flood,
            List.of(new Requirement.Signature(keys, 1)),
            Trust.NONE,
            History.NONE,
            NOW);
    assertTrue(outcome.checks().getFirst().passed(), "evidence that names its key is still found");
  }

  @Test
  void anAttestationOfTheRightTypeByTheRightKeyIsNeeded() {
    Requirement sbom =
        new Requirement.Attestation("sbom", PredicateTypes.CYCLONEDX, List.of(RELEASE.trusted));
    Candidate good = RELEASE.sbom(IMAGE, "pkg:maven/a/b@1", Forge.digest("b"));
    assertTrue(verify(List.of(good), sbom).verified());
    refused(Code.NO_SBOM, verify(List.of(RELEASE.provenance(IMAGE)), sbom));
    refused(
        Code.WRONG_KEY,
        verify(List.of(ATTACKER.sbom(IMAGE, "pkg:maven/a/b@1", Forge.digest("b"))), sbom));
    refused(
        Code.BAD_PREDICATE,
        verify(
            List.of(
                RELEASE.statement(
                    IMAGE, PredicateTypes.CYCLONEDX, Json.object().put("x", 1).build())),
            sbom));
  }

  private static final Map<String, String> PROD = Map.of("env", "prod");

  private static Requirement saying(Map<String, String> annotations, TrustedKey... keys) {
    return new Requirement.Signature(List.of(keys), keys.length, annotations);
  }

  private static Statement.Subject noted(Digest digest, Map<String, Json> annotations) {
    return new Statement.Subject(
        Optional.empty(), Map.of(digest.algorithm().id(), digest.hex()), annotations);
  }

  private static Candidate noting(Forge signer, Statement.Subject... subjects) {
    return signer.statement(
        List.of(subjects), PredicateTypes.COSIGN_SIGN_V1, Json.object().build());
  }

  @Test
  void annotationsThatAreAskedForAreInTheSignedStatement() {
    Candidate good = noting(RELEASE, noted(IMAGE, Map.of("env", Json.of("prod"))));
    assertTrue(verify(List.of(good), saying(PROD, RELEASE.trusted)).verified());
    assertTrue(verify(List.of(good), saying(Map.of(), RELEASE.trusted)).verified());
    Verdict none = verify(List.of(RELEASE.signature(IMAGE)), saying(PROD, RELEASE.trusted));
    refused(Code.ANNOTATION_MISSING, none);
    assertEquals(1, none.exit().status());
    refused(
        Code.ANNOTATION_MISSING,
        verify(
            List.of(noting(RELEASE, noted(IMAGE, Map.of("env", Json.of("staging"))))),
            saying(PROD, RELEASE.trusted)));
    // A number is not the text that looks like it.
    refused(
        Code.ANNOTATION_MISSING,
        verify(
            List.of(noting(RELEASE, noted(IMAGE, Map.of("n", Json.of(1))))),
            saying(Map.of("n", "1"), RELEASE.trusted)));
  }

  @Test
  void whatIsSaidOfAnotherSubjectOrInTwoPlacesIsNotSaidOfThisOne() {
    Digest other = Forge.digest("other");
    Map<String, Json> prod = Map.of("env", Json.of("prod"));
    refused(
        Code.ANNOTATION_MISSING,
        verify(
            List.of(noting(RELEASE, noted(IMAGE, Map.of()), noted(other, prod))),
            saying(PROD, RELEASE.trusted)));
    Map<String, String> two = Map.of("env", "prod", "tier", "1");
    Map<String, Json> tier = Map.of("tier", Json.of("1"));
    refused(
        Code.ANNOTATION_MISSING,
        verify(
            List.of(noting(RELEASE, noted(IMAGE, prod), noted(IMAGE, tier))),
            saying(two, RELEASE.trusted)));
    // Nor in two signatures.
    refused(
        Code.ANNOTATION_MISSING,
        verify(
            List.of(noting(RELEASE, noted(IMAGE, prod)), noting(RELEASE, noted(IMAGE, tier))),
            saying(two, RELEASE.trusted)));
    // What is in the predicate is not about a subject.
    refused(
        Code.ANNOTATION_MISSING,
        verify(
            List.of(
                RELEASE.statement(
                    IMAGE,
                    PredicateTypes.COSIGN_SIGN_V1,
                    Json.object().put("env", "prod").build())),
            saying(PROD, RELEASE.trusted)));
  }

  @Test
  void theAnnotationOfAStrangerDoesNotHelpASignature() {
    Candidate strangers = noting(ATTACKER, noted(IMAGE, Map.of("env", Json.of("prod"))));
    Verdict verdict =
        verify(List.of(strangers, RELEASE.signature(IMAGE)), saying(PROD, RELEASE.trusted));
    refused(Code.ANNOTATION_MISSING, verdict);
    // Each of the signatures that a threshold counts says it.
    Forge second = new Forge("second");
    Candidate ours = noting(RELEASE, noted(IMAGE, Map.of("env", Json.of("prod"))));
    refused(
        Code.TOO_FEW_SIGNERS,
        verify(
            List.of(ours, second.signature(IMAGE)), saying(PROD, RELEASE.trusted, second.trusted)));
    assertTrue(
        verify(
                List.of(ours, noting(second, noted(IMAGE, Map.of("env", Json.of("prod"))))),
                saying(PROD, RELEASE.trusted, second.trusted))
            .verified());
  }

  @Test
  void ofTheOlderFormOnlyWhatIsInThePayloadCounts() {
    byte[] said = OciLayer.payload("r/pay:1", IMAGE, Map.of("env", Json.of("prod")));
    byte[] silent = OciLayer.payload("r/pay:1", IMAGE, Map.of());
    assertTrue(verify(List.of(older(said, Map.of())), saying(PROD, RELEASE.trusted)).verified());
    refused(
        Code.ANNOTATION_MISSING,
        verify(List.of(older(silent, Map.of("env", "prod"))), saying(PROD, RELEASE.trusted)));
  }

  private static Candidate older(byte[] payload, Map<String, String> notSigned) {
    OciLayer layer =
        OciLayer.signature(
            payload,
            Bundle.forMessage(
                Bundle.hintOf(RELEASE.key.publicKey()),
                Hashes.sha256Digest(payload),
                RELEASE.key.sign(payload)),
            List.of());
    Map<String, String> annotations = new java.util.HashMap<>(layer.annotations());
    annotations.putAll(notSigned);
    return Candidate.of("tag", OciSignature.pack(layer.mediaType(), layer.bytes(), annotations));
  }

  @Test
  void theSignatureOfAFileSaysNothingOfIt() {
    byte[] content = Text.utf8("a file");
    byte[] bundle =
        Bundle.forMessage(
                Bundle.hintOf(RELEASE.key.publicKey()),
                Hashes.sha256Digest(content),
                RELEASE.key.signDigest(Hashes.sha256Digest(content)))
            .write();
    for (Map<String, String> asked : List.of(Map.<String, String>of(), PROD)) {
      Verifier.Outcome outcome =
          Verifier.verify(
              Subject.of("file", content),
              List.of(Candidate.of("b", bundle)),
              List.of(saying(asked, RELEASE.trusted)),
              Trust.NONE,
              History.NONE,
              NOW);
      assertEquals(asked.isEmpty(), outcome.checks().getFirst().passed());
    }
  }

  // Two bundles over one statement, by a key of each kind: who breaks one of the two has nothing.
  @Test
  void aHybridNeedsBothKeysOverOneStatement() {
    Forge classical = new Forge("release", KeyAlgorithm.ECDSA_P256);
    Forge postQuantum = new Forge("release-pq", KeyAlgorithm.ML_DSA_65);
    Requirement both =
        new Requirement.Signature(List.of(classical.trusted, postQuantum.trusted), 2, true);
    Candidate one = classical.signature(IMAGE);
    Candidate two = postQuantum.signature(IMAGE);
    assertTrue(verify(List.of(one, two), both).verified());
    assertTrue(verify(List.of(two, ATTACKER.signature(IMAGE), one), both).verified());
    refused(Code.TOO_FEW_SIGNERS, verify(List.of(one), both));
    refused(Code.TOO_FEW_SIGNERS, verify(List.of(two), both));
    refused(Code.TOO_FEW_SIGNERS, verify(List.of(one, classical.signature(IMAGE)), both));
    refused(Code.TOO_FEW_SIGNERS, verify(List.of(one, ATTACKER.signature(IMAGE)), both));
    // About the same image, and saying more of it: not what the other key signed.
    Statement.Subject more =
        new Statement.Subject(
            Optional.empty(),
            Map.of("sha256", IMAGE.hex()),
            Map.of("stage", Json.of("production")));
    Candidate other =
        postQuantum.statement(List.of(more), PredicateTypes.COSIGN_SIGN_V1, Json.object().build());
    Verdict verdict = verify(List.of(one, other), both);
    refused(Code.TOO_FEW_SIGNERS, verdict);
    assertTrue(verdict.decisive().orElseThrow().detail().contains("over one statement"));
    assertTrue(
        verify(List.of(one, other), signedBy(2, classical.trusted, postQuantum.trusted))
            .verified());
    assertTrue(verify(List.of(one, other, two), both).verified());
  }

  // As npm's registry has it. Only where the content is at hand, and only if every digest agrees.
  @Test
  void contentMayBeNamedByAnotherHash() {
    byte[] content = Text.utf8("a package");
    Digest sha512 = Hashes.digest(Digest.Algorithm.SHA512, content);
    Digest wrong = Hashes.digest(Digest.Algorithm.SHA512, Text.utf8("another"));
    Subject whole = Subject.of("p.tgz", content);
    assertTrue(names(whole, Map.of("sha512", sha512.hex())));
    assertFalse(names(whole, Map.of("sha512", wrong.hex())));
    assertFalse(names(whole, Map.of("sha1", "a".repeat(40))));
    assertFalse(names(whole, Map.of("sha512", sha512.hex(), "sha256", "0".repeat(64))));
    assertFalse(
        names(Subject.of("p.tgz", Hashes.sha256Digest(content)), Map.of("sha512", sha512.hex())));
  }

  private static boolean names(Subject subject, Map<String, String> digests) {
    Candidate candidate =
        RELEASE.statement(
            List.of(new Statement.Subject(Optional.empty(), digests, Map.of())),
            PredicateTypes.COSIGN_SIGN_V1,
            Json.object().build());
    return Verifier.verify(
            subject,
            List.of(candidate),
            List.of(signedBy(1, RELEASE.trusted)),
            Trust.NONE,
            History.NONE,
            NOW)
        .checks()
        .getFirst()
        .passed();
  }
}
