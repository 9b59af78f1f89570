package dev.assay.verify;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.FulcioClaims;
import dev.assay.crypto.GeneralName;
import dev.assay.trust.CertificateSigner;
import dev.assay.trust.NamePattern;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether the holder of a certificate is the signer that is asked for. */
final class IdentityMatch {

  private IdentityMatch() {}

  /** What differs, if anything does. */
  static Optional<Check> differs(Evidence evidence, Certificate leaf, CertificateSigner signer) {
    try {
      return signer.own().isPresent()
          ? own(evidence, leaf, signer)
          : fulcio(evidence, leaf, signer);
    } catch (AssayException e) {
      return Optional.of(evidence.refuse(e.code(), String.valueOf(e.getMessage())));
    }
  }

  private static Optional<Check> fulcio(
      Evidence evidence, Certificate leaf, CertificateSigner signer) {
    FulcioClaims claims = FulcioClaims.of(leaf);
    Optional<Check> name = names(evidence, leaf, signer);
    if (name.isPresent()) {
      return name;
    }
    String issuer = claims.issuer().orElse("");
    if (!signer.issuer().orElseThrow().matches(issuer)) {
      return Optional.of(
          wrong(evidence, "vouched for by another issuer")
              .expected(signer.issuer().get().toString(), issuer.isEmpty() ? "no issuer" : issuer));
    }
    return claims(evidence, claims, signer.claims());
  }

  private static Optional<Check> claims(
      Evidence evidence, FulcioClaims found, Map<String, NamePattern> asked) {
    for (Map.Entry<String, NamePattern> claim : asked.entrySet()) {
      String value = found.claims().get(claim.getKey());
      if (value == null || !claim.getValue().matches(value)) {
        return Optional.of(
            wrong(evidence, "another " + claim.getKey())
                .expected(claim.getValue().toString(), value == null ? "none" : value));
      }
    }
    return Optional.empty();
  }

  private static Optional<Check> own(
      Evidence evidence, Certificate leaf, CertificateSigner signer) {
    if (signer.subject().isPresent() && !signer.subject().get().matches(leaf.subjectName())) {
      return Optional.of(
          wrong(evidence, "another subject")
              .expected(signer.subject().get().toString(), leaf.subjectName()));
    }
    return names(evidence, leaf, signer);
  }

  private static Optional<Check> names(
      Evidence evidence, Certificate leaf, CertificateSigner signer) {
    if (signer.identity().isEmpty()) {
      return Optional.empty();
    }
    List<GeneralName> names = leaf.alternativeNames();
    for (GeneralName name : names) {
      if (ofItsKind(name) && signer.identity().get().matches(name.value())) {
        return Optional.empty();
      }
    }
    return Optional.of(
        wrong(evidence, "signed by another identity")
            .expected(
                signer.identity().get().toString(),
                names.isEmpty()
                    ? "no name"
                    : String.join(", ", names.stream().map(GeneralName::value).toList())));
  }

  // A signer asks for a name and not for its kind, so a name must not look like one of another
  // kind: a user who calls himself as a workflow is called is not the workflow.
  private static boolean ofItsKind(GeneralName name) {
    boolean uri = name.value().contains("://");
    boolean mail = name.value().indexOf('@') >= 0;
    return switch (name.kind()) {
      case URI -> name.value().indexOf(':') > 0;
      case EMAIL -> mail && !uri;
      case DNS, OTHER -> !mail && !uri;
    };
  }

  private static Check wrong(Evidence evidence, String detail) {
    return evidence.refuse(Code.WRONG_IDENTITY, detail);
  }

  /** The same for two certificates of one holder: its names, and who vouches for them. */
  static String principal(Certificate leaf, Optional<FulcioClaims> claims) {
    StringBuilder out = new StringBuilder("identity");
    for (GeneralName name : leaf.alternativeNames()) {
      out.append(' ').append(name.kind()).append(' ').append(name.value());
    }
    if (leaf.alternativeNames().isEmpty()) {
      out.append(" subject ").append(leaf.subjectName());
    }
    claims.flatMap(FulcioClaims::issuer).ifPresent(i -> out.append(" by ").append(i));
    if (claims.isEmpty()) {
      out.append(" of ").append(leaf.issuerName());
    }
    return out.toString();
  }
}
