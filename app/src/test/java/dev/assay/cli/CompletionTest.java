package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts are run by the shells they are for. */
class CompletionTest {

  private static final List<CommandSpec> COMMANDS =
      List.of(
          spec(
              "verify",
              CommandSpec.value("key", "FILE", "a [public] key: PEM"),
              CommandSpec.flag("full", "show it's all")),
          spec("prove"),
          spec("prove check"),
          spec("ledger init"),
          spec("ledger key show", CommandSpec.values("ledger", "DIR", "where")));

  @TempDir Path folder;

  private static CommandSpec spec(String name, CommandSpec.Option... options) {
    return new CommandSpec(name, "to " + name, "", 0, 1, "", List.of(options), List.of());
  }

  @Test
  void bashOffersWordsThenOptions() throws IOException, InterruptedException {
    assertEquals("ledger prove verify", complete(""));
    assertEquals("verify", complete("v"));
    assertEquals("--help --version", complete("-"));
    assertEquals("check", complete("prove", ""));
    assertEquals("init key", complete("ledger", ""));
    assertEquals("show", complete("ledger", "key", "s"));
    assertEquals("--full --help --key", complete("verify", "--"));
    assertEquals("--help --ledger", complete("ledger", "key", "show", "-"));
    // Files, which the shell completes by itself.
    assertEquals("", complete("verify", "--key", ""));
    assertEquals("", complete("verify", "--key", "k", "f"));
    assertEquals("--key", complete("verify", "file", "--k"));
    assertEquals("", complete("nonsense", ""));
  }

  @Test
  void zshReadsItsScript() throws IOException, InterruptedException {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/zsh")), "zsh is not installed");
    Path script = Files.writeString(folder.resolve("_assay"), Completion.zsh(COMMANDS));
    assertEquals("", run("zsh", "-n", script.toString()));
  }

  @Test
  void zshScriptQuotesWhatItMust() {
    String script = Completion.zsh(COMMANDS);
    assertTrue(script.contains("'--key[a \\[public\\] key\\: PEM]:FILE:_files'"), script);
    assertTrue(script.contains("'--full[show it'\\''s all]'"), script);
    assertTrue(script.contains("'*--ledger[where (may be repeated)]:DIR:_files'"), script);
  }

  /** What bash would offer for the last word, sorted. */
  private String complete(String... words) throws IOException, InterruptedException {
    Path script = Files.writeString(folder.resolve("assay.bash"), Completion.bash(COMMANDS));
    StringBuilder text = new StringBuilder("source '" + script + "'\nCOMP_WORDS=(assay");
    for (String word : words) {
      text.append(" '").append(word).append('\'');
    }
    text.append(")\nCOMP_CWORD=").append(words.length).append("\n_assay\n");
    text.append("for word in \"${COMPREPLY[@]}\"; do echo \"$word\"; done | LC_ALL=C sort | xargs");
    return run("bash", "-uc", text.toString());
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), out);
    return out.strip();
  }
}
