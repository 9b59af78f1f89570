package dev.assay.trust;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import org.jspecify.annotations.Nullable;

/**
 * A name that is expected: exactly, or by a regular expression that must match all of it. RE2
 * syntax, so that no expression takes more than linear time.
 */
public final class NamePattern {

  private static final int MAX_LENGTH = 4_096;

  private final String text;
  private final @Nullable Pattern pattern;

  private NamePattern(String text, @Nullable Pattern pattern) {
    this.text = text;
    this.pattern = pattern;
  }

  /**
   * This name and no other.
   *
   * @throws AssayException with {@link Code#BAD_FIELD} if it is empty
   */
  public static NamePattern exactly(String text) {
    return new NamePattern(checked(text), null);
  }

  /**
   * Names that the expression matches from their first character to their last, anchors or not.
   *
   * @throws AssayException with {@link Code#BAD_FIELD} if it is not RE2 syntax, too long, or
   *     matches the empty name: an expression that asks for nothing is a mistake
   */
  public static NamePattern matching(String expression) {
    Pattern pattern;
    try {
      pattern = Pattern.compile(checked(expression));
    } catch (PatternSyntaxException e) {
      throw new AssayException(
          Code.BAD_FIELD,
          "not a regular expression (RE2): " + Text.quote(expression) + ": " + e.getDescription(),
          e);
    }
    if (pattern.matches("")) {
      throw new AssayException(
          Code.BAD_FIELD,
          "a regular expression that matches everything, even nothing: " + Text.quote(expression),
          "name what is asked for, for example https://github.com/acme/.*");
    }
    return new NamePattern(expression, pattern);
  }

  private static String checked(String text) {
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      throw new AssayException(
          Code.BAD_FIELD, "a name of " + text.length() + " characters; 1 to " + MAX_LENGTH);
    }
    return text;
  }

  public boolean matches(String name) {
    return pattern == null ? text.equals(name) : pattern.matches(name);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NamePattern that
        && text.equals(that.text)
        && (pattern == null) == (that.pattern == null);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** The name, or the expression between slashes. */
  @Override
  public String toString() {
    return pattern == null ? text : "/" + text + "/";
  }
}
