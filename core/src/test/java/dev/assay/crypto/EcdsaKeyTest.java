package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.math.ec.ECPoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The arithmetic of keys that verify often, beside BigInteger and BouncyCastle's. */
class EcdsaKeyTest {

  private static CurveField field(Curve curve) {
    return java.util.Objects.requireNonNull(curve.field());
  }

  private static BigInteger prime(Curve curve) {
    return curve.domain().getCurve().getField().getCharacteristic();
  }

  /** Numbers at every edge: of the prime, of limbs, of the powers the primes are made of. */
  private static List<BigInteger> edges(Curve curve, Random random) {
    BigInteger p = prime(curve);
    List<BigInteger> out = new ArrayList<>();
    for (int bit :
        new int[] {
          0, 31, 32, 51, 52, 53, 63, 64, 95, 96, 104, 127, 128, 156, 191, 192, 223, 224, 255
        }) {
      BigInteger power = BigInteger.ONE.shiftLeft(bit);
      out.addAll(List.of(power, power.subtract(BigInteger.ONE), p.subtract(power)));
    }
    for (int i = 0; i < 40; i++) {
      out.add(new BigInteger(p.bitLength() + 64, random));
    }
    out.add(BigInteger.ZERO);
    return out.stream().map(n -> n.mod(p)).toList();
  }

  @ParameterizedTest
  @EnumSource(
      value = Curve.class,
      names = {"P256", "P384"})
  void theFieldIsThatOfTheIntegersModuloThePrime(Curve curve) {
    CurveField field = field(curve);
    BigInteger p = prime(curve);
    for (BigInteger a : edges(curve, new Random(1))) {
      for (BigInteger b : edges(curve, new Random(2))) {
        long[] x = field.of(a);
        long[] y = field.of(b);
        long[] out = field.fresh();
        field.add(out, x, y);
        same(field, a.add(b).mod(p), out);
        for (int shift = 0; shift < 4; shift++) {
          field.subtract(out, x, y, shift);
          same(field, a.subtract(b.shiftLeft(shift)).mod(p), out);
        }
        field.multiply(out, x, y);
        same(field, a.multiply(b).mod(p), out);
        // What is not reduced below the prime is as good an input as what is.
        long[] large = field.fresh();
        field.subtract(large, x, y, 3);
        field.subtract(large, large, y, 3);
        field.square(out, large);
        BigInteger expected = a.subtract(b.shiftLeft(4)).mod(p);
        same(field, expected.multiply(expected).mod(p), out);
        // An output may be an input.
        field.multiply(large, large, large);
        same(field, expected.multiply(expected).mod(p), large);
      }
    }
  }

