package dev.assay.interop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Finds the peers that {@code interop/install} installs. A test whose peer is absent is skipped and
 * says how to install it; with {@code CI=true} in the environment it fails, so that nothing is
 * skipped where everything must run.
 */
final class Peers {

  private Peers() {}

  static Path cosign() {
    return peer("cosign");
  }

  /** Version 2, for what was written and read before bundles. */
  static Path cosign2() {
    return peer("cosign-2");
  }

  /** A registry with the referrers API that is not ours. */
  static Path referrersRegistry() {
    return peer("referrers-registry");
  }

  static Path skopeo() {
    return peer("skopeo");
  }

  static Path dockerRegistry() {
    return peer("docker-registry");
  }

  static Path oras() {
    return peer("oras");
  }

  /** A TPM in software, with the tools to use it. */
  static Path swtpm() {
    peer("tpm2_certify");
    return peer("swtpm");
  }

  /** The conformance suite of the OCI distribution specification. */
  static Path conformance() {
    return peer("conformance");
  }

  /** A certificate authority that issues to identities. */
  static Path fulcio() {
    return peer("fulcio");
  }

  /** A transparency log of version 2, in files. */
  static Path rekor() {
    return peer("rekor");
  }

  static Path timestampServer() {
    return peer("timestamp-server");
  }

  /** The root of the checkout. */
  static Path root() {
    return Path.of(System.getProperty("assay.root")).toAbsolutePath().normalize();
  }

  /** Assay as it is distributed. */
  static Path assay() {
    Path assay = root().resolve("app/target/dist/bin/assay");
    Assertions.assertTrue(Files.isExecutable(assay), assay + " is made by mvn package");
    return assay;
  }

  private static Path peer(String name) {
    Optional<Path> found = find(name);
    if (found.isPresent()) {
      return found.get();
    }
    String message = name + " is not installed: run interop/install";
    if ("true".equals(System.getenv("CI"))) {
      return Assertions.fail(message);
    }
    return Assumptions.abort(message);
  }

  /** In the cache of {@code interop/install}, then on the PATH. */
  private static Optional<Path> find(String name) {
    List<Path> folders = new ArrayList<>();
    folders.add(cache().resolve("bin"));
    for (String folder : variable("PATH").orElse("").split(":")) {
      if (!folder.isEmpty()) {
        folders.add(Path.of(folder));
      }
    }
    return folders.stream()
        .map(f -> f.resolve(name))
        .filter(f -> Files.isRegularFile(f) && Files.isExecutable(f))
        .findFirst();
  }

  private static Path cache() {
    return variable("ASSAY_INTEROP_CACHE")
        .map(Path::of)
        .orElseGet(() ->
            variable("XDG_CACHE_HOME")
                .map(Path::of)
                .orElseGet(() -> Path.of(variable("HOME").orElse("/"), ".cache"))
                .resolve("assay-interop"));
  }

  private static Optional<String> variable(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(v -> !v.isEmpty());
  }
}
