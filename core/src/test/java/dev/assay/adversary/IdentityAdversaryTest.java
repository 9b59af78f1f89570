package dev.assay.adversary;

import static dev.assay.adversary.Trial.CI;
import static dev.assay.adversary.Trial.LAB;
import static dev.assay.adversary.Trial.draft;
import static dev.assay.adversary.Trial.key;
import static dev.assay.adversary.Trial.signer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.lab.BundleDraft;
import dev.assay.lab.Lab;
import dev.assay.lab.LabBundle;
import dev.assay.lab.LabKey;
import dev.assay.trust.CertificateSigner;
import dev.assay.trust.NamePattern;
import dev.assay.trust.Signer;
import dev.assay.trust.TrustedKey;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that look like those of the signer, and one signer who would be two. */
class IdentityAdversaryTest {

  private static final String SIGN = "https://sigstore.dev/cosign/sign/v1";

  private static CertificateSigner matching(String issuer, String identity) {
    return CertificateSigner.of(
        "pattern", NamePattern.matching(issuer), NamePattern.matching(identity));
  }

  private static CertificateSigner claiming(String claim, String value) {
    return new CertificateSigner(
        "ci",
        Optional.of(NamePattern.exactly(Lab.ISSUER)),
        Optional.of(NamePattern.exactly(Lab.IDENTITY)),
        Optional.empty(),
        Map.of(claim, NamePattern.exactly(value)),
        Optional.empty());
  }

