package dev.assay.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Code;
import dev.assay.roots.TrustRoots;
import dev.assay.trust.CertificateSigner;
import dev.assay.trust.NamePattern;
import dev.assay.verify.Check;
import dev.assay.verify.FileVerifier;
import dev.assay.verify.Subject;
import dev.assay.verify.Trust;
import dev.assay.verify.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A release of somebody else's, as it was published, by the trust root that is built in. */
class CentralBundleTest {

  private static final String WORKFLOW =
      "https://github.com/sigstore/sigstore-java/.github/workflows/release-sigstore-java-from-tag.yaml";
  private static final String ISSUER = "https://token.actions.githubusercontent.com";
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private static Verdict verify(String identity, byte[] jar) throws IOException {
    Trust trust = Trust.of(TrustRoots.shipped(NOW, Duration.ofDays(90)).roots());
    return FileVerifier.of(
            trust,
            CertificateSigner.of(
                "release", NamePattern.exactly(ISSUER), NamePattern.exactly(identity)))
        .verify(
            Subject.of("sigstore-java.jar", jar),
            Files.readAllBytes(Path.of("target/published/sigstore-java.jar.sigstore.json")),
            NOW);
  }

  private static byte[] jar() throws IOException {
    return Files.readAllBytes(Path.of("target/published/sigstore-java.jar"));
  }

  @Test
  void theReleaseIsByItsWorkflowAndNoOther() throws IOException {
    Verdict good = verify(WORKFLOW + "@refs/tags/v2.0.0", jar());
    assertTrue(good.verified(), good.toJson().pretty());
    Verdict other = verify(WORKFLOW + "@refs/tags/v2.1.0", jar());
    assertEquals(Optional.of(Code.WRONG_IDENTITY), other.decisive().flatMap(Check::code));
    byte[] changed = jar();
    changed[changed.length / 2] ^= 1;
    assertFalse(verify(WORKFLOW + "@refs/tags/v2.0.0", changed).verified());
  }
}
