package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;
import static dev.assay.cli.CommandSpec.values;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.signing.BundleSigner;
import dev.assay.signing.KeyBundleSigner;
import java.util.ArrayList;
import java.util.List;

/**
 * The options that say who signs and what proves it, and the signer they make. Whatever asks
 * services is loaded only when a service is asked.
 */
final class SignerOptions {

  /** Options of an identity, which do not go with a key. */
  private static final List<CommandSpec.Option> IDENTITY =
      List.of(
          flag("keyless", "sign in the name of an identity, without a key that is kept"),
          value("fulcio-url", "URL", "the certificate authority that issues to identities"),
          value("identity-token", "FILE", "the identity token; - is standard input"),
          value(
              "oidc-provider",
              "NAME",
              "whose token: env, github-actions, buildkite, circleci, spiffe, google, file,"
                  + " browser, device (default: the first that is there)"),
          value("oidc-issuer", "URL", "where a person logs in"),
          value("oidc-client-id", "ID", "the audience of tokens (default: sigstore)"),
          value("certificate-identity", "NAME", "the name that the certificate must have"));

  /** Options of services, with a key or an identity. */
  private static final List<CommandSpec.Option> SERVICES =
      List.of(
          value("signing-config", "FILE", "which services sign (Sigstore's signing config)"),
          values("rekor-url", "URL", "a transparency log that gets the signature"),
          value(
              "rekor-version",
              "1|2",
              "what the logs speak (default: 1 for rekor.sigstore.dev, else 2)"),
          values("timestamp-url", "URL", "a timestamp authority that sees the signature"),
          values(
              "trust-root", "FILE", "verify what was made by this trust root before it is written"),
          flag("yes", "agree to what becomes public"));

  private SignerOptions() {}

  /** These options, then the command's own. */
  static List<CommandSpec.Option> with(CommandSpec.Option... others) {
    List<CommandSpec.Option> all = new ArrayList<>();
    all.add(value("key", "KEY", "the private key: a file, or a reference"));
    all.addAll(IDENTITY);
    all.addAll(SERVICES);
    all.addAll(List.of(others));
    return all;
  }

  static BundleSigner open(Arguments arguments, Context context) {
    boolean key = arguments.value("key").isPresent();
    if (key) {
      refuse(arguments, IDENTITY, "does not go with --key");
    } else if (!arguments.flag("keyless")
        && !arguments.flag("signing-config")
        && !arguments.flag("fulcio-url")) {
      throw new AssayException(
          Code.USAGE,
          "--key is needed, or --keyless",
          "assay " + arguments.spec().name() + " --help");
    }
    boolean services =
        arguments.flag("signing-config")
            || arguments.flag("rekor-url")
            || arguments.flag("timestamp-url");
    if (!key || services) {
      return KeylessSigning.open(arguments, context);
    }
    refuse(
        arguments, SERVICES, "goes with a service: --rekor-url, --timestamp-url, --signing-config");
    return new KeyBundleSigner(Keys.signer(arguments, context));
  }

  /** Refuses what does not go with a signature of another kind, which a key alone makes. */
  static void onlyKey(Arguments arguments, String kind) {
    refuse(arguments, IDENTITY, "does not go with " + kind);
    refuse(arguments, SERVICES, "does not go with " + kind);
  }

  private static void refuse(Arguments arguments, List<CommandSpec.Option> options, String why) {
    for (CommandSpec.Option option : options) {
      if (arguments.flag(option.name()) && !option.name().equals("yes")) {
        throw new AssayException(Code.USAGE, "--" + option.name() + " " + why);
      }
    }
  }
}
