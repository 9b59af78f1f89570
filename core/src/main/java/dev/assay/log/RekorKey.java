package dev.assay.log;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SignatureScheme;
import java.nio.ByteBuffer;

/**
 * A key with which a Rekor log signs its checkpoints. Rekor names keys of kinds that C2SP
 * signed-note does not have, so this is not a {@link NoteKey}.
 */
public final class RekorKey {

  private static final String RSA_LABEL = "PKIX-RSA-PKCS#1v1.5";
  private static final byte UNDEFINED = (byte) 0xff;
  private static final byte ED25519 = 1;

  private final String name;
  private final PublicKey key;
  private final SignatureScheme scheme;
  private final int id;

  private RekorKey(String name, PublicKey key, SignatureScheme scheme, byte[] hash) {
    this.name = name;
    this.key = key;
    this.scheme = scheme;
    this.id = ByteBuffer.wrap(hash).getInt();
  }

  /**
   * The key of a log of version 1, where a key ID is the first four bytes of SHA-256 of the
   * SubjectPublicKeyInfo (sigstore/rekor, {@code pkg/util/signed_note.go}).
   */
  public static RekorKey v1(String name, PublicKey key, SignatureScheme scheme) {
    return new RekorKey(name, key, scheme, key.id().value());
  }

  /**
   * The key of a log of version 2 (sigstore/rekor-tiles, {@code pkg/note/note.go}). Its key ID is
   * the first four bytes of SHA-256 of: for ECDSA the SubjectPublicKeyInfo; for Ed25519 {@code name
   * || 0x0A || 0x01 || key}; for RSA {@code name || 0x0A || 0xFF || "PKIX-RSA-PKCS#1v1.5" ||
   * SubjectPublicKeyInfo}.
   *
   * @throws AssayException with {@link Code#KEY_UNSUPPORTED} for a key of another kind
   */
  public static RekorKey v2(String name, PublicKey key, SignatureScheme scheme) {
    KeyAlgorithm algorithm = key.algorithm();
    byte[] prefix = Text.utf8(name + "\n");
    if (algorithm == KeyAlgorithm.ED25519) {
      byte[] hash = Hashes.sha256(prefix, new byte[] {ED25519}, key.raw());
      return new RekorKey(name, key, scheme, hash);
    }
    if (algorithm == KeyAlgorithm.RSA) {
      byte[] hash = Hashes.sha256(prefix, new byte[] {UNDEFINED}, Text.utf8(RSA_LABEL), key.spki());
      return new RekorKey(name, key, scheme, hash);
    }
    if (algorithm == KeyAlgorithm.ECDSA_P256
        || algorithm == KeyAlgorithm.ECDSA_P384
        || algorithm == KeyAlgorithm.ECDSA_P521) {
      return new RekorKey(name, key, scheme, key.id().value());
    }
    throw new AssayException(
        Code.KEY_UNSUPPORTED, "a log that signs its checkpoints with " + algorithm.id());
  }

  /** The key ID: what a signature line begins with. */
  public int id() {
    return id;
  }

  /**
   * Checks that this key signed the note. Signatures by others, witnesses among them, are ignored.
   *
   * @throws AssayException with {@link Code#SIGNATURE_INVALID} if a line claims to be by this key
   *     and is not, {@link Code#NOTE_NOT_SIGNED} if none claims it
   */
  public void check(SignedNote note) {
    boolean signed = false;
    byte[] text = Text.utf8(note.text());
    for (SignedNote.Signature line : note.signatures()) {
      if (line.keyId() != id || !line.name().equals(name)) {
        continue;
      }
      if (!key.verify(scheme, text, line.bytes())) {
        throw new AssayException(
            Code.SIGNATURE_INVALID, "the signature by the log " + this + " does not verify");
      }
      signed = true;
    }
    if (!signed) {
      throw new AssayException(
          Code.NOTE_NOT_SIGNED, "no signature by the log " + this + " on the checkpoint");
    }
  }

  /** {@code name+c0d23d6a}. */
  @Override
  public String toString() {
    return Text.printable(name) + "+" + Hex.encode(bytes());
  }

  private byte[] bytes() {
    return ByteBuffer.allocate(4).putInt(id).array();
  }
}
