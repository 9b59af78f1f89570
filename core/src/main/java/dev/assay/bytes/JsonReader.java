package dev.assay.bytes;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A strict pull reader of JSON (RFC 8259) over bytes in memory. It refuses duplicate names, a byte
 * order mark, malformed UTF-8, lone surrogates, and anything after the value; it never recurses, so
 * depth is bounded by {@link Limits#JSON_DEPTH} and not by the stack.
 *
 * <p>Use {@link Json#parse} for small documents; use this for large ones:
 *
 * <pre>{@code
 * JsonReader in = new JsonReader(bytes, Limits.SBOM_BYTES);
 * in.beginObject();
 * while (in.hasNext()) {
 *   switch (in.name()) {
 *     case "components" -> readComponents(in);
 *     default -> in.skip();
 *   }
 * }
 * in.end();
 * in.finish();
 * }</pre>
 */
public final class JsonReader {

  private final byte[] in;
  private int at;

  // One frame for each open object or array: names seen (null in an array) and the count of
  // members.
  private final Deque<Frame> open = new ArrayDeque<>();

  private static final class Frame {
    final @org.jspecify.annotations.Nullable Set<String> names;
    int count;

    Frame(boolean object) {
      this.names = object ? new HashSet<>() : null;
    }
  }

  /**
   * @throws AssayException with {@link Code#TOO_LARGE} if there are more than {@code limit} bytes
   */
  public JsonReader(byte[] document, int limit) {
    if (document.length > limit) {
      throw new AssayException(
          Code.TOO_LARGE,
          "a JSON document of " + document.length + " bytes; at most " + limit + " are read");
    }
    this.in = document;
    skipSpace();
  }

  static Json readDocument(byte[] document, int limit) {
    JsonReader reader = new JsonReader(document, limit);
    Json value = reader.value();
    reader.finish();
    return value;
  }

  /** Checks that nothing but white space follows. */
  public void finish() {
    skipSpace();
    if (at != in.length) {
      throw bad("something follows the value");
    }
  }

  /**
   * What comes next, without consuming it: an opening bracket, a quote, the first letter of a word,
   * {@code 0} for any number, or NUL at the end.
   */
  public char peek() {
    if (at >= in.length) {
      return 0;
    }
    char c = (char) in[at];
    return c == '-' || c >= '0' && c <= '9' ? '0' : c;
  }

  public void beginObject() {
    begin('{', true);
  }

  public void beginArray() {
    begin('[', false);
  }

  private void begin(char bracket, boolean object) {
    if (peek() != bracket) {
      throw bad(object ? "expected an object" : "expected an array");
    }
    if (open.size() >= Limits.JSON_DEPTH) {
      throw new AssayException(
          Code.TOO_DEEP, "JSON nested deeper than " + Limits.JSON_DEPTH + " at byte " + at);
    }
    at++;
    open.push(new Frame(object));
    skipSpace();
  }

  /** Whether the open object or array has another member; also consumes the comma before it. */
  public boolean hasNext() {
    Frame frame = open.element();
    char close = frame.names != null ? '}' : ']';
    if (at >= in.length) {
      throw bad("the document ends too early");
    }
    if (in[at] == close) {
      return false;
    }
    if (frame.count > 0) {
      if (in[at] != ',') {
        throw bad("expected a comma or " + close);
      }
      at++;
      skipSpace();
      if (at < in.length && in[at] == close) {
        throw bad("a comma before " + close);
      }
    }
    if (++frame.count > Limits.JSON_MEMBERS) {
      throw new AssayException(
          Code.TOO_MANY, "more than " + Limits.JSON_MEMBERS + " members at byte " + at);
    }
    return true;
  }

  /** The name of the next member of an object. */
  public String name() {
    Set<String> names = open.element().names;
    if (names == null) {
      throw new IllegalStateException("name() in an array");
    }
    String name = string();
    if (!names.add(name)) {
      throw new AssayException(
          Code.DUPLICATE_MEMBER,
          "the member " + Text.quote(name) + " is there twice (byte " + at + ")");
    }
    if (at >= in.length || in[at] != ':') {
      throw bad("expected a colon");
    }
    at++;
    skipSpace();
    return name;
  }

  /** Closes the open object or array. */
  public void end() {
    Frame frame = open.element();
    char close = frame.names != null ? '}' : ']';
    if (at >= in.length || in[at] != close) {
      throw bad("expected " + close);
    }
    at++;
    open.pop();
    skipSpace();
  }

  /** The next value, whole. Iterative in structure; recursion is bounded by the depth limit. */
  public Json value() {
    switch (peek()) {
      case '{' -> {
        beginObject();
        Map<String, Json> members = new LinkedHashMap<>();
        while (hasNext()) {
          String name = name();
          members.put(name, value());
        }
        end();
        return new Json.Obj(members);
      }
      case '[' -> {
        beginArray();
        List<Json> elements = new ArrayList<>();
        while (hasNext()) {
          elements.add(value());
        }
        end();
        return new Json.Arr(elements);
      }
      case '"' -> {
        return new Json.Str(string());
      }
      case '0' -> {
        return new Json.Num(number());
      }
      case 't' -> {
        word("true");
        return new Json.Bool(true);
      }
      case 'f' -> {
        word("false");
        return new Json.Bool(false);
      }
      case 'n' -> {
        word("null");
        return new Json.Null();
      }
      default -> throw bad("expected a value");
    }
  }

  /** Reads the next value, checks it and forgets it. */
  public void skip() {
    switch (peek()) {
      case '{' -> {
        beginObject();
        while (hasNext()) {
          name();
          skip();
        }
        end();
      }
      case '[' -> {
        beginArray();
        while (hasNext()) {
          skip();
        }
        end();
      }
      case '"' -> string();
      default -> value();
    }
  }

  /**
   * Goes past the next value without looking into it, in no memory: brackets and quotes are told
   * apart and nothing else. Only for bytes that are read as a whole before anything in them counts.
   */
  public void pass() {
    if (peek() != '{' && peek() != '[') {
      skip();
      return;
    }
    int depth = 0;
    do {
      if (at >= in.length) {
        throw bad("the document ends too early");
      }
      byte c = in[at++];
      if (c == '"') {
        passString();
      } else if (c == '{' || c == '[') {
        depth++;
      } else if (c == '}' || c == ']') {
        depth--;
      }
    } while (depth > 0);
    skipSpace();
  }

  private void passString() {
    while (at < in.length && in[at] != '"') {
      at += in[at] == '\\' ? 2 : 1;
    }
    at++;
  }

  /** The offset of the next byte, to cut the raw bytes of a value out of the document. */
  public int offset() {
    return at;
  }

  /** The next value, which must be a string. */
  public String string() {
    if (peek() != '"') {
      throw bad("expected a string");
    }
    int start = at + 1;
    int end = start;
    while (end < in.length) {
      byte b = in[end];
      if (b == '"') {
        at = end + 1;
        skipSpace();
        return new String(in, start, end - start, StandardCharsets.US_ASCII);
      }
      if (b == '\\' || b < 0x20) { // negative: not ASCII
        at = end;
        return slowString(start);
      }
      end++;
    }
    at = end;
    throw bad("a string does not end");
  }

  private String slowString(int start) {
    StringBuilder out = new StringBuilder(64);
    out.append(new String(in, start, at - start, StandardCharsets.US_ASCII));
    while (at < in.length) {
      int b = in[at] & 0xff;
      if (b == '"') {
        at++;
        skipSpace();
        return checkSurrogates(out);
      } else if (b == '\\') {
        at++;
        escape(out);
      } else if (b < 0x20) {
        throw bad("a control character in a string");
      } else if (b < 0x80) {
        out.append((char) b);
        at++;
      } else {
        int run = at;
        while (at < in.length && in[at] < 0) {
          at++;
        }
        byte[] piece = new byte[at - run];
        System.arraycopy(in, run, piece, 0, piece.length);
        try {
          out.append(Text.utf8(piece));
        } catch (AssayException e) {
          throw new AssayException(Code.BAD_JSON, "not UTF-8 at byte " + run, e);
        }
      }
    }
    throw bad("a string does not end");
  }

  private void escape(StringBuilder out) {
    if (at >= in.length) {
      throw bad("a string does not end");
    }
    char c = (char) in[at++];
    switch (c) {
      case '"', '\\', '/' -> out.append(c);
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'n' -> out.append('\n');
      case 'r' -> out.append('\r');
      case 't' -> out.append('\t');
      case 'u' -> {
        if (at + 4 > in.length) {
          throw bad("a string does not end");
        }
        int unit = 0;
        for (int i = 0; i < 4; i++) {
          int digit = Character.digit(in[at++], 16);
          if (digit < 0) {
            throw bad("not a \\u escape");
          }
          unit = unit << 4 | digit;
        }
        out.append((char) unit);
      }
      default -> throw bad("not an escape");
    }
  }

  private String checkSurrogates(StringBuilder out) {
    for (int i = 0; i < out.length(); i++) {
      char c = out.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < out.length()
          && Character.isLowSurrogate(out.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw bad("a lone surrogate in a string");
      }
    }
    return out.toString();
  }

  private String number() {
    int start = at;
    if (at < in.length && in[at] == '-') {
      at++;
    }
    int first = at;
    digits();
    if (in[first] == '0' && at - first > 1) {
      throw bad("a number with a leading zero");
    }
    if (at < in.length && in[at] == '.') {
      at++;
      digits();
    }
    if (at < in.length && (in[at] == 'e' || in[at] == 'E')) {
      at++;
      if (at < in.length && (in[at] == '+' || in[at] == '-')) {
        at++;
      }
      digits();
    }
    String text = new String(in, start, at - start, StandardCharsets.US_ASCII);
    skipSpace();
    return text;
  }

  private void digits() {
    int start = at;
    while (at < in.length && in[at] >= '0' && in[at] <= '9') {
      at++;
    }
    if (at == start) {
      throw bad("not a number");
    }
  }

  private void word(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (at >= in.length || in[at] != word.charAt(i)) {
        throw bad("expected a value");
      }
      at++;
    }
    skipSpace();
  }

  private void skipSpace() {
    while (at < in.length
        && (in[at] == ' ' || in[at] == '\n' || in[at] == '\r' || in[at] == '\t')) {
      at++;
    }
  }

  private AssayException bad(String what) {
    return new AssayException(Code.BAD_JSON, what + " (byte " + at + " of " + in.length + ")");
  }
}
