package dev.assay.log;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PublicKey;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A key that verifies notes, with the name it signs under: C2SP signed-note, "Verifier keys".
 * Written as a vkey: {@code name+hex(key ID)+base64(type || public key)}. Two are equal when their
 * vkeys are.
 */
public final class NoteKey {

  /** What kind of signature the key makes; the byte is part of the key's ID. */
  public enum Type {
    /** Ed25519 over the text of the note. */
    ED25519(0x01, KeyAlgorithm.ED25519, 64),
    /** Ed25519 over a time and the text of a checkpoint (C2SP tlog-cosignature). */
    ED25519_COSIGNATURE(0x04, KeyAlgorithm.ED25519, 8 + 64),
    /** ML-DSA-44 over a time, the signer's name and the tree (C2SP tlog-cosignature). */
    ML_DSA_44_COSIGNATURE(0x06, KeyAlgorithm.ML_DSA_44, 8 + 2420);

    private final int number;
    private final KeyAlgorithm algorithm;
    private final int signatureBytes;

    Type(int number, KeyAlgorithm algorithm, int signatureBytes) {
      this.number = number;
      this.algorithm = algorithm;
      this.signatureBytes = signatureBytes;
    }

    public KeyAlgorithm algorithm() {
      return algorithm;
    }

    /** Whether a signature carries the time at which it was made. */
    public boolean timed() {
      return this != ED25519;
    }
  }

  // Names are origins, and ML-DSA cosignatures give an origin's length one byte.
  private static final int MAX_NAME_BYTES = 255;

  private final String name;
  private final Type type;
  private final PublicKey key;
  private final int id;

  private NoteKey(String name, Type type, PublicKey key) {
    this.name = name;
    this.type = type;
    this.key = key;
    this.id =
        ByteBuffer.wrap(Hashes.sha256(Text.utf8(name + "\n"), material(type, key.raw()))).getInt();
  }

  /**
   * @throws AssayException with {@link Code#BAD_NOTE} if the name cannot be a key's name
   * @throws IllegalArgumentException if the key is not of the type's algorithm
   */
  public static NoteKey of(String name, Type type, PublicKey key) {
    if (key.algorithm() != type.algorithm) {
      throw new IllegalArgumentException(key.algorithm() + " for " + type);
    }
    if (!isName(name)) {
      throw new AssayException(Code.BAD_NOTE, "not a key name: " + Text.quote(name));
    }
    return new NoteKey(name, type, key);
  }

  /**
   * Reads a vkey.
   *
   * @throws AssayException with {@link Code#KEY_UNREADABLE} if it is malformed or its key ID is not
   *     that of its key, {@link Code#KEY_UNSUPPORTED} if its type is another one
   */
  public static NoteKey parse(String vkey) {
    String[] parts = vkey.split("\\+", 3);
    if (parts.length != 3 || !isName(parts[0])) {
      throw unreadable(vkey, null);
    }
    byte[] material;
    byte[] id;
    try {
      id = Hex.decode(parts[1]);
      material = Base64s.decode(parts[2]);
    } catch (AssayException e) {
      throw unreadable(vkey, e);
    }
    if (id.length != 4 || material.length < 2) {
      throw unreadable(vkey, null);
    }
    NoteKey key = read(parts[0], material);
    if (key.id != ByteBuffer.wrap(id).getInt()) {
      throw new AssayException(
          Code.KEY_UNREADABLE,
          "the key ID of " + Text.quote(vkey) + " is not that of its key: " + key.idHex());
    }
    return key;
  }

  private static NoteKey read(String name, byte[] material) {
    byte[] raw = Arrays.copyOfRange(material, 1, material.length);
    for (Type type : Type.values()) {
      if (type.number == material[0]) {
        return new NoteKey(
            name,
            type,
            type.algorithm == KeyAlgorithm.ED25519
                ? PublicKey.ed25519(raw)
                : PublicKey.mlDsa44(raw));
      }
    }
    throw new AssayException(
        Code.KEY_UNSUPPORTED,
        "a note key of type 0x%02x; 0x01, 0x04 and 0x06 are supported".formatted(material[0]));
  }

