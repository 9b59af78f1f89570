package dev.assay.trust.hardware;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.crypto.Firmware;
import dev.assay.crypto.PivAttestation;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What is asked of the hardware that holds a key.
 *
 * @param kinds of which it must be one; empty: any
 * @param minFirmware the oldest firmware accepted; what does not say its firmware is refused then
 * @param serials of the devices accepted; empty: any
 * @param fips whether it must be of a series certified under FIPS 140
 */
public record HardwareDemands(
    List<HardwareKind> kinds,
    Touch touch,
    Pin pin,
    Optional<Firmware> minFirmware,
    List<Long> serials,
    boolean fips) {

  /** How much touch is asked for; what asks for less accepts more. */
  public enum Touch {
    ANY,
    CACHED,
    ALWAYS
  }

  /** How often the PIN is asked for; what asks for less accepts more. */
  public enum Pin {
    ANY,
    ONCE,
    ALWAYS
  }

  /** Whatever is attested. */
  public static final HardwareDemands NONE =
      new HardwareDemands(List.of(), Touch.ANY, Pin.ANY, Optional.empty(), List.of(), false);

  public HardwareDemands {
    kinds = List.copyOf(kinds);
    serials = List.copyOf(serials);
  }

  /**
   * With one demand more, as command lines write it: {@code touch=always}, {@code
   * kind=yubikey-piv,tpm}, {@code serial=123,456}, {@code min-firmware=5.7.0}, {@code fips=true}.
   *
   * @throws AssayException with {@link Code#USAGE}
   */
  public HardwareDemands and(String text) {
    int equals = text.indexOf('=');
    String name = equals < 0 ? text : text.substring(0, equals);
    String value = equals < 0 ? "" : text.substring(equals + 1);
    try {
      return switch (name) {
        case "kind" ->
            new HardwareDemands(
                kinds(List.of(value.split(","))), touch, pin, minFirmware, serials, fips);
        case "touch" -> new HardwareDemands(kinds, touch(value), pin, minFirmware, serials, fips);
        case "pin" -> new HardwareDemands(kinds, touch, pin(value), minFirmware, serials, fips);
        case "min-firmware" ->
            new HardwareDemands(
                kinds, touch, pin, Optional.of(Firmware.parse(value)), serials, fips);
        case "serial" ->
            new HardwareDemands(
                kinds, touch, pin, minFirmware, serials(List.of(value.split(","))), fips);
        case "fips" -> {
          if (!value.equals("true")) {
            throw bad("fips=true, or nothing of it");
          }
          yield new HardwareDemands(kinds, touch, pin, minFirmware, serials, true);
        }
        default -> throw bad("nothing that hardware can be asked for: " + Text.quote(name));
      };
    } catch (AssayException e) {
      throw new AssayException(
          Code.USAGE,
          String.valueOf(e.getMessage()),
          "touch=always|cached, pin=always|once, kind=yubikey-piv|ssh-sk|tpm, min-firmware=5.7.0,"
              + " serial=NUMBER, fips=true");
    }
  }

  /**
   * @throws AssayException with {@link Code#BAD_FIELD}
   */
  public static List<HardwareKind> kinds(List<String> names) {
    return names.stream()
        .map(n ->
            HardwareKind.byId(n).orElseThrow(() -> bad("no kind of hardware: " + Text.quote(n))))
        .distinct()
        .toList();
  }

  /**
   * @throws AssayException with {@link Code#BAD_FIELD}
   */
  public static Touch touch(String name) {
    return switch (name) {
      case "any" -> Touch.ANY;
      case "cached" -> Touch.CACHED;
      case "always" -> Touch.ALWAYS;
      default -> throw bad("always, cached or any, found " + Text.quote(name));
    };
  }

  /**
   * @throws AssayException with {@link Code#BAD_FIELD}
   */
  public static Pin pin(String name) {
    return switch (name) {
      case "any" -> Pin.ANY;
      case "once" -> Pin.ONCE;
      case "always" -> Pin.ALWAYS;
      default -> throw bad("always, once or any, found " + Text.quote(name));
    };
  }

  private static List<Long> serials(List<String> texts) {
    return texts.stream()
        .map(t -> {
          if (!Text.isDecimal(t, 0)) {
            throw bad("not a serial number: " + Text.quote(t));
          }
          return Long.parseLong(t);
        })
        .toList();
  }

  private static AssayException bad(String message) {
    return new AssayException(Code.BAD_FIELD, message);
  }

  /** What is asked for and not there. */
  public Optional<HardwareRefusal> unmet(HardwareProof proof) {
    if (!kinds.isEmpty() && !kinds.contains(proof.kind())) {
      return unmet(
          "another kind of hardware",
          kinds.stream().map(HardwareKind::id).collect(Collectors.joining(", ")),
          proof.kind().id());
    }
    if (!enough(proof.touch())) {
      return unmet(
          "the touch policy is weaker", "touch " + word(touch), "touch " + word(proof.touch()));
    }
    if (!enough(proof.pin())) {
      return unmet("the PIN policy is weaker", "PIN " + word(pin), "PIN " + word(proof.pin()));
    }
    if (minFirmware.isPresent()
        && proof.firmware().filter(f -> f.compareTo(minFirmware.get()) >= 0).isEmpty()) {
      return unmet(
          "the firmware is older, or not attested",
          "firmware " + minFirmware.get() + " or later",
          proof.firmware().map(f -> "firmware " + f).orElse("no firmware version"));
    }
    if (!serials.isEmpty() && proof.serial().filter(serials::contains).isEmpty()) {
      return unmet(
          "another device",
          "serial " + serials.stream().map(String::valueOf).collect(Collectors.joining(", ")),
          proof.serial().map(s -> "serial " + s).orElse("no serial number"));
    }
    if (fips && !proof.fips()) {
      return unmet("not of a FIPS series", "a device of a FIPS series", "another device");
    }
    return Optional.empty();
  }

  private boolean enough(PivAttestation.Touch found) {
    return switch (touch) {
      case ANY -> true;
      case CACHED -> found != PivAttestation.Touch.NEVER;
      case ALWAYS -> found == PivAttestation.Touch.ALWAYS;
    };
  }

  private boolean enough(PivAttestation.Pin found) {
    return switch (pin) {
      case ANY -> true;
      case ONCE -> found != PivAttestation.Pin.NEVER;
      case ALWAYS -> found == PivAttestation.Pin.ALWAYS || found == PivAttestation.Pin.MATCH_ALWAYS;
    };
  }

  private static Optional<HardwareRefusal> unmet(String message, String expected, String found) {
    return Optional.of(HardwareRefusal.of(Code.HARDWARE_DEMAND, message, expected, found));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /**
   * What is asked for, for a person: {@code yubikey-piv, touch always, firmware 5.7.0 or later}.
   */
  public String describe() {
    StringBuilder out =
        new StringBuilder(
            kinds.isEmpty()
                ? "hardware"
                : kinds.stream().map(HardwareKind::id).collect(Collectors.joining(" or ")));
    if (touch != Touch.ANY) {
      out.append(", touch ").append(word(touch));
    }
    if (pin != Pin.ANY) {
      out.append(", PIN ").append(word(pin));
    }
    minFirmware.ifPresent(f -> out.append(", firmware ").append(f).append(" or later"));
    if (!serials.isEmpty()) {
      out.append(", ").append(serials.size()).append(serials.size() == 1 ? " device" : " devices");
    }
    if (fips) {
      out.append(", FIPS series");
    }
    return out.toString();
  }
}
