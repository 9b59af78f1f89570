package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * PEM (RFC 7468), strictly: one block, nothing before or after but white space, no headers. Errors
 * print nothing of the content, which may be a private key.
 */
final class Pem {

  private static final int LINE = 64;
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";

  private static final int MAX_BLOCKS = 256;

  private final String label;
  private final byte[] content;

  Pem(String label, byte[] content) {
    this.label = label;
    this.content = content;
  }

  /** What stands after BEGIN. */
  String label() {
    return label;
  }

  /** The bytes themselves, not a copy, so that a private key can be overwritten. */
  byte[] content() {
    return content;
  }

  /**
   * @throws AssayException with {@link Code#KEY_UNREADABLE} if this is not one PEM block
   */
  static Pem parse(byte[] file) {
    return parse(file, Limits.KEY_BYTES);
  }

  static Pem parse(byte[] file, int limit) {
    if (file.length > limit) {
      throw new AssayException(
          Code.TOO_LARGE,
          "a PEM file of " + file.length + " bytes; at most " + limit + " are read");
    }
    String text = new String(file, StandardCharsets.ISO_8859_1).strip();
    int labelEnd = text.indexOf(DASHES, BEGIN.length());
    if (!text.startsWith(BEGIN) || labelEnd < 0) {
      throw bad("not PEM: the first line is not -----BEGIN ...-----");
    }
    String label = text.substring(BEGIN.length(), labelEnd);
    String last = END + label + DASHES;
    if (!isLabel(label) || !text.endsWith(last)) {
      throw bad("not PEM: the last line is not the END of the first, or something follows");
    }
    int from = labelEnd + DASHES.length();
    int to = text.length() - last.length();
    if (from >= to || !isNewline(text.charAt(from)) || !isNewline(text.charAt(to - 1))) {
      throw bad("not PEM: no content");
    }
    StringBuilder base64 = new StringBuilder(to - from);
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (!isNewline(c)) {
        base64.append(c);
      }
    }
    try {
      return new Pem(label, Base64s.decode(base64.toString()));
    } catch (AssayException e) {
      // Without the cause: its message quotes the text.
      throw bad("not PEM: the content of the block " + label + " is not base64");
    }
  }

  /**
   * Reads PEM blocks one after the other; at least one, and nothing but white space between them.
   *
   * @throws AssayException as {@link #parse}
   */
  static List<Pem> parseAll(byte[] file) {
    String text = new String(file, StandardCharsets.ISO_8859_1);
    List<Pem> out = new ArrayList<>();
    int at = 0;
    while (true) {
      int next = text.indexOf(BEGIN, at + 1);
      int end = next < 0 ? text.length() : next;
      out.add(parse(text.substring(at, end).getBytes(StandardCharsets.ISO_8859_1)));
      if (next < 0) {
        return out;
      }
      if (out.size() == MAX_BLOCKS) {
        throw new AssayException(Code.TOO_MANY, "more than " + MAX_BLOCKS + " PEM blocks");
      }
      at = next;
    }
  }

  String write() {
    String base64 = Base64s.encode(content);
    StringBuilder out = new StringBuilder(base64.length() * 66 / 64 + 100);
    out.append(BEGIN).append(label).append(DASHES).append('\n');
    for (int i = 0; i < base64.length(); i += LINE) {
      out.append(base64, i, Math.min(base64.length(), i + LINE)).append('\n');
    }
    return out.append(END).append(label).append(DASHES).append('\n').toString();
  }

  /** Names the kind of block only: the content may be a private key. */
  @Override
  public String toString() {
    return "PEM " + label;
  }

  private static boolean isLabel(String label) {
    if (label.isEmpty() || label.length() > 64) {
      return false;
    }
    for (int i = 0; i < label.length(); i++) {
      char c = label.charAt(i);
      if (!(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == ' ' || c == '-')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isNewline(char c) {
    return c == '\n' || c == '\r';
  }

  private static AssayException bad(String message) {
    return new AssayException(Code.KEY_UNREADABLE, message);
  }
}
