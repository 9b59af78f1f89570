package dev.assay.trust.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Code;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Json;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.Firmware;
import dev.assay.crypto.PivAttestation;
import dev.assay.crypto.PublicKey;
import dev.assay.trust.Corpus;
import dev.assay.trust.tuf.CanonicalForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Attestations of real YubiKeys, and what others signed with the keys attested. */
class YubiKeyCorpusTest {

  private static final Instant AT = Instant.parse("2026-11-22T12:00:00Z");
  private static final String FAKE = "76651934";

  private record Attested(String serial, Certificate key, Certificate device) {
    HardwareEvidence evidence() {
      return new HardwareEvidence.Piv(key, device, List.of());
    }
  }

  private static List<Certificate> pem(Path file) throws IOException {
    return Certificate.fromPem(Files.readAllBytes(file));
  }

  private static List<Attested> all() throws IOException {
    Path folder = Corpus.folder("yubikey-attestation");
    List<Attested> out = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.contains("_key_")) {
          String serial = name.substring(0, name.indexOf('_'));
          out.add(
              new Attested(
                  serial,
                  pem(file).getFirst(),
                  pem(folder.resolve(serial + "_device_0.pem")).getFirst()));
        }
      }
    }
    return out;
  }

  private static HardwareResult verify(Attested a) {
    return HardwareVerifier.verify(a.evidence(), a.key().key(), HardwareTrust.BUILT_IN, AT);
  }

  @Test
  void everyRealKeyIsProven() throws IOException {
    Set<String> devices = new TreeSet<>();
    Set<String> firmware = new TreeSet<>();
    int keys = 0;
    int fips = 0;
    for (Attested attested : all()) {
      if (attested.serial().equals(FAKE)) {
        continue;
      }
      keys++;
      devices.add(attested.serial());
      HardwareResult result = verify(attested);
      assertTrue(result.proof().isPresent(), () -> attested.serial() + " " + result.refusal());
      HardwareProof proof = result.proof().get();
      assertEquals(Optional.of(Long.parseLong(attested.serial())), proof.serial());
      assertEquals(PivAttestation.Touch.ALWAYS, proof.touch());
      assertEquals(PivAttestation.Pin.ALWAYS, proof.pin());
      assertEquals("9c", proof.name());
      firmware.add(String.valueOf(proof.firmware().orElseThrow()));
      fips += proof.fips() ? 1 : 0;
    }
    assertEquals(10, devices.size());
    assertEquals(42, keys);
    assertEquals(Set.of("4.4.5", "5.2.6", "5.2.7", "5.4.3"), firmware);
    assertEquals(4, fips, "the device 10550341 says it is of a FIPS series");
  }

  @Test
  void theFakeIsRefused() throws IOException {
    Attested fake = all().stream().filter(a -> a.serial().equals(FAKE)).findFirst().orElseThrow();
    HardwareResult result = verify(fake);
    // Its key certificate calls itself an authority; with a proper one nothing would be better.
    assertEquals(Code.BAD_CERTIFICATE, result.refusal().orElseThrow().code());
    assertFalse(
        YubicoPiv.anchors().stream().anyMatch(a -> fake.device().issuedBy(a.certificate())));
  }

  @Test
  void anotherDevicesChainIsRefused() throws IOException {
    List<Attested> all = all();
    int crossed = 0;
    for (Attested one : all) {
      for (Attested other : all) {
        // Devices of one batch share the key of f9, and its certificate.
        if (!one.device().equals(other.device())) {
          HardwareResult result =
              HardwareVerifier.verify(
                  new HardwareEvidence.Piv(one.key(), other.device(), List.of(one.device())),
                  one.key().key(),
                  HardwareTrust.BUILT_IN,
                  AT);
          assertEquals(
              Code.HARDWARE_OTHER_KEY,
              result.refusal().orElseThrow().code(),
              one.serial() + " under " + other.serial());
          crossed++;
        }
      }
    }
    assertTrue(crossed > 500);
    HardwareResult pasted =
        HardwareVerifier.verify(
            all.get(0).evidence(), all.get(1).key().key(), HardwareTrust.BUILT_IN, AT);
    assertEquals(Code.HARDWARE_OTHER_KEY, pasted.refusal().orElseThrow().code());
  }

  @Test
  void demandsAreHeldAgainstWhatIsAttested() throws IOException {
    HardwareProof proof =
        verify(all().stream().filter(a -> a.serial().equals("15938791")).findFirst().orElseThrow())
            .proof()
            .orElseThrow();
    for (String met :
        List.of(
            "touch=always",
            "touch=cached",
            "pin=always",
            "kind=yubikey-piv,tpm",
            "serial=1,15938791")) {
      assertEquals(Optional.empty(), HardwareDemands.NONE.and(met).unmet(proof), met);
    }
    // All of the corpus is older than the firmware that mends the ECDSA of these devices.
    for (String unmet :
        List.of(
            "min-firmware=5.7.0",
            "min-firmware=5.2.8",
            "serial=15938765",
            "fips=true",
            "kind=tpm")) {
      HardwareRefusal refusal = HardwareDemands.NONE.and(unmet).unmet(proof).orElseThrow();
      assertEquals(Code.HARDWARE_DEMAND, refusal.code(), unmet);
      assertTrue(refusal.expected().isPresent() && refusal.found().isPresent(), unmet);
    }
    assertTrue(proof.doesNotProve().toString().contains("YSA-2024-03"));
    assertTrue(!proof.describe().contains("15938791"), "a serial number is personal data");
  }

  @Test
  void rootsCountForTheirFirmwareAlone() throws IOException {
    Attested real =
        all().stream().filter(a -> a.serial().equals("15938791")).findFirst().orElseThrow();
    Certificate root =
        pem(Corpus.folder("yubikey-attestation/roots").resolve("yubico-piv-ca-1.pem")).getFirst();
    HardwareTrust older =
        new HardwareTrust(
            List.of(
                new HardwareTrust.Anchor(
                    root, Optional.empty(), Optional.of(new Firmware(5, 2, 6)), Optional.empty())),
            List.of(),
            List.of(),
            List.of());
    HardwareRefusal refusal =
        HardwareVerifier.verify(real.evidence(), real.key().key(), older, AT)
            .refusal()
            .orElseThrow();
    assertEquals(Code.HARDWARE_UNTRUSTED, refusal.code());
    assertEquals("firmware 5.2.7", refusal.found().orElseThrow());
  }

  @Test
  void whatIsBuiltInIsWhatIsPublished() throws IOException {
    Path roots = Corpus.folder("yubikey-attestation/roots");
    assertEquals(
        List.of(
            pem(roots.resolve("yubico-piv-ca-1.pem")).getFirst(),
            pem(roots.resolve("yubico-ca-1.pem")).getFirst()),
        YubicoPiv.anchors().stream().map(HardwareTrust.Anchor::certificate).toList());
    List<Certificate> published =
        pem(roots.resolve("yubico-intermediate.pem")).stream()
            .filter(c -> c.subjectName().matches("CN=Yubico (Attestation Intermediate|PIV) .*"))
            .toList();
    assertEquals(published, YubicoPiv.authorities());
    assertEquals(5, published.size());
    int previews = 0;
    try (Stream<Path> files = Files.list(roots)) {
      for (Path file : files.toList()) {
        boolean preview = file.getFileName().toString().contains("preview");
        for (Certificate certificate : pem(file)) {
          assertEquals(preview, YubicoPiv.isPreview(certificate), certificate.subjectName());
          previews += preview ? 1 : 0;
        }
      }
    }
    assertEquals(12, previews);
  }

  /** What the attested keys signed: the first roots of Sigstore. */
  @Test
  void signaturesOfTheSigstoreRootsTieToAttestedKeys() throws IOException {
    Map<String, Attested> attested = new HashMap<>();
    for (Attested a : all()) {
      if (verify(a).proof().isPresent()) {
        attested.put(a.key().key().id().hex(), a);
      }
    }
    int signatures = 0;
    int verified = 0;
    int tied = 0;
    Set<String> devices = new TreeSet<>();
    for (int version = 1; version <= 15; version++) {
      Path file =
          Corpus.folder("sigstore-root").resolve("tuf/root_history/" + version + ".root.json");
      Json document = Json.parse(Files.readAllBytes(file), 1 << 20);
      Json.Obj whole = (Json.Obj) document;
      Json.Obj signed = (Json.Obj) whole.get("signed").orElseThrow();
      byte[] content = CanonicalForm.of(signed);
      Map<String, PublicKey> keys = keys(signed);
      for (Json entry : ((Json.Arr) whole.get("signatures").orElseThrow()).elements()) {
        Json.Obj signature = (Json.Obj) entry;
        String hex = text(signature, "sig");
        PublicKey key = keys.get(text(signature, "keyid"));
        if (hex.isEmpty() || key == null) {
          continue;
        }
        signatures++;
        if (!key.verify(content, Hex.decode(hex))) {
          continue;
        }
        verified++;
        Attested by = attested.get(key.id().hex());
        if (by != null) {
          tied++;
          devices.add(by.serial());
        }
      }
    }
    assertEquals(67, signatures);
    assertEquals(67, verified);
    // 64 are by attested keys; of the six devices, three have their certificates here.
    assertEquals(41, tied);
    assertEquals(Set.of("14470876", "15938765", "15938791"), devices);
  }

  private static Map<String, PublicKey> keys(Json.Obj signed) {
    Map<String, PublicKey> out = new HashMap<>();
    ((Json.Obj) signed.get("keys").orElseThrow())
        .members()
        .forEach((id, key) -> {
          Json.Obj value = (Json.Obj) ((Json.Obj) key).get("keyval").orElseThrow();
          String text = text(value, "public");
          out.put(
              id,
              text.startsWith("-----")
                  ? PublicKey.fromPem(dev.assay.bytes.Text.utf8(text))
                  : PublicKey.ecdsa(dev.assay.crypto.KeyAlgorithm.ECDSA_P256, Hex.decode(text)));
        });
    return out;
  }

  private static String text(Json.Obj object, String name) {
    return ((Json.Str) object.get(name).orElseThrow()).value();
  }
}
