package dev.assay.crypto;

import java.math.BigInteger;
import org.bouncycastle.math.ec.ECPoint;

/**
 * Multiples of one point, so that multiplying it is mostly additions (Lim and Lee, "More flexible
 * exponentiation with precomputation", 1994). A number of {@code TEETH * span} bits is cut into
 * {@code TEETH} pieces of {@code span} bits; entry {@code i} of the table is the sum, over the bits
 * set in {@code i}, of the point times two to the power of where that piece begins.
 *
 * <p>For numbers that anybody may know, which is all that a verification has: it takes more time
 * for some than for others.
 */
final class Comb {

  /** Pieces; the 255 points take 20 to 33 kB. */
  private static final int TEETH = 8;

  private final CurveField field;
  private final int span;
  // x, then y, of each entry from 1 on; 0 is the point at infinity, which has no coordinates.
  private final long[] table;

  Comb(CurveField field, ECPoint point) {
    this.field = field;
    this.span = (field.order().bitLength() + TEETH - 1) / TEETH;
    ECPoint[] all = new ECPoint[1 << TEETH];
    all[0] = point.getCurve().getInfinity();
    ECPoint piece = point;
    for (int tooth = 0; tooth < TEETH; tooth++) {
      int first = 1 << tooth;
      for (int i = 0; i < first; i++) {
        all[first + i] = all[i].add(piece);
      }
      piece = tooth + 1 < TEETH ? piece.timesPow2(span) : piece;
    }
    point.getCurve().normalizeAll(all);
    int limbs = field.limbs();
    this.table = new long[2 * limbs * all.length];
    for (int i = 1; i < all.length; i++) {
      long[] x = field.of(all[i].getAffineXCoord().toBigInteger());
      long[] y = field.of(all[i].getAffineYCoord().toBigInteger());
      System.arraycopy(x, 0, table, 2 * limbs * i, limbs);
      System.arraycopy(y, 0, table, 2 * limbs * i + limbs, limbs);
    }
  }

  /** {@code a} times the one point plus {@code b} times the other, of the same curve. */
  static JacobianPoint sum(Comb one, BigInteger a, Comb other, BigInteger b) {
    byte[] bitsOfA = littleEndian(a);
    byte[] bitsOfB = littleEndian(b);
    JacobianPoint sum = new JacobianPoint(one.field);
    for (int at = one.span - 1; at >= 0; at--) {
      sum.twice();
      one.addTo(sum, bitsOfA, at);
      other.addTo(sum, bitsOfB, at);
    }
    return sum;
  }

  private void addTo(JacobianPoint sum, byte[] bits, int at) {
    int index = 0;
    for (int tooth = TEETH - 1; tooth >= 0; tooth--) {
      int bit = tooth * span + at;
      int octet = bit >> 3;
      index = index << 1 | (octet < bits.length ? bits[octet] >> (bit & 7) & 1 : 0);
    }
    if (index != 0) {
      sum.add(table, 2 * field.limbs() * index);
    }
  }

  private static byte[] littleEndian(BigInteger number) {
    byte[] out = number.toByteArray();
    for (int i = 0, j = out.length - 1; i < j; i++, j--) {
      byte swapped = out[i];
      out[i] = out[j];
      out[j] = swapped;
    }
    return out;
  }
}
