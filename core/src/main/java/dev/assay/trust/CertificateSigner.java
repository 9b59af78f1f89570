package dev.assay.trust;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.RevocationList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who signs with certificates: whoever holds one that has these names, from these
 * authorities.
 *
 * @param name what the signer is called in policies and verdicts
 * @param issuer who vouched for the identity (the OIDC issuer that Fulcio wrote down); required
 *     where the authorities are the trust root's
 * @param identity the subject alternative name; one of {@code identity} and {@code subject} is
 *     there
 * @param subject the subject's distinguished name (RFC 4514), for a company's own authorities
 * @param claims what else Fulcio must have written down, by name ({@code sourceRepositoryUri})
 * @param own a company's own authorities; absent: those of the trust root
 */
public record CertificateSigner(
    String name,
    Optional<NamePattern> issuer,
    Optional<NamePattern> identity,
    Optional<NamePattern> subject,
    Map<String, NamePattern> claims,
    Optional<OwnAuthorities> own)
    implements Signer {

  /**
   * A company's own authorities, whose certificates have no extensions of Fulcio's.
   *
   * @param roots what is trusted; never empty
   * @param intermediates certificates that may be needed on the way to a root
   * @param usages the extended key usages of which the certificate must have one, as OIDs
   * @param revoked revocation lists; where one is given, each certificate on the way needs one that
   *     was in force
   */
  public record OwnAuthorities(
      List<Certificate> roots,
      List<Certificate> intermediates,
      List<String> usages,
      List<RevocationList> revoked) {
    public OwnAuthorities {
      roots = List.copyOf(roots);
      intermediates = List.copyOf(intermediates);
      usages = List.copyOf(usages);
      revoked = List.copyOf(revoked);
      if (roots.isEmpty() || usages.isEmpty()) {
        throw new AssayException(
            Code.BAD_FIELD, "own authorities need a root and an extended key usage");
      }
    }
  }

  /**
   * @throws AssayException with {@link Code#BAD_FIELD} if it would accept anybody
   */
  public CertificateSigner {
    claims = Map.copyOf(claims);
    if (name.isBlank()) {
      throw new AssayException(Code.BAD_FIELD, "a signer without a name");
    }
    if (own.isEmpty() && (issuer.isEmpty() || identity.isEmpty())) {
      throw new AssayException(
          Code.BAD_FIELD,
          "the signer "
              + Text.quote(name)
              + " needs an issuer and an identity: any identity provider vouches for any name");
    }
    if (own.isPresent() && identity.isEmpty() && subject.isEmpty()) {
      throw new AssayException(
          Code.BAD_FIELD, "the signer " + Text.quote(name) + " needs an identity or a subject");
    }
    if (own.isPresent() && (issuer.isPresent() || !claims.isEmpty())) {
      throw new AssayException(
          Code.BAD_FIELD,
          "the signer "
              + Text.quote(name)
              + " has its own authorities, whose certificates have no issuer and no claims of"
              + " Fulcio's");
    }
  }

  /** This identity and no other, vouched for by this issuer and no other. */
  public static CertificateSigner exactly(String issuer, String identity) {
    return of(identity, NamePattern.exactly(issuer), NamePattern.exactly(identity));
  }

  /** An identity of the trust root's authorities. */
  public static CertificateSigner of(String name, NamePattern issuer, NamePattern identity) {
    return new CertificateSigner(
        name,
        Optional.of(issuer),
        Optional.of(identity),
        Optional.empty(),
        Map.of(),
        Optional.empty());
  }

  @Override
  public String describe() {
    StringBuilder out = new StringBuilder();
    identity.ifPresent(i -> out.append(i));
    subject.ifPresent(s -> out.append(out.length() == 0 ? "" : ", ").append(s));
    issuer.ifPresent(i -> out.append(" by ").append(i));
    claims.keySet().stream()
        .sorted()
        .forEach(k -> out.append(", ").append(k).append(' ').append(claims.get(k)));
    return out.toString();
  }

  // Written out, as in TrustedKey.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CertificateSigner that
        && name.equals(that.name)
        && issuer.equals(that.issuer)
        && identity.equals(that.identity)
        && subject.equals(that.subject)
        && claims.equals(that.claims)
        && own.equals(that.own);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + identity.hashCode();
  }
}
