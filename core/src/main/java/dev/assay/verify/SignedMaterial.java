package dev.assay.verify;

import dev.assay.attest.Bundle;
import dev.assay.attest.Dsse;
import dev.assay.attest.Octets;
import dev.assay.attest.RekorBody;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SignatureScheme;
import org.jspecify.annotations.Nullable;

/**
 * What the signature of a bundle is over and whose it is: what a log entry has to be about. For one
 * thread.
 */
final class SignedMaterial {

  /**
   * Who made the signature, and how.
   *
   * @param key that verifies it; a certificate's, where there is one
   * @param scheme by which it verifies
   * @param logged as a log names the signer: the certificate, else the key
   */
  record Signer(PublicKey key, SignatureScheme scheme, RekorBody.Verifier logged) {

    static Signer of(Certificate leaf, SignatureScheme scheme) {
      return new Signer(leaf.key(), scheme, new RekorBody.Verifier(true, Octets.of(leaf.der())));
    }

    static Signer of(PublicKey key, SignatureScheme scheme) {
      return new Signer(key, scheme, new RekorBody.Verifier(false, Octets.of(key.spki())));
    }
  }

  private final Octets signature;
  private final Signer signer;
  private final @Nullable Digest message;
  private final @Nullable Dsse envelope;
  private @Nullable Digest payload;
  private @Nullable Digest encoding;

  private SignedMaterial(
      Octets signature, Signer signer, @Nullable Digest message, @Nullable Dsse envelope) {
    this.signature = signature;
    this.signer = signer;
    this.message = message;
    this.envelope = envelope;
  }

  /** What a bundle's signature, found good, is over and whose it is. */
  static SignedMaterial of(Bundle bundle, Subject subject, Signer signer) {
    // Not a switch over the types: see Verifier.judge.
    if (bundle.content() instanceof Bundle.Envelope envelope) {
      return ofEnvelope(envelope.dsse(), signer);
    }
    if (bundle.content() instanceof Bundle.MessageSignature message) {
      Digest.Algorithm hash = signer.scheme().hash().orElse(Digest.Algorithm.SHA256);
      return ofMessage(subject.digest(hash).orElse(subject.digest()), message.signature(), signer);
    }
    if (bundle.content() instanceof Bundle.SimpleSigning simple) {
      Digest.Algorithm hash = signer.scheme().hash().orElse(Digest.Algorithm.SHA256);
      return ofMessage(Hashes.digest(hash, simple.payload().bytes()), simple.signature(), signer);
    }
    throw new IllegalStateException("content of a new kind");
  }

  /**
   * The signature of a message.
   *
   * @param digest of the message, by the hash that was signed, from the artifact and not from the
   *     bundle
   */
  static SignedMaterial ofMessage(Digest digest, Octets signature, Signer signer) {
    return new SignedMaterial(signature, signer, digest, null);
  }

  /** The one signature of an envelope. */
  static SignedMaterial ofEnvelope(Dsse envelope, Signer signer) {
    if (envelope.signatures().size() != 1) {
      throw new IllegalArgumentException("signatures: " + envelope.signatures().size());
    }
    return new SignedMaterial(envelope.signatures().getFirst().value(), signer, null, envelope);
  }

  Octets signature() {
    return signature;
  }

  Signer signer() {
    return signer;
  }

  boolean isEnvelope() {
    return envelope != null;
  }

  Dsse envelope() {
    if (envelope == null) {
      throw new IllegalStateException("not an envelope");
    }
    return envelope;
  }

  /** SHA-256 of the envelope's payload. */
  Digest payloadDigest() {
    if (payload == null) {
      payload = Hashes.sha256Digest(envelope().payload());
    }
    return payload;
  }

  /**
   * The digest of the bytes that are signed. That of a message is known by one hash only.
   *
   * @param algorithm for an envelope, the hash that is asked for
   */
  Digest signedDigest(Digest.Algorithm algorithm) {
    if (message != null) {
      return message;
    }
    if (encoding == null || encoding.algorithm() != algorithm) {
      encoding = Hashes.digest(algorithm, envelope().pae());
    }
    return encoding;
  }

  /**
   * The body that a log of version 2 keeps of this signature.
   *
   * @throws AssayException with {@link Code#BAD_LOG_ENTRY} if such a log has no name for how it was
   *     made
   */
  byte[] rekorV2() {
    Digest.Algorithm hash = signer.scheme().hash().orElse(null);
    String details = KeyDetails.of(signer.key(), signer.scheme()).orElse(null);
    if (hash == null || details == null) {
      throw new AssayException(
          Code.BAD_LOG_ENTRY,
          "log entry: hashedrekord 0.0.2 has no place for a signature by "
              + signer.key().algorithm().id()
              + ", "
              + signer.scheme());
    }
    return RekorBody.hashedRekordV2(signedDigest(hash), signature, signer.logged(), details);
  }
}
