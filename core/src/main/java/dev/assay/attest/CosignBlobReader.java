package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import java.util.List;
import java.util.Optional;

/**
 * Reads what {@code cosign sign-blob --bundle} and {@code attest-blob --bundle} wrote before
 * version 3.
 *
 * <pre>{@code
 * {"base64Signature":"MEUC...",
 *  "cert":"LS0tLS1CRUdJTi...",
 *  "rekorBundle":{"SignedEntryTimestamp":"MEQC...","Payload":{...}}}
 * }</pre>
 *
 * <p>The certificate is PEM or base64 of it; a public key may stand there, or nothing. What {@code
 * attest-blob} calls the signature is the envelope.
 */
final class CosignBlobReader {

  private CosignBlobReader() {}

  static Bundle read(Json json, int limit) {
    Fields f = Fields.of(json, "bundle", Code.BAD_BUNDLE);
    byte[] signature = BundleReader.some(f, "base64Signature").shared();
    Optional<String> certificate = f.optionalString("cert").filter(c -> !c.isEmpty());
    Optional<Fields> log = f.optionalObject("rekorBundle");
    f.done(Code.BAD_BUNDLE);

    Optional<Dsse> envelope = envelope(signature, limit);
    String hint = envelope.flatMap(e -> e.signatures().getFirst().keyId()).orElse("");
    return new Bundle(
        Bundle.Form.COSIGN_BLOB,
        Bundle.Version.NONE,
        certificate.isEmpty()
            ? new Bundle.KeyHint(hint)
            : PemMaterial.of("bundle.cert", pem(f, certificate.get()), Optional.empty()),
        log.isEmpty() ? List.of() : List.of(RekorBundle.read(log.get())),
        List.of(),
        envelope.isPresent()
            ? new Bundle.Envelope(envelope.get())
            : new Bundle.MessageSignature(Optional.empty(), Octets.wrap(signature)));
  }

  private static String pem(Fields f, String text) {
    if (text.startsWith("-----BEGIN ")) {
      return text;
    }
    try {
      return Text.utf8(Base64s.decode(text));
    } catch (AssayException e) {
      throw new AssayException(Code.BAD_BUNDLE, f.at("cert") + ": neither PEM nor base64 of it", e);
    }
  }

  // A signature may begin with the byte of a bracket; no signature is a JSON object.
  private static Optional<Dsse> envelope(byte[] signature, int limit) {
    if (signature[0] != '{') {
      return Optional.empty();
    }
    Documents.checkLimit(signature, limit);
    Json json;
    try {
      json = Json.parse(signature, limit);
    } catch (AssayException e) {
      return Optional.empty();
    }
    return Optional.of(Dsse.read(Fields.of(json, "envelope", Code.BAD_ENVELOPE), false));
  }
}
