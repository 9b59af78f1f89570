package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.net.ByteSource;
import dev.assay.oci.Descriptor;
import dev.assay.oci.ImageConfig;
import dev.assay.oci.ImageStore;
import dev.assay.oci.ImageTree;
import dev.assay.oci.ImageTreeReader;
import dev.assay.oci.LayerBuilder;
import dev.assay.oci.Manifest;
import dev.assay.oci.MediaTypes;
import dev.assay.oci.Platform;
import dev.assay.oci.Reference;
import dev.assay.oci.RegistryClient;
import dev.assay.oci.StoredManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Commands that make, move and name images. */
final class ImageCommands {

  private static final CommandSpec.Option PLAIN_HTTP =
      CommandSpec.flag("plain-http", "talk to a registry that is not on this machine without TLS");

  private static final CommandSpec.Option REFERRERS =
      CommandSpec.flag("referrers", "also copy what refers to the image: signatures, attestations");

  static final CommandSpec CREATE =
      new CommandSpec(
          "image create",
          "make an image of files and push it",
          "IMAGE",
          1,
          1,
          """
          Makes an image of files on this machine, one layer for each --layer, and pushes it to a \
          registry, or writes it to an image layout (oci:DIR:TAG). Prints the image by its digest.

          The same files and options give the same digest, on any machine: entries are sorted, \
          belong to nobody and carry one time (--created, else SOURCE_DATE_EPOCH, else 1970).\
          """,
          TlsOptions.with(
              CommandSpec.values(
                  "layer",
                  "SOURCE[:PATH]",
                  "a file or folder, and the absolute path in the image that it becomes"),
              CommandSpec.values("env", "NAME=VALUE", "an environment variable"),
              CommandSpec.values("entrypoint", "WORD", "a word of the command that is run"),
              CommandSpec.values("cmd", "WORD", "a word of the default arguments"),
              CommandSpec.values("label", "NAME=VALUE", "a label of the image"),
              CommandSpec.value("platform", "OS/ARCH", "what it runs on; linux/amd64 if not given"),
              CommandSpec.value("created", "TIME", "the time of the image, as RFC 3339 writes it"),
              PLAIN_HTTP),
          List.of(
              "assay image create 127.0.0.1:5000/app:1.0 --layer ./build:/app --entrypoint"
                  + " /app/run",
              "assay image create oci:./image:1.0 --layer app.jar:/app/app.jar"));

  static final CommandSpec PUSH =
      new CommandSpec(
          "image push",
          "copy an image from a layout to a registry",
          "oci:DIR:TAG IMAGE",
          2,
          2,
          """
          Copies an image from an image layout to a registry, every platform of it, several parts \
          at a time, and prints it by its digest. Each part is compared with its digest as it is \
          sent; one that differs is not sent whole. What broke off is continued.

          The image may also be in an archive: oci-archive:FILE:TAG is an image layout in a tar \
          file, docker-archive:FILE:TAG what docker save wrote. Both operands may be of the same \
          kind.\
          """,
          TlsOptions.with(REFERRERS, PLAIN_HTTP),
          List.of(
              "assay image push oci:./image:1.0 127.0.0.1:5000/app:1.0",
              "assay image push oci-archive:./image.tar 127.0.0.1:5000/app:1.0"));

  static final CommandSpec PULL =
      new CommandSpec(
          "image pull",
          "copy an image from a registry to a layout",
          "IMAGE oci:DIR:TAG",
          2,
          2,
          """
          Copies an image from a registry to an image layout, which is made if there is none, and \
          prints it by its digest. Each part is compared with its digest as it arrives; what \
          differs is refused, and then there is no image under the tag.

          oci-archive:FILE:TAG writes a new tar file instead. Mirrors are asked first where \
          registries.conf names some.\
          """,
          TlsOptions.with(REFERRERS, PLAIN_HTTP),
          List.of(
              "assay image pull 127.0.0.1:5000/app:1.0 oci:./image:1.0 --referrers",
              "assay image pull 127.0.0.1:5000/app:1.0 oci-archive:./image.tar:1.0"));

  static final CommandSpec DIGEST =
      new CommandSpec(
          "image digest",
          "print the digest that a tag points at",
          "IMAGE",
          1,
          1,
          """
          Asks the registry what a tag points at now, hashes what it answers, and prints the image \
          by that digest.\
          """,
          TlsOptions.with(PLAIN_HTTP),
          List.of("assay image digest 127.0.0.1:5000/app:1.0"));

  static final CommandSpec TAG =
      new CommandSpec(
          "image tag",
          "point a tag at an image",
          "IMAGE TAG",
          2,
          2,
          "Gives an image another tag in the repository it is in. Prints the image by its digest.",
          TlsOptions.with(PLAIN_HTTP),
          List.of("assay image tag 127.0.0.1:5000/app:1.0 stable"));

  private ImageCommands() {}

  private static RegistryClient client(Arguments arguments, Context context) {
    return TlsOptions.client(arguments, context);
  }

