package dev.assay.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Debian's {@code docker-registry} (CNCF distribution 2.8: no referrers API) on a port of its own
 * choice, with its storage in a folder.
 */
record DockerRegistry(Served served, Path storage) implements Registry {

  private static final Pattern LISTENING = Pattern.compile("listening on (127\\.0\\.0\\.1:\\d+)");

  static DockerRegistry start(Path folder) throws IOException, InterruptedException {
    Path registry = Peers.dockerRegistry();
    Path storage = Files.createDirectories(folder.resolve("storage"));
    Path config = folder.resolve("registry.yml");
    Files.writeString(
        config,
        """
        version: 0.1
        log:
          level: info
          formatter: text
        storage:
          filesystem:
            rootdirectory: %s
          delete:
            enabled: true
        http:
          addr: 127.0.0.1:0
        """
            .formatted(storage));
    return new DockerRegistry(
        Served.start(
            List.of(registry.toString(), "serve", config.toString()),
            Map.of(),
            folder.resolve("registry.log"),
            LISTENING),
        storage);
  }

  @Override
  public String host() {
    return served.host();
  }

  /** The file that holds the bytes of a digest, manifests included. */
  Path blob(String digest) {
    String hex = digest.substring("sha256:".length());
    return storage.resolve(
        "docker/registry/v2/blobs/sha256/" + hex.substring(0, 2) + "/" + hex + "/data");
  }

  @Override
  public void close() {
    served.close();
  }
}
