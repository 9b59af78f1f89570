package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A signature as cosign kept it in registries before version 3: one layer of the image under the
 * tag {@code sha256-<hex>.sig} or {@code .att}, with what belongs to it in the layer's annotations
 * (cosign, specs/SIGNATURE_SPEC.md).
 *
 * <table>
 *   <caption>Annotations that are read; others, {@code predicateType} among them, say nothing that
 *   is signed, and are ignored</caption>
 *   <tr><td>{@code dev.cosignproject.cosign/signature}</td><td>the signature over the layer's bytes,
 *     base64; empty for an envelope, which holds its own</td></tr>
 *   <tr><td>{@code dev.sigstore.cosign/certificate}</td><td>PEM, the signer's</td></tr>
 *   <tr><td>{@code dev.sigstore.cosign/chain}</td><td>PEM, the certificates above it</td></tr>
 *   <tr><td>{@code dev.sigstore.cosign/bundle}</td><td>JSON, the promise of a Rekor log</td></tr>
 *   <tr><td>{@code dev.sigstore.cosign/rfc3161timestamp}</td><td>JSON, a timestamp</td></tr>
 * </table>
 */
public final class OciSignature {

  /** The layer of a signature. */
  public static final String SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json";

  /** The layer of an attestation. */
  public static final String ENVELOPE = "application/vnd.dsse.envelope.v1+json";

  /** The media type of {@link #pack}. */
  public static final String PACKED = "application/vnd.dev.assay.oci-signature.v1+json";

  static final String SIGNATURE = "dev.cosignproject.cosign/signature";
  static final String CERTIFICATE = "dev.sigstore.cosign/certificate";
  static final String CHAIN = "dev.sigstore.cosign/chain";
  static final String LOG = "dev.sigstore.cosign/bundle";
  static final String TIMESTAMP = "dev.sigstore.cosign/rfc3161timestamp";
  private static final List<String> READ = List.of(SIGNATURE, CERTIFICATE, CHAIN, LOG, TIMESTAMP);

  private OciSignature() {}

  /** Whether a layer of this media type is one of the two kinds. */
  public static boolean isLayer(String mediaType) {
    return mediaType.equals(SIMPLE_SIGNING) || mediaType.equals(ENVELOPE);
  }

  /**
   * Reads a layer with its annotations.
   *
   * @throws AssayException with {@link Code#BAD_MEDIA_TYPE} for a layer of another kind; {@link
   *     Code#BAD_BUNDLE}, {@link Code#BAD_ENVELOPE}, {@link Code#BAD_LOG_ENTRY}, {@link
   *     Code#BAD_CERTIFICATE}, {@link Code#KEY_UNSUPPORTED}, {@link Code#TOO_MANY} or a code of
   *     {@link Json#parse} if it is not acceptable
   */
  public static Bundle read(String layerMediaType, byte[] layer, Map<String, String> annotations) {
    return read(layerMediaType, layer, annotations, Limits.EVIDENCE_BYTES);
  }

  /** As {@link #read(String, byte[], Map)}, with another limit on an envelope's size in bytes. */
  public static Bundle read(
      String layerMediaType, byte[] layer, Map<String, String> annotations, int limit) {
    if (layerMediaType.equals(SIMPLE_SIGNING)) {
      Octets signature =
          signature(annotations)
              .orElseThrow(() -> bad(SIGNATURE, "missing, so the payload is not signed"));
      return bundle(
          Bundle.Form.OCI_SIGNATURE,
          material(annotations, ""),
          annotations,
          SimpleSigningReader.read(layer, signature));
    }
    if (layerMediaType.equals(ENVELOPE)) {
      Documents.checkLimit(layer, limit);
      Dsse dsse = Dsse.parse(layer, limit);
      Optional<Octets> signature = signature(annotations);
      Dsse.Signature own = dsse.signatures().getFirst();
      if (signature.isPresent() && !signature.get().equals(own.value())) {
        throw bad(SIGNATURE, "another signature than the envelope's");
      }
      return bundle(
          Bundle.Form.OCI_ATTESTATION,
          material(annotations, own.keyId().orElse("")),
          annotations,
          new Bundle.Envelope(dsse));
    }
    throw new AssayException(
        Code.BAD_MEDIA_TYPE,
        "a layer of the type "
            + Text.quote(layerMediaType)
            + " holds no signature; read are "
            + SIMPLE_SIGNING
            + " and "
            + ENVELOPE);
  }

