package dev.assay.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.assay.bytes.Base64s;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The forms that signatures and attestations take in registries, with cosign 3 and, for the older
 * ones, cosign 2: each verifies what the other wrote.
 */
class CosignFormsTest {

  private static final int LIMIT = 1 << 20;
  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  private static final String INDEX = "application/vnd.oci.image.index.v1+json";
  private static final String RELEASE = "https://ci.example/builders/release@v1";

  /** A registry without the referrers API, and two with it. */
  enum Kind {
    DOCKER_REGISTRY,
    REFERRERS_REGISTRY,
    ASSAY_REGISTRY;

    Registry start(Path folder) throws IOException, InterruptedException {
      return switch (this) {
        case DOCKER_REGISTRY -> DockerRegistry.start(folder);
        case REFERRERS_REGISTRY -> ReferrersRegistry.start(folder);
        case ASSAY_REGISTRY -> AssayRegistry.start(folder);
      };
    }
  }

  /** A predicate of each short name that cosign knows. */
  private static Map<String, String> predicates() {
    Map<String, String> out = new TreeMap<>();
    String slsa02 =
        "{\"builder\":{\"id\":\""
            + RELEASE
            + "\"},\"buildType\":\"https://ci.example/t\","
            + "\"invocation\":{\"configSource\":{\"uri\":\"git+https://git.example/pay\"}},"
            + "\"materials\":[]}";
    out.put("slsaprovenance", slsa02);
    out.put("slsaprovenance02", slsa02);
    out.put(
        "slsaprovenance1",
        "{\"buildDefinition\":{\"buildType\":\"https://ci.example/t\","
            + "\"externalParameters\":{\"a\":\"b\"}},\"runDetails\":{\"builder\":{\"id\":\""
            + RELEASE
            + "\"}}}");
    out.put(
        "link",
        "{\"_type\":\"link\",\"name\":\"build\",\"materials\":{},\"products\":{},"
            + "\"byproducts\":{},\"command\":[],\"environment\":{}}");
    out.put("spdx", "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\n");
    out.put("spdxjson", "{\"spdxVersion\":\"SPDX-2.3\",\"SPDXID\":\"SPDXRef-DOCUMENT\"}");
    out.put("cyclonedx", "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"version\":1}");
    out.put(
        "vuln",
        "{\"invocation\":{\"parameters\":null,\"uri\":\"\",\"event_id\":\"\",\"builder.id\":\"\"},"
            + "\"scanner\":{\"uri\":\"pkg:golang/scanner@1\",\"version\":\"1\","
            + "\"db\":{\"uri\":\"\",\"version\":\"\"},\"result\":null},"
            + "\"metadata\":{\"scanStartedOn\":\"2026-11-01T00:00:00Z\","
            + "\"scanFinishedOn\":\"2026-11-01T00:00:09Z\"}}");
    out.put(
        "openvex",
        "{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"@id\":\"https://acme.example/vex/1\","
            + "\"author\":\"acme\",\"timestamp\":\"2026-11-01T00:00:00Z\",\"version\":1,"
            + "\"statements\":[{\"vulnerability\":{\"name\":\"CVE-2021-44228\"},"
            + "\"products\":[{\"@id\":\"pkg:oci/pay\"}],\"status\":\"fixed\"}]}");
    out.put("custom", "anything at all");
    return out;
  }

  // All of them with one registry: what a registry makes of one, it makes of the others.
  private static Set<String> types(Kind kind) {
    return kind == Kind.REFERRERS_REGISTRY ? predicates().keySet() : Set.of("cyclonedx");
  }

  @TempDir Path folder;
  private Workbench bench;

  @BeforeEach
  void bench() throws IOException, InterruptedException {
    Peers.cosign();
    bench = Workbench.in(folder);
    for (Map.Entry<String, String> predicate : predicates().entrySet()) {
      bench.write(predicate.getKey() + ".predicate", predicate.getValue());
    }
  }

