package dev.assay.sbom;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An advisory in the Open Source Vulnerability format (OSV schema 1.x). Only what decides is kept;
 * members that are not known here are left aside, as the schema asks.
 *
 * @param modified when this revision was written
 * @param withdrawn when it was taken back; absent while it stands
 */
public record Advisory(
    String id,
    List<String> aliases,
    Instant modified,
    Optional<Instant> withdrawn,
    Optional<String> summary,
    List<Affected> affected) {

  private static final int MAX_LIST = 100_000;

  /** A package and the versions of it that are affected. */
  public record Affected(
      String ecosystem,
      String name,
      Optional<Purl> purl,
      List<Range> ranges,
      List<String> versions) {
    public Affected {
      ranges = List.copyOf(ranges);
      versions = List.copyOf(versions);
    }
  }

  /** A range of versions, as events on a line. */
  public record Range(RangeType type, List<Event> events) {
    public Range {
      events = List.copyOf(events);
    }
  }

  /** How a range's versions are ordered. */
  public enum RangeType {
    ECOSYSTEM,
    SEMVER,
    GIT
  }

  /** What happens at a version. */
  public enum EventType {
    INTRODUCED,
    FIXED,
    LAST_AFFECTED,
    LIMIT
  }

  /** One event; {@code introduced: "0"} is before every version. */
  public record Event(EventType type, String version) {}

  public Advisory {
    aliases = List.copyOf(aliases);
    affected = List.copyOf(affected);
  }

  /** Whether the advisory has this name, as its id or as an alias; letter case does not count. */
  public boolean isNamed(String name) {
    return id.equalsIgnoreCase(name) || aliases.stream().anyMatch(name::equalsIgnoreCase);
  }

  /**
   * Reads an OSV document.
   *
   * @throws AssayException with {@link Code#BAD_ADVISORY} if it is none
   */
  public static Advisory parse(byte[] document) {
    Json json;
    try {
      json = Json.parse(document, Limits.DOCUMENT_BYTES);
    } catch (AssayException e) {
      throw new AssayException(Code.BAD_ADVISORY, "not an OSV advisory: " + e.getMessage(), e);
    }
    Fields f = Fields.of(json, "advisory", Code.BAD_ADVISORY);
    String version = f.optionalString("schema_version").orElse("1.0.0");
    if (!version.matches("1\\.[0-9]{1,4}\\.[0-9]{1,4}(-.*)?")) {
      throw f.bad("schema_version", "expected 1.x, found " + Text.quote(version));
    }
    String id = f.string("id");
    if (!isName(id)) {
      throw f.bad("id", "not an advisory's name: " + Text.quote(id));
    }
    List<String> aliases = f.strings("aliases", MAX_LIST);
    for (String alias : aliases) {
      if (!isName(alias)) {
        throw f.bad("aliases", "not an advisory's name: " + Text.quote(alias));
      }
    }
    List<Affected> affected = new ArrayList<>();
    for (Fields a : f.objects("affected", MAX_LIST)) {
      readAffected(a).ifPresent(affected::add);
    }
    return new Advisory(
        id,
        aliases,
        f.time("modified"),
        f.optionalTime("withdrawn"),
        f.optionalString("summary"),
        affected);
  }

  /** Whether a text could name an advisory: {@code CVE-2021-44228}, {@code GO-2021-0113}. */
  public static boolean isName(String text) {
    return text.matches("[A-Za-z][A-Za-z0-9]{0,31}-[A-Za-z0-9:._-]{1,100}");
  }

  // An entry without a package speaks of a Git repository; it names nothing an SBOM holds.
  private static Optional<Affected> readAffected(Fields f) {
    Optional<Fields> given = f.optionalObject("package");
    if (given.isEmpty()) {
      return Optional.empty();
    }
    Fields p = given.get();
    List<Range> ranges = new ArrayList<>();
    for (Fields r : f.objects("ranges", MAX_LIST)) {
      ranges.add(readRange(r));
    }
    Optional<String> purl = p.optionalString("purl");
    return Optional.of(
        new Affected(
            p.string("ecosystem"),
            p.string("name"),
            purl.flatMap(Purl::tryParse),
            ranges,
            f.strings("versions", MAX_LIST)));
  }

  private static Range readRange(Fields f) {
    String type = f.string("type");
    RangeType rangeType =
        switch (type) {
          case "ECOSYSTEM" -> RangeType.ECOSYSTEM;
          case "SEMVER" -> RangeType.SEMVER;
          case "GIT" -> RangeType.GIT;
          default -> throw f.bad("type", "not a type of range: " + Text.quote(type));
        };
    List<Event> events = new ArrayList<>();
    for (Fields e : f.objects("events", MAX_LIST)) {
      int before = events.size();
      add(events, e, "introduced", EventType.INTRODUCED);
      add(events, e, "fixed", EventType.FIXED);
      add(events, e, "last_affected", EventType.LAST_AFFECTED);
      add(events, e, "limit", EventType.LIMIT);
      if (events.size() != before + 1) {
        throw f.bad("events", "an event is one of introduced, fixed, last_affected, limit");
      }
    }
    if (events.stream().noneMatch(e -> e.type() == EventType.INTRODUCED)) {
      throw f.bad("events", "a range without an introduced event");
    }
    return new Range(rangeType, events);
  }

  private static void add(List<Event> events, Fields f, String name, EventType type) {
    f.optionalString(name).ifPresent(v -> events.add(new Event(type, v)));
  }
}
