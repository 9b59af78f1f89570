package dev.assay.signing.keyless;

import dev.assay.attest.Bundle;
import dev.assay.attest.Statement;
import dev.assay.bytes.Digest;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.PublicKey;
import dev.assay.signing.BundleSigner;
import dev.assay.signing.KeyBundleSigner;
import dev.assay.signing.Signer;
import dev.assay.verify.Subject;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Signs with a key that the verifier knows, and has logs and timestamp authorities see it. */
final class WitnessedKeySigner implements BundleSigner {

  private final KeyBundleSigner signer;
  private final PublicKey key;
  private final Witnesses witnesses;
  private final SelfCheck check;
  private final Clock clock;

  /**
   * @param signer closed with this
   */
  WitnessedKeySigner(Signer signer, Witnesses witnesses, SelfCheck check, Clock clock) {
    this.signer = new KeyBundleSigner(signer);
    this.key = signer.publicKey();
    this.witnesses = witnesses;
    this.check = check;
    this.clock = clock;
  }

  @Override
  public Bundle message(byte[] content) {
    return finish(signer.message(content), Optional.of(SelfCheck.subject(content)));
  }

  @Override
  public Bundle digest(Digest digest) {
    return finish(signer.digest(digest), Optional.of(SelfCheck.subject(digest)));
  }

  @Override
  public Bundle statement(Statement statement) {
    return finish(signer.statement(statement), SelfCheck.subject(statement));
  }

  private Bundle finish(Bundle bundle, Optional<Subject> subject) {
    Bundle whole = witnesses.add(bundle, MadeSignature.by(key, bundle));
    subject.ifPresent(s -> check.check(whole, s, SelfCheck.signer(key), clock.instant()));
    return whole;
  }

  @Override
  public List<Certificate> issuers() {
    return List.of();
  }

  @Override
  public void close() {
    signer.close();
  }
}
