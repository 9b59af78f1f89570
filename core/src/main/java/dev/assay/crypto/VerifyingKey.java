package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.math.BigInteger;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.MLDSAParameters;
import org.bouncycastle.crypto.params.MLDSAPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.MLDSASigner;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/** The arithmetic behind a {@link PublicKey}, one record a family. */
sealed interface VerifyingKey {

  KeyAlgorithm algorithm();

  /** The signature of a message; false for whatever is wrong with it. */
  default boolean verify(SignatureScheme scheme, byte[] message, byte[] signature) {
    return scheme
        .hash()
        .filter(h -> scheme.fits(algorithm()))
        .map(h -> verifyHash(scheme, Hashes.hash(h, message), signature))
        .orElse(false);
  }

  /** The signature of a message known by its hash, which is the scheme's, alone. */
  default boolean verifyHash(SignatureScheme scheme, byte[] value, byte[] signature) {
    return false;
  }

  /**
   * Whether this key's own arithmetic is as fast as any by now, so that no engine is asked. Called
   * once before each verification.
   */
  default boolean settled() {
    return false;
  }

  /**
   * Whether a signature has the one form that this key and scheme allow. What has not is refused
   * whoever does the arithmetic.
   */
  boolean wellFormed(SignatureScheme scheme, byte[] signature);

  // Not a record: what BouncyCastle needs is made when it is asked.
  final class Ec implements VerifyingKey {

    private final Curve curve;
    private final byte[] point;
    private final @Nullable EcdsaKey own;
    private volatile @Nullable ECPublicKeyParameters key;

    private Ec(Curve curve, byte[] point) {
      this.curve = curve;
      this.point = point;
      this.own = EcdsaKey.of(curve, point).orElse(null);
      if (own == null) {
        this.key = parameters();
      }
    }

    static Ec of(Curve curve, byte[] point) {
      curve.checkForm(point);
      try {
        return new Ec(curve, point.clone());
      } catch (IllegalArgumentException e) {
        throw Curve.notOnCurve(e);
      }
    }

    private ECPublicKeyParameters parameters() {
      return new ECPublicKeyParameters(curve.point(point), curve.domain());
    }

    @Override
    public KeyAlgorithm algorithm() {
      return curve.algorithm();
    }

    @Override
    public boolean settled() {
      return own != null && own.settled();
    }

    @Override
    public boolean verifyHash(SignatureScheme scheme, byte[] value, byte[] signature) {
      BigInteger[] rs = numbers(scheme, signature);
      if (rs == null) {
        return false;
      }
      if (own != null && own.accepts(value, rs[0], rs[1])) {
        return true;
      }
      // What our own arithmetic does not accept is looked at by another before it is refused.
      ECPublicKeyParameters made = key;
      if (made == null) {
        made = parameters();
        key = made;
      }
      ECDSASigner verifier = new ECDSASigner();
      verifier.init(false, made);
      return verifier.verifySignature(value, rs[0], rs[1]);
    }

    @Override
    public boolean wellFormed(SignatureScheme scheme, byte[] signature) {
      return numbers(scheme, signature) != null;
    }

    private BigInteger @Nullable [] numbers(SignatureScheme scheme, byte[] signature) {
      // The two integers, their headers and the sequence's: nothing longer can be valid.
      if (!scheme.fits(algorithm()) || signature.length > 2 * (curve.size() + 3) + 3) {
        return null;
      }
      BigInteger r;
      BigInteger s;
      try {
        DerReader outer = new DerReader(signature);
        DerReader inner = outer.enter(DerReader.SEQUENCE);
        outer.done();
        r = inner.unsigned();
        s = inner.unsigned();
        inner.done();
      } catch (AssayException e) {
        return null;
      }
      BigInteger n = curve.order();
      if (r.signum() <= 0 || s.signum() <= 0 || r.compareTo(n) >= 0 || s.compareTo(n) >= 0) {
        return null;
      }
      return new BigInteger[] {r, s};
    }
  }

  record Rsa(BigInteger modulus, BigInteger exponent) implements VerifyingKey {

    static final int MIN_BITS = 2048;
    static final int MAX_BITS = 8192;
    private static final BigInteger MIN_EXPONENT = BigInteger.valueOf(65537);
    // A large exponent only makes each verification slow.
    private static final int MAX_EXPONENT_BITS = 32;

