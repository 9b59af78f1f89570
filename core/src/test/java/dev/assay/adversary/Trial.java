package dev.assay.adversary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.crypto.PublicKey;
import dev.assay.lab.BundleDraft;
import dev.assay.lab.Lab;
import dev.assay.lab.LabBundle;
import dev.assay.lab.LabKey;
import dev.assay.lab.TrustRootDraft;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One question to the verifier. Without changes: the lab's usual signer, asked a day later. */
final class Trial {

  /** For every test the same Sigstore; what tests add to its logs does not disturb others. */
  static final Lab LAB = Lab.at(Instant.parse("2026-06-01T12:00:00Z"), 41, LabKey.Kind.P256);

  /** Who signs in the lab. */
  static final CertificateSigner CI = signer("ci", Lab.ISSUER, Lab.IDENTITY);

  /** A predicate type of no meaning to us. */
  static final String NOTE = "https://example.com/note/v1";

  private final List<Candidate> candidates = new ArrayList<>();
  private final byte[] artifact;
  private List<Signer> signers = List.of(CI);
  private TrustRootDraft root = LAB.trustRoot();
  private Trust.Demands demands = Trust.Demands.USUAL;
  private Instant at = LAB.now().plus(Duration.ofDays(1));
  private Optional<Requirement> requirement = Optional.empty();
  private Optional<Subject> subject = Optional.empty();
  private int threshold = 1;

  private Trial(byte[] artifact) {
    this.artifact = artifact;
  }

  static CertificateSigner signer(String name, String issuer, String identity) {
    return CertificateSigner.of(name, NamePattern.exactly(issuer), NamePattern.exactly(identity));
  }

  static TrustedKey key(String name, LabKey key) {
    return TrustedKey.always(name, PublicKey.fromSpki(key.spki()));
  }

  static BundleDraft draft() {
    return LAB.bundle();
  }

  /** Is this bundle's artifact signed? */
  static Trial of(LabBundle... bundles) {
    Trial trial = new Trial(bundles[0].artifact());
    for (LabBundle bundle : bundles) {
      trial.candidates.add(Candidate.of("bundle", bundle.bytes()));
    }
    return trial;
  }

  static Trial of(BundleDraft draft) {
    return of(draft.make());
  }

  /** Do these say that the artifact is signed? */
  static Trial of(byte[] artifact, Candidate... candidates) {
    Trial trial = new Trial(artifact);
    trial.candidates.addAll(Arrays.asList(candidates));
    return trial;
  }

  Trial by(Signer... wanted) {
    signers = List.of(wanted);
    return this;
  }

  /** Asks for as many distinct signers. */
  Trial threshold(int wanted) {
    threshold = wanted;
    return this;
  }

  Trial under(TrustRootDraft other) {
    root = other;
    return this;
  }

  Trial demanding(Trust.Demands other) {
    demands = other;
    return this;
  }

  /** Demands so many logs, timestamps and certificate transparency logs; 0 says nothing. */
  Trial demanding(int logs, int timestamps, int certificateLogs) {
    return demanding(
        new Trust.Demands(number(logs), number(timestamps), number(certificateLogs), false, false));
  }

  private static Optional<Integer> number(int value) {
    return value == 0 ? Optional.empty() : Optional.of(value);
  }

  Trial at(Instant time) {
    at = time;
    return this;
  }

  Trial requiring(Requirement other) {
    requirement = Optional.of(other);
    return this;
  }

  /** Asks for an attestation of a type. */
  Trial attesting(String predicateType) {
    return requiring(new Requirement.Attestation("evidence", predicateType, signers));
  }

  Trial about(Subject other) {
    subject = Optional.of(other);
    return this;
  }

  private Check decisive() {
    Requirement required =
        requirement.orElseGet(() ->
            threshold == 1
                ? new Requirement.AnyEvidence(signers)
                : new Requirement.Signature(signers, threshold));
    Verifier.Outcome outcome =
        Verifier.verify(
            subject.orElseGet(() -> Subject.of("artifact", artifact)),
            candidates,
            List.of(required),
            Trust.of(List.of(TrustRootReader.read(root.bytes()))).demanding(demands),
            History.NONE,
            at);
    Check check = outcome.checks().getFirst();
    assertEquals(1, outcome.checks().size());
    return check;
  }

  void accepted() {
    Check check = decisive();
    assertTrue(check.passed(), () -> check.toJson().pretty());
  }

  Check refused(Code code) {
    Check check = decisive();
    assertFalse(check.passed(), () -> "accepted: " + check.toJson().pretty());
    assertEquals(Optional.of(code), check.code(), () -> check.toJson().pretty());
    return check;
  }

  /** Whether it is accepted; nothing but an answer may come of it. */
  boolean verified() {
    return decisive().passed();
  }

  /** Whether the trust root itself is refused. */
  static Code rootRefused(TrustRootDraft root) {
    try {
      TrustRootReader.read(root.bytes());
    } catch (AssayException e) {
      return e.code();
    }
    throw new AssertionError("the trust root is read");
  }

  /** A statement about an artifact. */
  static Json.Obj statement(byte[] artifact, String predicateType) {
    return Lab.statement(artifact, "artifact", predicateType, new Json.Obj(Map.of()));
  }
}
