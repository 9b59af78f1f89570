package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What is to be verified: the operands of {@code verify}, each of its kind, folders opened. */
final class VerifyTargets implements AutoCloseable {

  /** One subject, and what verifies it. A folder has many: they hold no more than this. */
  record Job(String name, Function<String, VerifyCommand.Result> work) {
    VerifyCommand.Result run() {
      return work.apply(name);
    }
  }

  private static final int IMAGES_AT_ONCE = 32;
  private static final int MAX_FILES = 1_000_000;

  private final VerifyRequest request;
  private final Arguments arguments;
  private final Context context;
  private final FileVerification files;
  private @Nullable ImageVerification images;

  VerifyTargets(VerifyRequest request, Arguments arguments, Context context) {
    this.request = request;
    this.arguments = arguments;
    this.context = context;
    this.files = new FileVerification(request, arguments, context);
  }

  /** In the order of the operands, the files of a folder in that of their names. */
  List<Job> jobs(List<String> operands) {
    List<Job> out = new ArrayList<>();
    for (String operand : operands) {
      if (Digest.isDigest(operand)) {
        out.add(new Job(operand, files::digest));
      } else if (isFolder(operand)) {
        folder(operand, out);
      } else if (Target.isFile(operand, context)) {
        out.add(new Job(operand, files::file));
      } else {
        image(operand, out);
      }
    }
    return out;
  }

  private boolean isFolder(String operand) {
    return !ImageLocation.isOnDisk(operand) && Files.isDirectory(context.path(operand));
  }

  private void image(String name, List<Job> out) {
    if (arguments.options().containsKey("bundle")) {
      throw new AssayException(
          Code.USAGE,
          "--bundle goes with files and digests; an image brings its evidence: "
              + Text.quote(name));
    }
    boolean layout = ImageLocation.isOnDisk(name);
    if (request.offline() && !layout) {
      throw new AssayException(
          Code.USAGE,
          "--offline forbids registries: " + Text.quote(name),
          "assay image pull "
              + Text.printable(name)
              + " oci:DIR:TAG --referrers, elsewhere; then verify that");
    }
    if (layout && request.policy().isPresent() && arguments.value("repository").isEmpty()) {
      throw new AssayException(
          Code.USAGE,
          "the rules of a policy go by repository, and an image layout does not say which it is of",
          "--repository registry.example/pay, or --key or --identity instead of --policy");
    }
    if (layout && arguments.value("signature-repository").isPresent()) {
      throw new AssayException(
          Code.USAGE,
          "--signature-repository goes with images in registries; a layout brings its evidence");
    }
    if (images == null) {
      images = ImageVerification.open(request, arguments, context);
    }
    ImageVerification opened = images;
    out.add(new Job(name, opened::verify));
  }

  private void folder(String name, List<Job> out) {
    Path folder = context.path(name);
    if (Files.isRegularFile(folder.resolve("oci-layout"))) {
      throw new AssayException(
          Code.USAGE,
          Text.quote(name) + " is an image layout",
          "assay verify ... oci:" + name + ":TAG");
    }
    if (arguments.options().containsKey("bundle")) {
      throw new AssayException(
          Code.USAGE, "--bundle does not go with a folder: evidence lies beside each file there");
    }
    String prefix = name.endsWith("/") ? name : name + "/";
    List<String> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              // A link may lead anywhere: what it leads to is verified where it is.
              if (attributes.isRegularFile() && !FileVerification.isEvidence(file, folder)) {
                found.add(prefix + folder.relativize(file));
              }
              if (found.size() > MAX_FILES) {
                throw new AssayException(
                    Code.TOO_MANY, "more than " + MAX_FILES + " files in " + name);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (found.isEmpty()) {
      throw new AssayException(
          Code.FILE_UNREADABLE, "there is nothing to verify in the folder " + Text.quote(name));
    }
    found.sort(null);
    Function<String, VerifyCommand.Result> work = files::file;
    for (String file : found) {
      out.add(new Job(file, work));
    }
  }

  /** How many to do at once: images wait for registries, files for arithmetic. */
  int workers() {
    return images != null ? IMAGES_AT_ONCE : Runtime.getRuntime().availableProcessors();
  }

  boolean waiting() {
    return images != null;
  }

  @Override
  public void close() {
    if (images != null) {
      images.close();
    }
  }
}
