package dev.assay.trust.hardware;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.CertificatePath;
import dev.assay.crypto.Firmware;
import dev.assay.crypto.PivAttestation;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.Purpose;
import dev.assay.crypto.TpmCertification;
import dev.assay.crypto.TpmPublic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a device's evidence proves about a key.
 *
 * <p>About time: the certificates have to be valid at the instant asked about, and that is all that
 * is made of their dates. A YubiKey has no clock and copies its own certificate's dates (2016 to
 * 2052 for most) into those it signs, so they never say when a key was made; the instant comes from
 * the caller (now, or when a registrar looked). Makers' roots are trusted until a release of this
 * software takes them out; devices are not revoked by their makers one by one.
 */
public final class HardwareVerifier {

  // Part of TCG's profile of credentials: a key that attests what is in a TPM.
  private static final Purpose ATTESTATION_KEY = Purpose.of("2.23.133.8.3");

  private HardwareVerifier() {}

  /**
   * Judges evidence.
   *
   * @param key which it must be about
   * @param at when the certificates must be valid
   */
  public static HardwareResult verify(
      HardwareEvidence evidence, PublicKey key, HardwareTrust trust, Instant at) {
    try {
      return switch (evidence) {
        case HardwareEvidence.Piv piv -> piv(piv, key, trust, at);
        case HardwareEvidence.Tpm tpm -> tpm(tpm, key, trust, at);
        case HardwareEvidence.SecurityKey sk -> securityKey(sk, key);
      };
    } catch (AssayException e) {
      return HardwareResult.refused(HardwareRefusal.of(e));
    }
  }

  private static HardwareResult piv(
      HardwareEvidence.Piv chain, PublicKey key, HardwareTrust trust, Instant at) {
    Certificate device = chain.device();
    if (!chain.key().key().equals(key)) {
      return refused(
          Code.HARDWARE_OTHER_KEY,
          "the certificate is another key's",
          key.id().toString(),
          chain.key().key().id().toString());
    }
    // Every YubiKey's f9 has the same name: whose it is, only the signature tells.
    if (!chain.key().issuedBy(device)) {
      return refused(
          Code.HARDWARE_OTHER_KEY,
          "the key's certificate was not issued by this device's f9: it is of another device, or"
              + " the key was imported and cannot be attested",
          "a certificate signed by the key " + device.key().id(),
          "another signature");
    }
    Optional<HardwareRefusal> preview = preview(chain, trust);
    if (preview.isPresent()) {
      return HardwareResult.refused(preview.get());
    }
    List<Certificate> intermediates = new ArrayList<>();
    intermediates.add(device);
    intermediates.addAll(chain.authorities());
    intermediates.addAll(trust.authorities());
    List<Certificate> anchors = new ArrayList<>();
    trust.anchors().forEach(a -> anchors.add(a.certificate()));
    anchors.addAll(trust.roots());
    CertificatePath.Result result =
        CertificatePath.build(chain.key(), intermediates, anchors, at, Purpose.ATTESTED_KEY);
    if (!result.trusted()) {
      return HardwareResult.refused(untrusted(result.failure().orElseThrow()));
    }
    List<Certificate> path = result.path();
    Certificate root = path.getLast();
    // By the key: under another certificate of it, a maker's root is no authority of the owner's.
    boolean own = trust.anchors().stream().noneMatch(a -> a.certificate().key().equals(root.key()));
    // An owner's f9 may be its own authority; a maker's never is.
    if (!path.get(1).equals(device) || !own && path.size() < 3) {
      return refused(
          Code.HARDWARE_UNTRUSTED,
          "the way to a root does not go over the device's certificate",
          "the certificate " + device.id(),
          "the certificate " + path.get(1).id());
    }
    for (Certificate authority : path) {
      if (YubicoPiv.isPreview(authority)) {
        return HardwareResult.refused(previewRefusal(authority.subjectName()));
      }
    }
    PivAttestation attested = PivAttestation.read(chain.key(), device);
    Optional<HardwareRefusal> wrong =
        own ? ownDevice(device) : wrongRoot(attested.firmware(), path, trust);
    if (wrong.isPresent()) {
      return HardwareResult.refused(wrong.get());
    }
    return HardwareResult.proven(
        new HardwareProof(
            HardwareKind.YUBIKEY_PIV,
            Optional.of(attested),
            attested.slot(),
            root.subjectName(),
            own,
            false));
  }

