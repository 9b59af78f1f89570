package dev.assay.oci;

import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An image manifest (OCI image-spec, "Image Manifest"; Docker's schema 2 reads the same). */
public record Manifest(
    String mediaType,
    Optional<String> artifactType,
    Descriptor config,
    List<Descriptor> layers,
    Optional<Descriptor> subject,
    Map<String, String> annotations)
    implements Content {

  public Manifest {
    layers = List.copyOf(layers);
    annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
  }

  public static Manifest oci(Descriptor config, List<Descriptor> layers) {
    return new Manifest(
        MediaTypes.MANIFEST, Optional.empty(), config, layers, Optional.empty(), Map.of());
  }

  static Manifest of(Fields f, String mediaType) {
    if (f.has("manifests")) {
      throw f.bad("manifests", "not in an image manifest");
    }
    return new Manifest(
        mediaType,
        f.optionalString("artifactType").filter(t -> !t.isEmpty()),
        Descriptor.of(f.object("config")),
        f.objects("layers", Limits.LAYERS).stream().map(Descriptor::of).toList(),
        f.optionalObject("subject").map(Descriptor::of),
        f.stringMap("annotations", Limits.ANNOTATIONS));
  }

  @Override
  public List<Descriptor> references() {
    List<Descriptor> all = new ArrayList<>(layers.size() + 1);
    all.add(config);
    all.addAll(layers);
    return all;
  }

  @Override
  public Optional<String> effectiveArtifactType() {
    return artifactType.or(() -> Optional.of(config.mediaType()));
  }

  @Override
  public Json json() {
    Json.Builder out = Json.object().put("schemaVersion", 2).put("mediaType", mediaType);
    out.putIf("artifactType", artifactType);
    out.put("config", config.json());
    out.put("layers", layers.stream().map(Descriptor::json).toList());
    subject.ifPresent(s -> out.put("subject", s.json()));
    if (!annotations.isEmpty()) {
      out.put("annotations", Descriptor.annotationsJson(annotations));
    }
    return out.build();
  }
}
