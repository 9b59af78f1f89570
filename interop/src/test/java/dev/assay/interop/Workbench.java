package dev.assay.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A folder with what a user has at hand (keys, files, predicates) and the commands of this user,
 * each a process of its own that runs in it.
 */
record Workbench(Path folder) {

  /** Of every private key here, whoever made it. */
  static final String PASSWORD = "correct horse battery staple";

  static final String COMMIT = "1f0c6d7a5b3e49d28c16f2a07be4d9c35a8e6b41";

  private static final List<String> SIGN =
      List.of(
          "--yes",
          "--tlog-upload=false",
          "--use-signing-config=false",
          "--allow-insecure-registry",
          "--allow-http-registry");
  private static final List<String> VERIFY =
      List.of("--insecure-ignore-tlog", "--allow-insecure-registry", "--allow-http-registry");

  /** With {@code release.key} and {@code release.pub}, made by Assay. */
  static Workbench in(Path folder) throws IOException, InterruptedException {
    Workbench bench = new Workbench(folder);
    Files.createDirectories(folder.resolve("home"));
    bench.assay("key", "generate", "release").expect(0);
    bench.write(
        "provenance.json",
        """
        {"buildDefinition":{
           "buildType":"https://ci.example/buildtypes/maven/v1",
           "externalParameters":{"target":"release"},
           "resolvedDependencies":[{"uri":"git+https://git.example/pay@refs/heads/main",
             "digest":{"gitCommit":"%s"}}]},
         "runDetails":{"builder":{"id":"https://ci.example/builders/release@v1"},
           "metadata":{"invocationId":"https://ci.example/runs/17"}}}
        """
            .formatted(COMMIT));
    bench.write(
        "sbom.json",
        """
        {"bomFormat":"CycloneDX","specVersion":"1.6","version":1,
         "components":[{"type":"library","bom-ref":"log4j","group":"org.apache.logging.log4j",
           "name":"log4j-core","version":"2.14.1",
           "purl":"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"}]}
        """);
    bench.write(
        "policy.yaml",
        """
        apiVersion: assay.dev/v1
        kind: TrustPolicy
        metadata:
          name: interop
        spec:
          mode: enforce
          signers:
            - name: release
              keyFile: release.pub
          builders:
            - id: https://ci.example/builders/release@v1
              signers: [release]
          rules:
            - images: ["127.0.0.1:*/**"]
              signature:
                signers: [release]
              provenance:
                builders: [https://ci.example/builders/release@v1]
                source:
                  repository: git+https://git.example/pay
                  refs: [refs/heads/main]
              sbom:
                signers: [release]
        """);
    return bench;
  }

  Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  Run assay(String... arguments) throws IOException, InterruptedException {
    return run(Peers.assay(), List.of(arguments));
  }

