package dev.assay.attest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.crypto.PublicKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Bundles that others made: the shape of each is read or refused as its maker says. */
class BundleCorpusTest {

  // Cases of the conformance suite whose defect is in the shape. The others have an acceptable
  // shape and are refused, where they must be, by verification.
  private static final Set<String> BAD_SHAPE =
      Set.of(
          "bundle-empty-certificate-chain_fail",
          "bundle-invalid-base64-signature_fail",
          // of version 0.2, with a proof that has no checkpoint
          "invalid-inclusion-proof_fail",
          "rekor2-no-inclusion-proof_fail");

  static Path corpus(String folder) {
    String set = System.getProperty("ASSAY_CORPUS", System.getenv("ASSAY_CORPUS"));
    Path corpus =
        set != null
            ? Path.of(set)
            : Path.of(System.getProperty("assay.root", "..")).resolve("../shared/corpus");
    Path found = corpus.resolve(folder);
    Assumptions.assumeTrue(Files.isDirectory(found), "no corpus at " + found);
    return found;
  }

  private static List<Path> files(String folder) throws IOException {
    try (Stream<Path> all = Files.walk(corpus(folder))) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @Test
  void conformanceBundlesAreReadOrRefusedAsTheirReadmeSays() throws IOException {
    Set<String> refused = new TreeSet<>();
    int cases = 0;
    for (Path file : files("sigstore-conformance")) {
      if (!file.getFileName().toString().equals("bundle.sigstore.json")) {
        continue;
      }
      cases++;
      String name = file.getName(file.getNameCount() - 2).toString();
      try {
        Bundle.parse(Files.readAllBytes(file));
      } catch (AssayException e) {
        assertTrue(name.endsWith("_fail"), name + ": " + e.getMessage());
        refused.add(name);
      }
    }
    assertTrue(cases >= 45, "cases: " + cases);
    assertTrue(refused.containsAll(BAD_SHAPE), "refused only " + refused);
    assertEquals(new TreeSet<>(BAD_SHAPE), refused);
  }

  @Test
  void aManagedKeyBundleVerifiesWithItsKeyOnly() throws IOException {
    Path cases = corpus("sigstore-conformance");
    byte[] artifact = Files.readAllBytes(cases.resolve("_common/a.txt"));
    for (String name : List.of("managed-key-happy-path", "managed-key-wrong-key_fail")) {
      Path folder = cases.resolve(name);
      Bundle bundle = Bundle.parse(Files.readAllBytes(folder.resolve("bundle.sigstore.json")));
      byte[] pem = Files.readAllBytes(folder.resolve("key.pub"));
      boolean verified;
      try {
        verified = verifies(bundle, PublicKey.fromPem(pem), artifact);
      } catch (AssayException e) {
        verified = false; // the wrong key is not even a key
      }
      assertEquals(!name.endsWith("_fail"), verified, name);
    }
  }

  private static boolean verifies(Bundle bundle, PublicKey key, byte[] artifact) {
    return switch (bundle.content()) {
      case Bundle.Envelope e -> e.dsse().signedBy(key);
      case Bundle.MessageSignature m -> key.verify(artifact, m.signature().bytes());
      case Bundle.SimpleSigning s -> key.verify(s.payload().bytes(), s.signature().bytes());
    };
  }

  @Test
  void gitHubAttestationsAreReadAndIncompleteOnesRefused() throws IOException {
    Set<String> refused = new TreeSet<>();
    List<Statement> statements = new ArrayList<>();
    for (Path file : files("gh-attestation")) {
      String name = file.getFileName().toString();
      if (!name.contains("undle") && !name.endsWith(".sigstore.json")) {
        continue;
      }
      for (byte[] document : documents(file)) {
        try {
          Bundle bundle = Bundle.parse(document);
          if (bundle.content() instanceof Bundle.Envelope e
              && e.dsse().payloadType().equals(Dsse.IN_TOTO)) {
            statements.add(Statement.of(e.dsse()));
          }
        } catch (AssayException e) {
          refused.add(name + " " + e.code());
        }
      }
    }
    assertEquals(
        Set.of(
            "github_provenance_demo-0.0.12-py3-none-any-bundle-missing-cert.jsonl BAD_BUNDLE",
            "github_provenance_demo-0.0.12-py3-none-any-bundle-missing-verification-material.jsonl"
                + " BAD_BUNDLE"),
        refused);
    assertTrue(statements.size() >= 7, "statements: " + statements.size());
    for (Statement statement : statements) {
      if (PredicateTypes.isProvenance(statement.predicateType())) {
        SlsaProvenance provenance = SlsaProvenance.of(statement);
        assertFalse(provenance.sourceCommits().isEmpty(), provenance.builderId());
      }
    }
  }

  @Test
  void bundlesOfSlsaBuildersAreRead() throws IOException {
    int bundles = 0;
    int provenances = 0;
    List<String> refused = new ArrayList<>();
    for (Path file : files("slsa-verifier")) {
      if (Files.size(file) > Limits.EVIDENCE_BYTES || file.endsWith("expected.jsonl")) {
        continue;
      }
      for (byte[] document : documents(file)) {
        Json json;
        try {
          json = Json.parse(document, Limits.EVIDENCE_BYTES);
        } catch (AssayException e) {
          continue; // an artifact
        }
        if (!Bundle.isBundle(json)) {
          continue;
        }
        bundles++;
        try {
          Bundle bundle = Bundle.of(json);
          Statement statement = Statement.of(((Bundle.Envelope) bundle.content()).dsse());
          assertFalse(statement.subjects().isEmpty());
          assertArrayEquals(
              statement.payload(), ((Bundle.Envelope) bundle.content()).dsse().payload());
          if (PredicateTypes.isProvenance(statement.predicateType())) {
            provenances++;
            SlsaProvenance.of(statement);
          }
        } catch (AssayException e) {
          refused.add(file.getFileName() + ": " + e.code() + " " + e.getMessage());
        }
      }
    }
    assertTrue(bundles >= 50, "bundles: " + bundles);
    assertTrue(provenances >= 50, "provenances: " + provenances);
    assertEquals(List.of(), refused);
  }

  @Test
  void envelopesThatStandAloneAreRead() throws IOException {
    int read = 0;
    for (Path file : files("slsa-verifier")) {
      if (file.toString().endsWith(".intoto.jsonl")) {
        for (byte[] line : documents(file)) {
          Json json = Json.parse(line, Limits.EVIDENCE_BYTES);
          if (json instanceof Json.Obj o && o.get("payloadType").isPresent()) {
            Statement.of(Dsse.parse(line));
            read++;
          }
        }
      }
    }
    assertTrue(read > 20, "read: " + read);
  }

  @Test
  void anUnknownVersionIsSaidToBeUnsupported() {
    byte[] bundle =
        "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.4+json\"}"
            .getBytes(StandardCharsets.UTF_8);
    AssayException e = assertThrows(AssayException.class, () -> Bundle.parse(bundle));
    assertEquals(Code.BUNDLE_UNSUPPORTED, e.code());
  }

  // A file of one document, or of one a line.
  private static List<byte[]> documents(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    if (!file.toString().endsWith("l")) {
      return List.of(all);
    }
    List<byte[]> out = new ArrayList<>();
    for (String line : new String(all, StandardCharsets.UTF_8).split("\n")) {
      if (!line.isBlank()) {
        out.add(line.getBytes(StandardCharsets.UTF_8));
      }
    }
    return out;
  }
}
