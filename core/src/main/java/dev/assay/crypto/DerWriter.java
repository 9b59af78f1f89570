package dev.assay.crypto;

import java.math.BigInteger;

/** Writes the few DER structures keys and signatures consist of. */
final class DerWriter {

  private DerWriter() {}

  static byte[] sequence(byte[]... elements) {
    return element(DerReader.SEQUENCE, elements);
  }

  static byte[] integer(BigInteger value) {
    return element(DerReader.INTEGER, value.toByteArray());
  }

  static byte[] integer(int value) {
    return integer(BigInteger.valueOf(value));
  }

  static byte[] octets(byte[]... content) {
    return element(DerReader.OCTET_STRING, content);
  }

  static byte[] bits(byte[] content) {
    return element(DerReader.BIT_STRING, new byte[1], content);
  }

  static byte[] none() {
    return element(DerReader.NULL);
  }

  static byte[] oid(byte[] content) {
    return element(DerReader.OID, content);
  }

  static byte[] element(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    int octets = length < 0x80 ? 0 : (39 - Integer.numberOfLeadingZeros(length)) / 8;
    byte[] out = new byte[2 + octets + length];
    out[0] = (byte) tag;
    int at = 1;
    if (octets == 0) {
      out[at++] = (byte) length;
    } else {
      out[at++] = (byte) (0x80 | octets);
      for (int i = octets - 1; i >= 0; i--) {
        out[at++] = (byte) (length >>> 8 * i);
      }
    }
    for (byte[] part : parts) {
      System.arraycopy(part, 0, out, at, part.length);
      at += part.length;
    }
    return out;
  }
}
