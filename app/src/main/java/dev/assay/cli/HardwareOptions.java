package dev.assay.cli;

import static dev.assay.cli.CommandSpec.value;
import static dev.assay.cli.CommandSpec.values;

import dev.assay.attest.Octets;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.PublicKey;
import dev.assay.trust.HardwareBacking;
import dev.assay.trust.TrustedKey;
import dev.assay.trust.hardware.HardwareDemands;
import dev.assay.trust.hardware.HardwareEvidence;
import dev.assay.trust.hardware.HardwareTrust;
import dev.assay.trust.hardware.YubicoPiv;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The options that give a device's evidence about a key, and say who is believed about it. */
final class HardwareOptions {

  static final CommandSpec.Option DEVICE =
      value(
          "device",
          "FILE",
          "the certificate of the YubiKey's slot f9 (PEM), and those that follow it, if any");
  static final CommandSpec.Option CERTIFY =
      value("tpm-certify", "FILE", "what TPM2_Certify said of the key (TPMS_ATTEST)");
  static final CommandSpec.Option SIGNATURE =
      value("tpm-signature", "FILE", "the attestation key's signature over it (TPMT_SIGNATURE)");
  static final CommandSpec.Option PUBLIC =
      value("tpm-public", "FILE", "the key's public part, as the TPM has it (TPMT_PUBLIC)");
  static final CommandSpec.Option AK =
      value(
          "ak",
          "FILE",
          "the TPM's attestation key: a public key that you trust, or its certificates for"
              + " --roots");
  static final CommandSpec.Option ROOTS =
      value("roots", "FILE", "your own authorities (PEM), besides the makers' that are built in");
  static final CommandSpec.Option REQUIRE =
      values(
          "require",
          "DEMAND",
          "touch=always|cached, pin=always|once, kind=yubikey-piv|ssh-sk|tpm,"
              + " min-firmware=5.7.0, serial=NUMBER, fips=true");

  private HardwareOptions() {}

  /**
   * The evidence that the options give.
   *
   * @param keyOption names the option with the key's certificate
   * @return empty where none of the options is there
   * @throws AssayException with {@link Code#USAGE} where only a part is there, or the codes of what
   *     is in the files
   */
  static Optional<HardwareEvidence> evidence(
      String keyOption, Arguments arguments, Context context) {
    boolean piv = arguments.value(keyOption).isPresent() || arguments.value("device").isPresent();
    boolean tpm =
        arguments.value("tpm-certify").isPresent()
            || arguments.value("tpm-signature").isPresent()
            || arguments.value("tpm-public").isPresent()
            || arguments.value("ak").isPresent();
    if (piv && tpm) {
      throw new AssayException(
          Code.USAGE, "certificates of a YubiKey and what a TPM made: one of them");
    }
    if (piv) {
      List<Certificate> key = certificates(arguments.required(keyOption), context);
      if (key.size() != 1) {
        throw new AssayException(
            Code.USAGE,
            "--" + keyOption + " takes the certificate of one key, found " + key.size());
      }
      return Optional.of(
          chain(key.getFirst(), certificates(arguments.required("device"), context)));
    }
    if (!tpm) {
      return Optional.empty();
    }
    List<Certificate> certificates = akCertificates(arguments, context);
    return Optional.of(
        new HardwareEvidence.Tpm(
            octets("tpm-certify", arguments, context),
            octets("tpm-signature", arguments, context),
            octets("tpm-public", arguments, context),
            certificates.isEmpty() ? akKey(arguments, context) : certificates.getFirst().key(),
            certificates));
  }

  // Files of chains come in either order: the device is the one that issued the key's certificate.
  private static HardwareEvidence chain(Certificate key, List<Certificate> given) {
    List<Certificate> ordered = new ArrayList<>(given);
    for (Certificate certificate : given) {
      if (key.issuedBy(certificate)) {
        ordered.remove(certificate);
        ordered.addFirst(certificate);
        break;
      }
    }
    return HardwareEvidence.piv(key, ordered);
  }

  private static Octets octets(String option, Arguments arguments, Context context) {
    return Octets.of(Inputs.read(context, arguments.required(option), Limits.TPM_BYTES));
  }

  static List<Certificate> certificates(String file, Context context) {
    return Certificate.fromPem(Inputs.read(context, file, Limits.DOCUMENT_BYTES));
  }

  private static List<Certificate> akCertificates(Arguments arguments, Context context) {
    String file = arguments.required("ak");
    byte[] pem = Inputs.read(context, file, Limits.DOCUMENT_BYTES);
    return isCertificate(pem) ? Certificate.fromPem(pem) : List.of();
  }

  private static PublicKey akKey(Arguments arguments, Context context) {
    return PublicKey.fromPem(Inputs.read(context, arguments.required("ak"), Limits.DOCUMENT_BYTES));
  }

  private static boolean isCertificate(byte[] pem) {
    return new String(pem, java.nio.charset.StandardCharsets.ISO_8859_1)
        .contains("-----BEGIN CERTIFICATE-----");
  }

  /** Who is believed: the makers, and whom the options name. */
  static HardwareTrust trust(Arguments arguments, Context context) {
    return trust(arguments.value("roots"), arguments.value("ak"), context);
  }

  /**
   * Who is believed: the makers, and whom the files name.
   *
   * @throws AssayException with {@link Code#USAGE} for an authority of devices that are not for
   *     sale
   */
  static HardwareTrust trust(Optional<String> roots, Optional<String> ak, Context context) {
    List<Certificate> own = roots.map(f -> certificates(f, context)).orElse(List.of());
    for (Certificate root : own) {
      if (YubicoPiv.isPreview(root)) {
        throw new AssayException(
            Code.USAGE,
            Text.quote(root.subjectName())
                + " vouches for preview devices, which are not to be trusted");
      }
    }
    List<PublicKey> keys = new ArrayList<>();
    ak.ifPresent(file -> {
      byte[] pem = Inputs.read(context, file, Limits.DOCUMENT_BYTES);
      if (!isCertificate(pem)) {
        keys.add(PublicKey.fromPem(pem));
      }
    });
    return HardwareTrust.BUILT_IN.with(own, keys);
  }

  /**
   * What verify's options ask of the hardware behind a key.
   *
   * @throws AssayException with {@link Code#USAGE} where a part is missing
   */
  static Optional<HardwareBacking> backing(Arguments arguments, Context context) {
    Optional<String> registration = arguments.value("registration");
    if (registration.isEmpty()) {
      for (String option :
          List.of("registrar", "require-hardware", "hardware-roots", "attestation-key")) {
        if (!arguments.values(option).isEmpty()) {
          throw new AssayException(
              Code.USAGE,
              "--"
                  + option
                  + " goes with --registration: without it nothing is known of the key's hardware",
              "assay key register --help");
        }
      }
      return Optional.empty();
    }
    TrustedKey registrar =
        Keys.trusted(List.of(arguments.required("registrar")), context).getFirst();
    return Optional.of(
        new HardwareBacking(
            Octets.of(Inputs.read(context, registration.get(), Limits.REGISTRATION_BYTES)),
            registrar,
            demands(arguments.values("require-hardware")),
            trust(arguments.value("hardware-roots"), arguments.value("attestation-key"), context)));
  }

  static HardwareDemands demands(List<String> texts) {
    HardwareDemands out = HardwareDemands.NONE;
    for (String text : texts) {
      out = out.and(text);
    }
    return out;
  }
}
