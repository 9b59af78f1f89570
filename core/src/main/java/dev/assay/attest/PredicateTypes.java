package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.JsonReader;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The predicate types with a meaning to us, the short names people type for them (those of {@code
 * cosign attest --type}), and the shape each demands of its predicate.
 */
public final class PredicateTypes {

  public static final String SLSA_PROVENANCE_V1 = "https://slsa.dev/provenance/v1";
  public static final String SLSA_PROVENANCE_V02 = "https://slsa.dev/provenance/v0.2";
  public static final String SLSA_VSA_V1 = "https://slsa.dev/verification_summary/v1";
  public static final String LINK_V1 = "https://in-toto.io/Link/v1";

  /** As cosign writes it, without a version. */
  public static final String SPDX = "https://spdx.dev/Document";

  /** As cosign writes it, without a version. */
  public static final String CYCLONEDX = "https://cyclonedx.org/bom";

  public static final String COSIGN_VULN_V1 = "https://cosign.sigstore.dev/attestation/vuln/v1";

  /** As cosign writes it, without a version. */
  public static final String OPENVEX = "https://openvex.dev/ns";

  /** Anything, as text, in a member {@code Data}. */
  public static final String COSIGN_CUSTOM_V1 = "https://cosign.sigstore.dev/attestation/v1";

  /** What {@code cosign sign} says of an image: nothing but that it is signed. */
  public static final String COSIGN_SIGN_V1 = "https://sigstore.dev/cosign/sign/v1";

  private static final List<String> VEX_STATUS =
      List.of("not_affected", "affected", "fixed", "under_investigation");

  /** Names documents that are kept elsewhere; see {@link DocumentReference}. */
  public static final String REFERENCE_V01 = "https://in-toto.io/attestation/reference/v0.1";

  private static final String CYCLONEDX_JSON = "application/vnd.cyclonedx+json";
  private static final String SPDX_JSON = "application/spdx+json";

  // What of a large document says what it is.
  private static final List<String> TELLING =
      List.of("bomFormat", "specVersion", "spdxVersion", "@context", "@graph");

  private static final Map<String, String> SHORT_NAMES = shortNames();

  private PredicateTypes() {}

  // In the order in which help shows them.
  private static Map<String, String> shortNames() {
    Map<String, String> names = new LinkedHashMap<>();
    names.put("slsaprovenance", SLSA_PROVENANCE_V02);
    names.put("slsaprovenance02", SLSA_PROVENANCE_V02);
    names.put("slsaprovenance1", SLSA_PROVENANCE_V1);
    names.put("link", LINK_V1);
    names.put("spdx", SPDX);
    names.put("spdxjson", SPDX);
    names.put("cyclonedx", CYCLONEDX);
    names.put("vuln", COSIGN_VULN_V1);
    names.put("openvex", OPENVEX);
    names.put("custom", COSIGN_CUSTOM_V1);
    return names;
  }

  /** The short names. */
  public static List<String> names() {
    return List.copyOf(SHORT_NAMES.keySet());
  }

  /**
   * The predicate type for a short name or an absolute URI.
   *
   * @throws AssayException with {@link Code#USAGE} if it is neither
   */
  public static String resolve(String nameOrUri) {
    String known = SHORT_NAMES.get(nameOrUri);
    if (known != null) {
      return known;
    }
    if (!isAbsoluteUri(nameOrUri)) {
      throw new AssayException(
          Code.USAGE,
          "not a predicate type: " + Text.quote(nameOrUri),
          "give an absolute URI or one of " + String.join(", ", names()));
    }
    return nameOrUri;
  }

