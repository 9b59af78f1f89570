package dev.assay.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyReaderTest {

  private static final Map<String, byte[]> KEYS =
      Map.of("release.pub", newKey(), "ci.pub", newKey());

  private static final String GOOD =
      """
      apiVersion: assay.dev/v1
      kind: TrustPolicy
      metadata:
        name: production
      spec:
        mode: enforce
        signers:
          - name: release
            keyFile: release.pub
          - name: ci
            keyFile: ci.pub
            notBefore: 2026-01-01T00:00:00Z
        builders:
          - id: https://ci.example/builders/release@v1
            signers: [ci]
        rules:
          - images: ["registry.example/pay/**"]
            signature:
              signers: [release]
              threshold: 1
            provenance:
              builders: [https://ci.example/builders/release@v1]
              buildTypes: [https://ci.example/types/release@v1]
              source:
                repository: git+https://git.example/pay
                refs: [refs/heads/main, refs/tags/v*]
              externalParameters:
                expected: {workflow: release}
                ignored: [run]
              dependencies:
                origins:
                  - packages: pkg:maven/**
                    from: [https://maven.example/releases/]
                matchSbom: true
            sbom:
              signers: [release]
      """;

  private static byte[] newKey() {
    return Text.utf8(PrivateKey.generate(KeyAlgorithm.ECDSA_P256).publicKey().pem());
  }

  private static PolicyReader.Result read(String text) {
    return PolicyReader.read(Text.utf8(text), PolicyReaderTest::keyFile);
  }

  private static byte[] keyFile(String name) {
    byte[] key = KEYS.get(name);
    if (key == null) {
      throw new AssayException(Code.FILE_UNREADABLE, "there is no file " + name);
    }
    return key;
  }

  @Test
  void readsEverythingItKnows() {
    PolicyReader.Result result = read(GOOD);
    assertEquals(List.of(), result.problems());
    TrustPolicy policy = result.policy().orElseThrow();
    assertEquals("production", policy.name());
    assertEquals(TrustPolicy.Mode.ENFORCE, policy.mode());
    TrustPolicy.Rule rule = policy.rulesFor("registry.example/pay/api").getFirst();
    assertEquals("release", rule.signature().orElseThrow().signers().getFirst().name());
    assertEquals(
        "ci", rule.provenance().orElseThrow().builders().getFirst().signers().getFirst().name());
    assertTrue(rule.provenance().get().dependencies().orElseThrow().matchSbom());
    assertTrue(policy.rulesFor("registry.example/other").isEmpty());
  }

  @Test
  void sameStatementNeedsSeveralSignatures() {
    String block =
        GOOD.replace("  signers: [release]\n", "  signers: [release, ci]\n")
            .replace("threshold: 1", "threshold: 2\n        sameStatement: true");
    TrustPolicy policy = read(block).policy().orElseThrow();
    assertTrue(policy.rules().getFirst().signature().orElseThrow().sameStatement());
    assertFalse(
        read(GOOD)
            .policy()
            .orElseThrow()
            .rules()
            .getFirst()
            .signature()
            .orElseThrow()
            .sameStatement());
    assertTrue(
        read(block.replace("threshold: 2", "threshold: 1")).problems().stream()
            .anyMatch(p -> p.code() == Code.BAD_POLICY));
    assertTrue(read(block.replace("sameStatement: true", "sameStatement: yes")).policy().isEmpty());
  }

  /** Each mutation of the good policy must be refused, at its line. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mode: enforce | mode: warn | POLICY | 6",
        "apiVersion: assay.dev/v1 | apiVersion: assay.dev/v2 | POLICY | 1",
        "kind: TrustPolicy | kind: ClusterImagePolicy | POLICY | 2",
        "threshold: 1 | threshold: 2 | POLICY | 20",
        "threshold: 1 | threshold: 0 | POLICY | 20",
        "threshold: 1 | treshold: 1 | KEY | 18",
        "mode: enforce | mode: enforce, | POLICY | 6",
        "signers: [ci] | signers: [cii] | POLICY | 14",
        "signers: [ci] | signers: [] | POLICY | 14",
        "keyFile: ci.pub | keyFile: none.pub | FILE | 10",
        "keyFile: ci.pub | keyFile: release.pub | POLICY | 10",
        "name: ci | name: release | POLICY | 10",
        "refs: [refs/heads/main, refs/tags/v*] | branches: [main] | KEY | 25",
        "from: [https://maven.example/releases/] | from: [https://maven.example] | POLICY | 33",
        "from: [https://maven.example/releases/] | from: [http://maven.example/] | POLICY | 33",
        "matchSbom: true | matchSbom: yes | POLICY | 34",
        "notBefore: 2026-01-01T00:00:00Z | notBefore: yesterday | POLICY | 12"
      })
  void refusesWhatItWouldNotEnforce(String from, String to, String kind, int line) {
    String text = GOOD.replaceFirst(java.util.regex.Pattern.quote(from), to);
    assertFalse(text.equals(GOOD));
    PolicyReader.Result result = read(text);
    assertTrue(result.policy().isEmpty());
    Code code =
        switch (kind) {
          case "KEY" -> Code.POLICY_UNKNOWN_KEY;
          case "FILE" -> Code.FILE_UNREADABLE;
          default -> Code.BAD_POLICY;
        };
    assertTrue(
        result.problems().stream().anyMatch(p -> p.code() == code), result.problems().toString());
    assertTrue(
        result.problems().stream().anyMatch(p -> Math.abs(p.line() - line) <= 2),
        result.problems().toString());
  }

  @Test
  void reportsAllProblemsAtOnce() {
    String text =
        GOOD.replace("signers: [ci]", "signers: [nobody]")
            .replace("threshold: 1", "thresholds: 1")
            .replace("sbom:", "sboms:");
    assertTrue(read(text).problems().size() >= 3, read(text).problems().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "~",
        "[]",
        "a: &x 1\nb: *x",
        "a: !!java.net.URL [x]",
        "a: 1\na: 2",
        "<<: {a: 1}",
        "a: 1\n---\nb: 2",
        "? [a]\n: 1",
        "a: [",
        "\t a: 1"
      })
  void refusesYamlThatMeansDifferentThingsToDifferentReaders(String text) {
    PolicyReader.Result result = read(text);
    assertTrue(result.policy().isEmpty());
    assertFalse(result.problems().isEmpty());
  }

  @Test
  void refusesDeepNestingAndLargeDocuments() {
    assertEquals(Code.TOO_DEEP, read("[".repeat(50_000)).problems().getFirst().code());
    assertEquals(Code.TOO_LARGE, read(" ".repeat(5 << 20)).problems().getFirst().code());
  }

  @Test
  void aRuleThatAsksForNothingIsRefused() {
    String text =
        """
        apiVersion: assay.dev/v1
        kind: TrustPolicy
        metadata: {name: x}
        spec:
          mode: enforce
          rules:
            - images: ["**"]
        """;
    assertTrue(read(text).policy().isEmpty());
    assertTrue(read(text.replace("- images: [\"**\"]", "[]")).policy().isEmpty());
  }

  @Test
  void anyBytesAreReadOrRefused() {
    Random random = new Random(11);
    byte[] seed = Text.utf8(GOOD);
    for (int i = 0; i < 2_000; i++) {
      byte[] mutant = seed.clone();
      for (int k = 0; k <= random.nextInt(4); k++) {
        mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(128);
      }
      PolicyReader.Result result = PolicyReader.read(mutant, PolicyReaderTest::keyFile);
      assertEquals(result.policy().isEmpty(), !result.problems().isEmpty());
    }
  }

  @Test
  void throwsWithEveryProblemInTheMessage() {
    AssayException e =
        assertThrows(
            AssayException.class,
            () ->
                PolicyReader.readOrThrow(
                    Text.utf8(GOOD.replace("mode: enforce", "mode: x")),
                    PolicyReaderTest::keyFile));
    assertEquals(Code.Exit.USAGE, e.code().exit());
    assertTrue(String.valueOf(e.getMessage()).contains("line 6"), e.getMessage());
  }

  @Test
  void aPolicyCanBeMadeWholeSoThatItMeansTheSameWithoutItsFiles() {
    byte[] whole = PolicyReader.selfContained(Text.utf8(GOOD), PolicyReaderTest::keyFile);
    assertFalse(Text.utf8(whole).contains("keyFile"));
    TrustPolicy again =
        PolicyReader.readOrThrow(
            whole,
            name -> {
              throw new AssayException(Code.FILE_UNREADABLE, "no file is needed");
            });
    assertEquals(read(GOOD).policy().orElseThrow(), again);
  }
}
