package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;

/**
 * A bcrypt hash of a password as {@code htpasswd -B} writes it: {@code $2y$10$...} (also {@code
 * $2a$} and {@code $2b$}). Of a password the first 72 bytes count.
 */
public final class PasswordHash {

  /** The highest cost that is accepted; each step doubles the time of a comparison. */
  public static final int MOST_COST = 14;

  private static final int LENGTH = 60;

  private final String text;

  private PasswordHash(String text) {
    this.text = text;
  }

  /**
   * @throws AssayException with {@link Code#BAD_CONFIG} if it is no bcrypt hash or its cost is over
   *     {@link #MOST_COST}; the message does not repeat it
   */
  public static PasswordHash parse(String text) {
    boolean good =
        text.length() == LENGTH
            && text.startsWith("$2")
            && "aby".indexOf(text.charAt(2)) >= 0
            && text.charAt(3) == '$'
            && isDigit(text.charAt(4))
            && isDigit(text.charAt(5))
            && text.charAt(6) == '$';
    for (int i = 7; good && i < LENGTH; i++) {
      char c = text.charAt(i);
      good = c == '.' || c == '/' || isDigit(c) || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
    }
    if (!good) {
      throw new AssayException(
          Code.BAD_CONFIG, "not a bcrypt hash of a password", "htpasswd -B makes one");
    }
    int cost = (text.charAt(4) - '0') * 10 + text.charAt(5) - '0';
    if (cost < 4 || cost > MOST_COST) {
      throw new AssayException(
          Code.BAD_CONFIG, "a bcrypt hash of cost " + cost + "; 4 to " + MOST_COST + " are taken");
    }
    return new PasswordHash(text);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /**
   * Whether this is the hash of a password. Takes as long for a wrong one.
   *
   * @param password UTF-8; the bytes are not kept
   */
  public boolean matches(byte[] password) {
    byte[] first = java.util.Arrays.copyOf(password, Math.min(password.length, 72));
    return OpenBSDBCrypt.checkPassword(text, first);
  }

  @Override
  public String toString() {
    return "PasswordHash[hidden]";
  }
}
