package dev.assay.attest;

import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.Map;
import java.util.Optional;

/** Reads cosign's simple-signing payload: closed, but for what the signer put under optional. */
final class SimpleSigningReader {

  static final String TYPE = "cosign container image signature";
  private static final String GPG = "atomic container signature";

  private SimpleSigningReader() {}

  static Bundle.SimpleSigning read(byte[] payload, Octets signature) {
    Documents.checkValues(payload);
    Fields f = Fields.of(Json.parse(payload, Limits.DOCUMENT_BYTES), "payload", Code.BAD_BUNDLE);
    Fields critical = f.object("critical");
    Optional<Json> optional = f.optional("optional");
    f.done(Code.BAD_BUNDLE);

    String type = critical.string("type");
    if (!type.equals(TYPE)) {
      throw critical.bad(
          "type",
          type.equals(GPG)
              ? "a GPG signature (" + Text.quote(GPG) + "), which is not read"
              : "not " + Text.quote(TYPE) + " but " + Text.quote(type));
    }
    Fields identity = critical.object("identity");
    String reference = identity.string("docker-reference");
    identity.done(Code.BAD_BUNDLE);
    Fields image = critical.object("image");
    dev.assay.bytes.Digest digest = image.digest("docker-manifest-digest");
    image.done(Code.BAD_BUNDLE);
    critical.done(Code.BAD_BUNDLE);
    return new Bundle.SimpleSigning(
        Octets.of(payload), reference, digest, notes(f, optional), signature);
  }

  private static Map<String, Json> notes(Fields f, Optional<Json> optional) {
    if (optional.isEmpty()) {
      return Map.of();
    }
    if (optional.get() instanceof Json.Obj object) {
      return object.members();
    }
    throw f.bad("optional", "expected an object, found " + optional.get().kind());
  }
}
