package dev.assay.sbom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.sbom.Match.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MatcherTest {

  private static Advisory advisory(String ecosystem, String name, String rest) {
    return Advisory.parse(
        Text.utf8(
            """
            {"schema_version":"1.6.0","id":"GHSA-jfh8-c2jp-5v3q","aliases":["CVE-2021-44228"],
             "modified":"2024-05-15T06:29:00Z",
             "affected":[{"package":{"ecosystem":"%s","name":"%s"},%s}]}
            """
                .formatted(ecosystem, name, rest)));
  }

  private static Advisory log4shell() {
    return advisory(
        "Maven",
        "org.apache.logging.log4j:log4j-core",
        """
        "ranges":[
          {"type":"ECOSYSTEM","events":[{"introduced":"2.13.0"},{"fixed":"2.15.0"}]},
          {"type":"ECOSYSTEM","events":[{"introduced":"2.0-beta9"},{"fixed":"2.3.1"}]},
          {"type":"ECOSYSTEM","events":[{"introduced":"2.4"},{"fixed":"2.12.2"}]}]
        """);
  }

  private static Outcome match(Advisory advisory, String purl) {
    Component component = Component.of(Purl.parse(purl));
    Outcome outcome = Matcher.match(advisory, component).outcome();
    if (outcome != Outcome.NOT_AFFECTED) {
      assertTrue(
          !Collections.disjoint(Matcher.names(advisory), Matcher.names(component)),
          "an index by names would have missed " + purl);
    }
    return outcome;
  }

  @Test
  void log4shellIsFoundInEveryAffectedLine() {
    String core = "pkg:maven/org.apache.logging.log4j/log4j-core@";
    for (String version :
        List.of("2.14.1", "2.13.0", "2.0-beta9", "2.0-rc1", "2.0", "2.3", "2.4", "2.12.1")) {
      assertEquals(Outcome.AFFECTED, match(log4shell(), core + version), version);
    }
    for (String version :
        List.of("2.15.0", "2.17.1", "2.3.1", "2.12.2", "2.12.4", "2.0-beta8", "1.2.17")) {
      assertEquals(Outcome.NOT_AFFECTED, match(log4shell(), core + version), version);
    }
    assertEquals(
        Outcome.NOT_AFFECTED,
        match(log4shell(), "pkg:maven/org.apache.logging.log4j/log4j-api@2.14.1"));
    assertEquals(
        Outcome.NOT_AFFECTED, match(log4shell(), "pkg:maven/org.example/log4j-core@2.14.1"));
    assertEquals(Outcome.NOT_AFFECTED, match(log4shell(), "pkg:npm/log4j-core@2.14.1"));
  }

  @Test
  void aMissingVersionIsUndetermined() {
    assertEquals(
        Outcome.UNDETERMINED, match(log4shell(), "pkg:maven/org.apache.logging.log4j/log4j-core"));
  }

  @Test
  void aComponentWithoutAReadablePackageUrlIsUndetermined() {
    for (Optional<String> purl : List.of(Optional.<String>empty(), Optional.of("pkg:maven/@"))) {
      Component component =
          new Component(
              Optional.empty(),
              "library",
              Optional.empty(),
              "log4j-core",
              Optional.of("2.14.1"),
              purl,
              Map.of());
      assertEquals(Outcome.UNDETERMINED, Matcher.match(log4shell(), component).outcome());
      assertTrue(!Collections.disjoint(Matcher.names(log4shell()), Matcher.names(component)));
    }
  }

  @Test
  void anEcosystemWithoutAnOrderIsUndeterminedNeverNotAffected() {
    Advisory debian =
        advisory(
            "Debian:12",
            "openssl",
            "\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"3.0.11-1\"}]}]");
    assertEquals(Outcome.UNDETERMINED, match(debian, "pkg:deb/debian/openssl@3.0.9-1"));
    assertEquals(Outcome.UNDETERMINED, match(debian, "pkg:deb/debian/openssl@3.0.12-1"));
    assertEquals(
        Outcome.UNDETERMINED, match(debian, "pkg:deb/debian/libssl3@3.0.9-1?upstream=openssl"));
    assertEquals(Outcome.NOT_AFFECTED, match(debian, "pkg:deb/debian/curl@7"));
  }

  @Test
  void aListedVersionIsAffectedWithoutAnyOrder() {
    Advisory pypi = advisory("PyPI", "Evil_Package", "\"versions\":[\"1.0\",\"1.1\"]");
    assertEquals(Outcome.AFFECTED, match(pypi, "pkg:pypi/evil-package@1.1"));
    assertEquals(Outcome.NOT_AFFECTED, match(pypi, "pkg:pypi/evil-package@1.2"));
  }

  @Test
  void lastAffectedAndLimitAreFollowed() {
    Advisory last =
        advisory(
            "npm",
            "@scope/a",
            "\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"last_affected\":\"1.5.0\"},{\"introduced\":\"1.0.0\"}]}]");
    assertEquals(Outcome.AFFECTED, match(last, "pkg:npm/%40scope/a@1.5.0"));
    assertEquals(Outcome.NOT_AFFECTED, match(last, "pkg:npm/%40scope/a@1.5.1"));
    assertEquals(Outcome.NOT_AFFECTED, match(last, "pkg:npm/%40scope/a@1.0.0-rc.1"));
    assertEquals(Outcome.UNDETERMINED, match(last, "pkg:npm/%40scope/a@latest"));
    Advisory limit =
        advisory(
            "npm",
            "b",
            "\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"},{\"limit\":\"2.0.0\"}]}]");
    assertEquals(Outcome.AFFECTED, match(limit, "pkg:npm/b@1.9.9"));
    assertEquals(Outcome.NOT_AFFECTED, match(limit, "pkg:npm/b@2.0.0"));
  }

  @Test
  void reintroducedVersionsAreAffectedAgain() {
    Advisory twice =
        advisory(
            "Maven",
            "g:a",
            "\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"3\"},{\"fixed\":\"2\"},{\"introduced\":\"0\"},{\"fixed\":\"4\"}]}]");
    assertEquals(Outcome.AFFECTED, match(twice, "pkg:maven/g/a@1"));
    assertEquals(Outcome.NOT_AFFECTED, match(twice, "pkg:maven/g/a@2"));
    assertEquals(Outcome.AFFECTED, match(twice, "pkg:maven/g/a@3.1"));
    assertEquals(Outcome.NOT_AFFECTED, match(twice, "pkg:maven/g/a@4"));
  }

  @Test
  void gitRangesAloneAreUndetermined() {
    Advisory git =
        advisory(
            "Maven",
            "g:a",
            "\"ranges\":[{\"type\":\"GIT\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"abc\"}]}]");
    assertEquals(Outcome.UNDETERMINED, match(git, "pkg:maven/g/a@1"));
  }

  @Test
  void aWithdrawnAdvisoryAffectsNothing() {
    Advisory a = log4shell();
    Advisory withdrawn =
        new Advisory(
            a.id(),
            a.aliases(),
            a.modified(),
            Optional.of(a.modified()),
            a.summary(),
            a.affected());
    assertEquals(
        Outcome.NOT_AFFECTED,
        match(withdrawn, "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"));
  }

  @Test
  void whatIsNoAdvisoryIsRefused() {
    for (String bad :
        List.of(
            "",
            "{}",
            "[]",
            "{\"id\":\"x y\",\"modified\":\"2024-05-15T06:29:00Z\"}",
            "{\"id\":\"CVE-1-1\",\"modified\":\"yesterday\"}",
            "{\"schema_version\":\"2.0.0\",\"id\":\"CVE-1-1\",\"modified\":\"2024-05-15T06:29:00Z\"}",
            "{\"id\":\"CVE-1-1\",\"modified\":\"2024-05-15T06:29:00Z\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"a\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"fixed\":\"1\"}]}]}]}")) {
      AssayException e =
          assertThrows(AssayException.class, () -> Advisory.parse(Text.utf8(bad)), bad);
      assertEquals(Code.BAD_ADVISORY, e.code(), bad);
    }
  }

  @Test
  void realAdvisoriesAreReadAndTheirBoundsHold() throws IOException {
    int read = 0;
    int bounds = 0;
    for (Path file : Corpus.files("advisories/golang-vulndb", ".json")) {
      Advisory advisory = Advisory.parse(Files.readAllBytes(file));
      read++;
      if (advisory.withdrawn().isPresent()) {
        continue;
      }
      for (Advisory.Affected affected : advisory.affected()) {
        for (Advisory.Range range : affected.ranges()) {
          for (Advisory.Event event : range.events()) {
            if (event.version().equals("0") || range.type() != Advisory.RangeType.SEMVER) {
              continue;
            }
            Component component =
                Component.of(
                    new Purl(
                        "golang",
                        namespace(affected.name()),
                        last(affected.name()),
                        Optional.of("v" + event.version()),
                        new java.util.TreeMap<>(),
                        Optional.empty()));
            Outcome outcome = Matcher.match(advisory, component).outcome();
            if (event.type() == Advisory.EventType.INTRODUCED) {
              assertEquals(Outcome.AFFECTED, outcome, file + " " + event);
              bounds++;
            } else if (advisory.affected().size() == 1 && affected.ranges().size() == 1) {
              assertEquals(Outcome.NOT_AFFECTED, outcome, file + " " + event);
              bounds++;
            }
          }
        }
      }
    }
    assertTrue(read > 4_000 && bounds > 2_000, read + " advisories, " + bounds + " bounds");
  }

  private static Optional<String> namespace(String name) {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? Optional.empty() : Optional.of(name.substring(0, slash));
  }

  private static String last(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  @Test
  void flippedBitsNeverEndInAnythingButARefusalOrAnAdvisory() {
    byte[] document =
        Text.utf8(
            "{\"id\":\"CVE-1-1\",\"modified\":\"2024-05-15T06:29:00Z\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"a\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"}]}]}]}");
    Random random = new Random(5);
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = document.clone();
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        Advisory.parse(bytes);
      } catch (AssayException e) {
        // refused, as it may be
      }
    }
  }
}
