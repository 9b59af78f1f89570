package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.ExtendedDigest;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.engines.RSABlindedEngine;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.MLDSAPrivateKeyParameters;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.signers.MLDSASigner;
import org.bouncycastle.crypto.signers.PSSSigner;
import org.bouncycastle.crypto.signers.RSADigestSigner;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** The arithmetic behind a {@link PrivateKey}. Classes, not records: a record prints its fields. */
sealed interface SigningKey {

  PublicKey publicKey();

  /** The scheme fits the key. */
  byte[] sign(SignatureScheme scheme, byte[] message);

  /** Overwrites what can be overwritten. */
  default void wipe() {}

  /** Deterministic (RFC 6979): needs no random numbers, cannot leak the key by bad ones. */
  final class Ec implements SigningKey {
    private final Curve curve;
    private final ECPrivateKeyParameters key;
    private final PublicKey publicKey;

    Ec(Curve curve, BigInteger scalar) {
      if (scalar.signum() <= 0 || scalar.compareTo(curve.order()) >= 0) {
        throw new AssayException(Code.KEY_UNREADABLE, "an EC private key out of range");
      }
      this.curve = curve;
      this.key = new ECPrivateKeyParameters(scalar, curve.domain());
      byte[] point =
          new FixedPointCombMultiplier()
              .multiply(curve.domain().getG(), scalar)
              .normalize()
              .getEncoded(false);
      this.publicKey = PublicKey.ec(curve, point);
    }

    static Ec generate(Curve curve, SecureRandom random) {
      BigInteger scalar;
      do { // FIPS 186-5 appendix A.2.2, rejection sampling
        scalar = new BigInteger(curve.order().bitLength(), random);
      } while (scalar.signum() == 0 || scalar.compareTo(curve.order()) >= 0);
      return new Ec(curve, scalar);
    }

    BigInteger scalar() {
      return key.getD();
    }

    Curve curve() {
      return curve;
    }

    @Override
    public PublicKey publicKey() {
      return publicKey;
    }

    @Override
    public byte[] sign(SignatureScheme scheme, byte[] message) {
      return signDigest(Hashes.digest(scheme.hash().orElseThrow(), message));
    }

    byte[] signDigest(Digest digest) {
      ECDSASigner signer =
          new ECDSASigner(new HMacDSAKCalculator(Hashes.bouncyCastle(digest.algorithm())));
      signer.init(true, key);
      BigInteger[] rs = signer.generateSignature(digest.value());
      return DerWriter.sequence(DerWriter.integer(rs[0]), DerWriter.integer(rs[1]));
    }
  }

  /** With blinding, by the Chinese remainder theorem, the result checked before it leaves. */
  final class Rsa implements SigningKey {
    private final RSAPrivateCrtKeyParameters key;
    private final PublicKey publicKey;

    Rsa(RSAPrivateCrtKeyParameters key) {
      this.key = key;
      this.publicKey = PublicKey.rsa(key.getModulus(), key.getPublicExponent());
    }

    RSAPrivateCrtKeyParameters numbers() {
      return key;
    }

    @Override
    public PublicKey publicKey() {
      return publicKey;
    }

    @Override
    public byte[] sign(SignatureScheme scheme, byte[] message) {
      ExtendedDigest hash = Hashes.bouncyCastle(scheme.hash().orElseThrow());
      Signer signer =
          scheme.isPss()
              ? new PSSSigner(new RSABlindedEngine(), hash, hash.getDigestSize())
              : new RSADigestSigner(hash);
      signer.init(true, new ParametersWithRandom(key, new SecureRandom()));
      signer.update(message, 0, message.length);
      return finish(signer);
    }
  }

  /** Deterministic by its definition. */
  final class Ed implements SigningKey {
    private final byte[] seed;
    private final PublicKey publicKey;

    Ed(byte[] seed) {
      if (seed.length != Ed25519.SECRET_KEY_SIZE) {
        throw new AssayException(Code.KEY_UNREADABLE, "not an Ed25519 private key");
      }
      this.seed = seed.clone();
      byte[] raw = new byte[Ed25519.PUBLIC_KEY_SIZE];
      Ed25519.generatePublicKey(seed, 0, raw, 0);
      this.publicKey = PublicKey.ed25519(raw);
    }

    byte[] seed() {
      return seed;
    }

    @Override
    public PublicKey publicKey() {
      return publicKey;
    }

    @Override
    public byte[] sign(SignatureScheme scheme, byte[] message) {
      byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
      if (scheme == SignatureScheme.ED25519_PH) {
        byte[] hash = Hashes.sha512(message);
        Ed25519.signPrehash(seed, 0, publicKey.raw(), 0, new byte[0], hash, 0, signature, 0);
      } else {
        Ed25519.sign(seed, 0, publicKey.raw(), 0, message, 0, message.length, signature, 0);
      }
      return signature;
    }

    @Override
    public void wipe() {
      Arrays.fill(seed, (byte) 0);
    }
  }

  /** Hedged (FIPS 204 section 3.4): fresh random numbers, and safe if they are bad. */
  final class MlDsa implements SigningKey {
    private final MlDsaSet set;
    private final byte[] seed;
    private final MLDSAPrivateKeyParameters key;
    private final PublicKey publicKey;

    MlDsa(MlDsaSet set, byte[] seed) {
      if (seed.length != MlDsaSet.SEED_SIZE) {
        throw new AssayException(Code.KEY_UNREADABLE, "not an ML-DSA private key");
      }
      this.set = set;
      this.seed = seed.clone();
      this.key = new MLDSAPrivateKeyParameters(set.parameters(), this.seed);
      this.publicKey = PublicKey.mlDsa(set, key.getPublicKey());
    }

    byte[] seed() {
      return seed;
    }

    MlDsaSet set() {
      return set;
    }

    /** The key as FIPS 204 writes it, computed from the seed. */
    byte[] expanded() {
      return key.getEncoded();
    }

    @Override
    public PublicKey publicKey() {
      return publicKey;
    }

    @Override
    public byte[] sign(SignatureScheme scheme, byte[] message) {
      MLDSASigner signer = new MLDSASigner();
      signer.init(true, new ParametersWithRandom(key, new SecureRandom()));
      signer.update(message, 0, message.length);
      return finish(signer);
    }

    @Override
    public void wipe() {
      Arrays.fill(seed, (byte) 0);
      key.destroy();
    }
  }

  private static byte[] finish(Signer signer) {
    try {
      return signer.generateSignature();
    } catch (CryptoException e) {
      throw new AssayException(Code.SIGNING_FAILED, "the signature could not be made", e);
    }
  }
}
