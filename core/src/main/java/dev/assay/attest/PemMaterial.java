package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whose signature it is, where PEM says so: certificates, the signer's first, or a public key. */
final class PemMaterial {

  private static final String KEY = "-----BEGIN PUBLIC KEY-----";

  private PemMaterial() {}

  /**
   * @param where for messages
   * @param pem certificates, or one public key, of which the hint is kept
   * @param chain certificates above the signer's, the root included or not
   */
  static Bundle.Material of(String where, String pem, Optional<String> chain) {
    if (pem.stripLeading().startsWith(KEY)) {
      if (chain.isPresent()) {
        throw new AssayException(Code.BAD_BUNDLE, where + ": a chain above a public key");
      }
      return new Bundle.KeyHint(Bundle.hintOf(key(where, pem)));
    }
    List<Octets> certificates = new ArrayList<>();
    add(certificates, where, pem);
    if (chain.isPresent()) {
      add(certificates, where + ", chain", chain.get());
    }
    return new Bundle.Certificates(certificates, false);
  }

  private static PublicKey key(String where, String pem) {
    try {
      return PublicKey.fromPem(Text.utf8(pem));
    } catch (AssayException e) {
      throw unreadable(where, e);
    }
  }

  private static void add(List<Octets> out, String where, String pem) {
    if (pem.length() > BundleReader.MAX_CHAIN * Limits.CERTIFICATE_BYTES) {
      throw new AssayException(Code.BAD_BUNDLE, where + ": PEM of " + pem.length() + " bytes");
    }
    List<Certificate> certificates;
    try {
      certificates = Certificate.fromPem(Text.utf8(pem));
    } catch (AssayException e) {
      throw unreadable(where, e);
    }
    if (out.size() + certificates.size() > BundleReader.MAX_CHAIN) {
      throw new AssayException(
          Code.TOO_MANY, where + ": more than " + BundleReader.MAX_CHAIN + " certificates");
    }
    for (Certificate certificate : certificates) {
      out.add(Octets.wrap(certificate.der()));
    }
  }

  // A key or a password that the user gave is one thing, what came with the evidence another.
  private static AssayException unreadable(String where, AssayException e) {
    Code code = e.code().exit() == Code.Exit.USAGE ? Code.BAD_BUNDLE : e.code();
    return new AssayException(code, where + ": " + e.getMessage(), e);
  }
}
