package dev.assay.verify;

import dev.assay.attest.Bundle;
import dev.assay.attest.Dsse;
import dev.assay.bytes.Digest;
import dev.assay.crypto.EcdsaForm;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SignatureScheme;
import java.util.List;
import java.util.Optional;

/**
 * Whether a key signed what a bundle holds. Keys do not say how they are used: the ways that
 * signers use a kind of key are tried in turn, the usual one first.
 */
public final class SignatureMath {

  private static final List<SignatureScheme> P256 = List.of(SignatureScheme.ECDSA_SHA256);
  // Signers of the first bundles used SHA-256 with every curve.
  private static final List<SignatureScheme> P384 =
      List.of(SignatureScheme.ECDSA_SHA384, SignatureScheme.ECDSA_SHA256);
  private static final List<SignatureScheme> P521 =
      List.of(SignatureScheme.ECDSA_SHA512, SignatureScheme.ECDSA_SHA256);
  private static final List<SignatureScheme> RSA =
      List.of(SignatureScheme.RSA_PKCS1_SHA256, SignatureScheme.RSA_PSS_SHA256);
  private static final List<SignatureScheme> ED25519 =
      List.of(SignatureScheme.ED25519, SignatureScheme.ED25519_PH);
  private static final List<SignatureScheme> ML_DSA = List.of(SignatureScheme.ML_DSA);

  private SignatureMath() {}

  static List<SignatureScheme> schemes(KeyAlgorithm key) {
    return switch (key) {
      case ECDSA_P256 -> P256;
      case ECDSA_P384 -> P384;
      case ECDSA_P521 -> P521;
      case RSA -> RSA;
      case ED25519 -> ED25519;
      case ML_DSA_44, ML_DSA_65, ML_DSA_87 -> ML_DSA;
    };
  }

  /**
   * Whether the key signed the content of the bundle, in one of the ways in which keys of its kind
   * are used. Says nothing of whether the content is about the subject, beyond a signature over the
   * subject itself.
   */
  public static boolean isSignedBy(PublicKey key, Bundle bundle, Subject subject) {
    return verify(key, bundle, subject).isPresent();
  }

  /** How the key signed the content of the bundle; empty if it did not. */
  static Optional<SignatureScheme> verify(PublicKey key, Bundle bundle, Subject subject) {
    List<SignatureScheme> schemes = schemes(key.algorithm());
    // Not a switch over the types: see Verifier.judge.
    if (bundle.content() instanceof Bundle.Envelope envelope) {
      return envelope(key, schemes, bundle, envelope.dsse());
    }
    if (bundle.content() instanceof Bundle.MessageSignature message) {
      return subject(key, schemes, subject, message.signature().bytes());
    }
    if (bundle.content() instanceof Bundle.SimpleSigning simple) {
      return bytes(key, schemes, simple.payload().bytes(), simple.signature().bytes());
    }
    throw new IllegalStateException("content of a new kind");
  }

  private static Optional<SignatureScheme> envelope(
      PublicKey key, List<SignatureScheme> schemes, Bundle bundle, Dsse dsse) {
    byte[] signature = dsse.signatures().getFirst().value().bytes();
    byte[] signed = dsse.pae();
    Optional<SignatureScheme> found = bytes(key, schemes, signed, signature);
    if (found.isEmpty()) {
      // DSSE does not say how an ECDSA signature is written. Two numbers of the curve's size are no
      // DER as a rule; where they are, whichever reading verifies is this key's signature of these
      // bytes.
      Optional<byte[]> pair = EcdsaForm.derOfPair(key.algorithm(), signature);
      found = pair.flatMap(der -> bytes(key, schemes, signed, der));
    }
    if (found.isEmpty()
        && bundle.form() == Bundle.Form.CLOUD_BUILD
        && bundle.material() instanceof Bundle.KeyHint named
        && CloudBuildKeys.signsPayload(key, named.hint())) {
      // A payload that was read as a statement begins with a bracket, an encoding with "DSSEv1":
      // neither can be taken for the other.
      found = bytes(key, schemes, dsse.payload(), signature);
    }
    return found;
  }

  private static Optional<SignatureScheme> bytes(
      PublicKey key, List<SignatureScheme> schemes, byte[] signed, byte[] signature) {
    for (SignatureScheme scheme : schemes) {
      if (key.verify(scheme, signed, signature)) {
        return Optional.of(scheme);
      }
    }
    return Optional.empty();
  }

  // The digest in a bundle is a hint; what is verified is the subject's own.
  private static Optional<SignatureScheme> subject(
      PublicKey key, List<SignatureScheme> schemes, Subject subject, byte[] signature) {
    for (SignatureScheme scheme : schemes) {
      boolean good;
      if (scheme.hash().isPresent()) {
        Optional<Digest> digest = subject.digest(scheme.hash().get());
        good = digest.isPresent() && key.verifyDigest(scheme, digest.get(), signature);
      } else {
        Optional<byte[]> content = subject.content().bytes();
        good = content.isPresent() && key.verify(scheme, content.get(), signature);
      }
      if (good) {
        return Optional.of(scheme);
      }
    }
    return Optional.empty();
  }
}
