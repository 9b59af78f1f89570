package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.gate.ImageJudge;
import dev.assay.gate.Judgement;
import dev.assay.gate.Mode;
import dev.assay.ledger.Ledger;
import dev.assay.ledger.LedgerRecord;
import dev.assay.oci.Reference;
import dev.assay.verify.Check;
import dev.assay.verify.Verdict;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateCommandsTest {

  @TempDir private Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private byte[] in = {};

  private static final Digest GOOD = Hashes.sha256Digest(Text.utf8("good"));

  private static final ImageJudge JUDGE =
      image -> {
        Reference name = Reference.parse(image);
        if (name.registry().equals("down.example")) {
          throw new AssayException(Code.UNREACHABLE, "connection refused");
        }
        Check check =
            name.registry().equals("registry.example")
                ? Check.pass("signature", "by release")
                : Check.fail("signature", Code.NO_SIGNATURE, "0 candidates");
        Digest digest = name.digest().orElse(GOOD);
        return new Judgement(
            image,
            Optional.of(name.name()),
            name.tag(),
            Optional.of(digest),
            new Verdict(image, Optional.of(digest), List.of(check), "2026-11-22T12:00:00Z"));
      };

  private static final JudgeSource JUDGES =
      (arguments, context, file, policy, ledger) ->
          new JudgeSource.PolicyJudge(JUDGE, Mode.ENFORCE, dev.assay.attest.Octets.of(policy));

  @BeforeEach
  void prepare() throws Exception {
    Files.writeString(folder.resolve("policy.yaml"), "the policy");
    Ledger.init(folder.resolve("ledger"), "ledger.example/gate", Clock.systemUTC()).close();
  }

  private Context context() {
    return new Context(
        new ByteArrayInputStream(in),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        Map.of(),
        folder,
        Clock.systemUTC());
  }

  private static Arguments arguments(CommandSpec spec, List<String> operands, String... options) {
    Map<String, List<String>> map = new HashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      map.put(options[i], List.of(options[i + 1]));
    }
    return new Arguments(spec, map, operands);
  }

  private static byte[] document(String image) {
    return Text.utf8(
        """
        {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{
          "uid":"u-1","kind":{"group":"","version":"v1","kind":"Pod"},
          "resource":{"group":"","version":"v1","resource":"pods"},
          "name":"pay","namespace":"shop","operation":"CREATE",
          "userInfo":{"username":"ci","groups":["system:authenticated"]},
          "object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"pay","namespace":"shop"},
            "spec":{"containers":[{"name":"app","image":"%s"}]}},
          "oldObject":null,"dryRun":false,"options":null}}
        """
            .formatted(image));
  }

  private int review(String image, String... options) {
    in = document(image);
    List<String> all = new ArrayList<>(List.of("policy", "policy.yaml"));
    all.addAll(List.of(options));
    return GateCommands.review(
        arguments(GateCommands.REVIEW, List.of("-"), all.toArray(String[]::new)),
        context(),
        JUDGES);
  }

  @Test
  void reviewExitsByTheAnswer() {
    assertEquals(0, review("registry.example/pay:1"));
    assertEquals(1, review("evil.example/pay:1"));
    assertEquals(3, review("down.example/pay:1"));
    assertEquals(0, review("evil.example/pay:1", "mode", "audit"));
    AssayException e =
        assertThrows(AssayException.class, () -> review("registry.example/pay:1\",\"image\":\"x"));
    assertEquals(Code.BAD_REVIEW, e.code());
    assertThrows(AssayException.class, () -> review("registry.example/pay:1", "mode", "off"));
  }

  @Test
  void reviewPrintsTheResponseAndRecordsIfToldTo() {
    review("registry.example/pay:1", "ledger", "ledger", "cluster", "prod-eu");
    Fields response =
        Fields.of(Json.parse(out.toByteArray(), 1 << 20), "review").object("response");
    assertEquals("u-1", response.string("uid"));
    String record = response.object("auditAnnotations").string("record");
    try (Ledger ledger = Ledger.openForReading(folder.resolve("ledger"))) {
      LedgerRecord decision = ledger.record(Long.parseLong(record));
      assertEquals("decision", decision.type());
      assertEquals("prod-eu", Fields.of(decision.body(), "d").string("cluster"));
      assertEquals(2, decision.blobs().size());
      for (Digest blob : decision.blobs()) {
        assertTrue(ledger.blob(blob).isPresent());
      }
      assertEquals("tag", ledger.record(Long.parseLong(record) - 1).type());
    }
  }

  @Test
  void servesManyRequestsAtOnceOverTlsWhileOthersWriteToo() throws Exception {
    Thread server =
        Thread.ofPlatform()
            .start(() ->
                GateCommands.serve(
                    arguments(
                        GateCommands.SERVE,
                        List.of(),
                        "policy",
                        "policy.yaml",
                        "ledger",
                        "ledger",
                        "listen",
                        "127.0.0.1:0",
                        "ca-out",
                        "ca.pem",
                        "print-webhook",
                        ""),
                    context(),
                    JUDGES));
    try {
      while (!err.toString(StandardCharsets.UTF_8).contains("/validate")) {
        assertTrue(server.isAlive());
        Thread.onSpinWait();
      }
      String url = err.toString(StandardCharsets.UTF_8).split("[ \n]")[0];
      try (HttpClient client = client()) {
        List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
        for (int i = 0; i < 48; i++) {
          String image = (i % 2 == 0 ? "registry" : "evil") + ".example/pay:" + i;
          answers.add(
              client.sendAsync(
                  HttpRequest.newBuilder(URI.create(url))
                      .POST(HttpRequest.BodyPublishers.ofByteArray(document(image)))
                      .build(),
                  HttpResponse.BodyHandlers.ofByteArray()));
        }
        assertEquals(0, observe("{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[]}"));
        Set<String> records = new HashSet<>();
        for (int i = 0; i < answers.size(); i++) {
          HttpResponse<byte[]> answer = answers.get(i).get();
          assertEquals(200, answer.statusCode());
          Fields response =
              Fields.of(Json.parse(answer.body(), 1 << 20), "review").object("response");
          assertEquals(i % 2 == 0, response.bool("allowed", false));
          assertTrue(records.add(response.object("auditAnnotations").string("record")));
          // It is durable and covered by a checkpoint when it is answered.
          try (Ledger ledger = Ledger.openForReading(folder.resolve("ledger"))) {
            assertTrue(
                Long.parseLong(response.object("auditAnnotations").string("record"))
                    < ledger.size());
          }
        }
        HttpResponse<String> bad =
            client.send(
                HttpRequest.newBuilder(URI.create(url))
                    .POST(HttpRequest.BodyPublishers.ofString("{}"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(400, bad.statusCode());
        assertTrue(bad.body().contains(Code.BAD_REVIEW.id()));
        HttpResponse<String> health =
            client.send(
                HttpRequest.newBuilder(URI.create(url.replace("/validate", "/healthz"))).build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(200, health.statusCode());
      }
      Fields webhook =
          Fields.of(Json.parse(out.toByteArray(), 1 << 20), "w", Code.BAD_FIELD)
              .objects("webhooks", 2)
              .getFirst();
      assertEquals("Fail", webhook.string("failurePolicy"));
      assertEquals(url, webhook.object("clientConfig").string("url"));
      assertEquals(
          Files.readString(folder.resolve("ca.pem")),
          new String(webhook.object("clientConfig").base64("caBundle"), StandardCharsets.UTF_8));
    } finally {
      server.interrupt();
      server.join();
    }
  }

  private HttpClient client() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream pem = Files.newInputStream(folder.resolve("ca.pem"))) {
      store.setCertificateEntry(
          "gate", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(tls).build();
  }

  private int observe(String document, String... options) throws Exception {
    Files.writeString(folder.resolve("pods.json"), document);
    List<String> all = new ArrayList<>(List.of("cluster", "edge", "ledger", "ledger"));
    all.addAll(List.of(options));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    Context context =
        new Context(
            InputStream.nullInputStream(),
            new PrintStream(said, true, StandardCharsets.UTF_8),
            new PrintStream(said, true, StandardCharsets.UTF_8),
            Map.of(),
            folder,
            Clock.systemUTC());
    return ObserveCommands.observe(
        arguments(ObserveCommands.OBSERVE, List.of("pods.json"), all.toArray(String[]::new)),
        context);
  }

  @Test
  void aMalformedListRecordsNothing() throws Exception {
    long before = size();
    for (String bad : List.of("{}", "[]", "{\"kind\":\"PodList\",\"apiVersion\":\"v1\"}")) {
      AssayException e = assertThrows(AssayException.class, () -> observe(bad));
      assertEquals(Code.BAD_SNAPSHOT, e.code());
    }
    assertEquals(before, size());
    String empty = "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[]}";
    observe(empty, "taken-at", "2026-11-20T12:00:00Z");
    assertThrows(AssayException.class, () -> observe(empty, "taken-at", "2026-11-20T11:59:59Z"));
    observe(empty, "incomplete", "");
    try (Ledger ledger = Ledger.openForReading(folder.resolve("ledger"))) {
      Fields last = Fields.of(ledger.record(ledger.size() - 1).body(), "snapshot");
      assertEquals(1, last.integer("sequence"));
      assertEquals(ledger.size() - 2, last.integer("previous"));
      assertFalse(last.bool("complete", true));
    }
  }

  private long size() {
    try (Ledger ledger = Ledger.openForReading(folder.resolve("ledger"))) {
      return ledger.size();
    }
  }
}
