package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the demo's build makes: the image's files, its SBOM, its provenance, the policy. */
final class DemoFiles {

  static final String BUILDER = "https://ci.acme.example/builders/release@v1";
  static final String BUILD_TYPE = "https://ci.acme.example/types/container@v1";
  static final String SOURCE = "git+https://git.acme.example/pay";
  static final String COMMIT = "6cb9515e1f0a4f5b8c6d7e8f9a0b1c2d3e4f5a6b";
  static final String LOG4J = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1";
  static final String PUBLIC = "https://maven.mirror.acme.example/public/";
  static final String INTERNAL = "https://maven.acme.example/releases/";

  private final Path folder;

  DemoFiles(Path folder) {
    this.folder = folder;
  }

  /** Three folders, one for each layer: a base, a library with a known defect, the application. */
  void layers() throws IOException {
    write(
        "base/etc/os-release",
        "ID=acme\nNAME=\"Acme minimal\"\nVERSION_ID=1\nPRETTY_NAME=\"Acme minimal 1\"\n");
    write("base/etc/passwd", "pay:x:10001:10001:pay:/opt/pay:/sbin/nologin\n");
    write("base/etc/group", "pay:x:10001:\n");
    Path library = folder.resolve("lib/opt/pay/lib/log4j-core-2.14.1.jar");
    Files.createDirectories(library.getParent());
    Files.copy(log4j(), library);
    write("app/opt/pay/pay.properties", "listen=8080\nledger=/var/lib/pay\n");
    write(
        "app/opt/pay/log4j2.xml",
        "<Configuration><Loggers><Root level=\"info\"/></Loggers></Configuration>\n");
    write(
        "app/opt/pay/bin/pay",
        "#!/bin/sh\nexec java -cp '/opt/pay/lib/*' example.acme.pay.Main \"$@\"\n");
  }

  void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static Path log4j() throws IOException {
    for (String place :
        List.of(System.getProperty("assay.home", "") + "/demo", "target/demo", "app/target/demo")) {
      Path folder = Path.of(place);
      if (Files.isDirectory(folder)) {
        try (Stream<Path> files = Files.list(folder)) {
          var jar = files.filter(f -> f.toString().endsWith(".jar")).findFirst();
          if (jar.isPresent()) {
            return jar.get();
          }
        }
      }
    }
    throw new AssayException(Code.BUG, "the demo's data is not in this build");
  }

  Digest log4jDigest() throws IOException {
    return Hashes.sha256Digest(
        Files.readAllBytes(folder.resolve("lib/opt/pay/lib/log4j-core-2.14.1.jar")));
  }

  /** CycloneDX 1.6, of what the build put in. */
  Json sbom(Digest log4j) {
    return Json.object()
        .put("bomFormat", "CycloneDX")
        .put("specVersion", "1.6")
        .put("version", 1)
        .put(
            "metadata",
            Json.object()
                .put(
                    "component",
                    Json.object()
                        .put("type", "container")
                        .put("name", "pay")
                        .put("version", "1.0")))
        .put(
            "components",
            List.of(
                Json.object()
                    .put("type", "library")
                    .put("bom-ref", LOG4J)
                    .put("group", "org.apache.logging.log4j")
                    .put("name", "log4j-core")
                    .put("version", "2.14.1")
                    .put("purl", LOG4J)
                    .put(
                        "hashes",
                        List.of(
                            Json.object()
                                .put("alg", "SHA-256")
                                .put("content", log4j.hex())
                                .build()))
                    .build()))
        .build();
  }

  /** SLSA provenance v1 as the demo's builder says it. */
  Json provenance(String builder, String sourceUri, String commit, List<Json> packages) {
    List<Json> dependencies = new java.util.ArrayList<>();
    dependencies.add(
        Json.object()
            .put("uri", sourceUri)
            .put("digest", Json.object().put("gitCommit", commit))
            .build());
    dependencies.addAll(packages);
    return Json.object()
        .put(
            "buildDefinition",
            Json.object()
                .put("buildType", BUILD_TYPE)
                .put(
                    "externalParameters",
                    Json.object().put("source", sourceUri).put("workflow", "release"))
                .put("resolvedDependencies", dependencies))
        .put(
            "runDetails",
            Json.object()
                .put("builder", Json.object().put("id", builder))
                .put(
                    "metadata",
                    Json.object().put("invocationId", "https://ci.acme.example/runs/1042")))
        .build();
  }

  static Json dependency(String purl, String from, Digest digest) {
    return Json.object()
        .put("uri", purl)
        .put("downloadLocation", from)
        .put("digest", Json.object().put(digest.algorithm().id(), digest.hex()))
        .build();
  }

