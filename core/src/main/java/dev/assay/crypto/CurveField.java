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

  private final int limbs;
  private final long[] primeLimbs;
  private final long[] rSquared;
  private final long[] one;

  CurveField(BigInteger prime, int limbs) {
    this.limbs = limbs;
    this.primeLimbs = split(prime);
    this.rSquared = split(BigInteger.ONE.shiftLeft(2 * BITS * limbs).mod(prime));
    this.one = split(BigInteger.ONE.shiftLeft(BITS * limbs).mod(prime));
  }

  final int limbs() {
    return limbs;
  }

  final long[] one() {
    return one;
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
