package dev.assay.bytes;

import java.util.Base64;

/**
 * Base64 of RFC 4648 section 4, canonical form only: padding present, unused bits zero, no white
 * space. One byte string has one spelling, so a signature cannot be rewritten without changing it.
 */
public final class Base64s {

  private Base64s() {}

  public static String encode(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /**
   * @throws AssayException with {@link Code#BAD_ENCODING} if the text is not canonical base64
   */
  public static byte[] decode(String text) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new AssayException(Code.BAD_ENCODING, "not base64: " + Text.quote(text), e);
    }
    if (text.length() != (bytes.length + 2) / 3 * 4 || !lastGroupCanonical(text, bytes)) {
      throw new AssayException(Code.BAD_ENCODING, "not canonical base64: " + Text.quote(text));
    }
    return bytes;
  }

  // Only the last group can carry bits that the decoder drops.
  private static boolean lastGroupCanonical(String text, byte[] bytes) {
    int tail = bytes.length % 3;
    if (tail == 0) {
      return true;
    }
    byte[] last = new byte[tail];
    System.arraycopy(bytes, bytes.length - tail, last, 0, tail);
    return text.endsWith(encode(last));
  }
}
