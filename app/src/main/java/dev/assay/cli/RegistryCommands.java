package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.net.Loopback;
import dev.assay.net.TlsMaterial;
import dev.assay.oci.RegistryServer;
import dev.assay.server.RunningServer;
import dev.assay.server.WebServers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/** The registry. */
final class RegistryCommands {

  static final CommandSpec SERVE =
      new CommandSpec(
          "registry serve",
          "run an OCI registry over a folder",
          "DIR",
          1,
          1,
          """
          Runs a registry by the OCI distribution specification, with the referrers API, over a \
          folder in which each repository is an image layout. Prints its address when it accepts \
          connections, and runs until it is interrupted.

          It has no users: whoever reaches it may push and delete. Without TLS it listens on this \
          machine only, unless --plain-http says that the network is trusted.\
          """,
          List.of(
              CommandSpec.value(
                  "listen",
                  "HOST:PORT",
                  "where to listen; 127.0.0.1:5000 if not given, port 0 for any"),
              CommandSpec.value("tls-cert", "FILE", "certificate chain in PEM, for HTTPS"),
              CommandSpec.value("tls-key", "FILE", "its private key, PKCS#8 in PEM"),
              CommandSpec.flag("plain-http", "listen beyond this machine without TLS")),
          List.of(
              "assay registry serve ./registry",
              "assay registry serve ./registry --listen 0.0.0.0:5000 --tls-cert tls.crt --tls-key"
                  + " tls.key"));

  private RegistryCommands() {}

  static int serve(Arguments arguments, Context context) throws IOException {
    Listen listen = Listen.parse(arguments.value("listen").orElse("127.0.0.1:5000"));
    Optional<TlsMaterial> tls = tls(arguments, context);
    if (tls.isEmpty() && !Loopback.is(listen.host()) && !arguments.flag("plain-http")) {
      throw new AssayException(
          Code.PLAIN_HTTP,
          "without TLS the registry listens on this machine only, not on "
              + Text.quote(listen.host()),
          "--tls-cert and --tls-key, or --plain-http if the network is trusted");
    }
    try (RegistryServer registry =
            new RegistryServer(context.path(arguments.operand(0)), context.clock());
        RunningServer server = WebServers.start(registry, listen.host(), listen.port(), tls)) {
      Thread stop = stopOnSignal(server, registry);
      context.out().println(server.url());
      context.out().flush();
      try {
        server.await();
      } catch (InterruptedException e) {
        // Whoever runs this in a thread of its own ends it so.
        Runtime.getRuntime().removeShutdownHook(stop);
      }
      return 0;
    }
  }

  // Requests under way are still answered when the process is asked to end.
  private static Thread stopOnSignal(RunningServer server, RegistryServer registry) {
    Thread hook =
        new Thread(
            () -> {
              server.close();
              registry.close();
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    return hook;
  }

  private static Optional<TlsMaterial> tls(Arguments arguments, Context context) {
    Optional<String> certificate = arguments.value("tls-cert");
    Optional<String> key = arguments.value("tls-key");
    if (certificate.isEmpty() && key.isEmpty()) {
      return Optional.empty();
    }
    if (certificate.isEmpty() || key.isEmpty()) {
      throw new AssayException(Code.USAGE, "--tls-cert and --tls-key belong together");
    }
    return Optional.of(new TlsMaterial(read(context, certificate.get()), read(context, key.get())));
  }

  private static byte[] read(Context context, String name) {
    try (InputStream in = Files.newInputStream(context.path(name))) {
      return in.readNBytes(Limits.DOCUMENT_BYTES);
    } catch (IOException e) {
      throw new AssayException(Code.FILE_UNREADABLE, Text.quote(name) + " cannot be read", e);
    }
  }
}