    public Rsa {
      if (modulus.bitLength() < MIN_BITS || modulus.bitLength() > MAX_BITS) {
        throw new AssayException(
            Code.KEY_UNSUPPORTED,
            "an RSA key of "
                + modulus.bitLength()
                + " bits; "
                + MIN_BITS
                + " to "
                + MAX_BITS
                + " are accepted");
      }
      if (!modulus.testBit(0)) {
        throw new AssayException(Code.KEY_UNREADABLE, "an RSA key whose modulus is even");
      }
      if (!exponent.testBit(0)
          || exponent.compareTo(MIN_EXPONENT) < 0
          || exponent.bitLength() > MAX_EXPONENT_BITS) {
        throw new AssayException(
            Code.KEY_UNSUPPORTED,
            "an RSA key whose exponent is not an odd number from 65537 to 2^32-1");
      }
    }

    @Override
    public KeyAlgorithm algorithm() {
      return KeyAlgorithm.RSA;
    }

    @Override
    public boolean verifyHash(SignatureScheme scheme, byte[] value, byte[] signature) {
      if (!wellFormed(scheme, signature)) {
        return false;
      }
      BigInteger message = new BigInteger(1, signature).modPow(exponent, modulus);
      return RsaPadding.matches(scheme, value, message, modulus.bitLength());
    }

    @Override
    public boolean wellFormed(SignatureScheme scheme, byte[] signature) {
      return scheme.fits(KeyAlgorithm.RSA)
          && signature.length == (modulus.bitLength() + 7) / 8
          && new BigInteger(1, signature).compareTo(modulus) < 0;
    }
  }

  // Not a record: the parsed point has no accessor worth having.
  final class Ed implements VerifyingKey {

    private final Ed25519.PublicPoint point;

    private Ed(Ed25519.PublicPoint point) {
      this.point = point;
    }

    static Ed of(byte[] raw) {
      // Full validation keeps points of small order out, for which signatures are not unique.
      Ed25519.PublicPoint point =
          raw.length == Ed25519.PUBLIC_KEY_SIZE
              ? Ed25519.validatePublicKeyFullExport(raw, 0)
              : null;
      if (point == null) {
        throw new AssayException(Code.KEY_UNREADABLE, "not an Ed25519 public key");
      }
      return new Ed(point);
    }

    @Override
    public KeyAlgorithm algorithm() {
      return KeyAlgorithm.ED25519;
    }

    @Override
    public boolean verify(SignatureScheme scheme, byte[] message, byte[] signature) {
      if (scheme == SignatureScheme.ED25519_PH) {
        return verifyHash(scheme, Hashes.sha512(message), signature);
      }
      return wellFormed(scheme, signature)
          && Ed25519.verify(signature, 0, point, message, 0, message.length);
    }

    @Override
    public boolean verifyHash(SignatureScheme scheme, byte[] value, byte[] signature) {
      return scheme == SignatureScheme.ED25519_PH
          && wellFormed(scheme, signature)
          && value.length == Ed25519.PREHASH_SIZE
          && Ed25519.verifyPrehash(signature, 0, point, new byte[0], value, 0);
    }

    @Override
    public boolean wellFormed(SignatureScheme scheme, byte[] signature) {
      return scheme.fits(KeyAlgorithm.ED25519) && signature.length == Ed25519.SIGNATURE_SIZE;
    }
  }

  record MlDsa(MlDsaSet set, MLDSAPublicKeyParameters key) implements VerifyingKey {

    static MlDsa of(MlDsaSet set, byte[] raw) {
      if (raw.length != set.publicSize()) {
        throw new AssayException(
            Code.KEY_UNREADABLE, "not an " + set.algorithm().id() + " public key");
      }
      MLDSAParameters parameters = set.parameters();
      return new MlDsa(set, new MLDSAPublicKeyParameters(parameters, raw));
    }

    @Override
    public KeyAlgorithm algorithm() {
      return set.algorithm();
    }

    @Override
    public boolean verify(SignatureScheme scheme, byte[] message, byte[] signature) {
      if (!wellFormed(scheme, signature)) {
        return false;
      }
      MLDSASigner verifier = new MLDSASigner();
      verifier.init(false, key);
      verifier.update(message, 0, message.length);
      return verifier.verifySignature(signature);
    }

    @Override
    public boolean wellFormed(SignatureScheme scheme, byte[] signature) {
      return scheme == SignatureScheme.ML_DSA && signature.length == set.signatureSize();
    }
  }
}
