package dev.assay.trust.tuf;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * OLPC canonical JSON, which TUF signs (specification section 4.2, "Metadata": "canonical JSON"):
 * names in the order of their code points, no white space, integers only, and in strings nothing
 * escaped but the quote and the backslash, control characters not either.
 */
final class CanonicalJson {

  private CanonicalJson() {}

  /**
   * @throws AssayException with {@link Code#BAD_METADATA} for a number that is no integer
   */
  static byte[] encode(Json value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
    write(value, out);
    return out.toByteArray();
  }

  // Depth is bounded by the reader.
  private static void write(Json value, ByteArrayOutputStream out) {
    if (value instanceof Json.Str s) {
      string(s.value(), out);
    } else if (value instanceof Json.Obj o) {
      object(o, out);
    } else if (value instanceof Json.Arr a) {
      out.write('[');
      for (int i = 0; i < a.elements().size(); i++) {
        if (i > 0) {
          out.write(',');
        }
        write(a.elements().get(i), out);
      }
      out.write(']');
    } else if (value instanceof Json.Num n) {
      ascii(integer(n.digits()), out);
    } else if (value instanceof Json.Bool b) {
      ascii(b.value() ? "true" : "false", out);
    } else {
      ascii("null", out);
    }
  }

  private static void object(Json.Obj object, ByteArrayOutputStream out) {
    List<String> names = new ArrayList<>(object.members().keySet());
    names.sort(CanonicalJson::byCodePoints);
    out.write('{');
    boolean first = true;
    for (String name : names) {
      if (!first) {
        out.write(',');
      }
      first = false;
      string(name, out);
      out.write(':');
      write(Objects.requireNonNull(object.members().get(name)), out);
    }
    out.write('}');
  }

  // String.compareTo orders by UTF-16 units, which differs beyond U+FFFF.
  private static int byCodePoints(String a, String b) {
    int i = 0;
    while (i < a.length() && i < b.length()) {
      int x = a.codePointAt(i);
      int y = b.codePointAt(i);
      if (x != y) {
        return Integer.compare(x, y);
      }
      i += Character.charCount(x);
    }
    return Integer.compare(a.length(), b.length());
  }

  private static void string(String text, ByteArrayOutputStream out) {
    out.write('"');
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b == '"' || b == '\\') {
        out.write('\\');
      }
      out.write(b);
    }
    out.write('"');
  }

  private static String integer(String digits) {
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      if (!(c >= '0' && c <= '9' || c == '-' && i == 0)) {
        throw new AssayException(Code.BAD_METADATA, "a number that is no integer: " + digits);
      }
    }
    if (digits.equals("-0")) {
      throw new AssayException(Code.BAD_METADATA, "a number with two spellings: -0");
    }
    return digits;
  }

  private static void ascii(String text, ByteArrayOutputStream out) {
    out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }
}
