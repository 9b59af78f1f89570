package dev.assay.oci;

import dev.assay.attest.OciSignature;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What something that hangs on an image calls itself. Nothing here has been verified: it is read
 * off media types and annotations, which anybody can write.
 */
public enum EvidenceKind {
  SIGNATURE("signature"),
  ATTESTATION("attestation"),
  SBOM("SBOM"),
  OTHER("other");

  private static final String PREDICATE_TYPE = "dev.sigstore.bundle.predicateType";
  private static final String CONTENT = "dev.sigstore.bundle.content";
  private static final String BUNDLE = "application/vnd.dev.sigstore.bundle";
  private static final String COSIGN_SIGN = "https://sigstore.dev/cosign/sign/v1";
  private static final Set<String> SIGNATURES =
      Set.of(
          "application/vnd.dev.cosign.artifact.sig.v1+json",
          "application/vnd.cncf.notary.signature",
          OciSignature.SIMPLE_SIGNING);

  private final String word;

  EvidenceKind(String word) {
    this.word = word;
  }

  /** For people: {@code signature}. */
  public String word() {
    return word;
  }

  /** The kind of a manifest that is attached to another. */
  public static EvidenceKind of(ImageTree attached) {
    if (attached.tag().isPresent()) {
      String tag = attached.tag().get();
      return tag.endsWith(".sig") ? SIGNATURE : tag.endsWith(".att") ? ATTESTATION : SBOM;
    }
    String type = attached.content().effectiveArtifactType().orElse("").toLowerCase(Locale.ROOT);
    if (type.startsWith(BUNDLE)) {
      Optional<String> predicate = predicateType(attached);
      boolean signature =
          predicate.filter(COSIGN_SIGN::equals).isPresent()
              || "message-signature".equals(attached.content().annotations().get(CONTENT));
      return signature ? SIGNATURE : ATTESTATION;
    }
    if (SIGNATURES.contains(type)) {
      return SIGNATURE;
    }
    if (type.contains("cosign.artifact.att") || type.contains("in-toto")) {
      return ATTESTATION;
    }
    return type.contains("spdx") || type.contains("cyclonedx") || type.contains("sbom")
        ? SBOM
        : OTHER;
  }

  /** What a bundle's annotation says its statement is about. */
  public static Optional<String> predicateType(ImageTree attached) {
    return Optional.ofNullable(attached.content().annotations().get(PREDICATE_TYPE));
  }

  /** How many pieces it is: under cosign's older tags each layer is one. */
  public static int pieces(ImageTree attached) {
    if (attached.content() instanceof Manifest manifest && attached.tag().isPresent()) {
      return Math.max(1, manifest.layers().size());
    }
    return 1;
  }
}
