package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.PublicKey;
import java.util.List;
import java.util.Optional;

/**
 * A Sigstore bundle (sigstore_bundle.proto, versions 0.1 to 0.3): a signature with what is needed
 * to verify it. Reading checks the shape; nothing is verified.
 *
 * @param material whose signature it says it is
 * @param logEntries what transparency logs said about it
 * @param timestamps RFC 3161 tokens (DER) over the signature
 */
public record Bundle(
    Version version,
    Material material,
    List<LogEntry> logEntries,
    List<Octets> timestamps,
    Content content) {

  /** The media type that is written, and the artifact type of a bundle in a registry. */
  public static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

  static final String OLD_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle+json;version=";
  private static final String ANY_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle";

  /** The versions that are read. */
  public enum Version {
    V0_1,
    V0_2,
    V0_3;

    static Optional<Version> byMediaType(String mediaType) {
      return switch (mediaType) {
        case OLD_MEDIA_TYPE + "0.1" -> Optional.of(V0_1);
        case OLD_MEDIA_TYPE + "0.2" -> Optional.of(V0_2);
        case OLD_MEDIA_TYPE + "0.3", MEDIA_TYPE -> Optional.of(V0_3);
        default -> Optional.empty();
      };
    }
  }

  /** Whose signature the bundle says it holds. */
  public sealed interface Material {}

  /**
   * A key that the verifier has to know.
   *
   * @param hint base64 of SHA-256 of the SubjectPublicKeyInfo by convention of cosign; empty when
   *     the signer gave none
   */
  public record KeyHint(String hint) implements Material {}

  /**
   * Certificates, the signer's first.
   *
   * @param chain DER; at least one
   * @param leafOnly whether the bundle has room for the signer's certificate only
   */
  public record Certificates(List<Octets> chain, boolean leafOnly) implements Material {
    public Certificates {
      chain = List.copyOf(chain);
    }

    /** The signer's certificate. */
    public Octets leaf() {
      return chain.getFirst();
    }
  }

  /** What is signed. */
  public sealed interface Content {}

  /** An envelope with exactly one signature. */
  public record Envelope(Dsse dsse) implements Content {}

  /**
   * A signature over some bytes that are not in the bundle.
   *
   * @param digest what the signer says the bytes' digest is: a hint, to be checked; absent if none
   *     was given
   */
  public record MessageSignature(Optional<Digest> digest, Octets signature) implements Content {}

  /**
   * @throws AssayException with {@link Code#BAD_BUNDLE} or {@link Code#KEY_HINT_MISMATCH} if the
   *     parts do not fit together
   */
  public Bundle {
    logEntries = List.copyOf(logEntries);
    timestamps = List.copyOf(timestamps);
    if (content instanceof Envelope envelope) {
      if (envelope.dsse().signatures().size() != 1) {
        throw new AssayException(
            Code.BAD_BUNDLE,
            "an envelope with "
                + envelope.dsse().signatures().size()
                + " signatures in a bundle, which has room for one");
      }
      Optional<String> keyId = envelope.dsse().signatures().getFirst().keyId();
      if (material instanceof KeyHint key && keyId.isPresent() && !keyId.get().equals(key.hint())) {
        throw new AssayException(
            Code.KEY_HINT_MISMATCH,
            "the bundle names the key "
                + Text.quote(key.hint())
                + ", its envelope "
                + Text.quote(keyId.get()));
      }
    }
  }

  /**
   * Reads a bundle.
   *
   * @throws AssayException with {@link Code#BAD_BUNDLE}, {@link Code#BAD_ENVELOPE}, {@link
   *     Code#KEY_HINT_MISMATCH}, {@link Code#TOO_MANY}, {@link Code#BUNDLE_UNSUPPORTED}, or a code
   *     of {@link Json#parse}
   */
  public static Bundle parse(byte[] document) {
    return parse(document, Limits.EVIDENCE_BYTES);
  }

  /** As {@link #parse(byte[])}, with another limit on the size in bytes (an SBOM is large). */
  public static Bundle parse(byte[] document, int limit) {
    return BundleReader.read(Json.parse(document, limit));
  }

  /** Reads a bundle that is part of another document. */
  public static Bundle of(Json json) {
    return BundleReader.read(json);
  }

  /** Whether the document says it is a bundle, of whichever version. */
  public static boolean isBundle(Json json) {
    return json instanceof Json.Obj object
        && object.get("mediaType").orElse(null) instanceof Json.Str s
        && isBundle(s.value());
  }

  /** Whether the media type is that of a bundle, of whichever version. */
  public static boolean isBundle(String mediaType) {
    return mediaType.startsWith(ANY_MEDIA_TYPE + "+json")
        || mediaType.startsWith(ANY_MEDIA_TYPE + ".v");
  }

  /** The hint by which cosign names a key: base64 of SHA-256 of its SubjectPublicKeyInfo. */
  public static String hintOf(PublicKey key) {
    return Base64s.encode(key.id().value());
  }

  /** A bundle of version 0.3 around a signed envelope. */
  public static Bundle forDsse(String hint, Dsse envelope) {
    return new Bundle(
        Version.V0_3, new KeyHint(hint), List.of(), List.of(), new Envelope(envelope));
  }

  /** A bundle of version 0.3 around the signature of a message with this digest. */
  public static Bundle forMessage(String hint, Digest digest, byte[] signature) {
    return new Bundle(
        Version.V0_3,
        new KeyHint(hint),
        List.of(),
        List.of(),
        new MessageSignature(Optional.of(digest), Octets.of(signature)));
  }

  /**
   * The bundle as cosign writes it for a managed key: version 0.3, compact.
   *
   * @throws IllegalStateException if the bundle has certificates, log entries or timestamps, which
   *     are kept as the bytes they came in and never written anew
   */
  public byte[] write() {
    if (!(material instanceof KeyHint key) || !logEntries.isEmpty() || !timestamps.isEmpty()) {
      throw new IllegalStateException("only bundles of managed keys are written");
    }
    Json.Builder publicKey = Json.object();
    if (!key.hint().isEmpty()) {
      publicKey.put("hint", key.hint());
    }
    Json.Builder out =
        Json.object()
            .put("mediaType", MEDIA_TYPE)
            .put("verificationMaterial", Json.object().put("publicKey", publicKey));
    switch (content) {
      case Envelope envelope -> out.put("dsseEnvelope", envelope.dsse().toJson());
      case MessageSignature message -> {
        Json.Builder signature = Json.object();
        message
            .digest()
            .ifPresent(d ->
                signature.put(
                    "messageDigest",
                    Json.object()
                        .put("algorithm", BundleReader.hashName(d.algorithm()))
                        .put("digest", Base64s.encode(d.value()))));
        out.put("messageSignature", signature.put("signature", message.signature().base64()));
      }
    }
    return Text.utf8(out.build().compact());
  }
}
