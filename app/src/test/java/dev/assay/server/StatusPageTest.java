package dev.assay.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.cluster.RunningContainer;
import dev.assay.cluster.Snapshot;
import dev.assay.cluster.SnapshotIngest;
import dev.assay.crypto.Hashes;
import dev.assay.ledger.Ledger;
import dev.assay.ledger.LedgerRecord;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusPageTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final String EVIL = "<script>alert('x')</script>\"&\u001b[2K";
  private static final Digest SIGNED = Hashes.sha256Digest(Text.utf8("signed"));
  private static final Digest OTHER = Hashes.sha256Digest(Text.utf8("other"));

  @TempDir private Path folder;
  private Ledger ledger;
  private RunningServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeEach
  void start() {
    ledger =
        Ledger.init(folder.resolve("l"), "ledger.example/page", Clock.fixed(NOW, ZoneOffset.UTC));
    Digest blob = ledger.putBlob(Text.utf8("{\"a\":\"" + "<b>" + "\"}"));
    append(
        "evidence",
        Json.object()
            .put("subject", SIGNED.toString())
            .put("predicateType", "https://sigstore.dev/cosign/sign/v1")
            .put("bundle", blob.toString())
            .put("keyId", "k")
            .put("verified", true),
        blob);
    append("tag", tag(SIGNED));
    append("tag", tag(OTHER));
    append(
        "decision",
        Json.object()
            .put("uid", "u")
            .put("cluster", "prod-eu")
            .put("namespace", "shop")
            .put("kind", "Pod")
            .put("name", EVIL)
            .put("operation", "CREATE")
            .put("user", "ci")
            .put("allowed", false)
            .put("mode", "enforce")
            .put("code", "ASY1102")
            .put("reason", EVIL)
            .put("policy", blob.toString())
            .put("containers", List.of())
            .put("verdicts", blob.toString()),
        blob);
    new SnapshotIngest(ledger, ledger, InstantSource.fixed(NOW))
        .ingest(
            new Snapshot(
                "prod-eu", NOW, true, List.of(container("a", SIGNED), container("b", OTHER))));
    server =
        WebServers.start(
            new StatusPage(
                folder.resolve("l"),
                Optional.of((q, asOf) -> "YES, " + q + "\n" + asOf),
                InstantSource.fixed(NOW.plusSeconds(90))),
            "127.0.0.1",
            0,
            Optional.empty());
  }

  private static Json.Builder tag(Digest digest) {
    return Json.object()
        .put("repository", "registry.example/pay")
        .put("tag", "1.8")
        .put("digest", digest.toString());
  }

  private static RunningContainer container(String pod, Digest digest) {
    return new RunningContainer(
        "shop",
        "Deployment",
        "pay",
        pod,
        "app",
        RunningContainer.Type.CONTAINER,
        "registry.example/pay:1.8",
        Optional.of(digest),
        Optional.empty());
  }

  private void append(String type, Json.Builder body, Digest... blobs) {
    ledger.append(new LedgerRecord(type, NOW, body.build(), List.of(blobs)));
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    ledger.close();
  }

  private HttpResponse<byte[]> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(server.url() + path)).build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private String text(String path) throws Exception {
    HttpResponse<byte[]> response = get(path);
    assertEquals(200, response.statusCode(), path);
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  @Test
  void showsWhatTheLedgerHoldsAndNothingOfAnAttackerIsMarkup() throws Exception {
    String page = text("/");
    for (String part :
        List.of(
            "ledger.example/page",
            "6 records",
            "✓ signed",
            "✗ no signature recorded",
            "✗ denied",
            "✓ complete",
            SIGNED.brief(),
            "href=\"/record/4\"",
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;\\u001b[2K")) {
      assertTrue(page.contains(part), part + " in " + page);
    }
    assertFalse(page.contains("<script"));
    assertFalse(page.contains("http://"));
    String record = text("/record/4");
    assertFalse(record.contains("<script"));
    assertFalse(record.contains("<b>"));
    assertFalse(text("/ask?q=%3Cb%3Ex").contains("<b>"));
  }

  @Test
  void everyAnswerCarriesTheSecurityHeaders() throws Exception {
    for (String path : List.of("/", "/record/0", "/nothing", "/metrics", "/checkpoint")) {
      HttpResponse<byte[]> response = get(path);
      String policy = response.headers().firstValue("Content-Security-Policy").orElse("");
      assertTrue(policy.startsWith("default-src 'none'; style-src 'sha256-"), policy);
      assertFalse(policy.contains("unsafe"));
      assertEquals("nosniff", response.headers().firstValue("X-Content-Type-Options").orElse(""));
      assertEquals("DENY", response.headers().firstValue("X-Frame-Options").orElse(""));
    }
  }

  @Test
  void thePastIsAPrefix() throws Exception {
    String past = text("/?asof=2");
    assertTrue(past.contains("2 records"));
    assertTrue(past.contains("No snapshot is recorded"));
    assertTrue(text("/?asof=2026-11-22T11:59:59Z").contains("0 records"));
    assertTrue(text("/?asof=2026-11-22T12:00:00Z").contains("6 records"));
    assertEquals(400, get("/?asof=yesterday").statusCode());
  }

  @Test
  void theLogCanBeMirrored() throws Exception {
    assertArrayEquals(ledger.checkpoint(), get("/checkpoint").body());
    assertEquals(6 * 32, get("/tile/0/000.p/6").body().length);
    assertEquals(200, get("/tile/entries/000.p/6").statusCode());
    append("tag", tag(SIGNED));
    for (String path :
        List.of(
            "/tile/0/000.p/255",
            "/tile/0/../../keys",
            "/tile/..%2f..%2fkeys",
            "/tile/entries/../../../keys/x",
            "/tile/0/000.p/0",
            "/tile/64/000",
            "/keys",
            "/blobs/sha256",
            "/record/7000",
            "/record/-1",
            "/record/00",
            "/record/99999999999999999999")) {
      assertEquals(404, get(path).statusCode(), path);
    }
  }

  @Test
  void metricsAreInThePrometheusFormat() throws Exception {
    String metrics = text("/metrics");
    assertTrue(metrics.contains("assay_ledger_size 6\n"), metrics);
    assertTrue(metrics.contains("assay_ledger_records{type=\"tag\"} 2\n"), metrics);
    assertTrue(metrics.contains("assay_decisions{decision=\"denied\",mode=\"enforce\"} 1\n"));
    assertTrue(metrics.contains("assay_snapshot_age_seconds{cluster=\"prod-eu\"} 90\n"));
    assertTrue(metrics.contains("assay_running_containers{cluster=\"prod-eu\"} 2\n"));
  }

  @Test
  void onlyReadingIsPossible() throws Exception {
    HttpResponse<Void> response =
        client.send(
            HttpRequest.newBuilder(URI.create(server.url() + "/"))
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build(),
            HttpResponse.BodyHandlers.discarding());
    assertEquals(405, response.statusCode());
  }
}
