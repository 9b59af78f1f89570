package dev.assay.signing;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.crypto.EncryptedKeyFile;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import dev.assay.signing.pkcs11.Tokens;
import java.util.Arrays;

/**
 * Finds the key that a reference names, wherever it is:
 *
 * <ul>
 *   <li>{@code release.key}, {@code ./pkcs11:odd.key}: a file
 *   <li>{@code env://NAME}: the PEM text in an environment variable
 *   <li>{@code pkcs11:token=Release;object=signing}: a token (RFC 7512)
 *   <li>{@code ssh-agent:}, {@code ssh-agent://SHA256:...}, {@code ssh-agent://COMMENT}: an agent
 *   <li>{@code awskms://...} and every other {@code SCHEME://...}: the program {@code
 *       sigstore-kms-SCHEME} on the PATH, the plugin protocol of cosign
 * </ul>
 *
 * <p>What the others need is loaded when one of them is named: a key in a file costs nothing more.
 */
public final class KeyReferences {

  private static final String ENVIRONMENT = "env://";

  private KeyReferences() {}

  /** Whether it names a file. */
  public static boolean isFile(String reference) {
    return !reference.startsWith(Tokens.SCHEME)
        && !reference.startsWith(SshAgentKeys.SCHEME)
        && !hasScheme(reference);
  }

  private static boolean hasScheme(String reference) {
    int at = reference.indexOf("://");
    for (int i = 0; i < at; i++) {
      char c = reference.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
      if (!(letter || i > 0 && (c >= '0' && c <= '9' || c == '-' || c == '+'))) {
        return false;
      }
    }
    return at > 0;
  }

  /**
   * Opens a private key. Close the signer when nothing more is to be signed.
   *
   * @throws AssayException with {@link Code#KEY_UNREADABLE}, {@link Code#KEY_UNSUPPORTED}, {@link
   *     Code#KEY_PASSWORD}, {@link Code#FILE_UNREADABLE} or {@link Code#SIGNING_FAILED}
   */
  public static Signer signer(String reference, KeySettings settings) {
    if (isFile(reference)) {
      return KeyFiles.signer(settings.folder().resolve(reference), settings.passwords());
    }
    if (reference.startsWith(Tokens.SCHEME)) {
      return Tokens.signer(reference, settings);
    }
    if (reference.startsWith(SshAgentKeys.SCHEME)) {
      return SshAgentKeys.signer(reference, settings);
    }
    if (reference.startsWith(ENVIRONMENT)) {
      return Signer.of(fromVariable(reference, settings));
    }
    return PluginSigner.open(reference, settings);
  }

  /**
   * The public key of a reference; of a file, a public or a private key; of a variable likewise.
   *
   * @throws AssayException as {@link #signer}
   */
  public static PublicKey publicKey(String reference, KeySettings settings) {
    if (reference.startsWith(Tokens.SCHEME)) {
      return Tokens.publicKey(reference, settings);
    }
    if (reference.startsWith(ENVIRONMENT)) {
      byte[] pem = variable(reference, settings);
      return isPublic(pem) ? PublicKey.fromPem(pem) : fromVariable(reference, settings).publicKey();
    }
    if (isFile(reference) && reference.endsWith(".pub")) {
      return KeyFiles.loadPublic(settings.folder().resolve(reference));
    }
    try (Signer signer = signer(reference, settings)) {
      return signer.publicKey();
    }
  }

  /**
   * Makes a key where the reference says: in a token, or by a plugin.
   *
   * @param algorithm our name of a kind for a token; the plugin's own for a plugin, and its default
   *     where this is empty
   * @throws AssayException as {@link #signer}, and {@link Code#USAGE} for a place where no keys are
   *     made
   */
  public static PublicKey generate(
      String reference, java.util.Optional<String> algorithm, KeySettings settings) {
    if (reference.startsWith(Tokens.SCHEME)) {
      String name = algorithm.orElse(KeyAlgorithm.ECDSA_P256.id());
      return Tokens.generate(
          reference,
          KeyAlgorithm.byId(name)
              .orElseThrow(
                  () -> new AssayException(Code.USAGE, "no algorithm " + Text.quote(name))),
          settings);
    }
    if (isFile(reference)
        || reference.startsWith(SshAgentKeys.SCHEME)
        || reference.startsWith(ENVIRONMENT)) {
      throw new AssayException(
          Code.USAGE,
          "keys are made in files, in tokens (pkcs11:) and by plugins (SCHEME://)",
          "assay key generate NAME");
    }
    return PluginSigner.generate(reference, algorithm, settings);
  }

  private static byte[] variable(String reference, KeySettings settings) {
    String name = reference.substring(ENVIRONMENT.length());
    return Text.utf8(
        settings
            .variable(name)
            .orElseThrow(() ->
                new AssayException(
                    Code.KEY_UNREADABLE,
                    "the environment variable " + Text.quote(name) + " is not set")));
  }

  private static boolean isPublic(byte[] pem) {
    return new String(pem, java.nio.charset.StandardCharsets.ISO_8859_1)
        .strip()
        .startsWith("-----BEGIN PUBLIC KEY");
  }

  private static PrivateKey fromVariable(String reference, KeySettings settings) {
    byte[] pem = variable(reference, settings);
    try {
      if (!EncryptedKeyFile.isOne(pem)) {
        return PrivateKey.fromPem(pem);
      }
      byte[] password = settings.passwords().existing(reference);
      try {
        return EncryptedKeyFile.open(pem, password);
      } finally {
        Arrays.fill(password, (byte) 0);
      }
    } catch (AssayException e) {
      throw new AssayException(e.code(), reference + ": " + e.getMessage(), e.hint(), e);
    } finally {
      Arrays.fill(pem, (byte) 0);
    }
  }
}
