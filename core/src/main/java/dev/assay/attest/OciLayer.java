package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A signature in the form in which cosign kept it in registries before version 3, and in which
 * podman, CRI-O and skopeo still read it: a layer to be written, with its annotations. {@link
 * OciSignature} reads it.
 *
 * @param mediaType {@link OciSignature#SIMPLE_SIGNING} or {@link OciSignature#ENVELOPE}
 */
// Evidence can be large and is only read; a copy at each step would double it.
@SuppressWarnings("ArrayRecordComponent")
public record OciLayer(String mediaType, byte[] bytes, Map<String, String> annotations) {

  private static final int PEM_LINE = 64;

  public OciLayer {
    annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
  }

  /**
   * What is signed of an image, the simple-signing payload:
   *
   * <pre>{@code
   * {"critical":{
   *    "identity":{"docker-reference":"registry.example/pay:1.8"},
   *    "image":{"docker-manifest-digest":"sha256:9f86d0..."},
   *    "type":"cosign container image signature"},
   *  "optional":null}
   * }</pre>
   *
   * @param dockerReference as which the image may be used. Container tools compare it with the name
   *     they were given: with a tag, that tag is meant; with a digest, any name of the repository
   *     with a digest; with neither, nothing unless they are told to compare the repository alone
   * @param optional what else is noted
   */
  public static byte[] payload(String dockerReference, Digest image, Map<String, Json> optional) {
    Json.Builder critical =
        Json.object()
            .put("identity", Json.object().put("docker-reference", dockerReference))
            .put("image", Json.object().put("docker-manifest-digest", image.toString()))
            .put("type", SimpleSigningReader.TYPE);
    // containers/image demands the member, and takes null for nothing.
    Json notes = optional.isEmpty() ? new Json.Null() : new Json.Obj(new LinkedHashMap<>(optional));
    return Text.utf8(
        Json.object().put("critical", critical).put("optional", notes).build().compact());
  }

  /**
   * A signature over a payload.
   *
   * @param bundle over the payload as a message
   * @param issuers of the certificate in the bundle, which has no room for them
   * @throws AssayException if this cannot be read back as what it is
   */
  public static OciLayer signature(byte[] payload, Bundle bundle, List<Certificate> issuers) {
    if (!(bundle.content() instanceof Bundle.MessageSignature message)) {
      throw new IllegalArgumentException("not the signature of a message");
    }
    Map<String, String> annotations = new LinkedHashMap<>();
    annotations.put(OciSignature.SIGNATURE, message.signature().base64());
    return checked(OciSignature.SIMPLE_SIGNING, payload, annotations, bundle, issuers);
  }

  /**
   * An attestation.
   *
   * @param bundle around its envelope
   * @param issuers of the certificate in the bundle, which has no room for them
   * @throws AssayException if this cannot be read back as what it is
   */
  public static OciLayer attestation(
      Bundle bundle, String predicateType, List<Certificate> issuers) {
    if (!(bundle.content() instanceof Bundle.Envelope envelope)) {
      throw new IllegalArgumentException("not an envelope");
    }
    Map<String, String> annotations = new LinkedHashMap<>();
    // The envelope has its own; cosign writes an empty one, and expects one.
    annotations.put(OciSignature.SIGNATURE, "");
    annotations.put("predicateType", predicateType);
    byte[] layer = envelope.dsse().write();
    return checked(OciSignature.ENVELOPE, layer, annotations, bundle, issuers);
  }

  private static OciLayer checked(
      String mediaType,
      byte[] layer,
      Map<String, String> annotations,
      Bundle bundle,
      List<Certificate> issuers) {
    material(annotations, bundle, issuers);
    OciSignature.read(mediaType, layer, annotations, Limits.SBOM_BYTES);
    return new OciLayer(mediaType, layer, annotations);
  }

  private static void material(
      Map<String, String> annotations, Bundle bundle, List<Certificate> issuers) {
    if (bundle.material() instanceof Bundle.Certificates certificates) {
      annotations.put(OciSignature.CERTIFICATE, pem(certificates.leaf().base64()));
      StringBuilder chain = new StringBuilder();
      for (Certificate issuer : issuers) {
        chain.append(pem(Base64s.encode(issuer.der())));
      }
      if (chain.length() > 0) {
        annotations.put(OciSignature.CHAIN, chain.toString());
      }
    }
    promise(bundle).ifPresent(p -> annotations.put(OciSignature.LOG, p.compact()));
    if (!bundle.timestamps().isEmpty()) {
      annotations.put(
          OciSignature.TIMESTAMP,
          Json.object()
              .put("SignedRFC3161Timestamp", bundle.timestamps().getFirst().base64())
              .build()
              .compact());
    }
  }

  // There is room for one log's promise. Logs of version 2 make none, and older verifiers know
  // nothing else.
  private static Optional<Json> promise(Bundle bundle) {
    for (LogEntry entry : bundle.logEntries()) {
      Optional<Octets> promise = entry.inclusionPromise();
      Optional<Instant> time = entry.integratedTime();
      if (promise.isPresent() && time.isPresent()) {
        return Optional.of(
            Json.object()
                .put("SignedEntryTimestamp", promise.get().base64())
                .put(
                    "Payload",
                    Json.object()
                        .put("body", entry.canonicalizedBody().base64())
                        .put("integratedTime", time.get().getEpochSecond())
                        .put("logIndex", entry.logIndex())
                        .put("logID", Hex.encode(entry.logId().bytes())))
                .build());
      }
    }
    return Optional.empty();
  }

  private static String pem(String base64) {
    StringBuilder out = new StringBuilder("-----BEGIN CERTIFICATE-----\n");
    for (int i = 0; i < base64.length(); i += PEM_LINE) {
      out.append(base64, i, Math.min(base64.length(), i + PEM_LINE)).append('\n');
    }
    return out.append("-----END CERTIFICATE-----\n").toString();
  }

  /** Whether a layer that is there already is this one: the same bytes, the same signature. */
  public boolean is(Digest digest, Map<String, String> others) {
    return dev.assay.crypto.Hashes.matches(digest, bytes)
        && others
            .getOrDefault(OciSignature.SIGNATURE, "")
            .equals(annotations.get(OciSignature.SIGNATURE));
  }
}
