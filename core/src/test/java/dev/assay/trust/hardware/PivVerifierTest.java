package dev.assay.trust.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.Firmware;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PivAttestation;
import dev.assay.crypto.PrivateKey;
import dev.assay.lab.DeviceMaker;
import dev.assay.lab.DeviceMaker.Holder;
import dev.assay.trust.Corpus;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** YubiKeys that were never made: good ones, and an attacker's. */
class PivVerifierTest {

  private static final Instant AT = Instant.parse("2026-11-22T12:00:00Z");
  private static final Firmware OLD = new Firmware(5, 4, 3);
  private static final Firmware NEW = new Firmware(5, 7, 4);
  private static final int SERIAL = 12345678;

  private final PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
  // The maker's two hierarchies, as they are built in, with keys of our own.
  private final Holder pivRoot =
      DeviceMaker.authority("Yubico PIV Root CA Serial 263751", 1).build();
  private final Holder rootOne = DeviceMaker.authority("Yubico Attestation Root 1", 3).build();
  private final Holder intermediate =
      DeviceMaker.authority("Yubico Attestation Intermediate A 1", 2).by(rootOne).build();
  private final Holder pivIssuer =
      DeviceMaker.authority("Yubico PIV Attestation A 1", 1).by(intermediate).build();
  private final Holder opgpIssuer =
      DeviceMaker.authority("Yubico OPGP Attestation A 1", 1).by(intermediate).build();
  private final HardwareTrust maker =
      new HardwareTrust(
          List.of(
              new HardwareTrust.Anchor(
                  pivRoot.certificate(),
                  Optional.empty(),
                  Optional.of(new Firmware(5, 7, 3)),
                  Optional.empty()),
              new HardwareTrust.Anchor(
                  rootOne.certificate(),
                  Optional.of(NEW),
                  Optional.empty(),
                  Optional.of("CN=Yubico PIV Attestation "))),
          List.of(intermediate.certificate(), pivIssuer.certificate(), opgpIssuer.certificate()),
          List.of(),
          List.of());
  private final Holder device = DeviceMaker.device(pivRoot, OLD).build();

  private DeviceMaker good(Holder by, Firmware firmware) {
    return DeviceMaker.key(by, key.publicKey(), firmware, SERIAL);
  }

  private HardwareResult verify(
      HardwareTrust trust, Certificate leaf, Certificate f9, Certificate... more) {
    return HardwareVerifier.verify(
        new HardwareEvidence.Piv(leaf, f9, List.of(more)), key.publicKey(), trust, AT);
  }

  private static void refused(Code code, HardwareResult result) {
    assertTrue(result.proof().isEmpty(), () -> result.proof().toString());
    assertEquals(code, result.refusal().orElseThrow().code(), () -> result.refusal().toString());
  }

  private static HardwareProof proven(HardwareResult result) {
    assertTrue(result.proof().isPresent(), () -> result.refusal().toString());
    return result.proof().get();
  }

  @Test
  void bothHierarchiesOfTheMakerAreAccepted() {
    HardwareProof older =
        proven(verify(maker, good(device, OLD).certificate(), device.certificate()));
    assertFalse(older.own());
    assertEquals(Optional.of((long) SERIAL), older.serial());
    Holder newer = DeviceMaker.device(pivIssuer, NEW).build();
    HardwareProof proof =
        proven(verify(maker, good(newer, NEW).certificate(), newer.certificate()));
    assertEquals("CN=Yubico Attestation Root 1", proof.vouchedBy());
    assertFalse(proof.doesNotProve().toString().contains("YSA"));
    // The authorities may come with the chain as well.
    HardwareTrust bare = new HardwareTrust(maker.anchors(), List.of(), List.of(), List.of());
    refused(
        Code.HARDWARE_UNTRUSTED, verify(bare, good(newer, NEW).certificate(), newer.certificate()));
    proven(
        verify(
            bare,
            good(newer, NEW).certificate(),
            newer.certificate(),
            intermediate.certificate(),
            pivIssuer.certificate()));
  }

  @Test
  void aHierarchyOfOnesOwnIsAcceptedWhereItIsNamed() {
    Holder own = DeviceMaker.device(pivIssuer, NEW).build();
    Certificate leaf = good(own, NEW).certificate();
    Certificate[] chain = {intermediate.certificate(), pivIssuer.certificate()};
    refused(
        Code.HARDWARE_UNTRUSTED, verify(HardwareTrust.BUILT_IN, leaf, own.certificate(), chain));
    HardwareTrust named = HardwareTrust.BUILT_IN.with(List.of(rootOne.certificate()), List.of());
    HardwareProof proof = proven(verify(named, leaf, own.certificate(), chain));
    assertTrue(proof.own());
    assertTrue(proof.doesNotProve().toString().contains("its f9 is not the maker's"));
  }