  private static boolean isAbsoluteUri(String text) {
    try {
      return new URI(text).isAbsolute();
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** Whether the type is SLSA provenance of a version that {@link SlsaProvenance} reads. */
  public static boolean isProvenance(String type) {
    return type.equals(SLSA_PROVENANCE_V1) || type.equals(SLSA_PROVENANCE_V02);
  }

  /** Whether the type is CycloneDX, with or without a version ({@code .../bom/v1.4}). */
  public static boolean isCycloneDx(String type) {
    return type.equals(CYCLONEDX) || type.startsWith(CYCLONEDX + "/");
  }

  /** Whether the type is SPDX, with or without a version ({@code .../Document/v2.3}). */
  public static boolean isSpdx(String type) {
    return type.equals(SPDX) || type.startsWith(SPDX + "/");
  }

  /** Whether evidence of one type answers a request for another: the same, or a version of it. */
  public static boolean answers(String asked, String found) {
    return asked.equals(found)
        || asked.equals(CYCLONEDX) && isCycloneDx(found)
        || asked.equals(SPDX) && isSpdx(found);
  }

  /**
   * The media type of the documents that predicates of a type are; absent for types whose
   * predicates are not kept as documents of their own.
   */
  public static Optional<String> mediaType(String type) {
    return switch (type) {
      case CYCLONEDX -> Optional.of(CYCLONEDX_JSON);
      case SPDX -> Optional.of(SPDX_JSON);
      default -> Optional.empty();
    };
  }

  /**
   * Checks a document as {@link #validateShape} does a predicate, without making a tree of it.
   *
   * @throws AssayException with {@link Code#BAD_PREDICATE}, or a code of {@link Json#parse}
   */
  public static void validateDocument(String type, byte[] document) {
    JsonReader in = new JsonReader(document, Limits.SBOM_BYTES);
    if (in.peek() != '{') {
      throw new AssayException(Code.BAD_PREDICATE, "the document is not a JSON object");
    }
    Map<String, Json> told = new LinkedHashMap<>();
    in.beginObject();
    while (in.hasNext()) {
      String name = in.name();
      if (!TELLING.contains(name)) {
        in.skip();
      } else if (in.peek() == '"') {
        told.put(name, Json.of(in.string()));
      } else {
        in.skip();
        told.put(name, Json.of(true));
      }
    }
    in.end();
    in.finish();
    validateShape(type, new Json.Obj(told));
  }

  /**
   * Checks that a predicate has what its type demands, before it is signed. A type we do not know
   * demands an object.
   *
   * @throws AssayException with {@link Code#BAD_PREDICATE}
   */
  public static void validateShape(String type, Json predicate) {
    if (isSpdx(type) && predicate instanceof Json.Str text) {
      if (!isSpdxText(text.value())) {
        throw new AssayException(
            Code.BAD_PREDICATE,
            "predicate: a text that does not begin with SPDXVersion: SPDX-... is no SPDX document");
      }
      return;
    }
    Fields f = Fields.of(predicate, "predicate", Code.BAD_PREDICATE);
    if (isProvenance(type)) {
      SlsaProvenance.read(type, predicate);
    } else if (isCycloneDx(type)) {
      if (!f.string("bomFormat").equals("CycloneDX")) {
        throw f.bad("bomFormat", "not \"CycloneDX\"");
      }
      f.string("specVersion");
    } else if (isSpdx(type)) {
      // 2.x has spdxVersion, 3.x is a JSON-LD graph.
      if (f.optionalString("spdxVersion").filter(v -> v.startsWith("SPDX-")).isEmpty()
          && !(f.has("@context") && f.has("@graph"))) {
        throw f.bad("spdxVersion", "missing, and no SPDX 3 graph either");
      }
    } else if (type.equals(OPENVEX) || type.startsWith(OPENVEX + "/")) {
      if (!f.string("@context").startsWith(OPENVEX)) {
        throw f.bad("@context", "not an OpenVEX context");
      }
      vex(f);
    } else {
      others(type, f);
    }
  }

  // By the OpenVEX specification each statement says of a vulnerability how it stands.
  private static void vex(Fields f) {
    if (!(f.required("statements") instanceof Json.Arr)) {
      throw f.bad("statements", "expected an array");
    }
    for (Fields statement : f.objects("statements", Limits.JSON_MEMBERS)) {
      statement.required("vulnerability");
      String status = statement.string("status");
      if (!VEX_STATUS.contains(status)) {
        throw statement.bad("status", "not one of " + String.join(", ", VEX_STATUS));
      }
    }
  }

  /** Whether it is SPDX 2 in tags and values: comments may come before its version. */
  public static boolean isSpdxText(String text) {
    return text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .findFirst()
        .filter(line -> line.startsWith("SPDXVersion:") && line.contains("SPDX-"))
        .isPresent();
  }

  private static void others(String type, Fields f) {
    switch (type) {
      case SLSA_VSA_V1 -> {
        f.object("verifier").string("id");
        f.string("resourceUri");
        f.object("policy");
        String result = f.string("verificationResult");
        if (!result.equals("PASSED") && !result.equals("FAILED")) {
          throw f.bad("verificationResult", "neither PASSED nor FAILED");
        }
      }
      case LINK_V1 -> {
        f.string("name");
        f.array("command", Limits.JSON_MEMBERS);
        f.optionalObject("byproducts");
        f.optionalObject("environment");
      }
      case COSIGN_VULN_V1 -> {
        f.optionalObject("invocation");
        f.object("scanner").optionalString("uri");
        Fields metadata = f.object("metadata");
        metadata.optionalTime("scanStartedOn");
        metadata.optionalTime("scanFinishedOn");
      }
      case COSIGN_CUSTOM_V1 -> {
        f.string("Data");
        f.string("Timestamp");
      }
      default -> {
        // Only its author knows its shape.
      }
    }
  }

  /**
   * The predicate of type {@link #COSIGN_CUSTOM_V1} around any text.
   *
   * @param timestamp RFC 3339, UTC
   */
  public static Json.Obj custom(String data, String timestamp) {
    return Json.object().put("Data", data).put("Timestamp", timestamp).build();
  }

  /** The text in a predicate of type {@link #COSIGN_CUSTOM_V1}. */
  public static Optional<String> customData(Json.Obj predicate) {
    return predicate.get("Data").orElse(null) instanceof Json.Str s
        ? Optional.of(s.value())
        : Optional.empty();
  }
}
