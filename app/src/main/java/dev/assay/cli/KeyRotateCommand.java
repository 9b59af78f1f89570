package dev.assay.cli;

import static dev.assay.cli.CommandSpec.value;

import dev.assay.attest.Statement;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import dev.assay.policy.PolicyEdit;
import dev.assay.policy.PolicyReader;
import dev.assay.policy.TrustPolicy;
import dev.assay.signing.KeyBundleSigner;
import dev.assay.signing.KeyFiles;
import dev.assay.signing.Signer;
import dev.assay.trust.TrustedKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code key rotate}: a new key follows an old one, in a policy, vouched for by the old one. */
final class KeyRotateCommand {

  /** What the old key signs about the new one. */
  static final String PREDICATE = "https://assay.dev/key-rotation/v1";

  static final CommandSpec SPEC =
      new CommandSpec(
          "key rotate",
          "let a new key follow an old one in a policy",
          "NAME",
          1,
          1,
          """
          Makes NAME.key and NAME.pub (or takes --public-key, a key that is in a token, say), has the old key sign that
          this is its successor (NAME.rotation.json, a Sigstore bundle), and edits the policy: the old signer's notAfter
          and the new one's notBefore are the time of the rotation, and wherever the policy names the old signer it
          names the new one too. Where it asks for several signers (a threshold above 1) the new one takes the old
          one's place: somebody with both keys would count twice. Nothing else in the file changes, not a byte.

          Images that the old key signed need a proven time before the rotation, or a signature by the new key.
          """,
          List.of(
              value("policy", "FILE", "the policy"),
              value("signer", "NAME", "the signer's name in the policy"),
              value("key", "KEY", "its private key: a file, or a reference"),
              value("public-key", "FILE", "the new public key; NAME.key is not made then"),
              value("algorithm", "NAME", "the new key's kind, as for assay key generate"),
              value("at", "TIME", "from when on; now where not given")),
          List.of(
              "assay key rotate release-2 --policy policy.yaml --signer release --key"
                  + " release.key"));

  private KeyRotateCommand() {}

  static int run(Arguments arguments, Context context) {
    String file = arguments.required("policy");
    String old = arguments.required("signer");
    Instant at = KeyRevokeCommand.time(arguments, context);
    byte[] policy = Inputs.read(context, file, Limits.DOCUMENT_BYTES);
    PublicKey known = key(PolicyCommands.load(context, file), old);
    KeyFiles.Pair pair = KeyFiles.Pair.of(context.path(arguments.operand(0)));
    String statement = arguments.operand(0) + ".rotation.json";
    PrivateKey made = fresh(arguments, pair, context.path(statement));
    try (Signer signer = Keys.signer(arguments, context)) {
      if (!signer.publicKey().equals(known)) {
        throw new AssayException(
            Code.USAGE,
            "--key is not the key of the signer " + Text.quote(old) + " in " + file,
            "that one is " + known.id());
      }
      Path publicFile =
          made == null ? context.path(arguments.required("public-key")) : pair.publicKey();
      PublicKey successor = made == null ? KeyFiles.loadPublic(publicFile) : made.publicKey();
      String name = String.valueOf(context.path(arguments.operand(0)).getFileName());
      String keyFile = beside(context.path(file), publicFile);
      PolicyEdit.Rotated rotated = PolicyEdit.rotate(policy, old, name, keyFile, at);
      PolicyReader.readOrThrow(
          rotated.policy(),
          k ->
              k.equals(keyFile)
                  ? Text.utf8(successor.pem())
                  : PolicyCommands.keyFile(context, file, k));
      Statement rotation =
          Statement.create(
              List.of(Statement.Subject.of(name, successor.id())),
              PREDICATE,
              predicate(old, known, successor, at));
      byte[] bundle = new KeyBundleSigner(signer).statement(rotation).write();
      if (made != null) {
        write(pair, made, arguments.operand(0), context);
      }
      Inputs.write(context, statement, bundle, false);
      Inputs.write(context, file, rotated.policy(), true);
      tell(file, old, name, statement, successor, rotated, context);
    } finally {
      if (made != null) {
        made.destroy();
      }
    }
    return 0;
  }

