package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads what Google Cloud Build says about an image, as {@code gcloud artifacts docker images
 * describe IMAGE --show-provenance --format json} prints it: one bundle for each signature of each
 * envelope.
 *
 * <pre>{@code
 * {"image_summary":{"digest":"sha256:f472...","fully_qualified_digest":"us-west2-docker.pkg.dev/...@sha256:f472..."},
 *  "provenance_summary":{"provenance":[
 *    {"kind":"BUILD",
 *     "resourceUri":"https://us-west2-docker.pkg.dev/...@sha256:f472...",
 *     "build":{"intotoStatement":{...}},
 *     "envelope":{"payload":"...","payloadType":"application/vnd.in-toto+json",
 *       "signatures":[{"sig":"...","keyid":"projects/verified-builder/locations/us-west2/keyRings/..."}]}}]}}
 * }</pre>
 *
 * <p>Only the envelope's payload is signed. What stands beside it for people to read must say the
 * same, or the file is refused: nobody shall read one thing and have another verified.
 */
final class CloudBuildReader {

  private static final String SUMMARY = "provenance_summary";
  private static final String KIND = "BUILD";
  private static final int MAX_OCCURRENCES = 1_000;

  private CloudBuildReader() {}

  static boolean reads(Json.Obj document) {
    return document.get(SUMMARY).orElse(null) instanceof Json.Obj;
  }

  static List<EvidenceReader.Piece> read(String where, byte[] document, Json json) {
    Fields f = Fields.of(json, "document", Code.BAD_BUNDLE);
    Optional<Fields> image = f.optionalObject("image_summary");
    List<Fields> occurrences = f.object(SUMMARY).objects("provenance", MAX_OCCURRENCES);
    List<EvidenceReader.Piece> out = new ArrayList<>();
    for (int i = 0; i < occurrences.size(); i++) {
      Fields occurrence = occurrences.get(i);
      Dsse envelope = envelope(occurrence, image);
      for (int s = 0; s < envelope.signatures().size(); s++) {
        Dsse one = envelope.signatures().size() == 1 ? envelope : envelope.only(s);
        boolean whole = occurrences.size() == 1 && envelope.signatures().size() == 1;
        String place =
            "provenance "
                + (i + 1)
                + (envelope.signatures().size() == 1 ? "" : ", signature " + (s + 1));
        out.add(
            new EvidenceReader.Piece(
                whole ? where : EvidenceReader.join(where, place),
                bundle(one),
                whole ? document : write(occurrence.string("resourceUri"), one)));
      }
      if (out.size() > Limits.EVIDENCE_BUNDLES) {
        throw new AssayException(
            Code.TOO_MANY, "more than " + Limits.EVIDENCE_BUNDLES + " bundles in one file");
      }
    }
    if (out.isEmpty()) {
      throw f.bad(SUMMARY, "no provenance in it");
    }
    return out;
  }

  private static Bundle bundle(Dsse one) {
    return new Bundle(
        Bundle.Form.CLOUD_BUILD,
        Bundle.Version.NONE,
        new Bundle.KeyHint(one.signatures().getFirst().keyId().orElse("")),
        List.of(),
        List.of(),
        new Bundle.Envelope(one));
  }

  private static Dsse envelope(Fields occurrence, Optional<Fields> image) {
    if (!occurrence.string("kind").equals(KIND)) {
      throw occurrence.bad("kind", "not " + Text.quote(KIND));
    }
    Dsse envelope =
        Dsse.read(
            Fields.of(
                occurrence.required("envelope"), occurrence.at("envelope"), Code.BAD_ENVELOPE),
            false);
    byte[] payload = StatementHead.payload(envelope);
    Documents.checkValues(payload);
    Json signed = Json.parse(payload, Limits.EVIDENCE_BYTES);
    StatementHead head = StatementHead.of(Fields.of(signed, "statement", Code.BAD_STATEMENT));
    names(head, occurrence, "resourceUri");
    if (image.isPresent()) {
      names(head, image.get(), "digest");
      names(head, image.get(), "fully_qualified_digest");
    }
    Optional<Fields> build = occurrence.optionalObject("build");
    if (build.isPresent()) {
      same(build.get(), "intotoStatement", (Json.Obj) signed);
      same(build.get(), "inTotoSlsaProvenanceV1", (Json.Obj) signed);
    }
    return envelope;
  }

  // A digest, or an address that ends in one.
  private static void names(StatementHead head, Fields f, String name) {
    String text = f.string(name);
    String digest = text.substring(text.lastIndexOf('@') + 1);
    if (!dev.assay.bytes.Digest.isDigest(digest)
        || !head.names(dev.assay.bytes.Digest.parse(digest))) {
      throw f.bad(name, "not what the signed statement is about: " + Text.quote(text));
    }
  }

  private static void same(Fields build, String name, Json.Obj signed) {
    Optional<Json> shown = build.optional(name);
    if (shown.isEmpty()) {
      return;
    }
    if (!(shown.get() instanceof Json.Obj statement)) {
      throw build.bad(name, "expected an object");
    }
    statement
        .members()
        .forEach((member, value) -> {
          if (!signed.get(member).filter(value::equals).isPresent()) {
            throw build.bad(name, "its " + Text.quote(member) + " is not what was signed");
          }
        });
  }

  // A document of its own, which reads to the same bundle.
  private static byte[] write(String resourceUri, Dsse one) {
    return Text.utf8(
        Json.object()
            .put(
                SUMMARY,
                Json.object()
                    .put(
                        "provenance",
                        List.of(
                            Json.object()
                                .put("kind", KIND)
                                .put("resourceUri", resourceUri)
                                .put("envelope", one.toJson())
                                .build())))
            .build()
            .compact());
  }
}
