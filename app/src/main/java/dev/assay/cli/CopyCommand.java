package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;
import static dev.assay.cli.CommandSpec.values;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.oci.ImageStore;
import dev.assay.oci.ImageTree;
import dev.assay.oci.ImageTreeReader;
import dev.assay.oci.Platform;
import dev.assay.oci.RegistryClient;
import dev.assay.oci.StoredManifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code assay copy}: an image with everything that hangs on it. */
final class CopyCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "copy",
          "copy an image with all of its evidence, and check that nothing was lost",
          "SOURCE DESTINATION",
          2,
          2,
          """
          Copies an image, all of its platforms, and whatever hangs on it: signatures, attestations \
          and bills of materials that refer to the image, to one of its platforms, or to each \
          other, and what cosign keeps under the tags sha256-<hex>.sig, .att and .sbom. Source and \
          destination are images in a registry, in an image layout (oci:DIR:TAG) or in an archive \
          of one (oci-archive:FILE:TAG).

          The destination is then asked for all of it; if something is missing the copy fails \
          (ASY3104) and no tag is set. If the source does not say what hangs on an image, because \
          it is unreachable or throttles, nothing is copied: that is not "no evidence". Digests do \
          not change. What the destination has already is not sent again, so a copy that broke off \
          is gone on with by running it again.\
          """,
          TlsOptions.with(
              flag("all-tags", "every tag of the source repository; neither operand has one"),
              value("platform", "OS/ARCH", "only this platform of an index, by its own digest"),
              flag("no-evidence", "the image alone"),
              flag("dry-run", "say what would be copied, and copy nothing"),
              value(
                  "policy",
                  "FILE",
                  "verify the image at the source first; a refusal copies it not"),
              values("trust-root", "FILE", "with --policy: whom to believe besides the signers"),
              value("output", "FORMAT", "text (default) or json"),
              flag("plain-http", "talk to a registry that is not on this machine without TLS")),
          List.of(
              "assay copy registry.example/pay:1.8 127.0.0.1:5000/mirror/pay:1.8",
              "assay copy registry.example/pay:1.8 oci-archive:pay.tar",
              "assay copy --all-tags registry.example/pay 127.0.0.1:5000/mirror/pay",
              "assay copy --policy policy.yaml registry.example/pay:1.8 oci:mirror:1.8"));

  private CopyCommand() {}

  static int run(Arguments arguments, Context context) throws IOException {
    boolean json = Outputs.json(arguments);
    boolean evidence = !arguments.flag("no-evidence");
    boolean all = arguments.flag("all-tags");
    ImageLocation from = location(arguments.operand(0), all);
    ImageLocation to = location(arguments.operand(1), all);
    Optional<Platform> platform = arguments.value("platform").map(Platform::parse);
    List<Copies.Copied> done = new ArrayList<>();
    try (RegistryClient client = TlsOptions.client(arguments, context)) {
      Optional<SourcePolicy> policy = SourcePolicy.of(arguments, client, context);
      ImageStore source = from.open(client, context);
      List<String> identifiers =
          all
              ? source.tags().stream().filter(t -> !ImageTreeReader.isEvidenceTag(t)).toList()
              : List.of(from.identifier(source));
      if (identifiers.isEmpty()) {
        throw new AssayException(
            Code.NOT_FOUND, Text.printable(source.name()) + " has no tags to copy");
      }
      List<Copies.Wanted> wanted = new ArrayList<>();
      for (String identifier : identifiers) {
        StoredManifest stored = source.manifest(identifier);
        if (policy.isPresent()) {
          policy.get().check(from, stored.descriptor().digest(), source);
        }
        ImageTree tree = ImageTreeReader.read(source, stored, evidence);
        if (platform.isPresent()) {
          tree = part(tree, platform.get());
        }
        wanted.add(new Copies.Wanted(identifier, tree, name(from, to, identifier, tree, all)));
      }
      if (arguments.flag("dry-run")) {
        wanted.forEach(w -> done.add(Copies.planned(w)));
      } else {
        try (ProgressBar progress = ProgressBar.bytes("copying", context)) {
          done.addAll(
              Copies.run(source, to.openOrCreate(client, context), wanted, evidence, progress));
        }
        for (Copies.Wanted w : wanted) {
          sayIfMoved(source, w, platform, context);
        }
      }
    }
    print(done, to, evidence, arguments.flag("dry-run"), json, context);
    return 0;
  }

  private static ImageLocation location(String text, boolean all) {
    ImageLocation parsed = ImageLocation.parse(text);
    boolean named =
        switch (parsed) {
          case ImageLocation.InRegistry r ->
              r.reference().digest().isPresent()
                  || r.reference().tag().filter(t -> text.endsWith(":" + t)).isPresent();
          case ImageLocation.OnDisk d -> d.tag().isPresent() || d.digest().isPresent();
        };
    if (all && named) {
      throw new AssayException(
          Code.USAGE, "with --all-tags no tag or digest is named: " + Text.quote(text));
    }
    return parsed;
  }

  /** What the copy is called: as the destination says, else as the source was called. */
  private static Optional<String> name(
      ImageLocation from, ImageLocation to, String identifier, ImageTree tree, boolean all) {
    if (all) {
      return Optional.of(identifier);
    }
    Optional<Digest> demanded =
        switch (to) {
          case ImageLocation.InRegistry r -> r.reference().digest();
          case ImageLocation.OnDisk d -> d.digest();
        };
    if (demanded.isPresent() && !demanded.get().equals(tree.digest())) {
      throw new AssayException(
          Code.USAGE,
          "the destination is " + demanded.get().brief() + ", the image " + tree.digest().brief(),
          "a digest says what is copied; it cannot be chosen");
    }
    return demanded.isPresent() || to instanceof ImageLocation.InRegistry
        ? to.tag()
        : to.tag().or(from::tag);
  }

  private static ImageTree part(ImageTree tree, Platform platform) {
    List<ImageTree> found =
        tree.parts().stream()
            .filter(p -> p.listed().platform().filter(l -> matches(l, platform)).isPresent())
            .toList();
    if (found.size() != 1) {
      throw new AssayException(
          Code.NOT_FOUND,
          tree.parts().isEmpty()
              ? tree.digest().brief() + " is no index: it has no platforms to choose from"
              : found.size() + " of its manifests are for " + platform,
          "assay tree lists the platforms");
    }
    return found.getFirst();
  }

  private static boolean matches(Platform listed, Platform wanted) {
    return listed.os().equals(wanted.os())
        && listed.architecture().equals(wanted.architecture())
        && (wanted.variant().isEmpty() || wanted.variant().equals(listed.variant()));
  }

  // Everything went by digest; whoever copied a tag may want to know that it names another image by
  // now.
  private static void sayIfMoved(
      ImageStore source, Copies.Wanted wanted, Optional<Platform> platform, Context context) {
    if (Digest.isDigest(wanted.identifier()) || platform.isPresent()) {
      return;
    }
    try {
      Optional<StoredManifest> now = source.find(wanted.identifier());
      if (now.filter(n -> n.descriptor().digest().equals(wanted.tree().digest())).isEmpty()) {
        context
            .err()
            .println(
                "note: "
                    + wanted.identifier()
                    + " names another image at the source by now; what was copied is "
                    + wanted.tree().digest());
      }
    } catch (AssayException e) {
      context
          .err()
          .println("note: whether " + wanted.identifier() + " moved meanwhile is not known");
    }
  }

  private static void print(
      List<Copies.Copied> done,
      ImageLocation to,
      boolean evidence,
      boolean dry,
      boolean json,
      Context context) {
    if (json) {
      List<Json> list = done.stream().map(c -> c.json(to, evidence, dry)).toList();
      context
          .out()
          .println(
              Json.object()
                  .put("apiVersion", "assay.dev/copy/v1")
                  .put(dry ? "planned" : "copied", list)
                  .build()
                  .compact());
      return;
    }
    done.forEach(c -> c.print(to, evidence, dry, context.out()));
  }
}
