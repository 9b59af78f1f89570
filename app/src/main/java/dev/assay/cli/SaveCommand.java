package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;
import static dev.assay.cli.CommandSpec.values;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.oci.ArchiveWriter;
import dev.assay.oci.CosignLayout;
import dev.assay.oci.ImageLayout;
import dev.assay.oci.ImageStore;
import dev.assay.oci.ImageTree;
import dev.assay.oci.ImageTreeReader;
import dev.assay.oci.LocalImages;
import dev.assay.oci.Reference;
import dev.assay.oci.RegistryClient;
import dev.assay.oci.StoredManifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code assay save}: images with their evidence, in a file or folder that can be carried. */
final class SaveCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "save",
          "put images with all of their evidence into a file or folder",
          "IMAGE... FILE|DIR",
          2,
          CommandSpec.MANY,
          """
          Puts images from registries, all of their platforms, and everything that hangs on them \
          into one image layout: a new tar archive if the last operand ends with .tar, else a \
          folder, to which is added. What images share is stored once. The whole is read back and \
          compared before the archive gets its name.

          A site without a network verifies from it (assay verify oci-archive:FILE:TAG) and loads \
          it into its registry (assay load). oras and skopeo read it by the tags; a file with a \
          single image is read by cosign too (cosign verify --local-image, from a folder).\
          """,
          TlsOptions.with(
              value(
                  "policy",
                  "FILE",
                  "verify each image at the source first; one refusal saves none"),
              values("trust-root", "FILE", "with --policy: whom to believe besides the signers"),
              value("output", "FORMAT", "text (default) or json"),
              flag("plain-http", "talk to a registry that is not on this machine without TLS")),
          List.of(
              "assay save registry.example/pay:1.8 registry.example/app:1.0 release.tar",
              "assay save --policy policy.yaml registry.example/pay:1.8 ./mirror"));

  private SaveCommand() {}

  private record Named(Reference reference, ImageStore store, Copies.Wanted wanted) {}

  static int run(Arguments arguments, Context context) throws IOException {
    boolean json = Outputs.json(arguments);
    List<String> operands = arguments.operands();
    String target = operands.getLast();
    if (ImageLocation.isOnDisk(target)) {
      throw new AssayException(
          Code.USAGE,
          "not a plain file or folder: " + Text.quote(target),
          "end it with .tar for an archive");
    }
    boolean archive = target.endsWith(".tar");
    List<Copies.Copied> done = new ArrayList<>();
    List<Named> named;
    try (RegistryClient client = TlsOptions.client(arguments, context)) {
      named = named(operands.subList(0, operands.size() - 1), arguments, client, context);
      Path path = context.path(target);
      LocalImages.Target store = archive ? new ArchiveWriter(path) : ImageLayout.openOrCreate(path);
      try (ProgressBar progress = ProgressBar.bytes("saving", context)) {
        boolean alone =
            named.stream().map(n -> n.wanted().tree().digest()).distinct().count() == 1
                && (archive || ImageLayout.open(path).images().isEmpty());
        for (Named n : named) {
          done.add(Copies.one(n.store(), store, n.wanted(), true, progress));
          annotate(store, n, alone);
        }
        Copies.finish(store, named.stream().map(n -> n.wanted().tree()).toList());
      } finally {
        Copies.discard(store);
      }
    }
    print(named, done, target, archive, json, context);
    return 0;
  }

  private static List<Named> named(
      List<String> images, Arguments arguments, RegistryClient client, Context context) {
    Optional<SourcePolicy> policy = SourcePolicy.of(arguments, client, context);
    List<Named> out = new ArrayList<>();
    Map<String, Digest> tags = new LinkedHashMap<>();
    List<Reference> references = images.stream().map(Reference::parse).toList();
    for (Reference reference : references) {
      ImageStore store = client.repository(reference);
      StoredManifest stored = store.manifest(reference.identifier());
      Digest digest = stored.descriptor().digest();
      if (policy.isPresent()) {
        policy.get().check(new ImageLocation.InRegistry(reference), digest, store);
      }
      ImageTree tree = ImageTreeReader.read(store, stored, true);
      String tag = tag(reference, references, digest);
      Digest other = tags.put(tag, digest);
      if (other != null && !other.equals(digest)) {
        throw new AssayException(
            Code.USAGE,
            "two images would be called " + Text.quote(tag),
            "save them into two files");
      }
      out.add(new Named(reference, store, new Copies.Wanted(tag, tree, Optional.of(tag))));
    }
    return out;
  }

  /**
   * The tag in the layout: the image's own where no other has it, else with the end of the
   * repository's name before it.
   */
  private static String tag(Reference reference, List<Reference> all, Digest digest) {
    String own =
        reference.digest().isPresent()
            ? "digest-" + digest.hex().substring(0, 12)
            : reference.tag().orElseThrow();
    Set<String> repositories = new HashSet<>();
    for (Reference other : all) {
      if (other.digest().isEmpty() && other.tag().equals(Optional.of(own))) {
        repositories.add(other.name());
      }
    }
    String last = reference.repository().substring(reference.repository().lastIndexOf('/') + 1);
    String longer = last + "-" + own;
    return repositories.size() < 2 || longer.length() > 128 ? own : longer;
  }

  private static void annotate(LocalImages.Target store, Named named, boolean alone) {
    ImageTree tree = named.wanted().tree();
    Map<String, String> annotations = new LinkedHashMap<>();
    Reference reference = named.reference();
    annotations.put(
        LocalImages.WHOLE_NAME,
        reference.digest().isPresent()
            ? reference.at(tree.digest()).toString()
            : reference.toString());
    if (alone) {
      // Of one image cosign can tell what its evidence is.
      annotations.put(CosignLayout.KIND, CosignLayout.kind(tree.descriptor()));
      for (ImageTree attached : tree.attached()) {
        Optional<String> tag = attached.tag();
        tag.flatMap(CosignLayout::kind)
            .ifPresent(kind -> store.annotate(tag.get(), Map.of(CosignLayout.KIND, kind)));
      }
    }
    store.annotate(named.wanted().name().orElseThrow(), annotations);
  }

  private static void print(
      List<Named> named,
      List<Copies.Copied> done,
      String target,
      boolean archive,
      boolean json,
      Context context) {
    ImageLocation to = ImageLocation.parse((archive ? "oci-archive:" : "oci:") + target);
    if (json) {
      List<Json> list = done.stream().map(c -> c.json(to, true, false)).toList();
      context
          .out()
          .println(
              Json.object()
                  .put("apiVersion", "assay.dev/copy/v1")
                  .put("file", target)
                  .put("saved", list)
                  .build()
                  .compact());
      return;
    }
    for (int i = 0; i < done.size(); i++) {
      Copies.Copied copied = done.get(i);
      context
          .out()
          .println(
              "saved  "
                  + named.get(i).reference().at(copied.report().image().digest())
                  + "  as "
                  + copied.name().orElseThrow());
      context.out().println("  evidence: " + Copies.evidence(copied.report().evidence()));
      copied.skipped().forEach(s -> context.out().println("  left out: " + Text.printable(s)));
    }
    context.out().println("next: assay load " + target + " REGISTRY");
  }
}
