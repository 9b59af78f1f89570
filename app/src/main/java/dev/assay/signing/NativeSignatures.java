package dev.assay.signing;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.amazon.corretto.crypto.provider.SelfTestStatus;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SignatureEngine;
import dev.assay.crypto.SignatureEngines;
import dev.assay.crypto.SignatureScheme;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Optional;

/**
 * ECDSA and Ed25519 verified by AWS-LC, for servers and other commands that verify a lot. Its jar
 * may be absent and its library may not load: then {@link #use} says so and nothing changes. The
 * provider is asked directly and never registered with the JDK.
 *
 * <p>Not for a command that verifies one thing: loading takes longer than it saves.
 */
public final class NativeSignatures {

  private NativeSignatures() {}

  /**
   * Verifies by AWS-LC from now on, in the whole process ({@link SignatureEngines#use}).
   *
   * @return false where it is not there, does not load, or fails its own test or ours
   */
  public static boolean use() {
    return load().filter(SignatureEngines::use).isPresent();
  }

  /** As {@link #use}, in the background: what is verified until then is verified as before. */
  public static void useSoon() {
    Thread.ofPlatform().daemon().name("native-signatures").start(NativeSignatures::use);
  }

  /**
   * The provider's jar for this machine, by name, where the product's folder of jars has one.
   * Whether it loads is another question.
   */
  public static Optional<String> shipped(Path jars) {
    if (!System.getProperty("os.name").equals("Linux")) {
      return Optional.empty();
    }
    String machine = System.getProperty("os.arch").replace("amd64", "x86_64");
    String end = "-linux-" + machine.replace("aarch64", "aarch_64") + ".jar";
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(jars, "AmazonCorrettoCryptoProvider-*.jar")) {
      for (Path jar : found) {
        String name = String.valueOf(jar.getFileName());
        if (name.endsWith(end)) {
          return Optional.of(name);
        }
      }
    } catch (IOException e) {
      // A folder that cannot be read holds nothing that could be used.
    }
    return Optional.empty();
  }

  /** The engine without using it; empty where it is not there or does not work. */
  public static Optional<SignatureEngine> load() {
    try {
      return Corretto.engine();
    } catch (LinkageError | RuntimeException e) {
      // No jar of this platform, no permission to unpack the library, no libc it knows.
      return Optional.empty();
    }
  }

  /** All that names the provider's classes, so that a process without them can load the rest. */
  private static final class Corretto implements SignatureEngine {

    private final Provider provider;

    private Corretto(Provider provider) {
      this.provider = provider;
    }

    static Optional<SignatureEngine> engine() {
      AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
      if (provider.getLoadingError() != null || provider.runSelfTests() != SelfTestStatus.PASSED) {
        return Optional.empty();
      }
      return Optional.of(new Corretto(provider));
    }

    @Override
    public Optional<Key> prepare(PublicKey key) {
      try {
        return switch (key.algorithm()) {
          case ECDSA_P256, ECDSA_P384, ECDSA_P521 ->
              Optional.of(key(key, KeyFactory.getInstance("EC", provider), "NONEwithECDSA"));
          // The provider registers no factory for these; it takes the JDK's keys.
          case ED25519 -> Optional.of(key(key, KeyFactory.getInstance("Ed25519"), "Ed25519"));
          // Made of one modular exponentiation, at which the JDK is as fast.
          case RSA -> Optional.empty();
          case ML_DSA_44, ML_DSA_65, ML_DSA_87 -> Optional.empty();
        };
      } catch (GeneralSecurityException | RuntimeException e) {
        return Optional.empty();
      }
    }

    private Key key(PublicKey key, KeyFactory factory, String signature)
        throws GeneralSecurityException {
      java.security.PublicKey decoded = factory.generatePublic(new X509EncodedKeySpec(key.spki()));
      KeyAlgorithm algorithm = key.algorithm();
      return (scheme, input, signed) ->
          scheme.fits(algorithm)
              && scheme != SignatureScheme.ED25519_PH
              && verify(signature, decoded, input, signed);
    }

    private boolean verify(
        String algorithm, java.security.PublicKey key, byte[] input, byte[] signed) {
      try {
        // One for each call: an object of the JDK's is for one thread.
        Signature signature = Signature.getInstance(algorithm, provider);
        signature.initVerify(key);
        signature.update(input);
        return signature.verify(signed);
      } catch (GeneralSecurityException | RuntimeException e) {
        return false;
      }
    }
  }
}
