package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;

/** The encodings of private keys: PKCS#8 and what it contains. Errors print no content. */
final class PrivateKeyEncodings {

  private static final int SEED_TAG = 0x80;
  private static final int PARAMETERS_TAG = 0xa0;
  private static final int ATTRIBUTES_TAG = 0xa0;
  private static final int PUBLIC_TAG = 0xa1;
  private static final int IMPLICIT_PUBLIC_TAG = 0x81;

  private PrivateKeyEncodings() {}

  static SigningKey read(byte[] pkcs8) {
    return guarded(() -> pkcs8(pkcs8));
  }

  /** A bare ECPrivateKey (RFC 5915), which names its curve. */
  static SigningKey readSec1(byte[] der) {
    return guarded(() -> sec1(der, null));
  }

  /** A bare RSAPrivateKey (RFC 8017 appendix A.1.2). */
  static SigningKey readPkcs1(byte[] der) {
    return guarded(() -> pkcs1(der));
  }

  private interface Read {
    SigningKey read();
  }

  private static SigningKey guarded(Read read) {
    try {
      return read.read();
    } catch (AssayException e) {
      if (e.code() != Code.BAD_ENCODING) {
        throw e;
      }
      throw unreadable();
    } catch (IllegalArgumentException | ArithmeticException e) {
      // Without the cause: it might print the key.
      throw unreadable();
    }
  }

  private static AssayException unreadable() {
    return new AssayException(Code.KEY_UNREADABLE, "not a private key in a known encoding");
  }

  private static SigningKey pkcs8(byte[] der) {
    DerReader outer = new DerReader(der);
    DerReader info = outer.enter(DerReader.SEQUENCE);
    outer.done();
    int version = info.small();
    DerReader identifier = info.enter(DerReader.SEQUENCE);
    byte[] content = info.content(DerReader.OCTET_STRING);
    if (info.peek() == ATTRIBUTES_TAG) {
      info.content(ATTRIBUTES_TAG);
    }
    byte[] given = new byte[0];
    if (version == 1 && info.peek() == IMPLICIT_PUBLIC_TAG) {
      given = info.content(IMPLICIT_PUBLIC_TAG);
    }
    info.done();
    if (version > 1) {
      throw unreadable();
    }
    SigningKey key = inner(identifier, content);
    if (given.length > 0) {
      byte[] raw = Arrays.copyOfRange(given, 1, given.length);
      if (given[0] != 0 || !Arrays.equals(raw, publicBits(key))) {
        throw mismatch();
      }
    }
    return key;
  }

  // The content of the public key's bit string.
  private static byte[] publicBits(SigningKey key) {
    DerReader info = new DerReader(key.publicKey().spki()).enter(DerReader.SEQUENCE);
    info.content(DerReader.SEQUENCE);
    return info.bits();
  }

  private static AssayException mismatch() {
    return new AssayException(
        Code.KEY_UNREADABLE, "a private key stored with a public key that is not its own");
  }

  private static SigningKey inner(DerReader identifier, byte[] content) {
    byte[] oid = identifier.content(DerReader.OID);
    if (Arrays.equals(oid, Oids.EC)) {
      Curve curve = curve(identifier.content(DerReader.OID));
      identifier.done();
      return sec1(content, curve);
    }
    if (Arrays.equals(oid, Oids.RSA)) {
      identifier.none();
      identifier.done();
      return pkcs1(content);
    }
    identifier.done();
    DerReader reader = new DerReader(content);
    if (Arrays.equals(oid, Oids.ED25519)) {
      byte[] seed = reader.content(DerReader.OCTET_STRING);
      reader.done();
      return new SigningKey.Ed(seed);
    }
    for (MlDsaSet set : MlDsaSet.values()) {
      if (Arrays.equals(oid, set.oid())) {
        return mlDsa(set, reader);
      }
    }
    throw new AssayException(
        Code.KEY_UNSUPPORTED, "a private key of a kind other than ECDSA, RSA, Ed25519 and ML-DSA");
  }

  private static Curve curve(byte[] oid) {
    for (Curve curve : Curve.values()) {
      if (Arrays.equals(oid, curve.oid())) {
        return curve;
      }
    }
    throw new AssayException(
        Code.KEY_UNSUPPORTED, "an EC key on a curve other than P-256, P-384 and P-521");
  }

  private static SigningKey sec1(byte[] der, @org.jspecify.annotations.Nullable Curve outerCurve) {
    DerReader outer = new DerReader(der);
    DerReader key = outer.enter(DerReader.SEQUENCE);
    outer.done();
    if (key.small() != 1) {
      throw unreadable();
    }
    byte[] scalar = key.content(DerReader.OCTET_STRING);
    Curve curve = outerCurve;
    if (key.peek() == PARAMETERS_TAG) {
      DerReader parameters = key.enter(PARAMETERS_TAG);
      Curve named = curve(parameters.content(DerReader.OID));
      parameters.done();
      if (curve != null && curve != named) {
        throw unreadable();
      }
      curve = named;
    }
    byte[] point = new byte[0];
    if (key.peek() == PUBLIC_TAG) {
      DerReader given = key.enter(PUBLIC_TAG);
      point = given.bits();
      given.done();
    }
    key.done();
    if (curve == null || scalar.length != curve.size()) {
      throw unreadable();
    }
    SigningKey read = new SigningKey.Ec(curve, new BigInteger(1, scalar));
    if (point.length > 0 && !Arrays.equals(point, publicBits(read))) {
      throw mismatch();
    }
    return read;
  }

