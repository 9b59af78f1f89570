package dev.assay.crypto;

import java.math.BigInteger;

/** Modulo {@code 2^256 - 2^224 + 2^192 + 2^96 - 1}, in five limbs. */
final class P256Field extends CurveField {

  private static final BigInteger PRIME = powers(256, -224, 192, 96);
  private static final int LIMBS = 5;
  private static final long TOP = (1L << 48) - 1;

  // Twice the prime, limb by limb.
  private static final long[] TWICE = split(PRIME.shiftLeft(1), LIMBS);

  static final P256Field VALUE = new P256Field();

  private P256Field() {
    super(
        PRIME,
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
        LIMBS);
  }

  @Override
  void multiply(long[] out, long[] a, long[] b, int at) {
    long b0 = b[at];
    long b1 = b[at + 1];
    long b2 = b[at + 2];
    long b3 = b[at + 3];
    long b4 = b[at + 4];
    long c0 = 0;
    long c1 = 0;
    long c2 = 0;
    long c3 = 0;
    long c4 = 0;
    for (int i = 0; i < LIMBS; i++) {
      long x = a[i];
      long up = x << UP;
      c0 += x * b0 & MASK;
      c1 += (x * b1 & MASK) + Math.unsignedMultiplyHigh(up, b0);
      c2 += (x * b2 & MASK) + Math.unsignedMultiplyHigh(up, b1);
      c3 += (x * b3 & MASK) + Math.unsignedMultiplyHigh(up, b2);
      c4 += (x * b4 & MASK) + Math.unsignedMultiplyHigh(up, b3);
      long c5 = Math.unsignedMultiplyHigh(up, b4);
      // The prime is -1 modulo 2^52, so adding it c0 times clears the lowest limb.
      long m = c0 & MASK;
      c0 = c1 + (c0 >> BITS) + (m << 44 & MASK);
      c1 = c2 + (m >>> 8);
      c2 = c3 + (m << 36 & MASK);
      c3 = c4 + (m >>> 16) - (m << 16 & MASK) + (m << 48 & MASK);
      c4 = c5 - (m >>> 36) + (m >>> 4);
    }
    c1 += c0 >> BITS;
    c2 += c1 >> BITS;
    c3 += c2 >> BITS;
    c4 += c3 >> BITS;
    out[0] = c0 & MASK;
    out[1] = c1 & MASK;
    out[2] = c2 & MASK;
    out[3] = c3 & MASK;
    out[4] = c4;
  }

  @Override
  void add(long[] out, long[] a, long[] b) {
    fold(out, a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4]);
  }

  @Override
  void subtract(long[] out, long[] a, long[] b, int shift) {
    fold(
        out,
        a[0] + (TWICE[0] - b[0] << shift),
        a[1] + (TWICE[1] - b[1] << shift),
        a[2] + (TWICE[2] - b[2] << shift),
        a[3] + (TWICE[3] - b[3] << shift),
        a[4] + (TWICE[4] - b[4] << shift));
  }

  @Override
  void shift(long[] out, long[] a, int shift) {
    fold(out, a[0] << shift, a[1] << shift, a[2] << shift, a[3] << shift, a[4] << shift);
  }

  // What lies above 2^256 is put back as 2^224 - 2^192 - 2^96 + 1 times it.
  private static void fold(long[] out, long c0, long c1, long c2, long c3, long c4) {
    c1 += c0 >> BITS;
    c2 += c1 >> BITS;
    c3 += c2 >> BITS;
    c4 += c3 >> BITS;
    long over = c4 >> 48;
    c0 = (c0 & MASK) + over;
    c1 = (c1 & MASK) - (over << 44) + (c0 >> BITS);
    c2 = (c2 & MASK) + (c1 >> BITS);
    c3 = (c3 & MASK) - (over << 36) + (c2 >> BITS);
    c4 = (c4 & TOP) + (over << 16) + (c3 >> BITS);
    out[0] = c0 & MASK;
    out[1] = c1 & MASK;
    out[2] = c2 & MASK;
    out[3] = c3 & MASK;
    out[4] = c4;
  }
}
