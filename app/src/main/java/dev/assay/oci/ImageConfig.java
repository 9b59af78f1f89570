package dev.assay.oci;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The config of an image that is made here (OCI image-spec, "Image Configuration"). */
public record ImageConfig(
    Platform platform,
    Instant created,
    List<String> environment,
    List<String> entrypoint,
    List<String> command,
    Map<String, String> labels,
    List<Digest> diffIds) {

  public ImageConfig {
    environment = List.copyOf(environment);
    entrypoint = List.copyOf(entrypoint);
    command = List.copyOf(command);
    diffIds = List.copyOf(diffIds);
  }

  public byte[] bytes() {
    Json.Builder config = Json.object();
    if (!environment.isEmpty()) {
      config.put("Env", Json.strings(environment));
    }
    if (!entrypoint.isEmpty()) {
      config.put("Entrypoint", Json.strings(entrypoint));
    }
    if (!command.isEmpty()) {
      config.put("Cmd", Json.strings(command));
    }
    if (!labels.isEmpty()) {
      config.put("Labels", Descriptor.annotationsJson(labels));
    }
    Json.Builder rootfs =
        Json.object()
            .put("type", "layers")
            .put("diff_ids", Json.strings(diffIds.stream().map(Digest::toString).toList()));
    Json.Builder json =
        Json.object()
            .put("created", created.toString())
            .put("architecture", platform.architecture())
            .put("os", platform.os());
    json.putIf("variant", platform.variant());
    return Text.utf8(json.put("config", config).put("rootfs", rootfs).build().compact());
  }
}