  // provenance.md 9, case 2
  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://github.com/example/project-evil/.github/workflows/release.yml@refs/heads/main",
        "https://github.com/example-evil/project/.github/workflows/release.yml@refs/heads/main",
        "https://githubXcom/example/project/.github/workflows/release.yml@refs/heads/main",
        "https://github.com/example/project/.github/workflows/release.yml@refs/heads/main2",
        "https://github.com/example/project/.github/workflows/release.yml@refs/heads/main ",
        "https://github.com/example/project/.github/workflows/release.yml-evil@refs/heads/main",
        "https://github.com/example/project/.github/workflows/release.yml@refs/tags/refs/heads/main",
        "https://github.com/example/project/.github/workflows/release.yml@refs/heads/refs/heads/main",
        "https://github.com/example/project.git/.github/workflows/release.yml@refs/heads/main",
        "https://github.com/example%2Fproject/.github/workflows/release.yml@refs/heads/main",
        "https://github.com/example/project/.github/workflows/release.yml@refs%2Fheads%2Fmain",
        "https://github.com/Example/project/.github/workflows/release.yml@refs/heads/main",
        "https://GitHub.com/example/project/.github/workflows/release.yml@refs/heads/main",
        "HTTPS://github.com/example/project/.github/workflows/release.yml@refs/heads/main",
        "http://github.com/example/project/.github/workflows/release.yml@refs/heads/main",
        "https://github.com@evil.example/example/project/.github/workflows/release.yml@refs/heads/main",
        "https://github.com:443/example/project/.github/workflows/release.yml@refs/heads/main",
        "https://github.com./example/project/.github/workflows/release.yml@refs/heads/main",
        "https://evil.example/?https://github.com/example/project/.github/workflows/release.yml@refs/heads/main",
        "https://evil.example/#https://github.com/example/project/.github/workflows/release.yml@refs/heads/main",
        "https://xn--gthub-n4a.com/example/project/.github/workflows/release.yml@refs/heads/main",
        "https://github.com/example/project/../project/.github/workflows/release.yml@refs/heads/main",
        "git+https://github.com/example/project/.github/workflows/release.yml@refs/heads/main"
      })
  void aNameThatLooksLikeTheSignersIsAnother(String name) {
    Trial.of(draft()).accepted();
    BundleDraft evil = draft().identity(name);
    Trial.of(evil).refused(Code.WRONG_IDENTITY);
    // An expression for a repository, without anchors, as people write it: it means all of the
    // name.
    CertificateSigner pattern =
        matching(
            "https://token\\.actions\\.githubusercontent\\.com",
            "https://github\\.com/example/project/\\.github/workflows/release\\.yml@refs/heads/main");
    Trial.of(draft()).by(pattern).accepted();
    Trial.of(evil).by(pattern).refused(Code.WRONG_IDENTITY);
  }

  // cosign and sigstore-go search for the expression anywhere in the name; CVE-2025-29778 (kyverno)
  // did not look at it at all.
  @Test
  void anExpressionMeansTheWholeName() {
    CertificateSigner owner =
        matching(".*githubusercontent\\.com", "https://github\\.com/example/.*");
    Trial.of(draft()).by(owner).accepted();
    Trial.of(draft().identity("https://evil.example/?u=https://github.com/example/x"))
        .by(owner)
        .refused(Code.WRONG_IDENTITY);
    Trial.of(draft().identity("https://github.com/example-evil/x"))
        .by(owner)
        .refused(Code.WRONG_IDENTITY);
    Trial.of(draft().identity("https://github.com/example/x\nhttps://evil.example"))
        .by(owner)
        .refused(Code.BAD_CERTIFICATE);
    Trial.of(draft().issuer("https://token.actions.githubusercontent.com.evil.example"))
        .by(owner)
        .refused(Code.WRONG_IDENTITY);
    // An expression that ends early, or says nothing, is no one's mistake to make.
    Trial.of(draft())
        .by(matching(".+", "https://github\\.com/example/"))
        .refused(Code.WRONG_IDENTITY);
    for (String empty : new String[] {"", ".*", "^", "$", "|https://github.com/example", "(a)?"}) {
      AssayException e = assertThrows(AssayException.class, () -> NamePattern.matching(empty));
      assertEquals(Code.BAD_FIELD, e.code());
    }
  }

  @Test
  void anotherIssuerVouchesForAnother() {
    Trial.of(draft()).accepted();
    for (String issuer :
        new String[] {
          "https://token.actions.githubusercontent.com/",
          "https://token.actions.githubusercontent.com/evil",
          "https://Token.actions.githubusercontent.com",
          "http://token.actions.githubusercontent.com",
          "https://token.actions.githubusercontent.com@evil.example",
          "https://accounts.google.com"
        }) {
      Trial.of(draft().issuer(issuer)).refused(Code.WRONG_IDENTITY);
    }
  }

  @Test
  void twoIssuersInOneCertificateAreNone() {
    Trial.of(draft().withoutClaim(1)).accepted();
    Trial.of(draft().withoutClaim(8)).accepted();
    Trial.of(draft().claim(1, "https://evil.example")).refused(Code.BAD_CERTIFICATE);
    Trial.of(draft().claim(8, "https://evil.example")).refused(Code.BAD_CERTIFICATE);
    Trial.of(draft().withoutClaim(1).withoutClaim(8)).refused(Code.WRONG_IDENTITY);
    Trial.of(draft().withoutClaim(1).claim(8, "https://evil.example")).refused(Code.WRONG_IDENTITY);
  }

  // provenance.md 9, cases 3 to 5: reusable workflow of another's repository, moved tag, repository
  // under a name that was given up, fork, self-hosted runner
  @Test
  void aClaimThatIsAskedForMustBeThere() {
    String[][] claims = {
      {"sourceRepositoryUri", "https://github.com/example/project", "12"},
      {"sourceRepositoryIdentifier", "632596897", "15"},
      {"sourceRepositoryOwnerIdentifier", "131804563", "17"},
      {"buildSignerDigest", "6cb9515e1f0a4f5b8c6d7e8f9a0b1c2d3e4f5a6b", "10"},
      {"runnerEnvironment", "github-hosted", "11"},
      {"buildTrigger", "push", "20"},
      {"githubWorkflowTrigger", "push", "2"},
      {"sourceRepositoryVisibilityAtSigning", "public", "22"}
    };
    for (String[] claim : claims) {
      int number = Integer.parseInt(claim[2]);
      Signer wanted = claiming(claim[0], claim[1]);
      Trial.of(draft()).by(wanted).accepted();
      Trial.of(draft().claim(number, claim[1] + "x")).by(wanted).refused(Code.WRONG_IDENTITY);
      Trial.of(draft().claim(number, "pull_request_target"))
          .by(wanted)
          .refused(Code.WRONG_IDENTITY);
      Trial.of(draft().withoutClaim(number)).by(wanted).refused(Code.WRONG_IDENTITY);
    }
    Trial.of(draft()).by(claiming("noSuchClaim", "x")).refused(Code.WRONG_IDENTITY);
  }

  @Test
  void aUserWhoCallsHimselfAsTheWorkflowIsNotTheWorkflow() {
    Trial.of(draft()).accepted();
    Trial.of(draft().otherName(Lab.IDENTITY)).refused(Code.WRONG_IDENTITY);
    Trial.of(draft().dns(Lab.IDENTITY)).refused(Code.WRONG_IDENTITY);
    Trial.of(draft().email(Lab.IDENTITY)).refused(Code.WRONG_IDENTITY);
    Signer alice = signer("alice", "https://issuer.example", "alice@example.com");
    Trial.of(draft().person("alice@example.com", "https://issuer.example")).by(alice).accepted();
    BundleDraft person = draft().person("x@example.com", "https://issuer.example");
    Trial.of(person.otherName("alice@example.com")).by(alice).refused(Code.WRONG_IDENTITY);
    Trial.of(person.dns("alice@example.com")).by(alice).refused(Code.WRONG_IDENTITY);
    Trial.of(person.identity("alice@example.com")).by(alice).refused(Code.WRONG_IDENTITY);
    Signer user = signer("user", "https://issuer.example", "alice!example.com");
    Trial.of(person.otherName("alice!example.com")).by(user).accepted();
    Signer host = signer("host", "https://issuer.example", "build.example.com");
    Trial.of(person.dns("build.example.com")).by(host).accepted();
  }

  @Test
  void aSignerOfWhomNothingIsAskedIsNoSigner() {
    AssayException e =
        assertThrows(
            AssayException.class,
            () ->
                new CertificateSigner(
                    "anybody",
                    Optional.empty(),
                    Optional.of(NamePattern.exactly(Lab.IDENTITY)),
                    Optional.empty(),
                    Map.of(),
                    Optional.empty()));
    assertEquals(Code.BAD_FIELD, e.code());
  }

  private static LabBundle signature(BundleDraft draft, byte[] artifact) {
    return draft.statement(artifact, Trial.statement(artifact, SIGN)).make();
  }

  @Test
  void onePrincipalCountsOnceWhateverItMatches() {
    byte[] artifact = LAB.bytes(64);
    LabBundle first = signature(draft(), artifact);
    LabBundle again = signature(draft(), artifact);
    Signer pattern = matching(".*githubusercontent\\.com", "https://github\\.com/example/.*");
    Signer alice = signer("alice", "https://issuer.example", "alice@example.com");
    LabBundle hers =
        signature(draft().person("alice@example.com", "https://issuer.example"), artifact);
    Trial.of(first, hers).by(CI, alice).threshold(2).accepted();
    // Two certificates of one identity; one identity that two signers' patterns match.
    Trial.of(first, again).by(CI, alice).threshold(2).refused(Code.TOO_FEW_SIGNERS);
    Trial.of(first, again).by(CI, pattern).threshold(2).refused(Code.TOO_FEW_SIGNERS);
    Trial.of(first, first).by(CI, pattern).threshold(2).refused(Code.TOO_FEW_SIGNERS);
    // Two identities that match one signer fill one place.
    LabBundle other =
        signature(
            draft().identity("https://github.com/example/other/x.yml@refs/heads/a"), artifact);
    Trial.of(first, other).by(pattern, alice).threshold(2).refused(Code.TOO_FEW_SIGNERS);
    // Whoever matches both makes room for whoever matches one.
    Trial.of(first, other).by(pattern, CI).threshold(2).accepted();
    Trial.of(other, first).by(CI, pattern).threshold(2).accepted();
  }

  @Test
  void oneKeyUnderTwoNamesOrInTwoFormsCountsOnce() {
    byte[] artifact = LAB.bytes(64);
    LabKey one = LAB.key(LabKey.Kind.P256);
    LabKey two = LAB.key(LabKey.Kind.ED25519);
    TrustedKey a = key("a", one);
    LabBundle first = signature(draft().managed(one).withoutLog(), artifact);
    LabBundle second = signature(draft().managed(two).withoutLog(), artifact);
    LabBundle plain = draft().managed(one).withoutLog().artifact(artifact).make();
    Trial.of(first, second).by(a, key("b", two)).threshold(2).accepted();
    Trial.of(first, plain).by(a, key("b", two)).threshold(2).refused(Code.TOO_FEW_SIGNERS);
    Trial.of(first, plain).by(a, key("alias", one)).threshold(2).refused(Code.TOO_FEW_SIGNERS);
    Trial.of(first, first).by(a, key("alias", one)).threshold(2).refused(Code.TOO_FEW_SIGNERS);
  }

  // CVE-2022-36056 (cosign): the identity flags were not looked at
  @Test
  void aKeyIsNoIdentityAndAnIdentityNoKey() {
    LabKey key = LAB.key(LabKey.Kind.P256);
    Trial.of(draft().managed(key)).by(key("k", key)).accepted();
    Trial.of(draft().managed(key)).refused(Code.WRONG_IDENTITY);
    Trial.of(draft().leafKey(key)).accepted();
    Trial.of(draft().leafKey(key)).by(key("k", key)).refused(Code.WRONG_KEY);
    Trial.of(draft().issuedBy(LAB.newCertificateAuthority(LabKey.Kind.P256)))
        .refused(Code.CERTIFICATE_UNTRUSTED);
    Trial.of(draft().signedBy(key)).refused(Code.SIGNATURE_INVALID);
  }
}
