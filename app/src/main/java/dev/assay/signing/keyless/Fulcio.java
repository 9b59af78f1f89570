package dev.assay.signing.keyless;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.PrivateKey;
import dev.assay.net.Request;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A certificate authority that issues to identities: Fulcio's interface, version 2 over HTTP. */
final class Fulcio {

  private static final int MOST_CERTIFICATES = 16;

  private final URI base;
  private final Services services;

  Fulcio(URI base, Services services) {
    this.base = base;
    this.services = services;
  }

  /**
   * A certificate over the key for whom the token is about: the signer's first, then its issuers.
   * Nothing about them was checked.
   */
  List<Certificate> issue(PrivateKey key, IdentityToken token) {
    String who = "the certificate authority " + Text.quote(base.toString());
    byte[] proof = key.sign(Text.utf8(token.challenge()));
    Json.Obj request =
        Json.object()
            .put(
                "publicKeyRequest",
                Json.object()
                    .put(
                        "publicKey",
                        Json.object()
                            .put("algorithm", "ECDSA")
                            .put("content", key.publicKey().pem()))
                    .put("proofOfPossession", Base64s.encode(proof)))
            .build();
    byte[] answer =
        services.ask(
            Request.post(Endpoint.below(base, "/api/v2/signingCert"), Text.utf8(request.compact()))
                .with("Content-Type", "application/json")
                .with("Authorization", "Bearer " + token.secret()),
            who,
            token.secret());
    try {
      return read(answer);
    } catch (AssayException e) {
      throw new AssayException(
          Code.BAD_RESPONSE, who + " answers with no certificate: " + e.getMessage(), e);
    }
  }

  private static List<Certificate> read(byte[] answer) {
    Fields f = Fields.of(Json.parse(answer, Limits.SIGNING_ANSWER_BYTES), "answer");
    Optional<Fields> embedded = f.optionalObject("signedCertificateEmbeddedSct");
    // A log's promise beside the certificate has no place in a bundle. Authorities without a log
    // answer in this form too, with none.
    Optional<Fields> form =
        embedded.isPresent() ? embedded : f.optionalObject("signedCertificateDetachedSct");
    if (form.isEmpty()) {
      throw new AssayException(Code.BAD_FIELD, "neither of the two forms of a certificate");
    }
    List<Certificate> out = new ArrayList<>();
    for (String pem : form.get().object("chain").strings("certificates", MOST_CERTIFICATES)) {
      out.addAll(Certificate.fromPem(Text.utf8(pem)));
    }
    if (out.isEmpty() || out.size() > MOST_CERTIFICATES) {
      throw new AssayException(Code.BAD_FIELD, out.size() + " certificates");
    }
    return out;
  }
}
