package dev.assay.crypto;

import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.crypto.engines.XSalsa20Engine;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/**
 * NaCl's {@code crypto_secretbox} (XSalsa20 and Poly1305): the first 32 bytes of the key stream
 * authenticate, the rest encrypts; the box is the tag and then the ciphertext.
 */
final class SecretBox {

  static final int KEY_SIZE = 32;
  static final int NONCE_SIZE = 24;
  static final int TAG_SIZE = 16;

  private SecretBox() {}

  static byte[] seal(byte[] plain, byte[] nonce, byte[] key) {
    XSalsa20Engine stream = new XSalsa20Engine();
    byte[] tagKey = start(stream, true, nonce, key);
    byte[] box = new byte[TAG_SIZE + plain.length];
    stream.processBytes(plain, 0, plain.length, box, TAG_SIZE);
    System.arraycopy(tag(tagKey, box), 0, box, 0, TAG_SIZE);
    return box;
  }

  /** The plain text, or nothing if the key is wrong or the box was changed. */
  static Optional<byte[]> open(byte[] box, byte[] nonce, byte[] key) {
    if (box.length < TAG_SIZE) {
      return Optional.empty();
    }
    XSalsa20Engine stream = new XSalsa20Engine();
    byte[] tagKey = start(stream, false, nonce, key);
    byte[] given = Arrays.copyOf(box, TAG_SIZE);
    if (!org.bouncycastle.util.Arrays.constantTimeAreEqual(tag(tagKey, box), given)) {
      return Optional.empty();
    }
    byte[] plain = new byte[box.length - TAG_SIZE];
    stream.processBytes(box, TAG_SIZE, plain.length, plain, 0);
    return Optional.of(plain);
  }

  private static byte[] start(XSalsa20Engine stream, boolean seal, byte[] nonce, byte[] key) {
    stream.init(seal, new ParametersWithIV(new KeyParameter(key), nonce));
    byte[] tagKey = new byte[KEY_SIZE];
    stream.processBytes(tagKey, 0, tagKey.length, tagKey, 0);
    return tagKey;
  }

  private static byte[] tag(byte[] tagKey, byte[] box) {
    Poly1305 mac = new Poly1305();
    mac.init(new KeyParameter(tagKey));
    mac.update(box, TAG_SIZE, box.length - TAG_SIZE);
    byte[] tag = new byte[TAG_SIZE];
    mac.doFinal(tag, 0);
    Arrays.fill(tagKey, (byte) 0);
    return tag;
  }
}
