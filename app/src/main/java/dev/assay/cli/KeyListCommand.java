package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SshKey;
import dev.assay.signing.KeyFiles;
import dev.assay.signing.SshAgentKeys;
import dev.assay.signing.pkcs11.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code key list}: keys in a folder, in tokens, in an SSH agent. */
final class KeyListCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "key list",
          "list the keys in a folder, in tokens or in an SSH agent",
          "[FOLDER]",
          0,
          1,
          """
          One line for a key: what --key takes, its kind, the SHA-256 of its public key. No password and no PIN is asked
          for: of a token, what it shows to everybody is listed. In a folder, the public key of NAME.key is that of
          NAME.pub beside it.
          """,
          List.of(
              value("module", "FILE", "list the tokens of this PKCS#11 module instead"),
              flag("ssh-agent", "list the keys of the SSH agent instead")),
          List.of("assay key list", "assay key list --ssh-agent"));

  private static final int MANY = 10_000;

  private KeyListCommand() {}

  static int run(Arguments arguments, Context context) throws IOException {
    boolean agent = arguments.flag("ssh-agent");
    boolean module = arguments.value("module").isPresent();
    if ((agent ? 1 : 0) + (module ? 1 : 0) + arguments.operands().size() > 1) {
      throw new AssayException(Code.USAGE, "one of FOLDER, --module and --ssh-agent");
    }
    if (module) {
      Path file = context.path(arguments.required("module"));
      for (Tokens.Listed key : Tokens.list(file, Keys.settings(context))) {
        line(key.uri(), key.key(), context);
      }
    } else if (agent) {
      for (SshAgentKeys.Listed key : SshAgentKeys.list(Keys.settings(context))) {
        String touch =
            key.key().filter(SshKey::isSecurityKey).isPresent() ? "  (security key)" : "";
        line(
            key.uri() + "  " + Text.printable(key.comment()) + touch,
            key.key().map(SshKey::publicKey),
            context);
      }
    } else {
      folder(arguments.operands().isEmpty() ? "." : arguments.operand(0), context);
    }
    return 0;
  }

  private static void line(String name, Optional<PublicKey> key, Context context) {
    String kind =
        key.map(k -> k.algorithm().id() + "  " + k.id().brief()).orElse("of a kind not used here");
    context.out().println(name + "  " + kind);
  }

  private static void folder(String name, Context context) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(context.path(name))) {
      all.filter(f -> f.toString().endsWith(".key") || f.toString().endsWith(".pub"))
          .sorted()
          .limit(MANY)
          .forEach(files::add);
    }
    for (Path file : files) {
      String shown = Text.printable(KeyCommands.show(context, file.normalize()));
      if (file.toString().endsWith(".pub")) {
        read(file).ifPresent(k -> line(shown, Optional.of(k), context));
      } else {
        Path beside = Path.of(file.toString().substring(0, file.toString().length() - 4) + ".pub");
        Optional<PublicKey> known =
            Files.isRegularFile(beside) ? read(beside) : Optional.<PublicKey>empty();
        context
            .out()
            .println(
                shown
                    + "  "
                    + known
                        .map(k -> k.algorithm().id() + "  " + k.id().brief())
                        .orElse("without its .pub"));
      }
    }
  }

  // SSH keys end in .pub too.
  private static Optional<PublicKey> read(Path file) {
    try {
      return Optional.of(KeyFiles.loadPublic(file));
    } catch (AssayException e) {
      return Optional.empty();
    }
  }
}
