package dev.assay.oci;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How a registry wants to be asked (RFC 9110 section 11.6.1): {@code Bearer
 * realm="https://auth.example/token",service="registry.example",scope="repository:app:pull"}.
 *
 * @param scheme in lower case: {@code bearer}, {@code basic}
 * @param parameters names in lower case
 */
record Challenge(String scheme, Map<String, String> parameters) {

  private static final int LONGEST = 8192;

  /** The first challenge of a scheme that is understood; Bearer before Basic. */
  static Optional<Challenge> of(List<String> headers) {
    Optional<Challenge> basic = Optional.empty();
    for (String header : headers) {
      Optional<Challenge> c = parse(header);
      if (c.isPresent() && c.get().scheme().equals("bearer")) {
        return c;
      }
      if (c.isPresent() && c.get().scheme().equals("basic")) {
        basic = c;
      }
    }
    return basic;
  }

  static Optional<Challenge> parse(String header) {
    if (header.length() > LONGEST) {
      return Optional.empty();
    }
    String text = header.strip();
    int space = text.indexOf(' ');
    String scheme = (space < 0 ? text : text.substring(0, space)).toLowerCase(Locale.ROOT);
    Map<String, String> parameters = new HashMap<>();
    int i = space < 0 ? text.length() : space + 1;
    while (i < text.length()) {
      int equals = text.indexOf('=', i);
      if (equals < 0) {
        break;
      }
      String name = text.substring(i, equals).replace(",", "").strip().toLowerCase(Locale.ROOT);
      i = equals + 1;
      StringBuilder value = new StringBuilder();
      if (i < text.length() && text.charAt(i) == '"') {
        for (i++; i < text.length() && text.charAt(i) != '"'; i++) {
          if (text.charAt(i) == '\\' && i + 1 < text.length()) {
            i++;
          }
          value.append(text.charAt(i));
        }
        i++;
      } else {
        for (; i < text.length() && text.charAt(i) != ','; i++) {
          value.append(text.charAt(i));
        }
      }
      parameters.putIfAbsent(name, value.toString().strip());
    }
    return Optional.of(new Challenge(scheme, Map.copyOf(parameters)));
  }

  Optional<String> get(String name) {
    return Optional.ofNullable(parameters.get(name)).filter(v -> !v.isEmpty());
  }
}
