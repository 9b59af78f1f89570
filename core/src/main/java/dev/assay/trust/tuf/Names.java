package dev.assay.trust.tuf;

/**
 * Names from metadata that become parts of addresses and of files. TUF allows more; what this
 * allows cannot lead out of a folder, hide in one, or mean something to a file system or a URL.
 */
final class Names {

  private static final int MAX_SEGMENT = 128;
  private static final int MAX_TARGET = 512;

  private Names() {}

  /** One segment. */
  static boolean isRole(String name) {
    return isSegment(name);
  }

  /** Segments with slashes between them. */
  static boolean isTarget(String path) {
    if (path.length() > MAX_TARGET) {
      return false;
    }
    int start = 0;
    for (int i = 0; i <= path.length(); i++) {
      if (i == path.length() || path.charAt(i) == '/') {
        if (!isSegment(path.substring(start, i))) {
          return false;
        }
        start = i + 1;
      }
    }
    return true;
  }

  private static boolean isSegment(String text) {
    if (text.isEmpty() || text.length() > MAX_SEGMENT || text.charAt(0) == '.') {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean good =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || c == '.'
              || c == '_'
              || c == '-';
      if (!good) {
        return false;
      }
    }
    return true;
  }
}
