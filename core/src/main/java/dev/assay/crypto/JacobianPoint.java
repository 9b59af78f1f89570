package dev.assay.crypto;

import java.math.BigInteger;

/**
 * A point that grows: {@code (X / Z², Y / Z³)} on a curve {@code y² = x³ - 3x + b}, by the formulas
 * dbl-2001-b and madd-2007-bl of the Explicit-Formulas Database.
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
