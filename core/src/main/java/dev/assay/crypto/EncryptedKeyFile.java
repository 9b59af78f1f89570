package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Set;
import org.bouncycastle.crypto.generators.SCrypt;

/**
 * A private key under a password, in the file format of cosign: one PEM block whose content is JSON
 * that says how the key was derived and holds the encrypted PKCS#8:
 *
 * <pre>{@code
 * {"kdf":{"name":"scrypt","params":{"N":65536,"r":8,"p":1},"salt":"(32 bytes)"},
 *  "cipher":{"name":"nacl/secretbox","nonce":"(24 bytes)"},
 *  "ciphertext":"(tag and ciphertext)"}
 * }</pre>
 *
 * <p>The file says how much work deriving the key is, before anybody can tell who wrote the file;
 * so only the three work factors that are in use are accepted (N of 2^15 to 2^17: 32 to 128 MiB).
 * An empty password is allowed, as in cosign.
 */
public final class EncryptedKeyFile {

  private static final String LABEL = "ENCRYPTED SIGSTORE PRIVATE KEY";
  private static final String OLD_LABEL = "ENCRYPTED COSIGN PRIVATE KEY";

  private static final String KDF = "scrypt";
  private static final String CIPHER = "nacl/secretbox";
  private static final int N = 1 << 16;
  private static final Set<Long> ACCEPTED_N = Set.of(1L << 15, 1L << 16, 1L << 17);
  private static final int R = 8;
  private static final int P = 1;
  private static final int SALT_SIZE = 32;

  private EncryptedKeyFile() {}

  /** Whether the file says that it is one. */
  public static boolean isOne(byte[] file) {
    try {
      return isLabel(Pem.parse(file).label());
    } catch (AssayException e) {
      return false;
    }
  }

  private static boolean isLabel(String label) {
    return label.equals(LABEL) || label.equals(OLD_LABEL);
  }

  /**
   * Writes a key under a password.
   *
   * @param password bytes (UTF-8 of what a person types); the caller wipes them
   */
  public static byte[] seal(PrivateKey key, byte[] password) {
    SecureRandom random = new SecureRandom();
    byte[] salt = new byte[SALT_SIZE];
    byte[] nonce = new byte[SecretBox.NONCE_SIZE];
    random.nextBytes(salt);
    random.nextBytes(nonce);
    return seal(key, password, salt, nonce);
  }

  static byte[] seal(PrivateKey key, byte[] password, byte[] salt, byte[] nonce) {
    byte[] plain = key.pkcs8();
    byte[] derived = SCrypt.generate(password, salt, N, R, P, SecretBox.KEY_SIZE);
    byte[] box = SecretBox.seal(plain, nonce, derived);
    Arrays.fill(plain, (byte) 0);
    Arrays.fill(derived, (byte) 0);
    Json.Obj json =
        Json.object()
            .put(
                "kdf",
                Json.object()
                    .put("name", KDF)
                    .put("params", Json.object().put("N", N).put("r", R).put("p", P))
                    .put("salt", Base64s.encode(salt)))
            .put("cipher", Json.object().put("name", CIPHER).put("nonce", Base64s.encode(nonce)))
            .put("ciphertext", Base64s.encode(box))
            .build();
    return Text.utf8(new Pem(LABEL, Text.utf8(json.compact())).write());
  }

  /**
   * Opens a file.
   *
   * @param password bytes; the caller wipes them
   * @throws AssayException with {@link Code#KEY_PASSWORD} if the password is wrong (or the file was
   *     changed: the two look the same), {@link Code#KEY_UNREADABLE} if this is no such file,
   *     {@link Code#KEY_UNSUPPORTED} if it asks for other work or another cipher than those above
   */
  public static PrivateKey open(byte[] file, byte[] password) {
    Pem pem = Pem.parse(file);
    if (!isLabel(pem.label())) {
      throw new AssayException(
          Code.KEY_UNREADABLE, "PEM of the kind " + pem.label() + "; " + LABEL + " is needed");
    }
    Fields f = Fields.of(json(pem.content()), "key file", Code.KEY_UNREADABLE);
    Fields kdf = f.object("kdf");
    Fields params = kdf.object("params");
    Fields cipher = f.object("cipher");
    String derivation = kdf.string("name");
    String encryption = cipher.string("name");
    long n = params.integer("N");
    if (!derivation.equals(KDF)
        || !encryption.equals(CIPHER)
        || !ACCEPTED_N.contains(n)
        || params.integer("r") != R
        || params.integer("p") != P) {
      throw new AssayException(
          Code.KEY_UNSUPPORTED,
          "the key file is encrypted by other means than scrypt (N of 2^15 to 2^17, r 8, p 1) and"
              + " nacl/secretbox");
    }
    byte[] salt = sized(kdf, "salt", SALT_SIZE);
    byte[] nonce = sized(cipher, "nonce", SecretBox.NONCE_SIZE);
    byte[] box = f.base64("ciphertext");
    params.done(Code.KEY_UNREADABLE);
    kdf.done(Code.KEY_UNREADABLE);
    cipher.done(Code.KEY_UNREADABLE);
    f.done(Code.KEY_UNREADABLE);
    byte[] derived = SCrypt.generate(password, salt, (int) n, R, P, SecretBox.KEY_SIZE);
    byte[] plain =
        SecretBox.open(box, nonce, derived)
            .orElseThrow(() ->
                new AssayException(
                    Code.KEY_PASSWORD,
                    "the password does not open the key file, or the file was changed"));
    Arrays.fill(derived, (byte) 0);
    try {
      return PrivateKey.fromPkcs8(plain);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  private static Json json(byte[] content) {
    try {
      return Json.parse(content, Limits.KEY_BYTES);
    } catch (AssayException e) {
      throw new AssayException(Code.KEY_UNREADABLE, "the key file does not hold JSON", e);
    }
  }

  private static byte[] sized(Fields f, String name, int size) {
    byte[] value = f.base64(name);
    if (value.length != size) {
      throw f.bad(name, value.length + " bytes instead of " + size);
    }
    return value;
  }
}
