package dev.assay.cli;

import dev.assay.attest.EvidenceReader;
import dev.assay.attest.OciSignature;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.oci.Descriptor;
import dev.assay.oci.EvidenceKind;
import dev.assay.oci.ImageStore;
import dev.assay.oci.ImageTree;
import dev.assay.oci.Manifest;
import dev.assay.trust.Signer;
import dev.assay.verify.Candidate;
import dev.assay.verify.Check;
import dev.assay.verify.History;
import dev.assay.verify.Requirement;
import dev.assay.verify.Subject;
import dev.assay.verify.Trust;
import dev.assay.verify.Verifier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the signatures and attestations of an {@link ImageTree}, and tries signers on them. */
final class TreeEvidence {

  /**
   * A signature or an attestation.
   *
   * @param origin which layer it is, where there are several; else empty
   * @param read what it says of itself; empty if it cannot be read
   * @param failure why it cannot be read
   * @param check whether one of the signers made it; empty if none was named
   */
  record Piece(
      String origin,
      Optional<EvidenceReader.Piece> read,
      Optional<AssayException> failure,
      Optional<Check> check) {}

  private static final String BUNDLE = "application/vnd.dev.sigstore.bundle";

  private final ImageStore store;
  private final List<Signer> signers;
  private final Trust trust;
  private final Instant at;
  private long bytes;

  /**
   * @param signers who is tried; empty: nothing is verified
   */
  TreeEvidence(ImageStore store, List<Signer> signers, Trust trust, Instant at) {
    this.store = store;
    this.signers = List.copyOf(signers);
    this.trust = trust;
    this.at = at;
  }

  /**
   * What a manifest that hangs on a subject holds.
   *
   * @return empty if it is in none of the forms that are read: a bill of materials, for instance
   */
  List<Piece> of(ImageTree attached, Digest subject) {
    List<Piece> out = new ArrayList<>();
    if (attached.content() instanceof Manifest manifest) {
      int number = 0;
      for (Descriptor layer : manifest.layers()) {
        number++;
        boolean bundle = layer.mediaType().startsWith(BUNDLE);
        if (bundle || OciSignature.isLayer(layer.mediaType())) {
          String origin = manifest.layers().size() == 1 ? "" : "layer " + number;
          out.add(piece(origin, layer, bundle, subject));
        }
      }
    }
    return out;
  }

  private Piece piece(String origin, Descriptor layer, boolean bundle, Digest subject) {
    EvidenceReader.Piece read;
    try {
      if (layer.size() > Limits.SBOM_BYTES - bytes) {
        throw new AssayException(
            Code.TOO_LARGE, "the evidence has more than " + Limits.SBOM_BYTES + " bytes together");
      }
      byte[] content = store.blob(layer, Limits.EVIDENCE_BYTES);
      bytes += content.length;
      byte[] whole =
          bundle ? content : OciSignature.pack(layer.mediaType(), content, layer.annotations());
      List<EvidenceReader.Piece> pieces = EvidenceReader.pieces(whole, Limits.SBOM_BYTES);
      if (pieces.size() != 1) {
        throw new AssayException(
            Code.BAD_BUNDLE, "a layer holds one piece of evidence, this " + pieces.size());
      }
      read = pieces.getFirst();
    } catch (AssayException e) {
      return new Piece(origin, Optional.empty(), Optional.of(e), Optional.empty());
    }
    return new Piece(origin, Optional.of(read), Optional.empty(), check(read, subject));
  }

  private Optional<Check> check(EvidenceReader.Piece piece, Digest subject) {
    if (signers.isEmpty()) {
      return Optional.empty();
    }
    Candidate candidate = Candidate.of("", piece.bytes(), piece.bundle());
    List<Check> checks =
        Verifier.verify(
                Subject.of(subject.toString(), subject),
                List.of(candidate),
                List.of(new Requirement.AnyEvidence(signers)),
                trust,
                History.NONE,
                at)
            .checks();
    return checks.stream()
        .filter(c -> !c.passed())
        .findFirst()
        .or(() -> Optional.of(passed(checks)));
  }

  private static Check passed(List<Check> checks) {
    if (checks.isEmpty()) {
      throw new IllegalStateException("nothing was checked");
    }
    return checks.getFirst();
  }

  /** Which tools read this form, by what their documentation and our trials with them say. */
  static String readers(ImageTree attached, List<Piece> pieces) {
    if (attached.tag().isPresent()) {
      return switch (EvidenceKind.of(attached)) {
        case SIGNATURE -> "assay, cosign, podman, CRI-O, Kyverno, policy-controller";
        case ATTESTATION -> "assay, cosign, Kyverno, policy-controller";
        default -> "cosign before 4 (not signed; assay and others do not rest on it)";
      };
    }
    String type = attached.content().effectiveArtifactType().orElse("");
    if (type.startsWith(BUNDLE)) {
      boolean key =
          pieces.stream()
              .flatMap(p -> p.read().stream())
              .anyMatch(
                  r -> !(r.bundle().material() instanceof dev.assay.attest.Bundle.Certificates));
      return key
          ? "assay, cosign 3, Kyverno"
          : "assay, cosign 3, Kyverno, policy-controller (attestations)";
    }
    if (type.startsWith("application/vnd.dev.cosign.artifact.")) {
      return "assay, cosign";
    }
    return type.equals("application/vnd.cncf.notary.signature")
        ? "notation, Kyverno"
        : pieces.isEmpty() ? "oras, and whoever knows the type" : "assay";
  }
}