  private static void same(CurveField field, BigInteger expected, long[] actual) {
    long[] difference = field.fresh();
    field.subtract(difference, actual, field.of(expected), 0);
    assertTrue(field.isZero(difference), expected.toString(16));
    field.add(difference, difference, field.one());
    assertFalse(field.isZero(difference));
    for (long limb : actual) {
      assertEquals(0, limb >> CurveField.BITS, "a limb that has left its bits");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Curve.class,
      names = {"P256", "P384"})
  void sumsOfMultiplesAreThoseOfTheCurve(Curve curve) {
    Random random = new Random(3);
    BigInteger n = curve.order();
    ECPoint g = curve.domain().getG();
    ECPoint q = g.multiply(new BigInteger(n.bitLength() - 1, random)).normalize();
    Comb base = new Comb(field(curve), g);
    Comb key = new Comb(field(curve), q);
    List<BigInteger> numbers =
        new ArrayList<>(edges(curve, random).stream().map(x -> x.mod(n)).toList());
    numbers.add(n.subtract(BigInteger.ONE));
    for (int i = 0; i < numbers.size(); i++) {
      BigInteger a = numbers.get(i);
      BigInteger b = numbers.get((i * 7 + 3) % numbers.size());
      ECPoint expected = g.multiply(a).add(q.multiply(b)).normalize();
      check(curve, expected, Comb.sum(base, a, key, b), a + " " + b);
      check(
          curve,
          expected,
          OddMultiples.sum(multiples(curve, g), a, multiples(curve, q), b),
          a + " " + b);
    }
  }

  private static void check(Curve curve, ECPoint expected, JacobianPoint sum, String what) {
    assertEquals(expected.isInfinity(), sum.isSpoilt(), what);
    if (!expected.isInfinity()) {
      BigInteger x = expected.getAffineXCoord().toBigInteger();
      assertTrue(sum.hasX(x), what);
      assertFalse(sum.hasX(x.xor(BigInteger.TWO).mod(prime(curve))), what);
    }
  }

  private static OddMultiples multiples(Curve curve, ECPoint point) {
    CurveField field = field(curve);
    return new OddMultiples(
        field,
        field.of(point.getAffineXCoord().toBigInteger()),
        field.of(point.getAffineYCoord().toBigInteger()));
  }

  @Test
  void digitsAreOddAndFarApartAndMakeTheNumber() {
    Random random = new Random(5);
    for (int i = 0; i < 2_000; i++) {
      BigInteger number =
          i < 300 ? BigInteger.valueOf(i) : new BigInteger(random.nextInt(400), random);
      number =
          i % 7 == 0
              ? BigInteger.ONE.shiftLeft(random.nextInt(384)).subtract(number).abs()
              : number;
      byte[] digits = OddMultiples.digits(number);
      BigInteger sum = BigInteger.ZERO;
      int last = -5;
      for (int at = 0; at < digits.length; at++) {
        if (digits[at] != 0) {
          assertTrue((digits[at] & 1) == 1 && Math.abs(digits[at]) <= 15 && at - last >= 5);
          last = at;
          sum = sum.add(BigInteger.valueOf(digits[at]).shiftLeft(at));
        }
      }
      assertEquals(number, sum);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Curve.class,
      names = {"P256", "P384"})
  void aPointIsOnTheCurveOrRefused(Curve curve) {
    Random random = new Random(6);
    for (int i = 0; i < 50; i++) {
      byte[] point = point(PrivateKey.generate(curve.algorithm()).publicKey(), curve);
      assertTrue(EcdsaKey.of(curve, point).isPresent());
      byte[] other = point.clone();
      other[1 + random.nextInt(other.length - 1)] ^= (byte) (1 << random.nextInt(8));
      assertThrows(IllegalArgumentException.class, () -> EcdsaKey.of(curve, other));
      assertThrows(AssayException.class, () -> curve.point(other));
    }
    // Coordinates that are on the curve only modulo the prime, and zero twice for infinity.
    byte[] base = curve.base();
    byte[] large = base.clone();
    assertThrows(IllegalArgumentException.class, () -> EcdsaKey.of(curve, new byte[base.length]));
    byte[] prime = prime(curve).toByteArray();
    System.arraycopy(prime, 1, large, 1, curve.size());
    assertThrows(IllegalArgumentException.class, () -> EcdsaKey.of(curve, large));
  }

  @ParameterizedTest
  @EnumSource(
      value = Curve.class,
      names = {"P256", "P384"})
  void whatTheFormulasCannotDoIsSpoiltAndStaysSo(Curve curve) {
    ECPoint g = curve.domain().getG();
    Comb base = new Comb(field(curve), g);
    Comb opposite = new Comb(field(curve), g.negate());
    BigInteger some = BigInteger.valueOf(0x123456789abcdefL);
    // A point added to itself, and to its negative.
    assertTrue(Comb.sum(base, some, base, some).isSpoilt());
    assertTrue(Comb.sum(base, some, opposite, some).isSpoilt());
    assertTrue(Comb.sum(base, BigInteger.ZERO, base, BigInteger.ZERO).isSpoilt());
    assertTrue(
        Comb.sum(base, some, base, BigInteger.ZERO)
            .hasX(g.multiply(some).normalize().getAffineXCoord().toBigInteger()));
  }

  @ParameterizedTest
  @EnumSource(
      value = Curve.class,
      names = {"P256", "P384"})
  void acceptsWhatBouncyCastleAcceptsAndNothingElse(Curve curve) {
    Random random = new Random(4);
    for (int k = 0; k < 4; k++) {
      PrivateKey key = PrivateKey.generate(curve.algorithm());
      byte[] point = point(key.publicKey(), curve);
      EcdsaKey tables = EcdsaKey.of(curve, point).orElseThrow();
      ECDSASigner oracle = new ECDSASigner();
      oracle.init(false, new ECPublicKeyParameters(curve.point(point), curve.domain()));
      for (int i = 0; i < 100; i++) {
        // Half of them by odd multiples, half by tables.
        assertEquals(i >= EcdsaKey.WORTH_IT, tables.settled());
        byte[] message = new byte[random.nextInt(100)];
        random.nextBytes(message);
        byte[] hash = Hashes.hash(curve.hash(), message);
        BigInteger[] rs = numbers(key.sign(message));
        assertTrue(tables.accepts(hash, rs[0], rs[1]));
        // The other signature that ECDSA always has.
        assertTrue(tables.accepts(hash, rs[0], curve.order().subtract(rs[1])));
        byte[] other = hash.clone();
        other[random.nextInt(other.length)] ^= (byte) (1 << random.nextInt(8));
        BigInteger r = rs[0].flipBit(random.nextInt(curve.order().bitLength() - 1));
        BigInteger s = rs[1].flipBit(random.nextInt(curve.order().bitLength() - 1));
        assertEquals(
            oracle.verifySignature(other, rs[0], rs[1]), tables.accepts(other, rs[0], rs[1]));
        assertFalse(tables.accepts(other, rs[0], rs[1]));
        assertFalse(
            r.signum() > 0 && r.compareTo(curve.order()) < 0 && tables.accepts(hash, r, rs[1]));
        assertFalse(
            s.signum() > 0 && s.compareTo(curve.order()) < 0 && tables.accepts(hash, rs[0], s));
      }
    }
  }

  @Test
  void aKeyThatVerifiesOftenGivesTheSameAnswersAllAlong() {
    for (KeyAlgorithm algorithm :
        List.of(KeyAlgorithm.ECDSA_P256, KeyAlgorithm.ECDSA_P384, KeyAlgorithm.ECDSA_P521)) {
      PrivateKey key = PrivateKey.generate(algorithm);
      PublicKey publicKey = key.publicKey();
      for (int i = 0; i < 2 * EcdsaKey.WORTH_IT; i++) {
        byte[] message = {(byte) i, 1};
        byte[] signature = key.sign(message);
        assertTrue(publicKey.verify(message, signature));
        message[1] = 2;
        assertFalse(publicKey.verify(message, signature));
      }
    }
  }

  // With the base point as the key, a verification adds points to themselves.
  @Test
  void aKeyForWhichTheTablesCannotTellIsVerifiedAllTheSame() {
    Curve curve = Curve.P256;
    ECPoint g = curve.domain().getG();
    PublicKey key = PublicKey.ecdsa(curve.algorithm(), g.getEncoded(false));
    EcdsaKey tables = EcdsaKey.of(curve, g.getEncoded(false)).orElseThrow();
    // The private key is 1: with e = r, u and v are the same number.
    BigInteger n = curve.order();
    BigInteger k = BigInteger.valueOf(4711);
    BigInteger r = g.multiply(k).normalize().getAffineXCoord().toBigInteger().mod(n);
    BigInteger s = r.add(r).multiply(k.modInverse(n)).mod(n);
    byte[] hash = new byte[32];
    byte[] bytes = r.toByteArray();
    int length = Math.min(bytes.length, 32);
    System.arraycopy(bytes, bytes.length - length, hash, 32 - length, length);
    assertFalse(tables.accepts(hash, r, s));
    byte[] signature = EcdsaForm.der(r.toByteArray(), s.toByteArray());
    for (int i = 0; i < 2 * EcdsaKey.WORTH_IT; i++) {
      assertTrue(key.verifyDigest(dev.assay.bytes.Digest.sha256(hash), signature));
    }
  }

  private static byte[] point(PublicKey key, Curve curve) {
    byte[] spki = key.spki();
    return java.util.Arrays.copyOfRange(spki, spki.length - 2 * curve.size() - 1, spki.length);
  }

  private static BigInteger[] numbers(byte[] signature) {
    DerReader inner = new DerReader(signature).enter(DerReader.SEQUENCE);
    return new BigInteger[] {inner.unsigned(), inner.unsigned()};
  }
}