  /**
   * A layer with those of its annotations that are read, as one document, so that the evidence can
   * be kept in a file and read again by {@link EvidenceReader}.
   *
   * <pre>{@code
   * {"mediaType":"application/vnd.dev.assay.oci-signature.v1+json",
   *  "layer":{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json",
   *    "annotations":{"dev.cosignproject.cosign/signature":"MEUC..."}},
   *  "content":"eyJjcml0aWNhbCI6..."}
   * }</pre>
   */
  public static byte[] pack(String layerMediaType, byte[] layer, Map<String, String> annotations) {
    Json.Builder kept = Json.object();
    for (String name : READ) {
      String value = annotations.get(name);
      if (value != null) {
        kept.put(name, value);
      }
    }
    return Text.utf8(
        Json.object()
            .put("mediaType", PACKED)
            .put("layer", Json.object().put("mediaType", layerMediaType).put("annotations", kept))
            .put("content", Base64s.encode(layer))
            .build()
            .compact());
  }

  static Bundle unpack(Json json, int limit) {
    Fields f = Fields.of(json, "packed", Code.BAD_BUNDLE);
    f.string("mediaType");
    Fields layer = f.object("layer");
    String mediaType = layer.string("mediaType");
    Map<String, String> annotations = layer.stringMap("annotations", READ.size());
    layer.done(Code.BAD_BUNDLE);
    byte[] content = f.base64("content");
    f.done(Code.BAD_BUNDLE);
    return read(mediaType, content, annotations, limit);
  }

  private static Bundle bundle(
      Bundle.Form form,
      Bundle.Material material,
      Map<String, String> annotations,
      Bundle.Content content) {
    Optional<String> log = annotation(annotations, LOG);
    Optional<String> timestamp = annotation(annotations, TIMESTAMP);
    return new Bundle(
        form,
        Bundle.Version.NONE,
        material,
        log.isEmpty() ? List.of() : List.of(RekorBundle.parse(log.get())),
        timestamp.isEmpty() ? List.of() : List.of(timestamp(timestamp.get())),
        content);
  }

  private static Bundle.Material material(Map<String, String> annotations, String hint) {
    Optional<String> certificate = annotation(annotations, CERTIFICATE);
    Optional<String> chain = annotation(annotations, CHAIN);
    if (certificate.isEmpty()) {
      if (chain.isPresent()) {
        throw bad(CHAIN, "a chain without the signer's certificate");
      }
      return new Bundle.KeyHint(hint);
    }
    return PemMaterial.of(CERTIFICATE, certificate.get(), chain);
  }

  private static Octets timestamp(String text) {
    Fields f =
        Fields.of(Json.parse(Text.utf8(text), Limits.DOCUMENT_BYTES), TIMESTAMP, Code.BAD_BUNDLE);
    Octets token = BundleReader.some(f, "SignedRFC3161Timestamp");
    f.done(Code.BAD_BUNDLE);
    return token;
  }

  private static Optional<Octets> signature(Map<String, String> annotations) {
    Optional<String> text = annotation(annotations, SIGNATURE);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Octets.wrap(Base64s.decode(text.get())));
    } catch (AssayException e) {
      throw new AssayException(Code.BAD_BUNDLE, SIGNATURE + ": " + e.getMessage(), e);
    }
  }

  // cosign writes an empty one where there is nothing.
  private static Optional<String> annotation(Map<String, String> annotations, String name) {
    String value = annotations.get(name);
    return value == null || value.isEmpty() ? Optional.empty() : Optional.of(value);
  }

  private static AssayException bad(String name, String what) {
    return new AssayException(Code.BAD_BUNDLE, name + ": " + what);
  }
}
