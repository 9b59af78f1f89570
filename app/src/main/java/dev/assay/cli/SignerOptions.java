package dev.assay.cli;

import static dev.assay.cli.CommandSpec.value;

import dev.assay.signing.BundleSigner;
import dev.assay.signing.KeyBundleSigner;
import java.util.ArrayList;
import java.util.List;

/** The options that say who signs and what proves it, and the signer they make. */
final class SignerOptions {

  private static final List<CommandSpec.Option> OPTIONS =
      List.of(value("key", "KEY", "the private key: a file, or a reference"));

  private SignerOptions() {}

  /** These options, then the command's own. */
  static List<CommandSpec.Option> with(CommandSpec.Option... others) {
    List<CommandSpec.Option> all = new ArrayList<>(OPTIONS);
    all.addAll(List.of(others));
    return all;
  }

  static BundleSigner open(Arguments arguments, Context context) {
    return new KeyBundleSigner(Keys.signer(arguments, context));
  }
}
