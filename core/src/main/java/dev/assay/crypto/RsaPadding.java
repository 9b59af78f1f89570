package dev.assay.crypto;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Hex;
import java.math.BigInteger;
import java.util.Arrays;

/** What an RSA signature holds: the encodings of RFC 8017 section 9. */
final class RsaPadding {

  // DigestInfo without the hash (RFC 8017 section 9.2, note 1).
  private static final byte[] SHA256_INFO = Hex.decode("3031300d060960864801650304020105000420");
  private static final byte[] SHA384_INFO = Hex.decode("3041300d060960864801650304020205000430");
  private static final byte[] SHA512_INFO = Hex.decode("3051300d060960864801650304020305000440");

  private RsaPadding() {}

  /**
   * Whether a signature's number is the encoding of this hash.
   *
   * @param message the signature to the power of the public exponent
   */
  static boolean matches(SignatureScheme scheme, byte[] hash, BigInteger message, int modulusBits) {
    Digest.Algorithm algorithm = scheme.hash().orElseThrow();
    if (hash.length != algorithm.hexLength() / 2) {
      return false;
    }
    if (scheme.isPss()) {
      return pss(algorithm, hash, message, modulusBits - 1);
    }
    // Section 8.2.2: the encoding is made and compared, never parsed.
    return message.equals(new BigInteger(1, pkcs1(algorithm, hash, (modulusBits + 7) / 8)));
  }

  private static byte[] pkcs1(Digest.Algorithm algorithm, byte[] hash, int size) {
    byte[] info =
        algorithm == Digest.Algorithm.SHA256
            ? SHA256_INFO
            : algorithm == Digest.Algorithm.SHA384 ? SHA384_INFO : SHA512_INFO;
    byte[] encoded = new byte[size];
    int hashAt = size - hash.length;
    int infoAt = hashAt - info.length;
    encoded[1] = 1;
    Arrays.fill(encoded, 2, infoAt - 1, (byte) 0xff);
    System.arraycopy(info, 0, encoded, infoAt, info.length);
    System.arraycopy(hash, 0, encoded, hashAt, hash.length);
    return encoded;
  }

  // Section 9.1.2, with a salt as long as the hash.
  private static boolean pss(
      Digest.Algorithm algorithm, byte[] hash, BigInteger message, int bits) {
    if (message.bitLength() > bits) {
      return false;
    }
    int size = (bits + 7) / 8;
    byte[] encoded = new byte[size];
    byte[] number = message.toByteArray();
    int zero = number.length > 1 && number[0] == 0 ? 1 : 0;
    System.arraycopy(number, zero, encoded, size - number.length + zero, number.length - zero);
    int hashAt = size - hash.length - 1;
    int saltAt = hashAt - hash.length;
    if (encoded[size - 1] != (byte) 0xbc) {
      return false;
    }
    byte[] found = Arrays.copyOfRange(encoded, hashAt, size - 1);
    byte[] mask = mask(algorithm, found, hashAt);
    for (int i = 0; i < hashAt; i++) {
      encoded[i] ^= mask[i];
    }
    encoded[0] &= (byte) (0xff >>> 8 * size - bits);
    for (int i = 0; i < saltAt - 1; i++) {
      if (encoded[i] != 0) {
        return false;
      }
    }
    byte[] salt = Arrays.copyOfRange(encoded, saltAt, hashAt);
    return encoded[saltAt - 1] == 1
        && Arrays.equals(found, Hashes.hash(algorithm, new byte[8], hash, salt));
  }

  // MGF1, appendix B.2.1.
  private static byte[] mask(Digest.Algorithm algorithm, byte[] seed, int length) {
    byte[] mask = new byte[length];
    int at = 0;
    for (int counter = 0; at < length; counter++) {
      byte[] block =
          Hashes.hash(algorithm, seed, new byte[] {0, 0, (byte) (counter >> 8), (byte) counter});
      int take = Math.min(block.length, length - at);
      System.arraycopy(block, 0, mask, at, take);
      at += take;
    }
    return mask;
  }
}
