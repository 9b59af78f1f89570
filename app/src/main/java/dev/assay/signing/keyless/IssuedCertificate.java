package dev.assay.signing.keyless;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.CertificatePath;
import dev.assay.crypto.FulcioClaims;
import dev.assay.crypto.GeneralName;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.Purpose;
import dev.assay.trust.TrustRoot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether a certificate is the one that was asked for: over our key, for whom the token is about,
 * valid now, by an authority of the trust root where there is one. One that is not would make a
 * signature in another's name.
 */
final class IssuedCertificate {

  private final Certificate leaf;
  private final List<Certificate> issuers;

  private IssuedCertificate(List<Certificate> chain) {
    this.leaf = chain.getFirst();
    this.issuers = chain.subList(1, chain.size());
  }

  /**
   * @param name what the certificate must be for; absent: what the token says
   * @param roots empty: the chain has to hold together by itself
   * @throws AssayException with {@link Code#CERTIFICATE_NOT_OURS}, {@link
   *     Code#CERTIFICATE_UNTRUSTED}, {@link Code#CERTIFICATE_EXPIRED}
   */
  static void check(
      List<Certificate> chain,
      PublicKey key,
      IdentityToken token,
      Optional<String> name,
      List<TrustRoot> roots,
      Instant now) {
    IssuedCertificate issued = new IssuedCertificate(chain);
    if (!issued.leaf.key().equals(key)) {
      throw notOurs("it is over another key than the one that was sent");
    }
    issued.checkName(token, name);
    issued.checkIssuer(token);
    issued.checkPath(roots, now);
  }

  private static AssayException notOurs(String why) {
    return new AssayException(
        Code.CERTIFICATE_NOT_OURS, "the certificate authority's certificate is not used: " + why);
  }

  private void checkName(IdentityToken token, Optional<String> name) {
    if (leaf.alternativeNames().size() != 1) {
      throw notOurs("it has " + leaf.alternativeNames().size() + " names instead of one");
    }
    GeneralName found = leaf.alternativeNames().getFirst();
    List<String> expected = name.map(List::of).orElseGet(() -> names(token));
    boolean user = found.kind() == GeneralName.Kind.OTHER && name.isEmpty();
    boolean good =
        expected.contains(found.value())
            // A user name has the authority's own domain behind it.
            || user && found.value().startsWith(token.subject() + "!");
    if (!good && name.isEmpty() && isTheTokensSubject(token)) {
      good = true;
    }
    if (!good) {
      List<String> quoted = new ArrayList<>();
      expected.forEach(e -> quoted.add(Text.quote(e)));
      throw new AssayException(
          Code.CERTIFICATE_NOT_OURS,
          "the certificate authority's certificate is not used: it is for "
              + Text.quote(found.value())
              + ", and the token is about "
              + String.join(" or ", quoted),
          "--certificate-identity NAME, if that name is yours");
    }
  }

  // The authority may name somebody by a rule of its own, and copies the subject.
  private boolean isTheTokensSubject(IdentityToken token) {
    return !token.subject().isEmpty()
        && token.subject().equals(FulcioClaims.of(leaf).claims().get("tokenSubject"));
  }

  /** What Fulcio's rules for the providers it knows make of the token. */
  private static List<String> names(IdentityToken token) {
    List<String> out = new ArrayList<>();
    token.email().ifPresent(out::add);
    if (!token.subject().isEmpty()) {
      out.add(token.subject());
    }
    token.claim("job_workflow_ref").ifPresent(r -> out.add("https://github.com/" + r));
    token.claim("ci_config_ref_uri").ifPresent(r -> out.add("https://" + r));
    add(
        out,
        "https://buildkite.com/%s/%s",
        token.claim("organization_slug"),
        token.claim("pipeline_slug"));
    add(
        out,
        "https://circleci.com/api/v2/projects/%s/pipeline-definitions/%s",
        token.claim("oidc.circleci.com/project-id"),
        token.claim("oidc.circleci.com/pipeline-definition-id"));
    add(
        out,
        "https://kubernetes.io/namespaces/%s/serviceaccounts/%s",
        token.claim("kubernetes.io", "namespace"),
        token.claim("kubernetes.io", "serviceaccount", "name"));
    return out;
  }

  private static void add(
      List<String> out, String form, Optional<String> first, Optional<String> second) {
    if (first.isPresent() && second.isPresent()) {
      out.add(form.formatted(first.get(), second.get()));
    }
  }

  // A provider that speaks for others names them, and the authority too.
  private void checkIssuer(IdentityToken token) {
    String found = FulcioClaims.of(leaf).issuer().orElse("");
    Optional<String> behind = token.claim("federated_claims", "connector_id");
    if (!found.equals(token.issuer()) && behind.filter(found::equals).isEmpty()) {
      throw notOurs(
          "it says that "
              + Text.quote(found)
              + " vouches for the identity; the token is of "
              + Text.quote(token.issuer()));
    }
  }

  private void checkPath(List<TrustRoot> roots, Instant now) {
    // Clocks differ, and a certificate begins when it is made.
    Instant at = now.isBefore(leaf.notBefore()) ? leaf.notBefore() : now;
    if (at.isAfter(now.plusSeconds(300))) {
      throw new AssayException(
          Code.CERTIFICATE_EXPIRED,
          "the certificate is valid from " + leaf.notBefore() + "; it is " + now,
          "is the clock right?");
    }
    CertificatePath.Failure nearest = null;
    for (Anchors anchors : anchors(roots, at)) {
      CertificatePath.Result path =
          CertificatePath.build(
              leaf, anchors.intermediates(), anchors.trusted(), at, Purpose.CODE_SIGNING);
      if (path.trusted()) {
        return;
      }
      nearest = path.failure().orElseThrow();
    }
    if (nearest == null) {
      throw new AssayException(
          Code.CERTIFICATE_UNTRUSTED,
          roots.isEmpty()
              ? "the certificate came without the one that issued it"
              : "the trust root has no certificate authority that is trusted now");
    }
    throw new AssayException(
        nearest.code(),
        "the certificate is not used: "
            + nearest.message()
            + " (expected "
            + nearest.expected()
            + ", found "
            + nearest.found()
            + ")");
  }

  private record Anchors(List<Certificate> intermediates, List<Certificate> trusted) {}

  private List<Anchors> anchors(List<TrustRoot> roots, Instant at) {
    List<Anchors> out = new ArrayList<>();
    if (roots.isEmpty()) {
      if (!issuers.isEmpty()) {
        out.add(new Anchors(issuers.subList(0, issuers.size() - 1), List.of(issuers.getLast())));
      }
      return out;
    }
    for (TrustRoot root : roots) {
      for (TrustRoot.Authority authority : root.authorities()) {
        if (authority.validFor().contains(at)) {
          List<Certificate> chain = authority.chain();
          out.add(new Anchors(chain.subList(0, chain.size() - 1), List.of(authority.root())));
        }
      }
    }
    return out;
  }
}
