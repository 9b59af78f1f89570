package dev.assay.bytes;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the members of one JSON object by name, strictly: a wrong kind is an error that names the
 * path, and {@link #done} refuses what nobody asked for.
 *
 * <pre>{@code
 * Fields f = Fields.of(json, "bundle");
 * String mediaType = f.string("mediaType");
 * Fields material = f.object("verificationMaterial");
 * f.done();
 * }</pre>
 */
public final class Fields {

  private final Map<String, Json> members;
  private final String path;
  private final Code code;
  private final Set<String> asked = new LinkedHashSet<>();

  private Fields(Map<String, Json> members, String path, Code code) {
    this.members = members;
    this.path = path;
    this.code = code;
  }

  /**
   * @param path what the object is called in error messages
   * @throws AssayException with {@link Code#BAD_FIELD} if the value is no object
   */
  public static Fields of(Json value, String path) {
    return of(value, path, Code.BAD_FIELD);
  }

  /** As {@link #of(Json, String)}, with errors carrying a code of the caller's format. */
  public static Fields of(Json value, String path, Code code) {
    if (value instanceof Json.Obj object) {
      return new Fields(object.members(), path, code);
    }
    throw new AssayException(code, path + ": expected an object, found " + value.kind());
  }

  /** The path of a member, for error messages. */
  public String at(String name) {
    return path + "." + name;
  }

  public AssayException bad(String name, String what) {
    return new AssayException(code, at(name) + ": " + what);
  }

  public boolean has(String name) {
    return members.containsKey(name);
  }

  public Set<String> names() {
    return members.keySet();
  }

  /** The member, absent when it is missing or null (proto3 JSON: null is the default). */
  public Optional<Json> optional(String name) {
    asked.add(name);
    Json value = members.get(name);
    return value == null || value instanceof Json.Null ? Optional.empty() : Optional.of(value);
  }

  public Json required(String name) {
    return optional(name).orElseThrow(() -> bad(name, "missing"));
  }

  public String string(String name) {
    return asString(name, required(name));
  }

  public Optional<String> optionalString(String name) {
    return optional(name).map(v -> asString(name, v));
  }

  private String asString(String name, Json value) {
    if (value instanceof Json.Str s) {
      return s.value();
    }
    throw bad(name, "expected a string, found " + value.kind());
  }

  public byte[] base64(String name) {
    return optionalBase64(name).orElseThrow(() -> bad(name, "missing"));
  }

  public Optional<byte[]> optionalBase64(String name) {
    return optionalString(name)
        .map(text -> {
          try {
            return Base64s.decode(text);
          } catch (AssayException e) {
            throw new AssayException(code, at(name) + ": " + e.getMessage(), e);
          }
        });
  }

  public Digest digest(String name) {
    String text = string(name);
    try {
      return Digest.parse(text);
    } catch (AssayException e) {
      throw new AssayException(code, at(name) + ": " + e.getMessage(), e);
    }
  }

  /** An integer, as a number or (proto3 JSON int64) as a string of digits. */
  public long integer(String name) {
    return asLong(name, required(name));
  }

  public Optional<Long> optionalInteger(String name) {
    return optional(name).map(v -> asLong(name, v));
  }

  private long asLong(String name, Json value) {
    // Not a switch over the types: what the compiler makes of one links itself at the first call.
    String digits;
    if (value instanceof Json.Num n) {
      digits = n.digits();
    } else if (value instanceof Json.Str s) {
      digits = s.value();
    } else {
      throw bad(name, "expected an integer, found " + value.kind());
    }
    if (!Text.isDecimal(digits, digits.startsWith("-") ? 1 : 0)) {
      throw bad(name, "not an integer: " + Text.quote(digits));
    }
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw new AssayException(
          code, at(name) + ": not an integer of 64 bits: " + Text.quote(digits), e);
    }
  }

  public boolean bool(String name, boolean whenAbsent) {
    Optional<Json> value = optional(name);
    if (value.isEmpty()) {
      return whenAbsent;
    }
    if (value.get() instanceof Json.Bool b) {
      return b.value();
    }
    throw bad(name, "expected true or false, found " + value.get().kind());
  }

  /** A time as RFC 3339 writes it, with a zone. */
  public Optional<Instant> optionalTime(String name) {
    return optionalString(name)
        .map(text -> {
          try {
            return java.time.OffsetDateTime.parse(text).toInstant();
          } catch (DateTimeParseException e) {
            throw new AssayException(
                code, at(name) + ": not an RFC 3339 time: " + Text.quote(text), e);
          }
        });
  }

  public Instant time(String name) {
    return optionalTime(name).orElseThrow(() -> bad(name, "missing"));
  }

  public Fields object(String name) {
    return of(required(name), at(name), code);
  }

  public Optional<Fields> optionalObject(String name) {
    return optional(name).map(v -> of(v, at(name), code));
  }

  /** The elements of an array; empty when it is absent. */
  public List<Json> array(String name, int limit) {
    Optional<Json> value = optional(name);
    if (value.isEmpty()) {
      return List.of();
    }
    if (!(value.get() instanceof Json.Arr array)) {
      throw bad(name, "expected an array, found " + value.get().kind());
    }
    if (array.elements().size() > limit) {
      throw new AssayException(
          Code.TOO_MANY, at(name) + ": " + array.elements().size() + " elements; at most " + limit);
    }
    return array.elements();
  }

  public List<Fields> objects(String name, int limit) {
    List<Fields> out = new ArrayList<>();
    List<Json> elements = array(name, limit);
    for (int i = 0; i < elements.size(); i++) {
      out.add(of(elements.get(i), at(name) + "[" + i + "]", code));
    }
    return out;
  }

  public List<String> strings(String name, int limit) {
    List<String> out = new ArrayList<>();
    for (Json element : array(name, limit)) {
      out.add(asString(name, element));
    }
    return out;
  }

  /** An object whose members are all strings; empty when it is absent. */
  public Map<String, String> stringMap(String name, int limit) {
    Map<String, String> out = new LinkedHashMap<>();
    optionalObject(name)
        .ifPresent(f -> {
          if (f.members.size() > limit) {
            throw new AssayException(
                Code.TOO_MANY, at(name) + ": " + f.members.size() + " members; at most " + limit);
          }
          for (String key : f.members.keySet()) {
            out.put(key, f.string(key));
          }
        });
    return out;
  }

  /**
   * Refuses members that nobody asked for.
   *
   * @throws AssayException with {@link Code#UNKNOWN_FIELD}
   */
  public void done() {
    done(Code.UNKNOWN_FIELD);
  }

  /** As {@link #done()}, with a code of the caller's format. */
  public void done(Code unknown) {
    for (String name : members.keySet()) {
      if (!asked.contains(name)) {
        throw new AssayException(
            unknown,
            path
                + ": "
                + Text.quote(name)
                + " is not known here; known: "
                + String.join(", ", asked));
      }
    }
  }
}
