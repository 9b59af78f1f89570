package dev.assay.crypto;

import java.math.BigInteger;

/** Modulo {@code 2^384 - 2^128 - 2^96 + 2^32 - 1}, in eight limbs. */
final class P384Field extends CurveField {

  private static final BigInteger PRIME = powers(384, -128, -96, 32);
  private static final int LIMBS = 8;
  private static final long TOP = (1L << 20) - 1;

  // Twice the prime, limb by limb.
  private static final long[] TWICE = split(PRIME.shiftLeft(1), LIMBS);

  static final P384Field VALUE = new P384Field();

  private P384Field() {
    super(
        PRIME,
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"
            + "581a0db248b0a77aecec196accc52973",
        "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a"
            + "c656398d8a2ed19d2a85c8edd3ec2aef",
        LIMBS);
  }

  @Override
  void multiply(long[] out, long[] a, long[] b, int at) {
    long b0 = b[at];
    long b1 = b[at + 1];
    long b2 = b[at + 2];
    long b3 = b[at + 3];
    long b4 = b[at + 4];
    long b5 = b[at + 5];
    long b6 = b[at + 6];
    long b7 = b[at + 7];
    long c0 = 0;
    long c1 = 0;
    long c2 = 0;
    long c3 = 0;
    long c4 = 0;
    long c5 = 0;
    long c6 = 0;
    long c7 = 0;
    for (int i = 0; i < LIMBS; i++) {
      long x = a[i];
      long up = x << UP;
      c0 += x * b0 & MASK;
      c1 += (x * b1 & MASK) + Math.unsignedMultiplyHigh(up, b0);
      c2 += (x * b2 & MASK) + Math.unsignedMultiplyHigh(up, b1);
      c3 += (x * b3 & MASK) + Math.unsignedMultiplyHigh(up, b2);
      c4 += (x * b4 & MASK) + Math.unsignedMultiplyHigh(up, b3);
      c5 += (x * b5 & MASK) + Math.unsignedMultiplyHigh(up, b4);
      c6 += (x * b6 & MASK) + Math.unsignedMultiplyHigh(up, b5);
      c7 += (x * b7 & MASK) + Math.unsignedMultiplyHigh(up, b6);
      long c8 = Math.unsignedMultiplyHigh(up, b7);
      // The prime is 2^32 - 1 modulo 2^52, whose negative inverse is 2^32 + 1.
      long m = c0 + (c0 << 32) & MASK;
      c0 = c1 + (c0 - m + (m << 32 & MASK) >> BITS) + (m >>> 20) - (m << 44 & MASK);
      c1 = c2 - (m >>> 8) - (m << 24 & MASK);
      c2 = c3 - (m >>> 28);
      c3 = c4;
      c4 = c5;
      c5 = c6;
      c6 = c7 + (m << 20 & MASK);
      c7 = c8 + (m >>> 32);
    }
    c1 += c0 >> BITS;
    c2 += c1 >> BITS;
    c3 += c2 >> BITS;
    c4 += c3 >> BITS;
    c5 += c4 >> BITS;
    c6 += c5 >> BITS;
    c7 += c6 >> BITS;
    out[0] = c0 & MASK;
    out[1] = c1 & MASK;
    out[2] = c2 & MASK;
    out[3] = c3 & MASK;
    out[4] = c4 & MASK;
    out[5] = c5 & MASK;
    out[6] = c6 & MASK;
    out[7] = c7;
  }

  @Override
  void add(long[] out, long[] a, long[] b) {
    fold(
        out,
        a[0] + b[0],
        a[1] + b[1],
        a[2] + b[2],
        a[3] + b[3],
        a[4] + b[4],
        a[5] + b[5],
        a[6] + b[6],
        a[7] + b[7]);
  }

  @Override
  void subtract(long[] out, long[] a, long[] b, int shift) {
    fold(
        out,
        a[0] + (TWICE[0] - b[0] << shift),
        a[1] + (TWICE[1] - b[1] << shift),
        a[2] + (TWICE[2] - b[2] << shift),
        a[3] + (TWICE[3] - b[3] << shift),
        a[4] + (TWICE[4] - b[4] << shift),
        a[5] + (TWICE[5] - b[5] << shift),
        a[6] + (TWICE[6] - b[6] << shift),
        a[7] + (TWICE[7] - b[7] << shift));
  }

  @Override
  void shift(long[] out, long[] a, int shift) {
    fold(
        out,
        a[0] << shift,
        a[1] << shift,
        a[2] << shift,
        a[3] << shift,
        a[4] << shift,
        a[5] << shift,
        a[6] << shift,
        a[7] << shift);
  }

  // What lies above 2^384 is put back as 2^128 + 2^96 - 2^32 + 1 times it.
  private static void fold(
      long[] out, long c0, long c1, long c2, long c3, long c4, long c5, long c6, long c7) {
    c1 += c0 >> BITS;
    c2 += c1 >> BITS;
    c3 += c2 >> BITS;
    c4 += c3 >> BITS;
    c5 += c4 >> BITS;
    c6 += c5 >> BITS;
    c7 += c6 >> BITS;
    long over = c7 >> 20;
    c0 = (c0 & MASK) + over - (over << 32);
    c1 = (c1 & MASK) + (over << 44) + (c0 >> BITS);
    c2 = (c2 & MASK) + (over << 24) + (c1 >> BITS);
    c3 = (c3 & MASK) + (c2 >> BITS);
    c4 = (c4 & MASK) + (c3 >> BITS);
    c5 = (c5 & MASK) + (c4 >> BITS);
    c6 = (c6 & MASK) + (c5 >> BITS);
    c7 = (c7 & TOP) + (c6 >> BITS);
    out[0] = c0 & MASK;
    out[1] = c1 & MASK;
    out[2] = c2 & MASK;
    out[3] = c3 & MASK;
    out[4] = c4 & MASK;
    out[5] = c5 & MASK;
    out[6] = c6 & MASK;
    out[7] = c7;
  }
}
