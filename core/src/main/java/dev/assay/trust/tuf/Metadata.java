package dev.assay.trust.tuf;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.trust.Freshness;
import dev.assay.trust.Rfc3339;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A metadata file (specification section 4.2): the envelope and what all roles have. Members that
 * are not known are ignored, as the specification asks (section 4, "forward compatible").
 */
final class Metadata {

  private final String role;
  private final byte[] bytes;
  private final byte[] message;
  private final Map<String, byte[]> signatures;
  private final Fields signed;
  private final long version;
  private final Instant expires;

  private Metadata(
      String role,
      byte[] bytes,
      byte[] message,
      Map<String, byte[]> signatures,
      Fields signed,
      long version,
      Instant expires) {
    this.role = role;
    this.bytes = bytes;
    this.message = message;
    this.signatures = signatures;
    this.signed = signed;
    this.version = version;
    this.expires = expires;
  }

  /**
   * Reads a file; nobody's signature is checked by that.
   *
   * @param role what it is called in errors: a top-level role or a delegated one
   * @param type what {@code _type} must be
   * @throws AssayException with {@link Code#BAD_METADATA}
   */
  static Metadata read(byte[] bytes, String role, String type, int limit) {
    try {
      return parse(bytes, role, type, limit);
    } catch (AssayException e) {
      throw e.code() == Code.BAD_METADATA
          ? e
          : new AssayException(Code.BAD_METADATA, role + ": " + e.getMessage(), e);
    }
  }

  private static Metadata parse(byte[] bytes, String role, String type, int limit) {
    Fields file = Fields.of(Json.parse(bytes, limit), role, Code.BAD_METADATA);
    Map<String, byte[]> signatures = signatures(file);
    Json body = file.required("signed");
    Fields signed = Fields.of(body, file.at("signed"), Code.BAD_METADATA);
    String found = signed.string("_type");
    if (!found.equals(type)) {
      throw signed.bad("_type", "expected " + type + ", found " + Text.quote(found));
    }
    String specification = signed.string("spec_version");
    if (!specification.equals("1.0") && !specification.startsWith("1.")) {
      throw signed.bad("spec_version", "not 1.x: " + Text.quote(specification));
    }
    long version = version(signed);
    String text = signed.string("expires");
    Optional<Instant> expires = Rfc3339.parse(text);
    if (expires.isEmpty()) {
      throw signed.bad("expires", "not an RFC 3339 time: " + Text.quote(text));
    }
    return new Metadata(
        role, bytes, CanonicalJson.encode(body), signatures, signed, version, expires.get());
  }

  // A signature that is empty is one that is still to be made (Sigstore's roots 12 to 14).
  private static Map<String, byte[]> signatures(Fields file) {
    Map<String, byte[]> out = new LinkedHashMap<>();
    for (Fields f : file.objects("signatures", Limits.TUF_KEYS)) {
      byte[] value;
      try {
        value = Hex.decode(f.string("sig"));
      } catch (AssayException e) {
        throw new AssayException(Code.BAD_METADATA, f.at("sig") + ": " + e.getMessage(), e);
      }
      if (out.put(f.string("keyid"), value) != null) {
        throw f.bad("keyid", "a second signature under this key id");
      }
    }
    return out;
  }

  static long version(Fields f) {
    long version = number(f, "version");
    if (version < 1) {
      throw f.bad("version", "not a version: " + version);
    }
    return version;
  }

  /** An integer that is written as a number. */
  static long number(Fields f, String name) {
    if (!(f.required(name) instanceof Json.Num)) {
      throw f.bad(name, "expected a number, found " + f.required(name).kind());
    }
    return f.integer(name);
  }

  /** What it is called: the role, {@code root} with its version. */
  String name() {
    return role + " version " + version;
  }

  String role() {
    return role;
  }

  byte[] bytes() {
    return bytes;
  }

  /** What is signed. */
  byte[] message() {
    return message;
  }

  Map<String, byte[]> signatures() {
    return signatures;
  }

  Fields signed() {
    return signed;
  }

  long version() {
    return version;
  }

  Freshness.Expiry expiry() {
    return new Freshness.Expiry(role, version, expires);
  }
}
