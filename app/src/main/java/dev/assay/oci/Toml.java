package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the part of TOML 1.0 that registries.conf is written in: tables, arrays of tables, strings
 * on one line, whole numbers, booleans, arrays and inline tables. Dates, fractions and strings over
 * several lines are refused, as is a key that is set twice. Gives what JSON would say.
 */
final class Toml {

  private static final int DEPTH = 16;

  private final String text;
  private final String file;
  private int at;
  private int depth;

  private Toml(String text, String file) {
    this.text = text;
    this.file = file;
  }

  /**
   * @param file for messages
   * @throws AssayException with {@link Code#BAD_CONFIG}, with the line
   */
  static Json parse(byte[] bytes, String file) {
    String text;
    try {
      text = Text.utf8(bytes);
    } catch (AssayException e) {
      throw new AssayException(Code.BAD_CONFIG, Text.quote(file) + " is not UTF-8", e);
    }
    return json(new Toml(text, file).document());
  }

  private static Json json(Object value) {
    if (value instanceof Map<?, ?> table) {
      Json.Builder out = Json.object();
      table.forEach((k, v) -> out.put((String) k, json(v)));
      return out.build();
    }
    if (value instanceof List<?> list) {
      return new Json.Arr(list.stream().map(Toml::json).toList());
    }
    return (Json) value;
  }

  private AssayException bad(String what) {
    long line =
        text.substring(0, Math.min(at, text.length())).chars().filter(c -> c == '\n').count();
    return new AssayException(
        Code.BAD_CONFIG, Text.quote(file) + " line " + (line + 1) + ": " + what);
  }

  private Map<String, Object> document() {
    Map<String, Object> root = new LinkedHashMap<>();
    Map<String, Object> current = root;
    for (skip(true); at < text.length(); skip(true)) {
      if (text.charAt(at) == '[') {
        boolean array = text.startsWith("[[", at);
        at += array ? 2 : 1;
        List<String> path = keys();
        expect(array ? "]]" : "]");
        current = table(root, path, array);
      } else {
        set(current);
      }
      endOfLine();
    }
    return root;
  }

  /** White space and comments; also ends of lines. */
  private void skip(boolean lines) {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (c == ' ' || c == '\t' || lines && (c == '\n' || c == '\r')) {
        at++;
      } else {
        return;
      }
    }
  }

  private void endOfLine() {
    skip(false);
    if (at < text.length() && text.charAt(at) == '\r') {
      at++;
    }
    if (at < text.length() && text.charAt(at) != '\n') {
      throw bad("something after the end of a value");
    }
  }

  private void expect(String wanted) {
    skip(false);
    if (!text.startsWith(wanted, at)) {
      throw bad("expected " + wanted);
    }
    at += wanted.length();
  }

  private List<String> keys() {
    List<String> path = new ArrayList<>();
    do {
      if (!path.isEmpty()) {
        at++;
      }
      skip(false);
      path.add(key());
      skip(false);
    } while (at < text.length() && text.charAt(at) == '.');
    if (path.size() > DEPTH) {
      throw bad("nested too deep");
    }
    return path;
  }

  private String key() {
    if (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
      return string();
    }
    int from = at;
    while (at < text.length() && isBare(text.charAt(at))) {
      at++;
    }
    if (from == at) {
      throw bad("expected a key");
    }
    return text.substring(from, at);
  }

  private static boolean isBare(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '_'
        || c == '-';
  }

  @SuppressWarnings("unchecked") // what is put there is what is found there
  private Map<String, Object> table(Map<String, Object> root, List<String> path, boolean array) {
    Map<String, Object> table = root;
    for (int i = 0; i < path.size(); i++) {
      boolean last = i == path.size() - 1;
      Object there = table.get(path.get(i));
      if (last && array) {
        if (there == null) {
          there = new ArrayList<>();
          table.put(path.get(i), there);
        }
        if (!(there instanceof ArrayList<?> list)) {
          throw bad(Text.quote(path.get(i)) + " is set already");
        }
        Map<String, Object> added = new LinkedHashMap<>();
        ((List<Object>) list).add(added);
        return added;
      }
      if (there == null) {
        there = new LinkedHashMap<String, Object>();
        table.put(path.get(i), there);
      } else if (there instanceof ArrayList<?> list && !last) {
        there = list.getLast();
      } else if (last && !array) {
        throw bad("the table " + Text.quote(path.get(i)) + " is there twice");
      }
      if (!(there instanceof LinkedHashMap<?, ?>)) {
        throw bad(Text.quote(path.get(i)) + " is set already");
      }
      table = (Map<String, Object>) there;
    }
    return table;
  }

  private void set(Map<String, Object> table) {
    List<String> path = keys();
    if (path.size() > 1) {
      throw bad("a key with dots is not read");
    }
    expect("=");
    skip(false);
    Object value = value();
    if (table.putIfAbsent(path.getFirst(), value) != null) {
      throw bad(Text.quote(path.getFirst()) + " is set twice");
    }
  }

  private Object value() {
    if (at >= text.length()) {
      throw bad("expected a value");
    }
    char c = text.charAt(at);
    if (c == '"' || c == '\'') {
      return new Json.Str(string());
    }
    if (c == '[' || c == '{') {
      if (++depth > DEPTH) {
        throw bad("nested too deep");
      }
      at++;
      Object value = c == '[' ? array() : inline();
      depth--;
      return value;
    }
    int from = at;
    while (at < text.length() && (isBare(text.charAt(at)) || text.charAt(at) == '+')) {
      at++;
    }
    String word = text.substring(from, at);
    if (word.equals("true") || word.equals("false")) {
      return new Json.Bool(word.equals("true"));
    }
    if (word.matches("-?(0|[1-9][0-9]{0,17})")) {
      return Json.Num.of(Long.parseLong(word));
    }
    throw bad("a value that is not read here");
  }

  private List<Object> array() {
    List<Object> values = new ArrayList<>();
    for (skip(true); ; skip(true)) {
      if (text.startsWith("]", at)) {
        at++;
        // Not one that [[...]] may add to.
        return List.copyOf(values);
      }
      values.add(value());
      skip(true);
      if (text.startsWith(",", at)) {
        at++;
      } else if (!text.startsWith("]", at)) {
        throw bad("expected , or ]");
      }
    }
  }

  private Map<String, Object> inline() {
    Map<String, Object> table = new LinkedHashMap<>();
    skip(false);
    if (text.startsWith("}", at)) {
      at++;
      return java.util.Collections.unmodifiableMap(table);
    }
    while (true) {
      set(table);
      skip(false);
      if (text.startsWith("}", at)) {
        at++;
        return java.util.Collections.unmodifiableMap(table);
      }
      expect(",");
    }
  }

  private String string() {
    char quote = text.charAt(at);
    if (text.startsWith(String.valueOf(quote).repeat(3), at)) {
      throw bad("a string over several lines is not read");
    }
    StringBuilder out = new StringBuilder();
    for (at++; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == quote) {
        at++;
        return out.toString();
      }
      if (c < ' ' && c != '\t' || c == 0x7f) {
        break;
      }
      if (c == '\\' && quote == '"') {
        at++;
        out.append(escape());
      } else {
        out.append(c);
      }
    }
    throw bad("a string that does not end");
  }

  private char escape() {
    return switch (at < text.length() ? text.charAt(at) : ' ') {
      case '"' -> '"';
      case '\\' -> '\\';
      case 't' -> '\t';
      case 'n' -> '\n';
      case 'r' -> '\r';
      default -> throw bad("an escape that is not read here");
    };
  }
}
