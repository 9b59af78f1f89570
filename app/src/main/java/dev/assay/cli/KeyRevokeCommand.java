package dev.assay.cli;

import static dev.assay.cli.CommandSpec.value;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.policy.PolicyEdit;
import dev.assay.policy.PolicyReader;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** {@code key revoke}: a signer of a policy is not believed any more. */
final class KeyRevokeCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "key revoke",
          "revoke a signer's key in a policy",
          "",
          0,
          0,
          """
          Sets revokedAt of the signer; nothing else in the file changes, not a byte. What the key signed counts no
          longer, unless a trusted time proves that it was signed before that instant. A revocation can be moved to an
          earlier time, not to a later one.
          """,
          List.of(
              value("policy", "FILE", "the policy"),
              value("name", "SIGNER", "the signer's name in the policy"),
              value("at", "TIME", "from when on; now where not given")),
          List.of(
              "assay key revoke --policy policy.yaml --name release --at 2026-11-20T00:00:00Z"));

  private KeyRevokeCommand() {}

  static int run(Arguments arguments, Context context) {
    String file = arguments.required("policy");
    String name = arguments.required("name");
    Instant at = time(arguments, context);
    byte[] edited = PolicyEdit.revoke(Inputs.read(context, file, Limits.DOCUMENT_BYTES), name, at);
    PolicyReader.readOrThrow(edited, key -> PolicyCommands.keyFile(context, file, key));
    Inputs.write(context, file, edited, true);
    context.out().println(file + ": " + Text.quote(name) + " is revoked since " + at);
    return 0;
  }

  static Instant time(Arguments arguments, Context context) {
    String given =
        arguments
            .value("at")
            .orElseGet(() -> context.clock().instant().truncatedTo(ChronoUnit.SECONDS).toString());
    try {
      return Instant.parse(given);
    } catch (DateTimeParseException e) {
      throw new AssayException(
          Code.USAGE, "not a time: " + Text.quote(given), "2026-11-20T00:00:00Z, in UTC");
    }
  }
}
