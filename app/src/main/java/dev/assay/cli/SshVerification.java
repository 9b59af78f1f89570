package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hasher;
import dev.assay.crypto.SshAllowedSigner;
import dev.assay.crypto.SshAllowedSigners;
import dev.assay.crypto.SshRevokedKeys;
import dev.assay.crypto.SshSignature;
import dev.assay.trust.HardwareBacking;
import dev.assay.trust.TrustedKey;
import dev.assay.trust.hardware.HardwareDemands;
import dev.assay.verify.Check;
import dev.assay.verify.RegistrationCheck;
import dev.assay.verify.Trust;
import dev.assay.verify.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A file and its SSH signature, as {@code ssh-keygen -Y sign} made it. */
final class SshVerification {

  private static final int CHUNK = 1 << 16;

  private SshVerification() {}

  /**
   * What is asked.
   *
   * @param signature file with the signature
   * @param allowedSigners file of allowed signers
   * @param revokedKeys file of public keys that no longer count
   * @param namespace what the signature must have been made for, mostly {@code file}
   * @param principal who must have made it; absent: anybody of the allowed signers
   * @param hardware what is asked of the hardware that holds the key
   */
  record Request(
      String signature,
      String allowedSigners,
      Optional<String> revokedKeys,
      String namespace,
      Optional<String> principal,
      Optional<HardwareBacking> hardware) {}

  /**
   * Verifies a file. It is read once, in pieces.
   *
   * @param name the file
   * @param at for which the limits of the allowed signers are judged
   * @throws AssayException with {@link Code#FILE_UNREADABLE} or {@link Code#TOO_LARGE} if a file
   *     cannot be read, {@link Code#BAD_POLICY} if the allowed signers or the revoked keys cannot
   *     be used; what is wrong with the signature is in the verdict
   */
  static Verdict verify(String name, Request request, Instant at, Context context) {
    SshAllowedSigners allowed =
        SshAllowedSigners.parse(
            Inputs.read(context, request.allowedSigners(), Limits.DOCUMENT_BYTES));
    SshRevokedKeys revoked =
        request.revokedKeys().isEmpty()
            ? SshRevokedKeys.NONE
            : SshRevokedKeys.parse(
                Inputs.read(context, request.revokedKeys().get(), Limits.DOCUMENT_BYTES));
    byte[] armored = Inputs.read(context, request.signature(), Limits.SSH_SIGNATURE_BYTES);
    SshSignature signature;
    try {
      signature = SshSignature.parse(armored);
    } catch (AssayException e) {
      Digest digest = hash(name, context, Digest.Algorithm.SHA256).getFirst();
      Check check = Check.fail("signature", e.code(), String.valueOf(e.getMessage()));
      return new Verdict(name, Optional.of(digest), List.of(check), at.toString());
    }
    List<Digest> digests = hash(name, context, Digest.Algorithm.SHA256, signature.hash());
    SshAllowedSigners.Answer answer =
        allowed.judge(
            signature, digests.getLast(), request.namespace(), request.principal(), revoked, at);
    List<Check> checks = new ArrayList<>();
    checks.add(check(signature, answer));
    request.hardware().ifPresent(h -> checks.add(hardware(signature, h, at)));
    return new Verdict(name, Optional.of(digests.getFirst()), checks, at.toString());
  }

  // For a security key, touch and PIN are asked of this signature, which says so itself.
  private static Check hardware(SshSignature signature, HardwareBacking backing, Instant at) {
    HardwareDemands asked = backing.demands();
    HardwareDemands ofDevice =
        new HardwareDemands(
            asked.kinds(),
            HardwareDemands.Touch.ANY,
            HardwareDemands.Pin.ANY,
            asked.minFirmware(),
            asked.serials(),
            asked.fips());
    boolean securityKey = signature.key().isSecurityKey();
    RegistrationCheck.Outcome outcome =
        RegistrationCheck.judge(
            TrustedKey.always("that signed", signature.key().publicKey()),
            new HardwareBacking(
                backing.registration(),
                backing.registrar(),
                securityKey ? ofDevice : asked,
                backing.trust()),
            Trust.NONE,
            at);
    if (!securityKey || !outcome.check().passed()) {
      return outcome.check();
    }
    boolean touch = asked.touch() == HardwareDemands.Touch.ANY || signature.userPresent();
    boolean pin = asked.pin() == HardwareDemands.Pin.ANY || signature.userVerified();
    return touch && pin
        ? outcome.check()
        : Check.fail(
                "hardware",
                Code.USER_NOT_PRESENT,
                touch
                    ? "the security key did not verify its user for this signature"
                    : "the security key was not touched for this signature")
            .expected(asked.describe(), presence(signature));
  }

  private static Check check(SshSignature signature, SshAllowedSigners.Answer answer) {
    if (answer.signer().isEmpty()) {
      return Check.fail("signature", answer.code().orElseThrow(), answer.detail());
    }
    SshAllowedSigner signer = answer.signer().get();
    List<Check> parts = new ArrayList<>();
    parts.add(
        Check.pass(
            "signer",
            Text.printable(signer.principals())
                + ", line "
                + signer.line()
                + " of the allowed signers"));
    parts.add(Check.pass("namespace", Text.printable(signature.namespace())));
    if (signature.key().isSecurityKey()) {
      parts.add(Check.pass("user presence", presence(signature)));
    }
    return Check.pass("signature", signature.key() + "; time not proven").with(parts);
  }

  private static String presence(SshSignature signature) {
    String touched =
        signature.userPresent()
            ? "the security key was touched"
            : "the security key was not touched, which its line allows";
    return signature.userVerified() ? touched + "; it verified its user" : touched;
  }

  // One digest for each algorithm, of one reading.
  private static List<Digest> hash(String name, Context context, Digest.Algorithm... algorithms) {
    Path path = context.path(name);
    if (Files.isDirectory(path)) {
      throw new AssayException(Code.FILE_UNREADABLE, Text.printable(name) + " is a folder");
    }
    List<Hasher> hashers = new ArrayList<>();
    for (Digest.Algorithm algorithm : algorithms) {
      if (hashers.isEmpty() || algorithm != algorithms[0]) {
        hashers.add(Hasher.of(algorithm));
      }
    }
    byte[] buffer = new byte[CHUNK];
    try (InputStream in = Files.newInputStream(path)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        for (Hasher hasher : hashers) {
          hasher.update(buffer, 0, n);
        }
      }
    } catch (NoSuchFileException e) {
      throw new AssayException(Code.FILE_UNREADABLE, "there is no file " + Text.printable(name), e);
    } catch (IOException e) {
      throw new AssayException(Code.FILE_UNREADABLE, "cannot read " + Text.printable(name), e);
    }
    return hashers.stream().map(Hasher::finish).toList();
  }
}
