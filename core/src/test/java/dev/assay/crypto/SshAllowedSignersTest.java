package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SshAllowedSignersTest {

  private static final byte[] FILE = "content\n".getBytes(StandardCharsets.UTF_8);
  private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
  private static final SshMaker MAKER = SshMaker.of(PrivateKey.generate(KeyAlgorithm.ED25519));
  private static final SshMaker OTHER = SshMaker.of(PrivateKey.generate(KeyAlgorithm.ECDSA_P256));
  private static final String KEY = MAKER.pub();

  private static SshAllowedSigners parse(String file) {
    return SshAllowedSigners.parse(file.getBytes(StandardCharsets.UTF_8));
  }

  private static SshAllowedSigners.Answer judge(
      String allowed, @Nullable String principal, String namespace, Instant time) {
    SshMaker maker = SshMaker.of(MAKER.key);
    maker.namespace = namespace;
    SshSignature read = SshSignature.parse(maker.sign(FILE));
    return parse(allowed)
        .judge(
            read,
            Hashes.digest(read.hash(), FILE),
            namespace,
            Optional.ofNullable(principal),
            SshRevokedKeys.NONE,
            time);
  }

  private static void counts(String allowed) {
    SshAllowedSigners.Answer answer = judge(allowed, "al@acme.example", "file", NOW);
    assertTrue(answer.signer().isPresent(), answer.detail());
  }

  private static void refuses(Code code, String allowed) {
    assertEquals(Optional.of(code), judge(allowed, "al@acme.example", "file", NOW).code(), allowed);
  }

  private static void unusable(String why, String file) {
    AssayException e = assertThrows(AssayException.class, () -> parse(file));
    assertEquals(Code.BAD_POLICY, e.code());
    assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
  }

  @Test
  void linesAreRead() {
    SshAllowedSigners read =
        parse(
            "# comment\n\n  \t\r\n al@acme.example "
                + KEY
                + " a comment here\r\n"
                + "\"bo@acme.example,x\"\tnamespaces=\"git,file\",valid-after=\"20260101\" "
                + OTHER.pub());
    assertEquals(2, read.signers().size());
    assertEquals(4, read.signers().get(0).line());
    assertEquals("al@acme.example", read.signers().get(0).principals());
    SshAllowedSigner second = read.signers().get(1);
    assertEquals("bo@acme.example,x", second.principals());
    assertTrue(second.isPrincipal("x"));
    assertTrue(second.allows("git"));
    assertFalse(second.allows("email"));
    assertEquals(Optional.of(Instant.parse("2026-01-01T00:00:00Z")), second.validAfter());
    assertEquals(Optional.empty(), second.validBefore());
    assertEquals("ecdsa-sha2-nistp256", second.key().type());
  }

  @Test
  void principals() {
    counts("al@acme.example " + KEY);
    counts("*@acme.example " + KEY);
    counts("bo@acme.example,a?@acme.* " + KEY);
    refuses(Code.WRONG_IDENTITY, "bo@acme.example " + KEY);
    refuses(Code.WRONG_IDENTITY, "*,!al@acme.example " + KEY);
    refuses(Code.WRONG_IDENTITY, "!al@*,*@acme.example " + KEY);
    refuses(Code.WRONG_IDENTITY, "AL@acme.example " + KEY);
    refuses(Code.WRONG_IDENTITY, "al@acme.exampl " + KEY);
    refuses(Code.WRONG_IDENTITY, "al@acme.example? " + KEY);
    refuses(Code.WRONG_KEY, "al@acme.example " + OTHER.pub());
    refuses(Code.WRONG_KEY, "");
    // Whoever it is, if nobody is asked for.
    assertTrue(judge("bo@acme.example " + KEY, null, "file", NOW).signer().isPresent());
    // The second line counts, though the first has the key too.
    SshAllowedSigners.Answer answer =
        judge("bo@b " + KEY + "\nal@acme.example " + KEY, "al@acme.example", "file", NOW);
    assertEquals(2, answer.signer().orElseThrow().line());
  }

  @Test
  void patternsAreMatchedInShortTime() {
    SshPatterns stars = SshPatterns.parse("*a".repeat(127));
    assertFalse(stars.matches("a".repeat(10_000) + "b"));
    assertTrue(stars.matches("a".repeat(10_000)));
    assertTrue(SshPatterns.parse("*").matches(""));
    assertFalse(SshPatterns.parse("?").matches(""));
    assertTrue(SshPatterns.parse("a*b*c").matches("aXbYbZc"));
    assertFalse(SshPatterns.parse("a*b*c").matches("aXbYbZ"));
    assertFalse(SshPatterns.parse("!a").matches("b"), "only a refusal");
  }

  @Test
  void namespaces() {
    counts("* namespaces=\"file\" " + KEY);
    counts("* namespaces=\"git,f*\" " + KEY);
    refuses(Code.WRONG_KEY, "* namespaces=\"git\" " + KEY);
    refuses(Code.WRONG_KEY, "* namespaces=\"*,!file\" " + KEY);
    SshSignature read = SshSignature.parse(MAKER.sign(FILE));
    SshAllowedSigners.Answer other =
        parse("* " + KEY)
            .judge(
                read,
                Hashes.digest(read.hash(), FILE),
                "git",
                Optional.empty(),
                SshRevokedKeys.NONE,
                NOW);
    assertEquals(Optional.of(Code.SUBJECT_MISMATCH), other.code());
  }

  @Test
  void times() {
    String line = "* valid-after=\"20260615120000Z\",valid-before=\"202606151201\" " + KEY;
    Instant first = Instant.parse("2026-06-15T12:00:00Z");
    Instant last = Instant.parse("2026-06-15T12:01:00Z");
    assertTrue(judge(line, null, "file", first).signer().isPresent());
    assertTrue(judge(line, null, "file", last).signer().isPresent());
    for (Instant outside : List.of(first.minusSeconds(1), last.plusSeconds(1))) {
      SshAllowedSigners.Answer answer = judge(line, null, "file", outside);
      assertEquals(Optional.of(Code.KEY_REVOKED), answer.code());
      assertTrue(
          answer.detail().contains("from 2026-06-15T12:00:00Z until 2026-06-15T12:01:00Z only"),
          answer.detail());
    }
  }

  @Test
  void revokedKeysDoNotCount() {
    SshSignature read = SshSignature.parse(MAKER.sign(FILE));
    SshRevokedKeys revoked =
        SshRevokedKeys.parse(
            ("# gone\nssh-dss AAAAB3NzaC1kc3M=\n" + KEY + " stolen\n")
                .getBytes(StandardCharsets.UTF_8));
    assertEquals(
        Optional.of(Code.KEY_REVOKED),
        parse("* " + KEY)
            .judge(read, Hashes.digest(read.hash(), FILE), "file", Optional.empty(), revoked, NOW)
            .code());
    for (String bad : List.of("SSHKRL\n\0\0", "ssh-ed25519\n", "x y z\n", "ssh-ed25519 AAAA\n")) {
      assertEquals(
          Code.BAD_POLICY,
          assertThrows(
                  AssayException.class,
                  () -> SshRevokedKeys.parse(bad.getBytes(StandardCharsets.UTF_8)))
              .code());
    }
  }

  @Test
  void aCertificateAuthorityDoesNotSignItself() {
    SshAllowedSigners.Answer answer =
        judge("* cert-authority " + KEY, "al@acme.example", "file", NOW);
    assertEquals(Optional.of(Code.WRONG_KEY), answer.code());
    assertTrue(answer.detail().contains("cert-authority"), answer.detail());
  }

  @Test
  void keysOfOtherKindsAreWithoutEffect() {
    SshAllowedSigners read =
        parse(
            "* ssh-dss AAAAB3NzaC1kc3M=\n* "
                + KEY
                + "\n* namespaces=\"x\" ssh-xmss@openssh.com AAAAFHNzaC14bXNzQG9wZW5zc2guY29t");
    assertEquals(1, read.signers().size());
    assertEquals(2, read.unusable().size());
    assertTrue(read.unusable().getFirst().startsWith("line 1 "));
  }

  @Test
  void whatIsNotUnderstoodMakesTheFileUnusable() {
    unusable("not known: \"restrict\"", "* restrict " + KEY);
    unusable("not known: \"\"", "* namespaces=\"a\", " + KEY);
    unusable("not known: \"\"", "* ,cert-authority " + KEY);
    unusable("not in double quotes", "* namespaces=file " + KEY);
    unusable("not in double quotes", "* namespaces=\"file " + KEY);
    unusable("follows", "* namespaces=\"file\"x " + KEY);
    unusable("twice", "* namespaces=\"a\",namespaces=\"b\" " + KEY);
    unusable("needs a value", "* namespaces " + KEY);
    unusable("has no value", "* cert-authority=\"yes\" " + KEY);
    unusable("empty or too long", "* namespaces=\"\" " + KEY);
    unusable("empty or too long", "al,,bo " + KEY);
    unusable("empty or too long", "! " + KEY);
    unusable("empty or too long", "a".repeat(256) + " " + KEY);
    unusable(
        "not after",
        "* valid-after=\"2026\" "
                .replace("2026", "20260101")
                .replace("\" ", "\",valid-before=\"20260101\" ")
            + KEY);
    for (String time : List.of("2026", "20260230", "2026011", "202601012460", "20260101z", "Z")) {
      unusable("not a time", "* valid-before=\"" + time + "\" " + KEY);
    }
    unusable("line 2", "* " + KEY + "\n* ssh-ed25519\n");
    unusable("too early", "al@acme.example\n");
    unusable("another kind", "* ssh-rsa " + KEY.substring(KEY.indexOf(' ') + 1));
    unusable("not base64", "* " + KEY + "!");
    unusable("quote", "\"al " + KEY);
    unusable("quote", "\"al\"x " + KEY);
    AssayException e =
        assertThrows(
            AssayException.class, () -> SshAllowedSigners.parse(new byte[] {'a', (byte) 0xff}));
    assertEquals(Code.BAD_POLICY, e.code());
    assertThrows(
        AssayException.class, () -> SshAllowedSigners.parse(new byte[Limits.DOCUMENT_BYTES + 1]));
  }

  @Test
  void anyTextIsReadOrRefused() {
    Random random = new Random(1);
    String good =
        "al@acme.example,!b* namespaces=\"file,\\\"x\",valid-after=\"20260101Z\" " + KEY + " c\n";
    for (int i = 0; i < 5_000; i++) {
      StringBuilder text = new StringBuilder(good).append(good);
      for (int j = random.nextInt(8); j >= 0; j--) {
        text.setCharAt(random.nextInt(text.length()), "\" ,=!*\\#\na0Z".charAt(random.nextInt(12)));
      }
      try {
        parse(text.toString()).signers().forEach(s -> s.isPrincipal("al@acme.example"));
      } catch (AssayException e) {
        assertEquals(Code.BAD_POLICY, e.code());
      }
    }
  }
}
