package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;

/** A device's firmware version: three numbers, each of one byte. */
public record Firmware(int major, int minor, int patch) implements Comparable<Firmware> {

  /**
   * @throws AssayException with {@link Code#BAD_FIELD} if a number is not of one byte
   */
  public Firmware {
    if (((major | minor | patch) & ~0xff) != 0) {
      throw new AssayException(Code.BAD_FIELD, "not a firmware version");
    }
  }

  /**
   * Reads {@code 5.7.0}.
   *
   * @throws AssayException with {@link Code#BAD_FIELD} if it is not three numbers
   */
  public static Firmware parse(String text) {
    String[] parts = text.split("\\.", -1);
    boolean good = parts.length == 3;
    for (String part : parts) {
      good &= part.length() <= 3 && Text.isDecimal(part, 0);
    }
    if (!good) {
      throw new AssayException(
          Code.BAD_FIELD, "not a firmware version: " + Text.quote(text), "like 5.7.0");
    }
    return new Firmware(
        Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
  }

  @Override
  public int compareTo(Firmware other) {
    return Integer.compare(number(), other.number());
  }

  private int number() {
    return major << 16 | minor << 8 | patch;
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