  static int create(Arguments arguments, Context context) throws IOException {
    ImageLocation target = ImageLocation.parse(arguments.operand(0));
    List<String> sources = arguments.values("layer");
    if (sources.isEmpty()) {
      throw new AssayException(Code.USAGE, "--layer is needed", "assay image create --help");
    }
    Instant time = time(arguments, context);
    Platform platform = Platform.parse(arguments.value("platform").orElse("linux/amd64"));
    Map<String, String> labels = pairs("label", arguments.values("label"));
    List<String> environment = arguments.values("env");
    pairs("env", environment);
    Path work = Files.createTempDirectory("assay-image-");
    try (RegistryClient client = client(arguments, context)) {
      List<LayerBuilder.Layer> layers = new ArrayList<>();
      for (String source : sources) {
        layers.add(layer(source, time, work.resolve("layer-" + layers.size()), context));
      }
      byte[] config =
          new ImageConfig(
                  platform,
                  time,
                  environment,
                  arguments.values("entrypoint"),
                  arguments.values("cmd"),
                  labels,
                  layers.stream().map(LayerBuilder.Layer::diffId).toList())
              .bytes();
      Manifest manifest =
          Manifest.oci(
              Descriptor.of(MediaTypes.CONFIG, config),
              layers.stream().map(LayerBuilder.Layer::descriptor).toList());
      ImageStore store = target.openOrCreate(client, context);
      Digest made;
      try {
        for (LayerBuilder.Layer layer : layers) {
          store.writeBlob(layer.descriptor(), ByteSource.of(layer.file()));
        }
        store.writeBlob(manifest.config(), ByteSource.of(config));
        made = store.writeManifest(manifest, target.tag()).digest();
        Copies.finish(store, List.of());
      } finally {
        Copies.discard(store);
      }
      context.out().println(target.at(made));
      return 0;
    } finally {
      remove(work);
    }
  }

  private static LayerBuilder.Layer layer(String text, Instant time, Path file, Context context) {
    int colon = text.lastIndexOf(":/");
    String source = colon > 0 ? text.substring(0, colon) : text;
    Path path = context.path(source);
    String at =
        colon > 0
            ? text.substring(colon + 1)
            : Files.isDirectory(path) ? "/" : "/" + path.getFileName();
    return new LayerBuilder(time).add(path, at).write(file);
  }

  private static Instant time(Arguments arguments, Context context) {
    Optional<String> given = arguments.value("created");
    if (given.isPresent()) {
      try {
        return OffsetDateTime.parse(given.get()).toInstant();
      } catch (DateTimeParseException e) {
        throw new AssayException(
            Code.BAD_TIME,
            "--created: not a time: " + Text.quote(given.get()),
            Optional.of("write 2026-11-22T08:00:00Z"),
            e);
      }
    }
    Optional<String> epoch = context.variable("SOURCE_DATE_EPOCH");
    if (epoch.isPresent() && !epoch.get().matches("[0-9]{1,11}")) {
      throw new AssayException(
          Code.BAD_TIME, "SOURCE_DATE_EPOCH: not seconds: " + Text.quote(epoch.get()));
    }
    return Instant.ofEpochSecond(epoch.map(Long::parseLong).orElse(0L));
  }

  private static Map<String, String> pairs(String option, List<String> values) {
    Map<String, String> out = new LinkedHashMap<>();
    for (String value : values) {
      int equals = value.indexOf('=');
      if (equals < 1) {
        throw new AssayException(
            Code.USAGE, "--" + option + ": not NAME=VALUE: " + Text.quote(value));
      }
      if (out.put(value.substring(0, equals), value.substring(equals + 1)) != null) {
        throw new AssayException(
            Code.USAGE, "--" + option + " is given twice: " + Text.quote(value));
      }
    }
    return out;
  }

  private static void remove(Path folder) throws IOException {
    try (var files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }

  static int push(Arguments arguments, Context context) throws IOException {
    return copy(arguments, context);
  }

  static int pull(Arguments arguments, Context context) throws IOException {
    return copy(arguments, context);
  }

  private static int copy(Arguments arguments, Context context) throws IOException {
    ImageLocation to = ImageLocation.parse(arguments.operand(1));
    Descriptor copied = copied(arguments, ImageLocation.parse(arguments.operand(0)), to, context);
    context.out().println(to.at(copied.digest()));
    return 0;
  }

  private static Descriptor copied(
      Arguments arguments, ImageLocation from, ImageLocation to, Context context)
      throws IOException {
    try (RegistryClient client = client(arguments, context);
        ProgressBar progress = ProgressBar.bytes("copying", context)) {
      ImageStore source = from.open(client, context);
      String identifier = from.identifier(source);
      boolean evidence = arguments.flag("referrers");
      ImageTree tree = ImageTreeReader.read(source, identifier, evidence);
      return Copies.run(
              source,
              to.openOrCreate(client, context),
              List.of(new Copies.Wanted(identifier, tree, to.tag())),
              evidence,
              progress)
          .getFirst()
          .report()
          .image();
    }
  }

  static int digest(Arguments arguments, Context context) {
    ImageLocation image = ImageLocation.parse(arguments.operand(0));
    try (RegistryClient client = client(arguments, context)) {
      ImageStore store = image.open(client, context);
      Digest digest = store.manifest(image.identifier(store)).descriptor().digest();
      context.out().println(image.at(digest));
      return 0;
    }
  }

  static int tag(Arguments arguments, Context context) {
    ImageLocation image = ImageLocation.parse(arguments.operand(0));
    String tag = arguments.operand(1);
    if (image instanceof ImageLocation.InRegistry r) {
      Reference checked = r.reference().tagged(tag);
      tag = checked.tag().orElseThrow();
    }
    try (RegistryClient client = client(arguments, context)) {
      ImageStore store = image.open(client, context);
      StoredManifest stored = store.manifest(image.identifier(store));
      Descriptor tagged =
          store.writeManifest(stored.bytes(), stored.descriptor().mediaType(), Optional.of(tag));
      context.out().println(image.at(tagged.digest()));
      return 0;
    }
  }
}
