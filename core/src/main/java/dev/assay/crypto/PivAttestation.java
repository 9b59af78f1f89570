package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Text;
import java.math.BigInteger;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a YubiKey says about a key it generated in its PIV application: the extensions that it puts
 * into the certificate it signs for the key with its slot f9, and those of f9's own certificate.
 * Each is raw bytes in the extension, of a fixed length, under 1.3.6.1.4.1.41482.3. Reading says
 * nothing about trust.
 *
 * @param slot where the key is: {@code 9c}
 * @param serial of the device, as it is printed on it
 * @param formFactor absent for devices of firmware 4
 * @param fips whether it is of a series certified under FIPS 140
 * @param cspn whether it is of a series certified by the French CSPN
 */
public record PivAttestation(
    String slot,
    Firmware firmware,
    long serial,
    Pin pin,
    Touch touch,
    OptionalInt formFactor,
    boolean fips,
    boolean cspn) {

  /** When the PIN is asked for. */
  public enum Pin {
    NEVER,
    ONCE,
    ALWAYS,
    /** A fingerprint or the PIN, once. */
    MATCH_ONCE,
    /** A fingerprint or the PIN, each time. */
    MATCH_ALWAYS
  }

  /** When the device wants to be touched. */
  public enum Touch {
    NEVER,
    ALWAYS,
    /** A touch is good for 15 seconds. */
    CACHED
  }

  static final String FIRMWARE = "1.3.6.1.4.1.41482.3.3";
  static final String SERIAL = "1.3.6.1.4.1.41482.3.7";
  static final String POLICY = "1.3.6.1.4.1.41482.3.8";
  static final String FORM_FACTOR = "1.3.6.1.4.1.41482.3.9";
  static final String FIPS = "1.3.6.1.4.1.41482.3.10";
  static final String CSPN = "1.3.6.1.4.1.41482.3.11";

  private static final String SUBJECT = "CN=YubiKey PIV Attestation ";
  private static final int FIPS_SERIES = 0x80;
  private static final int SECURITY_KEY_SERIES = 0x40;

  /**
   * Reads what the certificates say.
   *
   * @param key the certificate that the device signed for the key
   * @param device the certificate of its slot f9
   * @throws AssayException with {@link Code#HARDWARE_ATTESTATION}
   */
  public static PivAttestation read(Certificate key, Certificate device) {
    Firmware firmware = firmware(key).orElseThrow(() -> missing("firmware version", FIRMWARE));
    // Firmware of a YubiKey cannot be changed, so the device and its maker say the same.
    Optional<Firmware> made = firmware(device);
    if (made.isPresent() && !made.get().equals(firmware)) {
      throw bad("the key's certificate says firmware " + firmware + ", the device's " + made.get());
    }
    byte[] policy = key.extension(POLICY).orElseThrow(() -> missing("PIN and touch", POLICY));
    if (policy.length != 2
        || policy[0] < 1
        || policy[0] > Pin.values().length
        || policy[1] < 1
        || policy[1] > Touch.values().length) {
      throw bad("a PIN and touch policy that is not known: " + shown(policy));
    }
    OptionalInt form = formFactor(key);
    return new PivAttestation(
        slot(key),
        firmware,
        serial(key),
        Pin.values()[policy[0] - 1],
        Touch.values()[policy[1] - 1],
        form,
        fips(device) || (form.orElse(0) & FIPS_SERIES) != 0,
        cspn(device));
  }

  /** The firmware version that a certificate of either kind says, if it does. */
  public static Optional<Firmware> firmware(Certificate certificate) {
    Optional<byte[]> value = certificate.extension(FIRMWARE);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    byte[] v = value.get();
    if (v.length != 3) {
      throw bad("a firmware version of " + v.length + " bytes");
    }
    return Optional.of(new Firmware(v[0] & 0xff, v[1] & 0xff, v[2] & 0xff));
  }

  private static String slot(Certificate key) {
    String name = key.subjectName();
    String slot = name.startsWith(SUBJECT) ? name.substring(SUBJECT.length()) : "";
    // f9 attests itself too; what it signs with is not what anybody signs with.
    if (!slot.matches("9[acde]|8[2-9a-f]|9[0-5]")) {
      throw bad("not the name of a key in a slot of a YubiKey: " + Text.quote(name));
    }
    return slot;
  }

  private static long serial(Certificate key) {
    byte[] value = key.extension(SERIAL).orElseThrow(() -> missing("serial number", SERIAL));
    try {
      DerReader in = new DerReader(value);
      byte[] content = in.content(DerReader.INTEGER);
      in.done();
      // In the shortest form, or in four bytes whatever the number is: those seen are both.
      boolean shortest =
          content.length > 0 && (content.length == 1 || content[0] != 0 || content[1] < 0);
      BigInteger serial = content.length == 0 ? BigInteger.ONE.negate() : new BigInteger(content);
      if ((shortest || content.length == 4) && serial.signum() >= 0 && serial.bitLength() <= 32) {
        return serial.longValueExact();
      }
    } catch (AssayException e) {
      // told below
    }
    throw bad("a serial number that cannot be read: " + shown(value));
  }

  private static OptionalInt formFactor(Certificate key) {
    Optional<byte[]> value = key.extension(FORM_FACTOR);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    if (value.get().length != 1
        || (value.get()[0] & 0xff & ~(FIPS_SERIES | SECURITY_KEY_SERIES)) > 0x0f) {
      throw bad("a form factor that cannot be read: " + shown(value.get()));
    }
    return OptionalInt.of(value.get()[0] & 0xff);
  }

  // A small INTEGER in the one certificate seen: 02 01 03.
  private static boolean fips(Certificate device) {
    Optional<byte[]> value = device.extension(FIPS);
    if (value.isEmpty()) {
      return false;
    }
    try {
      DerReader in = new DerReader(value.get());
      in.small();
      in.done();
      return true;
    } catch (AssayException e) {
      throw bad("a FIPS mark that cannot be read: " + shown(value.get()));
    }
  }

  // What stands in it is not published; that it is there, its maker signed.
  private static boolean cspn(Certificate device) {
    Optional<byte[]> value = device.extension(CSPN);
    if (value.isPresent() && value.get().length > 16) {
      throw bad("a CSPN mark that cannot be read: " + shown(value.get()));
    }
    return value.isPresent();
  }

  /** {@code USB-C keychain}; empty where the device does not say. */
  public String form() {
    if (formFactor.isEmpty()) {
      return "";
    }
    return switch (formFactor.getAsInt() & 0x0f) {
      case 1 -> "USB-A keychain";
      case 2 -> "USB-A nano";
      case 3 -> "USB-C keychain";
      case 4 -> "USB-C nano";
      case 5 -> "USB-C and Lightning";
      case 6 -> "USB-A with fingerprint reader";
      case 7 -> "USB-C with fingerprint reader";
      default -> "";
    };
  }

  private static String shown(byte[] value) {
    return value.length > 32 ? value.length + " bytes" : "0x" + Hex.encode(value);
  }

  private static AssayException missing(String what, String oid) {
    return bad("the key's certificate does not say the " + what + " (" + oid + ")");
  }

  private static AssayException bad(String message) {
    return new AssayException(Code.HARDWARE_ATTESTATION, message);
  }
}