  @Test
  void anOverwrittenF9IsRefusedUnlessItsAuthorityIsNamed() {
    Holder company = DeviceMaker.authority("Acme devices", 1).build();
    Holder overwritten = DeviceMaker.device(company, OLD).build();
    Certificate leaf = good(overwritten, OLD).certificate();
    refused(Code.HARDWARE_UNTRUSTED, verify(maker, leaf, overwritten.certificate()));
    // Bringing one's own root along does not help either.
    refused(
        Code.HARDWARE_UNTRUSTED,
        verify(maker, leaf, overwritten.certificate(), company.certificate()));
    proven(
        verify(
            maker.with(List.of(company.certificate()), List.of()),
            leaf,
            overwritten.certificate()));
    Holder alone = DeviceMaker.authority("Yubico PIV Attestation", 0).vendor(3, "050403").build();
    Certificate signed = good(alone, OLD).certificate();
    refused(Code.HARDWARE_UNTRUSTED, verify(maker, signed, alone.certificate()));
    proven(
        verify(maker.with(List.of(alone.certificate()), List.of()), signed, alone.certificate()));
  }

  @Test
  void previewAuthoritiesAreRefusedEvenWhereTheyAreNamed() throws Exception {
    Holder preview = DeviceMaker.authority("Yubico 2025 PIV Attestation Preview CA ", 1).build();
    Holder sample = DeviceMaker.device(preview, NEW).build();
    Certificate leaf = good(sample, NEW).certificate();
    for (HardwareTrust trust :
        List.of(maker, maker.with(List.of(preview.certificate()), List.of()))) {
      HardwareResult result = verify(trust, leaf, sample.certificate());
      refused(Code.HARDWARE_UNTRUSTED, result);
      assertTrue(result.refusal().orElseThrow().message().contains("preview"));
    }
    // Not only right above the device.
    Holder line =
        DeviceMaker.authority("Yubico PIV Attestation line", 1)
            .by(
                DeviceMaker.authority("Yubico 2025 PIV Attestation Preview CA ", 2)
                    .key(preview.key())
                    .build())
            .build();
    Holder deep = DeviceMaker.device(line, NEW).build();
    Holder deepRoot =
        DeviceMaker.authority("Yubico 2025 PIV Attestation Preview CA ", 2)
            .key(preview.key())
            .build();
    refused(
        Code.HARDWARE_UNTRUSTED,
        verify(
            maker.with(List.of(deepRoot.certificate()), List.of()),
            good(deep, NEW).certificate(),
            deep.certificate(),
            line.certificate()));
    // Under a name that tells nothing it is the key that is known.
    Certificate real =
        Certificate.fromPem(
                Files.readAllBytes(
                    Corpus.folder("yubikey-attestation/roots")
                        .resolve("yubico-piv-preview-ca-certs.pem")))
            .getFirst();
    refused(Code.HARDWARE_UNTRUSTED, verify(maker, leaf, sample.certificate(), real));
  }

  @Test
  void anotherKeysChainIsRefused() {
    PrivateKey theirs = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    Certificate leaf = DeviceMaker.key(device, theirs.publicKey(), OLD, SERIAL).certificate();
    refused(Code.HARDWARE_OTHER_KEY, verify(maker, leaf, device.certificate()));
  }

  @Test
  void anImportedKeyCannotBeAttested() {
    // The device refuses to attest it; its owner writes the certificate instead.
    PrivateKey software = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    Certificate forged = good(new Holder(software, device.certificate()), OLD).certificate();
    refused(Code.HARDWARE_OTHER_KEY, verify(maker, forged, device.certificate()));
    // An attested key of the device is no authority for another.
    Holder attested = new Holder(key, good(device, OLD).key(key).certificate());
    Certificate below = good(attested, OLD).certificate();
    refused(
        Code.HARDWARE_UNTRUSTED,
        verify(maker, below, attested.certificate(), device.certificate()));
  }

  @Test
  void theRootHasToBeThatOfTheFirmware() {
    for (Firmware firmware : List.of(new Firmware(5, 7, 4), new Firmware(6, 0, 0))) {
      Holder wrong = DeviceMaker.device(pivRoot, firmware).build();
      refused(
          Code.HARDWARE_UNTRUSTED,
          verify(maker, good(wrong, firmware).certificate(), wrong.certificate()));
    }
    Holder early = DeviceMaker.device(pivIssuer, OLD).build();
    refused(
        Code.HARDWARE_UNTRUSTED,
        verify(maker, good(early, OLD).certificate(), early.certificate()));
    // The maker's key under another certificate does not become the owner's authority.
    Holder again =
        DeviceMaker.authority("Yubico PIV Root CA Serial 263751", 2).key(pivRoot.key()).build();
    Holder newer = DeviceMaker.device(pivRoot, NEW).build();
    refused(
        Code.HARDWARE_UNTRUSTED,
        verify(
            maker.with(List.of(again.certificate()), List.of()),
            good(newer, NEW).certificate(),
            newer.certificate()));
    Holder last = DeviceMaker.device(pivRoot, new Firmware(5, 7, 3)).build();
    proven(verify(maker, good(last, new Firmware(5, 7, 3)).certificate(), last.certificate()));
  }