  static Json log4jFrom(Digest digest) {
    return dependency(
        LOG4J, PUBLIC + "org/apache/logging/log4j/log4j-core/2.14.1/log4j-core-2.14.1.jar", digest);
  }

  void json(String name, Json value) throws IOException {
    write(name, value.pretty());
  }

  /** The policy of the demo; {@code extra} lines go below the release signer. */
  void policy(String name, String images, String extra, int threshold, boolean second)
      throws IOException {
    write(
        name,
        """
        apiVersion: assay.dev/v1
        kind: TrustPolicy
        metadata:
          name: demo
        spec:
          mode: enforce
          signers:
            - name: release
              keyFile: release.pub
        %s%s    - name: ci
              keyFile: ci.pub
          builders:
            - id: %s
              signers: [ci]
          rules:
            - images: ["%s"]
              signature:
                signers: [release%s]
                threshold: %d
              provenance:
                builders: [%s]
                buildTypes: [%s]
                source:
                  repository: %s
                  refs: [refs/heads/main, refs/tags/v*]
                dependencies:
                  origins:
                    - packages: pkg:maven/com.acme/**
                      from: [%s]
                    - packages: pkg:maven/**
                      from: [%s]
                  matchSbom: true
              sbom:
                signers: [ci]
        """
            .formatted(
                extra,
                second ? "    - name: security\n      keyFile: security.pub\n" : "",
                BUILDER,
                images,
                second ? ", security" : "",
                threshold,
                BUILDER,
                BUILD_TYPE,
                SOURCE,
                INTERNAL,
                PUBLIC));
  }

  /** A resource that ships with the demo. */
  byte[] resource(String name) throws IOException {
    try (InputStream in = DemoFiles.class.getResourceAsStream("/demo/" + name)) {
      if (in == null) {
        throw new AssayException(Code.BUG, "the demo's " + name + " is not in this build");
      }
      return in.readAllBytes();
    }
  }

  /** A Pod as an API server knows it, for the AdmissionReview and for the snapshots. */
  static Json pod(String name, String image, String digest, String startedAt) {
    String repository = image.contains("@") ? image.substring(0, image.indexOf('@')) : image;
    int colon = repository.lastIndexOf(':');
    String bare = colon > repository.lastIndexOf('/') ? repository.substring(0, colon) : repository;
    Json.Builder pod =
        Json.object()
            .put("apiVersion", "v1")
            .put("kind", "Pod")
            .put(
                "metadata",
                Json.object()
                    .put("name", name)
                    .put("namespace", "shop")
                    .put("labels", Json.object().put("app", "pay")))
            .put(
                "spec",
                Json.object()
                    .put(
                        "containers",
                        List.of(Json.object().put("name", "pay").put("image", image).build())));
    if (!digest.isEmpty()) {
      pod.put(
          "status",
          Json.object()
              .put("phase", "Running")
              .put(
                  "containerStatuses",
                  List.of(
                      Json.object()
                          .put("name", "pay")
                          .put("image", image)
                          .put("imageID", bare + "@" + digest)
                          .put("ready", true)
                          .put("restartCount", 0)
                          .put(
                              "state",
                              Json.object()
                                  .put("running", Json.object().put("startedAt", startedAt)))
                          .build())));
    }
    return pod.build();
  }

  static Json podList(List<Json> pods) {
    return Json.object()
        .put("apiVersion", "v1")
        .put("kind", "List")
        .put("metadata", Json.object().put("resourceVersion", ""))
        .put("items", pods)
        .build();
  }

  static byte[] review(String uid, Json pod) {
    return Text.utf8(
        Json.object()
            .put("apiVersion", "admission.k8s.io/v1")
            .put("kind", "AdmissionReview")
            .put(
                "request",
                Json.object()
                    .put("uid", uid)
                    .put("kind", kind("Pod"))
                    .put("resource", resourceOf("pods"))
                    .put("requestKind", kind("Pod"))
                    .put("requestResource", resourceOf("pods"))
                    .put("name", "pay")
                    .put("namespace", "shop")
                    .put("operation", "CREATE")
                    .put(
                        "userInfo",
                        Json.object()
                            .put("username", "system:serviceaccount:shop:deployer")
                            .put("groups", Json.strings(List.of("system:authenticated"))))
                    .put("object", pod)
                    .put("oldObject", new Json.Null())
                    .put("dryRun", false)
                    .put("options", Json.object().put("kind", "CreateOptions")))
            .build()
            .pretty());
  }

  private static Json.Builder kind(String name) {
    return Json.object().put("group", "").put("version", "v1").put("kind", name);
  }

  private static Json.Builder resourceOf(String name) {
    return Json.object().put("group", "").put("version", "v1").put("resource", name);
  }
}
