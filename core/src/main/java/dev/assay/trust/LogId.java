package dev.assay.trust;

import dev.assay.bytes.Hex;
import java.util.Arrays;

/** What names a log in entries and SCTs: by convention SHA-256 of its SubjectPublicKeyInfo. */
public final class LogId {

  private final byte[] value;

  private LogId(byte[] value) {
    this.value = value;
  }

  public static LogId of(byte[] value) {
    return new LogId(value.clone());
  }

  public byte[] value() {
    return value.clone();
  }

  public String hex() {
    return Hex.encode(value);
  }

  public boolean is(byte[] other) {
    return Arrays.equals(value, other);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LogId that && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return hex();
  }
}
