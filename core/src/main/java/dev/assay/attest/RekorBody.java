package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.List;
import java.util.Optional;

/**
 * What a transparency log keeps of a signature: the {@code canonicalizedBody} of an entry, read
 * strictly and not compared with anything. Sources: the schemas in sigstore/rekor {@code
 * pkg/types}, and for version 2 {@code hashedrekord.proto} of sigstore/rekor-tiles.
 *
 * @param digest of what was signed: for {@link Kind#HASHED_REKORD_V1} and {@link
 *     Kind#HASHED_REKORD_V2} of the signed message (of an envelope: its pre-authentication
 *     encoding), for the others SHA-256 of the envelope's payload
 * @param signature as it stands in the bundle; absent in {@link Kind#INTOTO_V1} alone, which has it
 *     in the hash of the envelope
 * @param verifier who signed
 * @param keyDetails how, as {@code PublicKeyDetails} of sigstore_common.proto names it; only in
 *     {@link Kind#HASHED_REKORD_V2}
 * @param payloadType of the envelope; only in {@link Kind#INTOTO_V2}
 * @param payload of the envelope; only in {@link Kind#INTOTO_V2}, and there mostly left out
 * @param envelope SHA-256 of the envelope as {@link #intotoV1} writes it; only in {@link
 *     Kind#INTOTO_V1}. The other kinds keep one too, of an envelope spelled in any way
 */
public record RekorBody(
    Kind kind,
    Digest digest,
    Optional<Octets> signature,
    Verifier verifier,
    Optional<String> keyDetails,
    Optional<String> payloadType,
    Optional<Octets> payload,
    Optional<Digest> envelope) {

  /** The kinds of entries that are read. */
  public enum Kind {
    /** A digest and a signature over it. */
    HASHED_REKORD_V1("hashedrekord", "0.0.1"),
    /** An envelope, by the hash of its payload. */
    DSSE_V1("dsse", "0.0.1"),
    /**
     * An envelope, by the hashes of its payload and of itself; its signature is not kept. The first
     * of its kind.
     */
    INTOTO_V1("intoto", "0.0.1"),
    /** An envelope, by the hash of its payload, as it was kept before {@link #DSSE_V1}. */
    INTOTO_V2("intoto", "0.0.2"),
    /** A digest and a signature over it, in a log of version 2. */
    HASHED_REKORD_V2("hashedrekord", "0.0.2");

    private final String kind;
    private final String version;

    Kind(String kind, String version) {
      this.kind = kind;
      this.version = version;
    }

    public static Optional<Kind> of(String kind, String version) {
      for (Kind k : values()) {
        if (k.kind.equals(kind) && k.version.equals(version)) {
          return Optional.of(k);
        }
      }
      return Optional.empty();
    }

    /** Whether entries of this kind are kept by Rekor v2, which promises nothing and proves all. */
    public boolean rekorV2() {
      return this == HASHED_REKORD_V2;
    }

    /** {@code hashedrekord 0.0.1}. */
    @Override
    public String toString() {
      return kind + " " + version;
    }
  }

  /**
   * Who signed, by what the log was given.
   *
   * @param certificate whether it is a certificate; else it is a SubjectPublicKeyInfo
   * @param der the certificate or the SubjectPublicKeyInfo; not read further
   */
  public record Verifier(boolean certificate, Octets der) {}

  /**
   * Reads a body.
   *
   * @throws AssayException with {@link Code#BAD_LOG_ENTRY}, for an entry of another kind too
   */
  public static RekorBody parse(byte[] body) {
    try {
      return RekorBodyReader.read(Json.parse(body, Limits.LOG_ENTRY_BYTES));
    } catch (AssayException e) {
      if (e.code() == Code.BAD_LOG_ENTRY) {
        throw e;
      }
      throw new AssayException(Code.BAD_LOG_ENTRY, "log entry: " + e.getMessage(), e);
    }
  }

  /**
   * An envelope with one signature in the spelling of the library with which the entries of the
   * kind {@link Kind#INTOTO_V1} were made: these members, in this order, an absent key id as an
   * empty one.
   */
  public static byte[] intotoV1(Dsse dsse) {
    Dsse.Signature signature = dsse.signatures().getFirst();
    return Text.utf8(
        Json.object()
            .put("payloadType", dsse.payloadType())
            .put("payload", Base64s.encode(dsse.payload()))
            .put(
                "signatures",
                List.of(
                    Json.object()
                        .put("keyid", signature.keyId().orElse(""))
                        .put("sig", signature.value().base64())
                        .build()))
            .build()
            .compact());
  }

  /**
   * The body that a log of version 2 keeps of a signature, in its one form (RFC 8785). Made anew
   * and compared, it leaves nothing in an entry unchecked.
   *
   * @param digest of the signed message
   * @param keyDetails as {@code PublicKeyDetails} of sigstore_common.proto writes it
   */
  public static byte[] hashedRekordV2(
      Digest digest, Octets signature, Verifier verifier, String keyDetails) {
    String type = verifier.certificate() ? "x509Certificate" : "publicKey";
    String key = verifier.der().base64();
    String details = "\"keyDetails\":\"" + keyDetails + "\"";
    String raw = "\"" + type + "\":{\"rawBytes\":\"" + key + "\"}";
    return Text.utf8(
        "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",\"spec\":{\"hashedRekordV002\":"
            + "{\"data\":{\"algorithm\":\""
            + BundleReader.hashName(digest.algorithm())
            + "\",\"digest\":\""
            + Base64s.encode(digest.value())
            + "\"},\"signature\":{\"content\":\""
            + signature.base64()
            + "\",\"verifier\":{"
            // Names stand in the order of their code units.
            + details
            + ","
            + raw
            + "}}}}}");
  }
}
