package dev.assay.bytes;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON value as it was written: names in order, numbers as their digits, so that nothing is
 * rounded before somebody asks for it.
 */
public sealed interface Json {

  /** Members in the order of the document; names are distinct. */
  record Obj(Map<String, Json> members) implements Json {
    public Obj {
      members = Collections.unmodifiableMap(members);
    }

    public Optional<Json> get(String name) {
      return Optional.ofNullable(members.get(name));
    }
  }

  record Arr(List<Json> elements) implements Json {
    public Arr {
      elements = Collections.unmodifiableList(elements);
    }
  }

  record Str(String value) implements Json {}

  /** The digits as written. */
  record Num(String digits) implements Json {
    public static Num of(long value) {
      return new Num(Long.toString(value));
    }
  }

  record Bool(boolean value) implements Json {}

  record Null() implements Json {}

  static Json of(String value) {
    return new Str(value);
  }

  static Json of(long value) {
    return Num.of(value);
  }

  static Json of(boolean value) {
    return new Bool(value);
  }

  static Builder object() {
    return new Builder();
  }

  static Json array(List<? extends Json> elements) {
    return new Arr(List.copyOf(elements));
  }

  static Json strings(List<String> values) {
    return new Arr(values.stream().<Json>map(Str::new).toList());
  }

  /**
   * Parses one document of at most {@code limit} bytes.
   *
   * @throws AssayException with {@link Code#BAD_JSON}, {@link Code#DUPLICATE_MEMBER}, {@link
   *     Code#TOO_DEEP}, {@link Code#TOO_MANY} or {@link Code#TOO_LARGE}
   */
  static Json parse(byte[] document, int limit) {
    return JsonReader.readDocument(document, limit);
  }

  /** The shortest form, members in their order. */
  default String compact() {
    return JsonWriter.compact(this);
  }

  /** Indented by two, for people; ends in a newline. */
  default String pretty() {
    return JsonWriter.pretty(this);
  }

  /**
   * RFC 8785 for values whose numbers are integers.
   *
   * @throws IllegalArgumentException if a number is not an integer of at most 2^53-1
   */
  default byte[] canonical() {
    return JsonWriter.canonical(this);
  }

  /** The kind as a person would say it: "an object", "a string". */
  default String kind() {
    return switch (this) {
      case Obj o -> "an object";
      case Arr a -> "an array";
      case Str s -> "a string";
      case Num n -> "a number";
      case Bool b -> "a boolean";
      case Null n -> "null";
    };
  }

  /** Builds an object; a name given twice is a defect. */
  final class Builder {
    private final Map<String, Json> members = new LinkedHashMap<>();

    public Builder put(String name, Json value) {
      if (members.put(name, value) != null) {
        throw new IllegalStateException("member given twice: " + name);
      }
      return this;
    }

    public Builder put(String name, String value) {
      return put(name, new Str(value));
    }

    public Builder put(String name, long value) {
      return put(name, Num.of(value));
    }

    public Builder put(String name, boolean value) {
      return put(name, of(value));
    }

    public Builder put(String name, Builder value) {
      return put(name, value.build());
    }

    public Builder put(String name, List<? extends Json> values) {
      return put(name, array(values));
    }

    public Builder putIf(String name, Optional<String> value) {
      value.ifPresent(v -> put(name, v));
      return this;
    }

    public Obj build() {
      return new Obj(new LinkedHashMap<>(members));
    }
  }
}
