package dev.assay.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No file says on whose machine it was written, or where packages come from on that machine. */
class HygieneTest {

  // Written in pieces, so that this file does not match itself.
  private static final Pattern MACHINE =
      Pattern.compile(
          "(?<![\\w.-])/(?:" + "root|work|home/(?!linuxbrew)[a-z]+|Users/[A-Za-z]+" + ")/[\\w.]");
  private static final Pattern REGISTRY =
      Pattern.compile(
          "repo[0-9]?\\.mav"
              + "en\\.|mav"
              + "en\\.org/maven2|proxy\\.gola"
              + "ng\\.org|regis"
              + "try\\.npmjs|py"
              + "pi\\.org|artifa"
              + "ctory|ne"
              + "xus\\.");
  private static final Pattern CONFLICT = Pattern.compile("(?m)^(<{7}|>{7}|={7})( |$)");

  @Test
  void noFileNamesAPathOfSomebodysMachine() throws IOException {
    assertEquals(List.of(), found(MACHINE));
  }

  @Test
  void noFileNamesAPackageRegistry() throws IOException {
    assertEquals(List.of(), found(REGISTRY));
  }

  @Test
  void noFileHoldsAConflict() throws IOException {
    assertEquals(List.of(), found(CONFLICT));
  }

  @Test
  void theChecksSeeWhatTheyLookFor() {
    assertTrue(MACHINE.matcher("see /ro" + "ot/x").find());
    assertTrue(MACHINE.matcher("cd /wo" + "rk/a").find());
    assertTrue(REGISTRY.matcher("https://repo.mav" + "en.apache.org/maven2").find());
    assertTrue(REGISTRY.matcher("https://regis" + "try.npmjs.org/a").find());
    assertTrue(REGISTRY.matcher("regis" + "try.npmjs.org").find());
    assertFalse(MACHINE.matcher("/bench/workload/x and <root>/y and /var/log").find());
    assertFalse(MACHINE.matcher("GET /v2/ro" + "ot/tags").find());
  }

  @Test
  void scriptsAreExecutable() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (Path file : Project.files()) {
      if (text(file).startsWith("#!") && !Files.isExecutable(file)) {
        String name = Project.root().relativize(file).toString();
        // Started by sh; the distribution gives it its mode.
        if (!name.equals("app/src/dist/lib/train.sh")) {
          wrong.add(name);
        }
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void everyDecisionHasItsNumberOnce() throws IOException {
    try (Stream<Path> decisions = Files.list(Project.root().resolve("docs/decisions"))) {
      List<String> numbers =
          decisions.map(f -> f.getFileName().toString().substring(0, 3)).sorted().toList();
      assertEquals(numbers.stream().distinct().toList(), numbers);
      assertTrue(numbers.stream().allMatch(n -> n.matches("[0-9]{3}")), numbers.toString());
    }
  }

  private static List<String> found(Pattern pattern) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : Project.files()) {
      Matcher matcher = pattern.matcher(text(file));
      if (matcher.find()) {
        found.add(Project.root().relativize(file) + ": " + matcher.group());
      }
    }
    return found;
  }

  /** The text of a file; empty for one that is not text. */
  private static String text(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      return "";
    }
  }
}