  @Test
  void aCertificateForAnotherApplicationOfTheDeviceDoesNotCount() {
    Holder openPgp = DeviceMaker.device(opgpIssuer, NEW).build();
    HardwareResult result = verify(maker, good(openPgp, NEW).certificate(), openPgp.certificate());
    refused(Code.HARDWARE_UNTRUSTED, result);
    assertTrue(result.refusal().orElseThrow().message().contains("PIV application"));
    // An authority between the older root and a device that the maker never had.
    Holder odd = DeviceMaker.authority("Yubico PIV Attestation X 1", 0).by(pivRoot).build();
    Holder under = DeviceMaker.device(odd, OLD).build();
    refused(
        Code.HARDWARE_UNTRUSTED,
        verify(maker, good(under, OLD).certificate(), under.certificate(), odd.certificate()));
  }

  @Test
  void theTwoCertificatesSayTheSameFirmware() {
    Certificate boasting = good(device, new Firmware(5, 7, 2)).certificate();
    refused(Code.HARDWARE_ATTESTATION, verify(maker, boasting, device.certificate()));
    Holder silent = DeviceMaker.device(pivRoot, OLD).vendor(3, "").build();
    proven(verify(maker, good(silent, OLD).certificate(), silent.certificate()));
  }

  /** Devices of one firmware have an f9 that does not say it is an authority. */
  @Test
  void firmware524WithoutBasicConstraints() {
    Firmware quirk = new Firmware(5, 2, 4);
    Holder odd = DeviceMaker.device(pivRoot, quirk).withoutBasicConstraints().build();
    proven(verify(maker, good(odd, quirk).certificate(), odd.certificate()));
    // No other firmware, and no firmware at all.
    for (String firmware : List.of("050203", "050205", "")) {
      Holder other =
          DeviceMaker.device(pivRoot, quirk).vendor(3, firmware).withoutBasicConstraints().build();
      refused(
          Code.HARDWARE_UNTRUSTED,
          verify(maker, good(other, quirk).certificate(), other.certificate()));
    }
    // Not under an authority of one's own: it can make a proper certificate.
    Holder company = DeviceMaker.authority("Acme devices", 1).build();
    Holder own = DeviceMaker.device(company, quirk).withoutBasicConstraints().build();
    refused(
        Code.HARDWARE_UNTRUSTED,
        verify(
            maker.with(List.of(company.certificate()), List.of()),
            good(own, quirk).certificate(),
            own.certificate()));
    // Not as an authority above a device.
    Holder above = DeviceMaker.device(pivRoot, quirk).withoutBasicConstraints().build();
    Holder below = DeviceMaker.device(above, quirk).build();
    refused(
        Code.HARDWARE_UNTRUSTED,
        verify(maker, good(below, quirk).certificate(), below.certificate(), above.certificate()));
  }

  @ParameterizedTest
  @CsvSource({
    "3, 0504",
    "3, 05040300",
    "3, ''",
    "7, 020400bc614e00",
    "7, 0205ffffffffff",
    "7, 0401ff",
    "7, 0201ff",
    "7, 02020001",
    "7, ''",
    "8, 03",
    "8, 030201",
    "8, 0002",
    "8, 0602",
    "8, 0300",
    "8, 0304",
    "8, ''",
    "9, 0303",
    "9, 30"
  })
  void extensionsAreReadStrictly(int number, String hex) {
    Certificate leaf = good(device, OLD).vendor(number, hex).certificate();
    refused(Code.HARDWARE_ATTESTATION, verify(maker, leaf, device.certificate()));
  }

