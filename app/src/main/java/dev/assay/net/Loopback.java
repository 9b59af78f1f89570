package dev.assay.net;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which host names mean this machine, judged by their spelling alone: no name is looked up. */
public final class Loopback {

  // Four decimal parts without leading zeros: other spellings of 127.0.0.1 are not recognised.
  private static final Pattern IPV4 =
      Pattern.compile("127(?:\\.(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}");

  private Loopback() {}

  /** Whether {@code localhost}, an address in 127.0.0.0/8 or {@code ::1}, with brackets or not. */
  public static boolean is(@Nullable String host) {
    if (host == null) {
      return false;
    }
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.equals("localhost")
        || lower.equals("[::1]")
        || lower.equals("::1")
        || IPV4.matcher(lower).matches();
  }
}
