package dev.assay.crypto;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * A point times 1, 3, 5 ... 15, for multiplying it once: a number is written with digits that are
 * zero or odd from -15 to 15, of which at most one in five is not zero (width-5 NAF; Hankerson,
 * Menezes and Vanstone, "Guide to Elliptic Curve Cryptography", algorithm 3.36).
 */
final class OddMultiples {

  private static final int WIDTH = 5;
  private static final int COUNT = 1 << WIDTH - 2;
  private static final int PARTS = 5;

  private final CurveField field;
  private final long[] table;

  /** The coordinates of an affine point, in Montgomery form. */
  OddMultiples(CurveField field, long[] x, long[] y) {
    this.field = field;
    int entry = PARTS * field.limbs();
    this.table = new long[COUNT * entry];
    JacobianPoint twice = JacobianPoint.of(field, x, y);
    twice.twice();
    long[] step = new long[entry];
    twice.write(step, 0);
    JacobianPoint multiple = JacobianPoint.of(field, x, y);
    for (int i = 0; i < COUNT; i++) {
      multiple.write(table, i * entry);
      multiple.addMultiple(step, 0, false);
    }
  }

  /** {@code a} times the one point plus {@code b} times the other, of the same curve. */
  static JacobianPoint sum(OddMultiples one, BigInteger a, OddMultiples other, BigInteger b) {
    byte[] digitsOfA = digits(a);
    byte[] digitsOfB = digits(b);
    JacobianPoint sum = new JacobianPoint(one.field);
    for (int at = Math.max(digitsOfA.length, digitsOfB.length) - 1; at >= 0; at--) {
      sum.twice();
      one.addTo(sum, digitsOfA, at);
      other.addTo(sum, digitsOfB, at);
    }
    return sum;
  }

  private void addTo(JacobianPoint sum, byte[] digits, int at) {
    int digit = at < digits.length ? digits[at] : 0;
    if (digit != 0) {
      int index = Math.abs(digit) >> 1;
      sum.addMultiple(table, index * PARTS * field.limbs(), digit < 0);
    }
  }

  /** The digits of a number that is not negative, the least significant first. */
  static byte[] digits(BigInteger number) {
    byte[] bytes = number.toByteArray();
    int bits = 8 * bytes.length;
    byte[] out = new byte[bits + WIDTH];
    int length = 0;
    int carry = 0;
    for (int at = 0; at < bits || carry != 0; ) {
      int window = window(bytes, at) + carry;
      if ((window & 1) == 0) {
        // The carry stays what it is: none into a bit that is not set, one into a bit that is.
        at++;
        continue;
      }
      int digit = window & (1 << WIDTH) - 1;
      carry = digit >> WIDTH - 1;
      out[at] = (byte) (digit - (carry << WIDTH));
      length = at + 1;
      at += WIDTH;
    }
    return Arrays.copyOf(out, length);
  }

  /** {@code WIDTH} bits from there on; zeros follow the last. */
  private static int window(byte[] bytes, int at) {
    int window = 0;
    for (int i = WIDTH - 1; i >= 0; i--) {
      int octet = bytes.length - 1 - (at + i >> 3);
      window = window << 1 | (octet < 0 ? 0 : bytes[octet] >> (at + i & 7) & 1);
    }
    return window;
  }
}
