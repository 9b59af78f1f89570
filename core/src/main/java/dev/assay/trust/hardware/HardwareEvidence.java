package dev.assay.trust.hardware;

import dev.assay.attest.Octets;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SshKey;
import dev.assay.crypto.TpmPublic;
import java.util.ArrayList;
import java.util.List;

/** What a device says about a key, as it came from there. Nothing of it is believed yet. */
public sealed interface HardwareEvidence {

  HardwareKind kind();

  /** As a registration holds it. */
  Json.Obj toJson();

  /**
   * Certificates of a YubiKey.
   *
   * @param key which the device signed for the key
   * @param device that of its slot f9
   * @param authorities what may be needed on the way to a root, in any order
   */
  record Piv(Certificate key, Certificate device, List<Certificate> authorities)
      implements HardwareEvidence {

    /**
     * @throws AssayException with {@link Code#TOO_MANY}
     */
    public Piv {
      authorities = List.copyOf(authorities);
      if (authorities.size() > Limits.HARDWARE_CERTIFICATES - 2) {
        throw new AssayException(
            Code.TOO_MANY, "more than " + Limits.HARDWARE_CERTIFICATES + " certificates");
      }
    }

    @Override
    public HardwareKind kind() {
      return HardwareKind.YUBIKEY_PIV;
    }

    @Override
    public Json.Obj toJson() {
      List<Json> all = new ArrayList<>();
      all.add(Json.of(Base64s.encode(key.der())));
      all.add(Json.of(Base64s.encode(device.der())));
      authorities.forEach(c -> all.add(Json.of(Base64s.encode(c.der()))));
      return Json.object().put("kind", kind().id()).put("certificates", all).build();
    }
  }

  /**
   * What TPM2_Certify made.
   *
   * @param certification TPMS_ATTEST
   * @param signature TPMT_SIGNATURE, or its plain form
   * @param object TPMT_PUBLIC of the key
   * @param attestationKey that signed
   * @param certificates of the attestation key, its own first; may be empty
   */
  record Tpm(
      Octets certification,
      Octets signature,
      Octets object,
      PublicKey attestationKey,
      List<Certificate> certificates)
      implements HardwareEvidence {

    /**
     * @throws AssayException with {@link Code#TOO_MANY}, {@link Code#TOO_LARGE}, or {@link
     *     Code#HARDWARE_OTHER_KEY} for a certificate of another key than the attestation key
     */
    public Tpm {
      certificates = List.copyOf(certificates);
      if (certificates.size() > Limits.HARDWARE_CERTIFICATES) {
        throw new AssayException(
            Code.TOO_MANY, "more than " + Limits.HARDWARE_CERTIFICATES + " certificates");
      }
      for (Octets part : List.of(certification, signature, object)) {
        if (part.bytes().length > Limits.TPM_BYTES) {
          throw new AssayException(
              Code.TOO_LARGE, "a TPM structure of " + part.bytes().length + " bytes");
        }
      }
      if (!certificates.isEmpty() && !certificates.getFirst().key().equals(attestationKey)) {
        throw new AssayException(
            Code.HARDWARE_OTHER_KEY, "the first certificate is not the attestation key's");
      }
    }

    @Override
    public HardwareKind kind() {
      return HardwareKind.TPM;
    }

    @Override
    public Json.Obj toJson() {
      List<Json> all = new ArrayList<>();
      certificates.forEach(c -> all.add(Json.of(Base64s.encode(c.der()))));
      return Json.object()
          .put("kind", kind().id())
          .put("certify", Base64s.encode(certification.bytes()))
          .put("signature", Base64s.encode(signature.bytes()))
          .put("public", Base64s.encode(object.bytes()))
          .put("attestationKey", Base64s.encode(attestationKey.spki()))
          .put("certificates", all)
          .build();
    }
  }

  /** A key of a FIDO security key, as SSH writes it. */
  record SecurityKey(SshKey key) implements HardwareEvidence {

    @Override
    public HardwareKind kind() {
      return HardwareKind.SECURITY_KEY;
    }

    @Override
    public Json.Obj toJson() {
      return Json.object()
          .put("kind", kind().id())
          .put("publicKey", Base64s.encode(key.encoded()))
          .build();
    }
  }

  /**
   * The certificates of a chain whose parts came in any files: the key's, the device's, the rest.
   *
   * @param device the device's certificate, then what may follow it
   */
  static Piv piv(Certificate key, List<Certificate> device) {
    return new Piv(key, device.getFirst(), device.subList(1, device.size()));
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws AssayException with {@link Code#BAD_REGISTRATION}, or the codes of what is in it
   */
  static HardwareEvidence read(Fields f) {
    String kind = f.string("kind");
    HardwareEvidence out =
        switch (HardwareKind.byId(kind).orElse(null)) {
          case YUBIKEY_PIV -> {
            List<Certificate> chain = certificates(f);
            if (chain.size() < 2) {
              throw f.bad("certificates", "that of the key and that of the device are needed");
            }
            yield piv(chain.getFirst(), chain.subList(1, chain.size()));
          }
          case TPM ->
              new Tpm(
                  Octets.of(f.base64("certify")),
                  Octets.of(f.base64("signature")),
                  Octets.of(f.base64("public")),
                  PublicKey.fromSpki(f.base64("attestationKey")),
                  certificates(f));
          case SECURITY_KEY -> new SecurityKey(SshKey.parse(f.base64("publicKey")));
          case null -> throw f.bad("kind", "no kind of hardware: " + Text.quote(kind));
        };
    f.done();
    return out;
  }

  private static List<Certificate> certificates(Fields f) {
    List<Certificate> out = new ArrayList<>();
    for (String text : f.strings("certificates", Limits.HARDWARE_CERTIFICATES)) {
      byte[] der;
      try {
        der = Base64s.decode(text);
      } catch (AssayException e) {
        throw f.bad("certificates", String.valueOf(e.getMessage()));
      }
      out.add(Certificate.parse(der));
    }
    return out;
  }

  /**
   * The key that it is about, by its own word.
   *
   * @throws AssayException with the codes of {@link TpmPublic#read}
   */
  static PublicKey attested(HardwareEvidence evidence) {
    return switch (evidence) {
      case Piv piv -> piv.key().key();
      case Tpm tpm -> TpmPublic.read(tpm.object().bytes()).key();
      case SecurityKey sk -> sk.key().publicKey();
    };
  }
}
