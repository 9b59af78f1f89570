package dev.assay.crypto;

import java.util.Optional;

/**
 * Faster arithmetic for verifying, brought by the program around this library: see {@link
 * SignatureEngines}. It is believed when it accepts a signature, so it is trusted as this package
 * is. When it does not accept one, our own arithmetic decides; an engine that fails costs time and
 * changes no verdict.
 *
 * <p>Safe for use by several threads.
 */
public interface SignatureEngine {

  /** What an engine keeps for one key. Safe for use by several threads. */
  interface Key {

    /**
     * Whether this is certainly the key's signature. Never throws. Called only with signatures that
     * have the strict form the key and scheme allow (for ECDSA: DER, both numbers in range).
     *
     * @param input the hash of the message for schemes that {@linkplain SignatureScheme#hash have
     *     one}, else the message; not to be changed
     * @return false also for schemes the engine does not know
     */
    boolean verify(SignatureScheme scheme, byte[] input, byte[] signature);
  }

  /**
   * Makes what the engine wants to keep for a key. Called once for each key object, rarely twice.
   * Never throws.
   *
   * @return empty for keys that the engine is not used for
   */
  Optional<Key> prepare(PublicKey key);
}
