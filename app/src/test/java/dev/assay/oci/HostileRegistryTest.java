package dev.assay.oci;

import static dev.assay.oci.Registries.LAYER;
import static dev.assay.oci.Registries.client;
import static dev.assay.oci.Registries.reference;
import static dev.assay.oci.Registries.serve;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.net.HttpExchange;
import dev.assay.net.HttpHandler;
import dev.assay.server.RunningServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A registry may lie, stall and flood; the client must say which, and never "there is nothing". */
class HostileRegistryTest {

  private static final byte[] MANIFEST = Registries.image(LAYER).bytes();
  private static final Digest DIGEST = Hashes.sha256Digest(MANIFEST);
  private static final Descriptor BLOB = Descriptor.of(MediaTypes.LAYER_TAR, LAYER);

  private static void answer(HttpExchange e, int status, String type, byte[] body)
      throws IOException {
    e.respond(status, Map.of("Content-Type", type), body);
  }

  private static Code refused(HttpHandler handler, Action action) throws Exception {
    try (RunningServer server = serve(handler);
        RegistryClient client = client()) {
      return code(() -> action.run(client.repository(reference(server, "app"))));
    }
  }

  private static Code code(Executable action) {
    return assertThrows(AssayException.class, action).code();
  }

  @FunctionalInterface
  private interface Action {
    void run(RemoteRepository repository) throws Exception;
  }

  @Test
  void aManifestThatIsNotItsDigest() throws Exception {
    HttpHandler other = e -> answer(e, 200, MediaTypes.MANIFEST, Text.utf8("{}"));
    assertEquals(Code.DIGEST_MISMATCH, refused(other, r -> r.manifest(DIGEST)));
  }

  @Test
  void aTagWhoseHeaderAndBytesDisagree() throws Exception {
    HttpHandler lying =
        e ->
            e.respond(
                200,
                Map.of(
                    "Content-Type",
                    MediaTypes.MANIFEST,
                    "Docker-Content-Digest",
                    "sha256:" + "0".repeat(64)),
                MANIFEST);
    assertEquals(Code.DIGEST_MISMATCH, refused(lying, r -> r.manifest("1")));
    // The answer to a digest may not state another one either.
    assertEquals(Code.DIGEST_MISMATCH, refused(lying, r -> r.manifest(DIGEST)));
  }

  @Test
  void headIsNeverBelieved() throws Exception {
    HttpHandler twoFaces =
        e ->
            e.respond(
                200,
                Map.of("Content-Type", MediaTypes.MANIFEST),
                e.method().equals("HEAD") ? MANIFEST : Text.utf8("{\"schemaVersion\":2}"));
    assertEquals(Code.DIGEST_MISMATCH, refused(twoFaces, r -> r.manifest(DIGEST)));
  }

  @Test
  void anEndlessManifest() throws Exception {
    HttpHandler endless =
        e -> e.respond(200, Map.of("Content-Type", MediaTypes.MANIFEST), 1L << 40, spaces());
    assertEquals(Code.TOO_LARGE, refused(endless, r -> r.manifest(DIGEST)));
  }

  private static InputStream spaces() {
    return new InputStream() {
      @Override
      public int read() {
        return ' ';
      }

      @Override
      public int read(byte[] into, int offset, int length) {
        java.util.Arrays.fill(into, offset, offset + length, (byte) ' ');
        return length;
      }
    };
  }

  @Test
  void anEndlessBodyWithoutALength() throws Exception {
    try (Raw raw =
            new Raw(
                "HTTP/1.1 200 OK\r\nContent-Type: "
                    + MediaTypes.MANIFEST
                    + "\r\nConnection: close\r\n\r\n",
                Long.MAX_VALUE);
        RegistryClient client = client()) {
      RemoteRepository repository = client.repository(raw.reference());
      assertEquals(Code.TOO_LARGE, code(() -> repository.manifest(DIGEST)));
      assertEquals(Code.SIZE_MISMATCH, code(() -> repository.blob(BLOB, 1000)));
    }
  }

  @Test
  void aManifestThatStopsInTheMiddle() throws Exception {
    try (Raw raw =
            new Raw(
                "HTTP/1.1 200 OK\r\nContent-Type: "
                    + MediaTypes.MANIFEST
                    + "\r\nContent-Length: 500\r\n\r\n",
                20);
        RegistryClient client = client()) {
      assertEquals(
          Code.UNREACHABLE, code(() -> client.repository(raw.reference()).manifest(DIGEST)));
    }
  }

