package dev.assay.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PolicyEditTest {

  private static final Instant AT = Instant.parse("2026-11-22T12:00:00Z");

  private static final String POLICY =
      """
      # Who may sign here.
      apiVersion: assay.dev/v1
      kind: TrustPolicy
      metadata: {name: production}   # a name
      spec:
        mode: enforce
        signers:
          # the release team
          - name: release   # Alice, Bob
            keyFile: "release.pub"
          - name: 'sécurité 🔑'
            key: |
              -----BEGIN PUBLIC KEY-----
              MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/ezlXvnYBBQcqSanVluLCK7zB3Pv
              STz61sCSr/juuAd26E82xCayrUl4pYaCkHgPVDYmNVVe2tsMuEjCYvkI3A==
              -----END PUBLIC KEY-----

          # the build
          - {name: ci, keyFile: ci.pub, "notAfter": '2030-01-01T00:00:00Z'}
        builders:
        - id: https://ci.example/b
          signers:
          - ci   # only
        rules:
          - images: ["registry.example/**"]
            signature:
              signers: [release]
              threshold: 1
          - images: ["registry.example/pay/**"]
            signature: {signers: [ "release", 'sécurité 🔑' ], threshold: 2}
            sbom:
              signers:
                - ci
                - release
      """;

  private static String revoke(String policy, String signer) {
    return Text.utf8(PolicyEdit.revoke(Text.utf8(policy), signer, AT));
  }

  private static PolicyEdit.Rotated rotate(String policy, String old, String successor) {
    return PolicyEdit.rotate(Text.utf8(policy), old, successor, successor + ".pub", AT);
  }

  private static AssayException refused(Runnable action) {
    AssayException e = assertThrows(AssayException.class, action::run);
    assertEquals(Code.BAD_POLICY, e.code());
    return e;
  }

  @Test
  void oneLineIsAddedAndNothingElseChanges() {
    assertEquals(
        POLICY.replace("# Alice, Bob\n", "# Alice, Bob\n      revokedAt: 2026-11-22T12:00:00Z\n"),
        revoke(POLICY, "release"));
    assertEquals(
        POLICY.replace(
            "'sécurité 🔑'\n      key",
            "'sécurité 🔑'\n      revokedAt: 2026-11-22T12:00:00Z\n      key"),
        revoke(POLICY, "sécurité 🔑"));
    assertEquals(
        POLICY.replace("{name: ci,", "{name: ci, \"revokedAt\": \"2026-11-22T12:00:00Z\","),
        revoke(POLICY, "ci"));
  }

  @Test
  void lineEndsStay() {
    String windows = POLICY.replace("\n", "\r\n");
    assertEquals(revoke(POLICY, "release").replace("\n", "\r\n"), revoke(windows, "release"));
    assertEquals(
        Text.utf8(rotate(POLICY, "release", "release-2").policy()).replace("\n", "\r\n"),
        Text.utf8(rotate(windows, "release", "release-2").policy()));
  }

  @Test
  void jsonIsEditedToo() {
    String json =
        "{\"spec\": {\"signers\": [{\"name\": \"a\", \"keyFile\": \"a.pub\"}],"
            + " \"rules\": [{\"signature\": {\"signers\": [\"a\"]}}]}}";
    assertEquals(
        json.replace(
            "\"a\", \"keyFile", "\"a\", \"revokedAt\": \"2026-11-22T12:00:00Z\", \"keyFile"),
        revoke(json, "a"));
    String rotated = Text.utf8(rotate(json, "a", "b").policy());
    assertTrue(rotated.contains("[\"a\", \"b\"]"), rotated);
    assertTrue(rotated.contains("{\"name\":\"b\",\"keyFile\":\"b.pub\""), rotated);
  }

  @Test
  void aRevocationIsMadeEarlierAndNeverLater() {
    String revoked = revoke(POLICY, "release");
    refused(() -> revoke(revoked, "release"));
    refused(() -> PolicyEdit.revoke(Text.utf8(revoked), "release", AT.plusSeconds(1)));
    assertEquals(
        revoked.replace("2026-11-22T12", "2026-11-22T11"),
        Text.utf8(PolicyEdit.revoke(Text.utf8(revoked), "release", AT.minusSeconds(3600))));
  }

  @Test
  void whatIsNotThereIsNamed() {
    AssayException e = refused(() -> revoke(POLICY, "relaese"));
    assertTrue(e.hint().orElse("").contains("\"release\""), e.hint().toString());
    refused(() -> rotate(POLICY, "release", "ci"));
    String identity = "spec: {signers: [{name: a, identity: {issuer: i, subject: s}}], rules: []}";
    refused(() -> revoke(identity, "a"));
  }

  @Test
  void aSuccessorStandsBehindTheOldOneButNotWhereSeveralAreNeeded() {
    PolicyEdit.Rotated rotated = rotate(POLICY, "release", "release-2");
    assertEquals(List.of("spec.rules[1].signature.signers"), rotated.replaced());
    assertEquals(false, rotated.removed());
    assertEquals(
        POLICY
            .replace("# Alice, Bob\n", "# Alice, Bob\n      notAfter: 2026-11-22T12:00:00Z\n")
            .replace(
                "\"release.pub\"\n",
                "\"release.pub\"\n    - name: release-2\n      keyFile: release-2.pub\n"
                    + "      notBefore: 2026-11-22T12:00:00Z\n")
            .replace("signers: [release]", "signers: [release, release-2]")
            .replace("[ \"release\", ", "[ \"release-2\", ")
            .replace("- release\n", "- release\n          - release-2\n"),
        Text.utf8(rotated.policy()));
  }

  @Test
  void theBuildersListsAndTheFlowFormToo() {
    PolicyEdit.Rotated rotated = rotate(POLICY, "ci", "ci-2");
    assertEquals(
        POLICY
            .replace("'2030-01-01T00:00:00Z'}", "\"2026-11-22T12:00:00Z\"}, X")
            .replace(
                "    - {name: ci, keyFile: ci.pub, \"notAfter\": \"2026-11-22T12:00:00Z\"}, X\n",
                "    - {name: ci, keyFile: ci.pub, \"notAfter\": \"2026-11-22T12:00:00Z\"}\n"
                    + "    - name: ci-2\n      keyFile: ci-2.pub\n      notBefore:"
                    + " 2026-11-22T12:00:00Z\n")
            .replace("- ci   # only\n", "- ci   # only\n    - ci-2\n")
            .replace("          - ci\n", "          - ci\n          - ci-2\n"),
        Text.utf8(rotated.policy()));
  }

  @Test
  void anOldSignerThatNobodyNamesIsReplaced() {
    PolicyEdit.Rotated rotated = rotate(POLICY, "sécurité 🔑", "security-2");
    assertTrue(rotated.removed());
    String text = Text.utf8(rotated.policy());
    assertTrue(text.contains("    - name: security-2\n      keyFile: security-2.pub\n"), text);
    assertTrue(text.contains("\n\n    # the build\n"), text);
    assertEquals(-1, text.indexOf("sécurité"));
  }

  @Test
  void whatIsLaidOutOddlyIsRefusedOrRight() {
    Random random = new Random(5);
    int edited = 0;
    for (int i = 0; i < 1_000; i++) {
      StringBuilder text = new StringBuilder(POLICY);
      for (int j = random.nextInt(3); j >= 0; j--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, " \n:-#{}[],'\"|x".charAt(random.nextInt(14)));
          case 1 -> text.deleteCharAt(at);
          default -> text.insert(at, " \n:-#{}[],'\"|x".charAt(random.nextInt(14)));
        }
      }
      try {
        rotate(text.toString(), "release", "release-2");
        revoke(text.toString(), "release");
        edited++;
      } catch (AssayException e) {
        // Refused, with a code.
      }
    }
    assertTrue(edited > 50, "edited: " + edited);
  }
}
