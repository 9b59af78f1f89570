package dev.assay.sbom;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What single package URL types ask of their parts (purl-spec, types). */
final class PurlTypes {

  record Parts(Optional<String> namespace, String name, Optional<String> version) {}

  private static final Set<String> LOWER_NAMESPACE =
      Set.of(
          "alpm",
          "apk",
          "bitbucket",
          "bitnami",
          "brew",
          "composer",
          "deb",
          "github",
          "golang",
          "hex",
          "luarocks",
          "qpkg",
          "rpm",
          "vscode-extension");
  private static final Set<String> LOWER_NAME =
      Set.of(
          "alpm",
          "apk",
          "bitbucket",
          "bitnami",
          "brew",
          "composer",
          "deb",
          "github",
          "golang",
          "hex",
          "luarocks",
          "oci",
          "otp",
          "pub",
          "pypi",
          "vscode-extension");
  private static final Set<String> LOWER_VERSION =
      Set.of("huggingface", "luarocks", "vscode-extension");
  private static final Set<String> NAMESPACE_PROHIBITED =
      Set.of("bazel", "cargo", "chrome-extension", "gem", "julia", "oci", "otp", "pypi", "vcpkg");
  private static final Set<String> NAMESPACE_REQUIRED = Set.of("swift", "vscode-extension");

  private PurlTypes() {}

  /** Whether the name may hold slashes that are written as they are. */
  static boolean slashInName(String type) {
    return type.equals("git");
  }

  static Parts normalize(String type, Parts parts, Map<String, String> qualifiers) {
    Optional<String> namespace = parts.namespace();
    String name = parts.name();
    Optional<String> version = parts.version();
    if (LOWER_NAMESPACE.contains(type)) {
      namespace = namespace.map(n -> n.toLowerCase(Locale.ROOT));
    }
    if (LOWER_NAME.contains(type)) {
      name = name.toLowerCase(Locale.ROOT);
    }
    if (LOWER_VERSION.contains(type)) {
      version = version.map(v -> v.toLowerCase(Locale.ROOT));
    }
    switch (type) {
      case "pypi" -> name = name.replace('_', '-');
      case "pub" -> name = name.replace('-', '_');
      case "mlflow" -> {
        // Azure Databricks compares names without case, Azure ML with case.
        if (qualifiers.getOrDefault("repository_url", "").contains("databricks")) {
          name = name.toLowerCase(Locale.ROOT);
        }
      }
      default -> {}
    }
    check(type, namespace, name, version, qualifiers);
    return new Parts(namespace, name, version);
  }

  private static void check(
      String type,
      Optional<String> namespace,
      String name,
      Optional<String> version,
      Map<String, String> qualifiers) {
    if (namespace.isPresent() && NAMESPACE_PROHIBITED.contains(type)) {
      throw bad("type " + type + " has no namespace");
    }
    if (namespace.isEmpty() && NAMESPACE_REQUIRED.contains(type)) {
      throw bad("type " + type + " needs a namespace");
    }
    switch (type) {
      case "cpan" -> {
        if (name.contains("::")) {
          throw bad("type cpan takes the name of a distribution, not of a module");
        }
      }
      case "julia" -> {
        if (!qualifiers.containsKey("uuid")) {
          throw bad("type julia needs the qualifier uuid");
        }
      }
      case "chrome-extension" -> {
        if (!name.matches("[a-p]{32}")) {
          throw bad("type chrome-extension takes 32 letters from a to p");
        }
        if (version.isPresent() && !version.get().matches("[0-9]{1,10}(\\.[0-9]{1,10}){0,3}")) {
          throw bad("type chrome-extension takes a version of one to four numbers");
        }
      }
      default -> {}
    }
  }

  private static AssayException bad(String what) {
    return new AssayException(Code.BAD_PURL, "not a package URL: " + what);
  }
}
