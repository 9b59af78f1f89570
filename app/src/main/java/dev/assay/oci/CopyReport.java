package dev.assay.oci;

import java.util.Map;

/**
 * What a copy did.
 *
 * @param image what was copied; the digest is the same at both ends
 * @param manifests of the image and of what hangs on it
 * @param manifestsThere of these, what the destination had already
 * @param blobs that the manifests name, each once
 * @param blobsThere of these, what the destination had already or took from a neighbour
 * @param bytes of the blobs that were sent
 * @param evidence how many pieces of each kind hang on the image at both ends
 */
public record CopyReport(
    Descriptor image,
    int manifests,
    int manifestsThere,
    int blobs,
    int blobsThere,
    long bytes,
    Map<EvidenceKind, Integer> evidence) {

  public CopyReport {
    evidence = Map.copyOf(evidence);
  }
}
