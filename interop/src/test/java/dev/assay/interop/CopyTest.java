package dev.assay.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Images with evidence of every form go from registry to registry, by file, and by peers' tools.
 */
class CopyTest {

  private static final String INDEX = "application/vnd.oci.image.index.v1+json";
  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  private static final List<String> PLATFORMS = List.of("amd64", "arm64");

  @TempDir Path folder;

  /** An index of two platforms in a registry, {@code IMAGE@DIGEST}, and its platforms likewise. */
  private record Release(String index, List<String> platforms) {

    List<String> all() {
      List<String> all = new ArrayList<>(platforms);
      all.add(index);
      return all;
    }
  }

  private Release release(Workbench bench, Registry registry)
      throws IOException, InterruptedException {
    List<String> platforms = new ArrayList<>();
    List<Json> entries = new ArrayList<>();
    for (String arch : PLATFORMS) {
      bench.write("files/" + arch, "for " + arch);
      bench
          .assay(
              "image",
              "create",
              "oci:made:" + arch,
              "--layer",
              "files/" + arch + ":/app",
              "--platform",
              "linux/" + arch)
          .expect(0);
      String image = bench.push("oci:made:" + arch, registry, "pay", arch);
      platforms.add(image);
      byte[] bytes =
          java.nio.file.Files.readAllBytes(
              folder.resolve(
                  "made/blobs/sha256/" + Workbench.digestOf(image).substring("sha256:".length())));
      entries.add(
          Json.object()
              .put("mediaType", MANIFEST)
              .put("digest", Workbench.digestOf(image))
              .put("size", bytes.length)
              .put("platform", Json.object().put("architecture", arch).put("os", "linux"))
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
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<Void> put =
          client.send(
              HttpRequest.newBuilder(
                      URI.create("http://" + registry.host() + "/v2/pay/manifests/1.0"))
                  .header("Content-Type", INDEX)
                  .PUT(HttpRequest.BodyPublishers.ofByteArray(index))
                  .build(),
              HttpResponse.BodyHandlers.discarding());
      assertEquals(201, put.statusCode());
    }
    Digest digest = Hashes.sha256Digest(index);
    return new Release(registry.host() + "/pay@" + digest, platforms);
  }

  /** Bundles and older tags by cosign, and attestations, on the index and on each platform. */
  private Release signed(Workbench bench, Registry registry)
      throws IOException, InterruptedException {
    Release release = release(bench, registry);
    bench.cosignSigns("sign", "release.key", "--recursive", release.index()).expect(0);
    bench
        .cosignSigns(
            "sign", "release.key", "--new-bundle-format=false", "--recursive", release.index())
        .expect(0);
    for (String image : release.platforms()) {
      bench
          .assay(
              "attest",
              "--key",
              "release.key",
              "--type",
              "cyclonedx",
              "--predicate",
              "sbom.json",
              image)
          .expect(0);
    }
    return release;
  }

  private static String at(String image, String repository) {
    return repository + "@" + Workbench.digestOf(image);
  }

  private static void verifies(Workbench bench, Release release, String repository)
      throws IOException, InterruptedException {
    for (String image : release.all()) {
      bench.verifyByKey("release.pub", at(image, repository)).expect(0);
      bench.cosignVerifies("verify", "release.pub", at(image, repository)).expect(0);
      bench
          .cosignVerifies(
              "verify", "release.pub", "--new-bundle-format=false", at(image, repository))
          .expect(0);
    }
    for (String image : release.platforms()) {
      bench
          .assay("verify", "--key", "release.pub", "--type", "cyclonedx", at(image, repository))
          .expect(0);
      bench
          .cosignVerifies(
              "verify-attestation", "release.pub", "--type", "cyclonedx", at(image, repository))
          .expect(0);
    }
  }

  @Test
  void evidenceSurvivesEveryKindOfRegistryAndALayout() throws IOException, InterruptedException {
    Peers.skopeo();
    Peers.cosign();
    try (DockerRegistry plain = DockerRegistry.start(folder);
        ReferrersRegistry withApi = ReferrersRegistry.start(folder);
        AssayRegistry ours = AssayRegistry.start(folder)) {
      Workbench bench = Workbench.in(folder);
      Release release = signed(bench, plain);
      String says = "6 signatures, 2 attestations; all of it is at the destination";
      bench.assay("copy", plain.host() + "/pay:1.0", "oci:carried:1.0").expect(0).says(says);
      bench
          .assay("copy", "oci:carried:1.0", withApi.host() + "/mirror/pay:1.0")
          .expect(0)
          .says(says);
      bench
          .assay("copy", withApi.host() + "/mirror/pay:1.0", ours.host() + "/pay:1.0")
          .expect(0)
          .says(says);
      bench
          .assay("copy", ours.host() + "/pay:1.0", plain.host() + "/again/pay:1.0")
          .expect(0)
          .says(says);
      verifies(bench, release, withApi.host() + "/mirror/pay");
      verifies(bench, release, ours.host() + "/pay");
      verifies(bench, release, plain.host() + "/again/pay");
      bench
          .assay("tree", "--key", "release.pub", plain.host() + "/again/pay:1.0")
          .expect(0)
          .doesNotSay("✗");
    }
  }

  @Test
  void orasAndSkopeoReadWhatIsSavedAndShowWhatIsCopied() throws IOException, InterruptedException {
    Path oras = Peers.oras();
    Peers.cosign();
    try (DockerRegistry plain = DockerRegistry.start(folder);
        AssayRegistry ours = AssayRegistry.start(folder)) {
      Workbench bench = Workbench.in(folder);
      Release release = signed(bench, ours);
      String digest = Workbench.digestOf(release.index());
      bench.assay("save", ours.host() + "/pay:1.0", "site.tar").expect(0);
      bench.assay("save", ours.host() + "/pay:1.0", "site").expect(0);
      for (String layout : List.of("oci-archive:site.tar:1.0", "oci:site:1.0")) {
        bench
            .skopeo("inspect", "--raw", layout)
            .expect(0)
            .says(Workbench.digestOf(release.platforms().getFirst()));
      }
      bench
          .run(oras, List.of("discover", "--oci-layout", "site:1.0"))
          .expect(0)
          .says("application/vnd.dev.sigstore.bundle.v0.3+json");
      // oras takes along what refers to the index.
      bench
          .run(
              oras,
              List.of(
                  "copy",
                  "--recursive",
                  "--from-oci-layout",
                  "site:1.0",
                  "--to-plain-http",
                  plain.host() + "/by-oras/pay:1.0"))
          .expect(0)
          .says(digest);
      bench.verifyByKey("release.pub", plain.host() + "/by-oras/pay:1.0").expect(0);
      // And what assay copied, oras finds, with the API and without.
      bench.assay("load", "site.tar", plain.host() + "/site").expect(0);
      for (String image : List.of(plain.host() + "/site/pay:1.0", ours.host() + "/pay:1.0")) {
        bench
            .run(oras, List.of("discover", "--plain-http", image))
            .expect(0)
            .says("application/vnd.dev.sigstore.bundle.v0.3+json");
      }
      verifies(bench, release, plain.host() + "/site/pay");
      // A layout that oras wrote goes on with its evidence.
      bench
          .run(
              oras,
              List.of(
                  "copy",
                  "--recursive",
                  "--from-plain-http",
                  ours.host() + "/pay:1.0",
                  "--to-oci-layout",
                  "theirs:1.0"))
          .expect(0);
      bench.assay("copy", "oci:theirs:1.0", plain.host() + "/theirs/pay:1.0").expect(0);
      bench.verifyByKey("release.pub", plain.host() + "/theirs/pay:1.0").expect(0);
    }
  }

  @Test
  void whatCosignSavesIsLoadedAndWhatWeSaveCosignReads() throws IOException, InterruptedException {
    Peers.cosign();
    try (DockerRegistry plain = DockerRegistry.start(folder);
        ReferrersRegistry withApi = ReferrersRegistry.start(folder)) {
      Workbench bench = Workbench.in(folder);
      Release release = signed(bench, withApi);
      bench
          .run(
              Peers.cosign(),
              List.of(
                  "save",
                  "--allow-http-registry",
                  "--allow-insecure-registry",
                  "--dir",
                  "theirs",
                  release.index()))
          .expect(0);
      bench.verifyByKey("release.pub", "oci:theirs").expect(0);
      bench.assay("load", "theirs", "--as", plain.host() + "/loaded/pay:1.0").expect(0);
      String loaded = at(release.index(), plain.host() + "/loaded/pay");
      bench.verifyByKey("release.pub", loaded).expect(0);
      bench.cosignVerifies("verify", "release.pub", loaded).expect(0);
      bench.cosignVerifies("verify", "release.pub", "--new-bundle-format=false", loaded).expect(0);
      // Ours, read by cosign where it lies.
      bench.assay("save", withApi.host() + "/pay:1.0", "ours").expect(0);
      bench
          .run(
              Peers.cosign(),
              List.of(
                  "verify",
                  "--key",
                  "release.pub",
                  "--insecure-ignore-tlog",
                  "--local-image",
                  "ours"))
          .expect(0)
          .says(Workbench.digestOf(release.index()));
      Run other =
          bench.run(
              Peers.cosign(),
              List.of(
                  "verify",
                  "--key",
                  "other.pub",
                  "--insecure-ignore-tlog",
                  "--local-image",
                  "ours"));
      assertNotEquals(0, other.status());
      assertTrue(
          Fields.of(
                      Json.parse(
                          Text.utf8(
                              bench.assay("tree", "-o", "json", "oci:ours:1.0").expect(0).out()),
                          1 << 20),
                      "tree")
                  .object("tree")
                  .objects("attached", 10)
                  .size()
              >= 2);
    }
  }
}
