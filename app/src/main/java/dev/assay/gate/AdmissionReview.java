package dev.assay.gate;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.Optional;

/**
 * The request of an {@code admission.k8s.io/v1} AdmissionReview, read strictly as far as it is
 * used. Members that are not used are ignored, since the API grows.
 *
 * @param uid names the round trip; the response repeats it
 * @param kind what {@link #object} is, after the API server's conversion
 * @param subResource {@code ephemeralcontainers}, {@code status} ...; empty for the object itself
 * @param name may be empty when the API server will generate it
 * @param namespace empty for what has none
 * @param operation CREATE, UPDATE, DELETE or CONNECT
 * @param user who asked
 * @param dryRun nothing will be stored
 * @param object what would be stored; absent for DELETE
 * @param oldObject what is stored now; absent for CREATE
 */
public record AdmissionReview(
    String uid,
    Kind kind,
    String subResource,
    String name,
    String namespace,
    Operation operation,
    String user,
    boolean dryRun,
    Optional<Json.Obj> object,
    Optional<Json.Obj> oldObject) {

  /** The API version of the review itself, repeated in the response. */
  static final String API_VERSION = "admission.k8s.io/v1";

  private static final int TEXT_LENGTH = 1_024;

  /** A group (empty for the core), a version and a kind. */
  public record Kind(String group, String version, String kind) {
    @Override
    public String toString() {
      return (group.isEmpty() ? "" : group + "/") + version + " " + kind;
    }
  }

  /** What is to be done with the object. */
  public enum Operation {
    CREATE,
    UPDATE,
    DELETE,
    CONNECT
  }

  /**
   * Reads a review.
   *
   * @throws AssayException with {@link Code#BAD_REVIEW} if it is anything else, whatever is wrong
   *     with the bytes
   */
  public static AdmissionReview parse(byte[] document) {
    try {
      return read(Json.parse(document, Limits.ADMISSION_BYTES));
    } catch (AssayException e) {
      if (e.code() == Code.BAD_REVIEW) {
        throw e;
      }
      throw new AssayException(Code.BAD_REVIEW, "not an AdmissionReview: " + e.getMessage(), e);
    }
  }

  private static AdmissionReview read(Json json) {
    Fields review = Fields.of(json, "AdmissionReview", Code.BAD_REVIEW);
    String apiVersion = review.string("apiVersion");
    if (!apiVersion.equals(API_VERSION)) {
      throw review.bad(
          "apiVersion", "expected " + API_VERSION + ", found " + Text.quote(apiVersion));
    }
    if (!review.string("kind").equals("AdmissionReview")) {
      throw review.bad("kind", "expected AdmissionReview");
    }
    Fields f = review.object("request");
    String uid = text(f, "uid");
    if (uid.isEmpty()) {
      throw f.bad("uid", "empty");
    }
    Fields kind = f.object("kind");
    Operation operation = operation(f);
    Optional<Json.Obj> object = object(f, "object");
    Optional<Json.Obj> oldObject = object(f, "oldObject");
    if (object.isEmpty() && (operation == Operation.CREATE || operation == Operation.UPDATE)) {
      throw f.bad("object", "missing, and " + operation + " needs it");
    }
    return new AdmissionReview(
        uid,
        new Kind(optionalText(kind, "group"), text(kind, "version"), text(kind, "kind")),
        optionalText(f, "subResource"),
        optionalText(f, "name"),
        optionalText(f, "namespace"),
        operation,
        f.optionalObject("userInfo").map(u -> optionalText(u, "username")).orElse(""),
        f.bool("dryRun", false),
        object,
        oldObject);
  }

  private static Operation operation(Fields f) {
    return switch (f.string("operation")) {
      case "CREATE" -> Operation.CREATE;
      case "UPDATE" -> Operation.UPDATE;
      case "DELETE" -> Operation.DELETE;
      case "CONNECT" -> Operation.CONNECT;
      default -> throw f.bad("operation", "expected CREATE, UPDATE, DELETE or CONNECT");
    };
  }

  private static Optional<Json.Obj> object(Fields f, String name) {
    return f.optional(name)
        .map(value -> {
          if (value instanceof Json.Obj object) {
            return object;
          }
          throw f.bad(name, "expected an object, found " + value.kind());
        });
  }

  private static String text(Fields f, String name) {
    String value = f.string(name);
    if (value.length() > TEXT_LENGTH) {
      throw f.bad(name, "longer than " + TEXT_LENGTH + " characters");
    }
    return value;
  }

  private static String optionalText(Fields f, String name) {
    return f.has(name) && f.optional(name).isPresent() ? text(f, name) : "";
  }

  /** The object's name, or the prefix that the API server will complete. */
  String displayName() {
    if (!name.isEmpty()) {
      return name;
    }
    return object
        .flatMap(o -> o.get("metadata"))
        .map(m -> m instanceof Json.Obj meta ? meta : Json.object().build())
        .flatMap(m -> m.get("name").or(() -> m.get("generateName")))
        .map(n -> n instanceof Json.Str s ? s.value() : "")
        .filter(n -> n.length() <= TEXT_LENGTH)
        .orElse("");
  }
}