  // Also where the owner names one as a root: whoever makes test devices does not vouch for keys.
  private static Optional<HardwareRefusal> preview(
      HardwareEvidence.Piv chain, HardwareTrust trust) {
    List<Certificate> all = new ArrayList<>(chain.authorities());
    all.addAll(trust.roots());
    for (Certificate authority : all) {
      if (YubicoPiv.isPreview(authority)
          && (chain.authorities().contains(authority) || chain.device().issuedBy(authority))) {
        return Optional.of(previewRefusal(authority.subjectName()));
      }
    }
    return YubicoPiv.isPreview(chain.device().issuerName())
        ? Optional.of(previewRefusal(chain.device().issuerName()))
        : Optional.empty();
  }

  private static HardwareRefusal previewRefusal(String name) {
    return HardwareRefusal.of(
        Code.HARDWARE_UNTRUSTED,
        "an authority of preview devices, which are not to be trusted",
        "an authority of devices that are sold",
        name);
  }

  private static HardwareRefusal untrusted(CertificatePath.Failure failure) {
    if (failure.code() != Code.CERTIFICATE_UNTRUSTED) {
      return HardwareRefusal.of(
          failure.code(), failure.message(), failure.expected(), failure.found());
    }
    return HardwareRefusal.of(
        Code.HARDWARE_UNTRUSTED,
        "no trusted maker vouches for the device ("
            + failure.certificate().subjectName()
            + ": "
            + failure.message()
            + "); it is no YubiKey's, or its f9 was overwritten by its owner",
        failure.expected(),
        failure.found());
  }

  // A device without basic constraints is one exception, made for one maker's root.
  private static Optional<HardwareRefusal> ownDevice(Certificate device) {
    return device.isCa()
        ? Optional.empty()
        : Optional.of(
            HardwareRefusal.of(
                Code.HARDWARE_UNTRUSTED,
                "the device's certificate is not an authority's",
                "a CA",
                "not a CA"));
  }

  private static Optional<HardwareRefusal> wrongRoot(
      Firmware firmware, List<Certificate> path, HardwareTrust trust) {
    for (HardwareTrust.Anchor anchor : trust.anchors()) {
      if (!anchor.certificate().key().equals(path.getLast().key())) {
        continue;
      }
      if (anchor.from().filter(f -> firmware.compareTo(f) < 0).isPresent()
          || anchor.to().filter(f -> firmware.compareTo(f) > 0).isPresent()) {
        return Optional.of(
            HardwareRefusal.of(
                Code.HARDWARE_UNTRUSTED,
                "the root does not issue certificates to devices of this firmware",
                "firmware "
                    + anchor.from().map(f -> "from " + f).orElse("")
                    + anchor.to().map(f -> "up to " + f).orElse(""),
                "firmware " + firmware));
      }
      String issuer = path.get(2).subjectName();
      if (anchor.issuers().filter(prefix -> !issuer.startsWith(prefix)).isPresent()) {
        return Optional.of(
            HardwareRefusal.of(
                Code.HARDWARE_UNTRUSTED,
                "the device's certificate is not for its PIV application",
                "issued by " + anchor.issuers().get() + "...",
                "issued by " + issuer));
      }
      if (anchor.issuers().isEmpty() && path.size() != 3) {
        return Optional.of(
            HardwareRefusal.of(
                Code.HARDWARE_UNTRUSTED,
                "the root issues certificates to devices itself",
                "issued by " + anchor.certificate().subjectName(),
                "issued by " + issuer));
      }
    }
    return Optional.empty();
  }

