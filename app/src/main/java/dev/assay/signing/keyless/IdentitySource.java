package dev.assay.signing.keyless;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;

/** Where identity tokens come from. */
public interface IdentitySource {

  /** What it is called, for a person: {@code GitHub Actions}. */
  String name();

  /**
   * A token; asked again when a certificate has to be renewed.
   *
   * @throws AssayException with {@link Code#BAD_IDENTITY_TOKEN}, {@link Code#NO_IDENTITY}, {@link
   *     Code#LOGIN_FAILED} or what a service's refusal is
   */
  IdentityToken token();

  /** A token that is there already, or is read anew each time. */
  static IdentitySource of(String name, java.util.function.Supplier<String> text) {
    return new IdentitySource() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public IdentityToken token() {
        return IdentityToken.parse(text.get());
      }
    };
  }
}
