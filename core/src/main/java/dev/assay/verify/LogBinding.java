package dev.assay.verify;

import dev.assay.attest.LogEntry;
import dev.assay.attest.Octets;
import dev.assay.attest.RekorBody;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import java.util.Arrays;
import java.util.Optional;

/** Whether a log entry is about the signature of the bundle it came in, and not about another. */
final class LogBinding {

  private LogBinding() {}

  /**
   * Why the entry is not about the signature; empty if it is.
   *
   * @throws AssayException with {@link Code#BAD_LOG_ENTRY}
   */
  static Optional<Check> refusal(LogEntry entry, byte[] body, SignedMaterial signed) {
    RekorBody.Kind kind = RekorBody.Kind.of(entry.kind(), entry.version()).orElse(null);
    if (kind == null) {
      throw new AssayException(
          Code.BAD_LOG_ENTRY,
          "log entries of the kind "
              + Text.quote(entry.kind() + " " + entry.version())
              + " are not verified");
    }
    // Made from the bundle, so that no part of the entry is left unchecked.
    if (kind.rekorV2() && Arrays.equals(body, signed.rekorV2())) {
      return Optional.empty();
    }
    RekorBody read = RekorBody.parse(body);
    if (read.kind() != kind) {
      return mismatch("the entry is of another kind than it says", kind, read.kind());
    }
    Optional<Check> difference = difference(read, signed);
    if (difference.isEmpty() && kind.rekorV2()) {
      return otherForm(read, signed);
    }
    return difference;
  }

  private static Optional<Check> difference(RekorBody read, SignedMaterial signed) {
    RekorBody.Kind kind = read.kind();
    boolean byPayload =
        kind == RekorBody.Kind.DSSE_V1
            || kind == RekorBody.Kind.INTOTO_V1
            || kind == RekorBody.Kind.INTOTO_V2;
    if (byPayload && !signed.isEnvelope()) {
      return mismatch("the entry is about an envelope", "a signature of a message", kind);
    }
    Digest digest =
        byPayload ? signed.payloadDigest() : signed.signedDigest(read.digest().algorithm());
    if (!digest.equals(read.digest())) {
      return mismatch("the entry is about other content", digest, read.digest());
    }
    Optional<Check> signature = signature(read, signed);
    if (signature.isPresent()) {
      return signature;
    }
    RekorBody.Verifier signer = signed.signer().logged();
    if (!signer.equals(read.verifier())) {
      return mismatch(
          "the entry is about a signature by another", name(signer), name(read.verifier()));
    }
    return kind == RekorBody.Kind.INTOTO_V2 ? envelope(read, signed) : Optional.empty();
  }

  private static Optional<Check> signature(RekorBody read, SignedMaterial signed) {
    if (read.signature().isPresent()) {
      Octets found = read.signature().get();
      return signed.signature().equals(found)
          ? Optional.empty()
          : mismatch(
              "the entry is about another signature", brief(signed.signature()), brief(found));
    }
    // No signature is kept, but the hash of the envelope that has it: payload, type, signature and
    // the key's name in one. Of an envelope that was spelled otherwise nothing can be told.
    Digest envelope = Hashes.sha256Digest(RekorBody.intotoV1(signed.envelope()));
    Digest found = read.envelope().orElseThrow();
    return envelope.equals(found)
        ? Optional.empty()
        : mismatch(
            "the entry is about another envelope, or about this one in another spelling",
            envelope,
            found);
  }

  // The payload is bound by its hash; its type by this alone.
  private static Optional<Check> envelope(RekorBody read, SignedMaterial signed) {
    String type = read.payloadType().orElseThrow();
    if (!type.equals(signed.envelope().payloadType())) {
      return mismatch(
          "the entry is about another type of payload",
          Text.quote(signed.envelope().payloadType()),
          Text.quote(type));
    }
    if (read.payload().isPresent()
        && !Arrays.equals(read.payload().get().bytes(), signed.envelope().payload())) {
      return mismatch(
          "the entry is about other content",
          signed.payloadDigest(),
          Hashes.sha256Digest(read.payload().get().bytes()));
    }
    return Optional.empty();
  }

  private static Optional<Check> otherForm(RekorBody read, SignedMaterial signed) {
    String details =
        KeyDetails.of(signed.signer().key(), signed.signer().scheme()).orElse("no such entry");
    return mismatch(
        "the entry is not what a log makes of this signature",
        details + ", canonical JSON",
        Text.quote(read.keyDetails().orElse("")));
  }

  private static Optional<Check> mismatch(String detail, Object expected, Object found) {
    return Optional.of(
        Check.fail(LogCheck.NAME, Code.LOG_ENTRY_MISMATCH, detail)
            .expected(expected.toString(), found.toString()));
  }

  private static String brief(Octets signature) {
    return "the signature with " + Hashes.sha256Digest(signature.bytes());
  }

  private static String name(RekorBody.Verifier verifier) {
    return (verifier.certificate() ? "certificate " : "public key ")
        + Hashes.sha256Digest(verifier.der().bytes());
  }
}
