package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.crypto.CertificatePath.Failure;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What RFC 5280 section 6.1 asks of the certificates of a path; null says that it is met. */
final class PathRules {

  private static final String ANY_PURPOSE = "2.5.29.37.0";
  private static final int DIGITAL_SIGNATURE = 0x8000;
  private static final int NON_REPUDIATION = 0x4000;
  private static final int KEY_CERT_SIGN = 0x0400;

  private final Instant at;
  private final Purpose purpose;

  PathRules(Instant at, Purpose purpose) {
    this.at = at;
    this.purpose = purpose;
  }

  /** What can be said of the leaf alone. */
  @Nullable Failure checkLeaf(Certificate leaf) {
    Failure failure = checkAny(leaf);
    if (failure != null) {
      return failure;
    }
    if (leaf.isCa()) {
      return bad(leaf, "the signer's certificate is an authority's", "not a CA", "a CA");
    }
    // RFC 5280 section 4.2.1.12: a time stamp may be signed under non-repudiation alone.
    int needed =
        purpose == Purpose.TIME_STAMPING ? DIGITAL_SIGNATURE | NON_REPUDIATION : DIGITAL_SIGNATURE;
    if (leaf.keyUsage() != -1 && (leaf.keyUsage() & needed) == 0) {
      return bad(
          leaf,
          "the key may not sign",
          "key usage digitalSignature, or none stated",
          "another key usage");
    }
    List<String> usages = leaf.extendedKeyUsage();
    if (purpose != Purpose.ATTESTED_KEY && !usages.contains(purpose.oid())) {
      return bad(
          leaf,
          "the certificate is not for " + purpose,
          "extended key usage " + purpose.oid(),
          usages.isEmpty() ? "none" : String.join(", ", usages));
    }
    if (purpose == Purpose.TIME_STAMPING) {
      Certificate.Extension usage = leaf.extensions().get(Certificate.EXTENDED_KEY_USAGE);
      if (usages.size() != 1 || usage == null || !usage.critical()) {
        return bad(
            leaf,
            "the certificate is not for time stamping alone",
            "extended key usage " + purpose.oid() + ", critical and no other",
            String.join(", ", usages) + (usages.size() == 1 ? ", not critical" : ""));
      }
    }
    return null;
  }

  /**
   * What can be said of an issuer.
   *
   * @param below the path so far, the leaf first
   */
  @Nullable Failure checkIssuer(Certificate issuer, List<Certificate> below) {
    Failure failure = checkAny(issuer);
    if (failure != null) {
      return failure;
    }
    if (!issuer.isCa() && !(below.size() == 1 && isKnownDevice(issuer))) {
      return untrusted(issuer, "the issuer is not an authority", "a CA", "not a CA");
    }
    if (issuer.keyUsage() != -1 && (issuer.keyUsage() & KEY_CERT_SIGN) == 0) {
      return untrusted(
          issuer,
          "the issuer may not sign certificates",
          "key usage keyCertSign, or none stated",
          "another key usage");
    }
    List<String> usages = issuer.extendedKeyUsage();
    if (!usages.isEmpty() && !usages.contains(purpose.oid()) && !usages.contains(ANY_PURPOSE)) {
      return untrusted(
          issuer,
          "the issuer is not for " + purpose,
          "extended key usage " + purpose.oid() + ", or none stated",
          String.join(", ", usages));
    }
    if (issuer.pathLength().isPresent()) {
      int intermediates = 0;
      // The leaf does not count, nor does a certificate that an authority gave itself.
      for (int i = 1; i < below.size(); i++) {
        Certificate certificate = below.get(i);
        if (!Arrays.equals(certificate.subject(), certificate.issuer())) {
          intermediates++;
        }
      }
      if (intermediates > issuer.pathLength().getAsInt()) {
        return untrusted(
            issuer,
            "the issuer may not have so many authorities below it",
            "at most " + issuer.pathLength().getAsInt(),
            Integer.toString(intermediates));
      }
    }
    return null;
  }

  /**
   * Whether this is the certificate of a YubiKey of firmware 5.2.4, which its maker issued without
   * basic constraints. It is accepted as the issuer of keys in that device all the same, right
   * above such a key and nowhere else: what signed it issues nothing but certificates of devices,
   * and the firmware it says is part of what was signed.
   */
  private boolean isKnownDevice(Certificate issuer) {
    if (purpose != Purpose.ATTESTED_KEY
        || issuer.extensions().containsKey(Certificate.BASIC_CONSTRAINTS)) {
      return false;
    }
    try {
      return PivAttestation.firmware(issuer).equals(Optional.of(new Firmware(5, 2, 4)));
    } catch (AssayException e) {
      return false;
    }
  }

  /** The name constraints of a whole path, the leaf first. */
  @Nullable Failure checkConstraints(List<Certificate> path) {
    for (int i = path.size() - 1; i > 0; i--) {
      Certificate issuer = path.get(i);
      Certificate.Extension extension = issuer.extensions().get(Certificate.NAME_CONSTRAINTS);
      if (extension == null) {
        continue;
      }
      try {
        NameConstraints constraints = NameConstraints.read(extension.value());
        for (int j = i - 1; j >= 0; j--) {
          Certificate below = path.get(j);
          // Section 6.1.3 (b): not those an authority gave itself, but always the last.
          if (j > 0 && Arrays.equals(below.subject(), below.issuer())) {
            continue;
          }
          String refused = constraints.refusal(below);
          if (refused != null) {
            return untrusted(
                below,
                "the issuer may not vouch for this name",
                "a name that " + issuer + " may vouch for",
                refused);
          }
        }
      } catch (AssayException e) {
        return bad(
            issuer,
            "name constraints that cannot be applied",
            "constraints on email, DNS, URI or directory names",
            String.valueOf(e.getMessage()));
      }
    }
    return null;
  }

  private @Nullable Failure checkAny(Certificate certificate) {
    for (Certificate.Extension extension : certificate.extensions().values()) {
      if (extension.critical() && !understood(extension.oid())) {
        return bad(
            certificate,
            "a critical extension that is not understood",
            "no critical extension but those that are checked",
            extension.oid());
      }
    }
    if (!certificate.validAt(at)) {
      return new Failure(
          Code.CERTIFICATE_EXPIRED,
          certificate,
          certificate.notBefore().isAfter(at)
              ? "the certificate was not valid yet"
              : "the certificate was not valid any more",
          "valid at " + at,
          "valid from " + certificate.notBefore() + " to " + certificate.notAfter());
    }
    return null;
  }

  private static boolean understood(String oid) {
    return oid.equals(Certificate.SUBJECT_ALTERNATIVE_NAME)
        || oid.equals(Certificate.BASIC_CONSTRAINTS)
        || oid.equals(Certificate.KEY_USAGE)
        || oid.equals(Certificate.EXTENDED_KEY_USAGE)
        || oid.equals(Certificate.NAME_CONSTRAINTS);
  }

  private static Failure bad(
      Certificate certificate, String message, String expected, String found) {
    return new Failure(Code.BAD_CERTIFICATE, certificate, message, expected, found);
  }

  private static Failure untrusted(
      Certificate certificate, String message, String expected, String found) {
    return new Failure(Code.CERTIFICATE_UNTRUSTED, certificate, message, expected, found);
  }
}
