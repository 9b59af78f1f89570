package dev.assay.verify;

import dev.assay.attest.Bundle;
import dev.assay.attest.Octets;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.CertificatePath;
import dev.assay.crypto.Purpose;
import dev.assay.crypto.SignatureScheme;
import dev.assay.trust.CertificateSigner;
import dev.assay.trust.TrustRoot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Evidence that is signed with a certificate: did its key sign, do the logs have it, when was it,
 * and was the certificate, with those above it, valid then. Who its holder is, is for {@link
 * IdentityMatch} to judge.
 */
final class CertificateCheck {

  /** A certificate that held, or why not. */
  record Held(Certificate leaf, List<Instant> times, List<Check> facts, Optional<Check> refusal) {
    static Held refused(Certificate leaf, Check why) {
      return new Held(leaf, List.of(), List.of(), Optional.of(why));
    }
  }

  private final Evidence evidence;
  private final Bundle bundle;
  private final Subject subject;
  private final Trust trust;
  private final Instant at;
  private final Certificate leaf;
  private final Optional<SignatureScheme> scheme;

  CertificateCheck(
      Evidence evidence,
      Bundle bundle,
      Certificate leaf,
      Subject subject,
      Trust trust,
      Instant at) {
    this.evidence = evidence;
    this.bundle = bundle;
    this.subject = subject;
    this.trust = trust;
    this.at = at;
    this.leaf = leaf;
    this.scheme = SignatureMath.verify(leaf.key(), bundle, subject);
  }

  /** By the authorities of the trust roots. */
  Held byTrustRoot() {
    if (scheme.isEmpty()) {
      return Held.refused(leaf, notSigned());
    }
    Held nearest = null;
    for (TrustRoot root : trust.roots()) {
      Held held = byTrustRoot(root);
      if (held.refusal().isEmpty()) {
        return held;
      }
      // The root whose authority issued it says more than one that never heard of it.
      if (nearest == null || code(nearest) == Code.CERTIFICATE_UNTRUSTED) {
        nearest = held;
      }
    }
    return nearest != null
        ? nearest
        : Held.refused(
            leaf,
            Check.notEvaluated(
                evidence.candidate.origin(),
                Code.NO_TRUST_ROOT,
                "signed with a certificate, and there is no trust root to judge it by"));
  }

  private static Code code(Held held) {
    return held.refusal().flatMap(Check::code).orElseThrow();
  }

  private Check notSigned() {
    return evidence.refuse(
        Code.SIGNATURE_INVALID, "the key of its certificate did not make its signature");
  }

  private Held byTrustRoot(TrustRoot root) {
    Optional<Check> stranger = stranger(root);
    if (stranger.isPresent()) {
      return Held.refused(leaf, stranger.get());
    }
    Witnesses witnesses = witnesses(root);
    Optional<Check> missing =
        Demanded.missing(evidence, witnesses, trust.demands(), root.logs().isEmpty() ? 0 : 1, true);
    if (missing.isPresent()) {
      return Held.refused(leaf, missing.get());
    }
    List<Instant> times = witnesses.times();
    List<Check> nearest = new ArrayList<>();
    for (TrustRoot.Authority authority : root.authorities()) {
      Optional<Check> outside = outside(authority, times);
      if (outside.isPresent()) {
        nearest.add(outside.get());
        continue;
      }
      List<Certificate> chain = authority.chain();
      CertificatePath.Result built =
          path(
              chain.subList(0, chain.size() - 1),
              List.of(authority.root()),
              times,
              Purpose.CODE_SIGNING);
      if (!built.trusted()) {
        nearest.add(refusal(built));
        continue;
      }
      List<Certificate> path = built.path();
      CtCheck ct = CtCheck.of(leaf, path.get(1), root.certificateLogs());
      int wanted =
          trust.demands().certificateLogs().orElse(root.certificateLogs().isEmpty() ? 0 : 1);
      if (ct.parties() < wanted) {
        nearest.add(ct.refusal(evidence, wanted));
        continue;
      }
      List<Check> facts = new ArrayList<>();
      facts.add(
          Check.pass("certificate", "of " + path.get(1).subjectName() + ", valid " + range(times)));
      facts.addAll(ct.facts());
      facts.addAll(witnesses.facts());
      return new Held(leaf, times, facts, Optional.empty());
    }
    return Held.refused(leaf, nearest(nearest));
  }

  // Nothing else about a certificate is worth saying when no authority of the root issued it.
  private Optional<Check> stranger(TrustRoot root) {
    for (TrustRoot.Authority authority : root.authorities()) {
      for (Certificate certificate : authority.chain()) {
        if (leaf.issuerName().equals(certificate.subjectName())) {
          return Optional.empty();
        }
      }
    }
    return Optional.of(
        evidence
            .refuse(
                Code.CERTIFICATE_UNTRUSTED,
                "its certificate is not by an authority of the trust root")
            .expected(
                String.join(
                    " or ",
                    root.authorities().stream()
                        .map(a -> a.chain().getFirst().subjectName())
                        .distinct()
                        .toList()),
                leaf.issuerName()));
  }

