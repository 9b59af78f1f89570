package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.net.ByteSource;
import dev.assay.verify.Candidate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sigstore bundles attached to an image, in the form cosign 3 writes: an artifact manifest whose
 * {@code subject} is the image, of artifact type {@code
 * application/vnd.dev.sigstore.bundle.v0.3+json}, with the bundle as its only layer.
 *
 * <pre>{@code
 * {"schemaVersion":2,
 *  "mediaType":"application/vnd.oci.image.manifest.v1+json",
 *  "artifactType":"application/vnd.dev.sigstore.bundle.v0.3+json",
 *  "config":{"mediaType":"application/vnd.oci.empty.v1+json","size":2,"digest":"sha256:44136fa3..."},
 *  "layers":[{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","size":1042,"digest":"sha256:..."}],
 *  "subject":{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":529,"digest":"sha256:..."},
 *  "annotations":{"dev.sigstore.bundle.content":"dsse-envelope",
 *    "dev.sigstore.bundle.predicateType":"https://sigstore.dev/cosign/sign/v1",
 *    "org.opencontainers.image.created":"2026-11-22T12:00:00Z"}}
 * }</pre>
 */
public final class BundleReferrers {

  /** The artifact type of a bundle, and the media type of its layer. */
  public static final String BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

  private static final String ANY_BUNDLE = "application/vnd.dev.sigstore.bundle";
  private static final String EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
  private static final byte[] EMPTY = {'{', '}'};
  private static final String CONTENT = "dev.sigstore.bundle.content";
  private static final String PREDICATE_TYPE = "dev.sigstore.bundle.predicateType";
  private static final String CREATED = "org.opencontainers.image.created";

  private BundleReferrers() {}

  /**
   * Attaches a bundle with a DSSE envelope to an image. The manifest comes last, so that a push
   * that breaks off leaves nothing that is found.
   *
   * @return the referrer's descriptor
   */
  public static Descriptor attach(
      ImageStore store, Descriptor subject, byte[] bundle, String predicateType, Instant created) {
    Descriptor config = Descriptor.of(EMPTY_TYPE, EMPTY).withArtifactType(Optional.of(BUNDLE));
    Descriptor layer = Descriptor.of(BUNDLE, bundle);
    try {
      store.writeBlob(config.bare(), ByteSource.of(EMPTY));
      store.writeBlob(layer, ByteSource.of(bundle));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> annotations = new LinkedHashMap<>();
    annotations.put(CONTENT, "dsse-envelope");
    annotations.put(PREDICATE_TYPE, predicateType);
    annotations.put(CREATED, created.truncatedTo(ChronoUnit.SECONDS).toString());
    Manifest manifest =
        new Manifest(
            MediaTypes.MANIFEST,
            Optional.of(BUNDLE),
            config,
            List.of(layer),
            Optional.of(subject.bare()),
            annotations);
    return store.writeManifest(manifest, Optional.empty());
  }

  /**
   * Every bundle attached to a digest. What is listed and cannot be fetched is in the result as
   * such: it must not look like evidence that is not there.
   *
   * @throws AssayException if the listing itself cannot be fetched
   */
  public static List<Candidate> collect(ImageStore store, Digest subject) {
    return collect(store, subject, store.referrers(subject, Optional.empty()));
  }

  /** As {@link #collect(ImageStore, Digest)}, where what refers to the digest is listed already. */
  public static List<Candidate> collect(ImageStore store, Digest subject, Referrers referrers) {
    List<Candidate> out =
        new ArrayList<>(
            new BundleFetch(store, subject)
                .all(referrers.found().stream().filter(BundleReferrers::isBundle).toList()));
    out.addAll(rejected(referrers));
    return out;
  }

  /** Whether an entry of a listing says that it is a bundle. */
  public static boolean isBundle(Descriptor referrer) {
    return referrer.artifactType().filter(t -> t.startsWith(ANY_BUNDLE)).isPresent();
  }

  /**
   * What the listing says the bundle's statement is about, where it says so. A hint: whoever wrote
   * the listing may be wrong, or lie.
   */
  public static Optional<String> statedType(Descriptor referrer) {
    return Optional.ofNullable(referrer.annotations().get(PREDICATE_TYPE))
        .filter(t -> !t.isEmpty());
  }

  /** What was listed and is not what it was listed as, for the verdict. */
  public static List<Candidate> rejected(Referrers referrers) {
    List<Candidate> out = new ArrayList<>();
    for (Referrers.Rejected rejected : referrers.rejected()) {
      out.add(
          Candidate.of(
              "referrer "
                  + rejected.descriptor().digest().brief()
                  + " ("
                  + Text.printable(rejected.reason())
                  + ")",
              new byte[0]));
    }
    return out;
  }
}