  @Test
  void aBlobThatStopsInTheMiddleIsContinued() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    List<String> ranges = new CopyOnWriteArrayList<>();
    HttpHandler breaking =
        e -> {
          ranges.add(e.header("range").orElse("all"));
          if (requests.getAndIncrement() == 0) {
            e.respond(200, Map.of(), LAYER.length, new ByteArrayInputStream(LAYER, 0, 7));
          } else {
            int from = Integer.parseInt(e.header("range").orElseThrow().replaceAll("\\D", ""));
            e.respond(
                206,
                Map.of(
                    "Content-Range",
                    "bytes " + from + "-" + (LAYER.length - 1) + "/" + LAYER.length),
                java.util.Arrays.copyOfRange(LAYER, from, LAYER.length));
          }
        };
    try (RunningServer server = serve(breaking);
        RegistryClient client = client()) {
      assertEquals(
          Text.utf8(LAYER),
          Text.utf8(client.repository(reference(server, "app")).blob(BLOB, 1000)));
      assertEquals("all", ranges.getFirst());
      assertEquals(2, requests.get());
    }
  }

  @Test
  void aBlobThatAlwaysStops() throws Exception {
    HttpHandler breaking =
        e -> e.respond(200, Map.of(), LAYER.length, new ByteArrayInputStream(LAYER, 0, 7));
    assertEquals(Code.UNREACHABLE, refused(breaking, r -> r.blob(BLOB, 1000)));
  }

  @Test
  void aBlobOfAnotherSizeOrOtherBytes() throws Exception {
    byte[] other = LAYER.clone();
    other[3] ^= 1;
    HttpHandler flipped = e -> answer(e, 200, MediaTypes.OCTETS, other);
    HttpHandler longer = e -> answer(e, 200, MediaTypes.OCTETS, new byte[LAYER.length + 1]);
    HttpHandler shorter = e -> answer(e, 200, MediaTypes.OCTETS, new byte[LAYER.length - 1]);
    HttpHandler missing = e -> answer(e, 404, "text/plain", new byte[0]);
    assertEquals(Code.DIGEST_MISMATCH, refused(flipped, r -> r.blob(BLOB, 1000)));
    assertEquals(Code.SIZE_MISMATCH, refused(longer, r -> r.blob(BLOB, 1000)));
    assertEquals(Code.SIZE_MISMATCH, refused(shorter, r -> r.blob(BLOB, 1000)));
    assertEquals(Code.CONTENT_MISSING, refused(missing, r -> r.blob(BLOB, 1000)));
    assertEquals(
        Code.TOO_LARGE,
        refused(
            missing,
            r -> r.blob(Descriptor.of(MediaTypes.LAYER_TAR, DIGEST, Long.MAX_VALUE), 1000)));
  }

  @Test
  void throttlingIsNotAbsence() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    HttpHandler busy =
        e -> {
          requests.incrementAndGet();
          e.respond(429, Map.of("Retry-After", "86400"), new byte[0]);
        };
    assertEquals(Code.THROTTLED, refused(busy, r -> r.find("1")));
    assertEquals(3, requests.get(), "retried, and not for a day");
    assertEquals(Code.THROTTLED, refused(busy, r -> r.referrers(DIGEST, Optional.empty())));
    assertEquals(Code.THROTTLED, refused(busy, r -> r.hasBlob(DIGEST)));
    assertEquals(Code.THROTTLED, refused(busy, r -> r.tags()));
  }

  @Test
  void aMomentOfThrottlingIsSatOut() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    HttpHandler busyOnce =
        e -> {
          if (requests.getAndIncrement() == 0) {
            e.respond(429, Map.of(), new byte[0]);
          } else {
            answer(e, 200, MediaTypes.MANIFEST, MANIFEST);
          }
        };
    try (RunningServer server = serve(busyOnce);
        RegistryClient client = client()) {
      assertTrue(client.repository(reference(server, "app")).find("1").isPresent());
    }
  }

  @Test
  void failuresAreNotAbsence() throws Exception {
    for (Map.Entry<Integer, Code> e :
        Map.of(
                500, Code.SERVER_ERROR,
                503, Code.SERVER_ERROR,
                401, Code.UNAUTHORIZED,
                403, Code.UNAUTHORIZED,
                418, Code.BAD_RESPONSE)
            .entrySet()) {
      HttpHandler failing = x -> answer(x, e.getKey(), "text/plain", Text.utf8("no"));
      assertEquals(e.getValue(), refused(failing, r -> r.find("1")), "status " + e.getKey());
      assertEquals(
          e.getValue(),
          refused(failing, r -> r.referrers(DIGEST, Optional.empty())),
          "status " + e.getKey());
    }
  }

  @Test
  void nobodyListensIsNotAbsence() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    try (RegistryClient client = client()) {
      RemoteRepository repository =
          client.repository(Reference.parse("127.0.0.1:" + port + "/app"));
      assertEquals(Code.UNREACHABLE, code(() -> repository.find("1")));
      assertEquals(Code.UNREACHABLE, code(() -> repository.referrers(DIGEST, Optional.empty())));
    }
  }

  @Test
  void redirectsThatDoNotEnd() throws Exception {
    HttpHandler round =
        e -> e.respond(307, Map.of("Location", e.baseUrl() + e.path()), new byte[0]);
    assertEquals(Code.BAD_RESPONSE, refused(round, r -> r.manifest("1")));
    for (String location : List.of("", "file:///etc/passwd", "http://", "http://u:p@127.0.0.1/")) {
      HttpHandler bad = e -> e.respond(307, Map.of("Location", location), new byte[0]);
      assertEquals(Code.BAD_RESPONSE, refused(bad, r -> r.manifest("1")), location);
    }
  }

  private static Credentials login(Path folder, String registry) throws IOException {
    String auth = Base64s.encode(Text.utf8("user:the-password"));
    Files.writeString(
        folder.resolve("config.json"),
        "{\"auths\":{\"" + registry + "\":{\"auth\":\"" + auth + "\"}}}");
    return Credentials.of(Map.of("DOCKER_CONFIG", folder.toString()));
  }

  @Test
  void credentialsStayWithTheirRegistry(@TempDir Path folder) throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    HttpHandler elsewhere =
        e -> {
          seen.add(e.header("authorization").orElse("none"));
          answer(e, 200, MediaTypes.MANIFEST, MANIFEST);
        };
    try (RunningServer other = serve(elsewhere)) {
      HttpHandler registry =
          e -> {
            if (e.header("authorization").isEmpty()) {
              e.respond(401, Map.of("WWW-Authenticate", "Basic realm=\"r\""), new byte[0]);
            } else {
              e.respond(307, Map.of("Location", other.url() + "/blob"), new byte[0]);
            }
          };
      try (RunningServer server = serve(registry);
          RegistryClient client =
              new RegistryClient(Registries.QUICK, login(folder, server.authority()), false)) {
        client.repository(reference(server, "app")).manifest("1");
      }
    }
    assertEquals(List.of("none"), seen);
  }

  @Test
  void anotherHostThatAsksForCredentialsGetsNone(@TempDir Path folder) throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    HttpHandler asking =
        e -> {
          seen.add(e.header("authorization").orElse("none"));
          e.respond(401, Map.of("WWW-Authenticate", "Basic realm=\"r\""), new byte[0]);
        };
    try (RunningServer other = serve(asking);
        RunningServer server =
            serve(e -> e.respond(307, Map.of("Location", other.url() + "/x"), new byte[0]));
        RegistryClient client =
            new RegistryClient(Registries.QUICK, login(folder, server.authority()), false)) {
      assertEquals(
          Code.UNAUTHORIZED, code(() -> client.repository(reference(server, "app")).manifest("1")));
    }
    assertEquals(List.of("none"), seen);
  }

  @Test
  void basicAndBearerAreAnswered(@TempDir Path folder) throws Exception {
    AtomicInteger tokens = new AtomicInteger();
    HttpHandler registry =
        e -> {
          if (e.path().equals("/token")) {
            tokens.incrementAndGet();
            boolean known =
                e.header("authorization")
                    .equals(Optional.of("Basic " + Base64s.encode(Text.utf8("user:the-password"))));
            boolean scoped =
                e.queries("scope").equals(List.of("repository:app:pull"))
                    && e.query("service").equals(Optional.of("s"));
            answer(
                e,
                known && scoped ? 200 : 401,
                "application/json",
                Text.utf8("{\"token\":\"tok\",\"expires_in\":300}"));
          } else if (e.header("authorization").equals(Optional.of("Bearer tok"))) {
            answer(e, 200, MediaTypes.MANIFEST, MANIFEST);
          } else {
            e.respond(
                401,
                Map.of(
                    "WWW-Authenticate",
                    "Bearer realm=\""
                        + e.baseUrl()
                        + "/token\",service=\"s\",scope=\"repository:app:pull\""),
                new byte[0]);
          }
        };
    try (RunningServer server = serve(registry);
        RegistryClient client =
            new RegistryClient(Registries.QUICK, login(folder, server.authority()), false)) {
      RemoteRepository repository = client.repository(reference(server, "app"));
      repository.manifest("1");
      repository.manifest("2");
      assertEquals(1, tokens.get(), "a token is used again");
    }
  }

  @Test
  void aFloodOfReferrers() throws Exception {
    byte[] page = page(Limits.REFERRERS, "application/vnd.x");
    HttpHandler endless =
        e ->
            e.respond(
                200,
                Map.of(
                    "Content-Type", MediaTypes.INDEX, "Link", "<" + e.path() + ">; rel=\"next\""),
                page);
    assertEquals(Code.TOO_MANY, refused(endless, r -> r.referrers(DIGEST, Optional.empty())));
    HttpHandler empty =
        e ->
            e.respond(
                200,
                Map.of(
                    "Content-Type", MediaTypes.INDEX, "Link", "<" + e.path() + ">; rel=\"next\""),
                Index.oci(List.of()).bytes());
    assertEquals(Code.TOO_MANY, refused(empty, r -> r.referrers(DIGEST, Optional.empty())));
  }

  private static byte[] page(int count, String type) {
    List<Descriptor> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(
          Descriptor.of(MediaTypes.MANIFEST, Text.utf8("m" + i))
              .withArtifactType(Optional.of(type)));
    }
    return Index.oci(entries).bytes();
  }

  @Test
  void othersCannotHideTheOneThatIsWanted() throws Exception {
    List<Descriptor> entries =
        new ArrayList<>(
            ((Index)
                    Content.parse(
                        page(Limits.REFERRERS + 500, "application/vnd.junk"), MediaTypes.INDEX))
                .manifests());
    Descriptor wanted =
        Descriptor.of(MediaTypes.MANIFEST, MANIFEST)
            .withArtifactType(Optional.of("application/vnd.wanted"));
    entries.add(wanted);
    // This registry ignores the filter.
    HttpHandler registry = e -> answer(e, 200, MediaTypes.INDEX, Index.oci(entries).bytes());
    try (RunningServer server = serve(registry);
        RegistryClient client = client()) {
      assertEquals(
          List.of(wanted),
          client
              .repository(reference(server, "app"))
              .referrers(DIGEST, Optional.of("application/vnd.wanted"))
              .found());
    }
  }

  @Test
  void plainHttpOnlyToThisMachine() throws Exception {
    try (RegistryClient client = client()) {
      assertEquals(
          "https", client.endpoint(Reference.parse("registry.example/app"), "").getScheme());
      assertEquals("http", client.endpoint(Reference.parse("localhost:5/app"), "").getScheme());
      assertEquals(
          "https", client.endpoint(Reference.parse("127.0.0.1.example.com/app"), "").getScheme());
      assertEquals(
          "https://registry-1.docker.io/v2/x",
          client.endpoint(Reference.parse("nginx"), "x").toString());
    }
  }

  @Test
  void aBrokenPushLeavesNothing() throws Exception {
    HttpHandler refusing =
        e -> {
          e.body().readAllBytes();
          if (e.method().equals("HEAD")) {
            answer(e, 404, "text/plain", new byte[0]);
          } else if (e.method().equals("POST")) {
            e.respond(202, Map.of("Location", "/up"), new byte[0]);
          } else {
            answer(e, 400, "text/plain", new byte[0]);
          }
        };
    assertEquals(
        Code.BAD_RESPONSE,
        refused(refusing, r -> r.writeBlob(BLOB, dev.assay.net.ByteSource.of(LAYER))));
    assertEquals(
        Code.DIGEST_MISMATCH,
        refused(
            refusing, r -> r.writeBlob(BLOB, dev.assay.net.ByteSource.of(new byte[LAYER.length]))));
  }

  /** Answers every connection with a head and then so many bytes. */
  private static final class Raw implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

    Raw(String head, long bytes) throws IOException {
      Thread.ofVirtual()
          .start(() -> {
            while (!socket.isClosed()) {
              try (Socket peer = socket.accept()) {
                InputStream in = peer.getInputStream();
                for (int last = 0, c; (c = in.read()) >= 0; ) {
                  last = last << 8 | c;
                  if (last == 0x0d0a0d0a) {
                    break;
                  }
                }
                OutputStream out = peer.getOutputStream();
                out.write(Text.utf8(head));
                byte[] spaces = Text.utf8(" ".repeat(8192));
                for (long left = bytes; left > 0; left -= spaces.length) {
                  out.write(spaces, 0, (int) Math.min(left, spaces.length));
                }
              } catch (IOException e) {
                // The client hung up: what is wanted.
              }
            }
          });
    }

    Reference reference() {
      return Reference.parse("127.0.0.1:" + socket.getLocalPort() + "/app");
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
