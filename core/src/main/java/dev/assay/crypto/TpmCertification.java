package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import java.util.Arrays;

/**
 * What TPM2_Certify makes (TPM 2.0 part 3 section 18.2): the TPM's word that it holds an object of
 * this name, signed by an attestation key. A TPM signs with a restricted key nothing that begins
 * with its magic number and that it has not made itself.
 */
public final class TpmCertification {

  private static final long MAGIC = 0xff544347L;
  private static final int CERTIFY = 0x8017;
  private static final int NAME = 2 + 64;

  private static final int RSASSA = 0x0014;
  private static final int RSAPSS = 0x0016;
  private static final int ECDSA = 0x0018;

  private final byte[] encoded;
  private final byte[] name;

  private TpmCertification(byte[] encoded) {
    this.encoded = encoded;
    TpmReader in = new TpmReader(encoded);
    if (in.uint32() != MAGIC) {
      throw TpmReader.bad("without the magic number of what a TPM says itself");
    }
    if (in.uint16() != CERTIFY) {
      throw TpmReader.bad("an attestation of another kind than TPM2_Certify");
    }
    in.sized(NAME); // qualifiedSigner
    in.sized(NAME); // extraData
    in.uint64(); // clock
    in.uint32(); // resetCount
    in.uint32(); // restartCount
    if (in.uint8() > 1) {
      throw TpmReader.bad("a clock that is neither safe nor not");
    }
    in.uint64(); // firmwareVersion
    this.name = in.sized(NAME);
    in.sized(NAME); // qualifiedName
    in.done();
  }

  /**
   * Reads a TPMS_ATTEST of type certify, or a TPM2B_ATTEST, which has its size before it.
   *
   * @throws AssayException with {@link Code#HARDWARE_ATTESTATION}
   */
  public static TpmCertification read(byte[] bytes) {
    if (bytes.length > Limits.TPM_BYTES) {
      throw new AssayException(Code.TOO_LARGE, "a TPM structure of " + bytes.length + " bytes");
    }
    // The magic number is no length of anything this short.
    if (bytes.length > 2 && ((bytes[0] & 0xff) << 8 | bytes[1] & 0xff) == bytes.length - 2) {
      return new TpmCertification(Arrays.copyOfRange(bytes, 2, bytes.length));
    }
    return new TpmCertification(bytes.clone());
  }

  /** Whether it is about this object. */
  public boolean names(TpmPublic object) {
    return Arrays.equals(name, object.name());
  }

  /**
   * Whether the key signed it.
   *
   * @param signature a TPMT_SIGNATURE, or the plain form of it that tpm2-tools write with {@code -f
   *     plain}: DER for ECDSA, the bytes for RSA, with SHA-256
   */
  public boolean signedBy(PublicKey attestationKey, byte[] signature) {
    if (signature.length > Limits.TPM_BYTES) {
      return false;
    }
    boolean ec =
        switch (attestationKey.algorithm()) {
          case ECDSA_P256, ECDSA_P384, ECDSA_P521 -> true;
          default -> false;
        };
    // DER begins with 0x30; an algorithm's identifier with 0.
    if (signature.length > 0 && signature[0] == DerReader.SEQUENCE && ec) {
      return attestationKey.verify(SignatureScheme.ECDSA_SHA256, encoded, signature);
    }
    try {
      TpmReader in = new TpmReader(signature);
      int algorithm = in.uint16();
      Digest.Algorithm hash = TpmPublic.hash(in.uint16());
      if (algorithm == ECDSA) {
        byte[] r = in.sized(66);
        byte[] s = in.sized(66);
        in.done();
        return attestationKey.verify(ecdsa(hash), encoded, EcdsaForm.der(r, s));
      }
      if (algorithm == RSASSA || algorithm == RSAPSS) {
        byte[] value = in.sized(VerifyingKey.Rsa.MAX_BITS / 8);
        in.done();
        return attestationKey.verify(rsa(hash, algorithm == RSAPSS), encoded, value);
      }
    } catch (AssayException e) {
      // no signature of the TPM's form; an RSA key's may stand there as it is
    }
    return attestationKey.algorithm() == KeyAlgorithm.RSA
        && attestationKey.verify(SignatureScheme.RSA_PKCS1_SHA256, encoded, signature);
  }

  private static SignatureScheme ecdsa(Digest.Algorithm hash) {
    return switch (hash) {
      case SHA256 -> SignatureScheme.ECDSA_SHA256;
      case SHA384 -> SignatureScheme.ECDSA_SHA384;
      case SHA512 -> SignatureScheme.ECDSA_SHA512;
      default -> throw TpmReader.bad("a hash that is not known");
    };
  }

  private static SignatureScheme rsa(Digest.Algorithm hash, boolean pss) {
    return switch (hash) {
      case SHA256 -> pss ? SignatureScheme.RSA_PSS_SHA256 : SignatureScheme.RSA_PKCS1_SHA256;
      case SHA384 -> pss ? SignatureScheme.RSA_PSS_SHA384 : SignatureScheme.RSA_PKCS1_SHA384;
      case SHA512 -> pss ? SignatureScheme.RSA_PSS_SHA512 : SignatureScheme.RSA_PKCS1_SHA512;
      default -> throw TpmReader.bad("a hash that is not known");
    };
  }
}
