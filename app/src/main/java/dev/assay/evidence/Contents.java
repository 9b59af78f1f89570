package dev.assay.evidence;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.sbom.Advisory;
import dev.assay.sbom.Component;
import dev.assay.sbom.Match;
import dev.assay.sbom.Matcher;
import dev.assay.sbom.Purl;
import dev.assay.sbom.VersionOrder;
import dev.assay.sbom.Versions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;

/** Tells which images hold what a question asks about. */
final class Contents {

  /** What is known of one image. */
  sealed interface Found {}

  /** It holds it. */
  record Holds(Optional<String> component, Optional<String> reason) implements Found {}

  /** It does not, as every readable bill of materials says. */
  record Without() implements Found {}

  /** It cannot be told. */
  record Unsure(String reason) implements Found {}

  private record Sbom(long index, Optional<String> problem) {}

  private record Hit(Match match, String shown) {}

  private final Store store;
  private final Question.Subject subject;
  private final long limit;
  private final List<Long> advisories = new ArrayList<>();
  private final Map<String, List<Hit>> hits = new HashMap<>();

  /**
   * @param limit the position in the ledger up to which records may be known
   * @throws AssayException with {@link Code#NO_ADVISORY} if an advisory is asked about that is not
   *     recorded, {@link Code#BAD_ADVISORY} if it cannot be read
   */
  Contents(Store store, Question.Subject subject, long limit) {
    this.store = store;
    this.subject = subject;
    this.limit = limit;
    switch (subject) {
      case Question.Image image -> {}
      case Question.PackageUrl p ->
          search(Set.of(Matcher.simpleName(p.purl())), c -> match(p.purl(), c));
      case Question.Vulnerability v -> {
        for (Advisory advisory : advisories(v.name())) {
          search(Matcher.names(advisory), c -> Matcher.match(advisory, c));
        }
      }
    }
  }

  /** Ledger indexes of the advisories that were used. */
  List<Long> advisories() {
    return List.copyOf(advisories);
  }

  // The newest revision of each advisory that has the name.
  private List<Advisory> advisories(String name) {
    record Row(long index, String id, String content, Optional<String> problem) {}
    List<Row> rows =
        store.query(
            "SELECT a.idx, a.id, a.content, a.problem FROM advisory a WHERE a.idx < ? AND a.id IN"
                + " (SELECT x.id FROM advisory x JOIN advisory_name n ON n.idx = x.idx WHERE n.name"
                + " = ? AND n.idx < ?) ORDER BY a.idx",
            r ->
                new Row(
                    r.getLong(1),
                    r.getString(2),
                    r.getString(3),
                    Optional.ofNullable(r.getString(4))),
            limit,
            name.toUpperCase(Locale.ROOT),
            limit);
    Map<String, Row> newest = new java.util.TreeMap<>();
    rows.forEach(r -> newest.put(r.id, r));
    if (newest.isEmpty()) {
      throw new AssayException(
          Code.NO_ADVISORY,
          "no advisory named " + Text.quote(name) + " is recorded",
          "assay advisory add FILE (an OSV document)");
    }
    List<Advisory> out = new ArrayList<>();
    for (Row row : newest.values()) {
      if (row.problem.isPresent()) {
        throw new AssayException(
            Code.BAD_ADVISORY,
            "the advisory in record " + row.index + " cannot be used: " + row.problem.get());
      }
      out.add(Advisory.parse(Text.utf8(row.content)));
      advisories.add(row.index);
    }
    advisories.sort(null);
    return out;
  }

