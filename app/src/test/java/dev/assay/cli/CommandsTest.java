package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Code;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {

  @TempDir Path folder;

  private Sandbox.Ran run(String... words) {
    return Sandbox.run(
        folder, Sandbox.environment(folder), new byte[0], Clock.systemUTC(), List.of(words));
  }

  private static List<String> words(CommandSpec spec, String... more) {
    List<String> out = new ArrayList<>(List.of(spec.name().split(" ")));
    out.addAll(List.of(more));
    return out;
  }

  private Sandbox.Ran run(CommandSpec spec, String... more) {
    return run(words(spec, more).toArray(String[]::new));
  }

  private Sandbox.Ran usage(Sandbox.Ran ran, String hint) {
    assertEquals(2, ran.status(), ran.all());
    assertEquals("", ran.out());
    assertTrue(ran.err().startsWith("error: "), ran.err());
    assertTrue(ran.err().lines().findFirst().orElseThrow().endsWith("(ASY6001)"), ran.err());
    assertTrue(ran.err().contains(hint), ran.err());
    return ran;
  }

  @Test
  void everyNameThatHelpShowsIsACommandWithAPage() {
    String overview = run("--help").out();
    for (String name : Commands.names()) {
      CommandSpec spec = Commands.spec(name).orElseThrow(() -> new AssertionError(name));
      assertEquals(name, spec.name());
      assertTrue(overview.contains("\n  " + name + " "), name);
      Sandbox.Ran help = run(spec, "--help");
      assertEquals(0, help.status(), name);
      assertEquals("", help.err());
      assertTrue(help.out().startsWith("assay " + name + ": " + spec.summary() + "\n"), help.out());
      assertTrue(help.out().contains("\nusage: assay " + name), help.out());
      assertTrue(help.out().contains("\nexamples\n"), name);
      for (CommandSpec.Option option : spec.options()) {
        assertTrue(help.out().contains("--" + option.name()), name + " --" + option.name());
      }
      List<String> asked = new ArrayList<>(List.of("help"));
      asked.addAll(words(spec));
      assertEquals(help, run(asked.toArray(String[]::new)));
      assertEquals(help, run(spec, "-h"));
    }
    assertEquals(Commands.names().size(), Commands.all().size());
    assertEquals(new HashSet<>(Commands.names()).size(), Commands.names().size());
  }

  @Test
  void declarationsAreWrittenAlike() {
    for (CommandSpec spec : Commands.all()) {
      String name = spec.name();
      assertFalse(spec.summary().endsWith("."), name);
      assertTrue(spec.summary().length() <= 90, name);
      assertFalse(spec.description().isBlank(), name);
      assertFalse(spec.examples().isEmpty(), name);
      assertTrue(spec.minOperands() <= spec.maxOperands(), name);
      assertEquals(spec.operands().isEmpty(), spec.maxOperands() == 0, name);
      assertTrue(spec.examples().stream().allMatch(e -> e.contains("assay " + name)), name);
      Set<String> options = new HashSet<>();
      for (CommandSpec.Option option : spec.options()) {
        assertTrue(options.add(option.name()), name + " has --" + option.name() + " twice");
        assertTrue(option.name().matches("[a-z]+(-[a-z]+)*"), option.name());
        assertFalse(option.description().isBlank(), name + " --" + option.name());
        assertFalse(option.description().endsWith("."), name + " --" + option.name());
        assertFalse(option.name().equals("help"), name);
      }
    }
  }

  // A line of help fits a terminal, unless it is one that is to be copied.
  @Test
  void helpFitsATerminal() {
    for (Map.Entry<String, String> page : Help.renderAll().entrySet()) {
      boolean examples = false;
      for (String line : page.getValue().split("\n")) {
        examples |= line.equals("examples");
        boolean title = line.startsWith("assay ") || line.startsWith("usage: ");
        assertTrue(examples || title || line.length() <= 100, page.getKey() + ": " + line);
      }
    }
  }

  @Test
  void anUnknownCommandNamesTheNearest() {
    usage(run("verfy"), "hint: did you mean: assay verify");
    usage(run("ledgr", "init"), "assay --help lists the commands");
    usage(run("ledger", "chek"), "hint: did you mean: assay ledger check");
    usage(run("key", "generat", "x"), "hint: did you mean: assay key generate");
    usage(run("zzzzzzzz"), "assay --help lists the commands");
    usage(run("x\u001b[31m"), "there is no command");
    assertFalse(run("x\u001b[31m").err().contains("\u001b"));
    usage(run(""), "there is no command");
  }

  @Test
  void nothingAndAGroupAloneShowWhatThereIs() {
    Sandbox.Ran nothing = run();
    assertEquals(2, nothing.status());
    assertTrue(nothing.err().startsWith("assay: prove what you run"), nothing.err());
    for (String group : List.of("key", "policy", "image", "registry", "gate", "ledger")) {
      Sandbox.Ran alone = run(group);
      assertEquals(2, alone.status(), group);
      assertTrue(alone.err().startsWith("usage: assay " + group + " COMMAND"), alone.err());
      Sandbox.Ran help = run(group, "--help");
      assertEquals(0, help.status());
      assertEquals(alone.err(), help.out());
      assertEquals(help, run("help", group));
    }
  }

  @Test
  void everyCommandRefusesWhatItDoesNotKnow() {
    for (CommandSpec spec : Commands.all()) {
      String hint = "hint: assay " + spec.name() + " --help";
      usage(run(spec, "--no-such-option"), hint);
      usage(run(spec, "-z"), hint);
      for (CommandSpec.Option option : spec.options()) {
        String name = option.name();
        if (name.length() > 1) {
          usage(run(spec, "-" + name), "write --" + name + ", with two dashes");
        }
        if (option.argument().isPresent()) {
          Sandbox.Ran ran = usage(run(spec, "--" + name), hint);
          assertTrue(ran.err().contains("--" + name + " needs a value"), ran.err());
          if (!option.repeatable()) {
            usage(run(spec, "--" + name, "a", "--" + name, "b"), "--" + name + " is given twice");
          }
        }
      }
      if (spec.minOperands() > 0) {
        Sandbox.Ran ran = usage(run(spec), hint);
        assertTrue(ran.err().contains("missing"), ran.err());
      }
      if (spec.maxOperands() < CommandSpec.MANY) {
        String[] many = new String[spec.maxOperands() + 1];
        java.util.Arrays.fill(many, "x");
        usage(run(spec, many), "not expected: ");
      }
    }
  }

  // The parser's own shortening would make --man mean --manifest-only until another option comes.
  @Test
  void optionsAreNotShortened() {
    usage(run("verify", "--ke", "x", "y"), "there is no option");
    usage(run("verify", "--manifest", "y"), "there is no option");
  }

  @Test
  void everyCodeHasAPageThatNamesItAndItsTitle() {
    String all = run("explain", "--all").out();
    Set<String> ids = new HashSet<>();
    for (Code code : Code.values()) {
      assertTrue(ids.add(code.id()));
      Sandbox.Ran page = run("explain", code.id());
      assertEquals(0, page.status(), code.id());
      String first = page.out().lines().findFirst().orElseThrow();
      assertTrue(first.contains(code.id()) && first.contains(code.title()), first);
      assertTrue(page.out().length() > 120, code.id());
      assertTrue(page.out().endsWith("\n"), code.id());
      assertEquals(page, run("explain", code.id().toLowerCase(java.util.Locale.ROOT)));
      assertEquals(page, run("explain", code.id().substring(3)));
      assertTrue(
          all.contains(code.id() + "  exit " + code.exit().status() + "  " + code.title()), all);
    }
    usage(run("explain", "ASY0000"), "assay explain --all lists them");
    usage(run("explain", "../../etc/passwd"), "there is no code");
    usage(run("explain"), "assay explain --all lists them");
  }

  @Test
  void configSaysThatSecretsAreSetAndNotWhatTheyAre() {
    Map<String, String> environment = Sandbox.environment(folder);
    environment.put("ASSAY_LEDGER_PASSWORD", "other-" + Sandbox.PASSWORD);
    environment.put("HTTPS_PROXY", "http://user:proxy-secret@proxy.example:3128");
    Sandbox.Ran ran =
        Sandbox.run(folder, environment, new byte[0], Clock.systemUTC(), List.of("config"));
    assertEquals(0, ran.status());
    assertTrue(
        ran.out().lines().anyMatch(l -> l.matches("COSIGN_PASSWORD +\\(set\\) +environment")));
    assertTrue(ran.out().lines().anyMatch(l -> l.matches("ASSAY_LEDGER_PASSWORD +\\(set\\) .*")));
    assertFalse(ran.out().contains("proxy-secret"), ran.out());
    assertTrue(ran.out().contains("proxy.example:3128"), ran.out());
    environment.remove("ASSAY_LEDGER_PASSWORD");
    ran = Sandbox.run(folder, environment, new byte[0], Clock.systemUTC(), List.of("config"));
    assertTrue(ran.out().lines().anyMatch(l -> l.matches("ASSAY_LEDGER_PASSWORD +- +not set")));
  }

  @Test
  void versionNamesTheJavaItRunsOn() {
    Sandbox.Ran ran = run("version");
    assertEquals(ran, run("--version"));
    assertTrue(ran.out().startsWith("assay "), ran.out());
    assertTrue(ran.out().contains("java " + Runtime.version()), ran.out());
  }
}
