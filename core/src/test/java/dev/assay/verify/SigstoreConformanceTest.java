package dev.assay.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.PublicKey;
import dev.assay.trust.CertificateSigner;
import dev.assay.trust.NamePattern;
import dev.assay.trust.Signer;
import dev.assay.trust.TrustRootReader;
import dev.assay.trust.TrustedKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every case of sigstore-conformance, with the artifact's bytes and with its digest alone. */
class SigstoreConformanceTest {

  private static final String IDENTITY =
      "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
          + ".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
  private static final String ISSUER = "https://token.actions.githubusercontent.com";
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  @TestFactory
  List<DynamicTest> cases() throws IOException {
    Path folder = VerifyCorpus.folder("sigstore-conformance");
    List<DynamicTest> out = new ArrayList<>();
    try (Stream<Path> cases = Files.list(folder)) {
      for (Path each : cases.sorted().toList()) {
        String name = each.getFileName().toString();
        if (Files.exists(each.resolve("bundle.sigstore.json"))) {
          out.add(DynamicTest.dynamicTest(name + ", bytes", () -> judge(folder, each, true)));
          out.add(DynamicTest.dynamicTest(name + ", digest", () -> judge(folder, each, false)));
        }
      }
    }
    assertTrue(out.size() >= 80, "cases: " + out.size());
    return out;
  }

  private static byte[] orElse(Path file, Path other) throws IOException {
    return Files.readAllBytes(Files.exists(file) ? file : other);
  }

  private static String text(Path file, String other) throws IOException {
    return Files.exists(file) ? Files.readString(file).strip() : other;
  }

  private static void judge(Path folder, Path each, boolean bytes) throws IOException {
    byte[] artifact = orElse(each.resolve("artifact"), folder.resolve("_common/a.txt"));
    byte[] root =
        orElse(
            each.resolve("trusted_root.json"),
            VerifyCorpus.folder("sigstore-root").resolve("trusted_root.json"));
    Subject subject =
        bytes ? Subject.of("a.txt", artifact) : Subject.of("a.txt", Hashes.sha256Digest(artifact));
    boolean expected = !each.getFileName().toString().endsWith("_fail");
    String found;
    boolean verified;
    try {
      List<Signer> signers =
          Files.exists(each.resolve("key.pub"))
              ? List.of(
                  TrustedKey.always(
                      "key.pub", PublicKey.fromPem(Files.readAllBytes(each.resolve("key.pub")))))
              : List.of(
                  CertificateSigner.of(
                      "signer",
                      NamePattern.exactly(text(each.resolve("issuer"), ISSUER)),
                      NamePattern.exactly(text(each.resolve("identity"), IDENTITY))));
      Candidate candidate =
          Candidate.of("bundle", Files.readAllBytes(each.resolve("bundle.sigstore.json")));
      Verifier.Outcome outcome =
          Verifier.verify(
              subject,
              List.of(candidate),
              List.of(new Requirement.AnyEvidence(signers)),
              Trust.of(List.of(TrustRootReader.read(root))),
              History.NONE,
              NOW);
      verified = outcome.checks().stream().allMatch(Check::passed);
      found = outcome.checks().getFirst().toJson().pretty();
    } catch (AssayException e) {
      verified = false;
      found = e.code() + " " + e.getMessage();
    }
    assertEquals(expected, verified, found);
    if (System.getProperty("assay.show") != null) {
      System.out.println(each.getFileName() + ": " + found.replaceAll("\\s+", " "));
    }
  }
}
