package dev.assay.bench;

import dev.assay.bytes.Digest;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SignatureEngine;
import dev.assay.crypto.SignatureEngines;
import dev.assay.lab.Lab;
import dev.assay.signing.NativeSignatures;
import dev.assay.trust.CertificateSigner;
import dev.assay.trust.NamePattern;
import dev.assay.trust.Signer;
import dev.assay.trust.TrustRootReader;
import dev.assay.trust.TrustedKey;
import dev.assay.verify.Candidate;
import dev.assay.verify.Check;
import dev.assay.verify.History;
import dev.assay.verify.Requirement;
import dev.assay.verify.Subject;
import dev.assay.verify.Trust;
import dev.assay.verify.Verifier;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Something that parses and verifies a bundle. */
interface Contender {

  /** Throws unless the bundle is good. */
  void verify(byte[] bundle, byte[] artifactDigest) throws Exception;

  /** Called before a series of verifications. */
  default void begin() {}

  static Contender named(String name, Bundles bundles) {
    return switch (name) {
      case "sigstore-java" -> new SigstoreJava(bundles.trustRoot)::verify;
      case "assay" -> arithmetic(assay(bundles), Optional.empty());
      case "assay-native" ->
          arithmetic(assay(bundles), Optional.of(NativeSignatures.load().orElseThrow()));
      default -> throw new IllegalArgumentException("no such verifier: " + name);
    };
  }

  /** With an engine, or with the arithmetic that is built in. */
  private static Contender arithmetic(Contender contender, Optional<SignatureEngine> engine) {
    return new Contender() {
      @Override
      public void verify(byte[] bundle, byte[] artifactDigest) throws Exception {
        contender.verify(bundle, artifactDigest);
      }

      @Override
      public void begin() {
        if (engine.isEmpty()) {
          SignatureEngines.useNone();
        } else if (!SignatureEngines.use(engine.get())) {
          throw new IllegalStateException("the native provider fails its test");
        }
      }
    };
  }

  private static Contender assay(Bundles bundles) {
    Trust trust = Trust.of(List.of(TrustRootReader.read(bundles.trustRoot)));
    Signer signer =
        bundles.keyless
            ? CertificateSigner.of(
                "release", NamePattern.exactly(Lab.ISSUER), NamePattern.exactly(Lab.IDENTITY))
            : TrustedKey.always("release", PublicKey.fromSpki(bundles.managed.spki()));
    List<Requirement> required =
        List.of(
            bundles.attestation
                ? new Requirement.Attestation(
                    "provenance", "https://slsa.dev/provenance/v1", List.of(signer))
                : new Requirement.Signature(List.of(signer), 1));
    Instant at = GenerateBundles.CLOCK.plus(Duration.ofDays(30));
    return (bundle, digest) -> {
      Subject subject = Subject.of("artifact", Digest.sha256(digest));
      Verifier.Outcome outcome =
          Verifier.verify(
              subject, List.of(Candidate.of("bundle", bundle)), required, trust, History.NONE, at);
      for (Check check : outcome.checks()) {
        if (!check.passed()) {
          throw new IllegalStateException(check.toJson().pretty());
        }
      }
    };
  }
}
