package dev.assay.signing.pkcs11;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.signing.KeySettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Which module a URI means: its module-path, the module of its module-name in the usual folders,
 * the one in cosign's variable, else p11-kit's proxy, which knows the system's modules.
 */
final class Modules {

  /** cosign's variable. */
  static final String VARIABLE = "COSIGN_PKCS11_MODULE_PATH";

  private static final List<String> FOLDERS =
      List.of(
          "/usr/lib/x86_64-linux-gnu/pkcs11",
          "/usr/lib/aarch64-linux-gnu/pkcs11",
          "/usr/lib64/pkcs11",
          "/usr/lib/pkcs11",
          "/usr/lib/x86_64-linux-gnu",
          "/usr/lib/aarch64-linux-gnu",
          "/usr/lib64",
          "/usr/lib",
          "/usr/lib/softhsm",
          "/usr/lib64/softhsm",
          "/usr/local/lib",
          "/usr/local/lib/softhsm",
          "/opt/homebrew/lib",
          "/opt/homebrew/lib/softhsm");

  private Modules() {}

  /**
   * @throws AssayException with {@link Code#KEY_UNREADABLE} if there is none
   */
  static Path of(Pkcs11Uri uri, KeySettings settings) {
    Optional<String> path = uri.text("module-path");
    Optional<String> name = uri.text("module-name");
    if (path.isEmpty() && name.isPresent()) {
      String file = name.get();
      return find(List.of(
              file + ".so", "lib" + file + ".so", file + ".dylib", "lib" + file + ".dylib", file))
          .orElseThrow(() -> missing("no module " + Text.quote(file) + " in the usual folders"));
    }
    Optional<String> chosen = path.or(() -> settings.variable(VARIABLE));
    if (chosen.isPresent()) {
      Path file = settings.folder().resolve(chosen.get());
      if (!Files.isRegularFile(file)) {
        throw missing("there is no PKCS#11 module " + Text.printable(file.toString()));
      }
      return file;
    }
    return find(List.of("p11-kit-proxy.so", "p11-kit-proxy.dylib"))
        .orElseThrow(() -> missing("no PKCS#11 module is named"));
  }

  private static Optional<Path> find(List<String> names) {
    for (String folder : FOLDERS) {
      for (String name : names) {
        Path file = Path.of(folder, name);
        if (Files.isRegularFile(file)) {
          return Optional.of(file);
        }
      }
    }
    return Optional.empty();
  }

  private static AssayException missing(String what) {
    return new AssayException(
        Code.KEY_UNREADABLE,
        what,
        "add ?module-path=/PATH/TO/MODULE.so to the URI, or set " + VARIABLE);
  }
}
