package dev.assay.bench;

import dev.assay.lab.Lab;
import dev.sigstore.KeylessVerificationException;
import dev.sigstore.KeylessVerifier;
import dev.sigstore.VerificationOptions;
import dev.sigstore.VerificationOptions.CertificateMatcher;
import dev.sigstore.bundle.Bundle;
import dev.sigstore.bundle.BundleParseException;
import dev.sigstore.strings.StringMatcher;
import dev.sigstore.trustroot.SigstoreConfigurationException;
import dev.sigstore.trustroot.SigstoreTrustedRoot;
import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;

/** The peer on the JVM: sigstore-java with a trust root of the lab. */
final class SigstoreJava {

  private final KeylessVerifier verifier;
  private final VerificationOptions options;

  SigstoreJava(byte[] trustRoot) {
    try {
      SigstoreTrustedRoot root = SigstoreTrustedRoot.from(new ByteArrayInputStream(trustRoot));
      verifier = KeylessVerifier.builder().trustedRootProvider(() -> root).build();
    } catch (GeneralSecurityException | SigstoreConfigurationException e) {
      throw new IllegalStateException(e);
    }
    options =
        VerificationOptions.builder()
            .addCertificateMatchers(
                CertificateMatcher.fulcio()
                    .subjectAlternativeName(StringMatcher.string(Lab.IDENTITY))
                    .issuer(StringMatcher.string(Lab.ISSUER))
                    .build())
            .build();
  }

  /** Parses and verifies. */
  void verify(byte[] bundle, byte[] artifactDigest)
      throws BundleParseException, KeylessVerificationException {
    Bundle parsed = Bundle.from(new StringReader(new String(bundle, StandardCharsets.UTF_8)));
    verifier.verify(artifactDigest, parsed, options);
  }
}
