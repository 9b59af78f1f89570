package dev.assay.trust;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How old knowledge of whom to trust is. Metadata expires so that nobody can keep it from a
 * verifier for long (TUF specification, section 1.5.2, freeze attacks); a site that is disconnected
 * on purpose decides how much later is still acceptable. It is a statement of its own: what was
 * verified stays verified unless a policy says otherwise.
 *
 * @param verdict of all roles together
 * @param expiries of every role that was relied on; never empty
 * @param at the time it is asked for
 * @param grace how long after an expiry is still acceptable
 */
public record Freshness(Verdict verdict, List<Expiry> expiries, Instant at, Duration grace) {

  /** What applies where nothing else is said: a site that is visited once a quarter. */
  public static final Duration DEFAULT_GRACE = Duration.ofDays(90);

  /** From the best to the worst. */
  public enum Verdict {
    /** Nothing has expired. */
    FRESH("fresh"),
    /** Something has expired, not longer ago than the grace. */
    STALE_WITHIN_GRACE("stale within grace"),
    /** Something has expired longer ago than that. */
    TOO_OLD("too old");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }

    /** For a person. */
    public String text() {
      return text;
    }
  }

  /**
   * When a role's metadata expires.
   *
   * @param role {@code root}, {@code timestamp}, {@code snapshot}, {@code targets} or a delegated
   *     one
   * @param version of the metadata
   * @param expires the first instant at which it is expired
   */
  public record Expiry(String role, long version, Instant expires) {}

  public Freshness {
    expiries = List.copyOf(expiries);
  }

  /**
   * @throws IllegalArgumentException if there are no expiries or the grace is negative
   */
  public static Freshness of(List<Expiry> expiries, Instant at, Duration grace) {
    if (expiries.isEmpty() || grace.isNegative()) {
      throw new IllegalArgumentException("no expiries, or a negative grace");
    }
    Instant first = first(expiries).expires();
    Verdict verdict =
        at.isBefore(first)
            ? Verdict.FRESH
            : Duration.between(first, at).compareTo(grace) < 0
                ? Verdict.STALE_WITHIN_GRACE
                : Verdict.TOO_OLD;
    return new Freshness(verdict, expiries, at, grace);
  }

  /** What expires, or expired, first. */
  public Expiry decisive() {
    return first(expiries);
  }

  /** How long ago the first expiry was; empty while nothing has expired. */
  public Optional<Duration> overdue() {
    Instant first = decisive().expires();
    return at.isBefore(first) ? Optional.empty() : Optional.of(Duration.between(first, at));
  }

  private static Expiry first(List<Expiry> expiries) {
    Expiry first = expiries.getFirst();
    for (Expiry expiry : expiries) {
      if (expiry.expires().isBefore(first.expires())) {
        first = expiry;
      }
    }
    return first;
  }

  /**
   * {@code stale within grace: timestamp version 762 expired 2026-08-28T19:25:56Z, 85 days ago}.
   */
  public String text() {
    Expiry first = decisive();
    String what = verdict.text() + ": " + first.role() + " version " + first.version();
    Optional<Duration> overdue = overdue();
    if (overdue.isPresent()) {
      return what + " expired " + first.expires() + ", " + span(overdue.get()) + " ago";
    }
    return what
        + " expires "
        + first.expires()
        + ", in "
        + span(Duration.between(at, first.expires()));
  }

  private static String span(Duration duration) {
    long days = duration.toDays();
    if (days > 0) {
      return days + (days == 1 ? " day" : " days");
    }
    long hours = duration.toHours();
    return hours > 0 ? hours + (hours == 1 ? " hour" : " hours") : "less than an hour";
  }
}
