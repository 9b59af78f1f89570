package dev.assay.verify;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.assay.lab.Lab;
import dev.assay.trust.CertificateSigner;
import dev.assay.trust.NamePattern;
import dev.assay.trust.TrustRootReader;
import java.time.Instant;
import java.util.List;

/** Whatever the evidence is, there is a verdict; and nothing is found by chance that passes. */
class VerifierFuzzTest {

  private static final Lab LAB = Lab.at(Instant.parse("2026-06-01T12:00:00Z"), 43);
  private static final Trust TRUST =
      Trust.of(List.of(TrustRootReader.read(LAB.trustRoot().bytes())));

  @FuzzTest(maxDuration = "60s")
  void evidence(byte[] document) {
    CertificateSigner signer =
        CertificateSigner.of(
            "ci", NamePattern.exactly(Lab.ISSUER), NamePattern.exactly(Lab.IDENTITY));
    Verifier.Outcome outcome =
        Verifier.verify(
            Subject.of("artifact", new byte[] {1}),
            List.of(Candidate.of("evidence", document)),
            List.of(new Requirement.AnyEvidence(List.of(signer))),
            TRUST,
            History.NONE,
            LAB.now());
    assertFalse(outcome.checks().getFirst().passed());
  }
}
