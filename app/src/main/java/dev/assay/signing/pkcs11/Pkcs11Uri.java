package dev.assay.signing.pkcs11;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Text;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A PKCS#11 URI (RFC 7512), strictly: an attribute that is not known here, or is there twice, is
 * refused, since leaving it out would name more keys than were meant. No message and no {@link
 * #toString} holds a PIN.
 */
final class Pkcs11Uri {

  static final String SCHEME = "pkcs11:";

  private static final int MAX_LENGTH = 4_096;
  private static final List<String> PATH =
      List.of("token", "manufacturer", "serial", "model", "object", "id", "type", "slot-id");
  private static final List<String> QUERY =
      List.of("module-path", "module-name", "pin-value", "pin-source");
  private static final String UNRESERVED = "-._~";
  private static final String BOTH = ":[]@!$'()*+,=";
  private static final String PATH_ONLY = "&";
  private static final String QUERY_ONLY = "/?|";

  private final Map<String, byte[]> attributes;

  private Pkcs11Uri(Map<String, byte[]> attributes) {
    this.attributes = attributes;
  }

  /**
   * @throws AssayException with {@link Code#KEY_UNREADABLE}; the message names attributes, never
   *     their values
   */
  static Pkcs11Uri parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw bad("longer than " + MAX_LENGTH + " characters");
    }
    if (!text.startsWith(SCHEME)) {
      throw bad("it does not begin with " + SCHEME);
    }
    String rest = text.substring(SCHEME.length());
    int question = rest.indexOf('?');
    String path = question < 0 ? rest : rest.substring(0, question);
    Map<String, byte[]> attributes = new HashMap<>();
    read(path, ";", PATH, BOTH + PATH_ONLY, attributes);
    if (question >= 0) {
      read(rest.substring(question + 1), "&", QUERY, BOTH + QUERY_ONLY, attributes);
    }
    Pkcs11Uri uri = new Pkcs11Uri(attributes);
    uri.check();
    return uri;
  }

  private static void read(
      String part, String separator, List<String> known, String allowed, Map<String, byte[]> out) {
    if (part.isEmpty()) {
      return;
    }
    for (String pair : part.split(separator, -1)) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw bad("not NAME=VALUE between two \"" + separator + "\"");
      }
      String name = pair.substring(0, equals);
      if (!known.contains(name)) {
        String where = PATH.contains(name) ? "before the \"?\"" : "after the \"?\"";
        throw bad(
            PATH.contains(name) || QUERY.contains(name)
                ? "the attribute " + name + " stands " + where
                : "the attribute "
                    + Text.quote(name)
                    + " is not known here; known: "
                    + String.join(", ", known));
      }
      if (out.put(name, decode(name, pair.substring(equals + 1), allowed)) != null) {
        throw bad("the attribute " + name + " is there twice");
      }
    }
  }

  private static byte[] decode(String name, String value, String allowed) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '%') {
        int high = i + 2 < value.length() ? Character.digit(value.charAt(i + 1), 16) : -1;
        int low = i + 2 < value.length() ? Character.digit(value.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0 || value.charAt(i + 1) > 'f' || value.charAt(i + 2) > 'f') {
          throw bad("in " + name + ": a \"%\" without two hexadecimal digits");
        }
        out.write(high << 4 | low);
        i += 2;
      } else if (c >= 'a' && c <= 'z'
          || c >= 'A' && c <= 'Z'
          || c >= '0' && c <= '9'
          || UNRESERVED.indexOf(c) >= 0
          || allowed.indexOf(c) >= 0) {
        out.write(c);
      } else {
        throw bad("in " + name + ": a character that must be written as %XX");
      }
    }
    return out.toByteArray();
  }

  private void check() {
    for (Map.Entry<String, byte[]> attribute : attributes.entrySet()) {
      if (!attribute.getKey().equals("id") && !attribute.getKey().equals("pin-value")) {
        try {
          Text.utf8(attribute.getValue());
        } catch (AssayException e) {
          throw bad("in " + attribute.getKey() + ": not UTF-8");
        }
      }
      if (attribute.getValue().length == 0 && !attribute.getKey().equals("pin-value")) {
        throw bad("the attribute " + attribute.getKey() + " is empty");
      }
    }
    text("slot-id")
        .filter(s -> !s.matches("[0-9]{1,18}"))
        .ifPresent(s -> {
          throw bad("slot-id is a decimal number");
        });
    text("type")
        .filter(t -> !t.equals("private"))
        .ifPresent(t -> {
          throw bad("type is private where a key to sign with is named");
        });
    if (attributes.containsKey("module-path") && attributes.containsKey("module-name")) {
      throw bad("module-path and module-name exclude each other");
    }
    if (attributes.containsKey("pin-value") && attributes.containsKey("pin-source")) {
      throw bad("pin-value and pin-source exclude each other");
    }
    text("pin-source")
        .filter(s -> !s.startsWith("file:") && !s.startsWith("/"))
        .ifPresent(s -> {
          throw bad("pin-source is file:/PATH; nothing is run for a PIN");
        });
    text("module-path")
        .filter(s -> !s.startsWith("/"))
        .ifPresent(s -> {
          throw bad("module-path is an absolute path");
        });
    text("module-name")
        .filter(s -> !s.matches("[A-Za-z0-9_.+-]+"))
        .ifPresent(s -> {
          throw bad("module-name is a name without a folder");
        });
  }

  /** An attribute other than id and pin-value. */
  Optional<String> text(String name) {
    return Optional.ofNullable(attributes.get(name))
        .map(v -> new String(v, StandardCharsets.UTF_8));
  }

  Optional<byte[]> id() {
    return Optional.ofNullable(attributes.get("id")).map(byte[]::clone);
  }

  /** The caller wipes it. */
  Optional<byte[]> pin() {
    return Optional.ofNullable(attributes.get("pin-value")).map(byte[]::clone);
  }

  Optional<String> pinFile() {
    return text("pin-source")
        .map(s -> s.startsWith("file://") ? s.substring(7) : s)
        .map(s -> s.startsWith("file:") ? s.substring(5) : s);
  }

  boolean matchesToken(Cryptoki.TokenInfo token) {
    return matches("token", token.label())
        && matches("manufacturer", token.manufacturer())
        && matches("serial", token.serial())
        && matches("model", token.model())
        && matches("slot-id", Long.toString(token.slot()));
  }

  boolean matchesObject(String label, byte[] id) {
    return matches("object", label)
        && (!attributes.containsKey("id") || Arrays.equals(attributes.get("id"), id));
  }

  private boolean matches(String name, String value) {
    return text(name).map(value::equals).orElse(true);
  }

  /** The URI of an object: what tells it from others, and where its module is. */
  static String of(Cryptoki.TokenInfo token, String label, byte[] id, Optional<String> module) {
    StringBuilder out = new StringBuilder(SCHEME);
    out.append("token=").append(encode(token.label()));
    if (!token.serial().isEmpty()) {
      out.append(";serial=").append(encode(token.serial()));
    }
    if (!label.isEmpty()) {
      out.append(";object=").append(encode(label));
    }
    if (id.length > 0) {
      out.append(";id=");
      String hex = Hex.encode(id);
      for (int i = 0; i < hex.length(); i += 2) {
        out.append('%').append(hex, i, i + 2);
      }
    }
    module.ifPresent(m -> out.append("?module-path=").append(encode(m).replace("%2f", "/")));
    return out.toString();
  }

  private static String encode(String text) {
    StringBuilder out = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (c >= 'a' && c <= 'z'
          || c >= 'A' && c <= 'Z'
          || c >= '0' && c <= '9'
          || UNRESERVED.indexOf(c) >= 0) {
        out.append(c);
      } else {
        out.append('%').append(Hex.encode(new byte[] {b}));
      }
    }
    return out.toString();
  }

  /** What it names, without the PIN. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder(SCHEME);
    String separator = "";
    for (String name : PATH) {
      if (name.equals("id") && attributes.containsKey(name)) {
        out.append(separator).append("id=0x").append(Hex.encode(attributes.get(name)));
        separator = ";";
      } else if (attributes.containsKey(name)) {
        out.append(separator).append(name).append('=').append(encode(text(name).orElse("")));
        separator = ";";
      }
    }
    return out.toString();
  }

  private static AssayException bad(String what) {
    return new AssayException(
        Code.KEY_UNREADABLE,
        "not a PKCS#11 URI that is read here: " + what,
        "pkcs11:token=TOKEN;object=KEY?module-path=/PATH/TO/MODULE.so"
            + " (assay key list --module FILE prints them)");
  }
}
