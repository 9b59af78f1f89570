package dev.assay.crypto;

import dev.assay.bytes.Hex;
import org.bouncycastle.crypto.params.MLDSAParameters;

/** The parameter sets of ML-DSA (FIPS 204 section 4) with their encodings (RFC 9881). */
enum MlDsaSet {
  ML_DSA_44(KeyAlgorithm.ML_DSA_44, "608648016503040311", 1312, 2420),
  ML_DSA_65(KeyAlgorithm.ML_DSA_65, "608648016503040312", 1952, 3309),
  ML_DSA_87(KeyAlgorithm.ML_DSA_87, "608648016503040313", 2592, 4627);

  /** Bytes of the seed that a private key is stored as. */
  static final int SEED_SIZE = 32;

  private final KeyAlgorithm algorithm;
  private final String oid;
  private final int publicSize;
  private final int signatureSize;

  MlDsaSet(KeyAlgorithm algorithm, String oid, int publicSize, int signatureSize) {
    this.algorithm = algorithm;
    this.oid = oid;
    this.publicSize = publicSize;
    this.signatureSize = signatureSize;
  }

  static MlDsaSet of(KeyAlgorithm algorithm) {
    for (MlDsaSet set : values()) {
      if (set.algorithm == algorithm) {
        return set;
      }
    }
    throw new IllegalArgumentException("not ML-DSA: " + algorithm);
  }

  KeyAlgorithm algorithm() {
    return algorithm;
  }

  byte[] oid() {
    return Hex.decode(oid);
  }

  int publicSize() {
    return publicSize;
  }

  int signatureSize() {
    return signatureSize;
  }

  MLDSAParameters parameters() {
    return switch (this) {
      case ML_DSA_44 -> MLDSAParameters.ml_dsa_44;
      case ML_DSA_65 -> MLDSAParameters.ml_dsa_65;
      case ML_DSA_87 -> MLDSAParameters.ml_dsa_87;
    };
  }
}
