package dev.assay.bytes;

import java.util.HexFormat;

/** Hexadecimal: lower case only, even length, nothing else accepted. */
public final class Hex {

  private static final HexFormat FORMAT = HexFormat.of();

  private Hex() {}

  public static String encode(byte[] bytes) {
    return FORMAT.formatHex(bytes);
  }

  /**
   * @throws AssayException with {@link Code#BAD_ENCODING} unless the text is lower-case hexadecimal
   *     of even length
   */
  public static byte[] decode(String text) {
    if ((text.length() & 1) != 0 || !isLowerHex(text)) {
      throw new AssayException(
          Code.BAD_ENCODING, "not lower-case hexadecimal: " + Text.quote(text));
    }
    return FORMAT.parseHex(text);
  }

  static boolean isLowerHex(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
        return false;
      }
    }
    return true;
  }
}
