package dev.assay.trust.hardware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.attest.Octets;
import dev.assay.attest.Statement;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Firmware;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SshKey;
import dev.assay.lab.DeviceMaker;
import dev.assay.lab.DeviceMaker.Holder;
import dev.assay.lab.SecurityKeyMaker;
import dev.assay.lab.TpmMaker;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeyRegistrationTest {

  private static final Instant AT = Instant.parse("2026-11-22T12:00:00Z");
  private static final Firmware FIRMWARE = new Firmware(5, 4, 3);

  private final PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
  private final PrivateKey registrar = PrivateKey.generate(KeyAlgorithm.ED25519);
  private final PrivateKey ak = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
  private final Holder root = DeviceMaker.authority("Acme devices", 1).build();
  private final Holder device = DeviceMaker.device(root, FIRMWARE).build();
  private final HardwareTrust trust =
      HardwareTrust.BUILT_IN.with(List.of(root.certificate()), List.of(ak.publicKey()));
  private final HardwareEvidence piv =
      new HardwareEvidence.Piv(
          DeviceMaker.key(device, key.publicKey(), FIRMWARE, 7).certificate(),
          device.certificate(),
          List.of());

  private KeyRegistration registration(HardwareEvidence evidence) {
    byte[] nonce = new byte[KeyRegistration.NONCE];
    byte[] challenge =
        KeyRegistration.challenge(
            key.publicKey().id(), registrar.publicKey().id(), AT, "signing", evidence, nonce);
    return new KeyRegistration(
        key.publicKey().id(),
        registrar.publicKey().id(),
        AT,
        "signing",
        evidence,
        Octets.of(nonce),
        Octets.of(key.sign(KeyRegistration.signedForm(challenge))));
  }

  private HardwareResult verify(KeyRegistration registration) {
    return registration.verify(key.publicKey(), registrar.publicKey(), trust, AT);
  }

  private static void refused(Code code, HardwareResult result) {
    assertTrue(result.proof().isEmpty(), () -> result.proof().toString());
    assertEquals(code, result.refusal().orElseThrow().code(), () -> result.refusal().toString());
  }

  private HardwareEvidence tpm(TpmMaker maker) {
    return new HardwareEvidence.Tpm(
        Octets.of(maker.certification()),
        Octets.of(maker.signature()),
        Octets.of(maker.object()),
        ak.publicKey(),
        List.of());
  }

  @Test
  void eachKindIsWrittenAndReadBack() {
    for (HardwareEvidence evidence : List.of(piv, tpm(new TpmMaker(key, ak)))) {
      KeyRegistration made = registration(evidence);
      Statement statement = Statement.parse(made.toStatement().payload());
      KeyRegistration read = KeyRegistration.read(statement);
      assertEquals(made, read);
      assertArrayEquals(made.challenge(), read.challenge());
      HardwareResult result = verify(read);
      assertTrue(result.proof().isPresent(), () -> result.refusal().toString());
      assertEquals(evidence.kind(), result.proof().get().kind());
      assertFalse(result.proof().get().proves().isEmpty());
      assertFalse(result.proof().get().doesNotProve().isEmpty());
    }
  }

  @Test
  void whatTheKeySignedIsGoodForThisRegistrationAlone() {
    KeyRegistration good = registration(piv);
    PrivateKey otherRegistrar = PrivateKey.generate(KeyAlgorithm.ED25519);
    Holder twin = DeviceMaker.device(root, FIRMWARE).build();
    HardwareEvidence otherChain =
        new HardwareEvidence.Piv(
            DeviceMaker.key(twin, key.publicKey(), FIRMWARE, 8).certificate(),
            twin.certificate(),
            List.of());
    byte[] otherNonce = new byte[KeyRegistration.NONCE];
    otherNonce[0] = 1;
    for (KeyRegistration changed :
        List.of(
            with(good, AT.minusSeconds(1), "signing", piv, good.nonce()),
            with(good, AT, "signing everything", piv, good.nonce()),
            with(good, AT, "signing", otherChain, good.nonce()),
            with(good, AT, "signing", piv, Octets.of(otherNonce)))) {
      refused(Code.POSSESSION_NOT_PROVEN, verify(changed));
    }
    KeyRegistration carried =
        new KeyRegistration(
            good.key(),
            otherRegistrar.publicKey().id(),
            AT,
            "signing",
            piv,
            good.nonce(),
            good.possession());
    refused(
        Code.POSSESSION_NOT_PROVEN,
        carried.verify(key.publicKey(), otherRegistrar.publicKey(), trust, AT));
    refused(
        Code.BAD_REGISTRATION, good.verify(key.publicKey(), otherRegistrar.publicKey(), trust, AT));
    refused(Code.HARDWARE_OTHER_KEY, good.verify(ak.publicKey(), registrar.publicKey(), trust, AT));
    refused(
        Code.BAD_REGISTRATION,
        good.verify(key.publicKey(), registrar.publicKey(), trust, AT.minusSeconds(1)));
    refused(
        Code.HARDWARE_UNTRUSTED,
        good.verify(key.publicKey(), registrar.publicKey(), HardwareTrust.BUILT_IN, AT));
    // A signature over the challenge as it is, such as over a file, is none.
    KeyRegistration plain =
        new KeyRegistration(
            good.key(),
            good.registrar(),
            AT,
            "signing",
            piv,
            good.nonce(),
            Octets.of(key.sign(good.challenge())));
    refused(Code.POSSESSION_NOT_PROVEN, verify(plain));
  }

  private static KeyRegistration with(
      KeyRegistration r, Instant at, String purpose, HardwareEvidence evidence, Octets nonce) {
    return new KeyRegistration(
        r.key(), r.registrar(), at, purpose, evidence, nonce, r.possession());
  }

  @Test
  void aKeyDoesNotRegisterItself() {
    KeyRegistration good = registration(piv);
    KeyRegistration self =
        new KeyRegistration(
            good.key(), good.key(), AT, "signing", piv, good.nonce(), good.possession());
    refused(Code.BAD_REGISTRATION, self.verify(key.publicKey(), key.publicKey(), trust, AT));
  }

  @Test
  void statementsThatAreNotRegistrationsAreRefused() {
    Statement good = registration(piv).toStatement();
    Json.Obj predicate = good.predicate();
    for (String missing : predicate.members().keySet()) {
      Map<String, Json> members = new LinkedHashMap<>(predicate.members());
      members.remove(missing);
      unreadable(Code.BAD_REGISTRATION, good, new Json.Obj(members));
    }
    Map<String, Json> more = new LinkedHashMap<>(predicate.members());
    more.put("note", Json.of("hello"));
    unreadable(Code.UNKNOWN_FIELD, good, new Json.Obj(more));
    more.remove("note");
    more.put("purpose", Json.of("a\u202eb"));
    unreadable(Code.BAD_REGISTRATION, good, new Json.Obj(more));
    more.put("purpose", Json.of("signing"));
    more.put(
        "possession",
        Json.object().put("nonce", Base64s.encode(new byte[8])).put("signature", "AAAA").build());
    unreadable(Code.BAD_REGISTRATION, good, new Json.Obj(more));
    more.put("attestation", Json.object().put("kind", "hsm").build());
    unreadable(Code.BAD_REGISTRATION, good, new Json.Obj(more));
    more.put(
        "attestation",
        Json.object().put("kind", "yubikey-piv").put("certificates", List.of()).build());
    unreadable(Code.BAD_REGISTRATION, good, new Json.Obj(more));
    Statement otherType =
        Statement.create(good.subjects(), "https://assay.dev/key-rotation/v1", predicate);
    assertEquals(
        Code.WRONG_PREDICATE_TYPE,
        assertThrows(AssayException.class, () -> KeyRegistration.read(otherType)).code());
    Statement two =
        Statement.create(
            List.of(good.subjects().getFirst(), Statement.Subject.of(ak.publicKey().id())),
            KeyRegistration.PREDICATE_TYPE,
            predicate);
    assertEquals(
        Code.BAD_REGISTRATION,
        assertThrows(AssayException.class, () -> KeyRegistration.read(two)).code());
  }

  private static void unreadable(Code code, Statement good, Json.Obj predicate) {
    Statement bad = Statement.create(good.subjects(), KeyRegistration.PREDICATE_TYPE, predicate);
    assertEquals(
        code,
        assertThrows(AssayException.class, () -> KeyRegistration.read(bad), predicate::toString)
            .code());
  }

  @Test
  void aTpmsCertificationIsHeldAgainstTheKey() {
    TpmMaker good = new TpmMaker(key, ak);
    assertTrue(verify(registration(tpm(good))).proof().isPresent());
    refused(
        Code.HARDWARE_UNTRUSTED,
        registration(tpm(good))
            .verify(key.publicKey(), registrar.publicKey(), HardwareTrust.BUILT_IN, AT));
    TpmMaker theirs = new TpmMaker(PrivateKey.generate(KeyAlgorithm.ECDSA_P256), ak);
    refused(Code.HARDWARE_OTHER_KEY, verify(registration(tpm(theirs))));
    // The certification of another object under this key's public part.
    refused(
        Code.HARDWARE_OTHER_KEY,
        verify(registration(crossed(good, theirs.certification(), theirs.signature()))));
    byte[] forged = good.certification();
    TpmMaker stranger = new TpmMaker(key, PrivateKey.generate(KeyAlgorithm.ECDSA_P256));
    refused(
        Code.SIGNATURE_INVALID,
        verify(registration(crossed(good, forged, stranger.signature(forged)))));
    for (long without : new long[] {1 << 1, 1 << 4, 1 << 5, 1 << 18}) {
      TpmMaker loose = new TpmMaker(key, ak);
      loose.attributes &= ~without;
      refused(Code.HARDWARE_DEMAND, verify(registration(tpm(loose))));
    }
    TpmMaker unknown = new TpmMaker(key, ak);
    unknown.attributes |= 1 << 3;
    refused(Code.HARDWARE_ATTESTATION, verify(registration(tpm(unknown))));
    TpmMaker magic = new TpmMaker(key, ak);
    magic.magicLow = 0x4348;
    refused(Code.HARDWARE_ATTESTATION, verify(registration(tpm(magic))));
    TpmMaker quote = new TpmMaker(key, ak);
    quote.type = 0x8018;
    refused(Code.HARDWARE_ATTESTATION, verify(registration(tpm(quote))));
    TpmMaker tail = new TpmMaker(key, ak);
    tail.trailing = new byte[1];
    refused(Code.HARDWARE_ATTESTATION, verify(registration(tpm(tail))));
    TpmMaker unsafe = new TpmMaker(key, ak);
    unsafe.safe = 2;
    refused(Code.HARDWARE_ATTESTATION, verify(registration(tpm(unsafe))));
    TpmMaker sha1 = new TpmMaker(key, ak);
    sha1.signatureHash = 4;
    refused(Code.SIGNATURE_INVALID, verify(registration(tpm(sha1))));
  }

  private HardwareEvidence crossed(TpmMaker object, byte[] certification, byte[] signature) {
    return new HardwareEvidence.Tpm(
        Octets.of(certification),
        Octets.of(signature),
        Octets.of(object.object()),
        ak.publicKey(),
        List.of());
  }

  @Test
  void anAttestationKeyMayBeCertified() {
    Holder authority = DeviceMaker.authority("Acme TPMs", 0).build();
    TpmMaker maker = new TpmMaker(key, ak);
    HardwareTrust named = HardwareTrust.BUILT_IN.with(List.of(authority.certificate()), List.of());
    for (boolean proper : new boolean[] {true, false}) {
      DeviceMaker certificate = DeviceMaker.attestationKey(authority).key(ak);
      if (!proper) {
        certificate.usage("1.3.6.1.5.5.7.3.3"); // an authority's code signing certificate
      }
      HardwareEvidence evidence =
          new HardwareEvidence.Tpm(
              Octets.of(maker.certification()),
              Octets.of(maker.signature()),
              Octets.of(maker.object()),
              ak.publicKey(),
              List.of(certificate.certificate()));
      HardwareResult result =
          registration(evidence).verify(key.publicKey(), registrar.publicKey(), named, AT);
      assertEquals(proper, result.proof().isPresent(), () -> result.refusal().toString());
      refused(
          proper ? Code.HARDWARE_UNTRUSTED : Code.BAD_CERTIFICATE,
          registration(evidence)
              .verify(key.publicKey(), registrar.publicKey(), HardwareTrust.BUILT_IN, AT));
    }
    assertEquals(
        Code.HARDWARE_OTHER_KEY,
        assertThrows(
                AssayException.class,
                () ->
                    new HardwareEvidence.Tpm(
                        Octets.of(maker.certification()),
                        Octets.of(maker.signature()),
                        Octets.of(maker.object()),
                        key.publicKey(),
                        List.of(DeviceMaker.attestationKey(authority).key(ak).certificate())))
            .code());
  }

  @Test
  void aSecurityKeyHasToBeTouched() {
    for (KeyAlgorithm algorithm : List.of(KeyAlgorithm.ED25519, KeyAlgorithm.ECDSA_P256)) {
      PrivateKey sk = PrivateKey.generate(algorithm);
      PublicKey open = sk.publicKey();
      HardwareEvidence evidence =
          new HardwareEvidence.SecurityKey(SshKey.parse(SecurityKeyMaker.key(sk)));
      HardwareResult touched = touched(sk, evidence, 1, KeyRegistration.NAMESPACE);
      HardwareProof proof = touched.proof().orElseThrow();
      assertEquals(HardwareKind.SECURITY_KEY, proof.kind());
      assertFalse(proof.userVerified());
      assertTrue(proof.doesNotProve().toString().contains("which device it is"));
      assertTrue(HardwareDemands.NONE.and("pin=once").unmet(proof).isPresent());
      assertTrue(HardwareDemands.NONE.and("serial=7").unmet(proof).isPresent());
      assertTrue(
          touched(sk, evidence, 5, KeyRegistration.NAMESPACE).proof().orElseThrow().userVerified());
      refused(Code.USER_NOT_PRESENT, touched(sk, evidence, 0, KeyRegistration.NAMESPACE));
      refused(Code.USER_NOT_PRESENT, touched(sk, evidence, 4, KeyRegistration.NAMESPACE));
      refused(Code.POSSESSION_NOT_PROVEN, touched(sk, evidence, 1, "file"));
      // The flags are part of what is signed.
      KeyRegistration flipped = touch(sk, evidence, 0, 1, KeyRegistration.NAMESPACE);
      refused(Code.POSSESSION_NOT_PROVEN, flipped.verify(open, registrar.publicKey(), trust, AT));
      // A bundle's signature by a key of the same numbers says nothing of a touch.
      KeyRegistration untouched = registration(evidence);
      refused(
          Code.HARDWARE_OTHER_KEY,
          untouched.verify(key.publicKey(), registrar.publicKey(), trust, AT));
    }
    HardwareEvidence plain =
        new HardwareEvidence.SecurityKey(SshKey.parse(SecurityKeyMaker.plainKey(key)));
    refused(Code.HARDWARE_ATTESTATION, verify(registration(plain)));
  }

  private HardwareResult touched(
      PrivateKey sk, HardwareEvidence evidence, int flags, String namespace) {
    return touch(sk, evidence, flags, -1, namespace)
        .verify(sk.publicKey(), registrar.publicKey(), trust, AT);
  }

  private KeyRegistration touch(
      PrivateKey sk, HardwareEvidence evidence, int flags, int sentFlags, String namespace) {
    byte[] nonce = new byte[KeyRegistration.NONCE];
    byte[] challenge =
        KeyRegistration.challenge(
            sk.publicKey().id(), registrar.publicKey().id(), AT, "signing", evidence, nonce);
    return new KeyRegistration(
        sk.publicKey().id(),
        registrar.publicKey().id(),
        AT,
        "signing",
        evidence,
        Octets.of(nonce),
        Octets.of(SecurityKeyMaker.sign(sk, challenge, namespace, flags, sentFlags)));
  }

  @Test
  void theChallengeIsWhatTheFormatSays() {
    String text = Text.utf8(registration(piv).challenge());
    assertEquals(7, text.lines().count());
    assertTrue(text.startsWith("https://assay.dev/key-registration/v1\nkey sha256:"));
    assertTrue(
        text.contains(
            "\nattestation "
                + Hashes.sha256Digest(Text.utf8(piv.toJson().compact()))
                + "\nnonce "
                + Base64s.encode(new byte[32])
                + "\npurpose signing\n"));
    assertTrue(
        Text.utf8(KeyRegistration.signedForm(new byte[0]))
            .startsWith("DSSEv1 39 application/vnd.assay.key-possession.v1 0 "));
  }
}
