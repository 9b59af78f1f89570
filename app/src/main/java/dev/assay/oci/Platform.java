package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What an image runs on (OCI image-spec, image index, "platform").
 *
 * @param os as Go's GOOS: {@code linux}
 * @param architecture as Go's GOARCH: {@code amd64}
 * @param variant of the CPU: {@code v8}
 */
public record Platform(
    String os,
    String architecture,
    Optional<String> variant,
    Optional<String> osVersion,
    List<String> osFeatures) {

  private static final Pattern PART = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  public Platform {
    osFeatures = List.copyOf(osFeatures);
  }

  /**
   * Reads {@code os/architecture} or {@code os/architecture/variant}.
   *
   * @throws AssayException with {@link Code#USAGE}
   */
  public static Platform parse(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length < 2 || parts.length > 3) {
      throw bad(text);
    }
    for (String part : parts) {
      if (!PART.matcher(part).matches()) {
        throw bad(text);
      }
    }
    return new Platform(
        parts[0],
        parts[1],
        parts.length == 3 ? Optional.of(parts[2]) : Optional.empty(),
        Optional.empty(),
        List.of());
  }

  private static AssayException bad(String text) {
    return new AssayException(
        Code.USAGE, "not a platform: " + Text.quote(text), "write os/architecture: linux/amd64");
  }

  static Platform of(Fields f) {
    return new Platform(
        f.optionalString("os").orElse(""),
        f.optionalString("architecture").orElse(""),
        f.optionalString("variant"),
        f.optionalString("os.version"),
        f.strings("os.features", 256));
  }

  Json.Builder json() {
    Json.Builder out = Json.object().put("architecture", architecture).put("os", os);
    out.putIf("os.version", osVersion);
    if (!osFeatures.isEmpty()) {
      out.put("os.features", Json.strings(osFeatures));
    }
    return out.putIf("variant", variant);
  }

  @Override
  public String toString() {
    return os + "/" + architecture + variant.map(v -> "/" + v).orElse("");
  }
}
