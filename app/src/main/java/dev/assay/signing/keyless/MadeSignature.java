package dev.assay.signing.keyless;

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
import dev.assay.verify.KeyDetails;
import java.util.Optional;

/**
 * A signature of ours, as logs are told of it.
 *
 * @param key that verifies it; a certificate's, where there is one
 * @param signer the certificate, else the key
 * @param pem the same as PEM
 * @param message digest of what was signed; of an envelope, of its pre-authentication encoding;
 *     absent for a key that signs without a hash
 * @param envelope where what was signed is one
 */
record MadeSignature(
    PublicKey key,
    RekorBody.Verifier signer,
    String pem,
    Octets signature,
    Optional<Digest> message,
    Optional<Dsse> envelope) {

  static MadeSignature by(Certificate leaf, Bundle bundle) {
    return of(leaf.key(), new RekorBody.Verifier(true, Octets.of(leaf.der())), pem(leaf), bundle);
  }

  static MadeSignature by(PublicKey key, Bundle bundle) {
    return of(key, new RekorBody.Verifier(false, Octets.of(key.spki())), key.pem(), bundle);
  }

  private static MadeSignature of(
      PublicKey key, RekorBody.Verifier signer, String pem, Bundle bundle) {
    if (bundle.content() instanceof Bundle.Envelope e) {
      Dsse dsse = e.dsse();
      Optional<Digest> message = key.algorithm().hash().map(h -> Hashes.digest(h, dsse.pae()));
      Octets value = dsse.signatures().getFirst().value();
      return new MadeSignature(key, signer, pem, value, message, Optional.of(dsse));
    }
    if (bundle.content() instanceof Bundle.MessageSignature m) {
      return new MadeSignature(key, signer, pem, m.signature(), m.digest(), Optional.empty());
    }
    throw new IllegalArgumentException("no such bundle is made");
  }

  private static String pem(Certificate leaf) {
    return "-----BEGIN CERTIFICATE-----\n"
        + java.util.Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(leaf.der())
        + "\n-----END CERTIFICATE-----\n";
  }

  /** The digest of what was signed, which a log keeps. */
  Digest loggedDigest() {
    return message.orElseThrow(() ->
        new AssayException(
            Code.KEY_UNSUPPORTED,
            "a log takes no signature by a key of the kind "
                + key.algorithm().id()
                + ", which signs without a hash",
            "sign with an ECDSA key: assay key generate NAME"));
  }

  /** How it was made, as logs of version 2 name it. */
  String keyDetails() {
    return KeyDetails.of(key, SignatureScheme.usual(key.algorithm()))
        .orElseThrow(() ->
            new AssayException(
                Code.KEY_UNSUPPORTED,
                "a log of version 2 has no name for signatures by " + key.algorithm().id()));
  }
}
