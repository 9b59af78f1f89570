package dev.assay.signing;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;

/** A key that can be used for signing, wherever it is. Safe for use by several threads. */
public interface Signer extends AutoCloseable {

  PublicKey publicKey();

  /**
   * The signature of the message, in the form {@link PublicKey#verify} takes.
   *
   * @throws AssayException with {@link dev.assay.bytes.Code#SIGNING_FAILED}
   */
  byte[] sign(byte[] message);

  /**
   * The signature of a message of which only the digest is known: the same as of the message.
   *
   * @throws AssayException with {@link dev.assay.bytes.Code#KEY_UNSUPPORTED} where the key signs
   *     messages only, or not by this hash
   */
  default byte[] signDigest(Digest digest) {
    throw new AssayException(
        Code.KEY_UNSUPPORTED,
        "this key signs content, not a digest alone",
        "give the file, or sign with an ECDSA key in a file or a token");
  }

  /** Lets go of what is held to reach the key: a process, a session with a token. */
  @Override
  default void close() {}

  /** A signer over a key in memory. */
  static Signer of(PrivateKey key) {
    return new Signer() {
      @Override
      public PublicKey publicKey() {
        return key.publicKey();
      }

      @Override
      public byte[] sign(byte[] message) {
        return key.sign(message);
      }

      @Override
      public byte[] signDigest(Digest digest) {
        return key.signDigest(digest);
      }

      @Override
      public String toString() {
        return key.toString();
      }
    };
  }
}
