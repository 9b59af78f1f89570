package dev.assay.sbom;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.JsonReader;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads CycloneDX JSON, 1.2 to 1.7, in one pass: components are handed on as they are met and not
 * kept. Nested components are components too. Depth is bounded by {@link Limits#JSON_DEPTH}, their
 * number by {@link Limits#SBOM_COMPONENTS}.
 */
public final class CycloneDxReader {

  private static final Set<String> VERSIONS = Set.of("1.2", "1.3", "1.4", "1.5", "1.6", "1.7");
  private static final int MAX_TEXT = 8_192;
  private static final int MAX_HASHES = 32;

  /**
   * What the document says of itself.
   *
   * @param subject {@code metadata.component}: what the document is about
   * @param components how many were handed on, nested ones included, the subject left out
   */
  public record Document(
      String specVersion,
      Optional<String> serialNumber,
      Optional<Component> subject,
      int components) {}

  private final JsonReader in;
  private final Consumer<Component> sink;
  private int count;
  private @Nullable String format;
  private @Nullable String specVersion;
  private @Nullable String serialNumber;
  private @Nullable Component subject;

  private CycloneDxReader(JsonReader in, Consumer<Component> sink) {
    this.in = in;
    this.sink = sink;
  }

  /**
   * Reads a whole document. What was handed on before an error is worth nothing.
   *
   * @throws AssayException with {@link Code#BAD_SBOM} if it is no CycloneDX document of a version
   *     known here, or with the code of a limit or of a duplicate member
   */
  public static Document read(byte[] document, Consumer<Component> sink) {
    return guarded(() -> {
      JsonReader in = new JsonReader(document, Limits.SBOM_BYTES);
      Document found = new CycloneDxReader(in, sink).document();
      in.finish();
      return found;
    });
  }

  /** Reads the document that comes next, as when it is the predicate of a statement. */
  public static Document read(JsonReader in, Consumer<Component> sink) {
    return guarded(() -> new CycloneDxReader(in, sink).document());
  }

  private static Document guarded(java.util.function.Supplier<Document> read) {
    try {
      return read.get();
    } catch (AssayException e) {
      if (e.code() == Code.BAD_JSON) {
        throw new AssayException(Code.BAD_SBOM, "not a CycloneDX document: " + e.getMessage(), e);
      }
      throw e;
    }
  }

  private Document document() {
    in.beginObject();
    while (in.hasNext()) {
      switch (in.name()) {
        case "bomFormat" -> format = text();
        case "specVersion" -> specVersion = text();
        case "serialNumber" -> serialNumber = text();
        case "metadata" -> metadata();
        case "components" -> components(sink);
        default -> in.skip();
      }
    }
    in.end();
    if (!"CycloneDX".equals(format)) {
      throw bad(format == null ? "bomFormat is missing" : "bomFormat is " + Text.quote(format));
    }
    if (specVersion == null || !VERSIONS.contains(specVersion)) {
      throw bad(
          "specVersion "
              + (specVersion == null ? "is missing" : Text.quote(specVersion))
              + "; known: 1.2 to 1.7");
    }
    return new Document(
        specVersion, Optional.ofNullable(serialNumber), Optional.ofNullable(subject), count);
  }

  private void metadata() {
    in.beginObject();
    while (in.hasNext()) {
      if (in.name().equals("component")) {
        subject = component(sink);
      } else {
        in.skip();
      }
    }
    in.end();
  }

  private void components(Consumer<Component> to) {
    in.beginArray();
    while (in.hasNext()) {
      Component component = component(to);
      if (++count > Limits.SBOM_COMPONENTS) {
        throw new AssayException(
            Code.TOO_MANY, "an SBOM of more than " + Limits.SBOM_COMPONENTS + " components");
      }
      to.accept(component);
    }
    in.end();
  }

  // Recursion is bounded by the depth of the JSON itself.
  private Component component(Consumer<Component> to) {
    Map<String, String> hashes = Map.of();
    Map<String, String> texts = new HashMap<>();
    in.beginObject();
    while (in.hasNext()) {
      String member = in.name();
      switch (member) {
        case "bom-ref", "type", "group", "name", "version", "purl" -> texts.put(member, text());
        case "hashes" -> hashes = hashes();
        case "components" -> components(to);
        default -> in.skip();
      }
    }
    in.end();
    String type = texts.get("type");
    String name = texts.get("name");
    if (type == null || name == null || name.isEmpty()) {
      throw bad("a component without a type or a name");
    }
    return new Component(
        Optional.ofNullable(texts.get("bom-ref")),
        type,
        Optional.ofNullable(texts.get("group")),
        name,
        Optional.ofNullable(texts.get("version")),
        Optional.ofNullable(texts.get("purl")),
        hashes);
  }

  private Map<String, String> hashes() {
    Map<String, String> out = new HashMap<>();
    in.beginArray();
    while (in.hasNext()) {
      String algorithm = null;
      String content = null;
      in.beginObject();
      while (in.hasNext()) {
        switch (in.name()) {
          case "alg" -> algorithm = text();
          case "content" -> content = text();
          default -> in.skip();
        }
      }
      in.end();
      if (algorithm == null || content == null || !content.matches("[0-9a-fA-F]{32,128}")) {
        throw bad("a hash without algorithm or hexadecimal content");
      }
      out.put(algorithm, content.toLowerCase(java.util.Locale.ROOT));
      if (out.size() > MAX_HASHES) {
        throw bad("more than " + MAX_HASHES + " hashes of one component");
      }
    }
    in.end();
    return out;
  }

  private String text() {
    String text = in.string();
    if (text.length() > MAX_TEXT) {
      throw bad("a text of " + text.length() + " characters; at most " + MAX_TEXT);
    }
    return text;
  }

  private static AssayException bad(String what) {
    return new AssayException(Code.BAD_SBOM, "not an acceptable CycloneDX document: " + what);
  }
}
