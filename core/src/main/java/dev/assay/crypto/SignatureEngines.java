package dev.assay.crypto;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Which engine verifies signatures in this process. None unless the program says so: the library
 * never looks for one by itself. A process has one, because certificates, logs and timestamps all
 * verify somewhere below; docs/decisions/008 says why it is not a parameter.
 */
public final class SignatureEngines {

  private static final AtomicReference<@Nullable SignatureEngine> CURRENT = new AtomicReference<>();

  private SignatureEngines() {}

  /**
   * Uses an engine from now on, in the whole process, after trying it: it must accept good
   * signatures and refuse bad ones of the kinds of keys it is used for.
   *
   * @return whether it passed; else nothing changes
   */
  public static boolean use(SignatureEngine engine) {
    if (!works(engine)) {
      return false;
    }
    CURRENT.set(engine);
    return true;
  }

  /** Goes back to the arithmetic that is built in. */
  public static void useNone() {
    CURRENT.set(null);
  }

  static @Nullable SignatureEngine current() {
    return CURRENT.get();
  }

  // RSA is left out: making a key takes longer than all that is ever saved.
  private static boolean works(SignatureEngine engine) {
    byte[] message = {1, 2, 3};
    for (KeyAlgorithm algorithm :
        new KeyAlgorithm[] {
          KeyAlgorithm.ECDSA_P256,
          KeyAlgorithm.ECDSA_P384,
          KeyAlgorithm.ECDSA_P521,
          KeyAlgorithm.ED25519
        }) {
      PrivateKey key = PrivateKey.generate(algorithm);
      Optional<SignatureEngine.Key> prepared = engine.prepare(key.publicKey());
      if (prepared.isEmpty()) {
        continue;
      }
      SignatureScheme scheme = SignatureScheme.usual(algorithm);
      byte[] signature = key.sign(scheme, message);
      byte[] input = scheme.hash().map(hash -> Hashes.hash(hash, message)).orElse(message);
      byte[] other = input.clone();
      other[0] ^= 1;
      byte[] foreign = PrivateKey.generate(algorithm).sign(scheme, message);
      if (!prepared.get().verify(scheme, input, signature)
          || prepared.get().verify(scheme, other, signature)
          || prepared.get().verify(scheme, input, foreign)) {
        return false;
      }
    }
    return true;
  }
}
