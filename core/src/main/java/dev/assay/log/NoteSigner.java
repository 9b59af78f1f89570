package dev.assay.log;

import dev.assay.bytes.Text;
import dev.assay.crypto.PrivateKey;
import java.nio.ByteBuffer;

/** A private key that signs notes under a name. */
public final class NoteSigner {

  private final NoteKey key;
  private final PrivateKey privateKey;

  private NoteSigner(NoteKey key, PrivateKey privateKey) {
    this.key = key;
    this.privateKey = privateKey;
  }

  /**
   * @throws dev.assay.bytes.AssayException with {@link dev.assay.bytes.Code#BAD_NOTE} if the name
   *     cannot be a key's name
   * @throws IllegalArgumentException if the key is not of the type's algorithm
   */
  public static NoteSigner of(String name, NoteKey.Type type, PrivateKey privateKey) {
    return new NoteSigner(NoteKey.of(name, type, privateKey.publicKey()), privateKey);
  }

  public NoteKey key() {
    return key;
  }

  public PrivateKey privateKey() {
    return privateKey;
  }

  /**
   * Signs a checkpoint.
   *
   * @param time seconds since the epoch; unused by keys whose signatures carry no time
   */
  SignedNote.Signature sign(Checkpoint checkpoint, long time) {
    if (!key.type().timed()) {
      byte[] signature = privateKey.sign(Text.utf8(checkpoint.text()));
      return new SignedNote.Signature(key.name(), key.id(), signature);
    }
    byte[] message = NoteKey.message(key.type(), key.name(), time, checkpoint);
    byte[] signature = privateKey.sign(message);
    byte[] timed = ByteBuffer.allocate(8 + signature.length).putLong(time).put(signature).array();
    return new SignedNote.Signature(key.name(), key.id(), timed);
  }
}
