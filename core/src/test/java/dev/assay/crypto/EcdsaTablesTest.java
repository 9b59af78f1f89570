package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
class EcdsaTablesTest {

  private static CurveField field(Curve curve) {
    return curve == Curve.P256 ? P256Field.VALUE : P384Field.VALUE;
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
    Comb base = new Comb(field(curve), g, n.bitLength());
    Comb key = new Comb(field(curve), q, n.bitLength());
    List<BigInteger> numbers =
        new ArrayList<>(edges(curve, random).stream().map(x -> x.mod(n)).toList());
    numbers.add(n.subtract(BigInteger.ONE));
    for (int i = 0; i < numbers.size(); i++) {
      BigInteger a = numbers.get(i);
      BigInteger b = numbers.get((i * 7 + 3) % numbers.size());
      ECPoint expected = g.multiply(a).add(q.multiply(b)).normalize();
      JacobianPoint sum = Comb.sum(base, a, key, b);
      assertEquals(expected.isInfinity(), sum.isSpoilt(), a + " " + b);
      if (!expected.isInfinity()) {
        assertTrue(sum.hasX(expected.getAffineXCoord().toBigInteger()));
        assertFalse(
            sum.hasX(
                expected.getAffineXCoord().toBigInteger().xor(BigInteger.TWO).mod(prime(curve))));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Curve.class,
      names = {"P256", "P384"})
  void whatTheFormulasCannotDoIsSpoiltAndStaysSo(Curve curve) {
    BigInteger n = curve.order();
    ECPoint g = curve.domain().getG();
    Comb base = new Comb(field(curve), g, n.bitLength());
    Comb opposite = new Comb(field(curve), g.negate(), n.bitLength());
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
      EcdsaTables tables = EcdsaTables.of(curve, curve.point(point)).orElseThrow();
      ECDSASigner oracle = new ECDSASigner();
      oracle.init(false, new ECPublicKeyParameters(curve.point(point), curve.domain()));
      for (int i = 0; i < 100; i++) {
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
      for (int i = 0; i < 2 * EcdsaTables.WORTH_IT; i++) {
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
    EcdsaTables tables = EcdsaTables.of(curve, g).orElseThrow();
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
    for (int i = 0; i < 2 * EcdsaTables.WORTH_IT; i++) {
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