  private static void tell(
      String file,
      String old,
      String name,
      String statement,
      PublicKey successor,
      PolicyEdit.Rotated rotated,
      Context context) {
    context.out().println(file + ": " + Text.quote(name) + " follows " + Text.quote(old));
    context.out().println("id           " + successor.id());
    context.out().println("statement    " + statement);
    if (rotated.removed()) {
      context.err().println("the policy names " + Text.quote(old) + " no more, and it is gone");
    } else if (!rotated.replaced().isEmpty()) {
      context
          .err()
          .println(
              "several signers are asked for at "
                  + String.join(", ", rotated.replaced())
                  + ": "
                  + Text.quote(name)
                  + " takes the old one's place there");
    }
    context.err().println("next: assay policy check " + file);
  }

  private static Json.Obj predicate(String old, PublicKey known, PublicKey successor, Instant at) {
    return Json.object()
        .put("predecessor", Json.object().put("name", old).put("id", known.id().toString()))
        .put(
            "successor",
            Json.object().put("id", successor.id().toString()).put("publicKey", successor.pem()))
        .put("from", at.toString())
        .build();
  }

  private static @Nullable PrivateKey fresh(
      Arguments arguments, KeyFiles.Pair pair, Path statement) {
    for (Path file : new Path[] {pair.privateKey(), pair.publicKey(), statement}) {
      if (Files.exists(file)
          && (file.equals(statement) || arguments.value("public-key").isEmpty())) {
        throw new AssayException(
            Code.FILE_EXISTS, Text.printable(file.toString()) + " exists already");
      }
    }
    if (arguments.value("public-key").isPresent()) {
      return null;
    }
    String id = arguments.value("algorithm").orElse(KeyAlgorithm.ECDSA_P256.id());
    return PrivateKey.generate(
        KeyAlgorithm.byId(id)
            .filter(a -> a != KeyAlgorithm.RSA)
            .orElseThrow(() ->
                new AssayException(
                    Code.USAGE,
                    "no algorithm " + Text.quote(id) + " to make keys of",
                    "assay key generate --help")));
  }

  private static void write(KeyFiles.Pair pair, PrivateKey key, String name, Context context) {
    byte[] password = Keys.passwords(context).fresh(name + ".key");
    try {
      KeyFiles.write(context.path(name), key, password);
    } finally {
      Arrays.fill(password, (byte) 0);
    }
    context.out().println("private key  " + KeyCommands.show(context, pair.privateKey()));
  }

  // Policies name key files from where they lie.
  private static String beside(Path policy, Path key) {
    Path folder = Optional.ofNullable(policy.toAbsolutePath().getParent()).orElse(policy);
    return folder.normalize().relativize(key.toAbsolutePath().normalize()).toString();
  }

  private static PublicKey key(TrustPolicy policy, String name) {
    for (TrustPolicy.Rule rule : policy.rules()) {
      Optional<PublicKey> found =
          rule.signature()
              .flatMap(s -> key(s.signers(), name))
              .or(() -> rule.sbom().flatMap(s -> key(s.signers(), name)))
              .or(() ->
                  rule.provenance()
                      .flatMap(p ->
                          p.builders().stream()
                              .flatMap(b -> key(b.signers(), name).stream())
                              .findFirst()));
      if (found.isPresent()) {
        return found.get();
      }
    }
    throw new AssayException(
        Code.BAD_POLICY, "the policy has no signer with a key named " + Text.quote(name));
  }

  private static Optional<PublicKey> key(
      List<? extends dev.assay.trust.Signer> signers, String name) {
    for (dev.assay.trust.Signer signer : signers) {
      if (signer instanceof TrustedKey k && k.name().equals(name)) {
        return Optional.of(k.key());
      }
    }
    return Optional.empty();
  }
}
