package dev.assay.signing.keyless;

import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import java.security.SecureRandom;
import java.util.Base64;

/** Random texts that nobody can guess, and the challenge of PKCE (RFC 7636). */
final class Secrets {

  private static final SecureRandom RANDOM = new SecureRandom();

  private Secrets() {}

  /** 256 random bits, base64url. */
  static String fresh() {
    byte[] bytes = new byte[32];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static String challenge(String verifier) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Hashes.sha256(Text.utf8(verifier)));
  }
}
