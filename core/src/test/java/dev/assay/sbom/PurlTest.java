package dev.assay.sbom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PurlTest {

  @Test
  void theCasesOfTheSpecificationHold() throws IOException {
    List<String> wrong = new ArrayList<>();
    int ok = 0;
    for (Path file : Corpus.files("purl", ".json")) {
      Fields document = Fields.of(Json.parse(Files.readAllBytes(file), 8 << 20), "tests");
      for (Fields test : document.objects("tests", 10_000)) {
        String type = test.string("test_type");
        if (type.equals("validate")) {
          continue;
        }
        if (test.required("input").compact().contains("repositorY_url")) {
          // The suite's gem and rpm cases refuse keys in upper case, its maven cases want them
          // accepted; the strict reading is taken.
          continue;
        }
        boolean fails = test.bool("expected_failure", false);
        String found;
        try {
          Purl purl =
              type.equals("parse") ? Purl.parse(test.string("input")) : build(test.object("input"));
          found = type.equals("parse") ? describe(purl) : purl.toString();
        } catch (AssayException e) {
          found = "refused";
        }
        String expected =
            fails
                ? "refused"
                : type.equals("parse")
                    ? describe(build(test.object("expected_output")))
                    : test.string("expected_output");
        if (found.equals(expected)) {
          ok++;
        } else {
          wrong.add(
              file.getFileName()
                  + " "
                  + test.string("description")
                  + " "
                  + test.required("input").compact()
                  + ": expected "
                  + expected
                  + ", found "
                  + found);
        }
      }
    }
    assertTrue(wrong.isEmpty(), ok + " hold; not: " + String.join("\n", wrong));
    assertTrue(ok > 300, ok + " cases");
  }

  private static Purl build(Fields f) {
    return new Purl(
        f.optionalString("type").orElse(""),
        f.optionalString("namespace"),
        f.optionalString("name").orElse(""),
        f.optionalString("version"),
        new TreeMap<>(f.stringMap("qualifiers", 100)),
        f.optionalString("subpath"));
  }

  private static String describe(Purl p) {
    return p.type()
        + "|"
        + p.namespace()
        + "|"
        + p.name()
        + "|"
        + p.version()
        + "|"
        + p.qualifiers()
        + "|"
        + p.subpath();
  }

  @Test
  void equalPackagesAreEqualValues() {
    assertEquals(Purl.parse("pkg:PYPI/Django_Rest@1"), Purl.parse("pkg:pypi/django-rest@1"));
    assertEquals(
        "pkg:maven/org.apache.logging.log4j/log4j-core",
        Purl.parse("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar")
            .withoutVersion()
            .toString());
    assertEquals(Optional.of("1.0+b"), Purl.parse("pkg:deb/debian/x@1.0%2Bb").version());
  }

  @Test
  void whatIsNoPackageUrlIsRefused() {
    for (String bad :
        List.of(
            "",
            "pkg:",
            "pkg:maven",
            "pkg:maven/",
            "pkg:maven/a@%zz",
            "pkg:maven/a@%",
            "pkg:maven/a@%ff",
            "http://example",
            "pkg:npm/a?k=1&k=2",
            "pkg:npm/a?k",
            "pkg:npm/" + "a".repeat(10_000))) {
      AssayException e = assertThrows(AssayException.class, () -> Purl.parse(bad), bad);
      assertEquals(Code.BAD_PURL, e.code(), bad);
    }
  }

  @Test
  void whateverParsesIsReadBackTheSame() {
    Random random = new Random(7);
    String alphabet = "pkg:/@?#&=%2Fa.Z~+ é";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder("pkg:npm/");
      for (int n = random.nextInt(20); n >= 0; n--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      Purl.tryParse(text.toString())
          .ifPresent(p -> assertEquals(p, Purl.parse(p.toString()), text.toString()));
    }
  }
}
