package dev.assay.cli;

import static dev.assay.cli.CommandSpec.value;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.PublicKey;
import dev.assay.trust.hardware.HardwareDemands;
import dev.assay.trust.hardware.HardwareEvidence;
import dev.assay.trust.hardware.HardwareProof;
import dev.assay.trust.hardware.HardwareRefusal;
import dev.assay.trust.hardware.HardwareResult;
import dev.assay.trust.hardware.HardwareVerifier;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** {@code key attestation verify}: what a device's word about a key proves. */
final class KeyAttestationCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "key attestation verify",
          "say what a device's attestation proves about a key, and what it does not",
          "",
          0,
          0,
          """
          For a YubiKey: --key takes the certificate that the device made for the key ('yubico-piv-tool -a attest -s 9c' or
          'ykman piv keys attest 9c -'), --device that of its slot f9 ('ykman piv certificates export f9 -') and those that
          follow it. They have to lead to the maker's root for the device's firmware, or to one of --roots. An f9 that its
          owner overwrote, a preview device's, and another device's are refused.

          For a TPM: what 'tpm2_certify' wrote, and the key's public part. The attestation key is one that you trust (--ak
          with a public key), or one that an authority of --roots certifies (--ak with certificates).

          Dates in a YubiKey's certificates are copied ones and say nothing of when a key was made; they have to cover the
          time of asking.
          """,
          List.of(
              value("key", "FILE", "the certificate that the YubiKey made for the key (PEM)"),
              HardwareOptions.DEVICE,
              HardwareOptions.CERTIFY,
              HardwareOptions.SIGNATURE,
              HardwareOptions.PUBLIC,
              HardwareOptions.AK,
              HardwareOptions.ROOTS,
              value("public-key", "KEY", "the key that it must be about: a file, or a reference"),
              HardwareOptions.REQUIRE,
              value(
                  "at",
                  "TIME",
                  "when the certificates must be valid (RFC 3339); now where not given"),
              value("output", "FORMAT", "text (default) or json")),
          List.of(
              "assay key attestation verify --device f9.pem --key 9c.pem",
              "assay key attestation verify --device f9.pem --key 9c.pem --require touch=always"
                  + " --require pin=always"));

  private static final String NAME = "key attestation verify";

  private KeyAttestationCommand() {}

  static int run(Arguments arguments, Context context) {
    boolean json = Outputs.json(arguments);
    HardwareDemands demands = HardwareOptions.demands(arguments.values("require"));
    HardwareEvidence evidence =
        HardwareOptions.evidence("key", arguments, context)
            .orElseThrow(() ->
                new AssayException(
                    Code.USAGE,
                    "--device and --key are needed, or --tpm-certify and what goes with it",
                    "assay " + NAME + " --help"));
    PublicKey key =
        arguments.value("public-key").isPresent()
            ? Keys.trusted(List.of(arguments.required("public-key")), context).getFirst().key()
            : HardwareEvidence.attested(evidence);
    Instant at =
        arguments
            .value("at")
            .map(VerifyRequest::time)
            .orElseGet(() -> context.clock().instant().truncatedTo(ChronoUnit.SECONDS));
    HardwareResult result =
        HardwareVerifier.verify(evidence, key, HardwareOptions.trust(arguments, context), at);
    Optional<HardwareRefusal> refusal =
        result.proof().isPresent() ? demands.unmet(result.proof().get()) : result.refusal();
    if (json) {
      context.out().print(json(key, result.proof(), refusal, at).pretty());
    } else {
      text(key, result.proof(), refusal, context);
    }
    return refusal.map(r -> r.code().exit().status()).orElse(0);
  }

  private static void text(
      PublicKey key,
      Optional<HardwareProof> proof,
      Optional<HardwareRefusal> refusal,
      Context context) {
    if (refusal.isPresent()) {
      HardwareRefusal r = refusal.get();
      context.out().println("✗ REFUSED  key " + key);
      context.out().println("  " + r.code().id() + " " + Text.printable(r.message()));
      r.expected().ifPresent(e -> context.out().println("    expected  " + Text.printable(e)));
      r.found().ifPresent(f -> context.out().println("    found     " + Text.printable(f)));
    } else {
      context.out().println("✓ PROVEN  key " + key);
    }
    // What the chain proves is worth telling where it is only not what was asked for.
    proof.ifPresent(p -> print(p, context));
    refusal.ifPresent(r -> context.out().println("  next: assay explain " + r.code().id()));
  }

  /** What is proven and what is not, for a person. */
  static void print(HardwareProof proof, Context context) {
    context.out().println("  proven:");
    proof.proves().forEach(t -> context.out().println("    - " + Text.printable(t)));
    context.out().println("  not proven:");
    proof.doesNotProve().forEach(t -> context.out().println("    - " + Text.printable(t)));
  }

  private static Json json(
      PublicKey key, Optional<HardwareProof> proof, Optional<HardwareRefusal> refusal, Instant at) {
    Json.Builder out =
        Json.object()
            .put("apiVersion", "assay.dev/key-attestation/v1")
            .put("proven", refusal.isEmpty())
            .put("key", key.id().toString())
            .put("at", at.toString());
    proof.ifPresent(p -> out.put("hardware", p.toJson()));
    refusal.ifPresent(r ->
        out.put("code", r.code().id())
            .put("message", r.message())
            .putIf("expected", r.expected())
            .putIf("found", r.found()));
    return out.build();
  }
}
