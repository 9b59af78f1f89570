package dev.assay.verify;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.trust.HardwareBacking;
import dev.assay.trust.TrustedKey;
import dev.assay.trust.hardware.HardwareDemands;
import dev.assay.trust.hardware.HardwareProof;
import dev.assay.trust.hardware.HardwareRefusal;
import dev.assay.trust.hardware.HardwareResult;
import dev.assay.trust.hardware.KeyRegistration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Whether a key is held by the hardware that is asked for. A registration is evidence about the key
 * as a signature is evidence about an image, and is judged by the same path: who signed it, and
 * whether that one's own key counts.
 */
public final class RegistrationCheck {

  private static final String NAME = "hardware";

  /** A check, and what the hardware proves where it passed. */
  public record Outcome(Check check, Optional<HardwareProof> proof) {}

  private RegistrationCheck() {}

  /**
   * Judges the registration of a key.
   *
   * @param trust whom to believe besides the registrar
   * @param at the time for which the answer shall hold
   */
  public static Outcome judge(TrustedKey key, HardwareBacking backing, Trust trust, Instant at) {
    Subject subject = Subject.of("key " + key.name(), key.key().spki());
    // What a policy asks of signatures on images (logs, timestamps) it does not ask of this.
    Evidence evidence =
        Evidence.read(
            Candidate.of("registration of " + key.name(), backing.registration().bytes()),
            new Evidence.Budget(),
            trust.demanding(Trust.Demands.USUAL));
    Optional<Check> refusal = evidence.unreadable();
    if (refusal.isEmpty()) {
      refusal = otherKind(evidence);
    }
    if (refusal.isEmpty()) {
      refusal =
          evidence
              .otherSubject(subject)
              .map(c ->
                  evidence
                      .refuse(Code.HARDWARE_OTHER_KEY, "the registration is of another key")
                      .expected(c.expected().orElse(""), c.found().orElse("")));
    }
    if (refusal.isPresent()) {
      return new Outcome(refusal.get().named(NAME), Optional.empty());
    }
    Evidence.Signed signed = evidence.signedBy(List.of(backing.registrar()), subject, at);
    if (signed.by().isEmpty()) {
      return new Outcome(signed.refusal().orElseThrow().named(NAME), Optional.empty());
    }
    Authenticated by = signed.by().get();
    KeyRegistration registration;
    try {
      registration = KeyRegistration.read(evidence.statement());
    } catch (AssayException e) {
      return refused(evidence, e.code(), String.valueOf(e.getMessage()));
    }
    HardwareResult result = registration.verify(key.key(), by.key(), backing.trust(), at);
    Optional<HardwareRefusal> wrong =
        result.proof().isPresent()
            ? backing.demands().unmet(result.proof().get())
            : result.refusal();
    if (wrong.isPresent()) {
      HardwareRefusal r = wrong.get();
      Check check = Check.fail(NAME, r.code(), r.message()).evidence(evidence.id);
      return new Outcome(
          r.expected().isPresent()
              ? check.expected(r.expected().get(), r.found().orElse("nothing"))
              : check,
          Optional.empty());
    }
    HardwareProof proof = result.proof().orElseThrow();
    String asked =
        backing.demands().equals(HardwareDemands.NONE)
            ? ""
            : "; asked for: " + backing.demands().describe();
    return new Outcome(
        Check.pass(
                NAME,
                proof.describe()
                    + "; registered by "
                    + by.signer().name()
                    + " at "
                    + registration.registeredAt()
                    + asked)
            .evidence(evidence.id),
        Optional.of(proof));
  }

  private static Optional<Check> otherKind(Evidence evidence) {
    String found = evidence.predicateType().orElse("a signature over content");
    return found.equals(KeyRegistration.PREDICATE_TYPE)
        ? Optional.empty()
        : Optional.of(
            evidence
                .refuse(Code.BAD_REGISTRATION, "not the registration of a key")
                .expected(KeyRegistration.PREDICATE_TYPE, found));
  }

  private static Outcome refused(Evidence evidence, Code code, String message) {
    return new Outcome(Check.fail(NAME, code, message).evidence(evidence.id), Optional.empty());
  }
}
