package dev.assay.trust.tuf;

import dev.assay.bytes.Json;

/** Canonical JSON, for tests in other packages. */
public final class CanonicalForm {

  private CanonicalForm() {}

  public static byte[] of(Json json) {
    return CanonicalJson.encode(json);
  }
}
