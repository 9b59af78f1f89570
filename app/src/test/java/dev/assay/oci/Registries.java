package dev.assay.oci;

import dev.assay.bytes.Text;
import dev.assay.net.Http;
import dev.assay.net.HttpHandler;
import dev.assay.server.RunningServer;
import dev.assay.server.WebServers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Registries and clients for tests. */
final class Registries {

  static final Http.Settings QUICK =
      Http.Settings.standard()
          .retrying(3, Duration.ofMillis(2), Duration.ofMillis(20))
          .patience(Duration.ofSeconds(20), Duration.ofSeconds(20));

  private Registries() {}

  static RunningServer serve(HttpHandler handler) {
    return WebServers.start(handler, "127.0.0.1", 0, Optional.empty());
  }

  static RunningServer serve(Path folder) {
    return serve(new RegistryServer(folder, Clock.systemUTC()));
  }

  static RegistryClient client() {
    return new RegistryClient(QUICK, Credentials.none(), false);
  }

  static Reference reference(RunningServer server, String repository) {
    return Reference.parse(server.authority() + "/" + repository);
  }

  static final byte[] LAYER = Text.utf8("the bytes of a layer, for tests");
  static final byte[] CONFIG =
      Text.utf8("{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\"}}");

  static Manifest image(byte[] layer) {
    return Manifest.oci(
        Descriptor.of(MediaTypes.CONFIG, CONFIG),
        List.of(Descriptor.of(MediaTypes.LAYER_TAR, layer)));
  }

  /** Pushes config, layer and manifest. */
  static Descriptor push(ImageStore store, byte[] layer, String tag) throws Exception {
    Manifest manifest = image(layer);
    store.writeBlob(manifest.config(), dev.assay.net.ByteSource.of(CONFIG));
    store.writeBlob(manifest.layers().getFirst(), dev.assay.net.ByteSource.of(layer));
    return store.writeManifest(manifest, Optional.of(tag));
  }

  static Manifest referrer(Descriptor subject, String type, String payload) {
    byte[] bytes = Text.utf8(payload);
    return new Manifest(
        MediaTypes.MANIFEST,
        Optional.of(type),
        Descriptor.of(MediaTypes.EMPTY, Text.utf8("{}")),
        List.of(Descriptor.of(type, bytes)),
        Optional.of(subject),
        Map.of("note", payload));
  }

  static Descriptor attach(ImageStore store, Descriptor subject, String type, String payload)
      throws Exception {
    Manifest manifest = referrer(subject, type, payload);
    store.writeBlob(manifest.config(), dev.assay.net.ByteSource.of(Text.utf8("{}")));
    store.writeBlob(manifest.layers().getFirst(), dev.assay.net.ByteSource.of(Text.utf8(payload)));
    return store.writeManifest(manifest, Optional.empty());
  }
}
