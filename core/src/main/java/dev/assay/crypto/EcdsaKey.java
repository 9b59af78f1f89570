package dev.assay.crypto;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.util.BigIntegers;
import org.jspecify.annotations.Nullable;

/**
 * ECDSA verification (FIPS 186-5 section 6.4.2) on P-256 and P-384 by arithmetic made for it: it
 * sets up little, so that the first verification of a process is soon done, and a key that verifies
 * often (a log's, an authority's, a release key) gets tables, with which it takes a third of the
 * time.
 */
final class EcdsaKey {

  /** After so many verifications the tables, which cost as much as some ten, are worth making. */
  static final int WORTH_IT = 64;

  private final Curve curve;
  private final CurveField field;
  private final byte[] point;
  private final BigInteger x;
  private final BigInteger y;
  // A count that is lost, or tables made twice, where threads meet, do no harm. A trust root is
  // full of keys that verify nothing: theirs are not made.
  private int verified;
  private volatile @Nullable OddMultiples multiples;
  private volatile @Nullable Comb comb;

  private EcdsaKey(Curve curve, CurveField field, byte[] point, BigInteger x, BigInteger y) {
    this.curve = curve;
    this.field = field;
    this.point = point;
    this.x = x;
    this.y = y;
  }

  /**
   * Empty for P-521, with which hardly anybody signs.
   *
   * @param point uncompressed (SEC 1 section 2.3.3), of the curve's length
   * @throws IllegalArgumentException if it is not on the curve
   */
  static Optional<EcdsaKey> of(Curve curve, byte[] point) {
    CurveField field = curve.field();
    if (field == null) {
      return Optional.empty();
    }
    int size = curve.size();
    BigInteger x = new BigInteger(1, Arrays.copyOfRange(point, 1, 1 + size));
    BigInteger y = new BigInteger(1, Arrays.copyOfRange(point, 1 + size, 1 + 2 * size));
    if (!field.isOnCurve(x, y)) {
      throw new IllegalArgumentException("not on " + curve);
    }
    return Optional.of(new EcdsaKey(curve, field, point, x, y));
  }

  // A class a curve and a way: made when first asked for, once.
  private static final class P256Multiples {
    static final OddMultiples VALUE = baseMultiples(Curve.P256, P256Field.VALUE);
  }

  private static final class P384Multiples {
    static final OddMultiples VALUE = baseMultiples(Curve.P384, P384Field.VALUE);
  }

  private static final class P256Comb {
    static final Comb VALUE = new Comb(P256Field.VALUE, Curve.P256.domain().getG());
  }

  private static final class P384Comb {
    static final Comb VALUE = new Comb(P384Field.VALUE, Curve.P384.domain().getG());
  }

  private static OddMultiples baseMultiples(Curve curve, CurveField field) {
    byte[] base = curve.base();
    int size = curve.size();
    return new OddMultiples(
        field,
        field.of(new BigInteger(1, Arrays.copyOfRange(base, 1, 1 + size))),
        field.of(new BigInteger(1, Arrays.copyOfRange(base, 1 + size, 1 + 2 * size))));
  }

  /**
   * Whether nothing is faster than this by now. To be asked once before each verification, for it
   * counts.
   */
  boolean settled() {
    return comb != null || ++verified > WORTH_IT;
  }

  /**
   * Whether this is certainly the key's signature; a few that are, one in 2^100, are not seen here.
   *
   * @param hash of the message
   * @param r from 1 to the order less 1, as {@code s}
   */
  boolean accepts(byte[] hash, BigInteger r, BigInteger s) {
    BigInteger n = field.order();
    BigInteger e = number(hash, n.bitLength());
    BigInteger inverse = BigIntegers.modOddInverseVar(n, s);
    BigInteger u = e.multiply(inverse).mod(n);
    BigInteger v = r.multiply(inverse).mod(n);
    JacobianPoint sum = sum(u, v);
    // r is x modulo the order, and x may be larger than the order: that is not seen.
    return !sum.isSpoilt() && sum.hasX(r);
  }

  /** {@code u} times the base point plus {@code v} times the key's. */
  private JacobianPoint sum(BigInteger u, BigInteger v) {
    boolean small = curve == Curve.P256;
    Comb own = comb;
    if (own == null && verified <= WORTH_IT) {
      OddMultiples few = multiples;
      if (few == null) {
        few = new OddMultiples(field, field.of(x), field.of(y));
        multiples = few;
      }
      return OddMultiples.sum(small ? P256Multiples.VALUE : P384Multiples.VALUE, u, few, v);
    }
    if (own == null) {
      own = new Comb(field, curve.point(point));
      comb = own;
    }
    return Comb.sum(small ? P256Comb.VALUE : P384Comb.VALUE, u, own, v);
  }

  /** The leftmost bits of the hash, as many as the order has. */
  private static BigInteger number(byte[] hash, int bits) {
    BigInteger whole = new BigInteger(1, hash);
    int excess = 8 * hash.length - bits;
    return excess > 0 ? whole.shiftRight(excess) : whole;
  }
}