  private static SigningKey pkcs1(byte[] der) {
    DerReader outer = new DerReader(der);
    DerReader key = outer.enter(DerReader.SEQUENCE);
    outer.done();
    if (key.small() != 0) {
      throw unreadable();
    }
    BigInteger n = key.unsigned();
    BigInteger e = key.unsigned();
    BigInteger d = key.unsigned();
    BigInteger p = key.unsigned();
    BigInteger q = key.unsigned();
    BigInteger dp = key.unsigned();
    BigInteger dq = key.unsigned();
    BigInteger inverse = key.unsigned();
    key.done();
    // Limits before arithmetic: an attacker's numbers may be long.
    new VerifyingKey.Rsa(n, e);
    BigInteger one = BigInteger.ONE;
    if (!p.multiply(q).equals(n)
        || p.compareTo(one) <= 0
        || q.compareTo(one) <= 0
        || !dp.equals(d.mod(p.subtract(one)))
        || !dq.equals(d.mod(q.subtract(one)))
        || !inverse.multiply(q).mod(p).equals(one)
        || !e.multiply(dp).mod(p.subtract(one)).equals(one)
        || !e.multiply(dq).mod(q.subtract(one)).equals(one)) {
      throw unreadable();
    }
    return new SigningKey.Rsa(new RSAPrivateCrtKeyParameters(n, e, d, p, q, dp, dq, inverse));
  }

  // RFC 9881 section 6: seed, expanded key, or both.
  private static SigningKey mlDsa(MlDsaSet set, DerReader content) {
    if (content.peek() == SEED_TAG) {
      byte[] seed = content.content(SEED_TAG);
      content.done();
      return new SigningKey.MlDsa(set, seed);
    }
    if (content.peek() == DerReader.SEQUENCE) {
      DerReader both = content.enter(DerReader.SEQUENCE);
      content.done();
      byte[] seed = both.content(DerReader.OCTET_STRING);
      byte[] expanded = both.content(DerReader.OCTET_STRING);
      both.done();
      SigningKey.MlDsa key = new SigningKey.MlDsa(set, seed);
      if (!Arrays.equals(expanded, key.expanded())) {
        throw mismatch();
      }
      return key;
    }
    throw new AssayException(
        Code.KEY_UNSUPPORTED, "an ML-DSA private key that is stored without its seed");
  }

  static byte[] write(SigningKey key) {
    return switch (key) {
      case SigningKey.Ec ec -> ec(ec);
      case SigningKey.Rsa rsa -> rsa(rsa.numbers());
      case SigningKey.Ed ed ->
          wrap(DerWriter.sequence(DerWriter.oid(Oids.ED25519)), DerWriter.octets(ed.seed()));
      case SigningKey.MlDsa ml ->
          wrap(
              DerWriter.sequence(DerWriter.oid(ml.set().oid())),
              DerWriter.element(SEED_TAG, ml.seed()));
    };
  }

  private static byte[] wrap(byte[] identifier, byte[] content) {
    byte[] out = DerWriter.sequence(DerWriter.integer(0), identifier, DerWriter.octets(content));
    Arrays.fill(content, (byte) 0);
    return out;
  }

  private static byte[] ec(SigningKey.Ec key) {
    Curve curve = key.curve();
    byte[] number = key.scalar().toByteArray();
    byte[] scalar = new byte[curve.size()];
    int skip = Math.max(0, number.length - scalar.length);
    System.arraycopy(
        number, skip, scalar, scalar.length - (number.length - skip), number.length - skip);
    byte[] content =
        DerWriter.sequence(
            DerWriter.integer(1),
            DerWriter.octets(scalar),
            DerWriter.element(PUBLIC_TAG, DerWriter.bits(publicBits(key))));
    Arrays.fill(number, (byte) 0);
    Arrays.fill(scalar, (byte) 0);
    return wrap(DerWriter.sequence(DerWriter.oid(Oids.EC), DerWriter.oid(curve.oid())), content);
  }

  private static byte[] rsa(RSAPrivateCrtKeyParameters key) {
    byte[] content =
        DerWriter.sequence(
            DerWriter.integer(0),
            DerWriter.integer(key.getModulus()),
            DerWriter.integer(key.getPublicExponent()),
            DerWriter.integer(key.getExponent()),
            DerWriter.integer(key.getP()),
            DerWriter.integer(key.getQ()),
            DerWriter.integer(key.getDP()),
            DerWriter.integer(key.getDQ()),
            DerWriter.integer(key.getQInv()));
    return wrap(DerWriter.sequence(DerWriter.oid(Oids.RSA), DerWriter.none()), content);
  }
}
