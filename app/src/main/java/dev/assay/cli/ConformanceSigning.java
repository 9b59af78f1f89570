package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;

import dev.assay.attest.Bundle;
import dev.assay.attest.Statement;
import dev.assay.bytes.Limits;
import dev.assay.net.Http;
import dev.assay.roots.TrustRoots;
import dev.assay.signing.BundleSigner;
import dev.assay.signing.keyless.IdentitySource;
import dev.assay.signing.keyless.SigningServices;
import dev.assay.trust.TrustRoot;
import dev.assay.trust.TrustRootReader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@code conformance sign-bundle}: the protocol of the Sigstore project's test suite. */
final class ConformanceSigning {

  static final CommandSpec SPEC =
      new CommandSpec(
          "conformance sign-bundle",
          "sign a file as the Sigstore conformance suite asks",
          "FILE",
          1,
          1,
          """
          Speaks the command-line protocol of the Sigstore project's conformance suite, so that the suite can be run
          against assay. The suite hands the identity token over as an argument, which others on the machine can see:
          for anything but the suite there is 'assay sign --keyless'. What it signs becomes public where the services
          are the public ones.
          """,
          List.of(
              value("identity-token", "TOKEN", "the identity token itself"),
              value("bundle", "FILE", "where the bundle is written"),
              value("trusted-root", "FILE", "a trusted_root.json (default: the one in force)"),
              value("signing-config", "FILE", "a signing config (default: the one in force)"),
              flag("in-toto", "FILE is an in-toto statement, to be signed in an envelope")),
          List.of(
              "assay conformance sign-bundle --identity-token TOKEN --bundle a.txt.sigstore.json"
                  + " a.txt"));

  private ConformanceSigning() {}

  static int run(Arguments arguments, Context context) {
    String token = arguments.required("identity-token");
    String target = arguments.required("bundle");
    Instant now = context.clock().instant();
    byte[] file = Target.content(context.path(arguments.operand(0)), Limits.SIGNED_CONTENT_BYTES);
    SigningServices services =
        arguments
            .value("signing-config")
            .map(f -> KeylessSigning.config(f, context, now))
            .orElseGet(() -> KeylessSigning.inForce(context, now));
    List<TrustRoot> roots =
        arguments
            .value("trusted-root")
            .map(f -> TrustRootReader.readAll(Inputs.read(context, f, Limits.DOCUMENT_BYTES)))
            .orElseGet(() -> inForce(context, now).roots());
    SigningServices.Identity identity =
        new SigningServices.Identity(
            Optional.empty(),
            Optional.of(IdentitySource.of("an argument", () -> token)),
            "sigstore",
            Optional.empty(),
            context.environment(),
            Path.of(""),
            false);
    try (Http http = KeylessSigning.http(Optional.empty(), context);
        BundleSigner signer =
            services.withIdentity(
                identity,
                http,
                roots,
                new KeylessSigning.Terminal(true, context),
                context.clock())) {
      Bundle bundle =
          arguments.flag("in-toto")
              ? signer.statement(Statement.parse(file, Limits.EVIDENCE_BYTES))
              : signer.message(file);
      Inputs.write(context, target, bundle.write(), true);
    }
    return 0;
  }

  private static TrustRoots.InForce inForce(Context context, Instant now) {
    return TrustCommands.inForce(context, now);
  }
}
