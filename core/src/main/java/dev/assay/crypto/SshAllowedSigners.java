package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose SSH signatures count: a file of allowed signers (ssh-keygen(1), ALLOWED SIGNERS).
 *
 * <pre>
 *   # who             with what limits                                which key
 *   al@acme.example   namespaces="file,git",valid-before="20270101Z"  ssh-ed25519 AAAAC3Nz...
 *   *@acme.example    verify-required                                 sk-ssh-ed25519@openssh.com AAAA...
 * </pre>
 *
 * <p>Three things differ from OpenSSH, each so that a verdict is stricter or the same everywhere:
 * times without {@code Z} are UTC; a signature of a security key that nobody touched does not count
 * unless the line says {@code no-touch-required}, and {@code verify-required} asks for a PIN or a
 * fingerprint (both named as in authorized_keys; OpenSSH knows neither in this file); and an option
 * that is not known makes the file unusable.
 */
public final class SshAllowedSigners {

  /**
   * What is to be thought of a signature.
   *
   * @param signer whose line it counts by; present exactly when the signature counts
   * @param code why it does not count
   * @param detail one line for a person
   */
  public record Answer(Optional<SshAllowedSigner> signer, Optional<Code> code, String detail) {}

  private final List<SshAllowedSigner> signers;
  private final List<String> unusable;

  private SshAllowedSigners(List<SshAllowedSigner> signers, List<String> unusable) {
    this.signers = List.copyOf(signers);
    this.unusable = List.copyOf(unusable);
  }

  /**
   * Reads a file of allowed signers.
   *
   * @throws AssayException with {@link Code#BAD_POLICY}, naming the line
   */
  public static SshAllowedSigners parse(byte[] file) {
    List<SshAllowedSigner> signers = new ArrayList<>();
    List<String> unusable = new ArrayList<>();
    int count = 0;
    for (SshLine line : SshLine.lines(file)) {
      if (++count > Limits.SSH_SIGNERS) {
        throw new AssayException(
            Code.BAD_POLICY, "more than " + Limits.SSH_SIGNERS + " allowed signers");
      }
      try {
        SshPatterns principals = SshPatterns.parse(line.principals());
        String word = line.word();
        SshSignerOptions options = new SshSignerOptions();
        if (!SshKey.isType(word)) {
          options = SshSignerOptions.parse(word);
          word = line.word();
        }
        signers.add(
            new SshAllowedSigner(
                line.number(), principals, SshKey.parse(word, line.word()), options));
      } catch (AssayException e) {
        String message = "line " + line.number() + " of the allowed signers: " + e.getMessage();
        // Such a key cannot sign anything that counts: the line is without effect.
        if (e.code() == Code.KEY_UNSUPPORTED) {
          unusable.add(message);
        } else {
          throw new AssayException(Code.BAD_POLICY, message, e.hint(), e);
        }
      }
    }
    return new SshAllowedSigners(signers, unusable);
  }

  /** The lines that name a key of a kind that is accepted. */
  public List<SshAllowedSigner> signers() {
    return signers;
  }

  /** The lines that can have no effect, and why: keys of kinds that are not accepted. */
  public List<String> unusable() {
    return unusable;
  }

  /**
   * Says whether a signature counts: made for this purpose, good, by a key that is not revoked and
   * whose line allows the purpose and the time, touched where that is asked for.
   *
   * @param file the digest of the file, by the signature's {@linkplain SshSignature#hash hash}
   * @param namespace what the signature must have been made for
   * @param principal who must have made it; absent: anybody of the file
   * @param revoked keys whose signatures never count
   * @param time for which the limits of the lines are judged; an SSH signature does not say when it
   *     was made
   */
  public Answer judge(
      SshSignature signature,
      Digest file,
      String namespace,
      Optional<String> principal,
      SshRevokedKeys revoked,
      Instant time) {
    if (!signature.namespace().equals(namespace)) {
      return refuse(
          Code.SUBJECT_MISMATCH,
          "the signature was made for the namespace "
              + Text.quote(signature.namespace())
              + ", not for "
              + Text.quote(namespace));
    }
    if (!signature.signs(file)) {
      return refuse(
          Code.SIGNATURE_INVALID, "the signature by " + signature.key() + " is not of this file");
    }
    if (revoked.contains(signature.key())) {
      return refuse(Code.KEY_REVOKED, "the key " + signature.key() + " is revoked");
    }
    Answer nearest = null;
    int reached = -1;
    for (SshAllowedSigner signer : signers) {
      if (!signer.signsItself() || !signer.key().equals(signature.key())) {
        continue;
      }
      String lacks = signer.missing(signature);
      String where = " (line " + signer.line() + " of the allowed signers)";
      int step;
      Answer answer;
      if (principal.isPresent() && !signer.isPrincipal(principal.get())) {
        step = 0;
        answer =
            refuse(
                Code.WRONG_IDENTITY,
                "signed by "
                    + Text.quote(signer.principals())
                    + ", not by "
                    + Text.quote(principal.get())
                    + where);
      } else if (!signer.allows(namespace)) {
        step = 1;
        answer =
            refuse(
                Code.WRONG_KEY,
                Text.quote(signer.principals())
                    + " may not sign for the namespace "
                    + Text.quote(namespace)
                    + where);
      } else if (!signer.validAt(time)) {
        step = 2;
        answer = refuse(Code.KEY_REVOKED, outside(signer) + where);
      } else if (lacks != null) {
        step = 3;
        answer = refuse(Code.USER_NOT_PRESENT, lacks + where);
      } else {
        return new Answer(
            Optional.of(signer),
            Optional.empty(),
            "signed by " + Text.quote(signer.principals()) + " with " + signer.key());
      }
      if (step > reached) {
        reached = step;
        nearest = answer;
      }
    }
    return nearest != null ? nearest : nobody(signature.key());
  }

  private static String outside(SshAllowedSigner signer) {
    StringBuilder out = new StringBuilder("the signer's key counts ");
    signer.validAfter().ifPresent(t -> out.append("from ").append(t).append(' '));
    signer.validBefore().ifPresent(t -> out.append("until ").append(t).append(' '));
    return out.append("only").toString();
  }

  private Answer nobody(SshKey key) {
    @Nullable String authority = null;
    for (SshAllowedSigner signer : signers) {
      if (signer.key().equals(key)) {
        authority =
            ": line " + signer.line() + " lets it issue certificates (cert-authority), not sign";
      }
    }
    return refuse(
        Code.WRONG_KEY,
        "signed by "
            + key
            + ", which is not an allowed signer"
            + (authority == null ? "" : authority));
  }

  private static Answer refuse(Code code, String detail) {
    return new Answer(Optional.empty(), Optional.of(code), detail);
  }
}
