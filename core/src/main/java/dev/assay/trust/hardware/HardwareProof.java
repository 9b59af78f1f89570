package dev.assay.trust.hardware;

import dev.assay.bytes.Json;
import dev.assay.crypto.Firmware;
import dev.assay.crypto.PivAttestation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What hardware proves about a key, and no more.
 *
 * @param piv what a YubiKey attests; present exactly for {@link HardwareKind#YUBIKEY_PIV}
 * @param name what the hardware calls the key: a slot, a TPM's name for it, an SSH fingerprint
 * @param vouchedBy who vouches for the hardware; empty where nobody does
 * @param own whether that is an authority, or a key, of the owner and not of the maker
 * @param userVerified for a security key: whether it verified its user when the key was registered
 */
public record HardwareProof(
    HardwareKind kind,
    Optional<PivAttestation> piv,
    String name,
    String vouchedBy,
    boolean own,
    boolean userVerified) {

  /** When a touch is needed for a signature. */
  public PivAttestation.Touch touch() {
    return switch (kind) {
      case YUBIKEY_PIV -> piv.orElseThrow().touch();
      // Each signature says it, and the verifier of SSH signatures demands it.
      case SECURITY_KEY -> PivAttestation.Touch.ALWAYS;
      case TPM -> PivAttestation.Touch.NEVER;
    };
  }

  /** When the PIN is needed for a signature. */
  public PivAttestation.Pin pin() {
    return switch (kind) {
      case YUBIKEY_PIV -> piv.orElseThrow().pin();
      // That it was given once proves nothing about the next signature.
      case SECURITY_KEY -> userVerified ? PivAttestation.Pin.ONCE : PivAttestation.Pin.NEVER;
      case TPM -> PivAttestation.Pin.NEVER;
    };
  }

  public Optional<Firmware> firmware() {
    return piv.map(PivAttestation::firmware);
  }

  public Optional<Long> serial() {
    return piv.map(PivAttestation::serial);
  }

  public boolean fips() {
    return piv.isPresent() && piv.get().fips();
  }

  HardwareProof userVerified(boolean verified) {
    return new HardwareProof(kind, piv, name, vouchedBy, own, verified);
  }

  /** One line, without the serial number: that is personal data. */
  public String describe() {
    return switch (kind) {
      case YUBIKEY_PIV ->
          "YubiKey, firmware "
              + piv.orElseThrow().firmware()
              + (fips() ? ", FIPS series" : "")
              + ", slot "
              + name
              + ", "
              + pinText()
              + ", "
              + touchText()
              + (own ? ", by the owner's authority" : "");
      case SECURITY_KEY -> "FIDO security key of an unknown make, touched for each signature";
      case TPM -> "TPM, by the attestation key " + vouchedBy;
    };
  }

  private String pinText() {
    return switch (pin()) {
      case NEVER -> "no PIN";
      case ONCE -> "PIN once a session";
      case ALWAYS -> "PIN each time";
      case MATCH_ONCE -> "fingerprint or PIN once a session";
      case MATCH_ALWAYS -> "fingerprint or PIN each time";
    };
  }

  private String touchText() {
    return switch (touch()) {
      case NEVER -> "no touch";
      case ALWAYS -> "touch each time";
      case CACHED -> "touch good for 15 seconds";
    };
  }

  /** What is proven, in plain words. */
  public List<String> proves() {
    return switch (kind) {
      case YUBIKEY_PIV -> pivProves(piv.orElseThrow());
      case SECURITY_KEY -> {
        List<String> out = new ArrayList<>();
        out.add("somebody touched the security key that holds the key when it was registered");
        if (userVerified) {
          out.add("the security key verified its user then, by a PIN or a fingerprint");
        }
        out.add("each SSH signature by the key says whether the security key was touched for it");
        yield out;
      }
      case TPM ->
          List.of(
              "the key was generated in the TPM that the attestation key speaks for",
              "it cannot leave that TPM, nor be moved within it (fixedTPM, fixedParent,"
                  + " sensitiveDataOrigin)",
              "the attestation key is one that you trust: " + vouchedBy);
    };
  }

  private List<String> pivProves(PivAttestation key) {
    List<String> out = new ArrayList<>();
    out.add(
        "the key was generated on the device, in slot "
            + key.slot()
            + ", and cannot be read out of it");
    out.add(
        "the device is "
            + (own ? "one that your own authority vouches for" : "a YubiKey, made by Yubico")
            + (key.form().isEmpty() ? "" : " (" + key.form() + ")")
            + ": serial "
            + key.serial()
            + ", firmware "
            + key.firmware());
    out.add(
        switch (key.pin()) {
          case NEVER -> "it signs without a PIN";
          case ONCE -> "it wants the PIN once a session";
          case ALWAYS -> "it wants the PIN for each signature";
          case MATCH_ONCE -> "it wants a fingerprint or the PIN once a session";
          case MATCH_ALWAYS -> "it wants a fingerprint or the PIN for each signature";
        });
    out.add(
        switch (key.touch()) {
          case NEVER -> "it signs without a touch";
          case ALWAYS -> "it wants to be touched for each signature";
          case CACHED -> "it wants to be touched; a touch is good for 15 seconds";
        });
    if (key.fips()) {
      out.add("it is of a series certified under FIPS 140");
    }
    if (key.cspn()) {
      out.add("it is of a series certified under CSPN");
    }
    out.add("certified by " + vouchedBy);
    return out;
  }

  /** What is not proven, in plain words. */
  public List<String> doesNotProve() {
    List<String> out = new ArrayList<>();
    switch (kind) {
      case YUBIKEY_PIV -> {
        out.add("who holds the device, who touched it, or that it was not stolen since");
        out.add("when the key was made: a YubiKey has no clock, the dates are copied ones");
        if (touch() == PivAttestation.Touch.CACHED) {
          out.add("that somebody touched it for a signature within 15 seconds of another");
        }
        if (own) {
          out.add("that the device is a YubiKey: its f9 is not the maker's, you vouch for it");
        } else if (piv.orElseThrow().firmware().compareTo(new Firmware(5, 7, 0)) < 0) {
          out.add(
              "that nobody with the device in hand can copy an ECDSA key (YSA-2024-03, before"
                  + " firmware 5.7)");
        }
      }
      case SECURITY_KEY -> {
        out.add("which device it is, who made it, or that it is hardware at all");
        out.add("who touched it, or that it was not stolen since");
      }
      case TPM -> {
        out.add("which machine the TPM is in, or that the attestation key is a TPM's: you say so");
        out.add("that anybody was there when it signed: a TPM signs for whatever runs");
      }
    }
    return out;
  }

  /** For {@code -o json}. */
  public Json.Obj toJson() {
    Json.Builder out = Json.object().put("kind", kind.id());
    piv.ifPresent(p -> {
      out.put("serial", p.serial()).put("firmware", p.firmware().toString()).put("slot", p.slot());
      p.formFactor().ifPresent(f -> out.put("formFactor", f));
      out.put("fips", p.fips()).put("cspn", p.cspn());
    });
    if (piv.isEmpty()) {
      out.put("name", name);
    }
    return out.put("pin", word(pin()))
        .put("touch", word(touch()))
        .put("vouchedBy", vouchedBy)
        .put("ownAuthority", own)
        .put("proves", proves().stream().map(Json::of).toList())
        .put("doesNotProve", doesNotProve().stream().map(Json::of).toList())
        .build();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
