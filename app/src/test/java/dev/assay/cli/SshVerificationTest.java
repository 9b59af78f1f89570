package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.crypto.Hashes;
import dev.assay.verify.Check;
import dev.assay.verify.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SshVerificationTest {

  static final String KEY =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKRiCdEhpNRp57PgGZkDVdQybokIQT/fU3wbEcOygwY+";

  // ssh-keygen -Y sign -f key -n file release.txt, of "content".
  static final String SIGNATURE =
      """
      -----BEGIN SSH SIGNATURE-----
      U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgpGIJ0SGk1Gnns+AZmQNV1DJuiQ
      hBP99TfBsRw7KDBj4AAAAEZmlsZQAAAAAAAAAGc2hhNTEyAAAAUwAAAAtzc2gtZWQyNTUx
      OQAAAEC6FPAl0xLVKDglEa2rRlINzJl+byv6Jh8q99HcTLL9mbdnbZk73ziS9G5bRbBIRe
      ziHM995KNTRiXtQqJG+ZQC
      -----END SSH SIGNATURE-----
      """;

  // In the place of a security key's private half stood a key in memory.
  private static final String SECURITY_KEY =
      "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIOKjD1uj1"
          + "mmXgVBXfbVwQiYuTeCmeH0fzvZl/xbTwE/LAAAABHNzaDo=";

  private static final String UNTOUCHED =
      """
      -----BEGIN SSH SIGNATURE-----
      U1NIU0lHAAAAAQAAAEoAAAAac2stc3NoLWVkMjU1MTlAb3BlbnNzaC5jb20AAAAg
      4qMPW6PWaZeBUFd9tXBCJi5N4KZ4fR/O9mX/FtPAT8sAAAAEc3NoOgAAAARmaWxl
      AAAAAAAAAAZzaGE1MTIAAABnAAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t
      AAAAQCdTvdOpj11J5cDe46MxEXaFgGfYtVAq0OOpKtx0qdRTZFKcWRXfdNrSa7ic
      4UbtWeMg5KRERH8cWvgqUXUZmw4AAAAABw==
      -----END SSH SIGNATURE-----
      """;

  private static final String TOUCHED =
      """
      -----BEGIN SSH SIGNATURE-----
      U1NIU0lHAAAAAQAAAEoAAAAac2stc3NoLWVkMjU1MTlAb3BlbnNzaC5jb20AAAAg
      4qMPW6PWaZeBUFd9tXBCJi5N4KZ4fR/O9mX/FtPAT8sAAAAEc3NoOgAAAARmaWxl
      AAAAAAAAAAZzaGE1MTIAAABnAAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t
      AAAAQNtZhhYsKXArFlVL67QlJoZCUNYGRBLvG22rpmzXap5cUeClZf33Ml0MN6Ts
      Gy9KnQdWAYc4hdWiD8XZDxPmuwsFAAAABw==
      -----END SSH SIGNATURE-----
      """;

  private static final Instant AT = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir Path folder;

  @BeforeEach
  void file() throws IOException {
    write("release.txt", "content\n");
    write("release.txt.sig", SIGNATURE);
    write("allowed", "al@acme.example " + KEY + "\n");
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private Verdict verify(String namespace, @Nullable String principal, @Nullable String revoked) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Context context =
        Sandbox.context(folder, Map.of(), new byte[0], printed, printed, Clock.systemUTC());
    Verdict verdict =
        SshVerification.verify(
            "release.txt",
            new SshVerification.Request(
                "release.txt.sig",
                "allowed",
                Optional.ofNullable(revoked),
                namespace,
                Optional.ofNullable(principal),
                Optional.empty()),
            AT,
            context);
    assertEquals(0, printed.size());
    return verdict;
  }

  private void refuses(Code code, Verdict verdict) {
    assertFalse(verdict.verified());
    assertEquals(Optional.of(code), verdict.decisive().flatMap(Check::code));
    assertEquals(Code.Exit.REFUSED, verdict.exit());
  }

  @Test
  void saysWhoSigned() {
    Verdict verdict = verify("file", "al@acme.example", null);
    assertTrue(verdict.verified());
    assertEquals(
        Optional.of(Hashes.sha256Digest("content\n".getBytes(StandardCharsets.UTF_8))),
        verdict.digest());
    Check check = verdict.checks().getFirst();
    assertTrue(check.detail().startsWith("ssh-ed25519 SHA256:"), check.detail());
    assertTrue(check.detail().endsWith("; time not proven"), check.detail());
    assertEquals(
        "al@acme.example, line 1 of the allowed signers", check.children().getFirst().detail());
    assertTrue(verify("file", null, null).verified());
  }

  @Test
  void refusesWhatDoesNotCount() throws IOException {
    refuses(Code.SUBJECT_MISMATCH, verify("git", null, null));
    refuses(Code.WRONG_IDENTITY, verify("file", "bo@acme.example", null));
    write("revoked", KEY + "\n");
    refuses(Code.KEY_REVOKED, verify("file", null, "revoked"));
    write("allowed", "al@acme.example " + SECURITY_KEY + "\n");
    refuses(Code.WRONG_KEY, verify("file", null, null));
    write("allowed", "al@acme.example valid-before=\"20260101Z\" " + KEY + "\n");
    refuses(Code.KEY_REVOKED, verify("file", null, null));
    write("release.txt", "content");
    refuses(Code.SIGNATURE_INVALID, verify("file", null, null));
    write("release.txt.sig", "nothing");
    refuses(Code.BAD_ENCODING, verify("file", null, null));
  }

  @Test
  void saysWhetherTheSecurityKeyWasTouched() throws IOException {
    write("allowed", "al@acme.example " + SECURITY_KEY + "\n");
    write("release.txt.sig", TOUCHED);
    Verdict touched = verify("file", null, null);
    assertTrue(touched.verified());
    assertEquals(
        "the security key was touched; it verified its user",
        touched.checks().getFirst().children().getLast().detail());
    write("release.txt.sig", UNTOUCHED);
    refuses(Code.USER_NOT_PRESENT, verify("file", null, null));
    write("allowed", "al@acme.example no-touch-required " + SECURITY_KEY + "\n");
    Verdict allowed = verify("file", null, null);
    assertTrue(allowed.verified());
    assertEquals(
        "the security key was not touched, which its line allows",
        allowed.checks().getFirst().children().getLast().detail());
  }

  @Test
  void aFileThatCannotBeUsedIsAnError() throws IOException {
    write("allowed", "al@acme.example restrict " + KEY + "\n");
    assertEquals(
        Code.BAD_POLICY,
        assertThrows(AssayException.class, () -> verify("file", null, null)).code());
    Files.delete(folder.resolve("allowed"));
    assertEquals(
        Code.FILE_UNREADABLE,
        assertThrows(AssayException.class, () -> verify("file", null, null)).code());
    write("allowed", "");
    Files.delete(folder.resolve("release.txt"));
    assertEquals(
        Code.FILE_UNREADABLE,
        assertThrows(AssayException.class, () -> verify("file", null, null)).code());
  }
}
