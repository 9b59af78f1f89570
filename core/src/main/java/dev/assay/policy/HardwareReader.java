package dev.assay.policy;

import dev.assay.attest.Octets;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.Firmware;
import dev.assay.crypto.PublicKey;
import dev.assay.trust.HardwareBacking;
import dev.assay.trust.Signer;
import dev.assay.trust.TrustedKey;
import dev.assay.trust.hardware.HardwareDemands;
import dev.assay.trust.hardware.HardwareTrust;
import dev.assay.trust.hardware.YubicoPiv;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads what a policy asks of the hardware behind a signer's key. */
final class HardwareReader {

  private static final int MANY = 100;
  private final Function<String, byte[]> files;
  private final Function<String, Optional<Signer>> signers;

  /**
   * @param files reads a file that the policy names
   * @param signers finds a signer that stands above
   */
  HardwareReader(Function<String, byte[]> files, Function<String, Optional<Signer>> signers) {
    this.files = files;
    this.signers = signers;
  }

  /** The key with what is asked of its hardware. */
  TrustedKey read(TrustedKey key, Fields f) {
    Optional<Json> inline = f.optional("registration");
    Optional<String> file = f.optionalString("registrationFile");
    Optional<Fields> hardware = f.optionalObject("hardware");
    if (inline.isPresent() == file.isPresent()) {
      throw f.bad(
          "registration",
          hardware.isPresent() && inline.isEmpty()
              ? "missing: without the registration of the key nothing is known of its hardware"
                  + " (assay key register)"
              : "exactly one of registration and registrationFile is needed");
    }
    byte[] bundle =
        file.isPresent() ? files.apply(file.get()) : Text.utf8(document(f, inline.get()));
    if (bundle.length > Limits.REGISTRATION_BYTES) {
      throw f.bad("registration", "more than " + Limits.REGISTRATION_BYTES + " bytes");
    }
    Signer registrar = registrar(key, f);
    HardwareDemands demands = hardware.map(this::demands).orElse(HardwareDemands.NONE);
    HardwareTrust trust = hardware.map(this::trust).orElse(HardwareTrust.BUILT_IN);
    if (hardware.isPresent()) {
      hardware.get().done(Code.POLICY_UNKNOWN_KEY);
    }
    return key.backedBy(new HardwareBacking(Octets.of(bundle), registrar, demands, trust));
  }

  // A text that holds the document, or the document itself.
  private static String document(Fields f, Json value) {
    if (value instanceof Json.Str text) {
      return text.value();
    }
    if (value instanceof Json.Obj) {
      return value.compact();
    }
    throw f.bad("registration", "expected a string or an object, found " + value.kind());
  }

  private Signer registrar(TrustedKey key, Fields f) {
    Optional<String> name = f.optionalString("registrar");
    Optional<String> inline = f.optionalString("registrarKey");
    Optional<String> file = f.optionalString("registrarKeyFile");
    int given =
        (name.isPresent() ? 1 : 0) + (inline.isPresent() ? 1 : 0) + (file.isPresent() ? 1 : 0);
    if (given != 1) {
      throw f.bad(
          "registrar",
          "exactly one of registrar, registrarKey and registrarKeyFile is needed: who may register"
              + " the key; found "
              + given);
    }
    Signer registrar =
        name.isPresent()
            ? signers
                .apply(name.get())
                .orElseThrow(() ->
                    f.bad(
                        "registrar",
                        "there is no signer " + Text.quote(name.get()) + " above this one"))
            : TrustedKey.always(
                "the registrar",
                key(f, inline, file, inline.isPresent() ? "registrarKey" : "registrarKeyFile"));
    if (!(registrar instanceof TrustedKey other)) {
      throw f.bad("registrar", "a registrar signs with a key, not under an identity");
    }
    if (other.key().equals(key.key())) {
      throw f.bad("registrar", "a key does not register itself");
    }
    return registrar;
  }

  private PublicKey key(Fields f, Optional<String> inline, Optional<String> file, String where) {
    try {
      return PublicKey.fromPem(
          inline.map(Text::utf8).orElseGet(() -> files.apply(file.orElseThrow())));
    } catch (AssayException e) {
      throw new AssayException(e.code(), f.at(where) + ": " + e.getMessage(), e);
    }
  }

  private HardwareDemands demands(Fields h) {
    List<Long> serials = new ArrayList<>();
    for (Json serial : h.array("serials", MANY)) {
      if (!(serial instanceof Json.Num number) || !Text.isDecimal(number.digits(), 0)) {
        throw h.bad("serials", "a serial number is a whole number");
      }
      serials.add(Long.parseLong(number.digits()));
    }
    // An empty list reads as "none", and would accept any.
    for (String list : List.of("kinds", "serials")) {
      if (h.has(list) && h.array(list, MANY).isEmpty()) {
        throw h.bad(list, "empty");
      }
    }
    return new HardwareDemands(
        value(h, "kinds", () -> HardwareDemands.kinds(h.strings("kinds", MANY))),
        value(h, "touch", () -> HardwareDemands.touch(h.optionalString("touch").orElse("any"))),
        value(h, "pin", () -> HardwareDemands.pin(h.optionalString("pin").orElse("any"))),
        value(h, "minFirmware", () -> h.optionalString("minFirmware").map(Firmware::parse)),
        serials,
        h.bool("fips", false));
  }

  private static <T> T value(Fields h, String name, java.util.function.Supplier<T> read) {
    try {
      return read.get();
    } catch (AssayException e) {
      String message = String.valueOf(e.getMessage());
      throw message.startsWith("policy.") ? e : h.bad(name, message);
    }
  }

  private HardwareTrust trust(Fields h) {
    Optional<String> inline = h.optionalString("roots");
    Optional<String> file = h.optionalString("rootsFile");
    if (inline.isPresent() && file.isPresent()) {
      throw h.bad("rootsFile", "is there beside roots");
    }
    List<Certificate> roots = List.of();
    if (inline.isPresent() || file.isPresent()) {
      String where = inline.isPresent() ? "roots" : "rootsFile";
      try {
        roots =
            Certificate.fromPem(
                inline.map(Text::utf8).orElseGet(() -> files.apply(file.orElseThrow())));
      } catch (AssayException e) {
        throw new AssayException(e.code(), h.at(where) + ": " + e.getMessage(), e);
      }
      if (roots.stream().anyMatch(YubicoPiv::isPreview)) {
        throw h.bad(where, "an authority of preview devices, which are not to be trusted");
      }
    }
    Optional<String> known = h.optionalString("attestationKey");
    Optional<String> knownFile = h.optionalString("attestationKeyFile");
    if (known.isPresent() && knownFile.isPresent()) {
      throw h.bad("attestationKeyFile", "is there beside attestationKey");
    }
    List<PublicKey> keys =
        known.isPresent() || knownFile.isPresent()
            ? List.of(
                key(
                    h,
                    known,
                    knownFile,
                    known.isPresent() ? "attestationKey" : "attestationKeyFile"))
            : List.of();
    return HardwareTrust.BUILT_IN.with(roots, keys);
  }
}
