package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What Fulcio writes into a certificate about the identity token it was issued for (OIDs
 * 1.3.6.1.4.1.57264.1.1 to .24, Fulcio's docs/oid-info.md). They are true only as far as the
 * certificate's issuer is trusted to check them.
 */
public final class FulcioClaims {

  private static final String ARC = "1.3.6.1.4.1.57264.1.";

  private static final int RAW_ISSUER = 1;
  private static final int LAST_RAW = 6;
  // A type of names in the subject alternative name, no extension.
  private static final int USER_NAME = 7;
  private static final int ISSUER = 8;

  // By the last arc of the OID.
  private static final String[] NAMES = {
    "",
    "",
    "githubWorkflowTrigger",
    "githubWorkflowSha",
    "githubWorkflowName",
    "githubWorkflowRepository",
    "githubWorkflowRef",
    "",
    "issuer",
    "buildSignerUri",
    "buildSignerDigest",
    "runnerEnvironment",
    "sourceRepositoryUri",
    "sourceRepositoryDigest",
    "sourceRepositoryRef",
    "sourceRepositoryIdentifier",
    "sourceRepositoryOwnerUri",
    "sourceRepositoryOwnerIdentifier",
    "buildConfigUri",
    "buildConfigDigest",
    "buildTrigger",
    "runInvocationUri",
    "sourceRepositoryVisibilityAtSigning",
    "deploymentEnvironment",
    "tokenSubject",
  };

  // By the last arc too.
  private static final String[] OIDS = new String[NAMES.length];

  static {
    for (int arc = 0; arc < OIDS.length; arc++) {
      OIDS[arc] = ARC + arc;
    }
  }

  /** The names of the claims there are, in the order of their OIDs. */
  public static List<String> names() {
    List<String> out = new ArrayList<>();
    for (String name : NAMES) {
      if (!name.isEmpty()) {
        out.add(name);
      }
    }
    return out;
  }

  private final Map<String, String> claims;

  private FulcioClaims(Map<String, String> claims) {
    this.claims = claims;
  }

  /**
   * Reads the claims of a certificate, which may have none.
   *
   * @throws AssayException with {@link Code#BAD_CERTIFICATE} if one cannot be read, or the two
   *     forms of the issuer differ
   */
  public static FulcioClaims of(Certificate certificate) {
    Map<String, String> claims = new LinkedHashMap<>();
    for (int arc = ISSUER; arc < NAMES.length; arc++) {
      put(claims, NAMES[arc], read(certificate, arc));
    }
    for (int arc = RAW_ISSUER; arc <= LAST_RAW; arc++) {
      String value = read(certificate, arc);
      if (arc != RAW_ISSUER) {
        put(claims, NAMES[arc], value);
      } else if (value != null) {
        String issuer = claims.putIfAbsent(NAMES[ISSUER], value);
        if (issuer != null && !issuer.equals(value)) {
          throw new AssayException(
              Code.BAD_CERTIFICATE,
              "the certificate names two issuers: "
                  + Text.quote(issuer)
                  + " and "
                  + Text.quote(value));
        }
      }
    }
    return new FulcioClaims(Collections.unmodifiableMap(claims));
  }

  private static void put(Map<String, String> claims, String name, @Nullable String value) {
    if (value != null) {
      claims.put(name, value);
    }
  }

  private static @Nullable String read(Certificate certificate, int arc) {
    Certificate.Extension extension =
        arc == USER_NAME ? null : certificate.extensions().get(OIDS[arc]);
    if (extension == null) {
      return null;
    }
    String text;
    try {
      if (arc <= LAST_RAW) {
        text = Text.utf8(extension.value());
      } else {
        DerReader in = new DerReader(extension.value());
        text = Text.utf8(in.content(DerReader.UTF8_STRING));
        in.done();
      }
    } catch (AssayException e) {
      throw new AssayException(
          Code.BAD_CERTIFICATE, "the claim " + ARC + arc + " cannot be read", e);
    }
    // Nothing that a person reads differently from what a policy compares.
    if (!Text.printable(text).equals(text)) {
      throw new AssayException(
          Code.BAD_CERTIFICATE, "the claim " + ARC + arc + " has invisible characters");
    }
    return text;
  }

  /** The OpenID Connect issuer of the token, a URL. */
  public Optional<String> issuer() {
    return Optional.ofNullable(claims.get(NAMES[ISSUER]));
  }

  /**
   * Every claim by its name, which stays the same: {@code issuer}, {@code buildSignerUri}, {@code
   * sourceRepositoryUri} ... The order is the OIDs', the deprecated ones of GitHub at the end.
   */
  public Map<String, String> claims() {
    return claims;
  }
}
