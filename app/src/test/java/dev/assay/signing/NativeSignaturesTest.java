package dev.assay.signing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SignatureEngine;
import dev.assay.crypto.SignatureEngines;
import dev.assay.crypto.SignatureScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NativeSignaturesTest {

  @AfterEach
  void asItWas() {
    SignatureEngines.useNone();
  }

  private static SignatureEngine engine() {
    Optional<SignatureEngine> engine = NativeSignatures.load();
    Assumptions.assumeTrue(engine.isPresent(), "no native library for this platform");
    return engine.get();
  }

  private static byte[] input(SignatureScheme scheme, byte[] message) {
    return scheme.hash().map(h -> Hashes.digest(h, message).value()).orElse(message);
  }

  /** Encodings that some verifiers take: other lengths, signs, zeros, values out of range. */
  private static List<byte[]> mutations(byte[] good, Random random) {
    List<byte[]> out = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      byte[] mutated = good.clone();
      mutated[random.nextInt(mutated.length)] ^= (byte) (1 << random.nextInt(8));
      out.add(mutated);
    }
    for (int i = 0; i < 20; i++) {
      byte[] mutated = good.clone();
      mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
      mutated[random.nextInt(Math.min(8, mutated.length))] = (byte) random.nextInt();
      out.add(mutated);
    }
    out.add(new byte[0]);
    out.add(new byte[good.length]);
    out.add(Arrays.copyOf(good, good.length + 1));
    out.add(Arrays.copyOf(good, good.length - 1));
    out.add(new byte[] {0x30, 6, 2, 1, 0, 2, 1, 0});
    out.add(new byte[] {0x30, 6, 2, 1, 1, 2, 1, 1});
    out.add(new byte[] {0x30, 6, 2, 1, -1, 2, 1, 1});
    return out;
  }

  @ParameterizedTest
  @EnumSource(names = {"ECDSA_P256", "ECDSA_P384", "ECDSA_P521", "ED25519"})
  void bothAcceptAndRefuseTheSame(KeyAlgorithm algorithm) {
    SignatureEngine engine = engine();
    Random random = new Random(algorithm.id().hashCode());
    for (int i = 0; i < 8; i++) {
      PrivateKey key = PrivateKey.generate(algorithm);
      byte[] message = new byte[random.nextInt(200)];
      random.nextBytes(message);
      for (SignatureScheme scheme : SignatureScheme.values()) {
        if (!scheme.fits(algorithm)) {
          continue;
        }
        byte[] good = key.sign(scheme, message);
        // Each with a key that has never been asked by the other.
        PublicKey own = PublicKey.fromSpki(key.publicKey().spki());
        PublicKey fast = PublicKey.fromSpki(key.publicKey().spki());
        SignatureEngine.Key raw = engine.prepare(fast).orElseThrow();
        // The scheme is not one of the engine's: our own arithmetic has it.
        if (scheme != SignatureScheme.ED25519_PH) {
          assertTrue(raw.verify(scheme, input(scheme, message), good), scheme.name());
        }
        List<byte[]> signatures = mutations(good, random);
        signatures.add(good);
        SignatureEngines.useNone();
        List<Boolean> verdicts = new ArrayList<>();
        for (byte[] signature : signatures) {
          verdicts.add(own.verify(scheme, message, signature));
        }
        assertTrue(SignatureEngines.use(engine));
        for (int j = 0; j < signatures.size(); j++) {
          byte[] signature = signatures.get(j);
          boolean expected = verdicts.get(j);
          assertEquals(expected, fast.verify(scheme, message, signature), scheme.name());
          // What is never asked, as it has not the strict form, may be taken by it.
          if (expected || algorithm == KeyAlgorithm.ED25519) {
            continue;
          }
          assertFalse(
              signature.length == good.length
                  && raw.verify(scheme, input(scheme, message), signature));
        }
      }
    }
  }

  @Test
  void itIsUsedOnlyWhenAskedAndNeverRegistered() {
    SignatureEngine engine = engine();
    AtomicInteger prepared = new AtomicInteger();
    SignatureEngine counting =
        key -> {
          prepared.incrementAndGet();
          return engine.prepare(key);
        };
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    byte[] message = {1};
    byte[] signature = key.sign(message);
    assertTrue(key.publicKey().verify(message, signature));
    assertTrue(SignatureEngines.use(counting));
    int trial = prepared.get();
    for (int i = 0; i < 5; i++) {
      assertTrue(key.publicKey().verify(message, signature));
    }
    assertEquals(trial + 1, prepared.get(), "asked once for a key");
    assertEquals(null, Security.getProvider("AmazonCorrettoCryptoProvider"));
  }

  @Test
  void itIsEngagedForEd25519AsForEcdsa() {
    SignatureEngine engine = engine();
    AtomicInteger accepted = new AtomicInteger();
    assertTrue(
        SignatureEngines.use(key ->
            engine
                .prepare(key)
                .map(k ->
                    (scheme, input, signed) -> {
                      boolean good = k.verify(scheme, input, signed);
                      accepted.addAndGet(good ? 1 : 0);
                      return good;
                    })));
    for (KeyAlgorithm algorithm :
        List.of(KeyAlgorithm.ED25519, KeyAlgorithm.ECDSA_P256, KeyAlgorithm.ECDSA_P384)) {
      PrivateKey key = PrivateKey.generate(algorithm);
      int before = accepted.get();
      assertTrue(key.publicKey().verify(new byte[3], key.sign(new byte[3])));
      assertEquals(before + 1, accepted.get(), algorithm.id());
    }
  }

  @Test
  void onlyTheJarOfThisMachineIsShippedForIt(@TempDir Path jars) throws IOException {
    assertEquals(Optional.empty(), NativeSignatures.shipped(jars));
    assertEquals(Optional.empty(), NativeSignatures.shipped(jars.resolve("none")));
    boolean intel = System.getProperty("os.arch").equals("amd64");
    String other =
        "AmazonCorrettoCryptoProvider-1-linux-" + (intel ? "aarch_64" : "x86_64") + ".jar";
    Files.createFile(jars.resolve(other));
    assertEquals(Optional.empty(), NativeSignatures.shipped(jars));
    Assumptions.assumeTrue(System.getProperty("os.name").equals("Linux"));
    Assumptions.assumeTrue(intel || System.getProperty("os.arch").equals("aarch64"));
    String own = "AmazonCorrettoCryptoProvider-1-linux-" + (intel ? "x86_64" : "aarch_64") + ".jar";
    Files.createFile(jars.resolve(own));
    assertEquals(Optional.of(own), NativeSignatures.shipped(jars));
  }

  @Test
  void anEngineThatAcceptsWhatItShouldNotIsNotUsed() {
    assertFalse(SignatureEngines.use(key -> Optional.of((scheme, input, signed) -> true)));
    assertFalse(SignatureEngines.use(key -> Optional.of((scheme, input, signed) -> false)));
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ED25519);
    assertFalse(key.publicKey().verify(new byte[1], new byte[64]));
  }

  @Test
  void anEngineThatFailsLaterRefusesNothing() {
    boolean[] broken = new boolean[1];
    SignatureEngine engine = engine();
    assertTrue(
        SignatureEngines.use(key ->
            engine
                .prepare(key)
                .map(k ->
                    (scheme, input, signed) -> !broken[0] && k.verify(scheme, input, signed))));
    broken[0] = true;
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P384);
    assertTrue(key.publicKey().verify(new byte[1], key.sign(new byte[1])));
  }
}
