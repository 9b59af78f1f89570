package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.oci.Descriptor;
import dev.assay.oci.ImageArchive;
import dev.assay.oci.ImageLayout;
import dev.assay.oci.ImageTree;
import dev.assay.oci.ImageTreeReader;
import dev.assay.oci.LocalImages;
import dev.assay.oci.Reference;
import dev.assay.oci.RegistryClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code assay load}: what was saved, into a registry. */
final class LoadCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "load",
          "push the images of a file or folder, with all of their evidence, to a registry",
          "FILE|DIR [REGISTRY[/PREFIX]]",
          1,
          2,
          """
          Pushes every image of an image layout, in a folder or a tar archive, with everything that \
          hangs on it, and checks as assay copy does that the registry has all of it. An image that \
          was saved as registry.example/team/app:1.0 becomes REGISTRY/team/app:1.0; without \
          REGISTRY it goes to the registry it came from.

          Layouts that cosign save wrote are read too; they do not say what their image is called, \
          so --as does. Nothing is unpacked: links, names that lead outside, files that are there \
          twice and sizes that differ from what is stated are refused.\
          """,
          TlsOptions.with(
              value("as", "IMAGE", "what the only image is called in its registry"),
              flag("dry-run", "say what would be pushed, and push nothing"),
              value("output", "FORMAT", "text (default) or json"),
              flag("plain-http", "talk to a registry that is not on this machine without TLS")),
          List.of(
              "assay load release.tar 127.0.0.1:5000/mirror",
              "assay load --dry-run release.tar 127.0.0.1:5000/site",
              "assay load ./saved --as 127.0.0.1:5000/mirror/pay:1.8"));

  private LoadCommand() {}

  static int run(Arguments arguments, Context context) throws IOException {
    boolean json = Outputs.json(arguments);
    boolean dry = arguments.flag("dry-run");
    List<String> operands = arguments.operands();
    Optional<String> registry =
        operands.size() == 2 ? Optional.of(operands.get(1)) : Optional.empty();
    Optional<String> as = arguments.value("as");
    if (as.isPresent() && registry.isPresent()) {
      throw new AssayException(Code.USAGE, "--as names the registry too; REGISTRY is one too many");
    }
    LocalImages source = open(context.path(operands.getFirst()));
    List<Descriptor> images = source.images();
    if (images.isEmpty()) {
      throw new AssayException(
          Code.NOT_FOUND, Text.quote(operands.getFirst()) + " has no image in it");
    }
    if (as.isPresent() && source.only().isEmpty()) {
      throw new AssayException(Code.USAGE, "--as names one image; there are " + images.size());
    }
    // All names before anything is sent.
    List<Reference> names = new ArrayList<>();
    for (Descriptor image : images) {
      names.add(as.isPresent() ? Reference.parse(as.get()) : name(image, registry));
    }
    List<Json> list = new ArrayList<>();
    try (RegistryClient client = TlsOptions.client(arguments, context);
        ProgressBar progress = ProgressBar.bytes("loading", context)) {
      for (int i = 0; i < images.size(); i++) {
        Reference name = names.get(i);
        ImageTree tree = ImageTreeReader.read(source, images.get(i).digest().toString(), true);
        if (name.digest().filter(d -> !d.equals(tree.digest())).isPresent()) {
          throw new AssayException(
              Code.DIGEST_MISMATCH,
              "the image called " + name + " has the digest " + tree.digest());
        }
        Copies.Wanted wanted = new Copies.Wanted(name.identifier(), tree, name.tag());
        Copies.Copied copied =
            dry
                ? Copies.planned(wanted)
                : Copies.one(source, client.repository(name), wanted, true, progress);
        ImageLocation to = new ImageLocation.InRegistry(name);
        if (json) {
          list.add(copied.json(to, true, dry));
        } else {
          progress.aside(() -> copied.print(to, true, dry, context.out()));
        }
      }
    }
    if (json) {
      context
          .out()
          .println(
              Json.object()
                  .put("apiVersion", "assay.dev/copy/v1")
                  .put(dry ? "planned" : "loaded", list)
                  .build()
                  .compact());
    }
    return 0;
  }

  static LocalImages open(Path path) {
    return Files.isDirectory(path) ? ImageLayout.open(path) : ImageArchive.openOci(path);
  }

  private static Reference name(Descriptor image, Optional<String> registry) {
    String whole =
        Optional.ofNullable(image.annotations().get(LocalImages.WHOLE_NAME))
            .orElseThrow(() ->
                new AssayException(
                    Code.BAD_REFERENCE,
                    image.digest().brief() + " does not say what it is called",
                    "--as REGISTRY/REPOSITORY:TAG says it"));
    Reference saved = Reference.parse(whole);
    if (registry.isEmpty()) {
      return saved;
    }
    String rest =
        saved.repository()
            + saved.tag().map(t -> ":" + t).orElse("")
            + saved.digest().map(d -> "@" + d).orElse("");
    return Reference.parse(registry.get() + "/" + rest);
  }
}
