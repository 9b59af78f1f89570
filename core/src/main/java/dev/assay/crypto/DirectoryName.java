package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Text;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * X.500 names compared without regard to case, to runs of spaces and to the kind of string they are
 * written in (RFC 5280 section 7.1), as only name constraints need it.
 */
final class DirectoryName {

  private static final String EMAIL_ADDRESS = "1.2.840.113549.1.9.1";

  /**
   * One relative distinguished name.
   *
   * @param pairs {@code OID=value}, sorted
   * @param addresses the values of emailAddress, as they are
   */
  record Part(List<String> pairs, List<String> addresses) {}

  private DirectoryName() {}

  /** Reads a name, the most general part first. */
  static List<Part> parts(byte[] name) {
    List<Part> out = new ArrayList<>();
    DerReader outer = new DerReader(name);
    DerReader sequence = outer.enter(DerReader.SEQUENCE);
    outer.done();
    while (sequence.hasMore()) {
      DerReader set = sequence.enter(DerReader.SET);
      List<String> pairs = new ArrayList<>();
      List<String> addresses = new ArrayList<>();
      do {
        DerReader pair = set.enter(DerReader.SEQUENCE);
        String type = Oids.dotted(pair.content(DerReader.OID));
        int tag = pair.peek();
        byte[] element = pair.element();
        pair.done();
        String value = value(tag, element);
        pairs.add(type + "=" + value);
        if (type.equals(EMAIL_ADDRESS)) {
          addresses.add(text(tag, element));
        }
      } while (set.hasMore());
      pairs.sort(null);
      out.add(new Part(pairs, addresses));
    }
    return out;
  }

  static boolean startsWith(List<Part> name, List<Part> start) {
    if (name.size() < start.size()) {
      return false;
    }
    for (int i = 0; i < start.size(); i++) {
      if (!name.get(i).pairs().equals(start.get(i).pairs())) {
        return false;
      }
    }
    return true;
  }

  private static String value(int tag, byte[] element) {
    String text = isText(tag) ? text(tag, element) : "";
    if (text.isEmpty()) {
      return "#" + Hex.encode(element);
    }
    String folded =
        Normalizer.normalize(text, Normalizer.Form.NFKC)
            .toUpperCase(Locale.ROOT)
            .toLowerCase(Locale.ROOT);
    StringBuilder out = new StringBuilder("'");
    for (String word : folded.strip().split(" +")) {
      out.append(word).append(' ');
    }
    return out.toString();
  }

  // UTF8String, PrintableString, TeletexString, IA5String, UniversalString, BMPString.
  private static boolean isText(int tag) {
    return tag == 0x0c || tag == 0x13 || tag == 0x14 || tag == 0x16 || tag == 0x1c || tag == 0x1e;
  }

  private static String text(int tag, byte[] element) {
    byte[] content = new DerReader(element).content(tag);
    return switch (tag) {
      case 0x0c, 0x13, 0x16 -> Text.utf8(content);
      case 0x14 -> new String(content, StandardCharsets.ISO_8859_1);
      case 0x1e -> wide(content, 2);
      case 0x1c -> wide(content, 4);
      default -> throw bad();
    };
  }

  private static String wide(byte[] content, int width) {
    if (content.length % width != 0) {
      throw bad();
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < content.length; i += width) {
      int c = 0;
      for (int j = 0; j < width; j++) {
        c = c << 8 | content[i + j] & 0xff;
      }
      if (c < 0 || c > Character.MAX_CODE_POINT || c >= 0xd800 && c < 0xe000) {
        throw bad();
      }
      out.appendCodePoint(c);
    }
    return out.toString();
  }

  private static AssayException bad() {
    return new AssayException(Code.BAD_CERTIFICATE, "a directory name that cannot be read");
  }
}
