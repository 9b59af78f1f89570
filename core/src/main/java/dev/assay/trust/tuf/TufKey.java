package dev.assay.trust.tuf;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Text;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SignatureScheme;
import java.util.Optional;

/**
 * A key of TUF metadata (specification section 4.2): ECDSA on P-256 or P-384, Ed25519, RSA. ECDSA
 * and RSA keys are PEM; ECDSA keys of Sigstore's first four roots are the point in hexadecimal.
 */
record TufKey(PublicKey key, SignatureScheme scheme) {

  // SubjectPublicKeyInfo of a P-256 key (RFC 5480) up to the point.
  private static final String P256_SPKI = "3059301306072a8648ce3d020106082a8648ce3d030107034200";

  /**
   * Reads a key.
   *
   * @return empty for a kind that is not known: its signatures do not count
   * @throws AssayException with {@link Code#BAD_METADATA} for a key of a known kind that cannot be
   *     read
   */
  static Optional<TufKey> read(Fields f) {
    String type = f.string("keytype");
    String scheme = f.string("scheme");
    String text = f.object("keyval").string("public");
    try {
      if (type.equals("ecdsa") || type.startsWith("ecdsa-sha2-nistp")) {
        if (scheme.equals("ecdsa-sha2-nistp256")) {
          return of(ecdsa(text), KeyAlgorithm.ECDSA_P256, SignatureScheme.ECDSA_SHA256);
        }
        if (scheme.equals("ecdsa-sha2-nistp384")) {
          return of(ecdsa(text), KeyAlgorithm.ECDSA_P384, SignatureScheme.ECDSA_SHA384);
        }
      } else if (type.equals("ed25519") && scheme.equals("ed25519")) {
        return of(
            PublicKey.ed25519(Hex.decode(text)), KeyAlgorithm.ED25519, SignatureScheme.ED25519);
      } else if (type.equals("rsa")) {
        if (scheme.equals("rsassa-pss-sha256")) {
          return of(pem(text), KeyAlgorithm.RSA, SignatureScheme.RSA_PSS_SHA256);
        }
        if (scheme.equals("rsa-pkcs1v15-sha256")) {
          return of(pem(text), KeyAlgorithm.RSA, SignatureScheme.RSA_PKCS1_SHA256);
        }
      }
      return Optional.empty();
    } catch (AssayException e) {
      throw new AssayException(Code.BAD_METADATA, f.at("keyval") + ": " + e.getMessage(), e);
    }
  }

  private static Optional<TufKey> of(PublicKey key, KeyAlgorithm expected, SignatureScheme scheme) {
    if (key.algorithm() != expected) {
      throw new AssayException(
          Code.BAD_METADATA, "a key of " + key.algorithm().id() + " for " + expected.id());
    }
    return Optional.of(new TufKey(key, scheme));
  }

  private static PublicKey ecdsa(String text) {
    return text.startsWith("04") && text.length() == 130
        ? PublicKey.fromSpki(Hex.decode(P256_SPKI + text))
        : pem(text);
  }

  private static PublicKey pem(String text) {
    return PublicKey.fromPem(Text.utf8(text));
  }

  boolean verifies(byte[] message, byte[] signature) {
    return key.verify(scheme, message, signature);
  }
}
