package dev.assay.trust.tuf;

import dev.assay.bytes.Fields;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A delegated role (specification section 4.5): who may speak for some targets.
 *
 * @param terminating whether the search ends here, found or not, for the targets it is about
 */
record Delegation(
    String name, Signers signers, List<String> paths, List<String> prefixes, boolean terminating) {

  private static final int MAX_PATTERN = 512;

  static Delegation read(Fields f, Map<String, TufKey> keys) {
    String name = f.string("name");
    if (!Names.isRole(name) || RootRole.NAMES.contains(name)) {
      throw f.bad("name", "not the name of a delegated role: " + Text.quote(name));
    }
    List<String> paths = f.strings("paths", Limits.TUF_FILES);
    List<String> prefixes = f.strings("path_hash_prefixes", Limits.TUF_FILES);
    if (f.has("paths") == f.has("path_hash_prefixes")) {
      throw f.bad("paths", "either paths or path_hash_prefixes");
    }
    return new Delegation(
        name, Signers.read(f, keys), paths, prefixes, f.bool("terminating", false));
  }

  /** Whether it may speak for this target. */
  boolean covers(String target) {
    for (String pattern : paths) {
      if (matches(pattern, target)) {
        return true;
      }
    }
    if (!prefixes.isEmpty()) {
      String hash = Hex.encode(Hashes.sha256(Text.utf8(target)));
      for (String prefix : prefixes) {
        if (!prefix.isEmpty() && hash.startsWith(prefix)) {
          return true;
        }
      }
    }
    return false;
  }

  // A star and a question mark do not match a slash.
  static boolean matches(String pattern, String target) {
    if (pattern.length() > MAX_PATTERN) {
      return false;
    }
    List<String> a = segments(pattern);
    List<String> b = segments(target);
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!segment(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static List<String> segments(String path) {
    List<String> out = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= path.length(); i++) {
      if (i == path.length() || path.charAt(i) == '/') {
        out.add(path.substring(start, i));
        start = i + 1;
      }
    }
    return out;
  }

  // Goes back to the last star only, so the time is at most the product of the lengths.
  private static boolean segment(String pattern, String text) {
    int p = 0;
    int t = 0;
    int star = -1;
    int mark = 0;
    while (t < text.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        mark = t;
      } else if (p < pattern.length()
          && (pattern.charAt(p) == '?' || pattern.charAt(p) == text.charAt(t))) {
        p++;
        t++;
      } else if (star >= 0) {
        p = star + 1;
        t = ++mark;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
