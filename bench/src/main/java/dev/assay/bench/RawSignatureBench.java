package dev.assay.bench;

import dev.assay.crypto.PublicKey;
import dev.assay.lab.Lab;
import dev.assay.lab.LabKey;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
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

/**
 * One verification with a key that was never seen before, read from its SubjectPublicKeyInfo: what
 * BouncyCastle's lightweight classes, Amazon's native provider and the JDK take for it. {@code
 * openssl speed} says what the arithmetic alone takes: see {@code bench/arithmetic}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class RawSignatureBench {

  private static final int INPUTS = 512;
  private static final String NATIVE =
      "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";

  @Param({"bouncycastle", "native", "jdk"})
  public String provider = "";

  @Param({"P256", "P384", "ED25519", "RSA2048"})
  public String algorithm = "";

  private final byte[][] keys = new byte[INPUTS][];
  private final byte[][] messages = new byte[INPUTS][];
  private final byte[][] signatures = new byte[INPUTS][];
  private Verification verification = (key, message, signature) -> false;
  private int next;

  private interface Verification {
    boolean verify(byte[] key, byte[] message, byte[] signature) throws GeneralSecurityException;
  }

  /** Makes the inputs. */
  @Setup
  public void prepare() throws ReflectiveOperationException {
    LabKey.Kind kind = LabKey.Kind.valueOf(algorithm);
    Lab lab = Lab.at(GenerateBundles.CLOCK, 11, LabKey.Kind.P256);
    // RSA keys are slow to make, and reading one is nothing beside verifying with it.
    int distinct = kind == LabKey.Kind.RSA2048 ? 8 : INPUTS;
    LabKey[] made = new LabKey[distinct];
    for (int i = 0; i < INPUTS; i++) {
      made[i % distinct] = i < distinct ? lab.key(kind) : made[i % distinct];
      keys[i] = made[i % distinct].spki();
      messages[i] = lab.bytes(300);
      signatures[i] = made[i % distinct].sign(messages[i]);
    }
    verification =
        provider.equals("bouncycastle")
            ? (key, message, signature) -> PublicKey.fromSpki(key).verify(message, signature)
            : provider.equals("native")
                ? jca(kind, (Provider) Class.forName(NATIVE).getField("INSTANCE").get(null))
                : jca(
                    kind,
                    Security.getProvider(kind == LabKey.Kind.RSA2048 ? "SunRsaSign" : "SunEC"));
  }

  private static Verification jca(LabKey.Kind kind, Provider provider) {
    String signatureName =
        switch (kind) {
          case P256 -> "SHA256withECDSA";
          case P384 -> "SHA384withECDSA";
          case ED25519 -> "Ed25519";
          default -> "SHA256withRSA";
        };
    String keyName =
        switch (kind) {
          case P256, P384 -> "EC";
          case ED25519 -> "Ed25519";
          default -> "RSA";
        };
    return (key, message, signature) -> {
      Signature verifier = Signature.getInstance(signatureName, provider);
      verifier.initVerify(
          // Amazon's provider has no factory for Ed25519 unless a system property asks for it.
          (kind == LabKey.Kind.ED25519
                  ? KeyFactory.getInstance(keyName)
                  : KeyFactory.getInstance(keyName, provider))
              .generatePublic(new X509EncodedKeySpec(key)));
      verifier.update(message);
      return verifier.verify(signature);
    };
  }

  @Benchmark
  public boolean verify() throws GeneralSecurityException {
    next = (next + 1) % INPUTS;
    if (!verification.verify(keys[next], messages[next], signatures[next])) {
      throw new IllegalStateException("a good signature was refused");
    }
    return true;
  }
}
