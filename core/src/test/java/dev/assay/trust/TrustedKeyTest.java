package dev.assay.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrustedKeyTest {

  private static final PublicKey KEY = PrivateKey.generate(KeyAlgorithm.ED25519).publicKey();
  private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant TO = Instant.parse("2026-12-31T00:00:00Z");
  private static final Instant REVOKED = Instant.parse("2026-06-01T00:00:00Z");

  private static TrustedKey key(Optional<Instant> revoked) {
    return new TrustedKey("release", KEY, Optional.of(FROM), Optional.of(TO), revoked);
  }

  @Test
  void aKeyIsValidFromItsFirstInstantToItsLast() {
    TrustedKey key = key(Optional.empty());
    assertFalse(key.validAt(FROM.minusNanos(1)));
    assertTrue(key.validAt(FROM));
    assertTrue(key.validAt(TO));
    assertFalse(key.validAt(TO.plusNanos(1)));
  }

  @Test
  void aRevokedKeyIsNotValidFromThatInstantOn() {
    TrustedKey key = key(Optional.of(REVOKED));
    assertTrue(key.validAt(REVOKED.minusNanos(1)));
    assertFalse(key.validAt(REVOKED));
    assertFalse(key.validAt(TO.plusSeconds(1)));
  }

  @Test
  void whyIsSaidExactlyWhenAKeyIsNotValid() {
    TrustedKey key = key(Optional.of(REVOKED));
    for (Instant time :
        new Instant[] {FROM.minusSeconds(1), FROM, REVOKED, TO.plusSeconds(1), Instant.EPOCH}) {
      assertEquals(key.validAt(time), key.whyNotAt(time).isEmpty());
    }
    assertTrue(key.whyNotAt(REVOKED).orElse("").contains("revoked"));
  }

  @Test
  void aKeyWithoutLimitsIsAlwaysValid() {
    assertTrue(TrustedKey.always("release", KEY).validAt(Instant.MAX));
    assertTrue(TrustedKey.always("release", KEY).validAt(Instant.MIN));
  }

  @Test
  void anImpossibleValidityAndANamelessKeyAreRefused() {
    assertThrows(
        AssayException.class,
        () -> new TrustedKey("x", KEY, Optional.of(TO), Optional.of(FROM), Optional.empty()));
    assertThrows(AssayException.class, () -> TrustedKey.always(" ", KEY));
  }
}
