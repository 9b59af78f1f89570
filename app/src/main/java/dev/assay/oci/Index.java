package dev.assay.oci;

import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A list of manifests (OCI image-spec, "Image Index"; Docker's manifest list reads the same). */
public record Index(
    String mediaType,
    Optional<String> artifactType,
    List<Descriptor> manifests,
    Optional<Descriptor> subject,
    Map<String, String> annotations)
    implements Content {

  public Index {
    manifests = List.copyOf(manifests);
    annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
  }

  public static Index oci(List<Descriptor> manifests) {
    return new Index(MediaTypes.INDEX, Optional.empty(), manifests, Optional.empty(), Map.of());
  }

  static Index of(Fields f, String mediaType) {
    if (f.has("layers")) {
      throw f.bad("layers", "not in an index");
    }
    f.required("manifests");
    return new Index(
        mediaType,
        f.optionalString("artifactType").filter(t -> !t.isEmpty()),
        f.objects("manifests", Limits.INDEX_ENTRIES).stream().map(Descriptor::of).toList(),
        f.optionalObject("subject").map(Descriptor::of),
        f.stringMap("annotations", Limits.ANNOTATIONS));
  }

  @Override
  public List<Descriptor> references() {
    return manifests;
  }

  @Override
  public Optional<String> effectiveArtifactType() {
    return artifactType;
  }

  @Override
  public Json json() {
    Json.Builder out = Json.object().put("schemaVersion", 2).put("mediaType", mediaType);
    out.putIf("artifactType", artifactType);
    out.put("manifests", manifests.stream().map(Descriptor::json).toList());
    subject.ifPresent(s -> out.put("subject", s.json()));
    if (!annotations.isEmpty()) {
      out.put("annotations", Descriptor.annotationsJson(annotations));
    }
    return out.build();
  }
}
