package dev.assay.signing;

import dev.assay.attest.Bundle;
import dev.assay.attest.Dsse;
import dev.assay.attest.Octets;
import dev.assay.attest.Statement;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import java.util.List;
import java.util.Optional;

/** Bundles by a key that the verifier knows: a hint to the key, and no proof of time. */
public final class KeyBundleSigner implements BundleSigner {

  private final Signer signer;

  /**
   * @param signer closed with this
   */
  public KeyBundleSigner(Signer signer) {
    this.signer = signer;
  }

  @Override
  public Bundle message(byte[] content) {
    KeyAlgorithm algorithm = signer.publicKey().algorithm();
    if (algorithm.hash().isEmpty()) {
      throw new AssayException(
          Code.KEY_UNSUPPORTED,
          "a " + algorithm.id() + " key does not sign a file by its digest",
          "sign with an ECDSA key: assay key generate NAME");
    }
    return Bundle.forMessage(
        Bundle.hintOf(signer.publicKey()),
        Hashes.digest(algorithm.hash().get(), content),
        signer.sign(content));
  }

  @Override
  public Bundle digest(Digest digest) {
    return Bundle.forMessage(Bundle.hintOf(signer.publicKey()), digest, signer.signDigest(digest));
  }

  @Override
  public Bundle statement(Statement statement) {
    byte[] signature = signer.sign(Dsse.pae(Dsse.IN_TOTO, statement.payload()));
    Dsse envelope =
        Dsse.of(
            Dsse.IN_TOTO,
            statement.payload(),
            List.of(new Dsse.Signature(Octets.of(signature), Optional.empty())));
    return Bundle.forDsse(Bundle.hintOf(signer.publicKey()), envelope);
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