  private static AssayException unreadable(
      String vkey, @org.jspecify.annotations.Nullable Throwable cause) {
    return new AssayException(
        Code.KEY_UNREADABLE,
        "not a note key (name+id+key): " + Text.quote(vkey),
        java.util.Optional.empty(),
        cause);
  }

  private static byte[] material(Type type, byte[] raw) {
    byte[] out = new byte[1 + raw.length];
    out[0] = (byte) type.number;
    System.arraycopy(raw, 0, out, 1, raw.length);
    return out;
  }

  /** Names are not empty and have no Unicode spaces, plus signs or control characters. */
  static boolean isName(String name) {
    return !name.isEmpty()
        && Text.utf8(name).length <= MAX_NAME_BYTES
        && name.codePoints().noneMatch(NoteKey::separates);
  }

  private static boolean separates(int c) {
    return c == '+' || c <= 0x20 || c >= 0x7f && c < 0xa0 || Character.isSpaceChar(c);
  }

  public String name() {
    return name;
  }

  public Type type() {
    return type;
  }

  public PublicKey publicKey() {
    return key;
  }

  /** The first four bytes of {@code SHA-256(name || 0x0A || type || public key)}. */
  public int id() {
    return id;
  }

  /** The key ID as eight hexadecimal digits. */
  public String idHex() {
    return Hex.encode(ByteBuffer.allocate(4).putInt(id).array());
  }

  public String vkey() {
    return name + "+" + idHex() + "+" + Base64s.encode(material(type, key.raw()));
  }

  /** Whether a signature line claims to be by this key. */
  public boolean named(SignedNote.Signature signature) {
    return signature.keyId() == id && signature.name().equals(name);
  }

  /**
   * Whether this is the key's signature of the text. Never throws for a bad signature; a
   * cosignature of a text that is no checkpoint does not verify.
   *
   * @param signature as it stands in the note, without the key ID
   */
  public boolean verify(String text, byte[] signature) {
    if (signature.length != type.signatureBytes) {
      return false;
    }
    if (!type.timed()) {
      return key.verify(Text.utf8(text), signature);
    }
    long time = ByteBuffer.wrap(signature).getLong();
    if (time < 0) {
      return false;
    }
    Checkpoint checkpoint;
    try {
      checkpoint = Checkpoint.parse(text);
    } catch (AssayException e) {
      return false;
    }
    byte[] message = message(type, name, time, checkpoint);
    return key.verify(message, Arrays.copyOfRange(signature, 8, signature.length));
  }

  /** What a timed signature signs (C2SP tlog-cosignature, "signed message"). */
  static byte[] message(Type type, String name, long time, Checkpoint checkpoint) {
    if (type == Type.ED25519_COSIGNATURE) {
      return Text.utf8("cosignature/v1\ntime " + time + "\n" + checkpoint.text());
    }
    byte[] label = Text.utf8("subtree/v1\n\0");
    byte[] cosigner = Text.utf8(name);
    byte[] origin = Text.utf8(checkpoint.origin());
    return ByteBuffer.allocate(
            label.length + 1 + cosigner.length + 8 + 1 + origin.length + 16 + Merkle.HASH_BYTES)
        .put(label)
        .put((byte) cosigner.length)
        .put(cosigner)
        .putLong(time)
        .put((byte) origin.length)
        .put(origin)
        .putLong(0)
        .putLong(checkpoint.size())
        .put(checkpoint.root())
        .array();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NoteKey that
        && name.equals(that.name)
        && type == that.type
        && key.equals(that.key);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + id;
  }

  /** {@code name+33d7b496 (ed25519)}. */
  @Override
  public String toString() {
    return name + "+" + idHex() + " (" + type.algorithm.id() + ")";
  }
}
