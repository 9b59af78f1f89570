package dev.assay.oci;

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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a registry may list to drown, mislead or lead astray whoever looks for evidence. */
class HostileListingTest {

  private static final Digest SUBJECT = Hashes.sha256Digest(Text.utf8("an image"));
  private static final String WANTED = "application/vnd.wanted";
  private static final String JUNK = "application/vnd.junk";

  private static void index(HttpExchange e, byte[] body, Map<String, String> more)
      throws IOException {
    Map<String, String> headers = new java.util.HashMap<>(more);
    headers.put("Content-Type", MediaTypes.INDEX);
    e.respond(200, headers, body);
  }

  private static List<Descriptor> entries(int from, int count, String type) {
    List<Descriptor> out = new ArrayList<>(count);
    for (int i = from; i < from + count; i++) {
      out.add(
          Descriptor.of(MediaTypes.MANIFEST, Text.utf8("m" + i))
              .withArtifactType(Optional.of(type)));
    }
    return out;
  }

  private static Referrers search(HttpHandler registry) {
    try (RunningServer server = serve(registry);
        RegistryClient client = client()) {
      return client
          .repository(reference(server, "app"))
          .search(SUBJECT, Optional.empty(), d -> d.artifactType().equals(Optional.of(WANTED)));
    }
  }

  private static Code refused(HttpHandler registry) {
    return assertThrows(AssayException.class, () -> search(registry)).code();
  }

  @Test
  void aHundredThousandInOnePage() {
    byte[] page = Index.oci(entries(0, 100_000, JUNK)).bytes();
    assertTrue(page.length > Limits.MANIFEST_BYTES);
    assertEquals(Code.TOO_LARGE, refused(e -> index(e, page, Map.of())));
  }

  @Test
  void aHundredThousandInPages() {
    AtomicInteger pages = new AtomicInteger();
    HttpHandler registry =
        e -> {
          int page = pages.getAndIncrement();
          List<Descriptor> entries = new ArrayList<>(entries(page * 1_000, 1_000, JUNK));
          if (page == 0) {
            entries.addAll(entries(-1, 1, WANTED));
          }
          index(
              e,
              Index.oci(entries).bytes(),
              page < 99
                  ? Map.of("Link", "<" + e.path() + "?n=" + page + ">; rel=\"next\"")
                  : Map.of());
        };
    Referrers found = search(registry);
    assertTrue(found.cut().isPresent(), "said, not passed over");
    assertEquals(
        1,
        found.found().stream().filter(d -> d.artifactType().equals(Optional.of(WANTED))).count());
    assertTrue(found.found().size() <= Limits.REFERRERS + 1, "no more is kept");
    assertTrue(pages.get() < 30, "given up before the end: " + pages);
  }

  @Test
  void pagesThatAreEmptyOrFullOfAnnotationsEndAsWell() {
    AtomicInteger pages = new AtomicInteger();
    byte[] nothing = Index.oci(List.of()).bytes();
    HttpHandler empty =
        e -> {
          pages.incrementAndGet();
          index(e, nothing, Map.of("Link", "<" + e.path() + ">; rel=\"next\""));
        };
    assertTrue(search(empty).cut().isPresent());
    assertTrue(pages.get() <= 200, "pages: " + pages);
    pages.set(0);
    byte[] fat =
        Index.oci(
                List.of(
                    entries(0, 1, JUNK)
                        .getFirst()
                        .withAnnotations(Map.of("x", "x".repeat(3 << 20)))))
            .bytes();
    HttpHandler heavy =
        e -> {
          pages.incrementAndGet();
          index(e, fat, Map.of("Link", "<" + e.path() + ">; rel=\"next\""));
        };
    assertTrue(search(heavy).cut().isPresent());
    assertTrue(pages.get() < 15, "pages: " + pages);
  }

  @Test
  void moreOfWhatIsWantedThanIsLookedAt() {
    byte[] page = Index.oci(entries(0, Limits.REFERRERS + 1, WANTED)).bytes();
    assertEquals(Code.TOO_MANY, refused(e -> index(e, page, Map.of())));
  }

