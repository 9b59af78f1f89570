package dev.assay.sbom;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A package URL (ECMA-427): {@code pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1}.
 * Construction validates and brings the parts into the form that the type asks for (PyPI names in
 * lower case with dashes, and so on), so that equal packages are equal values.
 *
 * @param type in lower case
 * @param namespace segments joined by slashes, decoded
 * @param version decoded
 * @param qualifiers sorted by key; empty values are dropped
 * @param subpath segments joined by slashes, decoded
 */
public record Purl(
    String type,
    Optional<String> namespace,
    String name,
    Optional<String> version,
    SortedMap<String, String> qualifiers,
    Optional<String> subpath) {

  private static final int MAX_LENGTH = 8_192;
  private static final int MAX_QUALIFIERS = 64;

  /**
   * @throws AssayException with {@link Code#BAD_PURL} if the parts make no package URL
   */
  public Purl {
    type = type.toLowerCase(Locale.ROOT);
    if (!isType(type)) {
      throw bad("not a type: " + Text.quote(type));
    }
    if (name.isEmpty()) {
      throw bad("a name is required");
    }
    namespace = namespace.filter(n -> !n.isEmpty());
    version = version.filter(v -> !v.isEmpty());
    subpath = subpath.filter(s -> !s.isEmpty());
    TreeMap<String, String> sorted = new TreeMap<>();
    qualifiers.forEach((key, value) -> {
      if (!isKey(key)) {
        throw bad("not a qualifier key: " + Text.quote(key));
      }
      if (!value.isEmpty()) {
        sorted.put(key, value);
      }
    });
    qualifiers = Collections.unmodifiableSortedMap(sorted);
    PurlTypes.Parts parts =
        PurlTypes.normalize(type, new PurlTypes.Parts(namespace, name, version), qualifiers);
    namespace = parts.namespace();
    name = parts.name();
    version = parts.version();
  }

  /** A package URL of a type, a namespace (may be empty), a name and a version (may be empty). */
  public static Purl of(String type, String namespace, String name, String version) {
    return new Purl(
        type,
        Optional.of(namespace),
        name,
        Optional.of(version),
        new TreeMap<>(),
        Optional.empty());
  }

  /**
   * Reads a package URL.
   *
   * @throws AssayException with {@link Code#BAD_PURL} if the text is none
   */
  public static Purl parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw bad(text.length() + " characters; at most " + MAX_LENGTH);
    }
    String rest = text;
    Optional<String> subpath = Optional.empty();
    int hash = rest.lastIndexOf('#');
    if (hash >= 0) {
      subpath = Optional.of(segments(rest.substring(hash + 1), true));
      rest = rest.substring(0, hash);
    }
    TreeMap<String, String> qualifiers = new TreeMap<>();
    int question = rest.lastIndexOf('?');
    if (question >= 0) {
      readQualifiers(rest.substring(question + 1), qualifiers);
      rest = rest.substring(0, question);
    }
    if (!rest.regionMatches(true, 0, "pkg:", 0, 4)) {
      throw bad("it does not begin with pkg: " + Text.quote(text));
    }
    rest = strip(rest.substring(4));
    int slash = rest.indexOf('/');
    if (slash < 0) {
      throw bad("a type and a name are required: " + Text.quote(text));
    }
    String type = rest.substring(0, slash);
    rest = rest.substring(slash + 1);
    Optional<String> version = Optional.empty();
    // A version follows the last @ that is not the first character of a segment (npm scopes).
    int at = rest.lastIndexOf('@');
    if (at > 0 && rest.charAt(at - 1) != '/' || at >= 0 && rest.indexOf('/', at) < 0) {
      version = Optional.of(decode(rest.substring(at + 1)));
      rest = rest.substring(0, at);
    }
    int last = PurlTypes.slashInName(type) ? rest.indexOf('/') : rest.lastIndexOf('/');
    String name = decode(rest.substring(last + 1));
    Optional<String> namespace =
        last < 0 ? Optional.empty() : Optional.of(segments(rest.substring(0, last), false));
    return new Purl(type, namespace, name, version, qualifiers, subpath);
  }

  /** As {@link #parse}, empty where it would throw. */
  public static Optional<Purl> tryParse(String text) {
    try {
      return Optional.of(parse(text));
    } catch (AssayException e) {
      return Optional.empty();
    }
  }

  /** The package alone: no version, no qualifiers, no subpath. */
  public Purl withoutVersion() {
    return new Purl(type, namespace, name, Optional.empty(), new TreeMap<>(), Optional.empty());
  }

  /** The package in its version: no qualifiers, no subpath. */
  public Purl withoutQualifiers() {
    return new Purl(type, namespace, name, version, new TreeMap<>(), Optional.empty());
  }

  private static void readQualifiers(String text, Map<String, String> out) {
    for (String pair : text.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      if (equals < 0) {
        throw bad("a qualifier without a value: " + Text.quote(pair));
      }
      String key = pair.substring(0, equals);
      if (!isKey(key)) {
        throw bad("not a qualifier key: " + Text.quote(key));
      }
      if (out.put(key, decode(pair.substring(equals + 1))) != null) {
        throw bad("a qualifier is there twice: " + Text.quote(key));
      }
      if (out.size() > MAX_QUALIFIERS) {
        throw bad("more than " + MAX_QUALIFIERS + " qualifiers");
      }
    }
  }

  private static String segments(String text, boolean subpath) {
    StringBuilder out = new StringBuilder();
    for (String segment : text.split("/", -1)) {
      String decoded = decode(segment);
      if (decoded.isEmpty() || subpath && (decoded.equals(".") || decoded.equals(".."))) {
        continue;
      }
      if (out.length() > 0) {
        out.append('/');
      }
      out.append(decoded);
    }
    return out.toString();
  }

  private static String strip(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && text.charAt(start) == '/') {
      start++;
    }
    while (end > start && text.charAt(end - 1) == '/') {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isType(String type) {
    return type.matches("[a-z][a-z0-9.-]*");
  }

  private static boolean isKey(String key) {
    return key.matches("[a-z][a-z0-9._-]*");
  }

  private static String decode(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    byte[] in = Text.utf8(text);
    byte[] out = new byte[in.length];
    int n = 0;
    for (int i = 0; i < in.length; i++) {
      if (in[i] == '%') {
        int high = i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
        int low = i + 2 < in.length ? Character.digit(in[i + 2], 16) : -1;
        if (high < 0 || low < 0) {
          throw bad("a bad percent escape: " + Text.quote(text));
        }
        out[n++] = (byte) (high << 4 | low);
        i += 2;
      } else {
        out[n++] = in[i];
      }
    }
    try {
      return Text.utf8(java.util.Arrays.copyOf(out, n));
    } catch (AssayException e) {
      throw new AssayException(Code.BAD_PURL, "not a package URL: not UTF-8", e);
    }
  }

  private static String encode(String text, boolean keepSlash) {
    StringBuilder out = new StringBuilder(text.length() + 8);
    for (byte b : Text.utf8(text)) {
      char c = (char) (b & 0xff);
      if (c >= 'a' && c <= 'z'
          || c >= 'A' && c <= 'Z'
          || c >= '0' && c <= '9'
          || c == '.'
          || c == '-'
          || c == '_'
          || c == '~'
          || c == ':'
          || c == '/' && keepSlash) {
        out.append(c);
      } else {
        out.append('%')
            .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
            .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
      }
    }
    return out.toString();
  }

  private static AssayException bad(String what) {
    return new AssayException(Code.BAD_PURL, "not a package URL: " + what);
  }

  /** The canonical form. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder("pkg:").append(type).append('/');
    namespace.ifPresent(n -> out.append(encode(n, true)).append('/'));
    out.append(encode(name, PurlTypes.slashInName(type)));
    version.ifPresent(v -> out.append('@').append(encode(v, false)));
    char separator = '?';
    for (Map.Entry<String, String> q : qualifiers.entrySet()) {
      out.append(separator).append(q.getKey()).append('=').append(encode(q.getValue(), false));
      separator = '&';
    }
    subpath.ifPresent(s -> out.append('#').append(encode(s, true)));
    return out.toString();
  }
}