  @Test
  void whatIsSaidOfFipsAndCspnIsReadStrictly() {
    Holder marked = DeviceMaker.device(pivRoot, OLD).vendor(10, "020103").vendor(11, "01").build();
    HardwareProof proof =
        proven(verify(maker, good(marked, OLD).certificate(), marked.certificate()));
    assertTrue(proof.fips() && proof.piv().orElseThrow().cspn());
    assertTrue(
        proven(verify(maker, good(device, OLD).vendor(9, "83").certificate(), device.certificate()))
            .fips());
    for (String hex : List.of("03", "0201", "02010300", "0201ff")) {
      Holder bad = DeviceMaker.device(pivRoot, OLD).vendor(10, hex).build();
      refused(
          Code.HARDWARE_ATTESTATION,
          verify(maker, good(bad, OLD).certificate(), bad.certificate()));
    }
    // The key's certificate is the device's word, not the maker's: it does not say FIPS.
    assertFalse(
        proven(
                verify(
                    maker,
                    good(device, OLD).vendor(10, "020103").certificate(),
                    device.certificate()))
            .fips());
  }

  @Test
  void anExtensionThatIsThereTwiceIsRefused() {
    // 3.6 becomes a second 3.8: 2b06010401 82c40a 03 06.
    DeviceMaker twice =
        good(device, OLD).vendor(6, "0101").edited("2b0601040182c40a0306", "2b0601040182c40a0308");
    AssayException e = assertThrows(AssayException.class, twice::certificate);
    assertEquals(Code.BAD_CERTIFICATE, e.code());
  }

  @Test
  void aCriticalExtensionThatNobodyKnowsIsRefused() {
    Certificate leaf = good(device, OLD).critical("1.3.6.1.4.1.41482.3.99").certificate();
    refused(Code.BAD_CERTIFICATE, verify(maker, leaf, device.certificate()));
  }

  @Test
  void onlyKeysInSlotsAreKeys() {
    for (String name :
        List.of("YubiKey PIV Attestation f9", "YubiKey PIV Attestation 9C", "release", "")) {
      Certificate leaf = good(device, OLD).named(name).certificate();
      refused(Code.HARDWARE_ATTESTATION, verify(maker, leaf, device.certificate()));
    }
    Certificate retired = good(device, OLD).named("YubiKey PIV Attestation 95").certificate();
    assertEquals("95", proven(verify(maker, retired, device.certificate())).name());
  }

  @Test
  void anAuthorityIsNotAKey() {
    Holder ca = DeviceMaker.authority("YubiKey PIV Attestation 9c", 0).by(device).key(key).build();
    HardwareResult result = verify(maker, ca.certificate(), device.certificate());
    refused(Code.BAD_CERTIFICATE, result);
  }

  @Test
  void certificatesHaveToBeValidThen() {
    Instant from = Instant.parse("2020-01-01T00:00:00Z");
    Instant to = Instant.parse("2021-01-01T00:00:00Z");
    Holder past = DeviceMaker.device(pivRoot, OLD).valid(from, to).build();
    Certificate leaf = good(past, OLD).valid(from, to).certificate();
    refused(Code.CERTIFICATE_EXPIRED, verify(maker, leaf, past.certificate()));
    HardwareEvidence evidence = new HardwareEvidence.Piv(leaf, past.certificate(), List.of());
    proven(HardwareVerifier.verify(evidence, key.publicKey(), maker, from.plusSeconds(9)));
    refused(
        Code.CERTIFICATE_EXPIRED,
        HardwareVerifier.verify(evidence, key.publicKey(), maker, from.minusSeconds(9)));
  }

  @Test
  void whatIsNotDemandedIsStillTold() {
    Certificate never = good(device, OLD).vendor(8, "0101").certificate();
    HardwareProof proof = proven(verify(maker, never, device.certificate()));
    assertEquals(PivAttestation.Touch.NEVER, proof.touch());
    assertTrue(proof.proves().contains("it signs without a touch"));
    for (String demand : List.of("touch=always", "touch=cached", "pin=once", "pin=always")) {
      assertEquals(
          Code.HARDWARE_DEMAND,
          HardwareDemands.NONE.and(demand).unmet(proof).orElseThrow().code(),
          demand);
    }
    HardwareProof finger =
        proven(
            verify(maker, good(device, OLD).vendor(8, "0503").certificate(), device.certificate()));
    assertEquals(Optional.empty(), HardwareDemands.NONE.and("pin=always").unmet(finger));
    assertEquals(Optional.empty(), HardwareDemands.NONE.and("touch=cached").unmet(finger));
    assertTrue(HardwareDemands.NONE.and("touch=always").unmet(finger).isPresent());
  }

  @Test
  void demandsThatNobodyKnowsAreRefused() {
    for (String text :
        List.of(
            "touch",
            "touch=sometimes",
            "pin=",
            "kind=hsm",
            "min-firmware=5.7",
            "serial=x",
            "fips=false",
            "colour=red",
            "min-firmware=5.7.256",
            "serial=",
            "kind=")) {
      AssayException e =
          assertThrows(AssayException.class, () -> HardwareDemands.NONE.and(text), text);
      assertEquals(Code.USAGE, e.code());
    }
  }
}
