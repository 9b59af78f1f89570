package dev.assay.evidence;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.sbom.Advisory;
import dev.assay.sbom.Purl;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Was it running?
 *
 * @param subject what
 * @param from the beginning of the time asked about; absent: the first complete snapshot
 * @param until the end of it, included; absent: the last complete snapshot
 * @param cluster where; absent: everywhere
 * @param asOf how many records of the ledger may be known; absent: all
 * @param maxGap the longest time between two complete snapshots that does not make a blind period
 */
public record Question(
    Subject subject,
    Optional<Instant> from,
    Optional<Instant> until,
    Optional<String> cluster,
    Optional<Long> asOf,
    Duration maxGap) {

  public static final Duration MAX_GAP = Duration.ofMinutes(10);

  /** What is asked about. */
  public sealed interface Subject {
    /** As the user writes it. */
    String text();
  }

  /** Anything that an advisory affects. */
  public record Vulnerability(String name) implements Subject {
    @Override
    public String text() {
      return name;
    }
  }

  /** One image. */
  public record Image(Digest digest) implements Subject {
    @Override
    public String text() {
      return digest.toString();
    }
  }

  /** Any image that holds a package; every version where the package URL has none. */
  public record PackageUrl(Purl purl) implements Subject {
    @Override
    public String text() {
      return purl.toString();
    }
  }

  /**
   * @throws AssayException with {@link Code#BAD_QUESTION} if the time runs backwards or a bound
   *     makes no sense
   */
  public Question {
    if (from.isPresent() && until.isPresent() && from.get().isAfter(until.get())) {
      throw bad("the time asked about ends before it begins");
    }
    if (maxGap.isNegative() || maxGap.isZero() || maxGap.compareTo(Duration.ofDays(3660)) > 0) {
      throw bad("the longest gap must be more than nothing and less than ten years");
    }
    if (asOf.isPresent() && asOf.get() < 0) {
      throw bad("a position in the ledger is not negative");
    }
  }

  /** A question about all recorded time and every cluster. */
  public static Question of(Subject subject) {
    return new Question(
        subject, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), MAX_GAP);
  }

  /**
   * Reads what a user asks about: a digest, a package URL, or an advisory's name.
   *
   * @throws AssayException with {@link Code#BAD_QUESTION} if it is none of these
   */
  public static Subject subject(String text) {
    if (text.startsWith("sha256:") || text.startsWith("sha512:") || text.startsWith("sha384:")) {
      return new Image(Digest.parse(text));
    }
    if (text.startsWith("pkg:")) {
      return new PackageUrl(Purl.parse(text));
    }
    if (Advisory.isName(text)) {
      return new Vulnerability(text);
    }
    throw new AssayException(
        Code.BAD_QUESTION,
        "not something that can be asked about: " + Text.quote(text),
        "give CVE-2021-44228, sha256:..., or pkg:maven/group/name@version");
  }

  /** The same question about what was known when the ledger had this many records. */
  public Question asOf(long records) {
    return new Question(subject, from, until, cluster, Optional.of(records), maxGap);
  }

  Json toJson() {
    Json.Builder out = Json.object().put("subject", subject.text());
    from.ifPresent(t -> out.put("from", t.toString()));
    until.ifPresent(t -> out.put("until", t.toString()));
    out.putIf("cluster", cluster);
    asOf.ifPresent(n -> out.put("asOf", n));
    return out.put("maxGap", maxGap.toString()).build();
  }

  static Question parse(Fields f) {
    Duration gap;
    try {
      gap = Duration.parse(f.string("maxGap"));
    } catch (java.time.format.DateTimeParseException e) {
      throw new AssayException(Code.BAD_QUESTION, f.at("maxGap") + ": not a duration", e);
    }
    Question question =
        new Question(
            subject(f.string("subject")),
            f.optionalTime("from"),
            f.optionalTime("until"),
            f.optionalString("cluster"),
            f.optionalInteger("asOf"),
            gap);
    f.done();
    return question;
  }

  private static AssayException bad(String what) {
    return new AssayException(Code.BAD_QUESTION, what);
  }
}
