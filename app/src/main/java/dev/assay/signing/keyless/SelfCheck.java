package dev.assay.signing.keyless;

import dev.assay.attest.Bundle;
import dev.assay.attest.LogEntry;
import dev.assay.attest.Octets;
import dev.assay.attest.Statement;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.FulcioClaims;
import dev.assay.crypto.PublicKey;
import dev.assay.trust.CertificateSigner;
import dev.assay.trust.Signer;
import dev.assay.trust.TrustRoot;
import dev.assay.trust.TrustedKey;
import dev.assay.verify.Candidate;
import dev.assay.verify.Check;
import dev.assay.verify.History;
import dev.assay.verify.Requirement;
import dev.assay.verify.Subject;
import dev.assay.verify.Trust;
import dev.assay.verify.Verdict;
import dev.assay.verify.Verifier;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What was made is judged by the verifier that will judge it later, before anybody gets it: a
 * bundle that is refused here is never written. Each log entry and each timestamp has to count, not
 * one of several.
 */
final class SelfCheck {

  // Services write times that are a little ahead of this machine's clock.
  private static final long SKEW_SECONDS = 60;

  private final List<TrustRoot> roots;
  private final Trust trust;

  SelfCheck(List<TrustRoot> roots) {
    this.roots = roots;
    this.trust = Trust.of(roots);
  }

  List<TrustRoot> roots() {
    return roots;
  }

  static Signer signer(Certificate leaf) {
    return CertificateSigner.exactly(
        FulcioClaims.of(leaf).issuer().orElse(""), leaf.alternativeNames().getFirst().value());
  }

  static Signer signer(PublicKey key) {
    return TrustedKey.always("the key that signed", key);
  }

  static Subject subject(byte[] content) {
    return Subject.of("the file", content);
  }

  static Subject subject(Digest digest) {
    return Subject.of("the file", digest);
  }

  /** The first subject whose digest is known. */
  static Optional<Subject> subject(Statement statement) {
    for (Statement.Subject subject : statement.subjects()) {
      for (Digest digest : subject.knownDigests()) {
        return Optional.of(Subject.of(subject.name().orElse("the subject"), digest));
      }
    }
    return Optional.empty();
  }

  /**
   * @throws AssayException with the code of the verdict if the bundle is not accepted
   */
  void check(Bundle bundle, Subject subject, Signer signer, Instant now) {
    if (roots.isEmpty()) {
      return;
    }
    int entries = bundle.logEntries().size();
    int stamps = bundle.timestamps().size();
    for (int i = 0; i < Math.max(1, Math.max(entries, stamps)); i++) {
      judge(one(bundle, i), subject, signer, now);
    }
  }

  private static Bundle one(Bundle bundle, int i) {
    List<LogEntry> entries = bundle.logEntries();
    List<Octets> stamps = bundle.timestamps();
    return new Bundle(
        bundle.form(),
        bundle.version(),
        bundle.material(),
        entries.isEmpty() ? entries : List.of(entries.get(Math.min(i, entries.size() - 1))),
        stamps.isEmpty() ? stamps : List.of(stamps.get(Math.min(i, stamps.size() - 1))),
        bundle.content());
  }

  private void judge(Bundle bundle, Subject subject, Signer signer, Instant now) {
    Trust demanding =
        trust.demanding(
            new Trust.Demands(
                Optional.of(Math.min(1, bundle.logEntries().size())),
                Optional.of(Math.min(1, bundle.timestamps().size())),
                Optional.empty(),
                false,
                false));
    Verifier.Outcome outcome =
        Verifier.verify(
            subject,
            List.of(Candidate.of("the new bundle", bundle.write())),
            List.of(new Requirement.AnyEvidence(List.of(signer))),
            demanding,
            History.NONE,
            now.plusSeconds(SKEW_SECONDS));
    Verdict verdict =
        new Verdict(
            subject.name(), Optional.of(subject.digest()), outcome.checks(), now.toString());
    if (!verdict.verified()) {
      Optional<Check> why = verdict.decisive();
      throw new AssayException(
          why.flatMap(Check::code).orElse(Code.NOT_EVALUATED),
          "what was made is not accepted under the trust root, and is not handed out: "
              + why.map(SelfCheck::deepest).orElse("no verdict"),
          "is it the trust root of these services? --trust-root FILE names another");
    }
  }

  private static String deepest(Check check) {
    for (Check part : check.children()) {
      if (!part.passed()) {
        return deepest(part);
      }
    }
    return check.detail();
  }
}