  @Test
  void aFloodUnderTheFallbackTag() {
    List<Descriptor> all = new ArrayList<>(entries(0, 15_000, JUNK));
    all.addAll(entries(-1, 1, WANTED));
    // With annotations, or each would be completed from its manifest.
    byte[] list =
        Index.oci(all.stream().map(d -> d.withAnnotations(Map.of("a", "b"))).toList()).bytes();
    HttpHandler registry =
        e -> {
          if (e.path().contains("/referrers/")) {
            e.respond(404, Map.of(), new byte[0]);
          } else {
            index(e, list, Map.of());
          }
        };
    Referrers found = search(registry);
    assertTrue(found.cut().isPresent());
    assertEquals(Referrers.Source.FALLBACK_TAG, found.source());
    assertEquals(WANTED, found.found().getLast().artifactType().orElseThrow());
  }

  @Test
  void namesThatLeadElsewhere() {
    for (String digest :
        List.of(
            "sha256:../../../../etc/passwd",
            "../" + SUBJECT,
            "sha256:" + "..%2f".repeat(13),
            "sha256:" + SUBJECT.hex() + "/../x")) {
      String page =
          Text.utf8(Index.oci(entries(0, 1, WANTED)).bytes())
              .replaceFirst("sha256:[0-9a-f]{64}", digest);
      assertEquals(
          Code.BAD_MANIFEST, kind(refused(e -> index(e, Text.utf8(page), Map.of()))), digest);
    }
    // What is called so in a list of tags cannot be asked for.
    HttpHandler tags =
        e ->
            e.respond(
                200,
                Map.of("Content-Type", "application/json"),
                Text.utf8("{\"name\":\"app\",\"tags\":[\"../../other/manifests/1\"]}"));
    try (RunningServer server = serve(tags);
        RegistryClient client = client()) {
      RemoteRepository repository = client.repository(reference(server, "app"));
      String tag = repository.tags().getFirst();
      assertEquals(
          Code.BAD_REFERENCE,
          assertThrows(AssayException.class, () -> repository.find(tag)).code());
    }
    for (String name :
        List.of("127.0.0.1:5/../app:1", "127.0.0.1:5/a/../../b", "127.0.0.1:5/a%2f..:1")) {
      assertEquals(
          Code.BAD_REFERENCE,
          assertThrows(AssayException.class, () -> Reference.parse(name)).code(),
          name);
    }
  }

  // A digest that is none has a code of its own.
  private static Code kind(Code code) {
    return code == Code.BAD_DIGEST || code == Code.BAD_FIELD ? Code.BAD_MANIFEST : code;
  }

  @Test
  void aNextPageElsewhereGetsNoCredentials(@TempDir Path folder) throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    byte[] nothing = Index.oci(List.of()).bytes();
    HttpHandler other =
        e -> {
          seen.add(e.header("authorization").orElse("none"));
          index(e, nothing, Map.of());
        };
    try (RunningServer elsewhere = serve(other)) {
      HttpHandler registry =
          e -> {
            if (e.header("authorization").isEmpty()) {
              e.respond(401, Map.of("WWW-Authenticate", "Basic realm=\"r\""), new byte[0]);
            } else {
              index(e, nothing, Map.of("Link", "<" + elsewhere.url() + "/x>; rel=\"next\""));
            }
          };
      try (RunningServer server = serve(registry);
          RegistryClient client =
              new RegistryClient(Registries.QUICK, login(folder, server.authority()), false)) {
        client.repository(reference(server, "app")).referrers(SUBJECT, Optional.empty());
      }
    }
    assertEquals(List.of("none"), seen);
  }

  private static Credentials login(Path folder, String registry) throws IOException {
    String auth = Base64s.encode(Text.utf8("user:the-password"));
    Files.writeString(
        folder.resolve("config.json"),
        "{\"auths\":{\"" + registry + "\":{\"auth\":\"" + auth + "\"}}}");
    return Credentials.of(Map.of("DOCKER_CONFIG", folder.toString()));
  }

  @Test
  void noCredentialsWithoutTlsToATokenServiceElsewhere(@TempDir Path folder) throws Exception {
    HttpHandler registry =
        e ->
            e.respond(
                401,
                Map.of(
                    "WWW-Authenticate", "Bearer realm=\"http://tokens.invalid/t\",service=\"s\""),
                new byte[0]);
    try (RunningServer server = serve(registry);
        RegistryClient client =
            new RegistryClient(Registries.QUICK, login(folder, server.authority()), false)) {
      RemoteRepository repository = client.repository(reference(server, "app"));
      assertEquals(
          Code.PLAIN_HTTP, assertThrows(AssayException.class, () -> repository.find("1")).code());
    }
  }
}