  private Optional<Check> outside(TrustRoot.Authority authority, List<Instant> times) {
    for (Instant time : times) {
      if (!authority.validFor().contains(time)) {
        return Optional.of(
            evidence
                .refuse(
                    Code.CERTIFICATE_UNTRUSTED,
                    "signed outside the time for which "
                        + authority.chain().getFirst().subjectName()
                        + " is trusted")
                .expected(authority.validFor().toString(), time.toString()));
      }
    }
    return Optional.empty();
  }

  private Witnesses witnesses(TrustRoot root) {
    SignedMaterial.Signer signer = SignedMaterial.Signer.of(leaf, scheme.orElseThrow());
    return Witnesses.of(
        bundle, SignedMaterial.of(bundle, subject, signer), root, at, trust.known());
  }

  // Valid at every proven time, not at one of them.
  private CertificatePath.Result path(
      List<Certificate> intermediates,
      List<Certificate> anchors,
      List<Instant> times,
      Purpose purpose) {
    CertificatePath.Result first = path(intermediates, anchors, times.getFirst(), purpose);
    for (int i = 1; first.trusted() && i < times.size(); i++) {
      if (!validAt(first.path(), times.get(i))) {
        CertificatePath.Result other = path(intermediates, anchors, times.get(i), purpose);
        if (!other.trusted()) {
          return other;
        }
      }
    }
    return first;
  }

  private CertificatePath.Result path(
      List<Certificate> intermediates, List<Certificate> anchors, Instant time, Purpose purpose) {
    return CertificatePath.build(
        leaf, intermediates, anchors, time, purpose, trust.known().authorities());
  }

  private static boolean validAt(List<Certificate> path, Instant time) {
    for (Certificate certificate : path) {
      if (!certificate.validAt(time)) {
        return false;
      }
    }
    return true;
  }

  private Check refusal(CertificatePath.Result built) {
    CertificatePath.Failure failure = built.failure().orElseThrow();
    return evidence
        .refuse(failure.code(), failure.message())
        .expected(failure.expected(), failure.found());
  }

  private static Check nearest(List<Check> refusals) {
    for (Check refusal : refusals) {
      if (refusal.code().orElseThrow() != Code.CERTIFICATE_UNTRUSTED) {
        return refusal;
      }
    }
    return refusals.getFirst();
  }

  private static String range(List<Instant> times) {
    return "at "
        + times.getFirst()
        + (times.size() > 1 ? " and " + (times.size() - 1) + " more" : "");
  }

  /** By a company's own authorities; without a proven time the certificate has to be valid now. */
  Held byOwn(CertificateSigner.OwnAuthorities own) {
    if (scheme.isEmpty()) {
      return Held.refused(leaf, notSigned());
    }
    Witnesses witnesses = Witnesses.NONE;
    for (TrustRoot root : trust.rootsFor(bundle)) {
      witnesses = witnesses.and(witnesses(root));
    }
    Optional<Check> missing =
        Demanded.missing(evidence, witnesses, trust.demands(), 0, trust.demands().time());
    if (missing.isPresent()) {
      return Held.refused(leaf, missing.get());
    }
    List<Instant> times = witnesses.times();
    List<Instant> moments = times.isEmpty() ? List.of(at) : times;
    List<Certificate> intermediates = new ArrayList<>(own.intermediates());
    try {
      intermediates.addAll(inBundle());
    } catch (AssayException e) {
      return Held.refused(leaf, evidence.refuse(e.code(), String.valueOf(e.getMessage())));
    }
    Check nearest = null;
    for (String usage : own.usages()) {
      CertificatePath.Result built = path(intermediates, own.roots(), moments, Purpose.of(usage));
      if (!built.trusted()) {
        nearest = refusal(built);
        continue;
      }
      List<Certificate> path = built.path();
      Optional<Check> revoked =
          Revocation.check(evidence, path, own.revoked(), moments, !times.isEmpty());
      if (revoked.isPresent()) {
        return Held.refused(leaf, revoked.get());
      }
      List<Check> facts = new ArrayList<>();
      facts.add(
          Check.pass(
              "certificate",
              leaf.subjectName()
                  + " of "
                  + path.get(1).subjectName()
                  + ", valid "
                  + range(moments)
                  + (own.revoked().isEmpty() ? "; revocation not looked at" : ", not revoked")));
      facts.addAll(witnesses.facts());
      return new Held(leaf, times, facts, Optional.empty());
    }
    return Held.refused(leaf, java.util.Objects.requireNonNull(nearest));
  }

  private List<Certificate> inBundle() {
    List<Certificate> out = new ArrayList<>();
    if (bundle.material() instanceof Bundle.Certificates material) {
      for (Octets der : material.chain().subList(1, material.chain().size())) {
        out.add(Certificate.parse(der.bytes()));
      }
    }
    return out;
  }
}
