package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Hex;
import java.math.BigInteger;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.math.ec.ECCurve;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.custom.sec.SecP256R1Curve;
import org.bouncycastle.math.ec.custom.sec.SecP384R1Curve;
import org.bouncycastle.math.ec.custom.sec.SecP521R1Curve;
import org.jspecify.annotations.Nullable;

/**
 * The three NIST curves (SEC 2 sections 2.4.2, 2.5.1 and 2.6.1). BouncyCastle's arithmetic is set
 * up for each when first used and then kept, with the table of multiples of its base point.
 */
enum Curve {
  P256(
      KeyAlgorithm.ECDSA_P256,
      32,
      "2a8648ce3d030107",
      "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
          + "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"),
  P384(
      KeyAlgorithm.ECDSA_P384,
      48,
      "2b81040022",
      "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a38"
          + "5502f25dbf55296c3a545e3872760ab7"
          + "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c0"
          + "0a60b1ce1d7e819d7a431d7c90ea0e5f"),
  P521(
      KeyAlgorithm.ECDSA_P521,
      66,
      "2b81040023",
      "0400c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d"
          + "3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66"
          + "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e66"
          + "2c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650");

  private final KeyAlgorithm algorithm;
  private final int size;
  private final String oid;
  private final String base;

  Curve(KeyAlgorithm algorithm, int size, String oid, String base) {
    this.algorithm = algorithm;
    this.size = size;
    this.oid = oid;
    this.base = base;
  }

  static Curve of(KeyAlgorithm algorithm) {
    for (Curve curve : values()) {
      if (curve.algorithm == algorithm) {
        return curve;
      }
    }
    throw new IllegalArgumentException("no curve: " + algorithm);
  }

  KeyAlgorithm algorithm() {
    return algorithm;
  }

  Digest.Algorithm hash() {
    return algorithm.hash().orElseThrow();
  }

  /** Bytes of a coordinate and of a private scalar. */
  int size() {
    return size;
  }

  /** The object identifier's DER content. */
  byte[] oid() {
    return Hex.decode(oid);
  }

  BigInteger order() {
    CurveField field = field();
    return field != null ? field.order() : domain().getN();
  }

  /** The arithmetic of our own for this curve; null where there is none. */
  @Nullable CurveField field() {
    return switch (this) {
      case P256 -> P256Field.VALUE;
      case P384 -> P384Field.VALUE;
      case P521 -> null;
    };
  }

  /** The base point, uncompressed. */
  byte[] base() {
    return Hex.decode(base);
  }

  // A class a curve: set up when first asked for, once.
  private static final class P256Domain {
    static final ECDomainParameters VALUE = P256.domain(new SecP256R1Curve());
  }

  private static final class P384Domain {
    static final ECDomainParameters VALUE = P384.domain(new SecP384R1Curve());
  }

  private static final class P521Domain {
    static final ECDomainParameters VALUE = P521.domain(new SecP521R1Curve());
  }

  private ECDomainParameters domain(ECCurve curve) {
    return new ECDomainParameters(
        curve, curve.decodePoint(base()), curve.getOrder(), curve.getCofactor());
  }

  ECDomainParameters domain() {
    return switch (this) {
      case P256 -> P256Domain.VALUE;
      case P384 -> P384Domain.VALUE;
      case P521 -> P521Domain.VALUE;
    };
  }

  /**
   * Checks that a point is in uncompressed form (SEC 1 section 2.3.4), as long as this curve's are.
   */
  void checkForm(byte[] encoded) {
    if (encoded.length != 1 + 2 * size || encoded[0] != 4) {
      throw new AssayException(
          Code.KEY_UNSUPPORTED, "an EC key whose point is not in uncompressed form");
    }
  }

  static AssayException notOnCurve(IllegalArgumentException cause) {
    return new AssayException(
        Code.KEY_UNREADABLE, "an EC key whose point is not on its curve", cause);
  }

  /** Reads an uncompressed point and checks that it is on the curve and not at infinity. */
  ECPoint point(byte[] encoded) {
    checkForm(encoded);
    try {
      return domain().validatePublicPoint(domain().getCurve().decodePoint(encoded));
    } catch (IllegalArgumentException e) {
      throw notOnCurve(e);
    }
  }
}
