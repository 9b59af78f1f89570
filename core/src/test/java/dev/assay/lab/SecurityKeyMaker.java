package dev.assay.lab;

import dev.assay.bytes.Base64s;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import java.io.ByteArrayOutputStream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * A FIDO security key as SSH uses it (PROTOCOL.u2f and PROTOCOL.sshsig of OpenSSH), whose private
 * half is here; touched or not, as a test says.
 */
public final class SecurityKeyMaker {

  private static final String APPLICATION = "ssh:";
  private static final int COUNTER = 9;

  private SecurityKeyMaker() {}

  private static final class Out extends ByteArrayOutputStream {
    Out u8(int value) {
      write(value);
      return this;
    }

    Out u32(int value) {
      return u8(value >>> 24).u8(value >>> 16).u8(value >>> 8).u8(value);
    }

    Out raw(byte[] value) {
      writeBytes(value);
      return this;
    }

    Out string(byte[] value) {
      return u32(value.length).raw(value);
    }

    Out string(String value) {
      return string(Text.utf8(value));
    }
  }

  private static boolean ed(PrivateKey key) {
    return key.algorithm() == KeyAlgorithm.ED25519;
  }

  private static String type(PrivateKey key) {
    return ed(key) ? "sk-ssh-ed25519@openssh.com" : "sk-ecdsa-sha2-nistp256@openssh.com";
  }

  /** The key, as SSH writes that of a security key. */
  public static byte[] key(PrivateKey key) {
    return fields(type(key), key).string(APPLICATION).toByteArray();
  }

  /** The key, as SSH writes one that is in a file. */
  public static byte[] plainKey(PrivateKey key) {
    return fields(ed(key) ? "ssh-ed25519" : "ecdsa-sha2-nistp256", key).toByteArray();
  }

  private static Out fields(String type, PrivateKey key) {
    Out out = new Out().string(type);
    byte[] spki = key.publicKey().spki();
    return ed(key)
        ? out.string(key.publicKey().raw())
        : out.string("nistp256")
            .string(SubjectPublicKeyInfo.getInstance(spki).getPublicKeyData().getOctets());
  }

  /**
   * What the device signs of some data, as an agent answers it.
   *
   * @param sentFlags flags that are sent instead of those that were signed, if not negative
   */
  public static byte[] assertion(PrivateKey key, byte[] data, int flags, int sentFlags) {
    byte[] signed =
        new Out()
            .raw(Hashes.sha256(Text.utf8(APPLICATION)))
            .u8(flags)
            .u32(COUNTER)
            .raw(Hashes.sha256(data))
            .toByteArray();
    byte[] value = key.sign(signed);
    if (!ed(key)) {
      ASN1Sequence numbers = ASN1Sequence.getInstance(value);
      value = new Out().string(number(numbers, 0)).string(number(numbers, 1)).toByteArray();
    }
    return new Out()
        .string(type(key))
        .string(value)
        .u8(sentFlags < 0 ? flags : sentFlags)
        .u32(COUNTER)
        .toByteArray();
  }

  private static byte[] number(ASN1Sequence numbers, int index) {
    return ASN1Integer.getInstance(numbers.getObjectAt(index)).getValue().toByteArray();
  }

  /** An armored signature, as {@code ssh-keygen -Y sign} writes it; parameters as above. */
  public static byte[] sign(
      PrivateKey key, byte[] content, String namespace, int flags, int sentFlags) {
    byte[] data =
        new Out()
            .raw(Text.utf8("SSHSIG"))
            .string(namespace)
            .string("")
            .string("sha512")
            .string(Hashes.sha512(content))
            .toByteArray();
    byte[] blob =
        new Out()
            .raw(Text.utf8("SSHSIG"))
            .u32(1)
            .string(key(key))
            .string(namespace)
            .string("")
            .string("sha512")
            .string(assertion(key, data, flags, sentFlags))
            .toByteArray();
    StringBuilder out = new StringBuilder("-----BEGIN SSH SIGNATURE-----\n");
    String base64 = Base64s.encode(blob);
    for (int i = 0; i < base64.length(); i += 70) {
      out.append(base64, i, Math.min(base64.length(), i + 70)).append('\n');
    }
    return Text.utf8(out.append("-----END SSH SIGNATURE-----\n").toString());
  }
}