  Run skopeo(String... arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("--insecure-policy"));
    all.addAll(List.of(arguments));
    return run(Peers.skopeo(), all);
  }

  Run cosign(String... arguments) throws IOException, InterruptedException {
    return run(Peers.cosign(), List.of(arguments));
  }

  /** {@code cosign sign} or {@code attest}, with a key and no public service. */
  Run cosignSigns(String command, String key, String... rest)
      throws IOException, InterruptedException {
    return cosignWith(command, key, SIGN, rest);
  }

  /** {@code cosign verify} or {@code verify-attestation}, with a key and no public service. */
  Run cosignVerifies(String command, String key, String... rest)
      throws IOException, InterruptedException {
    return cosignWith(command, key, VERIFY, rest);
  }

  private Run cosignWith(String command, String key, List<String> flags, String... rest)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(command, "--key", key));
    all.addAll(flags);
    all.addAll(List.of(rest));
    return run(Peers.cosign(), all);
  }

  Run run(Path program, List<String> arguments) throws IOException, InterruptedException {
    return run(program, arguments, Map.of());
  }

  /**
   * @param more variables, beside those that keep the command within this folder
   */
  Run run(Path program, List<String> arguments, Map<String, String> more)
      throws IOException, InterruptedException {
    Map<String, String> environment = new HashMap<>();
    environment.put("HOME", folder.resolve("home").toString());
    environment.put("ASSAY_HOME", folder.resolve("home/assay").toString());
    environment.put("DOCKER_CONFIG", folder.resolve("home/docker").toString());
    environment.put("COSIGN_PASSWORD", PASSWORD);
    for (String unset :
        List.of("JAVA_TOOL_OPTIONS", "HTTP_PROXY", "http_proxy", "REGISTRY_AUTH_FILE")) {
      environment.put(unset, "");
    }
    environment.putAll(more);
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(arguments);
    return Run.of(folder, environment, command);
  }

  /**
   * Makes an image of real files, in two layers, in an image layout.
   *
   * @return the layout and tag, as skopeo and Assay both name it
   */
  String layout(String tag) throws IOException, InterruptedException {
    write("files/" + tag + "/app/run", "#!/bin/sh\necho " + tag + "\n");
    write("files/" + tag + "/app/data", (tag + " data\n").repeat(500));
    write("files/" + tag + "/etc/pay.conf", "name = " + tag + "\n");
    String image = "oci:layout:" + tag;
    assay(
            "image",
            "create",
            image,
            "--layer",
            "files/" + tag + "/app:/app",
            "--layer",
            "files/" + tag + "/etc/pay.conf:/etc/pay.conf",
            "--entrypoint",
            "/app/run")
        .expect(0);
    return image;
  }

  /**
   * Pushes an image by skopeo.
   *
   * @param more options for {@code skopeo copy}
   * @return {@code IMAGE@DIGEST}, by the digest that skopeo says it pushed
   */
  String push(String from, Registry registry, String repository, String tag, String... more)
      throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of("copy", "--quiet", "--dest-tls-verify=false", "--digestfile", "pushed"));
    arguments.addAll(List.of(more));
    arguments.add(from);
    arguments.add("docker://" + registry.host() + "/" + repository + ":" + tag);
    skopeo(arguments.toArray(String[]::new)).expect(0);
    String digest = Files.readString(folder.resolve("pushed")).strip();
    return registry.host() + "/" + repository + "@" + digest;
  }

  /** Makes an image and pushes it as {@code pay:TAG}. */
  String pushed(Registry registry, String tag) throws IOException, InterruptedException {
    return push(layout(tag), registry, "pay", tag);
  }

  /** Signs and attests, all by Assay with its release key. */
  void signAndAttest(String image) throws IOException, InterruptedException {
    assay("sign", "--key", "release.key", image).expect(0);
    attest(image, "slsaprovenance1", "provenance.json");
    attest(image, "cyclonedx", "sbom.json");
  }

  private void attest(String image, String type, String predicate)
      throws IOException, InterruptedException {
    assay("attest", "--key", "release.key", "--type", type, "--predicate", predicate, image)
        .expect(0);
  }

  /**
   * {@code assay verify --policy --ledger}, the ledger made when there is none. The registry is
   * asked each time: it is what is tested.
   */
  Run verifyByPolicy(String image) throws IOException, InterruptedException {
    if (Files.notExists(folder.resolve("ledger"))) {
      assay("ledger", "init", "ledger").expect(0);
    }
    return assay(
        "verify", "--full", "--no-cache", "--policy", "policy.yaml", "--ledger", "ledger", image);
  }

  /** {@code assay verify --key}, of everything that the registry gives. */
  Run verifyByKey(String key, String image) throws IOException, InterruptedException {
    return assay("verify", "--full", "--content", "--no-cache", "--key", key, image);
  }

  /** {@code sha256:...} of {@code IMAGE@DIGEST}. */
  static String digestOf(String image) {
    return image.substring(image.indexOf('@') + 1);
  }

  /** {@code IMAGE} of {@code IMAGE@DIGEST}, with a tag. */
  static String tagged(String image, String tag) {
    return image.substring(0, image.indexOf('@')) + ":" + tag;
  }
}
