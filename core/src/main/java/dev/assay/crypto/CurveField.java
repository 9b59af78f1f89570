package dev.assay.crypto;

import java.math.BigInteger;

/**
 * Arithmetic modulo the prime of a NIST curve, for numbers that anybody may know: it takes more
 * time for some than for others.
 *
 * <p>A number is a little-endian array of limbs of 52 bits, from 0 to twice the prime, in
 * Montgomery form: multiplied by {@code R}, two to the power of 52 times the number of limbs. Limbs
 * of 52 bits leave room in a {@code long} for sums without carries, and the upper half of a product
 * comes with one instruction ({@link Math#unsignedMultiplyHigh} of a factor moved up by 12 bits).
 * Both primes are sums of a few powers of two, so reducing takes shifts and no multiplications.
 *
 * <p>An output may be one of the inputs, unless said otherwise.
 */
abstract sealed class CurveField permits P256Field, P384Field {

  static final int BITS = 52;
  static final long MASK = (1L << BITS) - 1;

  /** Moves a limb so that the upper half of its product with another begins at 52 bits. */
  static final int UP = 64 - BITS;

  private final BigInteger prime;
  private final BigInteger order;
  private final int limbs;
  private final long[] primeLimbs;
  private final long[] rSquared;
  private final long[] one;
  private final long[] b;

  /**
   * @param order of the curve's points
   * @param b of the curve's equation
   */
  CurveField(BigInteger prime, String order, String b, int limbs) {
    this.prime = prime;
    this.order = new BigInteger(order, 16);
    this.limbs = limbs;
    this.primeLimbs = split(prime);
    this.rSquared = split(BigInteger.ONE.shiftLeft(2 * BITS * limbs).mod(prime));
    this.one = split(BigInteger.ONE.shiftLeft(BITS * limbs).mod(prime));
    this.b = of(new BigInteger(b, 16));
  }

  /** How many points the curve has, a prime. */
  final BigInteger order() {
    return order;
  }

  /** Whether both are less than the prime and {@code y² = x³ - 3x + b}. */
  final boolean isOnCurve(BigInteger x, BigInteger y) {
    if (x.compareTo(prime) >= 0 || y.compareTo(prime) >= 0) {
      return false;
    }
    long[] at = of(x);
    long[] right = fresh();
    square(right, at);
    multiply(right, right, at);
    subtract(right, right, at, 1);
    subtract(right, right, at, 0);
    add(right, right, b);
    long[] left = of(y);
    square(left, left);
    subtract(left, left, right, 0);
    return isZero(left);
  }

  final int limbs() {
    return limbs;
  }

  /** The number one; not to be changed. */
  final long[] one() {
    return one;
  }

  /** Two to the power of the first, plus or minus (by sign) powers of the others, less one. */
  static BigInteger powers(int first, int... others) {
    BigInteger sum = BigInteger.ONE.shiftLeft(first);
    for (int other : others) {
      BigInteger power = BigInteger.ONE.shiftLeft(Math.abs(other));
      sum = other < 0 ? sum.subtract(power) : sum.add(power);
    }
    return sum.subtract(BigInteger.ONE);
  }

  final long[] fresh() {
    return new long[limbs];
  }

  /** A number less than the prime, in Montgomery form. */
  final long[] of(BigInteger number) {
    long[] out = split(number);
    multiply(out, out, rSquared, 0);
    return out;
  }

  private long[] split(BigInteger number) {
    return split(number, limbs);
  }

  static long[] split(BigInteger number, int limbs) {
    long[] out = new long[limbs];
    for (int i = 0; i < limbs; i++) {
      out[i] = number.shiftRight(BITS * i).longValue() & MASK;
    }
    return out;
  }

  /** {@code a} times the number at {@code at} in {@code b}. */
  abstract void multiply(long[] out, long[] a, long[] b, int at);

  /** {@code a} plus {@code b}. */
  abstract void add(long[] out, long[] a, long[] b);

  /** {@code a} less {@code b} times two to the power of {@code shift}, which is at most 3. */
  abstract void subtract(long[] out, long[] a, long[] b, int shift);

  /** {@code a} times two to the power of {@code shift}, which is at most 3. */
  abstract void shift(long[] out, long[] a, int shift);

  final void multiply(long[] out, long[] a, long[] b) {
    multiply(out, a, b, 0);
  }

  final void square(long[] out, long[] a) {
    multiply(out, a, a, 0);
  }

  /** Whether it is zero modulo the prime. */
  final boolean isZero(long[] a) {
    long zero = 0;
    long whole = 0;
    for (int i = 0; i < limbs; i++) {
      zero |= a[i];
      whole |= a[i] ^ primeLimbs[i];
    }
    return zero == 0 || whole == 0;
  }
}
