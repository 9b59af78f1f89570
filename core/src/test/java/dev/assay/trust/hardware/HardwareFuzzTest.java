package dev.assay.trust.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.assay.attest.Octets;
import dev.assay.attest.Statement;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Hex;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.Firmware;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.TpmCertification;
import dev.assay.crypto.TpmPublic;
import dev.assay.lab.DeviceMaker;
import dev.assay.lab.DeviceMaker.Holder;
import dev.assay.lab.TpmMaker;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever the bytes are, they are read or refused by an exception of ours. */
class HardwareFuzzTest {

  private static final Instant AT = Instant.parse("2026-11-22T12:00:00Z");
  private static final Firmware FIRMWARE = new Firmware(5, 4, 3);
  private static final PrivateKey KEY = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
  private static final PrivateKey AK = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
  private static final Holder ROOT = DeviceMaker.authority("Acme devices", 1).build();
  private static final HardwareTrust TRUST =
      HardwareTrust.BUILT_IN.with(List.of(ROOT.certificate()), List.of(AK.publicKey()));

  /**
   * The vendor's extensions, in certificates that are signed by who has to sign them: which one, a
   * length, its bytes, and so on; first in the key's certificate, then in the device's.
   */
  @FuzzTest(maxDuration = "60s")
  void pivExtensions(byte[] recipe) {
    DeviceMaker device = DeviceMaker.device(ROOT, FIRMWARE);
    int half = recipe.length / 2;
    apply(device, Arrays.copyOfRange(recipe, half, recipe.length));
    Holder holder = device.build();
    DeviceMaker key = DeviceMaker.key(holder, KEY.publicKey(), FIRMWARE, 7);
    apply(key, Arrays.copyOf(recipe, half));
    Certificate leaf = key.certificate();
    HardwareResult result =
        HardwareVerifier.verify(
            new HardwareEvidence.Piv(leaf, holder.certificate(), List.of()),
            KEY.publicKey(),
            TRUST,
            AT);
    assertEquals(result.proof().isEmpty(), result.refusal().isPresent());
    result
        .proof()
        .ifPresent(p -> {
          assertFalse(p.describe().isEmpty() || p.proves().isEmpty());
          p.toJson();
          assertTrue(p.serial().orElseThrow() >= 0 && p.serial().get() <= 0xffffffffL);
        });
  }

  private static void apply(DeviceMaker certificate, byte[] recipe) {
    int at = 0;
    while (at + 1 < recipe.length) {
      int number = 1 + (recipe[at] & 0x0f);
      int length = Math.min(recipe[at + 1] & 0x1f, recipe.length - at - 2);
      certificate.vendor(number, Hex.encode(Arrays.copyOfRange(recipe, at + 2, at + 2 + length)));
      at += 2 + length;
    }
  }

  @FuzzTest(maxDuration = "60s")
  void tpmPublic(byte[] bytes) {
    try {
      TpmPublic read = TpmPublic.read(bytes);
      assertTrue(read.name().length > 2);
      read.missingAttributes();
      assertEquals(read.key(), TpmPublic.read(bytes).key());
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void tpmCertification(byte[] bytes) {
    TpmPublic object = TpmPublic.read(new TpmMaker(KEY, AK).object());
    try {
      TpmCertification read = TpmCertification.read(bytes);
      read.names(object);
      assertFalse(read.signedBy(AK.publicKey(), bytes));
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void tpmSignature(byte[] bytes) {
    TpmMaker maker = new TpmMaker(KEY, AK);
    TpmCertification certification = TpmCertification.read(maker.certification());
    assertFalse(certification.signedBy(AK.publicKey(), bytes));
  }

  @FuzzTest(maxDuration = "60s")
  void registration(byte[] payload) {
    try {
      KeyRegistration read = KeyRegistration.read(Statement.parse(payload, 1 << 20));
      assertEquals(read, KeyRegistration.read(read.toStatement()));
      read.verify(KEY.publicKey(), AK.publicKey(), TRUST, AT);
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  /** Each byte of what a TPM says, changed in turn: not one change passes. */
  @Test
  void changedBlobsOfATpmAreRefused() {
    TpmMaker maker = new TpmMaker(KEY, AK);
    byte[][] good = {maker.certification(), maker.signature(), maker.object()};
    assertTrue(tpm(good[0], good[1], good[2]).proof().isPresent());
    Random random = new Random(7);
    for (int part = 0; part < good.length; part++) {
      for (int i = 0; i < good[part].length; i++) {
        byte[][] changed = good.clone();
        changed[part] = good[part].clone();
        changed[part][i] ^= (byte) (1 << random.nextInt(8));
        int where = i;
        int which = part;
        assertTrue(
            tpm(changed[0], changed[1], changed[2]).proof().isEmpty(),
            () -> "part " + which + ", byte " + where);
        changed[part] = Arrays.copyOf(good[part], i);
        assertTrue(tpm(changed[0], changed[1], changed[2]).proof().isEmpty());
      }
    }
  }

  private static HardwareResult tpm(byte[] certification, byte[] signature, byte[] object) {
    return HardwareVerifier.verify(
        new HardwareEvidence.Tpm(
            Octets.of(certification),
            Octets.of(signature),
            Octets.of(object),
            AK.publicKey(),
            List.of()),
        KEY.publicKey(),
        TRUST,
        AT);
  }

  @Test
  void mutatedExtensions() {
    Random random = new Random(5);
    for (int i = 0; i < 300; i++) {
      byte[] recipe = new byte[random.nextInt(24)];
      random.nextBytes(recipe);
      pivExtensions(recipe);
    }
  }
}
