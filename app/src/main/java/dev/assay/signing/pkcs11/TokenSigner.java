package dev.assay.signing.pkcs11;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.crypto.EcdsaForm;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PublicKey;
import dev.assay.signing.Signer;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/** A key in a token. */
final class TokenSigner implements Signer {

  // DigestInfo of SHA-256 up to the hash (RFC 8017 section 9.2, note 1).
  private static final byte[] SHA256_INFO = {
    0x30,
    0x31,
    0x30,
    0x0d,
    0x06,
    0x09,
    0x60,
    (byte) 0x86,
    0x48,
    0x01,
    0x65,
    0x03,
    0x04,
    0x02,
    0x01,
    0x05,
    0x00,
    0x04,
    0x20
  };

  // Ed25519 signs the message itself, which goes through the pipe and into the token.
  private static final int MAX_MESSAGE = 8 << 20;

  private final TokenSession session;
  private final TokenObject key;
  private final PublicKey publicKey;

  TokenSigner(TokenSession session, TokenObject key, PublicKey publicKey) {
    this.session = session;
    this.key = key;
    this.publicKey = publicKey;
    if (!key.pinEachTime()) {
      session.forgetPin();
    }
  }

  @Override
  public PublicKey publicKey() {
    return publicKey;
  }

  @Override
  public synchronized byte[] sign(byte[] message) {
    KeyAlgorithm algorithm = publicKey.algorithm();
    byte[] signature =
        switch (algorithm) {
          case ECDSA_P256, ECDSA_P384, ECDSA_P521 ->
              EcdsaForm.der(ask(Cryptoki.CKM_ECDSA, hash(algorithm, message)));
          case ED25519 -> ask(Cryptoki.CKM_EDDSA, message);
          case RSA -> ask(Cryptoki.CKM_RSA_PKCS, info(Hashes.sha256(message)));
          case ML_DSA_44, ML_DSA_65, ML_DSA_87 ->
              throw new AssayException(
                  Code.KEY_UNSUPPORTED, "ML-DSA keys in tokens are not used yet");
        };
    if (!publicKey.verify(message, signature)) {
      throw wrong();
    }
    return signature;
  }

  @Override
  public synchronized byte[] signDigest(Digest digest) {
    KeyAlgorithm algorithm = publicKey.algorithm();
    boolean ecdsa =
        switch (algorithm) {
          case ECDSA_P256, ECDSA_P384, ECDSA_P521 -> true;
          default -> false;
        };
    if (!ecdsa || !algorithm.hash().equals(Optional.of(digest.algorithm()))) {
      return Signer.super.signDigest(digest);
    }
    byte[] signature = EcdsaForm.der(ask(Cryptoki.CKM_ECDSA, digest.value()));
    if (!publicKey.verifyDigest(digest, signature)) {
      throw wrong();
    }
    return signature;
  }

  private static AssayException wrong() {
    return new AssayException(
        Code.SIGNING_FAILED,
        "the token's signature does not verify with the public key it shows; nothing was signed");
  }

  private static byte[] hash(KeyAlgorithm algorithm, byte[] message) {
    return Hashes.digest(algorithm.hash().orElseThrow(), message).value();
  }

  private static byte[] info(byte[] hash) {
    byte[] out = Arrays.copyOf(SHA256_INFO, SHA256_INFO.length + hash.length);
    System.arraycopy(hash, 0, out, SHA256_INFO.length, hash.length);
    return out;
  }

  private byte[] ask(long mechanism, byte[] data) {
    if (data.length > MAX_MESSAGE) {
      throw new AssayException(
          Code.TOO_LARGE,
          "a message of " + data.length + " bytes; a token's key signs at most " + MAX_MESSAGE);
    }
    Wire.Message question =
        new Wire.Message(Wire.SIGN).number(mechanism).number(key.handle()).bytes(data);
    if (!key.pinEachTime()) {
      question.number(0);
    } else if (session.hasKeypad()) {
      question.number(2);
    } else {
      byte[] pin = session.pin();
      question.number(1).bytes(pin);
      Arrays.fill(pin, (byte) 0);
    }
    try {
      return session.ask(question).bytes();
    } catch (IOException e) {
      throw session.host().broken();
    }
  }

  @Override
  public void close() {
    session.close();
  }

  @Override
  public String toString() {
    return session.uri(key) + " (" + publicKey + ")";
  }
}
