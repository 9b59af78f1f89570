package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.signing.SshAgentKeys;

/** {@code sign --ssh-signature}: a file, by a key of an SSH agent. */
final class SshSigning {

  private static final int MAX_NAMESPACE = 255;

  private SshSigning() {}

  static int run(Arguments arguments, Context context) {
    SignerOptions.onlyKey(arguments, "--ssh-signature");
    String key = arguments.required("key");
    String target = arguments.required("ssh-signature");
    String namespace = arguments.value("namespace").orElse("file");
    if (!key.startsWith(SshAgentKeys.SCHEME)) {
      throw new AssayException(
          Code.USAGE, "--ssh-signature goes with --key " + SshAgentKeys.SCHEME);
    }
    if (arguments.operands().size() != 1
        || arguments.value("bundle").isPresent()
        || !arguments.values("annotation").isEmpty()) {
      throw new AssayException(
          Code.USAGE, "--ssh-signature goes with one file, without --bundle and --annotation");
    }
    if (namespace.isEmpty() || namespace.length() > MAX_NAMESPACE) {
      throw new AssayException(Code.USAGE, "not a namespace: " + Text.quote(namespace));
    }
    byte[] content = Inputs.read(context, arguments.operand(0), SignCommand.SIGNED_FILE_BYTES);
    byte[] signature = SshAgentKeys.signature(key, content, namespace, Keys.settings(context));
    if (target.equals("-")) {
      context.out().write(signature, 0, signature.length);
      return 0;
    }
    Inputs.write(context, target, signature, arguments.flag("replace"));
    context.out().println(target);
    return 0;
  }
}
