package dev.assay.crypto;

import java.math.BigInteger;
import java.util.Optional;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.util.BigIntegers;

/**
 * ECDSA (FIPS 186-5 section 6.4.2) by a key that verifies often: a log's, an authority's, a release
 * key. Tables of multiples of its point and of the curve's base point make it two to four times
 * faster than without, and faster than a native library that does not know the key.
 */
final class EcdsaTables {

  /** After so many verifications the tables, which cost as much as some ten, are worth making. */
  static final int WORTH_IT = 64;

  private final Curve curve;
  private final Comb key;
  private final Comb base;

  private EcdsaTables(Curve curve, Comb key, Comb base) {
    this.curve = curve;
    this.key = key;
    this.base = base;
  }

  /** Empty for P-521, which nobody signs much with. */
  static Optional<EcdsaTables> of(Curve curve, ECPoint point) {
    return switch (curve) {
      case P256 -> Optional.of(new EcdsaTables(curve, comb(curve, point), P256Base.VALUE));
      case P384 -> Optional.of(new EcdsaTables(curve, comb(curve, point), P384Base.VALUE));
      case P521 -> Optional.empty();
    };
  }

  // A class a curve: made when first asked for, once.
  private static final class P256Base {
    static final Comb VALUE = comb(Curve.P256, Curve.P256.domain().getG());
  }

  private static final class P384Base {
    static final Comb VALUE = comb(Curve.P384, Curve.P384.domain().getG());
  }

  private static Comb comb(Curve curve, ECPoint point) {
    CurveField field = curve == Curve.P256 ? P256Field.VALUE : P384Field.VALUE;
    return new Comb(field, point, curve.order().bitLength());
  }

  /**
   * Whether this is certainly the key's signature; a few that are, one in 2^200, are not seen here.
   *
   * @param hash of the message
   * @param r from 1 to the order less 1, as {@code s}
   */
  boolean accepts(byte[] hash, BigInteger r, BigInteger s) {
    BigInteger n = curve.order();
    BigInteger e = number(hash, n.bitLength());
    BigInteger inverse = BigIntegers.modOddInverseVar(n, s);
    BigInteger u = e.multiply(inverse).mod(n);
    BigInteger v = r.multiply(inverse).mod(n);
    JacobianPoint point = Comb.sum(base, u, key, v);
    // r is x modulo the order, and x may be larger than the order: one more that is not seen.
    return !point.isSpoilt() && point.hasX(r);
  }

  /** The leftmost bits of the hash, as many as the order has. */
  private static BigInteger number(byte[] hash, int bits) {
    BigInteger whole = new BigInteger(1, hash);
    int excess = 8 * hash.length - bits;
    return excess > 0 ? whole.shiftRight(excess) : whole;
  }
}
