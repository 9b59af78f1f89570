package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.net.Loopback;
import dev.assay.net.TlsMaterial;
import dev.assay.oci.RegistryAccess;
import dev.assay.oci.RegistryCollector;
import dev.assay.oci.RegistryServer;
import dev.assay.server.RunningServer;
import dev.assay.server.WebServers;
import java.io.IOException;
import java.time.Duration;
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

          With --htpasswd or --tokens it asks who is there; without, whoever reaches it may push \
          and delete, and without TLS it then listens on this machine only, unless --plain-http \
          says that the network is trusted. All these files are \
          read again when they change.\
          """,
          List.of(
              CommandSpec.value(
                  "listen",
                  "HOST:PORT",
                  "where to listen; 127.0.0.1:5000 if not given, port 0 for any"),
              CommandSpec.value("tls-cert", "FILE", "certificate chain in PEM, for HTTPS"),
              CommandSpec.value("tls-key", "FILE", "its private key, PKCS#8 in PEM"),
              CommandSpec.value(
                  "htpasswd",
                  "FILE",
                  "users who may pull and push, as htpasswd -B writes them (bcrypt)"),
              CommandSpec.value(
                  "tokens",
                  "FILE",
                  "tokens, each on a line NAME:pull:SHA256 or NAME:push:SHA256, for Bearer or as a"
                      + " password"),
              CommandSpec.flag("anonymous-pull", "pulling needs no password"),
              CommandSpec.flag("read-only", "nobody pushes or deletes"),
              CommandSpec.flag("plain-http", "listen beyond this machine without TLS")),
          List.of(
              "assay registry serve ./registry",
              "assay registry serve ./registry --listen 0.0.0.0:5000 --tls-cert tls.crt --tls-key"
                  + " tls.key --htpasswd users --anonymous-pull"));

  static final CommandSpec GC =
      new CommandSpec(
          "registry gc",
          "remove from a registry's folder what nobody can ask for",
          "DIR",
          1,
          1,
          """
          Removes blobs that no manifest names, and with --untagged manifests that no tag leads \
          to. What a tag leads to stays, with the signatures and attestations that refer to it. \
          Prints a line for each repository in which something was removed, and a sum.

          The registry may be serving meanwhile: what was uploaded or asked for within --grace \
          stays.\
          """,
          List.of(
              CommandSpec.flag("dry-run", "remove nothing, only say what would be"),
              CommandSpec.flag("untagged", "also remove manifests that no tag leads to"),
              CommandSpec.value(
                  "grace",
                  "MINUTES",
                  "keep what was used in the last so many minutes; 60 if not" + " given")),
          List.of(
              "assay registry gc ./registry --dry-run", "assay registry gc ./registry --untagged"));

  private RegistryCommands() {}

  static int serve(Arguments arguments, Context context) throws IOException {
    Listen listen = Listen.parse(arguments.value("listen").orElse("127.0.0.1:5000"));
    Optional<TlsMaterial> tls = tls(arguments, context);
    RegistryAccess access =
        new RegistryAccess(
            arguments.value("htpasswd").map(context::path),
            arguments.value("tokens").map(context::path),
            arguments.flag("anonymous-pull"),
            arguments.flag("read-only"));
    if (tls.isEmpty() && !Loopback.is(listen.host()) && !arguments.flag("plain-http")) {
      throw new AssayException(
          Code.PLAIN_HTTP,
          "without TLS the registry listens on this machine only, not on "
              + Text.quote(listen.host()),
          "--tls-cert and --tls-key, or --plain-http if the network is trusted");
    }
    try (RegistryServer registry =
            new RegistryServer(context.path(arguments.operand(0)), context.clock(), access);
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
    return Optional.of(
        TlsMaterial.watching(context.path(certificate.get()), context.path(key.get())));
  }

  static int gc(Arguments arguments, Context context) throws IOException {
    String grace = arguments.value("grace").orElse("60");
    if (!grace.matches("[0-9]{1,7}")) {
      throw new AssayException(Code.USAGE, "--grace: not minutes: " + Text.quote(grace));
    }
    boolean dryRun = arguments.flag("dry-run");
    List<RegistryCollector.Collected> all =
        new RegistryCollector(
                context.path(arguments.operand(0)),
                Duration.ofMinutes(Long.parseLong(grace)),
                arguments.flag("untagged"),
                dryRun)
            .run();
    int manifests = 0;
    int blobs = 0;
    long bytes = 0;
    for (RegistryCollector.Collected c : all) {
      if (c.manifests() + c.blobs() > 0) {
        context.out().println(c.repository() + ": " + line(c.manifests(), c.blobs(), c.bytes()));
      }
      manifests += c.manifests();
      blobs += c.blobs();
      bytes += c.bytes();
    }
    String said = dryRun ? "would be removed: " : "removed: ";
    context.out().println(said + line(manifests, blobs, bytes));
    return 0;
  }

  private static String line(int manifests, int blobs, long bytes) {
    return manifests + " manifests, " + blobs + " blobs, " + bytes + " bytes";
  }
}
