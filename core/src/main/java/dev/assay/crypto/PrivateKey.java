package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;

/**
 * A private key in memory. It prints as its public key; nothing but {@link #pkcs8} gives it away.
 * Safe for use by several threads.
 */
public final class PrivateKey {

  private static final String LABEL = "PRIVATE KEY";
  private static final int RSA_BITS = 3072;
  private static final int RSA_CERTAINTY = 128;

  private final SigningKey key;
  private volatile boolean destroyed;

  PrivateKey(SigningKey key) {
    this.key = key;
  }

  /** Makes a new key; RSA keys have 3072 bits. */
  public static PrivateKey generate(KeyAlgorithm algorithm) {
    SecureRandom random = new SecureRandom();
    return new PrivateKey(
        switch (algorithm) {
          case ECDSA_P256, ECDSA_P384, ECDSA_P521 ->
              SigningKey.Ec.generate(Curve.of(algorithm), random);
          case RSA -> rsa(random);
          case ED25519 -> new SigningKey.Ed(seed(random));
          case ML_DSA_44, ML_DSA_65, ML_DSA_87 ->
              new SigningKey.MlDsa(MlDsaSet.of(algorithm), seed(random));
        });
  }

  private static byte[] seed(SecureRandom random) {
    byte[] seed = new byte[32];
    random.nextBytes(seed);
    return seed;
  }

  private static SigningKey rsa(SecureRandom random) {
    RSAKeyPairGenerator generator = new RSAKeyPairGenerator();
    generator.init(
        new RSAKeyGenerationParameters(BigInteger.valueOf(65537), random, RSA_BITS, RSA_CERTAINTY));
    return new SigningKey.Rsa(
        (RSAPrivateCrtKeyParameters) generator.generateKeyPair().getPrivate());
  }

  /**
   * Reads an unencrypted PKCS#8 PrivateKeyInfo (RFC 5208, 5958; RFC 5915, 8017, 8410, 9881 for the
   * kinds).
   *
   * @throws AssayException with {@link Code#KEY_UNREADABLE} or {@link Code#KEY_UNSUPPORTED}; the
   *     message prints nothing of the key
   */
  public static PrivateKey fromPkcs8(byte[] der) {
    return new PrivateKey(PrivateKeyEncodings.read(der));
  }

  /**
   * Reads one unencrypted PEM block: {@code PRIVATE KEY} (PKCS#8), {@code EC PRIVATE KEY} (RFC
   * 5915; a block {@code EC PARAMETERS} may stand before it, as OpenSSL writes it) or {@code RSA
   * PRIVATE KEY} (PKCS#1).
   *
   * @throws AssayException with {@link Code#KEY_UNREADABLE} or {@link Code#KEY_UNSUPPORTED}; the
   *     message prints nothing of the key
   */
  public static PrivateKey fromPem(byte[] file) {
    Pem pem = block(file);
    byte[] der = pem.content();
    try {
      return switch (pem.label()) {
        case LABEL -> fromPkcs8(der);
        case "EC PRIVATE KEY" -> new PrivateKey(PrivateKeyEncodings.readSec1(der));
        case "RSA PRIVATE KEY" -> new PrivateKey(PrivateKeyEncodings.readPkcs1(der));
        case "PUBLIC KEY" ->
            throw new AssayException(
                Code.KEY_UNREADABLE, "this is a public key; a private key is needed here");
        default ->
            throw new AssayException(
                Code.KEY_UNSUPPORTED,
                "a private key in PEM of the kind " + pem.label(),
                "cosign's encrypted files and unencrypted PKCS#8, SEC 1 and PKCS#1 are read");
      };
    } finally {
      Arrays.fill(der, (byte) 0);
    }
  }

  // The key names its curve itself; what stands before it adds nothing.
  private static Pem block(byte[] file) {
    byte[] before = Text.utf8("-----BEGIN EC PARAMETERS-----");
    if (file.length > before.length
        && file.length <= Limits.KEY_BYTES
        && Arrays.equals(file, 0, before.length, before, 0, before.length)) {
      List<Pem> blocks = Pem.parseAll(file);
      if (blocks.size() == 2 && blocks.getLast().label().equals("EC PRIVATE KEY")) {
        return blocks.getLast();
      }
    }
    return Pem.parse(file);
  }

  /** One PEM block of unencrypted PKCS#8. The caller wipes it. */
  public byte[] pem() {
    byte[] der = pkcs8();
    byte[] pem = Text.utf8(new Pem(LABEL, der).write());
    Arrays.fill(der, (byte) 0);
    return pem;
  }

  /** The unencrypted PKCS#8 PrivateKeyInfo. The caller wipes it. */
  public byte[] pkcs8() {
    return PrivateKeyEncodings.write(usable());
  }

  public PublicKey publicKey() {
    return key.publicKey();
  }

  public KeyAlgorithm algorithm() {
    return key.publicKey().algorithm();
  }

  /**
   * The signature of the message, in the form {@link PublicKey#verify} takes. ECDSA, RSA and
   * Ed25519 give the same signature for the same message; ML-DSA does not.
   *
   * @throws AssayException with {@link Code#SIGNING_FAILED}
   */
  public byte[] sign(byte[] message) {
    return sign(SignatureScheme.usual(algorithm()), message);
  }

  /**
   * The signature of the message, made in this way; RSASSA-PSS is salted, so that each is another.
   *
   * @throws AssayException with {@link Code#KEY_UNSUPPORTED} for a scheme that does not {@linkplain
   *     SignatureScheme#fits fit} the key, or {@link Code#SIGNING_FAILED}
   */
  public byte[] sign(SignatureScheme scheme, byte[] message) {
    if (!scheme.fits(algorithm())) {
      throw new AssayException(
          Code.KEY_UNSUPPORTED, "a key of the kind " + algorithm().id() + " cannot sign so");
    }
    return usable().sign(scheme, message);
  }

  /**
   * The signature of a message of which only the digest is known: the same as of the message.
   *
   * @param digest by the hash that goes with the key's curve
   * @throws AssayException with {@link Code#KEY_UNSUPPORTED} for keys other than ECDSA's and for
   *     another hash
   */
  public byte[] signDigest(Digest digest) {
    if (usable() instanceof SigningKey.Ec ec
        && algorithm().hash().equals(Optional.of(digest.algorithm()))) {
      return ec.signDigest(digest);
    }
    throw new AssayException(
        Code.KEY_UNSUPPORTED,
        "a key of the kind "
            + algorithm().id()
            + " does not sign by a "
            + digest.algorithm().id()
            + " digest alone");
  }

  /** Overwrites what Java lets us overwrite; the key cannot be used afterwards. */
  public void destroy() {
    destroyed = true;
    key.wipe();
  }

  private SigningKey usable() {
    if (destroyed) {
      throw new IllegalStateException("the private key was destroyed");
    }
    return key;
  }

  /** Names the public key only. */
  @Override
  public String toString() {
    return "private key of " + key.publicKey();
  }
}