  private Run cosign2(String command, String... rest) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(
        command.startsWith("verify")
            ? List.of("--insecure-ignore-tlog")
            : List.of("--yes", "--tlog-upload=false"));
    all.addAll(List.of("--allow-insecure-registry", "--allow-http-registry"));
    all.addAll(List.of(rest));
    return bench.run(Peers.cosign2(), all);
  }

  private Run with(Map<String, String> more, Path program, String... arguments)
      throws IOException, InterruptedException {
    return bench.run(program, List.of(arguments), more);
  }

  private static byte[] get(String image, String tagOrDigest)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + path(image, tagOrDigest)))
            .header("Accept", MANIFEST + ", " + INDEX)
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<byte[]> reply = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      assertEquals(200, reply.statusCode(), tagOrDigest);
      return reply.body();
    }
  }

  private static String path(String image, String tagOrDigest) {
    String repository = image.substring(0, image.indexOf('@'));
    return repository.replaceFirst("/", "/v2/") + "/manifests/" + tagOrDigest;
  }

  /** Pushes an index of two images, and gives all three by their digests, the index first. */
  private List<String> index(Registry registry) throws IOException, InterruptedException {
    List<String> out = new ArrayList<>();
    List<Json> entries = new ArrayList<>();
    for (String architecture : List.of("amd64", "arm64")) {
      String image = bench.pushed(registry, architecture);
      String digest = Workbench.digestOf(image);
      out.add(image);
      entries.add(
          Json.object()
              .put("mediaType", MANIFEST)
              .put("digest", digest)
              .put("size", get(image, digest).length)
              .put("platform", Json.object().put("architecture", architecture).put("os", "linux"))
              .build());
    }
    byte[] index =
        Text.utf8(
            Json.object()
                .put("schemaVersion", 2)
                .put("mediaType", INDEX)
                .put("manifests", entries)
                .build()
                .compact());
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + path(out.getFirst(), "multi")))
            .header("Content-Type", INDEX)
            .PUT(HttpRequest.BodyPublishers.ofByteArray(index))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      assertEquals(201, client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode());
    }
    String repository = out.getFirst().substring(0, out.getFirst().indexOf('@'));
    out.addFirst(repository + "@" + Hashes.sha256Digest(index));
    return out;
  }

  @ParameterizedTest
  @EnumSource
  void everyImageOfAnIndexIsVerifiedByTheOther(Kind kind) throws IOException, InterruptedException {
    try (Registry registry = kind.start(folder)) {
      bench.assay("key", "generate", "second").expect(0);
      List<String> all = index(registry);
      bench.assay("sign", "--key", "release.key", "--recursive", all.getFirst()).expect(0);
      bench.cosignSigns("sign", "second.key", "--recursive", all.getFirst()).expect(0);
      for (String image : all) {
        bench.cosignVerifies("verify", "release.pub", image).expect(0);
        bench.verifyByKey("second.pub", image).expect(0);
      }
    }
  }

  @Test
  void attestationsOfEachTypeAreVerifiedByTheOther() throws IOException, InterruptedException {
    try (Registry registry = ReferrersRegistry.start(folder)) {
      bench.assay("key", "generate", "second").expect(0);
      String image = bench.pushed(registry, "1.0");
      for (String type : predicates().keySet()) {
        String file = type + ".predicate";
        bench
            .assay("attest", "--key", "release.key", "--type", type, "--predicate", file, image)
            .expect(0);
        Run theirs =
            bench.cosignVerifies("verify-attestation", "release.pub", "--type", type, image);
        // A text is no predicate to cosign 3.1.2, its own included.
        assertEquals(type.equals("spdx"), theirs.status() != 0, theirs.err());
        bench
            .cosignSigns("attest", "second.key", "--type", type, "--predicate", file, image)
            .expect(0);
        bench.assay("verify", "--key", "second.pub", "--type", type, image).expect(0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theOlderFormIsReadByOlderVerifiers(Kind kind) throws IOException, InterruptedException {
    Peers.cosign2();
    try (Registry registry = kind.start(folder)) {
      bench.assay("key", "generate", "other").expect(0);
      String image = bench.pushed(registry, "1.0");
      bench
          .assay(
              "sign",
              "--key",
              "release.key",
              "--also-legacy",
              "--annotation",
              "env=prod",
              image.replace("@", ":1.0@"))
          .expect(0);
      for (String type : types(kind)) {
        bench
            .assay(
                "attest",
                "--key",
                "release.key",
                "--also-legacy",
                "--type",
                type,
                "--predicate",
                type + ".predicate",
                image)
            .expect(0);
      }
      bench.cosignVerifies("verify", "release.pub", "--new-bundle-format=false", image).expect(0);
      // What mirrors made that know nothing of referrers: the image and the tags beside it.
      String digest = Workbench.digestOf(image);
      String tag = digest.replace(':', '-');
      for (String each : List.of("1.0", tag + ".sig", tag + ".att")) {
        bench
            .skopeo(
                "copy",
                "--quiet",
                "--src-tls-verify=false",
                "--dest-tls-verify=false",
                "docker://" + registry.host() + "/pay:" + each,
                "docker://" + registry.host() + "/mirror:" + each)
            .expect(0);
      }
      String mirrored = registry.host() + "/mirror@" + digest;
      cosign2("verify", "--key", "release.pub", "-a", "env=prod", mirrored)
          .expect(0)
          .says("\"docker-reference\":\"" + registry.host() + "/pay:1.0\"");
      assertNotEquals(
          0, cosign2("verify", "--key", "release.pub", "-a", "env=test", mirrored).status());
      assertNotEquals(0, cosign2("verify", "--key", "other.pub", mirrored).status());
      bench.verifyByKey("release.pub", mirrored).expect(0);
      for (String type : types(kind)) {
        cosign2("verify-attestation", "--key", "release.pub", "--type", type, mirrored).expect(0);
        bench.assay("verify", "--key", "release.pub", "--type", type, mirrored).expect(0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatCosign2WroteIsReadAndKept(Kind kind) throws IOException, InterruptedException {
    Peers.cosign2();
    try (Registry registry = kind.start(folder)) {
      bench.assay("key", "generate", "second").expect(0);
      String image = bench.pushed(registry, "1.0");
      cosign2("sign", "--key", "release.key", "-a", "by=cosign", image).expect(0);
      bench.assay("verify", "--key", "release.pub", "--annotation", "by=cosign", image).expect(0);
      bench
          .assay("verify", "--key", "release.pub", "--annotation", "by=assay", image)
          .expect(1)
          .says("ASY1312");
      for (String type : types(kind)) {
        cosign2(
                "attest",
                "--key",
                "release.key",
                "--type",
                type,
                "--predicate",
                type + ".predicate",
                image)
            .expect(0);
        bench.assay("verify", "--key", "release.pub", "--type", type, image).expect(0);
      }
      // Ours beside it, then another of cosign's: all three stay.
      bench.assay("sign", "--key", "second.key", "--also-legacy", image).expect(0);
      cosign2("sign", "--key", "second.key", "-a", "by=again", image).expect(0);
      Fields manifest =
          Fields.of(
              Json.parse(get(image, Workbench.digestOf(image).replace(':', '-') + ".sig"), LIMIT),
              "manifest");
      assertEquals(3, manifest.objects("layers", 10).size());
      bench.cosignVerifies("verify", "release.pub", "--new-bundle-format=false", image).expect(0);
      bench.assay("verify", "--key", "second.pub", "--annotation", "by=again", image).expect(0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void evidenceInAnotherRepositoryIsFoundByTheOther(Kind kind)
      throws IOException, InterruptedException {
    try (Registry registry = kind.start(folder)) {
      bench.assay("key", "generate", "second").expect(0);
      String image = bench.pushed(registry, "1.0");
      String elsewhere = registry.host() + "/evidence/pay";
      Map<String, String> variable = Map.of("COSIGN_REPOSITORY", elsewhere);
      bench
          .assay("sign", "--key", "release.key", "--signature-repository", elsewhere, image)
          .expect(0);
      assertNotEquals(0, bench.cosignVerifies("verify", "release.pub", image).status());
      with(
              variable,
              Peers.cosign(),
              "verify",
              "--key",
              "release.pub",
              "--insecure-ignore-tlog",
              "--allow-insecure-registry",
              "--allow-http-registry",
              image)
          .expect(0);
      with(
              variable,
              Peers.cosign(),
              "sign",
              "--key",
              "second.key",
              "--yes",
              "--tlog-upload=false",
              "--use-signing-config=false",
              "--allow-insecure-registry",
              "--allow-http-registry",
              image)
          .expect(0);
      with(variable, Peers.assay(), "verify", "--key", "second.pub", image).expect(0);
      bench.verifyByKey("second.pub", image).expect(1).says("ASY1102");
    }
  }

  @Test
  void annotationsAreUnderstoodByTheOther() throws IOException, InterruptedException {
    try (Registry registry = ReferrersRegistry.start(folder)) {
      bench.assay("key", "generate", "second").expect(0);
      String image = bench.pushed(registry, "1.0");
      bench.assay("sign", "--key", "release.key", "--annotation", "env=prod", image).expect(0);
      bench.cosignVerifies("verify", "release.pub", "-a", "env=prod", image).expect(0);
      assertNotEquals(
          0, bench.cosignVerifies("verify", "release.pub", "-a", "env=test", image).status());
      bench.cosignSigns("sign", "second.key", "-a", "env=prod", image).expect(0);
      bench.assay("verify", "--key", "second.pub", "--annotation", "env=prod", image).expect(0);
      bench
          .assay("verify", "--key", "second.pub", "--annotation", "env=test", image)
          .expect(1)
          .says("ASY1312");
    }
  }

  /** Member by member, but for digests, sizes and times. */
  @Test
  void whatIsWrittenIsWhatCosignWrites() throws IOException, InterruptedException {
    try (Registry registry = ReferrersRegistry.start(folder)) {
      String theirs = bench.pushed(registry, "theirs");
      String ours = bench.pushed(registry, "ours");
      bench.cosignSigns("sign", "release.key", "-a", "env=prod", theirs).expect(0);
      String written =
          bench
              .assay("sign", "--key", "release.key", "--annotation", "env=prod", ours)
              .expect(0)
              .line();
      byte[] referrers =
          getReferrers(registry.host() + "/v2/pay/referrers/" + Workbench.digestOf(theirs));
      String referrer =
          Fields.of(Json.parse(referrers, LIMIT), "index")
              .objects("manifests", 10)
              .getFirst()
              .string("digest");
      Json theirManifest = Json.parse(get(theirs, referrer), LIMIT);
      Json ourManifest = Json.parse(get(ours, Workbench.digestOf(written)), LIMIT);
      assertEquals(shape(theirManifest), shape(ourManifest));
      Json theirBundle = bundle(registry, theirManifest);
      Json ourBundle = bundle(registry, ourManifest);
      assertEquals(shape(theirBundle), shape(ourBundle));
      assertEquals(shape(statement(theirBundle)), shape(statement(ourBundle)));
    }
  }

  private static byte[] getReferrers(String address) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<byte[]> reply =
          client.send(
              HttpRequest.newBuilder(URI.create("http://" + address)).build(),
              HttpResponse.BodyHandlers.ofByteArray());
      assertEquals(200, reply.statusCode(), address);
      return reply.body();
    }
  }

  private static Json bundle(Registry registry, Json manifest)
      throws IOException, InterruptedException {
    Digest layer = Fields.of(manifest, "manifest").objects("layers", 2).getFirst().digest("digest");
    return Json.parse(getReferrers(registry.host() + "/v2/pay/blobs/" + layer), LIMIT);
  }

  private static Json statement(Json bundle) {
    String payload = Fields.of(bundle, "bundle").object("dsseEnvelope").string("payload");
    return Json.parse(Base64s.decode(payload), LIMIT);
  }

  /** Members by name, without what differs from one run to the next. */
  private static Json shape(Json json) {
    return switch (json) {
      case Json.Obj object -> {
        Map<String, Json> out = new TreeMap<>();
        object.members().forEach((name, value) -> out.put(name, shape(value)));
        yield new Json.Obj(new LinkedHashMap<>(out));
      }
      case Json.Arr array ->
          Json.array(array.elements().stream().map(CosignFormsTest::shape).toList());
      case Json.Str text ->
          Json.of(
              text.value().matches("sha256:[0-9a-f]{64}|[0-9a-f]{64}")
                  ? "digest"
                  : text.value().matches("20[0-9-]{8}T[0-9:]{8}Z")
                      ? "time"
                      : text.value().matches("[A-Za-z0-9+/=]{80,}") ? "base64" : text.value());
      case Json.Num number -> Json.of(number.digits().length() > 2 ? "size" : number.digits());
      default -> json;
    };
  }
}