  private static HardwareResult tpm(
      HardwareEvidence.Tpm tpm, PublicKey key, HardwareTrust trust, Instant at) {
    TpmPublic object = TpmPublic.read(tpm.object().bytes());
    if (!object.key().equals(key)) {
      return refused(
          Code.HARDWARE_OTHER_KEY,
          "the TPM's object is another key",
          key.id().toString(),
          object.key().id().toString());
    }
    TpmCertification certification = TpmCertification.read(tpm.certification().bytes());
    if (!certification.names(object)) {
      return refused(
          Code.HARDWARE_OTHER_KEY,
          "the TPM certified another object",
          "the name " + object.nameText(),
          "another name");
    }
    boolean known = trust.attestationKeys().contains(tpm.attestationKey());
    if (!known) {
      if (tpm.certificates().isEmpty()) {
        return refused(
            Code.HARDWARE_UNTRUSTED,
            "the attestation key is not one that is trusted",
            trust.attestationKeys().isEmpty()
                ? "a certificate of the attestation key, or the key itself (--ak)"
                : String.join(
                    ", ", trust.attestationKeys().stream().map(k -> k.id().toString()).toList()),
            tpm.attestationKey().id().toString());
      }
      CertificatePath.Result result =
          CertificatePath.build(
              tpm.certificates().getFirst(),
              tpm.certificates(),
              trust.roots(),
              at,
              ATTESTATION_KEY);
      if (!result.trusted()) {
        CertificatePath.Failure failure = result.failure().orElseThrow();
        return refused(
            failure.code() == Code.CERTIFICATE_UNTRUSTED ? Code.HARDWARE_UNTRUSTED : failure.code(),
            "the attestation key's certificate is not acceptable: " + failure.message(),
            failure.expected(),
            failure.found());
      }
    }
    if (!certification.signedBy(tpm.attestationKey(), tpm.signature().bytes())) {
      return refused(
          Code.SIGNATURE_INVALID,
          "the attestation key did not sign the TPM's certification",
          "a signature by the key " + tpm.attestationKey().id(),
          "another signature");
    }
    if (!object.missingAttributes().isEmpty()) {
      return refused(
          Code.HARDWARE_DEMAND,
          "the key could be known outside of the TPM, or does not sign",
          "fixedTPM, fixedParent, sensitiveDataOrigin, sign",
          "without " + String.join(", ", object.missingAttributes()));
    }
    return HardwareResult.proven(
        new HardwareProof(
            HardwareKind.TPM,
            Optional.empty(),
            object.nameText(),
            known || tpm.certificates().isEmpty()
                ? tpm.attestationKey().id().toString()
                : tpm.certificates().getFirst().subjectName(),
            true,
            false));
  }

  private static HardwareResult securityKey(HardwareEvidence.SecurityKey sk, PublicKey key) {
    if (!sk.key().publicKey().equals(key)) {
      return refused(
          Code.HARDWARE_OTHER_KEY,
          "the security key holds another key",
          key.id().toString(),
          sk.key().publicKey().id().toString());
    }
    if (!sk.key().isSecurityKey()) {
      return refused(
          Code.HARDWARE_ATTESTATION,
          "an SSH key that no security key holds",
          "sk-ssh-ed25519@openssh.com or sk-ecdsa-sha2-nistp256@openssh.com",
          sk.key().type());
    }
    return HardwareResult.proven(
        new HardwareProof(
            HardwareKind.SECURITY_KEY, Optional.empty(), sk.key().fingerprint(), "", false, false));
  }

  private static HardwareResult refused(Code code, String message, String expected, String found) {
    return HardwareResult.refused(HardwareRefusal.of(code, message, expected, found));
  }
}
