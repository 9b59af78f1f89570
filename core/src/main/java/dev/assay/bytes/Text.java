package dev.assay.bytes;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Text from outside, made safe to read and to print. */
public final class Text {

  private static final int QUOTED_LENGTH = 80;

  private Text() {}

  /**
   * Decodes UTF-8, refusing malformed input instead of replacing it.
   *
   * @throws AssayException with {@link Code#BAD_ENCODING} if the bytes are not UTF-8
   */
  public static String utf8(byte[] bytes) {
    if (isAscii(bytes)) {
      return new String(bytes, StandardCharsets.US_ASCII);
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      throw new AssayException(Code.BAD_ENCODING, "not UTF-8", e);
    }
  }

  private static boolean isAscii(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether the text from a place on is a number of 1 to 19 decimal digits without leading zeros.
   */
  public static boolean isDecimal(String text, int from) {
    int digits = text.length() - from;
    if (digits < 1 || digits > 19 || digits > 1 && text.charAt(from) == '0') {
      return false;
    }
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  public static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Quotes text that came from outside for an error message: shortened, and with control
   * characters, bidirectional overrides and other invisible characters escaped, so that it cannot
   * rewrite a terminal.
   */
  public static String quote(String text) {
    String shown = text.length() > QUOTED_LENGTH ? text.substring(0, QUOTED_LENGTH) + "…" : text;
    return '"' + printable(shown) + '"';
  }

  /** Escapes what a terminal would act on; everything else is kept. */
  public static String printable(String text) {
    StringBuilder out = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean bad =
          c < 0x20
              || c >= 0x7f && c < 0xa0
              || c >= 0x200b && c <= 0x200f
              || c >= 0x2028 && c <= 0x202e
              || c >= 0x2066 && c <= 0x2069
              || c == 0xfeff;
      if (bad && out == null) {
        out = new StringBuilder(text.length() + 16).append(text, 0, i);
      }
      if (out != null) {
        if (bad) {
          out.append(String.format("\\u%04x", (int) c));
        } else {
          out.append(c);
        }
      }
    }
    return out == null ? text : out.toString();
  }
}
