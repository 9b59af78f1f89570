package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.oci.Reference;
import java.util.Optional;

/**
 * The repository in which evidence is kept instead of beside its image: {@code
 * --signature-repository}, or the variable that cosign has for it. It takes the place of registry
 * and repository as a whole; the names of things in it are the same.
 */
final class SignatureRepository {

  static final String VARIABLE = "COSIGN_REPOSITORY";

  static final CommandSpec.Option OPTION =
      CommandSpec.value(
          "signature-repository",
          "REPOSITORY",
          "where an image's signatures and attestations are, instead of beside it (default:"
              + " $COSIGN_REPOSITORY, if set)");

  private SignatureRepository() {}

  /** Some name in that repository; empty where evidence is beside its image. */
  static Optional<Reference> of(Arguments arguments, Context context) {
    return arguments
        .value(OPTION.name())
        .map(text -> parse("--" + OPTION.name(), text))
        .or(() -> context.variable(VARIABLE).map(text -> parse(VARIABLE, text)));
  }

  private static Reference parse(String from, String text) {
    if (text.indexOf('@') >= 0 || text.lastIndexOf(':') > text.lastIndexOf('/')) {
      throw new AssayException(
          Code.USAGE,
          from + " is a repository, without tag and digest: " + Text.quote(text),
          "registry.example/signatures");
    }
    return Reference.parse(text);
  }
}
