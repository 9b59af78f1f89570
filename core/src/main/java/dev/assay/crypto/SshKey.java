package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * A public key as SSH writes it (RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4;
 * for security keys PROTOCOL.u2f of OpenSSH). Two keys are equal when their encodings are, which
 * for a security key includes the application it was made for.
 */
public final class SshKey {

  static final String ED25519 = "ssh-ed25519";
  static final String RSA = "ssh-rsa";
  static final String SK_ED25519 = "sk-ssh-ed25519@openssh.com";
  static final String SK_ECDSA = "sk-ecdsa-sha2-nistp256@openssh.com";
  private static final String ECDSA = "ecdsa-sha2-";
  private static final String CERTIFICATE = "-cert-v01@openssh.com";

  private final byte[] blob;
  private final String type;
  private final PublicKey key;
  private final Optional<String> application;

  private SshKey(byte[] blob) {
    this.blob = blob;
    SshReader in = new SshReader(blob);
    this.type = in.text();
    Optional<String> madeFor = Optional.empty();
    if (type.equals(ED25519) || type.equals(SK_ED25519)) {
      this.key = PublicKey.ed25519(in.string());
    } else if (type.equals(RSA)) {
      BigInteger exponent = in.unsigned();
      this.key = PublicKey.rsa(in.unsigned(), exponent);
    } else if (type.equals(SK_ECDSA) || curve(type) != null) {
      Curve curve = type.equals(SK_ECDSA) ? Curve.P256 : curve(type);
      if (curve == null || !in.text().equals(curveName(curve))) {
        throw new AssayException(Code.KEY_UNREADABLE, "an SSH key on a curve it does not name");
      }
      this.key = PublicKey.ec(curve, in.string());
    } else if (type.endsWith(CERTIFICATE)) {
      throw new AssayException(
          Code.KEY_UNSUPPORTED,
          "an SSH certificate (" + Text.quote(type) + "); signatures by plain keys are verified",
          "sign with the key itself and list it among the allowed signers");
    } else {
      throw new AssayException(
          Code.KEY_UNSUPPORTED, "an SSH key of a kind that is not accepted: " + Text.quote(type));
    }
    if (type.equals(SK_ED25519) || type.equals(SK_ECDSA)) {
      madeFor = Optional.of(in.text());
    }
    in.done();
    this.application = madeFor;
  }

  /**
   * Reads a key's binary form: what stands in base64 in {@code .pub} files.
   *
   * @throws AssayException with {@link Code#KEY_UNREADABLE} or {@link Code#KEY_UNSUPPORTED}
   */
  public static SshKey parse(byte[] blob) {
    if (blob.length > Limits.KEY_BYTES) {
      throw new AssayException(Code.KEY_UNREADABLE, "an SSH key of " + blob.length + " bytes");
    }
    try {
      return new SshKey(blob.clone());
    } catch (AssayException e) {
      if (e.code() != Code.BAD_ENCODING) {
        throw e;
      }
      throw new AssayException(Code.KEY_UNREADABLE, "not an SSH public key", e);
    }
  }

  /**
   * Reads the two fields of a {@code .pub} file: the kind and the base64, which must agree.
   *
   * @throws AssayException as {@link #parse}
   */
  static SshKey parse(String type, String base64) {
    byte[] blob;
    try {
      blob = Base64s.decode(base64);
    } catch (AssayException e) {
      throw new AssayException(Code.KEY_UNREADABLE, "an SSH public key that is not base64", e);
    }
    SshKey read = parse(blob);
    if (!read.type.equals(type)) {
      throw new AssayException(
          Code.KEY_UNREADABLE,
          "an SSH key of another kind than the " + Text.quote(type) + " named");
    }
    return read;
  }

  /** Whether this word is the name of a kind of SSH key, accepted or not. */
  static boolean isType(String word) {
    return word.equals(ED25519)
        || word.equals(RSA)
        || word.equals("ssh-dss")
        || word.startsWith(ECDSA)
        || word.endsWith("@openssh.com")
            && (word.startsWith("sk-") || word.startsWith("ssh-") || word.startsWith("webauthn-"));
  }

  static @org.jspecify.annotations.Nullable Curve curve(String type) {
    for (Curve curve : Curve.values()) {
      if (type.equals(ECDSA + curveName(curve))) {
        return curve;
      }
    }
    return null;
  }

  private static String curveName(Curve curve) {
    return switch (curve) {
      case P256 -> "nistp256";
      case P384 -> "nistp384";
      case P521 -> "nistp521";
    };
  }

  /** The kind of key: {@code ssh-ed25519}. */
  public String type() {
    return type;
  }

  /** The key's binary form, as it was read. */
  public byte[] encoded() {
    return blob.clone();
  }

  /** The key without what SSH adds to it. */
  public PublicKey publicKey() {
    return key;
  }

  /** For a key in a FIDO security key: what it was made for, mostly {@code ssh:}. */
  public Optional<String> application() {
    return application;
  }

  /** Whether a security key holds it, so that each signature tells whether somebody touched it. */
  public boolean isSecurityKey() {
    return application.isPresent();
  }

  /** As {@code ssh-keygen -l} shows it: {@code SHA256:} and base64 without padding. */
  public String fingerprint() {
    return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(Hashes.sha256(blob));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SshKey that && Arrays.equals(blob, that.blob);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(blob);
  }

  @Override
  public String toString() {
    return type + " " + fingerprint();
  }
}
