package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.util.List;

/**
 * A list of patterns (ssh_config(5), PATTERNS): divided by commas; {@code *} is any run of
 * characters, {@code ?} any one; a name that a pattern after {@code !} matches is out whatever else
 * matches.
 */
final class SshPatterns {

  private static final int MAX_LENGTH = 4096;
  private static final int MAX_PATTERN = 255;

  private final String text;
  private final List<String> patterns;

  private SshPatterns(String text) {
    this.text = text;
    this.patterns = List.of(text.split(",", -1));
  }

  /**
   * @throws AssayException with {@link Code#BAD_POLICY} for an empty pattern or one that is too
   *     long
   */
  static SshPatterns parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw bad("a list of patterns of " + text.length() + " characters");
    }
    SshPatterns list = new SshPatterns(text);
    for (String pattern : list.patterns) {
      if (pattern.isEmpty() || pattern.equals("!") || pattern.length() > MAX_PATTERN) {
        throw bad("a pattern that is empty or too long in " + Text.quote(text));
      }
    }
    return list;
  }

  boolean matches(String name) {
    boolean found = false;
    for (String pattern : patterns) {
      boolean not = pattern.charAt(0) == '!';
      if (matches(pattern, not ? 1 : 0, name)) {
        if (not) {
          return false;
        }
        found = true;
      }
    }
    return found;
  }

  // A star takes as little as it can, and one more only where the rest does not fit: what an
  // earlier star took never has to be looked at again.
  private static boolean matches(String pattern, int from, String name) {
    int p = from;
    int n = 0;
    int star = -1;
    int taken = 0;
    while (n < name.length()) {
      char c = p < pattern.length() ? pattern.charAt(p) : 0;
      if (p < pattern.length() && c == '*') {
        star = p++;
        taken = n;
      } else if (p < pattern.length() && (c == '?' || c == name.charAt(n))) {
        p++;
        n++;
      } else if (star >= 0) {
        p = star + 1;
        n = ++taken;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }

  @Override
  public String toString() {
    return text;
  }

  private static AssayException bad(String message) {
    return new AssayException(Code.BAD_POLICY, message);
  }
}
