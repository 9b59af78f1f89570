package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A public key, checked when it was read: its point is on its curve, its modulus and exponent are
 * acceptable. Two keys are equal when their SubjectPublicKeyInfo is.
 *
 * <p>Keep the object where one key verifies often: it holds tables that make the second
 * verification cheaper. Safe for use by several threads.
 */
public final class PublicKey {

  private static final String LABEL = "PUBLIC KEY";

  private final byte[] spki;
  private final byte[] raw;
  private final VerifyingKey key;
  private final Digest id;
  // What an engine keeps for this key; made twice where two threads are first.
  private volatile @Nullable Prepared prepared;

  private PublicKey(byte[] spki, byte[] raw, VerifyingKey key) {
    this.spki = spki;
    this.raw = raw;
    this.key = key;
    this.id = Hashes.sha256Digest(spki);
  }

  /**
   * Reads a DER SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7; RFC 5480, 8017, 8410, 9881 for the
   * kinds), in the one encoding the key has.
   *
   * @throws AssayException with {@link Code#KEY_UNREADABLE} or {@link Code#KEY_UNSUPPORTED}
   */
  public static PublicKey fromSpki(byte[] der) {
    if (der.length > Limits.KEY_BYTES) {
      throw new AssayException(Code.KEY_UNREADABLE, "a public key of " + der.length + " bytes");
    }
    PublicKey read;
    try {
      DerReader outer = new DerReader(der);
      DerReader info = outer.enter(DerReader.SEQUENCE);
      outer.done();
      DerReader identifier = info.enter(DerReader.SEQUENCE);
      byte[] bits = info.bits();
      info.done();
      read = read(identifier, bits);
    } catch (AssayException e) {
      if (e.code() != Code.BAD_ENCODING) {
        throw e;
      }
      throw new AssayException(Code.KEY_UNREADABLE, "not a public key (SubjectPublicKeyInfo)", e);
    }
    if (!Arrays.equals(read.spki, der)) {
      throw new AssayException(Code.KEY_UNREADABLE, "a public key in an unusual encoding");
    }
    return read;
  }

  private static PublicKey read(DerReader identifier, byte[] bits) {
    byte[] oid = identifier.content(DerReader.OID);
    if (Arrays.equals(oid, Oids.EC)) {
      byte[] named = identifier.content(DerReader.OID);
      identifier.done();
      for (Curve curve : Curve.values()) {
        if (Arrays.equals(named, curve.oid())) {
          return ec(curve, bits);
        }
      }
      throw new AssayException(
          Code.KEY_UNSUPPORTED, "an EC key on a curve other than P-256, P-384 and P-521");
    }
    if (Arrays.equals(oid, Oids.RSA)) {
      identifier.none();
      identifier.done();
      DerReader outer = new DerReader(bits);
      DerReader numbers = outer.enter(DerReader.SEQUENCE);
      outer.done();
      BigInteger modulus = numbers.unsigned();
      BigInteger exponent = numbers.unsigned();
      numbers.done();
      return rsa(modulus, exponent);
    }
    identifier.done();
    if (Arrays.equals(oid, Oids.ED25519)) {
      return ed25519(bits);
    }
    for (MlDsaSet set : MlDsaSet.values()) {
      if (Arrays.equals(oid, set.oid())) {
        return mlDsa(set, bits);
      }
    }
    throw new AssayException(
        Code.KEY_UNSUPPORTED, "a public key of a kind other than ECDSA, RSA, Ed25519 and ML-DSA");
  }

  /**
   * Reads one PEM block {@code PUBLIC KEY}.
   *
   * @throws AssayException with {@link Code#KEY_UNREADABLE} or {@link Code#KEY_UNSUPPORTED}; the
   *     message prints nothing of the content
   */
  public static PublicKey fromPem(byte[] pem) {
    Pem block = Pem.parse(pem);
    if (block.label().endsWith("PRIVATE KEY")) {
      Arrays.fill(block.content(), (byte) 0);
      throw new AssayException(
          Code.KEY_UNREADABLE,
          "this is a private key; a public key is needed here",
          "give the .pub file that belongs to it, and keep the private key to yourself");
    }
    if (!block.label().equals(LABEL)) {
      throw new AssayException(
          Code.KEY_UNREADABLE, "PEM of the kind " + block.label() + "; " + LABEL + " is needed");
    }
    return fromSpki(block.content());
  }

  /**
   * @param raw 32 bytes (RFC 8032 section 5.1.5)
   */
  public static PublicKey ed25519(byte[] raw) {
    return new PublicKey(spki(Oids.ED25519, raw), raw.clone(), VerifyingKey.Ed.of(raw));
  }

  /**
   * @param raw 1312 bytes (FIPS 204 algorithm 22)
   */
  public static PublicKey mlDsa44(byte[] raw) {
    return mlDsa(MlDsaSet.ML_DSA_44, raw);
  }

  static PublicKey mlDsa(MlDsaSet set, byte[] raw) {
    return new PublicKey(spki(set.oid(), raw), raw.clone(), VerifyingKey.MlDsa.of(set, raw));
  }

