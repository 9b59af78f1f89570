package dev.assay.crypto;

import dev.assay.bytes.Base64s;
import dev.assay.bytes.Digest;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * Makes SSH signatures, right as they are and wrong as a test says; security keys among them, whose
 * private half is here.
 */
final class SshMaker {

  final PrivateKey key;
  final String type;
  String application = "ssh:";
  String magic = "SSHSIG";
  int version = 1;
  String namespace = "file";
  String reserved = "";
  String hashName = "sha512";
  Digest.Algorithm hash = Digest.Algorithm.SHA512;
  String algorithm;
  int flags = 1;
  int counter = 7;
  // Flags that are sent instead of those that were signed, if not negative.
  int sentFlags = -1;
  byte[] trailing = new byte[0];

  SshMaker(PrivateKey key, String type) {
    this.key = key;
    this.type = type;
    this.algorithm = type.equals("ssh-rsa") ? "rsa-sha2-256" : type;
  }

  static SshMaker of(PrivateKey key) {
    return new SshMaker(
        key,
        switch (key.algorithm()) {
          case ED25519 -> "ssh-ed25519";
          case ECDSA_P256 -> "ecdsa-sha2-nistp256";
          case ECDSA_P384 -> "ecdsa-sha2-nistp384";
          case ECDSA_P521 -> "ecdsa-sha2-nistp521";
          case RSA -> "ssh-rsa";
          default -> throw new IllegalArgumentException();
        });
  }

  static SshMaker securityKey(PrivateKey key) {
    return new SshMaker(
        key,
        key.algorithm() == KeyAlgorithm.ED25519
            ? "sk-ssh-ed25519@openssh.com"
            : "sk-ecdsa-sha2-nistp256@openssh.com");
  }

  static byte[] uint32(long value) {
    return new byte[] {
      (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
    };
  }

  static byte[] string(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    out.writeBytes(uint32(length));
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  static byte[] string(String text) {
    return string(text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] join(byte[]... parts) {
    byte[] all = string(parts);
    return Arrays.copyOfRange(all, 4, all.length);
  }

  byte[] keyBlob() {
    PublicKey open = key.publicKey();
    byte[] tail = type.startsWith("sk-") ? string(application) : new byte[0];
    byte[] spki = open.spki();
    if (open.algorithm() == KeyAlgorithm.ED25519) {
      return join(string(type), string(open.raw()), tail);
    }
    byte[] bits = SubjectPublicKeyInfo.getInstance(spki).getPublicKeyData().getOctets();
    if (open.algorithm() == KeyAlgorithm.RSA) {
      RSAPublicKey rsa = RSAPublicKey.getInstance(bits);
      return join(
          string(type),
          string(rsa.getPublicExponent().toByteArray()),
          string(rsa.getModulus().toByteArray()));
    }
    String curve =
        switch (open.algorithm()) {
          case ECDSA_P256 -> "nistp256";
          case ECDSA_P384 -> "nistp384";
          default -> "nistp521";
        };
    return join(string(type), string(curve), string(bits), tail);
  }

  /** The two fields of a {@code .pub} file. */
  String pub() {
    return type + " " + Base64s.encode(keyBlob());
  }

  byte[] blob(byte[] file) {
    byte[] message =
        join(
            magic.getBytes(StandardCharsets.US_ASCII),
            string(namespace),
            string(reserved),
            string(hashName),
            string(Hashes.hash(hash, file)));
    boolean sk = type.startsWith("sk-");
    if (sk) {
      message =
          join(
              Hashes.sha256(application.getBytes(StandardCharsets.UTF_8)),
              new byte[] {(byte) flags},
              uint32(counter),
              Hashes.sha256(message));
    }
    byte[] value = key.sign(message);
    if (key.algorithm().id().startsWith("ecdsa")) {
      DerReader in = new DerReader(value).enter(DerReader.SEQUENCE);
      BigInteger r = in.unsigned();
      value = join(string(r.toByteArray()), string(in.unsigned().toByteArray()));
    }
    byte[] tail =
        sk
            ? join(new byte[] {(byte) (sentFlags < 0 ? flags : sentFlags)}, uint32(counter))
            : new byte[0];
    return join(
        magic.getBytes(StandardCharsets.US_ASCII),
        uint32(version),
        string(keyBlob()),
        string(namespace),
        string(reserved),
        string(hashName),
        string(string(algorithm), string(value), tail),
        trailing);
  }

  static byte[] armor(byte[] blob) {
    return new Pem("SSH SIGNATURE", blob).write().getBytes(StandardCharsets.US_ASCII);
  }

  byte[] sign(byte[] file) {
    return armor(blob(file));
  }
}
