package dev.assay.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.attest.Octets;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.crypto.Firmware;
import dev.assay.lab.DeviceMaker;
import dev.assay.lab.DeviceMaker.Holder;
import dev.assay.trust.HardwareBacking;
import dev.assay.trust.Signer;
import dev.assay.trust.TrustedKey;
import dev.assay.trust.hardware.HardwareDemands;
import dev.assay.trust.hardware.HardwareEvidence;
import dev.assay.trust.hardware.HardwareTrust;
import dev.assay.trust.hardware.KeyRegistration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A signature by a key counts only where its hardware is what is demanded. */
class RegistrationCheckTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final Digest IMAGE = Forge.digest("image");
  private static final Firmware FIRMWARE = new Firmware(5, 4, 3);

  private final Forge release = new Forge("release");
  private final Forge registrar = new Forge("security");
  private final Forge attacker = new Forge("attacker");
  private final Holder root = DeviceMaker.authority("Acme devices", 1).build();
  private final Holder device = DeviceMaker.device(root, FIRMWARE).build();
  private final HardwareTrust trust =
      HardwareTrust.BUILT_IN.with(List.of(root.certificate()), List.of());

  private DeviceMaker attested(Forge of) {
    return DeviceMaker.key(device, of.key.publicKey(), FIRMWARE, 12345678);
  }

  private byte[] registration(Forge of, Forge by, Forge named, DeviceMaker chain) {
    HardwareEvidence evidence =
        new HardwareEvidence.Piv(chain.certificate(), device.certificate(), List.of());
    byte[] nonce = new byte[KeyRegistration.NONCE];
    Instant at = NOW.minusSeconds(60);
    byte[] challenge =
        KeyRegistration.challenge(
            of.key.publicKey().id(), named.key.publicKey().id(), at, "signing", evidence, nonce);
    KeyRegistration registration =
        new KeyRegistration(
            of.key.publicKey().id(),
            named.key.publicKey().id(),
            at,
            "signing",
            evidence,
            Octets.of(nonce),
            Octets.of(of.key.sign(KeyRegistration.signedForm(challenge))));
    return by.envelope(dev.assay.attest.Dsse.IN_TOTO, registration.toStatement().payload());
  }

  private byte[] good() {
    return registration(release, registrar, registrar, attested(release));
  }

  private Verdict verify(byte[] registration, Signer by, String... demands) {
    HardwareDemands asked = HardwareDemands.NONE;
    for (String demand : demands) {
      asked = asked.and(demand);
    }
    TrustedKey key =
        release.trusted.backedBy(new HardwareBacking(Octets.of(registration), by, asked, trust));
    Verifier.Outcome outcome =
        Verifier.verify(
            Subject.of("pay", IMAGE),
            List.of(release.signature(IMAGE)),
            List.of(new Requirement.Signature(List.of(key), 1)),
            Trust.NONE,
            History.NONE,
            NOW);
    return new Verdict("pay", Optional.of(IMAGE), outcome.checks(), NOW.toString());
  }

  private static Check refused(Code code, Verdict verdict) {
    assertFalse(verdict.verified());
    Check check = verdict.decisive().orElseThrow();
    assertEquals(code, check.code().orElseThrow(), check::toString);
    assertEquals(1, verdict.exit().status());
    assertTrue(check.detail().contains("hardware is not proven"), check.detail());
    return check;
  }

  @Test
  void aRegisteredKeyCounts() {
    Verdict verdict =
        verify(good(), registrar.trusted, "touch=always", "pin=always", "serial=12345678");
    assertTrue(verdict.verified(), verdict::toString);
    Check hardware =
        verdict.checks().getFirst().children().stream()
            .filter(c -> c.name().equals("hardware"))
            .findFirst()
            .orElseThrow();
    assertTrue(hardware.detail().contains("registered by security"), hardware.detail());
    assertTrue(hardware.evidence().isPresent());
    assertFalse(verdict.toString().contains("12345678"), "a serial number is personal data");
  }

  @Test
  void whatIsDemandedAndNotThereIsRefusedAndTold() {
    for (String demand :
        List.of("min-firmware=5.7.0", "serial=1", "fips=true", "kind=tpm", "kind=ssh-sk")) {
      Check check = refused(Code.HARDWARE_DEMAND, verify(good(), registrar.trusted, demand));
      assertTrue(check.expected().isPresent() && check.found().isPresent(), demand);
    }
    byte[] untouched =
        registration(release, registrar, registrar, attested(release).vendor(8, "0301"));
    refused(Code.HARDWARE_DEMAND, verify(untouched, registrar.trusted, "touch=always"));
    assertTrue(verify(untouched, registrar.trusted, "pin=always").verified());
  }

  @Test
  void whoeverMayNotRegisterDoesNot() {
    byte[] theirs = registration(release, attacker, attacker, attested(release));
    refused(Code.WRONG_KEY, verify(theirs, registrar.trusted));
    byte[] signedByAnother = registration(release, attacker, registrar, attested(release));
    refused(Code.WRONG_KEY, verify(signedByAnother, registrar.trusted));
    TrustedKey revoked =
        new TrustedKey(
            "security",
            registrar.key.publicKey(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(NOW.minusSeconds(1)));
    refused(Code.KEY_REVOKED, verify(good(), revoked));
  }

  @Test
  void aRegistrationOfAnotherKeyIsRefused() {
    byte[] other = registration(attacker, registrar, registrar, attested(attacker));
    refused(Code.HARDWARE_OTHER_KEY, verify(other, registrar.trusted));
    byte[] pasted = registration(release, registrar, registrar, attested(attacker));
    refused(Code.HARDWARE_OTHER_KEY, verify(pasted, registrar.trusted));
  }

  @Test
  void aKeyThatDidNotTakePartIsRefused() {
    // The registrar vouches for a key it has only the certificates of.
    HardwareEvidence evidence =
        new HardwareEvidence.Piv(attested(release).certificate(), device.certificate(), List.of());
    KeyRegistration registration =
        new KeyRegistration(
            release.key.publicKey().id(),
            registrar.key.publicKey().id(),
            NOW,
            "signing",
            evidence,
            Octets.of(new byte[KeyRegistration.NONCE]),
            Octets.of(attacker.key.sign(new byte[1])));
    byte[] bundle =
        registrar.envelope(dev.assay.attest.Dsse.IN_TOTO, registration.toStatement().payload());
    refused(Code.POSSESSION_NOT_PROVEN, verify(bundle, registrar.trusted));
  }

  @Test
  void whatIsNoRegistrationIsRefused() {
    refused(Code.BAD_BUNDLE, verify(new byte[] {'x'}, registrar.trusted));
    Digest key = release.key.publicKey().id();
    refused(Code.BAD_REGISTRATION, verify(registrar.signature(key).bytes(), registrar.trusted));
    byte[] empty =
        registrar
            .statement(key, KeyRegistration.PREDICATE_TYPE, dev.assay.bytes.Json.object().build())
            .bytes();
    refused(Code.BAD_REGISTRATION, verify(empty, registrar.trusted));
  }

  @Test
  void aRegistrarMayBeHeldByHardwareItself() {
    Holder second = DeviceMaker.device(root, FIRMWARE).build();
    HardwareEvidence evidence =
        new HardwareEvidence.Piv(
            DeviceMaker.key(second, registrar.key.publicKey(), FIRMWARE, 9).certificate(),
            second.certificate(),
            List.of());
    assertTrue(evidence.kind() == dev.assay.trust.hardware.HardwareKind.YUBIKEY_PIV);
    byte[] unrelated = registration(attacker, attacker, attacker, attested(attacker));
    TrustedKey demanding =
        registrar.trusted.backedBy(
            new HardwareBacking(
                Octets.of(unrelated), attacker.trusted, HardwareDemands.NONE, trust));
    refused(Code.HARDWARE_OTHER_KEY, verify(good(), demanding));
  }
}
