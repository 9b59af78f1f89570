package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.net.TlsMaterial;
import dev.assay.oci.RegistryClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The options that say how registries are reached, and the client they make. */
final class TlsOptions {

  private static final CommandSpec.Option CA =
      CommandSpec.value("tls-ca", "FILE", "also trust these certificate authorities, in PEM");

  private static final CommandSpec.Option CERT =
      CommandSpec.value(
          "tls-cert", "FILE", "client certificate chain in PEM, shown to the registries named");

  private static final CommandSpec.Option KEY =
      CommandSpec.value("tls-key", "FILE", "its private key, PKCS#8 in PEM");

  // Where the usual names are those of a server's own certificate.
  private static final String REGISTRY = "registry-";

  /** For commands whose {@code --tls-cert} is something else. */
  static final List<CommandSpec.Option> FOR_REGISTRIES =
      List.of(
          CommandSpec.value(REGISTRY + CA.name(), "FILE", CA.description()),
          CommandSpec.value(REGISTRY + CERT.name(), "FILE", CERT.description()),
          CommandSpec.value(REGISTRY + KEY.name(), "FILE", KEY.description()));

  private TlsOptions() {}

  /** These options, then those of TLS. */
  static List<CommandSpec.Option> with(CommandSpec.Option... others) {
    List<CommandSpec.Option> all = new ArrayList<>(List.of(others));
    all.addAll(List.of(CA, CERT, KEY));
    return all;
  }

  /** The client that the options and the environment describe. */
  static RegistryClient client(Arguments arguments, Context context) {
    return client("", arguments, context);
  }

  /** As {@link #client(Arguments, Context)}, by {@link #FOR_REGISTRIES}. */
  static RegistryClient registryClient(Arguments arguments, Context context) {
    return client(REGISTRY, arguments, context);
  }

  private static RegistryClient client(String prefix, Arguments arguments, Context context) {
    return RegistryClient.of(
        context.environment(),
        arguments.flag("plain-http"),
        arguments.value(prefix + CA.name()).map(name -> read(context, name)),
        certificate(prefix, arguments, context));
  }

  /** What {@code --tls-cert} and {@code --tls-key} name, for a client or a server. */
  static Optional<TlsMaterial> certificate(Arguments arguments, Context context) {
    return certificate("", arguments, context);
  }

  private static Optional<TlsMaterial> certificate(
      String prefix, Arguments arguments, Context context) {
    Optional<String> certificate = arguments.value(prefix + CERT.name());
    Optional<String> key = arguments.value(prefix + KEY.name());
    if (certificate.isPresent() != key.isPresent()) {
      throw new AssayException(
          Code.USAGE,
          "--" + prefix + CERT.name() + " and --" + prefix + KEY.name() + " belong together");
    }
    return certificate.map(
        c -> new TlsMaterial(read(context, c), read(context, key.orElseThrow())));
  }

  private static byte[] read(Context context, String name) {
    try (InputStream in = Files.newInputStream(context.path(name))) {
      return in.readNBytes(Limits.DOCUMENT_BYTES);
    } catch (IOException e) {
      throw new AssayException(Code.FILE_UNREADABLE, Text.quote(name) + " cannot be read", e);
    }
  }
}
