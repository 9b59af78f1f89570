package dev.assay.oci;

import static dev.assay.oci.Registries.LAYER;
import static dev.assay.oci.Registries.attach;
import static dev.assay.oci.Registries.client;
import static dev.assay.oci.Registries.push;
import static dev.assay.oci.Registries.reference;
import static dev.assay.oci.Registries.serve;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.net.ByteSource;
import dev.assay.server.RunningServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryServerTest {

  @TempDir Path folder;

  private final HttpClient http = HttpClient.newHttpClient();

  private HttpResponse<String> send(
      RunningServer server, String method, String path, byte[] body, String... headers)
      throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    request.method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    return http.send(
        request.build(),
        HttpResponse.BodyHandlers.ofString(java.nio.charset.StandardCharsets.ISO_8859_1));
  }

  private HttpResponse<String> get(RunningServer server, String path, String... headers)
      throws Exception {
    return send(server, "GET", path, new byte[0], headers);
  }

  @Test
  void whatIsPushedIsPulled() throws Exception {
    try (RunningServer server = serve(folder);
        RegistryClient client = client()) {
      RemoteRepository repository = client.repository(reference(server, "team/app"));
      Descriptor pushed = push(repository, LAYER, "1.0");
      StoredManifest byTag = repository.manifest("1.0");
      assertEquals(pushed.digest(), byTag.descriptor().digest());
      StoredManifest byDigest = repository.manifest(pushed.digest());
      assertArrayEquals(byTag.bytes(), byDigest.bytes());
      Descriptor layer = byTag.manifest().layers().getFirst();
      assertArrayEquals(LAYER, repository.blob(layer, 1000));
      assertEquals(List.of("1.0"), repository.tags());
    }
  }

  @Test
  void eachRepositoryIsAnImageLayout() throws Exception {
    try (RunningServer server = serve(folder);
        RegistryClient client = client()) {
      Descriptor pushed = push(client.repository(reference(server, "team/app")), LAYER, "1.0");
      ImageLayout layout = ImageLayout.open(folder.resolve("team+app"));
      assertEquals(pushed.digest(), layout.manifest("1.0").descriptor().digest());
    }
  }

  @Test
  void itOutlivesItsProcess() throws Exception {
    Digest digest;
    try (RunningServer server = serve(folder);
        RegistryClient client = client()) {
      digest = push(client.repository(reference(server, "app")), LAYER, "1").digest();
    }
    try (RunningServer server = serve(folder);
        RegistryClient client = client()) {
      assertEquals(
          digest, client.manifest(reference(server, "app").tagged("1")).descriptor().digest());
    }
  }

  @Test
  void bytesChangedInStorageAreServedAndTheClientRefusesThem() throws Exception {
    try (RunningServer server = serve(folder);
        RegistryClient client = client()) {
      RemoteRepository repository = client.repository(reference(server, "app"));
      Descriptor pushed = push(repository, LAYER, "1");
      Descriptor layer = repository.manifest("1").manifest().layers().getFirst();
      byte[] other = LAYER.clone();
      other[0] ^= 1;
      Path stored = ImageLayout.open(folder.resolve("app")).blobPath(layer.digest());
      Files.write(stored, other);
      assertArrayEquals(
          other,
          get(server, "/v2/app/blobs/" + layer.digest())
              .body()
              .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
      AssayException e = assertThrows(AssayException.class, () -> repository.blob(layer, 1000));
      assertEquals(Code.DIGEST_MISMATCH, e.code());

      Path manifest = ImageLayout.open(folder.resolve("app")).blobPath(pushed.digest());
      Files.write(manifest, Text.utf8(Text.utf8(Files.readAllBytes(manifest)) + " "));
      e = assertThrows(AssayException.class, () -> repository.manifest(pushed.digest()));
      assertEquals(Code.DIGEST_MISMATCH, e.code());
      e = assertThrows(AssayException.class, () -> repository.manifest("1"));
      assertEquals(Code.DIGEST_MISMATCH, e.code());
    }
  }

  @Test
  void referrersAreListedAndFiltered() throws Exception {
    try (RunningServer server = serve(folder);
        RegistryClient client = client()) {
      RemoteRepository repository = client.repository(reference(server, "app"));
      Descriptor image = push(repository, LAYER, "1");
      assertTrue(repository.referrers(image.digest(), Optional.empty()).found().isEmpty());
      Descriptor a = attach(repository, image, "application/vnd.a+json", "a");
      Descriptor b = attach(repository, image, "application/vnd.b+json", "b");
      Referrers all = repository.referrers(image.digest(), Optional.empty());
      assertEquals(Referrers.Source.API, all.source());
      assertEquals(
          List.of(a.digest(), b.digest()), all.found().stream().map(Descriptor::digest).toList());
      Referrers some = repository.referrers(image.digest(), Optional.of("application/vnd.b+json"));
      assertEquals(1, some.found().size());
      assertEquals("b", some.found().getFirst().annotations().get("note"));
      HttpResponse<String> raw =
          get(
              server,
              "/v2/app/referrers/" + image.digest() + "?artifactType=application/vnd.a%2Bjson");
      assertEquals("artifactType", raw.headers().firstValue("oci-filters-applied").orElse(""));
      assertEquals(MediaTypes.INDEX, raw.headers().firstValue("content-type").orElse(""));
      assertFalse(raw.body().contains("vnd.b"));
    }
  }

  @Test
  void manyReferrersComeInPages() throws Exception {
    ImageLayout layout = ImageLayout.openOrCreate(folder.resolve("app"));
    Descriptor image = push(layout, LAYER, "1");
    byte[] payload = Text.utf8("x");
    layout.writeBlob(
        Descriptor.of(MediaTypes.EMPTY, Text.utf8("{}")), ByteSource.of(Text.utf8("{}")));
    layout.writeBlob(Descriptor.of("a/b", payload), ByteSource.of(payload));
    for (int i = 0; i < 60; i++) {
      Manifest m = Registries.referrer(image, "application/vnd.n", "x");
      Manifest big =
          new Manifest(
              m.mediaType(),
              m.artifactType(),
              m.config(),
              m.layers(),
              m.subject(),
              java.util.Map.of("n", i + "x".repeat(100_000)));
      layout.writeManifest(big, Optional.empty());
    }
    try (RunningServer server = serve(folder);
        RegistryClient client = client()) {
      HttpResponse<String> first = get(server, "/v2/app/referrers/" + image.digest());
      assertTrue(first.headers().firstValue("link").orElse("").contains("rel=\"next\""));
      RemoteRepository repository = client.repository(reference(server, "app"));
      Referrers all = repository.referrers(image.digest(), Optional.of("application/vnd.n"));
      assertEquals(60, all.found().stream().map(Descriptor::digest).distinct().count());
    }
  }

  @Test
  void tagsComeInPages() throws Exception {
    try (RunningServer server = serve(folder);
        RegistryClient client = client()) {
      RemoteRepository repository = client.repository(reference(server, "app"));
      for (String tag : List.of("c", "a", "b")) {
        push(repository, LAYER, tag);
      }
      HttpResponse<String> page = get(server, "/v2/app/tags/list?n=2");
      assertEquals("{\"name\":\"app\",\"tags\":[\"a\",\"b\"]}", page.body());
      assertEquals(
          "</v2/app/tags/list?n=2&last=b>; rel=\"next\"",
          page.headers().firstValue("link").orElse(""));
      assertEquals(
          "{\"name\":\"app\",\"tags\":[\"c\"]}",
          get(server, "/v2/app/tags/list?n=2&last=b").body());
      assertEquals(List.of("a", "b", "c"), repository.tags());
      assertTrue(get(server, "/v2/_catalog").body().contains("[\"app\"]"));
    }
  }

  @Test
  void rangesOfBlobs() throws Exception {
    try (RunningServer server = serve(folder);
        RegistryClient client = client()) {
      push(client.repository(reference(server, "app")), LAYER, "1");
      String path = "/v2/app/blobs/" + Hashes.sha256Digest(LAYER);
      HttpResponse<String> part = get(server, path, "Range", "bytes=4-8");
      assertEquals(206, part.statusCode());
      assertEquals("bytes", part.body());
      assertEquals(
          "bytes 4-8/" + LAYER.length, part.headers().firstValue("content-range").orElse(""));
      assertEquals("tests", get(server, path, "Range", "bytes=-5").body());
      assertEquals(416, get(server, path, "Range", "bytes=1000-").statusCode());
      assertEquals(200, get(server, path, "Range", "lines=1-2").statusCode());
    }
  }

  @Test
  void namesThatLeadOutsideAreRefused() throws Exception {
    try (RunningServer server = serve(folder.resolve("inner"))) {
      Files.writeString(folder.resolve("secret"), "secret");
      for (String path :
          List.of(
              "/v2/..%2F..%2Fsecret/manifests/1",
              "/v2/%2e%2e/blobs/sha256:" + "a".repeat(64),
              "/v2/a/blobs/sha256:..%2F..%2F..%2F..%2Fsecret",
              "/v2/a//b/tags/list",
              "/v2/A/tags/list",
              "/v2/a/manifests/..%2Findex.json",
              "/v2/a+b/tags/list",
              "/v2/a%00/tags/list")) {
        HttpResponse<String> answer = get(server, path);
        assertTrue(
            answer.statusCode() == 400 || answer.statusCode() == 404,
            path + " " + answer.statusCode());
        assertFalse(answer.body().contains("secret"), path);
      }
      assertEquals(
          400, send(server, "POST", "/v2/..%2Fx/blobs/uploads/", new byte[0]).statusCode());
    }
  }

  @Test
  void aBlobThatIsNotWhatItIsCalledIsNotKept() throws Exception {
    try (RunningServer server = serve(folder)) {
      Digest digest = Hashes.sha256Digest(Text.utf8("good"));
      HttpResponse<String> answer =
          send(server, "POST", "/v2/app/blobs/uploads/?digest=" + digest, Text.utf8("evil"));
      assertEquals(400, answer.statusCode());
      assertTrue(answer.body().contains("DIGEST_INVALID"), answer.body());
      assertEquals(404, get(server, "/v2/app/blobs/" + digest).statusCode());
      try (var files = Files.walk(folder)) {
        assertTrue(files.noneMatch(f -> f.getFileName().toString().startsWith(".tmp-")));
      }
    }
  }

  @Test
  void anImageWithoutItsLayersIsNotTaken() throws Exception {
    try (RunningServer server = serve(folder)) {
      HttpResponse<String> answer =
          send(
              server,
              "PUT",
              "/v2/app/manifests/1",
              Registries.image(LAYER).bytes(),
              "Content-Type",
              MediaTypes.MANIFEST);
      assertEquals(404, answer.statusCode());
      assertTrue(answer.body().contains("MANIFEST_BLOB_UNKNOWN"), answer.body());
    }
  }

  @Test
  void chunksMustFollowEachOther() throws Exception {
    try (RunningServer server = serve(folder)) {
      String location =
          send(server, "POST", "/v2/app/blobs/uploads/", new byte[0])
              .headers()
              .firstValue("location")
              .orElseThrow();
      byte[] all = Text.utf8("0123456789");
      assertEquals(
          416,
          send(server, "PATCH", location, Text.utf8("56789"), "Content-Range", "5-9").statusCode());
      HttpResponse<String> first =
          send(server, "PATCH", location, Text.utf8("01234"), "Content-Range", "0-4");
      assertEquals(202, first.statusCode());
      assertEquals("0-4", first.headers().firstValue("range").orElse(""));
      assertEquals(
          416,
          send(server, "PATCH", location, Text.utf8("01234"), "Content-Range", "0-4").statusCode());
      assertEquals("0-4", get(server, location).headers().firstValue("range").orElse(""));
      Digest digest = Hashes.digest(Digest.Algorithm.SHA512, all);
      HttpResponse<String> last =
          send(server, "PUT", location + "?digest=" + digest, Text.utf8("56789"));
      assertEquals(201, last.statusCode());
      assertEquals("0123456789", get(server, "/v2/app/blobs/" + digest).body());
      assertEquals(404, get(server, location).statusCode());
    }
  }

  @Test
  void blobsAreMountedWithoutBytes() throws Exception {
    try (RunningServer server = serve(folder);
        RegistryClient client = client()) {
      Reference a = reference(server, "a");
      push(client.repository(a), LAYER, "1");
      Descriptor layer = Descriptor.of(MediaTypes.LAYER_TAR, LAYER);
      RemoteRepository b = client.repository(reference(server, "b"));
      int[] opened = new int[1];
      b.mountOrWriteBlob(
          layer,
          a,
          () -> {
            opened[0]++;
            return ByteSource.of(LAYER).open();
          });
      assertTrue(b.hasBlob(layer.digest()));
      assertEquals(0, opened[0], "mounted: not even read");
    }
  }

  @Test
  void whatIsDeletedIsGone() throws Exception {
    try (RunningServer server = serve(folder);
        RegistryClient client = client()) {
      RemoteRepository repository = client.repository(reference(server, "app"));
      Descriptor image = push(repository, LAYER, "1");
      Descriptor referrer = attach(repository, image, "application/vnd.a", "a");
      assertEquals(202, send(server, "DELETE", "/v2/app/manifests/1", new byte[0]).statusCode());
      assertTrue(repository.find("1").isEmpty());
      assertTrue(repository.find(image.digest().toString()).isPresent());
      String path = "/v2/app/manifests/" + referrer.digest();
      assertEquals(202, send(server, "DELETE", path, new byte[0]).statusCode());
      assertEquals(404, send(server, "DELETE", path, new byte[0]).statusCode());
      assertTrue(repository.referrers(image.digest(), Optional.empty()).found().isEmpty());
      Digest layer = Hashes.sha256Digest(LAYER);
      assertEquals(202, send(server, "DELETE", "/v2/app/blobs/" + layer, new byte[0]).statusCode());
      assertFalse(repository.hasBlob(layer));
    }
  }

  @Test
  void aBlobIsNoManifestBecauseItLooksLikeOne() throws Exception {
    try (RunningServer server = serve(folder)) {
      byte[] manifest = Registries.image(LAYER).bytes();
      Digest digest = Hashes.sha256Digest(manifest);
      assertEquals(
          201,
          send(server, "POST", "/v2/app/blobs/uploads/?digest=" + digest, manifest).statusCode());
      assertEquals(404, get(server, "/v2/app/manifests/" + digest).statusCode());
    }
  }

  @Test
  void pushesAtTheSameTimeLoseNothing() throws Exception {
    int writers = 8;
    int each = 12;
    try (RunningServer server = serve(folder);
        RegistryClient client = client();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      RemoteRepository repository = client.repository(reference(server, "app"));
      Descriptor image = push(repository, LAYER, "base");
      List<Future<?>> running = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        int writer = w;
        running.add(
            threads.submit(() -> {
              for (int i = 0; i < each; i++) {
                push(repository, Text.utf8("layer " + writer), "t" + writer + "-" + i);
                attach(repository, image, "application/vnd.x", writer + "-" + i);
              }
              return null;
            }));
      }
      for (Future<?> f : running) {
        f.get();
      }
      assertEquals(writers * each + 1, repository.tags().size());
      assertEquals(
          writers * each, repository.referrers(image.digest(), Optional.empty()).found().size());
    }
  }
}
