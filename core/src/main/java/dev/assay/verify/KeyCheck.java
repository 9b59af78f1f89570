package dev.assay.verify;

import dev.assay.attest.Bundle;
import dev.assay.bytes.Code;
import dev.assay.crypto.SignatureScheme;
import dev.assay.trust.TrustRoot;
import dev.assay.trust.TrustedKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Evidence that a managed key signed: when, and did the key count then. */
final class KeyCheck {

  private final Evidence evidence;
  private final Bundle bundle;
  private final Subject subject;
  private final Trust trust;
  private final Instant at;

  KeyCheck(Evidence evidence, Bundle bundle, Subject subject, Trust trust, Instant at) {
    this.evidence = evidence;
    this.bundle = bundle;
    this.subject = subject;
    this.trust = trust;
    this.at = at;
  }

  /** What a key's signature is worth that was found to be valid. */
  Evidence.Signed judge(TrustedKey key, SignatureScheme scheme) {
    Witnesses witnesses = Witnesses.NONE;
    SignedMaterial signed =
        SignedMaterial.of(bundle, subject, SignedMaterial.Signer.of(key.key(), scheme));
    for (TrustRoot root : trust.rootsFor(bundle)) {
      witnesses = witnesses.and(Witnesses.of(bundle, signed, root, at, trust.known()));
    }
    Optional<Check> refusal =
        Demanded.missing(evidence, witnesses, trust.demands(), 0, trust.demands().time());
    if (refusal.isEmpty()) {
      refusal = witnesses.times().isEmpty() ? inForce(key) : inForce(key, witnesses.times());
    }
    if (refusal.isPresent()) {
      return Evidence.refused(refusal.get());
    }
    List<Check> facts = new ArrayList<>(witnesses.facts());
    if (key.hardware().isPresent()) {
      Check hardware = RegistrationCheck.judge(key, key.hardware().get(), trust, at).check();
      if (!hardware.passed()) {
        return Evidence.refused(hardware(key, hardware));
      }
      facts.add(hardware);
    }
    for (Check aside : witnesses.aside()) {
      facts.add(Check.pass(aside.name(), "does not count: " + aside.detail()));
    }
    return new Evidence.Signed(
        Optional.of(
            new Authenticated(
                List.of(key),
                "key " + key.key().id(),
                Optional.empty(),
                Optional.empty(),
                witnesses.times(),
                facts)),
        Optional.empty());
  }

  private Check hardware(TrustedKey key, Check found) {
    Check check =
        evidence.refuse(
            found.code().orElse(Code.NOT_EVALUATED),
            "signed by " + key.name() + ", but its hardware is not proven: " + found.detail());
    return found.expected().isPresent()
        ? check.expected(found.expected().get(), found.found().orElse("nothing"))
        : check;
  }

  // Every proven time has to be one at which the key counted.
  private Optional<Check> inForce(TrustedKey key, List<Instant> times) {
    for (Instant time : times) {
      Optional<String> why = key.whyNotAt(time);
      if (why.isPresent()) {
        return Optional.of(
            evidence.refuse(
                Code.KEY_REVOKED,
                "signed by " + key.name() + " at " + time + ", but " + why.get()));
      }
    }
    return Optional.empty();
  }

  // Without a proven time a revoked or expired key could have signed at any time: refused.
  private Optional<Check> inForce(TrustedKey key) {
    if (key.revokedAt().isPresent()) {
      return Optional.of(
          evidence.refuse(
              Code.KEY_REVOKED,
              "signed by "
                  + key.name()
                  + ", revoked at "
                  + key.revokedAt().get()
                  + "; no trusted time proves that it was signed before"));
    }
    if (key.notBefore().filter(at::isBefore).isPresent()
        || key.notAfter().filter(at::isAfter).isPresent()) {
      return Optional.of(
          evidence.refuse(
              Code.KEY_REVOKED, "signed by " + key.name() + ", which is not valid at " + at));
    }
    return Optional.empty();
  }
}
