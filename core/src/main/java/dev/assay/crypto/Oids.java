package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Hex;

/** The object identifiers of the key kinds, as DER content. */
final class Oids {

  /** 1.2.840.10045.2.1, id-ecPublicKey (RFC 5480). */
  static final byte[] EC = Hex.decode("2a8648ce3d0201");

  /** 1.2.840.113549.1.1.1, rsaEncryption (RFC 8017). */
  static final byte[] RSA = Hex.decode("2a864886f70d010101");

  /** 1.3.101.112, id-Ed25519 (RFC 8410). */
  static final byte[] ED25519 = Hex.decode("2b6570");

  /** {@link Certificate#SCT_LIST}. */
  static final byte[] SCT_LIST = Hex.decode("2b06010401d679020402");

  private Oids() {}

  /**
   * An object identifier in dotted form (X.690 section 8.19).
   *
   * @param content the DER content
   */
  static String dotted(byte[] content) {
    if (content.length == 0 || content.length > 64 || content[content.length - 1] < 0) {
      throw new AssayException(Code.BAD_ENCODING, "not an object identifier");
    }
    StringBuilder out = new StringBuilder();
    long value = 0;
    boolean first = true;
    for (int i = 0; i < content.length; i++) {
      // No arc in use needs more than 62 bits, and none starts with a zero.
      if (value >> 55 != 0 || value == 0 && content[i] == (byte) 0x80) {
        throw new AssayException(Code.BAD_ENCODING, "not an object identifier");
      }
      value = value << 7 | content[i] & 0x7f;
      if (content[i] >= 0) {
        if (first) {
          long top = Math.min(value / 40, 2);
          out.append(top).append('.').append(value - 40 * top);
          first = false;
        } else {
          out.append('.').append(value);
        }
        value = 0;
      }
    }
    return out.toString();
  }
}
