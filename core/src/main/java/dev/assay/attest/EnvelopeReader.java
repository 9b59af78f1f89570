package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a DSSE envelope that stands alone, as in {@code .intoto.jsonl}: one bundle for each of its
 * signatures. The builders of slsa-github-generator put the signer's certificate into the
 * signature's member {@code cert}, as PEM.
 */
final class EnvelopeReader {

  private EnvelopeReader() {}

  static List<EvidenceReader.Piece> read(String where, byte[] document, Json json, int limit) {
    Fields f = Fields.of(json, "envelope", Code.BAD_ENVELOPE);
    Dsse all = Dsse.read(f, false);
    List<Fields> signatures = f.objects("signatures", Dsse.MAX_SIGNATURES);
    int count = signatures.size();
    if (count > 1 && (long) count * all.payloadSize() > limit) {
      throw new AssayException(
          Code.TOO_LARGE,
          "an envelope with "
              + count
              + " signatures over "
              + all.payloadSize()
              + " bytes; at most "
              + limit
              + " bytes in all are read");
    }
    List<EvidenceReader.Piece> out = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Dsse one = count == 1 ? all : all.only(i);
      Optional<String> certificate =
          signatures.get(i).optionalString("cert").filter(c -> !c.isEmpty());
      Bundle bundle =
          new Bundle(
              Bundle.Form.ENVELOPE,
              Bundle.Version.NONE,
              certificate.isEmpty()
                  ? new Bundle.KeyHint(one.signatures().getFirst().keyId().orElse(""))
                  : PemMaterial.of(
                      signatures.get(i).at("cert"), certificate.get(), Optional.empty()),
              List.of(),
              List.of(),
              new Bundle.Envelope(one));
      out.add(
          count == 1
              ? new EvidenceReader.Piece(where, bundle, document)
              : new EvidenceReader.Piece(
                  EvidenceReader.join(where, "signature " + (i + 1)),
                  bundle,
                  write(one, certificate)));
    }
    return out;
  }

  // An envelope of its own, which reads to the same bundle.
  private static byte[] write(Dsse one, Optional<String> certificate) {
    Dsse.Signature signature = one.signatures().getFirst();
    Json written =
        Json.object()
            .put("payload", dev.assay.bytes.Base64s.encode(one.payload()))
            .put("payloadType", one.payloadType())
            .put(
                "signatures",
                List.of(
                    Json.object()
                        .put("sig", signature.value().base64())
                        .putIf("keyid", signature.keyId())
                        .putIf("cert", certificate)
                        .build()))
            .build();
    return Text.utf8(written.compact());
  }
}
