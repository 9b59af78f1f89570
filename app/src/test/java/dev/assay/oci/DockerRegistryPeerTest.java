package dev.assay.oci;

import static dev.assay.oci.Registries.LAYER;
import static dev.assay.oci.Registries.attach;
import static dev.assay.oci.Registries.client;
import static dev.assay.oci.Registries.push;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our client against a registry of others that has no referrers API. */
class DockerRegistryPeerTest {

  @TempDir Path folder;

  @Test
  void pushPullTagsAndReferrersByTag() throws Exception {
    try (Peers.DockerRegistry registry = new Peers.DockerRegistry(folder);
        RegistryClient client = client()) {
      RemoteRepository repository = client.repository(registry.reference("team/app"));
      assertTrue(repository.find("1").isEmpty());
      assertEquals(List.of(), repository.tags());
      Descriptor image = push(repository, LAYER, "1");
      assertEquals(image.digest(), repository.manifest("1").descriptor().digest());
      assertArrayEquals(
          LAYER, repository.blob(repository.manifest("1").manifest().layers().getFirst(), 1000));

      Referrers none = repository.referrers(image.digest(), Optional.empty());
      assertEquals(Referrers.Source.FALLBACK_TAG, none.source());
      assertEquals(List.of(), none.found());
      Descriptor a = attach(repository, image, "application/vnd.a+json", "a");
      Descriptor b = attach(repository, image, "application/vnd.b+json", "b");
      Referrers all = repository.referrers(image.digest(), Optional.empty());
      assertEquals(
          List.of(a.digest(), b.digest()), all.found().stream().map(Descriptor::digest).toList());
      assertEquals(
          List.of(b.digest()),
          repository
              .referrers(image.digest(), Optional.of("application/vnd.b+json"))
              .found()
              .stream()
              .map(Descriptor::digest)
              .toList());
      assertTrue(repository.tags().contains("sha256-" + image.digest().hex()));

      RemoteRepository other = client.repository(registry.reference("other"));
      other.mountOrWriteBlob(
          Descriptor.of(MediaTypes.LAYER_TAR, LAYER),
          registry.reference("team/app"),
          dev.assay.net.ByteSource.of(LAYER));
      assertTrue(other.hasBlob(Descriptor.of(MediaTypes.LAYER_TAR, LAYER).digest()));
    }
  }

  @Test
  void entriesThatOlderWritersLeftAreCompleted() throws Exception {
    try (Peers.DockerRegistry registry = new Peers.DockerRegistry(folder);
        RegistryClient client = client()) {
      RemoteRepository repository = client.repository(registry.reference("app"));
      Descriptor image = push(repository, LAYER, "1");
      Descriptor other = push(repository, Text.utf8("another"), "2");
      Descriptor good = attach(repository, image, "application/vnd.a+json", "a");
      Descriptor aboutOther = attach(repository, other, "application/vnd.a+json", "x");
      Descriptor gone = attach(repository, other, "application/vnd.a+json", "gone");
      Index old =
          Index.oci(
              List.of(
                  good.withArtifactType(Optional.of(MediaTypes.EMPTY)),
                  aboutOther.bare(),
                  gone.bare()));
      repository.put(old.bytes(), MediaTypes.INDEX, RemoteReferrers.fallbackTag(image.digest()));
      delete(registry.reference("app"), gone.digest());
      Referrers found = repository.referrers(image.digest(), Optional.of("application/vnd.a+json"));
      assertEquals(1, found.found().size());
      assertEquals(Map.of("note", "a"), found.found().getFirst().annotations());
      assertEquals(
          List.of(aboutOther.digest(), gone.digest()),
          found.rejected().stream().map(r -> r.descriptor().digest()).toList());
      // This registry takes no list that names what is gone: a new entry must find its way in.
      Descriptor added = attach(repository, image, "application/vnd.a+json", "new");
      assertEquals(
          List.of(good.digest(), added.digest()),
          repository.referrers(image.digest(), Optional.empty()).found().stream()
              .map(Descriptor::digest)
              .toList());
    }
  }

  private static void delete(Reference repository, Digest digest) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://"
                        + repository.registry()
                        + "/v2/"
                        + repository.repository()
                        + "/manifests/"
                        + digest))
            .DELETE()
            .build();
    assertEquals(
        202,
        HttpClient.newHttpClient()
            .send(request, HttpResponse.BodyHandlers.discarding())
            .statusCode());
  }

  @Test
  void writersAtTheSameTimeLoseNothing() throws Exception {
    int writers = 6;
    try (Peers.DockerRegistry registry = new Peers.DockerRegistry(folder);
        RegistryClient client = client();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      RemoteRepository repository = client.repository(registry.reference("app"));
      Descriptor image = push(repository, LAYER, "1");
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < writers; i++) {
        String payload = "p" + i;
        running.add(
            threads.submit(() -> attach(repository, image, "application/vnd.a+json", payload)));
      }
      for (Future<?> f : running) {
        f.get();
      }
      assertEquals(writers, repository.referrers(image.digest(), Optional.empty()).found().size());
    }
  }

  @Test
  void tamperingInItsStorageIsCaught() throws Exception {
    try (Peers.DockerRegistry registry = new Peers.DockerRegistry(folder);
        RegistryClient client = client()) {
      RemoteRepository repository = client.repository(registry.reference("app"));
      push(repository, LAYER, "1");
      Descriptor layer = Descriptor.of(MediaTypes.LAYER_TAR, LAYER);
      Path stored;
      try (var files = Files.walk(folder.resolve("storage"))) {
        stored =
            files
                .filter(f -> f.endsWith(Path.of(layer.digest().hex(), "data")))
                .findFirst()
                .orElseThrow();
      }
      byte[] other = LAYER.clone();
      other[5] ^= 1;
      Files.write(stored, other);
      AssayException e = assertThrows(AssayException.class, () -> repository.blob(layer, 1000));
      assertEquals(Code.DIGEST_MISMATCH, e.code());
    }
  }
}
