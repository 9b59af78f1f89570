package dev.assay.crypto;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * A point that grows: {@code (X / Z², Y / Z³)} on a curve {@code y² = x³ - 3x + b}, by the formulas
 * dbl-2001-b, madd-2007-bl and add-1998-cmo-2 of the Explicit-Formulas Database.
 *
 * <p>Adding a point to itself or to its negative, which these formulas cannot do, makes Z zero, and
 * nothing makes it other than zero again: {@link #isSpoilt}. Infinity at the start is told apart.
 */
final class JacobianPoint {

  private final CurveField field;
  private final long[] x;
  private final long[] y;
  private final long[] z;
  private boolean infinite = true;

  private final long[] t0;
  private final long[] t1;
  private final long[] t2;
  private final long[] t3;
  private final long[] t4;

  /** The point at infinity. */
  JacobianPoint(CurveField field) {
    this.field = field;
    this.x = field.fresh();
    this.y = field.fresh();
    this.z = field.fresh();
    this.t0 = field.fresh();
    this.t1 = field.fresh();
    this.t2 = field.fresh();
    this.t3 = field.fresh();
    this.t4 = field.fresh();
  }

  void twice() {
    if (infinite) {
      return;
    }
    CurveField f = field;
    long[] delta = t0;
    long[] gamma = t1;
    long[] beta = t2;
    long[] alpha = t3;
    f.square(delta, z);
    f.square(gamma, y);
    f.multiply(beta, x, gamma);
    // alpha = 3 (X - delta) (X + delta)
    f.subtract(alpha, x, delta, 0);
    f.add(t4, x, delta);
    f.multiply(t4, alpha, t4);
    f.shift(alpha, t4, 1);
    f.add(alpha, alpha, t4);
    // Z = (Y + Z)² - gamma - delta
    f.add(t4, y, z);
    f.square(t4, t4);
    f.subtract(t4, t4, gamma, 0);
    f.subtract(z, t4, delta, 0);
    // X = alpha² - 8 beta
    f.square(t4, alpha);
    f.subtract(x, t4, beta, 3);
    // Y = alpha (4 beta - X) - 8 gamma²
    f.shift(beta, beta, 2);
    f.subtract(beta, beta, x, 0);
    f.multiply(beta, alpha, beta);
    f.square(gamma, gamma);
    f.subtract(y, beta, gamma, 3);
  }

  /** The affine point whose coordinates these are, in Montgomery form. */
  static JacobianPoint of(CurveField field, long[] x, long[] y) {
    JacobianPoint point = new JacobianPoint(field);
    point.infinite = false;
    System.arraycopy(x, 0, point.x, 0, field.limbs());
    System.arraycopy(y, 0, point.y, 0, field.limbs());
    System.arraycopy(field.one(), 0, point.z, 0, field.limbs());
    return point;
  }

  /** Writes X, Y, Z, Z² and Z³, as {@link #addMultiple} takes them. */
  void write(long[] table, int at) {
    int limbs = field.limbs();
    field.square(t0, z);
    field.multiply(t1, t0, z);
    System.arraycopy(x, 0, table, at, limbs);
    System.arraycopy(y, 0, table, at + limbs, limbs);
    System.arraycopy(z, 0, table, at + 2 * limbs, limbs);
    System.arraycopy(t0, 0, table, at + 3 * limbs, limbs);
    System.arraycopy(t1, 0, table, at + 4 * limbs, limbs);
  }

  /** Adds, or takes away, the point that was written there (add-1998-cmo-2). */
  void addMultiple(long[] table, int at, boolean negative) {
    CurveField f = field;
    int limbs = f.limbs();
    if (infinite) {
      infinite = false;
      System.arraycopy(table, at, x, 0, limbs);
      System.arraycopy(table, at + limbs, y, 0, limbs);
      System.arraycopy(table, at + 2 * limbs, z, 0, limbs);
      if (negative) {
        Arrays.fill(t0, 0);
        f.subtract(y, t0, y, 0);
      }
      return;
    }
    long[] u = t0;
    long[] s = t1;
    long[] h = t2;
    long[] r = t3;
    // h = x2 Z1² - x1 Z2², r = y2 Z1³ - y1 Z2³
    f.square(h, z);
    f.multiply(r, z, h);
    f.multiply(h, h, table, at);
    f.multiply(r, r, table, at + limbs);
    f.multiply(u, x, table, at + 3 * limbs);
    f.multiply(s, y, table, at + 4 * limbs);
    f.subtract(h, h, u, 0);
    if (negative) {
      f.add(r, r, s);
      Arrays.fill(t4, 0);
      f.subtract(r, t4, r, 0);
    } else {
      f.subtract(r, r, s, 0);
    }
    // Z = Z1 Z2 h
    f.multiply(z, z, table, at + 2 * limbs);
    f.multiply(z, z, h);
    // X = r² - h³ - 2 u h²
    long[] hh = t4;
    f.square(hh, h);
    f.multiply(u, u, hh);
    f.multiply(hh, h, hh);
    f.square(x, r);
    f.subtract(x, x, hh, 0);
    f.subtract(x, x, u, 1);
    // Y = r (u h² - X) - s h³
    f.subtract(u, u, x, 0);
    f.multiply(u, r, u);
    f.multiply(s, s, hh);
    f.subtract(y, u, s, 0);
  }

  /** Adds the affine point whose coordinates are at {@code at} in the table. */
  void add(long[] table, int at) {
    CurveField f = field;
    if (infinite) {
      infinite = false;
      System.arraycopy(table, at, x, 0, f.limbs());
      System.arraycopy(table, at + f.limbs(), y, 0, f.limbs());
      System.arraycopy(f.one(), 0, z, 0, f.limbs());
      return;
    }
    long[] zz = t0;
    long[] h = t1;
    long[] hh = t2;
    long[] r = t3;
    f.square(zz, z);
    // H = x2 Z² - X
    f.multiply(h, zz, table, at);
    f.subtract(h, h, x, 0);
    // r = 2 (y2 Z³ - Y)
    f.multiply(r, z, zz);
    f.multiply(r, r, table, at + f.limbs());
    f.subtract(r, r, y, 0);
    f.shift(r, r, 1);
    f.square(hh, h);
    // Z = (Z + H)² - Z² - H²
    f.add(z, z, h);
    f.square(z, z);
    f.subtract(z, z, zz, 0);
    f.subtract(z, z, hh, 0);
    // I = 4 H², J = H I, V = X I
    f.shift(hh, hh, 2);
    long[] j = t4;
    f.multiply(j, h, hh);
    long[] v = t0;
    f.multiply(v, x, hh);
    // X = r² - J - 2 V
    f.square(x, r);
    f.subtract(x, x, j, 0);
    f.subtract(x, x, v, 1);
    // Y = r (V - X) - 2 Y J
    f.subtract(v, v, x, 0);
    f.multiply(v, r, v);
    f.multiply(j, y, j);
    f.subtract(y, v, j, 1);
  }

  /** Whether nothing can be said of this point: infinity, or an addition that could not be done. */
  boolean isSpoilt() {
    return infinite || field.isZero(z);
  }

  /** Whether the affine x coordinate is this number, which is less than the prime. */
  boolean hasX(BigInteger wanted) {
    // X / Z² = wanted; multiplying costs less than dividing.
    field.square(t0, z);
    field.multiply(t0, field.of(wanted), t0);
    field.subtract(t0, t0, x, 0);
    return field.isZero(t0);
  }
}
