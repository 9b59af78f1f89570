package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * A signature of a file by an SSH key, as {@code ssh-keygen -Y sign} makes it (PROTOCOL.sshsig of
 * OpenSSH). It says with which key and for which purpose (namespace) it was made; whom to believe,
 * {@link SshAllowedSigners} says.
 */
public final class SshSignature {

  private static final byte[] MAGIC = "SSHSIG".getBytes(StandardCharsets.US_ASCII);
  private static final String LABEL = "SSH SIGNATURE";
  private static final int MAX_NAMESPACE = 255;
  private static final int USER_PRESENT = 0x01;
  private static final int USER_VERIFIED = 0x04;

  private final SshKey key;
  private final String namespace;
  private final Digest.Algorithm hash;
  private final SignatureScheme scheme;
  private final byte[] signature;
  private final int flags;
  private final long counter;

  private SshSignature(byte[] blob) {
    SshReader in = new SshReader(blob);
    in.magic(MAGIC);
    long version = in.uint32();
    if (version != 1) {
      throw bad("an SSH signature of version " + version + "; version 1 is read");
    }
    this.key = SshKey.parse(in.string());
    this.namespace = in.text();
    if (namespace.isEmpty() || namespace.length() > MAX_NAMESPACE) {
      throw bad("an SSH signature whose namespace is empty or too long");
    }
    // Not signed as it stands here by all implementations: nothing may hide in it.
    if (in.string().length != 0) {
      throw bad("an SSH signature with content in the reserved field");
    }
    String hashName = in.text();
    if (hashName.equals("sha256")) {
      this.hash = Digest.Algorithm.SHA256;
    } else if (hashName.equals("sha512")) {
      this.hash = Digest.Algorithm.SHA512;
    } else {
      throw bad("an SSH signature over a hash other than sha256 and sha512");
    }
    SshReader inner = new SshReader(in.string());
    in.done();
    String algorithm = inner.text();
    this.scheme = scheme(key, algorithm);
    byte[] value = inner.string();
    if (key.isSecurityKey()) {
      this.flags = inner.uint8();
      this.counter = inner.uint32();
    } else {
      this.flags = 0;
      this.counter = 0;
    }
    inner.done();
    this.signature = scheme.fits(KeyAlgorithm.ECDSA_P256) ? ecdsaDer(value) : value;
  }

  /**
   * Reads a {@code .sig} file.
   *
   * @throws AssayException with {@link Code#BAD_ENCODING} for what is not such a signature, {@link
   *     Code#KEY_UNSUPPORTED} for a key or an algorithm that is not accepted
   */
  public static SshSignature parse(byte[] armored) {
    if (armored.length > Limits.SSH_SIGNATURE_BYTES) {
      throw new AssayException(
          Code.TOO_LARGE,
          "an SSH signature of "
              + armored.length
              + " bytes; at most "
              + Limits.SSH_SIGNATURE_BYTES
              + " are read");
    }
    try {
      Pem block = Pem.parse(armored);
      if (!block.label().equals(LABEL)) {
        throw bad("PEM of the kind " + block.label() + "; " + LABEL + " is needed");
      }
      return new SshSignature(block.content());
    } catch (AssayException e) {
      if (e.code() == Code.KEY_UNREADABLE) {
        throw new AssayException(
            Code.BAD_ENCODING, "not an SSH signature: " + e.getMessage(), e.hint(), e);
      }
      throw e;
    }
  }

  private static SignatureScheme scheme(SshKey key, String algorithm) {
    if (key.type().equals(SshKey.RSA)) {
      // RFC 8332; ssh-rsa itself means SHA-1.
      if (algorithm.equals("rsa-sha2-256")) {
        return SignatureScheme.RSA_PKCS1_SHA256;
      }
      if (algorithm.equals("rsa-sha2-512")) {
        return SignatureScheme.RSA_PKCS1_SHA512;
      }
    } else if (algorithm.equals(key.type())) {
      return SignatureScheme.usual(key.publicKey().algorithm());
    }
    throw new AssayException(
        Code.KEY_UNSUPPORTED,
        "an SSH signature of the kind "
            + Text.quote(algorithm)
            + " by a key of the kind "
            + key.type());
  }

  // RFC 5656 section 3.1.2: two mpints. Whether they are in range is the verifier's to say.
  private static byte[] ecdsaDer(byte[] value) {
    SshReader in = new SshReader(value);
    BigInteger r = in.unsigned();
    BigInteger s = in.unsigned();
    in.done();
    return DerWriter.sequence(DerWriter.integer(r), DerWriter.integer(s));
  }

  /** The key that it says made it. */
  public SshKey key() {
    return key;
  }

  /**
   * What it was made for: {@code file}, {@code git}. A signature for another purpose says nothing.
   */
  public String namespace() {
    return namespace;
  }

  /** The hash of the file that was signed: SHA-256 or SHA-512. */
  public Digest.Algorithm hash() {
    return hash;
  }

  /** Whether somebody touched the security key; part of what is signed. False for other keys. */
  public boolean userPresent() {
    return (flags & USER_PRESENT) != 0;
  }

  /** Whether the security key verified its user, by a PIN or a fingerprint. */
  public boolean userVerified() {
    return (flags & USER_VERIFIED) != 0;
  }

  /** The security key's count of signatures; 0 for other keys. */
  public long counter() {
    return counter;
  }

  /**
   * Whether its key made it over a file with this digest. False for a digest by another hash than
   * {@link #hash}. Says nothing of whose key it is, what the signature is for, and whether the
   * security key was touched.
   */
  public boolean signs(Digest file) {
    if (file.algorithm() != hash) {
      return false;
    }
    byte[] message = message(file);
    if (key.isSecurityKey()) {
      message = assertion(message);
    }
    return key.publicKey().verify(scheme, message, signature);
  }

  private byte[] message(Digest file) {
    Blob out = new Blob();
    out.writeBytes(MAGIC);
    out.string(Text.utf8(namespace));
    out.string(new byte[0]);
    out.string(Text.utf8(hash == Digest.Algorithm.SHA256 ? "sha256" : "sha512"));
    out.string(file.value());
    return out.toByteArray();
  }

  // PROTOCOL.u2f: what an authenticator signs.
  private byte[] assertion(byte[] message) {
    Blob out = new Blob();
    out.writeBytes(Hashes.sha256(Text.utf8(key.application().orElseThrow())));
    out.write(flags);
    out.uint32(counter);
    out.writeBytes(Hashes.sha256(message));
    return out.toByteArray();
  }

  private static final class Blob extends ByteArrayOutputStream {

    void uint32(long value) {
      write((int) (value >>> 24));
      write((int) (value >>> 16));
      write((int) (value >>> 8));
      write((int) value);
    }

    void string(byte[] value) {
      uint32(value.length);
      writeBytes(value);
    }
  }

  private static AssayException bad(String message) {
    return new AssayException(Code.BAD_ENCODING, message);
  }
}
