package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Times in DER: UTCTime until 2049, GeneralizedTime after (RFC 5280 section 4.1.2.5). */
final class DerTime {

  private DerTime() {}

  /** The next element, a time with seconds, in UTC. */
  static Instant read(DerReader in) {
    boolean utc = in.peek() == DerReader.UTC_TIME;
    byte[] text = in.content(utc ? DerReader.UTC_TIME : DerReader.GENERALIZED_TIME);
    int yearDigits = utc ? 2 : 4;
    if (text.length != yearDigits + 11 || text[text.length - 1] != 'Z') {
      throw bad();
    }
    int year = number(text, 0, yearDigits);
    if (utc) {
      year += year < 50 ? 2000 : 1900;
    }
    return at(year, text, yearDigits, 0);
  }

  /**
   * The next element, a GeneralizedTime that may have a fraction of a second of up to nine digits
   * and without trailing zeros (RFC 3161 section 2.4.2).
   */
  static Instant readWithFraction(DerReader in) {
    byte[] text = in.content(DerReader.GENERALIZED_TIME);
    int end = text.length - 1;
    if (end < 14 || text[end] != 'Z') {
      throw bad();
    }
    int nanos = 0;
    if (end > 14) {
      if (text[14] != '.' || end == 15 || end > 24 || text[end - 1] == '0') {
        throw bad();
      }
      nanos = number(text, 15, end - 15);
      for (int i = end - 15; i < 9; i++) {
        nanos *= 10;
      }
    }
    return at(number(text, 0, 4), text, 4, nanos);
  }

  private static Instant at(int year, byte[] text, int from, int nanos) {
    try {
      return LocalDateTime.of(
              year,
              number(text, from, 2),
              number(text, from + 2, 2),
              number(text, from + 4, 2),
              number(text, from + 6, 2),
              number(text, from + 8, 2),
              nanos)
          .toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      throw new AssayException(Code.BAD_ENCODING, "not a time in DER", e);
    }
  }

  private static int number(byte[] text, int from, int digits) {
    int value = 0;
    for (int i = from; i < from + digits; i++) {
      if (text[i] < '0' || text[i] > '9') {
        throw bad();
      }
      value = 10 * value + text[i] - '0';
    }
    return value;
  }

  private static AssayException bad() {
    return new AssayException(Code.BAD_ENCODING, "not a time in DER");
  }
}
