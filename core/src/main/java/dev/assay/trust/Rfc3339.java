package dev.assay.trust;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;

/**
 * Times as RFC 3339 section 5.6 writes them, with {@code T} and {@code Z} in capitals, a fraction
 * of up to nine digits and an offset. By hand, because the JDK's formatter takes longer to set up
 * than a trust root takes to read.
 */
public final class Rfc3339 {

  private Rfc3339() {}

  /** The instant; empty if the text is anything else. A leap second is not accepted. */
  public static Optional<Instant> parse(String text) {
    if (text.length() < 20
        || text.charAt(4) != '-'
        || text.charAt(7) != '-'
        || text.charAt(10) != 'T'
        || text.charAt(13) != ':'
        || text.charAt(16) != ':') {
      return Optional.empty();
    }
    int at = 19;
    int nanos = 0;
    if (text.charAt(at) == '.') {
      int digits = 0;
      for (at++; at < text.length() && isDigit(text.charAt(at)); at++) {
        if (++digits > 9) {
          return Optional.empty();
        }
        nanos = nanos * 10 + (text.charAt(at) - '0');
      }
      if (digits == 0) {
        return Optional.empty();
      }
      for (; digits < 9; digits++) {
        nanos *= 10;
      }
    }
    int year = number(text, 0, 4);
    int month = number(text, 5, 7);
    int day = number(text, 8, 10);
    int hour = number(text, 11, 13);
    int minute = number(text, 14, 16);
    int second = number(text, 17, 19);
    int offset = offset(text, at);
    boolean good =
        year >= 0
            && month > 0
            && day > 0
            && hour >= 0
            && hour < 24
            && minute >= 0
            && minute < 60
            && second >= 0
            && second < 60
            && offset != Integer.MIN_VALUE;
    if (!good) {
      return Optional.empty();
    }
    try {
      long days = LocalDate.of(year, month, day).toEpochDay();
      long seconds = days * 86_400 + hour * 3_600L + minute * 60L + second - offset;
      return Optional.of(Instant.ofEpochSecond(seconds, nanos));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  // Seconds east of UTC; MIN_VALUE if this is no offset.
  private static int offset(String text, int at) {
    int rest = text.length() - at;
    if (rest == 1 && text.charAt(at) == 'Z') {
      return 0;
    }
    if (rest != 6 || text.charAt(at + 3) != ':') {
      return Integer.MIN_VALUE;
    }
    char sign = text.charAt(at);
    int hours = number(text, at + 1, at + 3);
    int minutes = number(text, at + 4, at + 6);
    if (sign != '+' && sign != '-' || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
      return Integer.MIN_VALUE;
    }
    int seconds = hours * 3_600 + minutes * 60;
    return sign == '-' ? -seconds : seconds;
  }

  private static int number(String text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
      if (!isDigit(text.charAt(i))) {
        return -1;
      }
      value = value * 10 + (text.charAt(i) - '0');
    }
    return value;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
