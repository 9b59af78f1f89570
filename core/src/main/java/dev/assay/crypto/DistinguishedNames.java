package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Text;
import java.util.ArrayDeque;
import java.util.Deque;

/** X.500 names as text, most specific part first (RFC 4514). */
final class DistinguishedNames {

  private DistinguishedNames() {}

  /** {@code CN=sigstore-intermediate,O=sigstore.dev}; what is not text stays hexadecimal. */
  static String text(byte[] name) {
    Deque<String> parts = new ArrayDeque<>();
    DerReader outer = new DerReader(name);
    DerReader sequence = outer.enter(DerReader.SEQUENCE);
    outer.done();
    while (sequence.hasMore()) {
      DerReader set = sequence.enter(DerReader.SET);
      StringBuilder part = new StringBuilder();
      do {
        DerReader pair = set.enter(DerReader.SEQUENCE);
        String type = type(Oids.dotted(pair.content(DerReader.OID)));
        if (part.length() > 0) {
          part.append('+');
        }
        part.append(type).append('=').append(value(pair));
        pair.done();
      } while (set.hasMore());
      parts.addFirst(part.toString());
    }
    return String.join(",", parts);
  }

  private static String type(String oid) {
    return switch (oid) {
      case "2.5.4.3" -> "CN";
      case "2.5.4.5" -> "SERIALNUMBER";
      case "2.5.4.6" -> "C";
      case "2.5.4.7" -> "L";
      case "2.5.4.8" -> "ST";
      case "2.5.4.9" -> "STREET";
      case "2.5.4.10" -> "O";
      case "2.5.4.11" -> "OU";
      case "0.9.2342.19200300.100.1.25" -> "DC";
      case "0.9.2342.19200300.100.1.1" -> "UID";
      default -> oid;
    };
  }

  private static String value(DerReader pair) {
    int tag = pair.peek();
    // UTF8String, PrintableString, IA5String.
    if (tag == 0x0c || tag == 0x13 || tag == 0x16) {
      byte[] content = pair.content(tag);
      try {
        return escape(Text.utf8(content));
      } catch (AssayException e) {
        return "#" + Hex.encode(DerWriter.element(tag, content));
      }
    }
    return "#" + Hex.encode(pair.element());
  }

  private static String escape(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean edge = i == 0 && (c == ' ' || c == '#') || i == text.length() - 1 && c == ' ';
      if (edge || "\"+,;<>\\".indexOf(c) >= 0) {
        out.append('\\');
      }
      if (invisible(c)) {
        for (byte b : Text.utf8(String.valueOf(c))) {
          out.append('\\').append(Hex.encode(new byte[] {b}));
        }
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  // Also what would rewrite a terminal or read differently from what it is.
  private static boolean invisible(char c) {
    return c < 0x20 || c >= 0x7f && Text.printable(String.valueOf(c)).length() != 1;
  }
}
