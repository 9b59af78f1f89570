package dev.assay.lab;

import dev.assay.bytes.Json;
import java.util.HexFormat;
import java.util.List;

/** What the kinds of entries say. */
final class EntryBodies {

  private EntryBodies() {}

  /** What an entry is about: a verifier is a certificate or, without one, a key. */
  @SuppressWarnings("ArrayRecordComponent")
  record Material(
      LabKey.Kind kind,
      byte[] certificate,
      byte[] spki,
      byte[] digest,
      byte[] signature,
      String payloadType,
      byte[] payload,
      String envelope) {

    private String pem() {
      return certificate.length > 0
          ? Der.pem("CERTIFICATE", certificate)
          : Der.pem("PUBLIC KEY", spki);
    }
  }

  private static String algorithm(int bytes) {
    return bytes == 64 ? "sha512" : bytes == 48 ? "sha384" : "sha256";
  }

  static String protoAlgorithm(int bytes) {
    return bytes == 64 ? "SHA2_512" : bytes == 48 ? "SHA2_384" : "SHA2_256";
  }

  static Json.Obj hashedRekord1(Material m) {
    return Json.object()
        .put("apiVersion", "0.0.1")
        .put("kind", "hashedrekord")
        .put(
            "spec",
            Json.object()
                .put(
                    "data",
                    Json.object()
                        .put(
                            "hash",
                            Json.object()
                                .put("algorithm", algorithm(m.digest.length))
                                .put("value", HexFormat.of().formatHex(m.digest))))
                .put(
                    "signature",
                    Json.object()
                        .put("content", Der.base64(m.signature))
                        .put(
                            "publicKey",
                            Json.object().put("content", Der.base64(Der.utf8(m.pem()))))))
        .build();
  }

  static Json.Obj hashedRekord2(Material m) {
    Json.Builder verifier = Json.object().put("keyDetails", m.kind.keyDetails());
    if (m.certificate.length > 0) {
      verifier.put("x509Certificate", Json.object().put("rawBytes", Der.base64(m.certificate)));
    } else {
      verifier.put("publicKey", Json.object().put("rawBytes", Der.base64(m.spki)));
    }
    return Json.object()
        .put("apiVersion", "0.0.2")
        .put("kind", "hashedrekord")
        .put(
            "spec",
            Json.object()
                .put(
                    "hashedRekordV002",
                    Json.object()
                        .put(
                            "data",
                            Json.object()
                                .put("algorithm", protoAlgorithm(m.digest.length))
                                .put("digest", Der.base64(m.digest)))
                        .put(
                            "signature",
                            Json.object()
                                .put("content", Der.base64(m.signature))
                                .put("verifier", verifier))))
        .build();
  }

  static Json.Obj dsse(Material m) {
    return Json.object()
        .put("apiVersion", "0.0.1")
        .put("kind", "dsse")
        .put(
            "spec",
            Json.object()
                .put("envelopeHash", sha256(Der.utf8(m.envelope)))
                .put("payloadHash", sha256(m.payload))
                .put(
                    "signatures",
                    List.of(
                        Json.object()
                            .put("signature", Der.base64(m.signature))
                            .put("verifier", Der.base64(Der.utf8(m.pem())))
                            .build())))
        .build();
  }

  static Json.Obj intoto(Material m) {
    return Json.object()
        .put("apiVersion", "0.0.2")
        .put("kind", "intoto")
        .put(
            "spec",
            Json.object()
                .put(
                    "content",
                    Json.object()
                        .put(
                            "envelope",
                            Json.object()
                                .put("payloadType", m.payloadType)
                                .put(
                                    "signatures",
                                    List.of(
                                        Json.object()
                                            .put("publicKey", Der.base64(Der.utf8(m.pem())))
                                            .put(
                                                "sig",
                                                Der.base64(Der.utf8(Der.base64(m.signature))))
                                            .build())))
                        .put("hash", sha256(Der.utf8(m.envelope)))
                        .put("payloadHash", sha256(m.payload))))
        .build();
  }

  private static Json.Builder sha256(byte[] content) {
    return Json.object()
        .put("algorithm", "sha256")
        .put("value", HexFormat.of().formatHex(Der.sha256(content)));
  }
}
