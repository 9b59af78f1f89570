package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Limits;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The public part of a key in a TPM (TPMT_PUBLIC, TPM 2.0 part 2 section 12.2.4): the key and what
 * the TPM lets be done with it. ECC keys on P-256, P-384, P-521 and RSA keys are read.
 */
public final class TpmPublic {

  private static final int RSA = 0x0001;
  private static final int ECC = 0x0023;
  private static final int NULL = 0x0010;
  private static final int RSASSA = 0x0014;
  private static final int RSAES = 0x0015;
  private static final int RSAPSS = 0x0016;
  private static final int OAEP = 0x0017;
  private static final int ECDSA = 0x0018;

  private static final long FIXED_TPM = 1 << 1;
  private static final long FIXED_PARENT = 1 << 4;
  private static final long SENSITIVE_DATA_ORIGIN = 1 << 5;
  private static final long SIGN = 1 << 18;
  // Part 2 section 8.3.2: what has no name must be zero.
  private static final long KNOWN = 0x000f0ff6;

  private final byte[] encoded;
  private final Digest.Algorithm nameHash;
  private final int nameAlgorithm;
  private final long attributes;
  private final PublicKey key;

  private TpmPublic(byte[] encoded) {
    this.encoded = encoded;
    TpmReader in = new TpmReader(encoded);
    int type = in.uint16();
    this.nameAlgorithm = in.uint16();
    this.nameHash = hash(nameAlgorithm);
    this.attributes = in.uint32();
    if ((attributes & ~KNOWN) != 0) {
      throw TpmReader.bad("attributes that are not known");
    }
    in.sized(64); // authPolicy
    if (type == ECC) {
      this.key = ecc(in);
    } else if (type == RSA) {
      this.key = rsa(in);
    } else {
      throw TpmReader.bad("a key that is neither ECC nor RSA");
    }
    in.done();
  }

  /**
   * Reads a TPMT_PUBLIC, or a TPM2B_PUBLIC (what tpm2_create writes), which has its size before it.
   *
   * @throws AssayException with {@link Code#HARDWARE_ATTESTATION}, {@link Code#KEY_UNSUPPORTED} or
   *     {@link Code#KEY_UNREADABLE}
   */
  public static TpmPublic read(byte[] bytes) {
    if (bytes.length > Limits.TPM_BYTES) {
      throw new AssayException(Code.TOO_LARGE, "a TPM structure of " + bytes.length + " bytes");
    }
    // A type is 1 or 0x23; no public part is as short as that.
    if (bytes.length > 2 && ((bytes[0] & 0xff) << 8 | bytes[1] & 0xff) == bytes.length - 2) {
      return new TpmPublic(Arrays.copyOfRange(bytes, 2, bytes.length));
    }
    return new TpmPublic(bytes.clone());
  }

  private static PublicKey ecc(TpmReader in) {
    symmetric(in);
    scheme(in, List.of(ECDSA));
    Curve curve =
        switch (in.uint16()) {
          case 0x0003 -> Curve.P256;
          case 0x0004 -> Curve.P384;
          case 0x0005 -> Curve.P521;
          default -> throw TpmReader.bad("a curve other than P-256, P-384 and P-521");
        };
    if (in.uint16() != NULL) {
      throw TpmReader.bad("a key for key derivation");
    }
    byte[] x = in.sized(curve.size());
    byte[] y = in.sized(curve.size());
    byte[] point = new byte[1 + 2 * curve.size()];
    point[0] = 4;
    System.arraycopy(x, 0, point, 1 + curve.size() - x.length, x.length);
    System.arraycopy(y, 0, point, 1 + 2 * curve.size() - y.length, y.length);
    return PublicKey.ec(curve, point);
  }

  private static PublicKey rsa(TpmReader in) {
    symmetric(in);
    scheme(in, List.of(RSASSA, RSAPSS, RSAES, OAEP));
    int bits = in.uint16();
    long exponent = in.uint32();
    BigInteger modulus = new BigInteger(1, in.sized(VerifyingKey.Rsa.MAX_BITS / 8));
    if (modulus.bitLength() != bits) {
      throw TpmReader.bad("an RSA key of another size than it says");
    }
    return PublicKey.rsa(modulus, BigInteger.valueOf(exponent == 0 ? 65537 : exponent));
  }

  // What a storage key encrypts its children with; a key that signs has none.
  private static void symmetric(TpmReader in) {
    if (in.uint16() != NULL) {
      throw TpmReader.bad("a key that encrypts, not one that signs");
    }
  }

  private static void scheme(TpmReader in, List<Integer> known) {
    int scheme = in.uint16();
    if (scheme == NULL) {
      return;
    }
    if (!known.contains(scheme)) {
      throw TpmReader.bad("a signature scheme that is not known");
    }
    if (scheme != RSAES) {
      hash(in.uint16());
    }
  }

  /** The hash of this TPM algorithm identifier; SHA-1 and what is not known is refused. */
  static Digest.Algorithm hash(int algorithm) {
    return switch (algorithm) {
      case 0x000b -> Digest.Algorithm.SHA256;
      case 0x000c -> Digest.Algorithm.SHA384;
      case 0x000d -> Digest.Algorithm.SHA512;
      default -> throw TpmReader.bad("a hash other than SHA-256, SHA-384 and SHA-512");
    };
  }

  /** The key without what the TPM adds to it. */
  public PublicKey key() {
    return key;
  }

  /** What the TPM calls it: the hash's identifier and the hash of the public part. */
  public byte[] name() {
    byte[] hash = Hashes.digest(nameHash, encoded).value();
    byte[] out = new byte[2 + hash.length];
    out[0] = (byte) (nameAlgorithm >>> 8);
    out[1] = (byte) nameAlgorithm;
    System.arraycopy(hash, 0, out, 2, hash.length);
    return out;
  }

  /** {@link #name} in hexadecimal. */
  public String nameText() {
    return Hex.encode(name());
  }

  /**
   * What a key needs that was made in its TPM and can neither leave it nor its parent, and that it
   * does not have: names of attributes; empty where it has all.
   */
  public List<String> missingAttributes() {
    List<String> out = new ArrayList<>();
    if ((attributes & FIXED_TPM) == 0) {
      out.add("fixedTPM");
    }
    if ((attributes & FIXED_PARENT) == 0) {
      out.add("fixedParent");
    }
    if ((attributes & SENSITIVE_DATA_ORIGIN) == 0) {
      out.add("sensitiveDataOrigin");
    }
    if ((attributes & SIGN) == 0) {
      out.add("sign");
    }
    return out;
  }
}
