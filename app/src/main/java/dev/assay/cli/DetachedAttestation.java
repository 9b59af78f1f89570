package dev.assay.cli;

import dev.assay.attest.DocumentReference;
import dev.assay.attest.PredicateTypes;
import dev.assay.attest.Statement;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.oci.Descriptor;
import dev.assay.oci.DocumentReferrers;
import dev.assay.oci.ImageStore;
import dev.assay.oci.Reference;
import dev.assay.oci.RegistryClient;
import dev.assay.signing.BundleSigner;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * {@code attest --detached}: the document is kept beside its subject as it is, and a small signed
 * statement names its digest. For what is too large to stand in an envelope.
 */
final class DetachedAttestation {

  private DetachedAttestation() {}

  static int run(Arguments arguments, Context context) {
    String type = PredicateTypes.resolve(arguments.required("type"));
    String mediaType =
        PredicateTypes.mediaType(type)
            .orElseThrow(() ->
                new AssayException(
                    Code.USAGE,
                    "--detached is for documents that have a media type of their own",
                    "--type cyclonedx or --type spdxjson"));
    String file = arguments.required("predicate");
    Path path = Path.of(file).getFileName();
    if (file.equals("-") || path == null) {
      throw new AssayException(Code.USAGE, "--detached needs a file, which is kept under its name");
    }
    byte[] document = Inputs.read(context, file, Limits.SBOM_BYTES);
    PredicateTypes.validateDocument(type, document);
    DocumentReference reference =
        new DocumentReference(path.toString(), mediaType, Hashes.sha256Digest(document));
    try (BundleSigner signer = SignerOptions.open(arguments, context)) {
      if (Target.isFile(arguments.operand(0), context)) {
        besideFile(signer, reference, arguments, context);
      } else {
        onImage(signer, reference, document, arguments, context);
      }
    }
    return 0;
  }

  // ---- an image

  private static void onImage(
      BundleSigner signer,
      DocumentReference reference,
      byte[] document,
      Arguments arguments,
      Context context) {
    String name = arguments.operand(0);
    Reference image = Reference.parse(name);
    Digest digest =
        image
            .digest()
            .orElseThrow(() ->
                new AssayException(
                    Code.TAG_NOT_DIGEST,
                    "a tag can move: name " + image + " by its digest",
                    "assay image digest " + image));
    boolean plainHttp = arguments.flag("plain-http");
    // The document first: a statement that names it is not to be found without it.
    try (RegistryClient client = RegistryClient.of(context.environment(), plainHttp)) {
      ImageStore store = client.repository(image);
      DocumentReferrers.attach(
          store,
          store.manifest(digest).descriptor(),
          Descriptor.of(reference.mediaType(), reference.digest(), document.length),
          document,
          reference.name(),
          context.clock().instant());
    }
    String scheme = plainHttp || image.isLoopback() ? "http://" : "https://";
    ImageSigning.attach(
        name,
        signer,
        PredicateTypes.REFERENCE_V01,
        reference.predicate(
            scheme
                + image.registry()
                + "/v2/"
                + image.repository()
                + "/blobs/"
                + reference.digest()),
        Map.of(),
        plainHttp,
        context);
  }

  // ---- a file

  private static void besideFile(
      BundleSigner signer, DocumentReference reference, Arguments arguments, Context context) {
    String name = arguments.operand(0);
    Path file = Path.of(name).getFileName();
    byte[] bundle =
        signer
            .statement(
                Statement.create(
                    List.of(
                        Statement.Subject.of(
                            file == null ? name : file.toString(), Target.digest(name, context))),
                    PredicateTypes.REFERENCE_V01,
                    reference.predicate(location(reference.name()))))
            .write();
    SignCommand.write(arguments, context, name, bundle);
    Path kept = context.path(arguments.value("bundle").orElse(name)).toAbsolutePath().getParent();
    Path given = context.path(arguments.required("predicate")).toAbsolutePath().getParent();
    if (kept != null && !kept.equals(given)) {
      context
          .err()
          .println(
              "keep "
                  + Text.printable(reference.name())
                  + " in the folder of the bundle: it is"
                  + " looked for there");
    }
  }

  private static String location(String name) {
    try {
      return new URI("file", name, null).toASCIIString();
    } catch (URISyntaxException e) {
      throw new AssayException(Code.USAGE, "no name for a document: " + Text.quote(name), e);
    }
  }
}
