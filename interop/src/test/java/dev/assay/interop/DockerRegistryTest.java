package dev.assay.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job on a registry without the referrers API, with an image pushed by skopeo. */
class DockerRegistryTest {

  private static final String BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
  private static final String INDEX = "application/vnd.oci.image.index.v1+json";
  private static final int LIMIT = 1 << 20;

  @TempDir Path folder;

  @Test
  void anImageBySkopeoIsSignedAttestedAndVerified() throws IOException, InterruptedException {
    try (DockerRegistry registry = DockerRegistry.start(folder)) {
      Workbench bench = Workbench.in(folder);
      String image = bench.pushed(registry, "1.0");
      String tagged = Workbench.tagged(image, "1.0");
      assertEquals(image, bench.assay("image", "digest", tagged).expect(0).line());
      bench.verifyByKey("release.pub", tagged).expect(1).says("ASY1102");
      bench.verifyByPolicy(tagged).expect(1).says("ASY1102").says("ASY1409").says("ASY1508");

      bench.signAndAttest(image);

      bench.verifyByKey("release.pub", tagged).expect(0).says(Workbench.digestOf(image));
      bench
          .verifyByPolicy(tagged)
          .expect(0)
          .says("https://ci.example/builders/release@v1")
          .says(Workbench.COMMIT);
      bench.verifyByPolicy(image).expect(0);
      for (String type : List.of("slsaprovenance1", "cyclonedx")) {
        bench.assay("verify", "--key", "release.pub", "--type", type, image).expect(0);
      }
      bench
          .assay("verify", "--key", "release.pub", "--type", "spdxjson", image)
          .expect(1)
          .says("ASY1306");
      bench.assay("ledger", "check", "ledger").expect(0);
    }
  }

  @Test
  void referrersAreListedUnderTheFallbackTag() throws IOException, InterruptedException {
    try (DockerRegistry registry = DockerRegistry.start(folder);
        HttpClient http = HttpClient.newHttpClient()) {
      Workbench bench = Workbench.in(folder);
      String image = bench.pushed(registry, "1.0");
      String digest = Workbench.digestOf(image);
      String fallback = "/v2/pay/manifests/" + digest.replace(':', '-');
      assertEquals(404, get(http, registry, "/v2/pay/referrers/" + digest).statusCode());
      assertEquals(404, get(http, registry, fallback).statusCode());

      bench.signAndAttest(image);

      HttpResponse<byte[]> answer = get(http, registry, fallback);
      assertEquals(200, answer.statusCode());
      assertEquals(INDEX, answer.headers().firstValue("content-type").orElse(""));
      Fields index = Fields.of(Json.parse(answer.body(), LIMIT), "index");
      assertEquals(INDEX, index.string("mediaType"));
      Set<String> predicates = new TreeSet<>();
      for (Fields descriptor : index.objects("manifests", 100)) {
        assertEquals(BUNDLE, descriptor.string("artifactType"));
        Map<String, String> annotations = descriptor.stringMap("annotations", 100);
        assertEquals("dsse-envelope", annotations.get("dev.sigstore.bundle.content"));
        predicates.add(annotations.get("dev.sigstore.bundle.predicateType"));
        HttpResponse<byte[]> manifest =
            get(http, registry, "/v2/pay/manifests/" + descriptor.string("digest"));
        assertEquals(descriptor.integer("size"), manifest.body().length);
        Fields referrer = Fields.of(Json.parse(manifest.body(), LIMIT), "manifest");
        assertEquals(BUNDLE, referrer.string("artifactType"));
        assertEquals(digest, referrer.object("subject").string("digest"));
      }
      assertEquals(
          Set.of(
              "https://cyclonedx.org/bom",
              "https://sigstore.dev/cosign/sign/v1",
              "https://slsa.dev/provenance/v1"),
          predicates);
    }
  }

  @Test
  void anImageOfDockersMediaTypesIsSignedAndVerified() throws IOException, InterruptedException {
    try (DockerRegistry registry = DockerRegistry.start(folder)) {
      Workbench bench = Workbench.in(folder);
      String image =
          bench.push(bench.layout("1.0"), registry, "deep/er/pay", "1.0", "--format", "v2s2");
      assertTrue(
          bench
              .skopeo("inspect", "--raw", "--tls-verify=false", "docker://" + image)
              .expect(0)
              .out()
              .contains("application/vnd.docker.distribution.manifest.v2+json"));
      bench.signAndAttest(image);
      bench.verifyByPolicy(Workbench.tagged(image, "1.0")).expect(0);
    }
  }

  private static HttpResponse<byte[]> get(HttpClient http, Registry registry, String path)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + registry.host() + path))
            .header("Accept", INDEX + ", application/vnd.oci.image.manifest.v1+json")
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
  }
}
