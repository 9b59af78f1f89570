package dev.assay.cli;

import static dev.assay.cli.CommandSpec.value;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.net.Http;
import dev.assay.roots.FolderMirror;
import dev.assay.roots.HttpMirror;
import dev.assay.roots.TrustRoots;
import dev.assay.trust.Freshness;
import dev.assay.trust.PublicGood;
import dev.assay.trust.tuf.TufFetcher;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@code trust update}: the TUF client. */
final class TrustUpdateCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "trust update",
          "fetch the newest trust root, by TUF, from the network or a folder",
          "",
          0,
          0,
          """
          Fetches the metadata of a TUF repository, verifies it from the pinned root on, and keeps it with the trust root and the signing config it names. What is older than what was
          seen before is refused. From a folder nothing of the network is touched; the folder that an update fills (tuf/public-good in Assay's data folder) is such
          a folder, to be carried to a site without a network.

          That metadata has expired does not stop an update, because it may be the newest that is to be had; it is said, and "too old" ends with exit status 3.
          """,
          List.of(
              value(
                  "mirror", "URL|FOLDER", "where from; the public-good mirror where none is given"),
              value(
                  "root",
                  "FILE",
                  "root metadata of a repository of one's own, to be trusted as it is;"
                      + " ASSAY_TUF_ROOT names it to other commands"),
              value(
                  "grace",
                  "DURATION",
                  "how long after its expiry metadata will do: 12h, 90d (default), 8w"),
              value("at", "TIME", "judge the age at this time instead of now")),
          List.of("assay trust update", "assay trust update --mirror /media/usb/tuf"));

  private TrustUpdateCommand() {}

  static int run(Arguments arguments, Context context) {
    Optional<byte[]> pinned =
        arguments
            .value("root")
            .map(f -> Inputs.read(context, f, Limits.TUF_ROOT_BYTES))
            .or(() -> TrustCommands.pinned(context));
    Optional<String> named = arguments.value("mirror");
    if (pinned.isPresent() && named.isEmpty()) {
      throw new AssayException(
          Code.USAGE, "--root needs the --mirror it belongs to", "assay trust update --help");
    }
    String mirror = named.orElse(PublicGood.MIRROR);
    Instant at = TrustCommands.at(arguments, context);
    Duration grace = TrustCommands.grace(arguments);
    TrustRoots.Updated updated;
    if (mirror.startsWith("https://") || mirror.startsWith("http://")) {
      try (Http http = new Http(Http.Settings.of(context.environment()))) {
        updated = update(context, pinned, new HttpMirror(http, mirror), mirror, at, grace);
      }
    } else {
      updated = update(context, pinned, new FolderMirror(context.path(mirror)), mirror, at, grace);
    }
    print(updated, mirror, context);
    return TrustCommands.status(updated.inForce().freshness(), context);
  }

  private static TrustRoots.Updated update(
      Context context,
      Optional<byte[]> pinned,
      TufFetcher fetcher,
      String mirror,
      Instant at,
      Duration grace) {
    return TrustRoots.update(
        TrustCommands.data(context), pinned, fetcher, mirror, context.clock().instant(), at, grace);
  }

  private static void print(TrustRoots.Updated updated, String mirror, Context context) {
    Freshness freshness = updated.inForce().freshness();
    String root =
        updated.rootBefore() == updated.rootNow()
            ? "version " + updated.rootNow()
            : "version " + updated.rootBefore() + " to " + updated.rootNow();
    context
        .out()
        .println(
            (updated.changed() ? "updated" : "unchanged")
                + "  trusted_root.json  "
                + updated.inForce().roots().getFirst().digest());
    context.out().println("from        " + Text.printable(mirror));
    context.out().println("TUF root    " + root);
    context.out().println("timestamp   version " + updated.marks().timestamp());
    context.out().println("snapshot    version " + updated.marks().snapshot());
    context.out().println("age         " + freshness.text());
  }
}
