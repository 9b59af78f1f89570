package dev.assay.cli;

import dev.assay.attest.DocumentReference;
import dev.assay.attest.PredicateTypes;
import dev.assay.attest.Statement;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.oci.Descriptor;
import dev.assay.oci.DocumentReferrers;
import dev.assay.oci.ImageStore;
import dev.assay.oci.Reference;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code attest --detached}: the document is kept beside its subject as it is, and a small signed
 * statement names its digest. For what is too large to stand in an envelope.
 */
final class DetachedAttestation implements ImageSigning.Said {

  private final DocumentReference reference;
  private final byte[] document;
  private final Arguments arguments;
  private final Context context;

  private DetachedAttestation(
      DocumentReference reference, byte[] document, Arguments arguments, Context context) {
    this.reference = reference;
    this.document = document;
    this.arguments = arguments;
    this.context = context;
  }

  static DetachedAttestation of(Arguments arguments, Context context) {
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
    return new DetachedAttestation(
        new DocumentReference(path.toString(), mediaType, Hashes.sha256Digest(document)),
        document,
        arguments,
        context);
  }

  @Override
  public String predicateType() {
    return PredicateTypes.REFERENCE_V01;
  }

  @Override
  public Optional<Map<String, Json>> signatureNotes() {
    return Optional.empty();
  }

  // ---- an image

  @Override
  public Statement about(Reference image, Reference place, Digest digest) {
    String scheme = arguments.flag("plain-http") || place.isLoopback() ? "http://" : "https://";
    return statement(
        image.name(),
        digest,
        scheme + place.registry() + "/v2/" + place.repository() + "/blobs/" + reference.digest());
  }

  @Override
  public List<ImageSigning.Pushed> push(ImageStore evidence, Reference place, Descriptor image) {
    Descriptor pushed =
        DocumentReferrers.attach(
            evidence,
            image,
            Descriptor.of(reference.mediaType(), reference.digest(), document.length),
            document,
            reference.name(),
            context.clock().instant());
    return List.of(
        new ImageSigning.Pushed("document", place.name() + "@" + pushed.digest(), pushed.digest()));
  }

  private Statement statement(String name, Digest subject, String location) {
    return Statement.create(
        List.of(
            name.isEmpty() ? Statement.Subject.of(subject) : Statement.Subject.of(name, subject)),
        PredicateTypes.REFERENCE_V01,
        reference.predicate(location));
  }

  // ---- a file

  @Override
  public Statement about(String name, Digest subject) {
    return statement(name, subject, location(reference.name()));
  }

  /** Says where the document has to be, if it is not there. */
  void remind(String name) {
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
