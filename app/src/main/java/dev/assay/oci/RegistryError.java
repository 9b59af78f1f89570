package dev.assay.oci;

import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import java.util.List;
import java.util.Map;

/** An answer that is an error, by the codes of distribution-spec ("Error Codes"). */
final class RegistryError extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final int status;
  private final String code;
  private final transient Map<String, String> headers;

  RegistryError(int status, String code, String message) {
    this(status, code, message, Map.of());
  }

  RegistryError(int status, String code, String message, Map<String, String> headers) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
    this.headers = Map.copyOf(headers);
  }

  static RegistryError nameInvalid() {
    return new RegistryError(400, "NAME_INVALID", "the repository name is not acceptable");
  }

  static RegistryError nameUnknown() {
    return new RegistryError(404, "NAME_UNKNOWN", "there is no such repository");
  }

  static RegistryError manifestUnknown() {
    return new RegistryError(404, "MANIFEST_UNKNOWN", "there is no such manifest");
  }

  static RegistryError blobUnknown() {
    return new RegistryError(404, "BLOB_UNKNOWN", "there is no such blob");
  }

  static RegistryError uploadUnknown() {
    return new RegistryError(404, "BLOB_UPLOAD_UNKNOWN", "there is no such upload");
  }

  static RegistryError digestInvalid(String message) {
    return new RegistryError(400, "DIGEST_INVALID", message);
  }

  static RegistryError sizeInvalid(String message) {
    return new RegistryError(400, "SIZE_INVALID", message);
  }

  static RegistryError unsupported() {
    return new RegistryError(405, "UNSUPPORTED", "this is not done here");
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }

  byte[] body() {
    Json error =
        Json.object().put("code", code).put("message", String.valueOf(getMessage())).build();
    return Text.utf8(Json.object().put("errors", List.of(error)).build().compact());
  }
}
