package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A document that a statement names and does not hold (in-toto/attestation, predicate {@code
 * reference} v0.1): for what is too large to be signed in an envelope and kept in a log.
 *
 * <pre>{@code
 * {"attester":{"id":"https://assay.dev/attest/v1"},
 *  "references":[{
 *    "name":"sbom.cdx.json",
 *    "downloadLocation":"https://registry.example/v2/pay/blobs/sha256:3b0d...",
 *    "digest":{"sha256":"3b0d..."},
 *    "mediaType":"application/vnd.cyclonedx+json"}]}
 * }</pre>
 *
 * @param name what the signer calls it; proves nothing, may be empty
 * @param mediaType without parameters, in lower case
 * @param digest of its bytes
 */
public record DocumentReference(String name, String mediaType, Digest digest) {

  private static final String ATTESTER = "https://assay.dev/attest/v1";
  private static final int MAX_REFERENCES = 1_000;

  /**
   * The documents of a statement of the type {@link PredicateTypes#REFERENCE_V01}. One that is
   * named by no strong digest, or by several that are of a known kind, is refused: which bytes are
   * meant must be beyond doubt. Where it may be downloaded is not read: nothing is fetched from
   * where a statement says.
   *
   * @throws AssayException with {@link Code#BAD_PREDICATE}
   */
  public static List<DocumentReference> of(Statement statement) {
    Fields f = Fields.of(statement.predicate(), "predicate", Code.BAD_PREDICATE);
    f.object("attester").string("id");
    List<DocumentReference> out = new ArrayList<>();
    for (Fields reference : f.objects("references", MAX_REFERENCES)) {
      Map<String, String> digests = reference.stringMap("digest", Limits.SUBJECT_DIGESTS);
      List<Digest> known = new ArrayList<>();
      digests.forEach((algorithm, value) -> {
        String text = algorithm + ":" + value;
        if (Digest.Algorithm.byId(algorithm).isPresent()) {
          if (!Digest.isDigest(text)) {
            throw reference.bad("digest", "not a digest: " + Text.quote(text));
          }
          known.add(Digest.parse(text));
        }
      });
      if (known.size() != 1) {
        throw reference.bad("digest", "one of SHA-2 is needed; found " + known.size());
      }
      out.add(
          new DocumentReference(
              reference.optionalString("name").orElse(""),
              base(reference.string("mediaType")),
              known.getFirst()));
    }
    if (out.isEmpty()) {
      throw f.bad("references", "none");
    }
    return out;
  }

  private static String base(String mediaType) {
    int parameters = mediaType.indexOf(';');
    return (parameters < 0 ? mediaType : mediaType.substring(0, parameters))
        .strip()
        .toLowerCase(Locale.ROOT);
  }

  /**
   * The predicate that names one document.
   *
   * @param downloadLocation where it is to be found, for tools that look there
   */
  public Json.Obj predicate(String downloadLocation) {
    return Json.object()
        .put("attester", Json.object().put("id", ATTESTER))
        .put(
            "references",
            List.of(
                Json.object()
                    .putIf("name", Optional.of(name).filter(n -> !n.isEmpty()))
                    .put("downloadLocation", downloadLocation)
                    .put("digest", Json.object().put(digest.algorithm().id(), digest.hex()))
                    .put("mediaType", mediaType)
                    .build()))
        .build();
  }
}
