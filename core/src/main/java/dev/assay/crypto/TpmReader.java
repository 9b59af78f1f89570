package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.util.Arrays;

/** Reads the structures of TPM 2.0 (part 2): numbers big-endian, sized buffers, nothing else. */
final class TpmReader {

  private final byte[] in;
  private int at;

  TpmReader(byte[] in) {
    this.in = in;
  }

  int uint8() {
    need(1);
    return in[at++] & 0xff;
  }

  int uint16() {
    return uint8() << 8 | uint8();
  }

  long uint32() {
    return (long) uint16() << 16 | uint16();
  }

  /** As a pattern of bits: may be negative. */
  long uint64() {
    return uint32() << 32 | uint32();
  }

  /** A sized buffer (TPM2B), of at most this many bytes. */
  byte[] sized(int most) {
    int length = uint16();
    if (length > most) {
      throw bad("a buffer of " + length + " bytes");
    }
    need(length);
    byte[] out = Arrays.copyOfRange(in, at, at + length);
    at += length;
    return out;
  }

  void done() {
    if (at != in.length) {
      throw bad("something after its end");
    }
  }

  private void need(int bytes) {
    if (in.length - at < bytes) {
      throw bad("cut short");
    }
  }

  static AssayException bad(String message) {
    return new AssayException(
        Code.HARDWARE_ATTESTATION, "not the expected TPM structure: " + message);
  }
}