  /**
   * @param algorithm one of the ECDSA kinds
   * @param point uncompressed (SEC 1 section 2.3.3): 4, then the coordinates
   * @throws AssayException with {@link Code#KEY_UNREADABLE} or {@link Code#KEY_UNSUPPORTED}
   */
  public static PublicKey ecdsa(KeyAlgorithm algorithm, byte[] point) {
    return ec(Curve.of(algorithm), point);
  }

  static PublicKey ec(Curve curve, byte[] point) {
    byte[] identifier = DerWriter.sequence(DerWriter.oid(Oids.EC), DerWriter.oid(curve.oid()));
    byte[] spki = DerWriter.sequence(identifier, DerWriter.bits(point));
    return new PublicKey(spki, new byte[0], VerifyingKey.Ec.of(curve, point));
  }

  /**
   * @throws AssayException with {@link Code#KEY_UNSUPPORTED} for numbers outside what is accepted
   */
  public static PublicKey rsa(BigInteger modulus, BigInteger exponent) {
    byte[] identifier = DerWriter.sequence(DerWriter.oid(Oids.RSA), DerWriter.none());
    byte[] numbers = DerWriter.sequence(DerWriter.integer(modulus), DerWriter.integer(exponent));
    return new PublicKey(
        DerWriter.sequence(identifier, DerWriter.bits(numbers)),
        new byte[0],
        new VerifyingKey.Rsa(modulus, exponent));
  }

  private static byte[] spki(byte[] oid, byte[] raw) {
    return DerWriter.sequence(DerWriter.sequence(DerWriter.oid(oid)), DerWriter.bits(raw));
  }

  /** The DER SubjectPublicKeyInfo. */
  public byte[] spki() {
    return spki.clone();
  }

  /** One PEM block {@code PUBLIC KEY}, ending in a newline. */
  public String pem() {
    return new Pem(LABEL, spki).write();
  }

  public KeyAlgorithm algorithm() {
    return key.algorithm();
  }

  /** The key's identity: SHA-256 of its SubjectPublicKeyInfo. */
  public Digest id() {
    return id;
  }

  /**
   * The key as its algorithm's specification writes it.
   *
   * @throws IllegalStateException for ECDSA and RSA keys
   */
  public byte[] raw() {
    if (raw.length == 0) {
      throw new IllegalStateException("no raw form: " + algorithm());
    }
    return raw.clone();
  }

  /**
   * Whether this is the signature of the message by this key, used in its {@linkplain
   * SignatureScheme#usual usual} way. Never throws for a bad signature.
   */
  public boolean verify(byte[] message, byte[] signature) {
    return verify(SignatureScheme.usual(algorithm()), message, signature);
  }

  /**
   * Whether this is the signature of the message by this key, made in this way. False for a scheme
   * that does not {@linkplain SignatureScheme#fits fit} the key.
   */
  public boolean verify(SignatureScheme scheme, byte[] message, byte[] signature) {
    if (!key.wellFormed(scheme, signature)) {
      return false;
    }
    Optional<Digest.Algorithm> hash = scheme.hash();
    if (hash.isPresent()) {
      return verifyHash(scheme, Hashes.hash(hash.get(), message), signature);
    }
    return engineAccepts(scheme, message, signature) || key.verify(scheme, message, signature);
  }

  // The signature has the form that is allowed.
  private boolean verifyHash(SignatureScheme scheme, byte[] hash, byte[] signature) {
    return !key.settled() && engineAccepts(scheme, hash, signature)
        || key.verifyHash(scheme, hash, signature);
  }

  /** Whether there is an engine that says yes; when it says no, our own arithmetic decides. */
  @SuppressWarnings("ReferenceEquality") // another engine object is another engine
  private boolean engineAccepts(SignatureScheme scheme, byte[] input, byte[] signature) {
    SignatureEngine engine = SignatureEngines.current();
    if (engine == null) {
      return false;
    }
    Prepared ready = prepared;
    if (ready == null || ready.engine != engine) {
      ready = new Prepared(engine, engine.prepare(this).orElse(null));
      prepared = ready;
    }
    return ready.key != null && ready.key.verify(scheme, input, signature);
  }

  private static final class Prepared {
    final SignatureEngine engine;
    final SignatureEngine.@Nullable Key key;

    Prepared(SignatureEngine engine, SignatureEngine.@Nullable Key key) {
      this.engine = engine;
      this.key = key;
    }
  }

  /**
   * As {@link #verify(SignatureScheme, byte[], byte[])} of a message that is known by its digest.
   * False where the digest is not of the scheme's own hash.
   */
  public boolean verifyDigest(SignatureScheme scheme, Digest digest, byte[] signature) {
    return scheme.hash().orElse(null) == digest.algorithm()
        && key.wellFormed(scheme, signature)
        && verifyHash(scheme, digest.value(), signature);
  }

  /**
   * Whether this is the signature, by this key, of a message with this digest. False where the
   * digest is not of the algorithm's own hash ({@link KeyAlgorithm#hash}) and for algorithms that
   * sign the message itself.
   */
  public boolean verifyDigest(Digest digest, byte[] signature) {
    return verifyDigest(SignatureScheme.usual(algorithm()), digest, signature);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PublicKey that && id.equals(that.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  /** {@code ecdsa-p256 sha256:9f86d081884c}. */
  @Override
  public String toString() {
    return algorithm().id() + " " + id.brief();
  }
}
