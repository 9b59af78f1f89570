package dev.assay.cli;

import static dev.assay.cli.CommandSpec.value;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import dev.assay.signing.KeyFiles;
import dev.assay.signing.KeyReferences;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** {@code key generate}, {@code key public}. */
final class KeyCommands {

  static final CommandSpec GENERATE =
      new CommandSpec(
          "key generate",
          "make a key pair: NAME.key (encrypted) and NAME.pub",
          "[NAME]",
          0,
          1,
          """
          NAME is "assay" where none is given. The private key is encrypted with a password, in cosign's format; only its owner can read the file. The
          password is COSIGN_PASSWORD if that is set, else it is asked for. Existing files are never replaced.

          With --key the key is made elsewhere and never leaves it: pkcs11:token=...;object=NAME in a token,
          SCHEME://... by the program sigstore-kms-SCHEME. NAME.pub is written then, and no NAME.key.
          """,
          List.of(
              value(
                  "algorithm",
                  "NAME",
                  "ecdsa-p256 (default), ecdsa-p384, ecdsa-p521, ed25519, ml-dsa-44, ml-dsa-65,"
                      + " ml-dsa-87; in tokens the first four"),
              value("key", "REFERENCE", "make the key there instead of in a file")),
          List.of("assay key generate release"));

  static final CommandSpec PUBLIC =
      new CommandSpec(
          "key public",
          "print the public key of a private key",
          "",
          0,
          0,
          "PEM on standard output, its id (the SHA-256 of its DER form) on standard error.",
          List.of(value("key", "KEY", "a private or public key: a file, or a reference")),
          List.of("assay key public --key release.key"));

  private KeyCommands() {}

  static int generate(Arguments arguments, Context context) {
    String name = arguments.operands().isEmpty() ? "assay" : arguments.operand(0);
    if (arguments.value("key").isPresent()) {
      return elsewhere(name, arguments, context);
    }
    String algorithm = arguments.value("algorithm").orElse("ecdsa-p256");
    KeyAlgorithm chosen =
        KeyAlgorithm.byId(algorithm)
            .filter(a -> a != KeyAlgorithm.RSA)
            .orElseThrow(() ->
                new AssayException(
                    Code.USAGE,
                    "no algorithm " + Text.quote(algorithm) + " to make keys of",
                    "one of: "
                        + Arrays.stream(KeyAlgorithm.values())
                            .filter(a -> a != KeyAlgorithm.RSA)
                            .map(KeyAlgorithm::id)
                            .collect(Collectors.joining(", "))));
    KeyFiles.Pair pair = KeyFiles.Pair.of(context.path(name));
    byte[] password = Keys.passwords(context).fresh(name + ".key");
    PrivateKey key = PrivateKey.generate(chosen);
    try {
      KeyFiles.write(context.path(name), key, password);
    } finally {
      Arrays.fill(password, (byte) 0);
      key.destroy();
    }
    context
        .out()
        .println("private key  " + show(context, pair.privateKey()) + "  (keep it secret)");
    context.out().println("public key   " + show(context, pair.publicKey()));
    context.out().println("id           " + key.publicKey().id());
    return 0;
  }

  private static int elsewhere(String name, Arguments arguments, Context context) {
    Path file = KeyFiles.Pair.of(context.path(name)).publicKey();
    if (Files.exists(file)) {
      throw new AssayException(Code.FILE_EXISTS, show(context, file) + " exists already");
    }
    PublicKey key =
        KeyReferences.generate(
            arguments.required("key"), arguments.value("algorithm"), Keys.settings(context));
    KeyFiles.createPublic(file, key);
    context.out().println("public key   " + show(context, file));
    context.out().println("id           " + key.id());
    return 0;
  }

  static String show(Context context, Path path) {
    return path.startsWith(context.folder())
        ? context.folder().relativize(path).toString()
        : path.toString();
  }

  static int publicKey(Arguments arguments, Context context) {
    PublicKey key = KeyReferences.publicKey(arguments.required("key"), Keys.settings(context));
    context.out().print(key.pem());
    context.err().println("id " + key.id());
    return 0;
  }
}
