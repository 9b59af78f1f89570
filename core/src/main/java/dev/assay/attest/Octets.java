package dev.assay.attest;

import dev.assay.bytes.Base64s;
import java.util.Arrays;

/** Bytes that do not change, equal to other bytes of the same content; for use in records. */
public final class Octets {

  private final byte[] bytes;

  private Octets(byte[] bytes) {
    this.bytes = bytes;
  }

  public static Octets of(byte[] bytes) {
    return new Octets(bytes.clone());
  }

  /** Without a copy; for bytes that nobody changes any more. */
  static Octets wrap(byte[] bytes) {
    return new Octets(bytes);
  }

  /** The bytes themselves, to be read only. */
  byte[] shared() {
    return bytes;
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  public int size() {
    return bytes.length;
  }

  public String base64() {
    return Base64s.encode(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Octets that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return bytes.length + " bytes";
  }
}
