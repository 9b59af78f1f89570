package dev.assay.lab;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.DEROctetString;

/** A certificate transparency log that promises and never breaks it. */
public final class CtLog {

  private final LabKey key;
  private final String baseUrl;

  CtLog(String baseUrl, LabKey key) {
    this.baseUrl = baseUrl;
    this.key = key;
  }

  /** Its key. */
  public LabKey key() {
    return key;
  }

  /** Where a trust root says it is. */
  public String baseUrl() {
    return baseUrl;
  }

  /** What SCTs name it by. */
  public byte[] id() {
    return key.id();
  }

  /**
   * An SCT (RFC 6962 section 3.2) for a precertificate.
   *
   * @param tbs DER TBSCertificate without poison and SCTs
   * @param issuerSpki DER SubjectPublicKeyInfo of the issuer
   * @param extensions the SCT's, mostly empty
   */
  public byte[] sct(byte[] tbs, byte[] issuerSpki, Instant time, byte[] extensions) {
    ByteArrayOutputStream signed = new ByteArrayOutputStream();
    signed.write(0);
    signed.write(0);
    signed.writeBytes(u64(time.toEpochMilli()));
    signed.writeBytes(new byte[] {0, 1});
    signed.writeBytes(Der.sha256(issuerSpki));
    signed.writeBytes(
        new byte[] {(byte) (tbs.length >> 16), (byte) (tbs.length >> 8), (byte) tbs.length});
    signed.writeBytes(tbs);
    signed.writeBytes(u16(extensions.length));
    signed.writeBytes(extensions);
    byte[] signature = key.sign(signed.toByteArray());

    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0);
    out.writeBytes(id());
    out.writeBytes(u64(time.toEpochMilli()));
    out.writeBytes(u16(extensions.length));
    out.writeBytes(extensions);
    out.write(key.kind() == LabKey.Kind.P384 ? 5 : 4);
    out.write(key.kind() == LabKey.Kind.RSA2048 || key.kind() == LabKey.Kind.RSA4096 ? 1 : 3);
    out.writeBytes(u16(signature.length));
    out.writeBytes(signature);
    return out.toByteArray();
  }

  /** The value of the certificate's extension. */
  static byte[] list(List<byte[]> scts) {
    ByteArrayOutputStream inner = new ByteArrayOutputStream();
    for (byte[] sct : scts) {
      inner.writeBytes(u16(sct.length));
      inner.writeBytes(sct);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(u16(inner.size()));
    out.writeBytes(inner.toByteArray());
    return Der.encode(new DEROctetString(out.toByteArray()));
  }

  private static byte[] u64(long value) {
    return ByteBuffer.allocate(8).putLong(value).array();
  }

  private static byte[] u16(int value) {
    return new byte[] {(byte) (value >> 8), (byte) value};
  }
}