  private void search(Set<String> names, Function<Component, Match> judge) {
    for (String name : names) {
      store
          .query(
              "SELECT s.subject, c.type, c.component_group, c.name, c.version, c.purl FROM"
                  + " component c JOIN sbom s ON s.idx = c.sbom_idx WHERE c.match_name = ? AND"
                  + " c.sbom_idx < ? ORDER BY c.sbom_idx, c.place",
              r ->
                  Map.entry(
                      r.getString(1),
                      new Component(
                          Optional.empty(),
                          r.getString(2),
                          Optional.ofNullable(r.getString(3)),
                          r.getString(4),
                          Optional.ofNullable(r.getString(5)),
                          Optional.ofNullable(r.getString(6)),
                          Map.of())),
              name,
              limit)
          .forEach(e -> {
            Match match = judge.apply(e.getValue());
            if (match.outcome() != Match.Outcome.NOT_AFFECTED) {
              hits.computeIfAbsent(e.getKey(), k -> new ArrayList<>())
                  .add(new Hit(match, shown(e.getValue())));
            }
          });
    }
  }

  private static String shown(Component c) {
    return Text.printable(c.purlText().orElse(c.name() + c.version().map(v -> "@" + v).orElse("")));
  }

  /** Whether an image holds what was asked about. */
  Found of(Digest digest) {
    if (subject instanceof Question.Image image) {
      return image.digest().equals(digest)
          ? new Holds(Optional.empty(), Optional.empty())
          : new Without();
    }
    List<Hit> found =
        hits.getOrDefault(digest.toString(), List.of()).stream()
            .sorted(java.util.Comparator.comparing(Hit::shown))
            .toList();
    for (Hit hit : found) {
      if (hit.match.outcome() == Match.Outcome.AFFECTED) {
        return new Holds(Optional.of(hit.shown), Optional.of(hit.match.reason()));
      }
    }
    if (!found.isEmpty()) {
      return new Unsure(found.getFirst().shown + ": " + found.getFirst().match.reason());
    }
    List<Sbom> sboms = sboms(digest);
    if (sboms.isEmpty()) {
      return new Unsure("no verified SBOM is recorded");
    }
    for (Sbom sbom : sboms) {
      if (sbom.problem.isPresent()) {
        return new Unsure("the SBOM in record " + sbom.index + ": " + sbom.problem.get());
      }
    }
    return new Without();
  }

  /** Ledger indexes of the bills of materials of an image. */
  List<Long> sbomIndexes(Digest digest) {
    return subject instanceof Question.Image
        ? List.of()
        : sboms(digest).stream().map(Sbom::index).toList();
  }

  private List<Sbom> sboms(Digest digest) {
    return store.query(
        "SELECT idx, problem FROM sbom WHERE subject = ? AND idx < ? ORDER BY idx",
        r -> new Sbom(r.getLong(1), Optional.ofNullable(r.getString(2))),
        digest.toString(),
        limit);
  }

  private static Match match(Purl asked, Component component) {
    Optional<Purl> purl = component.purl();
    if (purl.isEmpty()) {
      return new Match(
          Match.Outcome.UNDETERMINED,
          "it may be the package asked about: its package URL is missing or cannot be read");
    }
    Purl p = purl.get();
    Match other = new Match(Match.Outcome.NOT_AFFECTED, "another package");
    if (!p.withoutVersion().equals(asked.withoutVersion())) {
      return other;
    }
    Set<Map.Entry<String, String>> missing = new HashSet<>(asked.qualifiers().entrySet());
    missing.removeAll(p.qualifiers().entrySet());
    if (!missing.isEmpty()) {
      return other;
    }
    if (asked.version().isEmpty()) {
      return new Match(Match.Outcome.AFFECTED, "the package asked about");
    }
    Optional<String> version = component.effectiveVersion();
    if (version.isEmpty()) {
      return new Match(Match.Outcome.UNDETERMINED, "the SBOM gives no version");
    }
    Optional<VersionOrder> order = Versions.ofType(p.type());
    boolean same =
        version.get().equals(asked.version().get())
            || order.isPresent()
                && order
                    .get()
                    .compare(version.get(), asked.version().get())
                    .equals(OptionalInt.of(0));
    return same ? new Match(Match.Outcome.AFFECTED, "the package and version asked about") : other;
  }
}
