package dev.assay.oci;

import dev.assay.attest.OciSignature;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.verify.Candidate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Evidence as cosign kept it before version 3: layers of the image manifests under the tags {@code
 * sha256-<hex>.att} and {@code sha256-<hex>.sig} (cosign, specs/SIGNATURE_SPEC.md), and of
 * referrers of the artifact types {@code application/vnd.dev.cosign.artifact.{sig,att}.v1+json},
 * which cosign 2 pushed on request.
 *
 * <pre>{@code
 * {"schemaVersion":2,
 *  "mediaType":"application/vnd.oci.image.manifest.v1+json",
 *  "config":{...},
 *  "layers":[{
 *    "mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","size":244,"digest":"sha256:5f5c...",
 *    "annotations":{"dev.cosignproject.cosign/signature":"MEUCIQD2..."}}]}
 * }</pre>
 *
 * <p>A tag that does not exist is an answer. Whatever else happens to a request is in the result as
 * a failure: it must not look like evidence that is not there. The tag {@code .sbom} is not read;
 * what is under it is not signed.
 */
public final class LegacySignatures {

  private static final String SIG = "application/vnd.dev.cosign.artifact.sig.v1+json";
  private static final String ATT = "application/vnd.dev.cosign.artifact.att.v1+json";

  /** All layers of one image together; what is beyond is reported as not read. */
  private static final long MOST_BYTES = Limits.SBOM_BYTES;

  /**
   * A layer that holds a signature, or the news that something could not be fetched.
   *
   * @param origin where it was found, for people
   * @param layerMediaType as {@link OciSignature#read} takes it; empty with a failure
   * @param bytes the layer; its digest has been checked
   * @param annotations of the layer; in those of cosign is what belongs to the signature
   */
  // Evidence can be large and is only read; a copy at each step would double it.
  @SuppressWarnings("ArrayRecordComponent")
  public record Found(
      String origin,
      String layerMediaType,
      byte[] bytes,
      Map<String, String> annotations,
      Optional<Candidate.Failure> failure) {

    /** The same as evidence for the verifier, the annotations packed with the layer. */
    public Candidate candidate() {
      return failure.isPresent()
          ? Candidate.unreadable(origin, failure.get().code(), failure.get().message())
          : Candidate.of(origin, OciSignature.pack(layerMediaType, bytes, annotations));
    }
  }

  private final ImageStore store;
  private final Digest subject;
  private final List<Found> found = new ArrayList<>();
  private final Map<Digest, byte[]> blobs = new HashMap<>();
  private long bytes;

  private LegacySignatures(ImageStore store, Digest subject) {
    this.store = store;
    this.subject = subject;
  }

  /**
   * Everything of these forms that is about a digest: referrers first, then attestations, then
   * signatures. What cannot be fetched, the list of referrers included, is in the result.
   */
  public static List<Found> collect(ImageStore store, Digest subject) {
    LegacySignatures all = new LegacySignatures(store, subject);
    all.attempt(
        "what refers to " + subject.brief(),
        () -> all.referrers(store.referrers(subject, Optional.empty())));
    return all.tags();
  }

  /** As {@link #collect(ImageStore, Digest)}, where what refers to the digest is listed already. */
  public static List<Found> collect(ImageStore store, Digest subject, Referrers referrers) {
    LegacySignatures all = new LegacySignatures(store, subject);
    all.referrers(referrers);
    return all.tags();
  }

  private void referrers(Referrers referrers) {
    for (Descriptor referrer : referrers.found()) {
      String type = referrer.artifactType().orElse("");
      if (type.equals(SIG) || type.equals(ATT)) {
        String origin = "referrer " + referrer.digest().brief();
        attempt(origin, () -> referrer(origin, store.manifest(referrer.digest()).manifest()));
      }
    }
  }

  private void referrer(String origin, Manifest manifest) {
    if (manifest.subject().filter(s -> s.digest().equals(subject)).isEmpty()) {
      throw new AssayException(Code.SUBJECT_MISMATCH, "the referrer's subject is another digest");
    }
    layers(origin, manifest);
  }

  private List<Found> tags() {
    for (String kind : List.of(".att", ".sig")) {
      String tag = RemoteReferrers.fallbackTag(subject) + kind;
      if (!Names.isTag(tag)) {
        continue; // that of a SHA-512 is too long for a tag, so there is none
      }
      attempt("tag " + tag, () -> tag("tag " + tag, store.find(tag)));
    }
    return List.copyOf(found);
  }

  private void tag(String origin, Optional<StoredManifest> stored) {
    if (stored.isPresent()) {
      layers(origin, stored.get().manifest());
    }
  }

  private void layers(String origin, Manifest manifest) {
    int number = 0;
    for (Descriptor layer : manifest.layers()) {
      number++;
      // Others push other things under these tags; they are no signatures, and not fetched.
      if (!OciSignature.isLayer(layer.mediaType())) {
        continue;
      }
      if (found.size() >= Limits.REFERRERS) {
        throw new AssayException(
            Code.TOO_MANY,
            "more signatures of "
                + subject.brief()
                + " than are looked at ("
                + Limits.REFERRERS
                + ")");
      }
      String where = manifest.layers().size() == 1 ? origin : origin + ", layer " + number;
      attempt(where, () -> layer(where, layer));
    }
  }

  private void layer(String origin, Descriptor layer) {
    int limit =
        layer.mediaType().equals(OciSignature.SIMPLE_SIGNING)
            ? Limits.DOCUMENT_BYTES
            : Limits.EVIDENCE_BYTES;
    byte[] content = blobs.get(layer.digest());
    if (content == null) {
      if (layer.size() > MOST_BYTES - bytes) {
        throw new AssayException(
            Code.TOO_LARGE,
            "the signatures of "
                + subject.brief()
                + " have more than "
                + MOST_BYTES
                + " bytes together");
      }
      content = store.blob(layer, limit);
      bytes += content.length;
      blobs.put(layer.digest(), content);
    }
    found.add(new Found(origin, layer.mediaType(), content, layer.annotations(), Optional.empty()));
  }

  private void attempt(String origin, Runnable action) {
    try {
      action.run();
    } catch (AssayException e) {
      found.add(
          new Found(
              Text.printable(origin),
              "",
              new byte[0],
              Map.of(),
              Optional.of(new Candidate.Failure(e.code(), String.valueOf(e.getMessage())))));
    }
  }
}
