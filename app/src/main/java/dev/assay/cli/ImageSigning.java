package dev.assay.cli;

import dev.assay.attest.Statement;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.oci.BundleReferrers;
import dev.assay.oci.Descriptor;
import dev.assay.oci.ImageStore;
import dev.assay.oci.Reference;
import dev.assay.oci.RegistryClient;
import dev.assay.oci.StoredManifest;
import dev.assay.signing.BundleSigner;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Signs statements about images and attaches them. */
final class ImageSigning {

  private ImageSigning() {}

  /**
   * Signs a statement about an image and attaches it.
   *
   * @throws AssayException with {@link Code#TAG_NOT_DIGEST} if the image is named by a tag alone
   */
  static void attach(
      String name,
      BundleSigner signer,
      String predicateType,
      Json.Obj predicate,
      Map<String, Json> annotations,
      boolean plainHttp,
      Context context) {
    Reference reference = Reference.parse(name);
    if (reference.digest().isEmpty()) {
      throw new AssayException(
          Code.TAG_NOT_DIGEST,
          "a tag can move: name " + reference + " by its digest",
          "assay image digest " + reference);
    }
    Digest digest = reference.digest().get();
    try (RegistryClient client = RegistryClient.of(context.environment(), plainHttp)) {
      ImageStore store = client.repository(reference);
      // Signing what is not there, or not what its name says, helps only somebody else.
      StoredManifest image = store.manifest(digest);
      Statement.Subject subject =
          new Statement.Subject(
              Optional.empty(), Map.of(digest.algorithm().id(), digest.hex()), annotations);
      byte[] bundle =
          signer.statement(Statement.create(List.of(subject), predicateType, predicate)).write();
      Descriptor referrer =
          BundleReferrers.attach(
              store, image.descriptor(), bundle, predicateType, context.clock().instant());
      context.out().println(reference.name() + "@" + referrer.digest());
    }
  }
}
