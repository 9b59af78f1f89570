package dev.assay.policy;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.util.ArrayList;
import java.util.List;

/**
 * A pattern over names made of segments divided by slashes. It always matches the whole name:
 * {@code *} is any run of characters within a segment, {@code **} as a segment of its own is any
 * number of segments (also none). There are no other special characters, and matching takes at most
 * (pattern x name) steps.
 *
 * <pre>
 *   registry.acme.example/pay       that repository
 *   registry.acme.example/pay/*     one level below it
 *   registry.acme.example/**        everything in the registry
 *   refs/tags/v*                    tags that begin with v
 * </pre>
 */
public final class Glob {

  private static final int MAX_LENGTH = 512;

  private final String text;
  private final List<String> segments;

  private Glob(String text, List<String> segments) {
    this.text = text;
    this.segments = segments;
  }

  /**
   * @throws AssayException with {@link Code#BAD_POLICY} if the pattern is empty, too long, or has
   *     {@code **} beside other characters
   */
  public static Glob parse(String text) {
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      throw new AssayException(
          Code.BAD_POLICY, "a pattern has 1 to " + MAX_LENGTH + " characters: " + Text.quote(text));
    }
    List<String> segments = List.of(text.split("/", -1));
    for (String segment : segments) {
      if (segment.contains("**") && !segment.equals("**")) {
        throw new AssayException(
            Code.BAD_POLICY, "** stands between slashes, alone: " + Text.quote(text));
      }
    }
    return new Glob(text, segments);
  }

  public boolean matches(String name) {
    List<String> parts = List.of(name.split("/", -1));
    // reach[j]: the segments so far can match the first j parts.
    boolean[] reach = new boolean[parts.size() + 1];
    reach[0] = true;
    for (String segment : segments) {
      boolean[] next = new boolean[parts.size() + 1];
      if (segment.equals("**")) {
        boolean any = false;
        for (int j = 0; j <= parts.size(); j++) {
          any |= reach[j];
          next[j] = any;
        }
      } else {
        for (int j = 1; j <= parts.size(); j++) {
          next[j] = reach[j - 1] && segmentMatches(segment, parts.get(j - 1));
        }
      }
      reach = next;
    }
    return reach[parts.size()];
  }

  private static boolean segmentMatches(String pattern, String part) {
    List<String> pieces = new ArrayList<>(List.of(pattern.split("\\*", -1)));
    String first = pieces.removeFirst();
    if (pieces.isEmpty()) {
      return pattern.equals(part);
    }
    String last = pieces.removeLast();
    if (part.length() < first.length() + last.length()
        || !part.startsWith(first)
        || !part.endsWith(last)) {
      return false;
    }
    int at = first.length();
    int end = part.length() - last.length();
    for (String piece : pieces) {
      int found = part.indexOf(piece, at);
      if (found < 0 || found + piece.length() > end) {
        return false;
      }
      at = found + piece.length();
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Glob g && g.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
