package dev.assay.signing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** SSH's data types (RFC 4251 section 5), as far as they are written here. */
final class SshWriter {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  SshWriter raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  SshWriter uint32(int value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      out.write(value >>> shift);
    }
    return this;
  }

  SshWriter string(byte[] bytes) {
    return uint32(bytes.length).raw(bytes);
  }

  SshWriter string(String text) {
    return string(text.getBytes(StandardCharsets.UTF_8));
  }

  byte[] bytes() {
    return out.toByteArray();
  }
}
