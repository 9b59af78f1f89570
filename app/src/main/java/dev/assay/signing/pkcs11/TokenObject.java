package dev.assay.signing.pkcs11;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Hex;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PublicKey;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** An object in a token, as far as {@link Host} tells of it. */
@SuppressWarnings("ArrayRecordComponent") // compared by belongsTo
record TokenObject(
    long handle,
    long keyType,
    byte[] id,
    String label,
    boolean pinEachTime,
    byte[] ecParams,
    byte[] ecPoint,
    byte[] modulus,
    byte[] exponent,
    byte[] value) {

  static final long CKK_RSA = 0;
  static final long CKK_EC = 3;
  static final long CKK_EC_EDWARDS = 0x40;

  private static final int MAX_OBJECTS = 4_096;

  // The curves' DER, as they stand in CKA_EC_PARAMS; Ed25519 by OID or by name (PKCS #11 3.0
  // section 2.3.6).
  static final String P256 = "06082a8648ce3d030107";
  static final String P384 = "06052b81040022";
  static final String P521 = "06052b81040023";
  static final String ED25519_OID = "06032b6570";
  static final String ED25519_NAME = "130c656477617264733235353139";

  static List<TokenObject> read(Wire.Reader answer) throws IOException {
    long count = answer.number();
    if (count < 0 || count > MAX_OBJECTS) {
      throw new IOException("not a list of objects");
    }
    List<TokenObject> out = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      long handle = answer.number();
      byte[] type = answer.bytes();
      byte[] id = answer.bytes();
      byte[] label = answer.bytes();
      byte[] always = answer.bytes();
      out.add(
          new TokenObject(
              handle,
              number(type),
              id,
              new String(label, StandardCharsets.UTF_8),
              always.length == 1 && always[0] != 0,
              answer.bytes(),
              answer.bytes(),
              answer.bytes(),
              answer.bytes(),
              answer.bytes()));
    }
    return out;
  }

  // CK_ULONG in the machine's order; 64-bit Linux and macOS are little-endian where Java runs.
  private static long number(byte[] value) {
    if (value.length != 8) {
      return -1;
    }
    java.nio.ByteBuffer buffer = java.nio.ByteBuffer.wrap(value);
    return buffer.order(java.nio.ByteOrder.nativeOrder()).getLong();
  }

  /**
   * The public key that the object itself tells, or its certificate; empty where it tells none.
   *
   * @throws AssayException with {@link Code#KEY_UNSUPPORTED} or {@link Code#KEY_UNREADABLE}
   */
  Optional<PublicKey> publicKey() {
    if (value.length > 0) {
      return Optional.of(Certificate.parse(value).key());
    }
    if (keyType == CKK_RSA && modulus.length > 0 && exponent.length > 0) {
      return Optional.of(PublicKey.rsa(new BigInteger(1, modulus), new BigInteger(1, exponent)));
    }
    if (keyType == CKK_EC && ecPoint.length > 0) {
      KeyAlgorithm algorithm = curve();
      int size =
          switch (algorithm) {
            case ECDSA_P256 -> 65;
            case ECDSA_P384 -> 97;
            default -> 133;
          };
      return Optional.of(PublicKey.ecdsa(algorithm, point(size)));
    }
    if (keyType == CKK_EC_EDWARDS && ecPoint.length > 0) {
      String name = Hex.encode(ecParams);
      if (!name.equals(ED25519_OID) && !name.equals(ED25519_NAME)) {
        throw unsupported("an Edwards key on a curve other than Ed25519");
      }
      return Optional.of(PublicKey.ed25519(point(32)));
    }
    return Optional.empty();
  }

  private KeyAlgorithm curve() {
    return switch (Hex.encode(ecParams)) {
      case P256 -> KeyAlgorithm.ECDSA_P256;
      case P384 -> KeyAlgorithm.ECDSA_P384;
      case P521 -> KeyAlgorithm.ECDSA_P521;
      default -> throw unsupported("an EC key on a curve other than P-256, P-384 and P-521");
    };
  }

  // Modules give the point as the specification says, in a DER OCTET STRING, or bare.
  private byte[] point(int size) {
    if (ecPoint.length == size) {
      return ecPoint;
    }
    int header = size < 0x80 ? 2 : 3;
    boolean der =
        ecPoint.length == header + size
            && ecPoint[0] == 4
            && (ecPoint[header - 1] & 0xff) == size
            && (header == 2 || (ecPoint[1] & 0xff) == 0x81);
    if (!der) {
      throw new AssayException(Code.KEY_UNREADABLE, "a token's key whose point cannot be read");
    }
    return Arrays.copyOfRange(ecPoint, header, ecPoint.length);
  }

  private static AssayException unsupported(String what) {
    return new AssayException(Code.KEY_UNSUPPORTED, "the token has " + what);
  }

  /** Whether it belongs to the same key: the same id, or the same label where there is no id. */
  boolean belongsTo(TokenObject other) {
    return id.length > 0 || other.id.length > 0
        ? Arrays.equals(id, other.id)
        : label.equals(other.label);
  }
}
