package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.net.HttpExchange;
import dev.assay.net.HttpHandler;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A registry by distribution-spec 1.1 over a folder ({@link RegistryStorage} says how it lies
 * there): pull, push, content discovery with the referrers API, content management.
 *
 * <p>Trusted for nothing. It checks what is pushed, so that an honest mistake is caught early; what
 * is pulled it sends as it is stored. Whoever pulls compares it with the digest, and finds out if
 * the storage was changed.
 */
public final class RegistryServer implements HttpHandler, AutoCloseable {

  private static final int PAGE = 1_000;
  private static final Duration SETTLE = Duration.ofSeconds(2);

  private final RegistryStorage storage;
  private final Uploads uploads;
  private final RegistryBlobs blobs;
  private final RegistryManifests manifests;
  private final RegistryAccess access;
  private final Thread settling;

  /** One that whoever reaches it may push to and delete from. */
  public RegistryServer(Path folder, Clock clock) {
    this(folder, clock, RegistryAccess.open());
  }

  public RegistryServer(Path folder, Clock clock, RegistryAccess access) {
    this.access = access;
    this.storage = new RegistryStorage(folder);
    this.uploads = new Uploads(clock);
    this.blobs = new RegistryBlobs(storage, uploads);
    this.manifests = new RegistryManifests(storage);
    this.settling = Thread.ofVirtual().name("settle").start(this::settle);
  }

  // Other tools read index.json alone: it is up to date when nothing was pushed for a moment.
  private void settle() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(SETTLE);
      } catch (InterruptedException e) {
        return;
      }
      storage.settle(SETTLE);
    }
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try {
      access.check(exchange);
      route(exchange);
    } catch (RegistryError e) {
      respond(exchange, e);
    } catch (AssayException e) {
      respond(exchange, refusal(e));
    }
  }

  private static void respond(HttpExchange exchange, RegistryError error) throws IOException {
    Map<String, String> headers = new java.util.LinkedHashMap<>(error.headers());
    headers.put("Content-Type", "application/json");
    exchange.respond(error.status(), headers, error.body());
  }

  // What the caller sent was not acceptable, or our own files are not.
  private static RegistryError refusal(AssayException e) {
    String message = e.code().id() + ": " + e.getMessage();
    return switch (e.code()) {
      case FILE_UNREADABLE, FILE_UNWRITABLE, NOT_A_LAYOUT ->
          new RegistryError(500, "UNKNOWN", e.code().id() + ": " + e.code().title());
      case TOO_LARGE, TOO_MANY -> new RegistryError(413, "SIZE_INVALID", message);
      case DIGEST_MISMATCH, BAD_DIGEST -> RegistryError.digestInvalid(message);
      default -> new RegistryError(400, "MANIFEST_INVALID", message);
    };
  }

  private void route(HttpExchange exchange) throws IOException {
    String path = exchange.path();
    if (path.equals("/v2/") || path.equals("/v2")) {
      ping(exchange);
      return;
    }
    if (path.equals("/v2/_catalog")) {
      catalog(exchange);
      return;
    }
    if (!path.startsWith("/v2/")) {
      throw new RegistryError(404, "UNSUPPORTED", "nothing is here; the API is under /v2/");
    }
    // The longest match from the end: a repository may be called team/manifests.
    String rest = path.substring("/v2/".length());
    if (rest.endsWith("/tags/list")) {
      String name = name(rest.substring(0, rest.length() - "/tags/list".length()));
      manifests.tags(exchange, name, page(exchange));
      return;
    }
    int last = rest.lastIndexOf('/');
    if (last < 0) {
      throw RegistryError.nameUnknown();
    }
    String front = rest.substring(0, last);
    String end = rest.substring(last + 1);
    if (front.endsWith("/blobs/uploads")) {
      String name = name(front.substring(0, front.length() - "/blobs/uploads".length()));
      blobs.upload(exchange, name, end);
    } else if (rest.endsWith("/blobs/uploads")) {
      String name = name(rest.substring(0, rest.length() - "/blobs/uploads".length()));
      blobs.upload(exchange, name, "");
    } else if (front.endsWith("/blobs")) {
      blobs.blob(exchange, name(front.substring(0, front.length() - "/blobs".length())), end);
    } else if (front.endsWith("/manifests")) {
      String name = name(front.substring(0, front.length() - "/manifests".length()));
      manifests.manifest(exchange, name, end);
    } else if (front.endsWith("/referrers")) {
      String name = name(front.substring(0, front.length() - "/referrers".length()));
      manifests.referrers(exchange, name, end);
    } else {
      throw new RegistryError(404, "UNSUPPORTED", "nothing is here");
    }
  }

  private static String name(String text) {
    if (!Names.isRepository(text)) {
      throw RegistryError.nameInvalid();
    }
    return text;
  }

  private static void ping(HttpExchange exchange) throws IOException {
    requireRead(exchange);
    exchange.respond(
        200,
        Map.of(
            "Content-Type", "application/json", "Docker-Distribution-Api-Version", "registry/2.0"),
        Text.utf8("{}"));
  }

  private void catalog(HttpExchange exchange) throws IOException {
    requireRead(exchange);
    Page page = page(exchange);
    List<String> names =
        new ArrayList<>(
            storage.repositories().tailSet(page.last(), false).stream()
                .limit(page.count() + 1L)
                .toList());
    sendPage(exchange, names, page, "/v2/_catalog", Json.object(), "repositories");
  }

  static void requireRead(HttpExchange exchange) {
    if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
      throw RegistryError.unsupported();
    }
  }

  /**
   * @param last only what comes after this
   * @param count at most so many
   */
  record Page(String last, int count) {}

  private static Page page(HttpExchange exchange) {
    Optional<String> n = exchange.query("n");
    int count = PAGE;
    if (n.isPresent()) {
      if (!n.get().matches("[0-9]{1,9}")) {
        throw new RegistryError(400, "PAGINATION_NUMBER_INVALID", "n is not a number");
      }
      count = Math.min(PAGE, Integer.parseInt(n.get()));
    }
    return new Page(exchange.query("last").orElse(""), count);
  }

  /** Sends up to {@code page.count} of the names, which hold one more when there is a next page. */
  static void sendPage(
      HttpExchange exchange,
      List<String> names,
      Page page,
      String path,
      Json.Builder body,
      String member)
      throws IOException {
    Map<String, String> headers = new java.util.LinkedHashMap<>();
    headers.put("Content-Type", "application/json");
    List<String> shown = names;
    if (names.size() > page.count()) {
      shown = names.subList(0, page.count());
      if (!shown.isEmpty()) {
        String last = URLEncoder.encode(shown.getLast(), StandardCharsets.UTF_8);
        headers.put(
            "Link", "<" + path + "?n=" + page.count() + "&last=" + last + ">; rel=\"next\"");
      }
    }
    exchange.respond(
        200, headers, Text.utf8(body.put(member, Json.strings(shown)).build().compact()));
  }

  @Override
  public void close() {
    settling.interrupt();
    uploads.close();
    storage.settle(Duration.ZERO);
  }
}
