package dev.assay.cli;

import dev.assay.crypto.PublicKey;
import dev.assay.signing.KeyFiles;
import dev.assay.signing.KeyReferences;
import dev.assay.signing.KeySettings;
import dev.assay.signing.Passwords;
import dev.assay.signing.Signer;
import dev.assay.trust.TrustedKey;
import java.io.Console;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Loads the keys that a command names. */
final class Keys {

  private Keys() {}

  static Passwords passwords(Context context) {
    // An empty COSIGN_PASSWORD is a password; an absent one is asked for.
    Optional<String> variable = Optional.ofNullable(context.environment().get(Passwords.VARIABLE));
    return new Passwords(variable, Keys::ask);
  }

  // Null before JDK 22, never since; the annotated JDK still says it can be.
  @SuppressWarnings("SystemConsoleNull")
  private static Optional<char[]> ask(String question) {
    Console console = System.console();
    return console == null || !console.isTerminal()
        ? Optional.empty()
        : Optional.ofNullable(console.readPassword("%s", question));
  }

  static Signer signer(Arguments arguments, Context context) {
    String key = arguments.required("key");
    // A plain name is a file: nothing else is loaded for it.
    return key.indexOf(':') < 0
        ? KeyFiles.signer(context.path(key), passwords(context))
        : KeyReferences.signer(key, settings(context));
  }

  static KeySettings settings(Context context) {
    return new KeySettings(
        context.environment(),
        context.folder(),
        passwords(context),
        text -> context.err().println(text));
  }

  /** Public keys given by {@code --key}, named by their files. */
  static List<TrustedKey> trusted(List<String> files, Context context) {
    List<TrustedKey> out = new ArrayList<>();
    for (String file : files) {
      boolean isFile = file.indexOf(':') < 0 || KeyReferences.isFile(file);
      PublicKey key =
          isFile
              ? KeyFiles.loadPublic(context.path(file))
              : KeyReferences.publicKey(file, settings(context));
      if (out.stream().noneMatch(k -> k.key().id().equals(key.id()))) {
        Path name = isFile ? Path.of(file).getFileName() : null;
        // What follows the question mark of a PKCS#11 URI may be a PIN.
        out.add(TrustedKey.always(name == null ? file.split("\\?", 2)[0] : name.toString(), key));
      }
    }
    return out;
  }
}
