package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.PublicKey;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One signature with what is needed to verify it: a Sigstore bundle (sigstore_bundle.proto,
 * versions 0.1 to 0.3), or an older form brought into the same shape ({@link Form}), so that there
 * is one way to verify. Reading checks the shape; nothing is verified.
 *
 * @param form what it was read from
 * @param version {@link Version#NONE} for the forms that are older than bundles
 * @param material whose signature it says it is
 * @param logEntries what transparency logs said about it
 * @param timestamps RFC 3161 tokens (DER) over the signature
 */
public record Bundle(
    Form form,
    Version version,
    Material material,
    List<LogEntry> logEntries,
    List<Octets> timestamps,
    Content content) {

  /** The media type that is written, and the artifact type of a bundle in a registry. */
  public static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

  static final String OLD_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle+json;version=";
  private static final String ANY_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle";

  /** What a signature was read from. */
  public enum Form {
    /** A Sigstore bundle, which has a media type. */
    BUNDLE,

    /**
     * A layer of cosign's tag {@code sha256-<hex>.sig}: a simple-signing payload, the signature in
     * annotations.
     */
    OCI_SIGNATURE,

    /** A layer of cosign's tag {@code sha256-<hex>.att}: an envelope, the rest in annotations. */
    OCI_ATTESTATION,

    /** The JSON that {@code cosign sign-blob --bundle} wrote before there were Sigstore bundles. */
    COSIGN_BLOB,

    /** A DSSE envelope on its own. */
    ENVELOPE,

    /**
     * Provenance as Google Cloud Build's tools print it. The keys of its regions signed the payload
     * alone, without its type: what is accepted of them is said in {@code docs/evidence-forms.md}.
     */
    CLOUD_BUILD
  }

  /** The versions that are read. */
  public enum Version {
    /** An older form, which has no version. */
    NONE,
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
   * @param chain DER; at least one. Older forms of cosign carry the root too: it is a claim like
   *     the others, trusted only if a trust root has it
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
   * A signature over a payload that names an image (cosign, specs/SIGNATURE_SPEC.md). The signature
   * is over the payload's bytes as they are here, and says something about the image only if {@code
   * imageDigest} is its digest.
   *
   * @param dockerReference where the signer says it was; proves nothing, may be empty
   * @param imageDigest {@code critical.image.docker-manifest-digest}
   * @param optional what the signer noted, {@code -a} of cosign; part of what is signed
   */
  public record SimpleSigning(
      Octets payload,
      String dockerReference,
      Digest imageDigest,
      Map<String, Json> optional,
      Octets signature)
      implements Content {
    public SimpleSigning {
      optional = Collections.unmodifiableMap(new LinkedHashMap<>(optional));
    }
  }

  /**
   * @throws AssayException with {@link Code#BAD_BUNDLE} or {@link Code#KEY_HINT_MISMATCH} if the
   *     parts do not fit together
   */
  public Bundle {
    logEntries = List.copyOf(logEntries);
    timestamps = List.copyOf(timestamps);
    if ((form == Form.BUNDLE) == (version == Version.NONE)
        || (form == Form.OCI_SIGNATURE) != (content instanceof SimpleSigning)) {
      throw new IllegalArgumentException(form + " " + version);
    }
    distinct(logEntries);
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

  // One entry must not count as two (client-spec, section 4.3).
  private static void distinct(List<LogEntry> entries) {
    for (int i = 1; i < entries.size(); i++) {
      LogEntry entry = entries.get(i);
      for (int j = 0; j < i; j++) {
        if (entries.get(j).logIndex() == entry.logIndex()
            && entries.get(j).logId().equals(entry.logId())) {
          throw new AssayException(
              Code.BAD_BUNDLE, "the log entry " + entry.logIndex() + " is there twice");
        }
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
    return parse(document, limit, false);
  }

  /**
   * As {@link #parse(byte[], int)}.
   *
   * @param allowChain whether a bundle of version 0.3 may have a chain of certificates, as those
   *     have that people with a CA of their own make ({@code cosign --allow-certificate-chain}); a
   *     root in it is refused all the same
   */
  public static Bundle parse(byte[] document, int limit, boolean allowChain) {
    Documents.checkLimit(document, limit);
    return BundleReader.read(Json.parse(document, limit), allowChain);
  }

  /** Reads a bundle that is part of another document. */
  public static Bundle of(Json json) {
    return BundleReader.read(json, false);
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
        Form.BUNDLE, Version.V0_3, new KeyHint(hint), List.of(), List.of(), new Envelope(envelope));
  }

  /** A bundle of version 0.3 around the signature of a message with this digest. */
  public static Bundle forMessage(String hint, Digest digest, byte[] signature) {
    return new Bundle(
        Form.BUNDLE,
        Version.V0_3,
        new KeyHint(hint),
        List.of(),
        List.of(),
        new MessageSignature(Optional.of(digest), Octets.of(signature)));
  }

  /**
   * The bundle in version 0.3, compact, members in the order of the schema. Reading it gives the
   * same bundle again.
   *
   * @throws IllegalStateException if version 0.3 cannot hold it: a simple-signing payload, more
   *     than the signer's certificate, a log entry without a proof or without its checkpoint
   */
  public byte[] write() {
    return BundleWriter.write(this);
  }
}
