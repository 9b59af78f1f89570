package dev.assay.verify;

import dev.assay.crypto.Certificate;
import dev.assay.crypto.FulcioClaims;
import dev.assay.crypto.PublicKey;
import dev.assay.trust.Signer;
import dev.assay.trust.TrustedKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Who signed, and what proves when.
 *
 * @param signers those of the signers asked for whom the signature is by; never empty
 * @param principal who it was, the same for two signatures of one principal: a key, or a name with
 *     who vouches for it
 * @param certificate of the signer, if there is one
 * @param claims what Fulcio wrote into the certificate
 * @param times the proven times; empty: the time is not proven
 * @param facts what the verdict says about it
 */
public record Authenticated(
    List<Signer> signers,
    String principal,
    Optional<Certificate> certificate,
    Optional<FulcioClaims> claims,
    List<Instant> times,
    List<Check> facts) {

  public Authenticated {
    signers = List.copyOf(signers);
    times = List.copyOf(times);
    facts = List.copyOf(facts);
  }

  /** The first of the signers asked for. */
  public Signer signer() {
    return signers.getFirst();
  }

  /** The key that made the signature: the managed one, or that of the certificate. */
  public PublicKey key() {
    if (certificate.isPresent()) {
      return certificate.get().key();
    }
    if (signer() instanceof TrustedKey key) {
      return key.key();
    }
    throw new IllegalStateException("neither a key nor a certificate");
  }

  /** {@code ecdsa-p256, key release}, or {@code identity ci (https://github.com/...)}. */
  String who() {
    if (signer() instanceof TrustedKey key) {
      return key.key().algorithm().id() + ", key " + key.name();
    }
    return principal.contains(signer().name()) ? principal : principal + ", " + signer().name();
  }

  /** {@code 2024-03-01T12:00:00Z}, the earliest proven time, or {@code time not proven}. */
  String when() {
    Instant first = null;
    for (Instant time : times) {
      if (first == null || time.isBefore(first)) {
        first = time;
      }
    }
    return first == null ? "time not proven" : first.toString();
  }
}
