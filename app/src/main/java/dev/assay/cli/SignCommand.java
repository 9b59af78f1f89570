package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;
import static dev.assay.cli.CommandSpec.values;

import dev.assay.attest.PredicateTypes;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.signing.BundleSigner;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code sign}: images and files. */
final class SignCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "sign",
          "sign an image (by its digest) or a file",
          "IMAGE@DIGEST|FILE...",
          1,
          CommandSpec.MANY,
          """
          An image's signature is attached to it in its registry, as a Sigstore bundle of version 0.3 that refers to the
          image (OCI 1.1; where a registry has no referrers API, by the fallback tag). cosign verifies it. A tag is not
          signed: it can move between the moment you look and the moment it is signed.

          A file's signature is written beside it, as FILE.sigstore.json, or to --bundle.

          The key's password is COSIGN_PASSWORD if that is set, else it is asked for. The key may be elsewhere than in a
          file: env://VARIABLE, pkcs11:token=...;object=... (a token), ssh-agent: (an SSH agent), or SCHEME://... for the
          program sigstore-kms-SCHEME, a plugin of cosign's.

          --ssh-signature writes the signature that ssh-keygen -Y verify reads, by a key of an SSH agent.
          """,
          SignerOptions.with(
              value(
                  "bundle", "FILE", "where the bundle of a file is written; - is standard output"),
              value("ssh-signature", "FILE", "write an SSH signature of a file instead"),
              value("namespace", "NAME", "what an SSH signature is for (\"file\" where not given)"),
              values("annotation", "NAME=VALUE", "say more about an image in the signed statement"),
              flag("plain-http", "use HTTP instead of HTTPS (on this machine HTTP is used anyway)"),
              flag("replace", "replace an existing bundle file")),
          List.of(
              "assay sign --key release.key registry.example/pay@sha256:9f86d0...",
              "assay sign --keyless --yes registry.example/pay@sha256:9f86d0...   # in CI",
              "assay sign --key release.key pay.tar.gz   # writes pay.tar.gz.sigstore.json"));

  private SignCommand() {}

  static int run(Arguments arguments, Context context) {
    if (arguments.value("bundle").isPresent() && arguments.operands().size() > 1) {
      throw new AssayException(Code.USAGE, "--bundle goes with one file");
    }
    if (arguments.value("ssh-signature").isPresent()) {
      return SshSigning.run(arguments, context);
    }
    if (arguments.value("namespace").isPresent()) {
      throw new AssayException(Code.USAGE, "--namespace goes with --ssh-signature");
    }
    try (BundleSigner signer = SignerOptions.open(arguments, context)) {
      signAll(signer, arguments, context);
    }
    return 0;
  }

  private static void signAll(BundleSigner signer, Arguments arguments, Context context) {
    for (String name : arguments.operands()) {
      if (Target.isFile(name, context)) {
        file(name, signer, arguments, context);
      } else {
        ImageSigning.attach(
            name,
            signer,
            PredicateTypes.COSIGN_SIGN_V1,
            Json.object().build(),
            annotations(arguments),
            arguments.flag("plain-http"),
            context);
      }
    }
  }

  private static void file(String name, BundleSigner signer, Arguments arguments, Context context) {
    if (!annotations(arguments).isEmpty()) {
      throw new AssayException(Code.USAGE, "--annotation goes with images");
    }
    // What is signed and what is named must be the same bytes, so they are read once.
    byte[] content = Inputs.read(context, name, SIGNED_FILE_BYTES);
    write(arguments, context, name, signer.message(content).write());
  }

  /** The largest file that is signed (it is held in memory). */
  static final int SIGNED_FILE_BYTES = 1 << 30;

  static void write(Arguments arguments, Context context, String name, byte[] bundle) {
    String target = arguments.value("bundle").orElse(name + ".sigstore.json");
    if (target.equals("-")) {
      context.out().write(bundle, 0, bundle.length);
      context.out().println();
      return;
    }
    Inputs.write(context, target, bundle, arguments.flag("replace"));
    context.out().println(target);
  }

  static Map<String, Json> annotations(Arguments arguments) {
    Map<String, Json> out = new LinkedHashMap<>();
    for (String pair : arguments.values("annotation")) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw new AssayException(Code.USAGE, "not NAME=VALUE: " + Text.quote(pair));
      }
      out.put(pair.substring(0, equals), Json.of(pair.substring(equals + 1)));
    }
    return out;
  }
}
