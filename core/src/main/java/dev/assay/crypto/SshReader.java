package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.math.BigInteger;
import java.util.Arrays;

/** Reads SSH's data types (RFC 4251 section 5); each value has one encoding. */
final class SshReader {

  private final byte[] in;
  private int at;

  SshReader(byte[] in) {
    this.in = in;
  }

  /** The next bytes, which must be these. */
  void magic(byte[] expected) {
    if (in.length - at < expected.length
        || !Arrays.equals(in, at, at + expected.length, expected, 0, expected.length)) {
      throw bad();
    }
    at += expected.length;
  }

  int uint8() {
    if (at == in.length) {
      throw bad();
    }
    return in[at++] & 0xff;
  }

  /** A number from 0 to 2^32-1. */
  long uint32() {
    if (in.length - at < 4) {
      throw bad();
    }
    long value = 0;
    for (int i = 0; i < 4; i++) {
      value = value << 8 | in[at++] & 0xff;
    }
    return value;
  }

  byte[] string() {
    long length = uint32();
    if (length > in.length - at) {
      throw bad();
    }
    byte[] value = Arrays.copyOfRange(in, at, at + (int) length);
    at += (int) length;
    return value;
  }

  /** A string that is UTF-8 without control characters. */
  String text() {
    String text = Text.utf8(string());
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        throw bad();
      }
    }
    return text;
  }

  /** A non-negative mpint in its shortest form. */
  BigInteger unsigned() {
    byte[] value = string();
    if (value.length > 0
        && (value[0] < 0 || value[0] == 0 && (value.length == 1 || value[1] >= 0))) {
      throw bad();
    }
    return value.length == 0 ? BigInteger.ZERO : new BigInteger(value);
  }

  /** Checks that nothing follows. */
  void done() {
    if (at != in.length) {
      throw bad();
    }
  }

  private static AssayException bad() {
    return new AssayException(Code.BAD_ENCODING, "not the expected SSH structure");
  }
}
