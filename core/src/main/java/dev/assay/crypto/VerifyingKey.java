package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Hex;
import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.MLDSAParameters;
import org.bouncycastle.crypto.params.MLDSAPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.MLDSASigner;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** The arithmetic behind a {@link PublicKey}, one record a family. */
sealed interface VerifyingKey {

  KeyAlgorithm algorithm();

  /** The signature of a message; false for whatever is wrong with it. */
  boolean verify(byte[] message, byte[] signature);

  /** The signature of a message known by its hash alone. */
  default boolean verifyHash(Digest.Algorithm hash, byte[] value, byte[] signature) {
    return false;
  }

  record Ec(Curve curve, ECPublicKeyParameters key) implements VerifyingKey {

    static Ec of(Curve curve, byte[] point) {
      ECPoint q = curve.point(point);
      return new Ec(curve, new ECPublicKeyParameters(q, curve.domain()));
    }

    @Override
    public KeyAlgorithm algorithm() {
      return curve.algorithm();
    }

    @Override
    public boolean verify(byte[] message, byte[] signature) {
      return verifyHash(curve.hash(), Hashes.hash(curve.hash(), message), signature);
    }

    @Override
    public boolean verifyHash(Digest.Algorithm hash, byte[] value, byte[] signature) {
      // The two integers, their headers and the sequence's: nothing longer can be valid.
      if (hash != curve.hash() || signature.length > 2 * (curve.size() + 3) + 3) {
        return false;
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
        return false;
      }
      BigInteger n = curve.order();
      if (r.signum() <= 0 || s.signum() <= 0 || r.compareTo(n) >= 0 || s.compareTo(n) >= 0) {
        return false;
      }
      ECDSASigner verifier = new ECDSASigner();
      verifier.init(false, key);
      return verifier.verifySignature(value, r, s);
    }
  }

  record Rsa(BigInteger modulus, BigInteger exponent) implements VerifyingKey {

    static final int MIN_BITS = 2048;
    static final int MAX_BITS = 8192;
    private static final BigInteger MIN_EXPONENT = BigInteger.valueOf(65537);
    // A large exponent only makes each verification slow.
    private static final int MAX_EXPONENT_BITS = 32;
    // DigestInfo of SHA-256 without the hash (RFC 8017 section 9.2, note 1).
    private static final byte[] SHA256_INFO = Hex.decode("3031300d060960864801650304020105000420");

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
    public boolean verify(byte[] message, byte[] signature) {
      return verifyHash(Digest.Algorithm.SHA256, Hashes.sha256(message), signature);
    }

    // RFC 8017 section 8.2.2: the encoding is made and compared, never parsed.
    @Override
    public boolean verifyHash(Digest.Algorithm hash, byte[] value, byte[] signature) {
      int size = (modulus.bitLength() + 7) / 8;
      if (hash != Digest.Algorithm.SHA256 || signature.length != size) {
        return false;
      }
      BigInteger s = new BigInteger(1, signature);
      if (s.compareTo(modulus) >= 0) {
        return false;
      }
      return s.modPow(exponent, modulus).equals(new BigInteger(1, encode(value, size)));
    }

    private static byte[] encode(byte[] value, int size) {
      byte[] encoded = new byte[size];
      int hashAt = size - value.length;
      int infoAt = hashAt - SHA256_INFO.length;
      encoded[1] = 1;
      Arrays.fill(encoded, 2, infoAt - 1, (byte) 0xff);
      System.arraycopy(SHA256_INFO, 0, encoded, infoAt, SHA256_INFO.length);
      System.arraycopy(value, 0, encoded, hashAt, value.length);
      return encoded;
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
    public boolean verify(byte[] message, byte[] signature) {
      return signature.length == Ed25519.SIGNATURE_SIZE
          && Ed25519.verify(signature, 0, point, message, 0, message.length);
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
    public boolean verify(byte[] message, byte[] signature) {
      if (signature.length != set.signatureSize()) {
        return false;
      }
      MLDSASigner verifier = new MLDSASigner();
      verifier.init(false, key);
      verifier.update(message, 0, message.length);
      return verifier.verifySignature(signature);
    }
  }
}
