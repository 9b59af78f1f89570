package dev.assay.sbom;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Semantic Versioning 2.0.0, section 11. Build metadata does not count. */
final class SemverOrder implements VersionOrder {

  private static final Pattern FORM =
      Pattern.compile(
          "v?(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)"
              + "(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?"
              + "(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?");

  @Override
  public String name() {
    return "semver";
  }

  @Override
  public OptionalInt compare(String a, String b) {
    if (a.length() > Versions.MAX_LENGTH || b.length() > Versions.MAX_LENGTH) {
      return OptionalInt.empty();
    }
    Matcher x = FORM.matcher(a);
    Matcher y = FORM.matcher(b);
    if (!x.matches() || !y.matches()) {
      return OptionalInt.empty();
    }
    for (int i = 1; i <= 3; i++) {
      int order = number(x.group(i), y.group(i));
      if (order != 0) {
        return OptionalInt.of(order);
      }
    }
    String p = x.group(4);
    String q = y.group(4);
    if (p == null || q == null) {
      // A pre-release comes before its release.
      return OptionalInt.of(p == null ? (q == null ? 0 : 1) : -1);
    }
    return OptionalInt.of(prerelease(p.split("\\.", -1), q.split("\\.", -1)));
  }

  private static int prerelease(String[] p, String[] q) {
    for (int i = 0; i < Math.min(p.length, q.length); i++) {
      boolean digits = isNumber(p[i]);
      boolean others = isNumber(q[i]);
      int order;
      if (digits && others) {
        order = number(p[i], q[i]);
      } else if (digits != others) {
        order = digits ? -1 : 1;
      } else {
        order = Integer.signum(p[i].compareTo(q[i]));
      }
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(p.length, q.length);
  }

  private static boolean isNumber(String text) {
    return text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** Compares numbers of any size by their digits. */
  static int number(String a, String b) {
    String x = stripZeros(a);
    String y = stripZeros(b);
    return x.length() != y.length()
        ? Integer.compare(x.length(), y.length())
        : Integer.signum(x.compareTo(y));
  }

  private static String stripZeros(String digits) {
    int i = 0;
    while (i < digits.length() - 1 && digits.charAt(i) == '0') {
      i++;
    }
    return digits.substring(i);
  }
}
