package dev.assay.bench;

import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import dev.assay.signing.NativeSignatures;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Signing, and verifying with one key for all signatures or a fresh one for each. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class SignatureBench {

  private static final int INPUTS = 256;

  @Param({"ecdsa-p256", "ecdsa-p384", "ed25519", "ml-dsa-44", "ml-dsa-65"})
  public String algorithm = "";

  /** Who does the arithmetic when verifying. */
  @Param({"own", "native"})
  public String engine = "";

  private final byte[][] messages = new byte[INPUTS][];
  private final byte[][] signatures = new byte[INPUTS][];
  private final byte[][] freshSignatures = new byte[INPUTS][];
  private final byte[][] freshKeys = new byte[INPUTS][];
  private PrivateKey key = PrivateKey.generate(KeyAlgorithm.ED25519);
  private PublicKey publicKey = key.publicKey();
  private int next;

  /** Makes the inputs. */
  @Setup
  public void prepare() {
    if (engine.equals("native") && !NativeSignatures.use()) {
      throw new IllegalStateException("there is no native engine on this machine");
    }
    KeyAlgorithm chosen = KeyAlgorithm.byId(algorithm).orElseThrow();
    key = PrivateKey.generate(chosen);
    publicKey = key.publicKey();
    for (int i = 0; i < INPUTS; i++) {
      messages[i] = ("message " + i).getBytes(StandardCharsets.UTF_8);
      signatures[i] = key.sign(messages[i]);
      PrivateKey fresh = PrivateKey.generate(chosen);
      freshSignatures[i] = fresh.sign(messages[i]);
      freshKeys[i] = fresh.publicKey().spki();
    }
  }

  @Benchmark
  public byte[] sign() {
    return key.sign(messages[step()]);
  }

  @Benchmark
  public boolean verifyWithOneKey() {
    int i = step();
    return expectTrue(publicKey.verify(messages[i], signatures[i]));
  }

  /** Reads the key as well. */
  @Benchmark
  public boolean verifyWithFreshKey() {
    int i = step();
    return expectTrue(PublicKey.fromSpki(freshKeys[i]).verify(messages[i], freshSignatures[i]));
  }

  private int step() {
    next = (next + 1) % INPUTS;
    return next;
  }

  private static boolean expectTrue(boolean verified) {
    if (!verified) {
      throw new IllegalStateException("a good signature was refused");
    }
    return true;
  }
}
