package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;

import dev.assay.attest.Octets;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SshKey;
import dev.assay.signing.KeyBundleSigner;
import dev.assay.signing.KeyFiles;
import dev.assay.signing.KeyReferences;
import dev.assay.signing.KeySettings;
import dev.assay.signing.Signer;
import dev.assay.signing.SshAgentKeys;
import dev.assay.trust.hardware.HardwareDemands;
import dev.assay.trust.hardware.HardwareEvidence;
import dev.assay.trust.hardware.HardwareProof;
import dev.assay.trust.hardware.HardwareRefusal;
import dev.assay.trust.hardware.HardwareResult;
import dev.assay.trust.hardware.HardwareTrust;
import dev.assay.trust.hardware.HardwareVerifier;
import dev.assay.trust.hardware.KeyRegistration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** {@code key register}: a signed statement of which hardware holds a key. */
final class KeyRegisterCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "key register",
          "say under a registrar's key which hardware holds a signing key",
          "NAME",
          1,
          1,
          """
          Verifies what the hardware says of the key, as 'assay key attestation verify' does, has the key sign a challenge
          that is good for this registration alone, and writes NAME.registration.json: a statement about the key, signed by
          the registrar (--key). A policy's signer then names it, and what it asks of the hardware: docs/hardware.md. NAME.pub
          is written if it is not there.

          The evidence is a YubiKey's (--device and --attestation), a TPM's (--tpm-certify and what goes with it), or, with
          --security-key, a touch of the FIDO security key that holds the key of the SSH agent. The key to be registered is
          given as for signing, and signs once: a PIN is asked for and a touch waited for where it wants them.
          """,
          List.of(
              value("subject-key", "KEY", "the key to be registered: a file, or a reference"),
              value("key", "KEY", "the registrar's private key: a file, or a reference"),
              value(
                  "attestation", "FILE", "the certificate that the YubiKey made for the key (PEM)"),
              HardwareOptions.DEVICE,
              HardwareOptions.CERTIFY,
              HardwareOptions.SIGNATURE,
              HardwareOptions.PUBLIC,
              HardwareOptions.AK,
              flag("security-key", "the key is a FIDO security key's, in the SSH agent"),
              HardwareOptions.ROOTS,
              HardwareOptions.REQUIRE,
              value("purpose", "TEXT", "what the key is for, for people (default: signing)")),
          List.of(
              "assay key register release-9c --subject-key release-9c.key --device f9.pem"
                  + " --attestation 9c.pem --roots acme-root.pem --key security.key"));

  private KeyRegisterCommand() {}

  static int run(Arguments arguments, Context context) {
    String name = arguments.operand(0);
    String file = name + ".registration.json";
    if (Files.exists(context.path(file))) {
      throw new AssayException(Code.FILE_EXISTS, file + " exists already", "another NAME");
    }
    HardwareDemands demands = HardwareOptions.demands(arguments.values("require"));
    HardwareTrust trust = HardwareOptions.trust(arguments, context);
    Instant at = context.clock().instant().truncatedTo(ChronoUnit.SECONDS);
    try (Subject subject = Subject.open(arguments, context);
        Signer registrar = Keys.signer(arguments, context)) {
      PublicKey key = subject.key();
      Path publicFile = KeyFiles.Pair.of(context.path(name)).publicKey();
      if (Files.exists(publicFile) && !KeyFiles.loadPublic(publicFile).equals(key)) {
        throw new AssayException(
            Code.FILE_EXISTS,
            KeyCommands.show(context, publicFile) + " is there and is another key's",
            "another NAME");
      }
      if (registrar.publicKey().equals(key)) {
        throw new AssayException(
            Code.USAGE,
            "--key is the key that is to be registered: a key does not vouch for itself");
      }
      // Before anybody is asked for a PIN: a chain of another key is found out here.
      settled(HardwareVerifier.verify(subject.evidence(), key, trust, at), demands, false);
      KeyRegistration registration =
          register(subject, registrar.publicKey().id(), at, arguments.value("purpose"));
      HardwareProof proof =
          settled(registration.verify(key, registrar.publicKey(), trust, at), demands, true);
      byte[] bundle = new KeyBundleSigner(registrar).statement(registration.toStatement()).write();
      Inputs.write(context, file, bundle, false);
      if (!Files.exists(publicFile)) {
        KeyFiles.createPublic(publicFile, key);
      }
      context.out().println("registered   " + file);
      context.out().println("key          " + key.algorithm().id() + " " + key.id());
      context.out().println("registrar    " + registrar.publicKey().id());
      context.out().println("hardware     " + Text.printable(proof.describe()));
      KeyAttestationCommand.print(proof, context);
      context
          .err()
          .println(
              "next: in the policy, registrationFile: " + file + " and registrar: beside the key");
    }
    return 0;
  }

  private static KeyRegistration register(
      Subject subject, Digest registrar, Instant at, Optional<String> purpose) {
    byte[] nonce = new byte[KeyRegistration.NONCE];
    new SecureRandom().nextBytes(nonce);
    String text = purpose.orElse("signing");
    byte[] challenge =
        KeyRegistration.challenge(
            subject.key().id(), registrar, at, text, subject.evidence(), nonce);
    return new KeyRegistration(
        subject.key().id(),
        registrar,
        at,
        text,
        subject.evidence(),
        Octets.of(nonce),
        Octets.of(subject.sign(challenge)));
  }

  private static HardwareProof settled(
      HardwareResult result, HardwareDemands demands, boolean whole) {
    Optional<HardwareRefusal> refusal =
        result.proof().isPresent()
            // Whether a security key verified its user is known when it has signed.
            ? whole || result.proof().get().piv().isPresent()
                ? demands.unmet(result.proof().get())
                : Optional.empty()
            : result.refusal();
    if (refusal.isPresent()) {
      HardwareRefusal r = refusal.get();
      throw new AssayException(
          r.code(),
          "not registered: "
              + r.message()
              + r.expected().map(e -> "; expected " + e).orElse("")
              + r.found().map(f -> ", found " + f).orElse(""),
          "assay explain " + r.code().id());
    }
    return result.proof().orElseThrow();
  }

  /** The key to be registered, what its hardware says, and how it signs. */
  private sealed interface Subject extends AutoCloseable {
    PublicKey key();

    HardwareEvidence evidence();

    byte[] sign(byte[] challenge);

    @Override
    void close();

    static Subject open(Arguments arguments, Context context) {
      String reference = arguments.required("subject-key");
      KeySettings settings = Keys.settings(context);
      Optional<HardwareEvidence> evidence =
          HardwareOptions.evidence("attestation", arguments, context);
      if (arguments.flag("security-key")) {
        if (evidence.isPresent() || !reference.startsWith(SshAgentKeys.SCHEME)) {
          throw new AssayException(
              Code.USAGE,
              "--security-key goes with --subject-key "
                  + SshAgentKeys.SCHEME
                  + " and without other evidence");
        }
        return new Touched(SshAgentKeys.key(reference, settings), reference, settings);
      }
      if (evidence.isEmpty()) {
        throw new AssayException(
            Code.USAGE,
            "what the hardware says of the key is needed: --device and --attestation,"
                + " --tpm-certify and what goes with it, or --security-key",
            "assay key register --help");
      }
      return new Signing(KeyReferences.signer(reference, settings), evidence.get());
    }
  }

  private record Signing(Signer signer, HardwareEvidence evidence) implements Subject {
    @Override
    public PublicKey key() {
      return signer.publicKey();
    }

    @Override
    public byte[] sign(byte[] challenge) {
      return signer.sign(KeyRegistration.signedForm(challenge));
    }

    @Override
    public void close() {
      signer.close();
    }
  }

  private record Touched(SshKey ssh, String reference, KeySettings settings) implements Subject {
    @Override
    public PublicKey key() {
      return ssh.publicKey();
    }

    @Override
    public HardwareEvidence evidence() {
      return new HardwareEvidence.SecurityKey(ssh);
    }

    @Override
    public byte[] sign(byte[] challenge) {
      return SshAgentKeys.signature(reference, challenge, KeyRegistration.NAMESPACE, settings);
    }

    @Override
    public void close() {
      // The agent is asked anew each time.
    }
  }
}
