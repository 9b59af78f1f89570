package dev.assay.bytes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes {@link Json}: compact, pretty, canonical. */
final class JsonWriter {

  private static final long MAX_EXACT = (1L << 53) - 1;

  private JsonWriter() {}

  static String compact(Json value) {
    StringBuilder out = new StringBuilder();
    write(value, out, false, -1);
    return out.toString();
  }

  static String pretty(Json value) {
    StringBuilder out = new StringBuilder();
    write(value, out, false, 0);
    return out.append('\n').toString();
  }

  static byte[] canonical(Json value) {
    StringBuilder out = new StringBuilder();
    write(value, out, true, -1);
    return Text.utf8(out.toString());
  }

  private static void write(Json value, StringBuilder out, boolean canonical, int indent) {
    // Not a switch over the types: what the compiler makes of one links itself at the first call.
    if (value instanceof Json.Obj o) {
      object(o, out, canonical, indent);
    } else if (value instanceof Json.Arr a) {
      array(a, out, canonical, indent);
    } else if (value instanceof Json.Str s) {
      string(s.value(), out);
    } else if (value instanceof Json.Num n) {
      out.append(canonical ? integer(n.digits()) : n.digits());
    } else if (value instanceof Json.Bool b) {
      out.append(b.value());
    } else {
      out.append("null");
    }
  }

  private static void object(Json.Obj o, StringBuilder out, boolean canonical, int indent) {
    List<Map.Entry<String, Json>> members = new ArrayList<>(o.members().entrySet());
    if (canonical) {
      // String.compareTo orders by UTF-16 code units, as RFC 8785 section 3.2.3 asks.
      members.sort(Map.Entry.comparingByKey());
    }
    out.append('{');
    boolean first = true;
    for (Map.Entry<String, Json> member : members) {
      separate(out, first, deeper(indent));
      first = false;
      string(member.getKey(), out);
      out.append(indent >= 0 ? ": " : ":");
      write(member.getValue(), out, canonical, deeper(indent));
    }
    close(out, first, indent);
    out.append('}');
  }

  private static void array(Json.Arr a, StringBuilder out, boolean canonical, int indent) {
    out.append('[');
    boolean first = true;
    for (Json element : a.elements()) {
      separate(out, first, deeper(indent));
      first = false;
      write(element, out, canonical, deeper(indent));
    }
    close(out, first, indent);
    out.append(']');
  }

  private static int deeper(int indent) {
    return indent < 0 ? indent : indent + 1;
  }

  private static void separate(StringBuilder out, boolean first, int indent) {
    if (!first) {
      out.append(',');
    }
    if (indent >= 0) {
      out.append('\n').append("  ".repeat(indent));
    }
  }

  private static void close(StringBuilder out, boolean empty, int indent) {
    if (indent >= 0 && !empty) {
      out.append('\n').append("  ".repeat(indent));
    }
  }

  private static String integer(String digits) {
    long value;
    try {
      value = Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not an integer: " + digits, e);
    }
    if (value > MAX_EXACT || value < -MAX_EXACT) {
      throw new IllegalArgumentException("beyond 2^53-1: " + digits);
    }
    return Long.toString(value);
  }

  private static void string(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20) {
            out.append("\\u00")
                .append(Character.forDigit(c >> 4, 16))
                .append(Character.forDigit(c & 15, 16));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
