package dev.assay.lab;

import dev.assay.crypto.Hashes;
import dev.assay.crypto.PrivateKey;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/** Makes what a TPM makes of a P-256 key, right and wrong. */
public final class TpmMaker {

  /** fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, sign. */
  public static final long GOOD = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 18;

  public final PrivateKey key;
  public final PrivateKey attestationKey;
  public long attributes = GOOD;
  public int magicHigh = 0xff54;
  public int magicLow = 0x4347;
  public int type = 0x8017;
  public int safe = 1;
  public int signatureHash = 0x000b;
  public byte[] trailing = new byte[0];

  public TpmMaker(PrivateKey key, PrivateKey attestationKey) {
    this.key = key;
    this.attestationKey = attestationKey;
  }

  private static final class Out extends ByteArrayOutputStream {
    Out u8(int value) {
      write(value);
      return this;
    }

    Out u16(int value) {
      return u8(value >>> 8).u8(value);
    }

    Out u32(long value) {
      return u16((int) (value >>> 16)).u16((int) value);
    }

    Out sized(byte[] value) {
      u16(value.length);
      writeBytes(value);
      return this;
    }
  }

  /** TPMT_PUBLIC. */
  public byte[] object() {
    byte[] point =
        SubjectPublicKeyInfo.getInstance(key.publicKey().spki()).getPublicKeyData().getOctets();
    byte[] x = java.util.Arrays.copyOfRange(point, 1, 33);
    byte[] y = java.util.Arrays.copyOfRange(point, 33, 65);
    return new Out()
        .u16(0x23)
        .u16(0x0b)
        .u32(attributes)
        .sized(new byte[0])
        .u16(0x10)
        .u16(0x18)
        .u16(0x0b)
        .u16(3)
        .u16(0x10)
        .sized(x)
        .sized(y)
        .toByteArray();
  }

  /** TPMS_ATTEST about {@link #object}. */
  public byte[] certification() {
    return certification(object());
  }

  /** TPMS_ATTEST about another object. */
  public byte[] certification(byte[] object) {
    Out name = new Out().u16(0x0b);
    name.writeBytes(Hashes.sha256(object));
    Out out =
        new Out()
            .u16(magicHigh)
            .u16(magicLow)
            .u16(type)
            .sized(new byte[34])
            .sized(new byte[0])
            .u32(0)
            .u32(77)
            .u32(1)
            .u32(0)
            .u8(safe)
            .u32(0x20191023)
            .u32(0x00163636)
            .sized(name.toByteArray())
            .sized(new byte[34]);
    out.writeBytes(trailing);
    return out.toByteArray();
  }

  /** TPMT_SIGNATURE over {@link #certification}. */
  public byte[] signature() {
    return signature(certification());
  }

  /** TPMT_SIGNATURE over any bytes. */
  public byte[] signature(byte[] content) {
    ASN1Sequence numbers = ASN1Sequence.getInstance(attestationKey.sign(content));
    return new Out()
        .u16(0x18)
        .u16(signatureHash)
        .sized(unsigned(numbers, 0))
        .sized(unsigned(numbers, 1))
        .toByteArray();
  }

  private static byte[] unsigned(ASN1Sequence numbers, int index) {
    BigInteger value = ASN1Integer.getInstance(numbers.getObjectAt(index)).getPositiveValue();
    byte[] bytes = value.toByteArray();
    return bytes[0] == 0 ? java.util.Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
  }
}
