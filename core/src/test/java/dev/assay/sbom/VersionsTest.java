package dev.assay.sbom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VersionsTest {

  private static List<String> wrongIn(VersionOrder order, Path file) throws IOException {
    List<String> wrong = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      String[] part = line.trim().split(" +");
      if (part.length != 3 || line.startsWith("//") || line.startsWith("#")) {
        continue;
      }
      OptionalInt forth = order.compare(part[0], part[2]);
      OptionalInt back = order.compare(part[2], part[0]);
      String sign = sign(forth);
      if (!sign.equals(part[1]) || forth.isPresent() && back.orElseThrow() != -forth.getAsInt()) {
        wrong.add(line + " found " + sign);
      }
    }
    return wrong;
  }

  private static String sign(OptionalInt order) {
    return order.isEmpty() ? "?" : order.getAsInt() < 0 ? "<" : order.getAsInt() > 0 ? ">" : "=";
  }

  @Test
  void mavenOrderIsWhatTheOsvProjectSays() throws IOException {
    Path folder = Corpus.folder("versions/osv-scalibr");
    assertEquals(List.of(), wrongIn(Versions.maven(), folder.resolve("maven-versions.txt")));
    // 12 of 14,752 generated pairs contradict the code of Maven 3.9 itself, which gives what is
    // found here (compared with maven-artifact 3.9.15 on two million pairs).
    List<String> wrong = wrongIn(Versions.maven(), folder.resolve("maven-versions-generated.txt"));
    assertEquals(12, wrong.size(), String.join("\n", wrong));
  }

  @Test
  void mavenOrderIsWhatTheVersSpecificationSays() throws IOException {
    Path file = Corpus.folder("versions/vers-spec").resolve("maven_version_cmp_test.json");
    List<String> wrong = new ArrayList<>();
    int cases = 0;
    Fields document = Fields.of(Json.parse(Files.readAllBytes(file), 8 << 20), "tests");
    for (Fields test : document.objects("tests", 10_000)) {
      List<String> in = test.object("input").strings("versions", 2);
      cases++;
      int order = Versions.maven().compare(in.get(0), in.get(1)).orElseThrow();
      Json expected = test.required("expected_output");
      boolean ok =
          switch (expected) {
            case Json.Bool same -> same.value() == (order == 0);
            case Json.Arr sorted ->
                order == 0
                    || sorted.elements().getFirst().equals(Json.of(in.get(order < 0 ? 0 : 1)));
            default -> false;
          };
      if (!ok) {
        wrong.add(in + " expected " + expected.compact() + " found " + order);
      }
    }
    // 2-1 against 2.0.a and 2.0.0.a, each twice: the suite has the order of before Maven 3.9.
    assertTrue(wrong.removeIf(w -> w.startsWith("[2-1, 2.0")));
    assertTrue(wrong.isEmpty(), cases + " cases, wrong: " + String.join("\n", wrong));
    assertEquals(977, cases);
  }

  @Test
  void semverOrderIsWhatTheOsvProjectSays() throws IOException {
    Path folder = Corpus.folder("versions/osv-scalibr");
    // Both lines hold no semantic version; what is none is not ordered.
    assertEquals(
        List.of(
            "999999999999999999999999999991 < 999999999999999999999999999999 found ?",
            "1.1.3.4.5 = 1.1.3.4.5 found ?"),
        wrongIn(Versions.semver(), folder.resolve("semver-versions.txt")));
  }

  @Test
  void theVersionsOfLog4jAreInOrder() {
    List<String> order =
        List.of("2.0-alpha1", "2.0-beta9", "2.0-rc1", "2.0", "2.3.1", "2.12.2", "2.14.1", "2.15.0");
    for (int i = 0; i < order.size(); i++) {
      for (int k = 0; k < order.size(); k++) {
        assertEquals(
            Integer.compare(i, k),
            Versions.maven().compare(order.get(i), order.get(k)).orElseThrow());
      }
    }
  }

  @Test
  void whatIsNoSemanticVersionIsNotOrdered() {
    for (String bad : List.of("", "1", "1.2", "01.2.3", "1.2.3.4", "1.2.x", "latest", "1.18rc1")) {
      assertTrue(Versions.semver().compare(bad, "1.2.3").isEmpty(), bad);
      assertTrue(Versions.semver().compare("1.2.3", bad).isEmpty(), bad);
    }
    assertTrue(Versions.maven().compare("1" + "-1".repeat(1000), "1").isEmpty());
  }

  @Test
  void ordersNeverThrowAndAreAntisymmetric() {
    Random random = new Random(11);
    String alphabet = "0123456789.-abmrcxsp+~ _É";
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(9); n > 0; n--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      all.add(text.toString());
    }
    for (VersionOrder order : List.of(Versions.maven(), Versions.semver())) {
      for (String a : all) {
        for (String b : all) {
          OptionalInt forth = order.compare(a, b);
          OptionalInt back = order.compare(b, a);
          assertEquals(forth.isPresent(), back.isPresent(), () -> order.name() + " " + a + " " + b);
          if (forth.isPresent()) {
            assertEquals(
                -forth.getAsInt(), back.getAsInt(), () -> order.name() + " " + a + " " + b);
          }
        }
      }
    }
  }
}
