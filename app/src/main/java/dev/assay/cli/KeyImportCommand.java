package dev.assay.cli;

import dev.assay.crypto.PrivateKey;
import dev.assay.signing.KeyFiles;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** {@code key import}: a key that was made elsewhere, into cosign's encrypted format. */
final class KeyImportCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "key import",
          "turn a private key of another tool into NAME.key (encrypted) and NAME.pub",
          "FILE NAME",
          2,
          2,
          """
          FILE is PEM: PKCS#8, PKCS#1 (RSA), SEC 1 (EC), all of them unencrypted, or cosign's encrypted format. What is
          written is cosign's encrypted format. FILE stays as it is: remove it when the new one works.

          The password is COSIGN_PASSWORD if that is set, else it is asked for. Existing files are never replaced.
          """,
          List.of(),
          List.of("assay key import server.pem imported"));

  private KeyImportCommand() {}

  static int run(Arguments arguments, Context context) {
    Path from = context.path(arguments.operand(0));
    String name = arguments.operand(1);
    PrivateKey key = KeyFiles.load(from, Keys.passwords(context));
    byte[] password = Keys.passwords(context).fresh(name + ".key");
    KeyFiles.Pair pair;
    try {
      pair = KeyFiles.write(context.path(name), key, password);
    } finally {
      Arrays.fill(password, (byte) 0);
      key.destroy();
    }
    context
        .out()
        .println(
            "private key  " + KeyCommands.show(context, pair.privateKey()) + "  (keep it secret)");
    context.out().println("public key   " + KeyCommands.show(context, pair.publicKey()));
    context.out().println("id           " + key.publicKey().id());
    return 0;
  }
}
