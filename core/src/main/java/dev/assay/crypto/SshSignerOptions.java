package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The options of an allowed signer (ssh-keygen(1), ALLOWED SIGNERS). */
final class SshSignerOptions {

  boolean certAuthority;
  boolean noTouchRequired;
  boolean verifyRequired;
  @Nullable SshPatterns namespaces;
  @Nullable Instant validAfter;
  @Nullable Instant validBefore;

  /**
   * @param text options divided by commas; values in double quotes, in which a backslash protects a
   *     quote
   * @throws AssayException with {@link Code#BAD_POLICY}; one that is not known is refused, since it
   *     may limit what the key may do
   */
  static SshSignerOptions parse(String text) {
    SshSignerOptions out = new SshSignerOptions();
    Set<String> seen = new HashSet<>();
    int at = 0;
    do {
      int from = at;
      while (at < text.length() && text.charAt(at) != ',' && text.charAt(at) != '=') {
        at++;
      }
      String name = text.substring(from, at);
      String value = null;
      if (at < text.length() && text.charAt(at) == '=') {
        StringBuilder quoted = new StringBuilder();
        at = value(text, at + 1, quoted);
        value = quoted.toString();
      }
      if (!seen.add(name)) {
        throw bad("the option " + Text.quote(name) + " is there twice");
      }
      out.set(name, value);
      if (at < text.length() && text.charAt(at) != ',') {
        throw bad("something follows the value of the option " + name);
      }
      // The comma, which another option has to follow.
    } while (at++ < text.length());
    if (out.validAfter != null
        && out.validBefore != null
        && !out.validBefore.isAfter(out.validAfter)) {
      throw bad("valid-before is not after valid-after");
    }
    return out;
  }

  private static int value(String text, int from, StringBuilder out) {
    int at = from;
    if (at < text.length() && text.charAt(at) == '"') {
      for (at++; at < text.length(); at++) {
        char c = text.charAt(at);
        if (c == '"') {
          return at + 1;
        }
        if (c == '\\' && at + 1 < text.length() && text.charAt(at + 1) == '"') {
          c = text.charAt(++at);
        }
        out.append(c);
      }
    }
    throw bad("the value of an option is not in double quotes");
  }

  private void set(String name, @Nullable String value) {
    switch (name) {
      case "cert-authority" -> certAuthority = flag(name, value);
      case "no-touch-required" -> noTouchRequired = flag(name, value);
      case "verify-required" -> verifyRequired = flag(name, value);
      case "namespaces" -> namespaces = SshPatterns.parse(needed(name, value));
      case "valid-after" -> validAfter = time(needed(name, value));
      case "valid-before" -> validBefore = time(needed(name, value));
      default -> throw bad("an option that is not known: " + Text.quote(name));
    }
  }

  private static boolean flag(String name, @Nullable String value) {
    if (value != null) {
      throw bad("the option " + name + " has no value");
    }
    return true;
  }

  private static String needed(String name, @Nullable String value) {
    if (value == null) {
      throw bad("the option " + name + " needs a value");
    }
    return value;
  }

  // YYYYMMDD, then HHMM and SS if wanted, then Z. Without Z OpenSSH means the local time of
  // whoever verifies; here all times are UTC, so that everybody comes to the same answer.
  private static Instant time(String text) {
    int digits = text.endsWith("Z") ? text.length() - 1 : text.length();
    if (digits != 8 && digits != 12 && digits != 14) {
      throw badTime(text, null);
    }
    int[] parts = new int[7];
    for (int i = 0; i < digits; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        throw badTime(text, null);
      }
      // The first two pairs are the year.
      parts[i / 2] = 10 * parts[i / 2] + c - '0';
    }
    try {
      return LocalDateTime.of(
              100 * parts[0] + parts[1], parts[2], parts[3], parts[4], parts[5], parts[6])
          .toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      throw badTime(text, e);
    }
  }

  private static AssayException badTime(String text, @Nullable Throwable cause) {
    return new AssayException(
        Code.BAD_POLICY, "not a time like 20261122 or 20261122120000Z: " + Text.quote(text), cause);
  }

  private static AssayException bad(String message) {
    return new AssayException(Code.BAD_POLICY, message);
  }
}
