package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoTest {

  @TempDir Path folder;
  private Optional<Path> stage = Optional.empty();

  private Sandbox.Ran demo(String... options) {
    List<String> words = new ArrayList<>(List.of("demo"));
    words.addAll(List.of(options));
    Sandbox.Ran ran =
        Sandbox.run(folder, Sandbox.environment(folder), new byte[0], Clock.systemUTC(), words);
    Matcher matcher = Pattern.compile("(?m)^\\$ cd (\\S+)$").matcher(ran.out());
    if (matcher.find()) {
      stage = Optional.of(Path.of(matcher.group(1)));
    }
    return ran;
  }

  @AfterEach
  void remove() throws IOException {
    if (stage.isPresent()) {
      Sandbox.delete(stage.get());
    }
  }

  private static void inOrder(String text, String... parts) {
    int from = 0;
    for (String part : parts) {
      int at = text.indexOf(part, from);
      assertTrue(at >= 0, () -> "not there, or not in this place: " + part + "\n" + text);
      from = at + part.length();
    }
  }

  @Test
  void theNineActsEndAsTheyShouldAndLeaveNothing() throws IOException {
    Sandbox.Ran ran = demo();
    assertEquals(0, ran.status(), ran.all());
    assertEquals("", ran.err());
    inOrder(
        ran.out(),
        "1/9 make",
        "$ assay image create 127.0.0.1:",
        "2/9 sign",
        "$ assay sign --key release.key 127.0.0.1:",
        "3/9 attest",
        "--type slsaprovenance1",
        "--type cyclonedx",
        "4/9 verify",
        "✓ VERIFIED",
        "5/9 deploy",
        "allowed: true",
        "$ assay observe pods-0.json",
        "6/9 tamper",
        "7/9 verify",
        "ASY1101",
        "✗ REFUSED",
        "ASY1102",
        "ASY1104",
        "8/9 deploy",
        "allowed: false",
        "ASY1102",
        "record: ",
        "9/9 ask",
        "YES  CVE-2021-44228",
        DemoFiles.COMMIT.substring(0, 12),
        "NO  sha256:",
        "UNKNOWN  sha256:",
        "$ assay prove check proof.json --log-key log.vkey",
        "PROVEN  ");
    assertFalse(ran.out().contains("ASY9001"));
    assertTrue(stage.isPresent());
    assertFalse(Files.exists(stage.get()), "the folder is still there");
    assertEquals(List.of(), children(folder), "the demo wrote where it was called");
  }

  @Test
  void theFolderIsKeptIfAskedForAndItsCommandsCanBeRepeated() throws IOException {
    Sandbox.Ran ran = demo("--keep");
    assertEquals(0, ran.status(), ran.all());
    Path kept = stage.orElseThrow();
    assertTrue(ran.out().endsWith("kept: " + kept + "\n"), ran.out());
    // As the demo's first lines tell the reader to.
    Map<String, String> environment = Sandbox.environment(kept);
    environment.put("COSIGN_PASSWORD", "demo");
    for (List<String> words :
        List.of(
            List.of("prove", "check", "proof.json", "--log-key", "log.vkey"),
            List.of("ledger", "check", "ledger", "--key", "log.vkey"),
            List.of("ask", "CVE-2021-44228", "--ledger", "ledger"),
            List.of("key", "public", "--key", "release.key"),
            List.of("policy", "check", "policy.yaml"))) {
      Sandbox.Ran again = Sandbox.run(kept, environment, new byte[0], Clock.systemUTC(), words);
      assertEquals(0, again.status(), words + "\n" + again.all());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "compromised-build, ASY1401",
    "dependency, ASY1504",
    "source, ASY1406",
    "stolen-key, ASY1209 ASY1207",
    "registry, ASY1102 ASY1101",
  })
  void eachAttackIsRefusedWithItsCodes(String attack, String codes) {
    Sandbox.Ran ran = demo("--attack", attack);
    assertEquals(0, ran.status(), ran.all());
    assertEquals("", ran.err());
    List<String> parts = new ArrayList<>(List.of("✓ VERIFIED"));
    for (String code : codes.split(" ")) {
      parts.add("refused: " + code);
      parts.add("$ assay explain " + code);
    }
    inOrder(ran.out(), parts.toArray(String[]::new));
    assertFalse(Files.exists(stage.orElseThrow()), "the folder is still there");
  }

  @Test
  void everyAttackIsTested() throws NoSuchMethodException {
    CsvSource source =
        DemoTest.class
            .getDeclaredMethod("eachAttackIsRefusedWithItsCodes", String.class, String.class)
            .getAnnotation(CsvSource.class);
    assertEquals(
        DemoAttacks.NAMES, List.of(source.value()).stream().map(l -> l.split(",")[0]).toList());
  }

  @Test
  void anAttackThatIsNotThereIsRefusedBeforeAnythingIsMade() {
    Sandbox.Ran ran = demo("--attack", "ransom");
    assertEquals(2, ran.status());
    assertEquals("", ran.out());
    assertTrue(ran.err().contains("one of: compromised-build, dependency"), ran.err());
  }

  @Test
  void theStatusPageAnswersUntilTheDemoIsInterrupted() throws Exception {
    try (Sandbox.Staying staying =
        new Sandbox.Staying(
            folder, Sandbox.environment(folder), Clock.systemUTC(), List.of("demo", "--serve"))) {
      assertTrue(staying.says("status page: http://\\S+"), staying.printed());
      Matcher matcher = Pattern.compile("status page: (http://\\S+)").matcher(staying.printed());
      assertTrue(matcher.find());
      try (dev.assay.net.Http http =
              new dev.assay.net.Http(dev.assay.net.Http.Settings.standard());
          dev.assay.net.Reply reply =
              http.send(dev.assay.net.Request.get(java.net.URI.create(matcher.group(1) + "/")))) {
        assertEquals(200, reply.status());
        assertTrue(
            new String(reply.bytes(1 << 20), java.nio.charset.StandardCharsets.UTF_8)
                .contains("<html"));
      }
      assertEquals(0, staying.end(), staying.printed());
      Matcher cd = Pattern.compile("(?m)^\\$ cd (\\S+)$").matcher(staying.printed());
      assertTrue(cd.find());
      assertFalse(Files.exists(Path.of(cd.group(1))));
    }
  }

  private static List<String> children(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).toList();
    }
  }
}
