package dev.assay.signing.keyless;

import dev.assay.attest.Bundle;
import dev.assay.attest.Dsse;
import dev.assay.attest.Octets;
import dev.assay.attest.Statement;
import dev.assay.bytes.Digest;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.signing.BundleSigner;
import dev.assay.verify.Subject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Signs in the name of an identity: with a key that lives as long as its certificate, some minutes.
 * One certificate serves for all that is signed while it lasts; then there is another key and
 * another certificate.
 */
final class KeylessBundleSigner implements BundleSigner {

  /** Somebody who is told what becomes public before it does, and may say no. */
  @FunctionalInterface
  interface Consent {
    void ask(IdentityToken identity, String source);
  }

  // What is signed must reach the log and the timestamp authority while the certificate is valid.
  private static final Duration MARGIN = Duration.ofMinutes(2);

  /**
   * A key with its certificate.
   *
   * @param until when it is too late to begin with it
   */
  private record Credential(PrivateKey key, List<Certificate> chain, Instant until) {
    Certificate leaf() {
      return chain.getFirst();
    }
  }

  private final IdentitySource identity;
  private final String audience;
  private final Optional<String> name;
  private final Fulcio fulcio;
  private final Witnesses witnesses;
  private final SelfCheck check;
  private final Consent consent;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Credential current;
  private boolean agreed;

  KeylessBundleSigner(
      IdentitySource identity,
      String audience,
      Optional<String> name,
      Fulcio fulcio,
      Witnesses witnesses,
      SelfCheck check,
      Consent consent,
      Clock clock) {
    this.identity = identity;
    this.audience = audience;
    this.name = name;
    this.fulcio = fulcio;
    this.witnesses = witnesses;
    this.check = check;
    this.consent = consent;
    this.clock = clock;
  }

  @Override
  public Bundle message(byte[] content) {
    Credential credential = credential();
    Bundle bundle =
        bundle(
            credential,
            new Bundle.MessageSignature(
                Optional.of(Hashes.digest(Digest.Algorithm.SHA256, content)),
                Octets.of(credential.key().sign(content))));
    return finish(bundle, credential, Optional.of(SelfCheck.subject(content)));
  }

  @Override
  public Bundle digest(Digest digest) {
    Credential credential = credential();
    Bundle bundle =
        bundle(
            credential,
            new Bundle.MessageSignature(
                Optional.of(digest), Octets.of(credential.key().signDigest(digest))));
    return finish(bundle, credential, Optional.of(SelfCheck.subject(digest)));
  }

  @Override
  public Bundle statement(Statement statement) {
    Credential credential = credential();
    byte[] signature = credential.key().sign(Dsse.pae(Dsse.IN_TOTO, statement.payload()));
    Dsse envelope =
        Dsse.of(Dsse.IN_TOTO, statement.payload(), List.of(Dsse.Signature.of(signature)));
    Bundle bundle = bundle(credential, new Bundle.Envelope(envelope));
    return finish(bundle, credential, SelfCheck.subject(statement));
  }

  private static Bundle bundle(Credential credential, Bundle.Content content) {
    return new Bundle(
        Bundle.Form.BUNDLE,
        Bundle.Version.V0_3,
        new Bundle.Certificates(List.of(Octets.of(credential.leaf().der())), true),
        List.of(),
        List.of(),
        content);
  }

  private Bundle finish(Bundle bundle, Credential credential, Optional<Subject> subject) {
    Bundle whole = witnesses.add(bundle, MadeSignature.by(credential.leaf(), bundle));
    subject.ifPresent(
        s -> check.check(whole, s, SelfCheck.signer(credential.leaf()), clock.instant()));
    return whole;
  }

  private Credential credential() {
    lock.lock();
    try {
      Credential known = current;
      if (known == null || !clock.instant().isBefore(known.until())) {
        // The old key is left to the collector: another thread may be signing with it.
        known = fresh();
        current = known;
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  private Credential fresh() {
    IdentityToken token = identity.token();
    token.check(audience, clock.instant());
    if (!agreed) {
      consent.ask(token, identity.name());
      agreed = true;
    }
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    List<Certificate> chain = fulcio.issue(key, token);
    IssuedCertificate.check(chain, key.publicKey(), token, name, check.roots(), clock.instant());
    Certificate leaf = chain.getFirst();
    Duration quarter = Duration.between(leaf.notBefore(), leaf.notAfter()).dividedBy(4);
    Duration margin = quarter.compareTo(MARGIN) < 0 ? quarter : MARGIN;
    return new Credential(key, chain, leaf.notAfter().minus(margin));
  }

  @Override
  public List<Certificate> issuers() {
    lock.lock();
    try {
      Credential known = current;
      return known == null ? List.of() : known.chain().subList(1, known.chain().size());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (current != null) {
        current.key().destroy();
        current = null;
      }
    } finally {
      lock.unlock();
    }
  }
}
