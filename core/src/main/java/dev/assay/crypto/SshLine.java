package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.ArrayList;
import java.util.List;

/** A line of a file of keys, word by word. */
final class SshLine {

  private final int number;
  private final String text;
  private int at;

  private SshLine(int number, String text) {
    this.number = number;
    this.text = text;
    skipBlanks();
  }

  /**
   * The lines that say something: not empty, not a comment ({@code #}).
   *
   * @throws AssayException with {@link Code#BAD_POLICY} for a file that is too large or not text
   */
  static List<SshLine> lines(byte[] file) {
    if (file.length > Limits.DOCUMENT_BYTES) {
      throw bad("a file of keys of " + file.length + " bytes");
    }
    String all;
    try {
      all = Text.utf8(file);
    } catch (AssayException e) {
      throw new AssayException(Code.BAD_POLICY, "a file of keys that is not UTF-8", e);
    }
    List<SshLine> out = new ArrayList<>();
    int number = 0;
    for (int from = 0; from < all.length(); ) {
      int newline = all.indexOf('\n', from);
      int end = newline < 0 ? all.length() : newline;
      int trimmed = end > from && all.charAt(end - 1) == '\r' ? end - 1 : end;
      SshLine line = new SshLine(++number, all.substring(from, trimmed));
      if (line.at < line.text.length() && line.text.charAt(line.at) != '#') {
        out.add(line);
      }
      from = end + 1;
    }
    return out;
  }

  /** Counted from 1, all lines of the file. */
  int number() {
    return number;
  }

  /** The next word, which may stand in double quotes and contain blanks then. */
  String principals() {
    if (at < text.length() && text.charAt(at) == '"') {
      int close = text.indexOf('"', at + 1);
      if (close < 0) {
        throw bad("a quote that does not end");
      }
      String word = text.substring(at + 1, close);
      at = close + 1;
      if (at < text.length() && !isBlank(text.charAt(at))) {
        throw bad("something follows a quote");
      }
      skipBlanks();
      return word;
    }
    return word();
  }

  /** The next word; blanks in double quotes do not end it. */
  String word() {
    int from = at;
    boolean quoted = false;
    for (; at < text.length() && (quoted || !isBlank(text.charAt(at))); at++) {
      char c = text.charAt(at);
      if (c == '\\' && at + 1 < text.length() && text.charAt(at + 1) == '"') {
        at++;
      } else if (c == '"') {
        quoted = !quoted;
      }
    }
    if (from == at) {
      throw bad("a line that ends too early: principals, options if any, kind of key, key");
    }
    String word = text.substring(from, at);
    skipBlanks();
    return word;
  }

  private void skipBlanks() {
    while (at < text.length() && isBlank(text.charAt(at))) {
      at++;
    }
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private static AssayException bad(String message) {
    return new AssayException(Code.BAD_POLICY, message);
  }
}
