package dev.assay.sbom;

import dev.assay.bytes.Text;
import dev.assay.sbom.Advisory.Affected;
import dev.assay.sbom.Advisory.Event;
import dev.assay.sbom.Advisory.EventType;
import dev.assay.sbom.Advisory.Range;
import dev.assay.sbom.Advisory.RangeType;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Matches advisories with components: the evaluation algorithm of the OSV schema, with a third
 * outcome where a version cannot be ordered.
 */
public final class Matcher {

  // OSV ecosystem to package URL type (OSV schema, "Defined ecosystems"; purl-spec, types).
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("Maven", "maven"),
          Map.entry("npm", "npm"),
          Map.entry("PyPI", "pypi"),
          Map.entry("Go", "golang"),
          Map.entry("crates.io", "cargo"),
          Map.entry("RubyGems", "gem"),
          Map.entry("Packagist", "composer"),
          Map.entry("NuGet", "nuget"),
          Map.entry("Hex", "hex"),
          Map.entry("Pub", "pub"),
          Map.entry("Hackage", "hackage"),
          Map.entry("CRAN", "cran"),
          Map.entry("ConanCenter", "conan"),
          Map.entry("SwiftURL", "swift"),
          Map.entry("Bitnami", "bitnami"),
          Map.entry("Debian", "deb"),
          Map.entry("Ubuntu", "deb"),
          Map.entry("Alpine", "apk"),
          Map.entry("Wolfi", "apk"),
          Map.entry("Chainguard", "apk"),
          Map.entry("Red Hat", "rpm"),
          Map.entry("Rocky Linux", "rpm"),
          Map.entry("AlmaLinux", "rpm"),
          Map.entry("SUSE", "rpm"),
          Map.entry("openSUSE", "rpm"));

  private static final Set<String> DISTRIBUTIONS = Set.of("deb", "apk", "rpm");

  private enum Same {
    YES,
    NO,
    UNSURE
  }

  private Matcher() {}

  /**
   * Names by which components and advisories can be brought together in an index: where the names
   * of both are disjoint, {@link #match} is {@code NOT_AFFECTED}.
   */
  public static Set<String> names(Component component) {
    Set<String> out = new HashSet<>();
    out.add(simple(component.name()));
    component
        .purl()
        .ifPresent(p -> {
          out.add(simple(p.name()));
          Optional.ofNullable(p.qualifiers().get("upstream")).ifPresent(u -> out.add(upstream(u)));
        });
    return out;
  }

  /** See {@link #names(Component)}. */
  public static Set<String> names(Advisory advisory) {
    Set<String> out = new HashSet<>();
    for (Affected a : advisory.affected()) {
      out.add(simple(a.name()));
      a.purl().ifPresent(p -> out.add(simple(p.name())));
    }
    return out;
  }

  /** See {@link #names(Component)}. */
  public static String simpleName(Purl purl) {
    return simple(purl.name());
  }

  // The last segment, in lower case, with one kind of separator.
  private static String simple(String name) {
    int cut = Math.max(name.lastIndexOf('/'), name.lastIndexOf(':'));
    return name.substring(cut + 1).toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
  }

  // Syft writes "openssl@3.0.1" where the source version differs.
  private static String upstream(String qualifier) {
    int at = qualifier.indexOf('@');
    return simple(at < 0 ? qualifier : qualifier.substring(0, at));
  }

  /** Whether the advisory speaks of the component. */
  public static Match match(Advisory advisory, Component component) {
    if (advisory.withdrawn().isPresent()) {
      return Match.notAffected(
          advisory.id() + " was withdrawn at " + advisory.withdrawn().orElseThrow());
    }
    Match best = Match.notAffected("no package of " + advisory.id());
    for (Affected affected : advisory.affected()) {
      Match match = match(affected, component);
      if (match.outcome() == Match.Outcome.AFFECTED) {
        return match;
      }
      if (match.outcome() == Match.Outcome.UNDETERMINED
          || best.outcome() == Match.Outcome.NOT_AFFECTED
              && !match.reason().equals(OTHER_PACKAGE)) {
        best = best.outcome() == Match.Outcome.UNDETERMINED ? best : match;
      }
    }
    return best;
  }

  private static final String OTHER_PACKAGE = "another package";

  private static Match match(Affected affected, Component component) {
    switch (samePackage(affected, component)) {
      case NO -> {
        return Match.notAffected(OTHER_PACKAGE);
      }
      case UNSURE -> {
        return Match.undetermined(
            "it may be "
                + Text.printable(affected.name())
                + " ("
                + Text.printable(affected.ecosystem())
                + "): its package URL is missing or cannot be read");
      }
      case YES -> {}
    }
    Optional<String> version = component.effectiveVersion();
    if (version.isEmpty()) {
      return Match.undetermined("the SBOM gives no version");
    }
    return evaluate(affected, version.get());
  }

  private static Same samePackage(Affected affected, Component component) {
    Optional<Purl> purl = component.purl();
    String type = TYPES.get(ecosystem(affected));
    if (purl.isEmpty()) {
      // Without a readable package URL nothing but the name can be compared.
      boolean sameName = simple(affected.name()).equals(simple(component.name()));
      boolean otherGroup =
          "maven".equals(type)
              && component.group().isPresent()
              && component.purlText().isEmpty()
              && !affected.name().startsWith(component.group().get() + ":");
      return sameName && !otherGroup ? Same.UNSURE : Same.NO;
    }
    Purl p = purl.get();
    if (affected.purl().isPresent()
        && samePurl(affected.purl().get(), p, DISTRIBUTIONS.contains(p.type()))) {
      return Same.YES;
    }
    if (type == null) {
      // An ecosystem not known here: the same name is worth a look.
      return simple(affected.name()).equals(simple(p.name())) && !knownType(p.type())
          ? Same.UNSURE
          : Same.NO;
    }
    if (!type.equals(p.type())) {
      return Same.NO;
    }
    boolean same =
        DISTRIBUTIONS.contains(type)
            ? sameDistributionPackage(affected, p)
            : fullName(p).equals(normalName(type, affected.name()));
    return same ? Same.YES : Same.NO;
  }

  private static boolean knownType(String purlType) {
    return TYPES.containsValue(purlType);
  }

  private static String ecosystem(Affected affected) {
    int colon = affected.ecosystem().indexOf(':');
    return colon < 0 ? affected.ecosystem() : affected.ecosystem().substring(0, colon);
  }

  private static boolean samePurl(Purl a, Purl b, boolean nameOnly) {
    return a.type().equals(b.type())
        && a.name().equals(b.name())
        && (nameOnly || a.namespace().equals(b.namespace()));
  }

  // A package as its ecosystem names it in OSV documents.
  private static String fullName(Purl p) {
    String separator = p.type().equals("maven") ? ":" : "/";
    return normalName(p.type(), p.namespace().map(n -> n + separator + p.name()).orElse(p.name()));
  }

  private static String normalName(String type, String name) {
    return switch (type) {
      case "pypi" -> name.toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
      case "nuget", "golang", "composer", "hex", "swift" -> name.toLowerCase(Locale.ROOT);
      case "cargo" -> name.replace('_', '-');
      default -> name;
    };
  }

  // Distributions speak of source packages; an SBOM names the binary one and, at best, its source.
  private static boolean sameDistributionPackage(Affected affected, Purl p) {
    String namespace = p.namespace().orElse("");
    boolean otherVendor =
        switch (ecosystem(affected)) {
          case "Debian" -> namespace.equals("ubuntu");
          case "Ubuntu" -> namespace.equals("debian");
          case "Alpine" -> namespace.equals("wolfi") || namespace.equals("chainguard");
          case "Wolfi", "Chainguard" -> namespace.equals("alpine");
          default -> false;
        };
    if (otherVendor) {
      return false;
    }
    String name = simple(affected.name());
    String source = p.qualifiers().get("upstream");
    return name.equals(simple(p.name())) || source != null && name.equals(upstream(source));
  }

  // OSV schema, "Evaluation".
  private static Match evaluate(Affected affected, String version) {
    String shown = Text.printable(version);
    Optional<VersionOrder> ecosystemOrder = Versions.ofEcosystem(affected.ecosystem());
    if (affected.versions().contains(version)) {
      return Match.affected(shown + " is listed as affected");
    }
    for (String listed : affected.versions()) {
      if (ecosystemOrder.isPresent()
          && ecosystemOrder.get().compare(listed, version).equals(OptionalInt.of(0))) {
        return Match.affected(shown + " is listed as affected, as " + Text.printable(listed));
      }
    }
    Optional<Match> unsure = Optional.empty();
    boolean ordered = false;
    for (Range range : affected.ranges()) {
      if (range.type() == RangeType.GIT) {
        continue;
      }
      ordered = true;
      Optional<VersionOrder> order =
          range.type() == RangeType.SEMVER ? Optional.of(Versions.semver()) : ecosystemOrder;
      if (order.isEmpty()) {
        unsure =
            Optional.of(
                Match.undetermined(
                    "versions of "
                        + Text.printable(affected.ecosystem())
                        + " cannot be ordered here"));
        continue;
      }
      Match match = inRange(order.get(), range, version);
      if (match.outcome() == Match.Outcome.AFFECTED) {
        return match;
      }
      if (match.outcome() == Match.Outcome.UNDETERMINED) {
        unsure = Optional.of(match);
      }
    }
    if (unsure.isPresent()) {
      return unsure.get();
    }
    if (!ordered && affected.versions().isEmpty()) {
      return Match.undetermined(
          affected.ranges().isEmpty()
              ? "the advisory names no versions"
              : "the advisory gives Git commits only");
    }
    return Match.notAffected(shown + " is outside the affected versions");
  }

  private static Match inRange(VersionOrder order, Range range, String version) {
    Match unordered =
        Match.undetermined(
            Text.printable(version) + " cannot be compared in the order " + order.name());
    boolean limited = false;
    boolean beforeLimit = false;
    for (Event event : range.events()) {
      if (event.type() == EventType.LIMIT) {
        limited = true;
        OptionalInt toLimit =
            event.version().equals("*")
                ? OptionalInt.of(-1)
                : order.compare(version, event.version());
        if (toLimit.isEmpty()) {
          return unordered;
        }
        beforeLimit |= toLimit.getAsInt() < 0;
      }
    }
    // Instead of sorting: the last event at or before the version decides (the latest start wins
    // over an end at the same place). Linear, and each event is compared with the version once.
    Event latest = null;
    boolean past = false;
    Event close = null;
    for (Event event : range.events()) {
      if (event.type() == EventType.LIMIT) {
        continue;
      }
      OptionalInt compared =
          event.type() == EventType.INTRODUCED && event.version().equals("0")
              ? OptionalInt.of(1)
              : order.compare(version, event.version());
      if (compared.isEmpty()) {
        return unordered;
      }
      boolean reached =
          event.type() == EventType.LAST_AFFECTED
              ? compared.getAsInt() > 0
              : compared.getAsInt() >= 0;
      if (!reached) {
        if (event.type() != EventType.INTRODUCED && close == null) {
          close = event;
        }
        continue;
      }
      if (latest == null) {
        latest = event;
      } else {
        OptionalInt later = later(order, latest, event);
        if (later.isEmpty()) {
          return unordered;
        }
        if (later.getAsInt() < 0 || later.getAsInt() == 0 && event.type() == EventType.INTRODUCED) {
          latest = event;
        }
      }
      past = latest.type() == EventType.INTRODUCED;
    }
    if (latest != null && past && (!limited || beforeLimit)) {
      return Match.affected(
          Text.printable(version)
              + " lies in a range from "
              + Text.printable(latest.version())
              + (close == null
                  ? ""
                  : close.type() == EventType.FIXED
                      ? ", fixed in " + Text.printable(close.version())
                      : " to " + Text.printable(close.version())));
    }
    return Match.notAffected(Text.printable(version) + " is outside the affected versions");
  }

  private static OptionalInt later(VersionOrder order, Event a, Event b) {
    boolean first = a.type() == EventType.INTRODUCED && a.version().equals("0");
    boolean second = b.type() == EventType.INTRODUCED && b.version().equals("0");
    if (first || second) {
      return OptionalInt.of(first ? (second ? 0 : -1) : 1);
    }
    return order.compare(a.version(), b.version());
  }
}
