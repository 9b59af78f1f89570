package dev.assay.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;

/**
 * A finished command.
 *
 * @param command what was run, for messages
 */
record Run(List<String> command, int status, String out, String err) {

  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** Runs a command to its end, with nothing on its standard input. */
  static Run of(Path folder, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    return start(folder, environment, command).finish();
  }

  static Run of(Path folder, String... command) throws IOException, InterruptedException {
    return of(folder, Map.of(), List.of(command));
  }

  /** A command that runs. */
  record Running(List<String> command, Process process, Path out, Path err) {

    Run finish() throws IOException, InterruptedException {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        Assertions.fail("no end after " + PATIENCE + ": " + command + "\n" + Files.readString(err));
      }
      Run run = new Run(command, process.exitValue(), Files.readString(out), Files.readString(err));
      Files.delete(out);
      Files.delete(err);
      return run;
    }
  }

  /** Starts a command. An empty value in the environment unsets the variable. */
  static Running start(Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    Path out = Files.createTempFile("run", ".out");
    Path err = Files.createTempFile("run", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(new java.io.File("/dev/null"))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    set(builder, environment);
    return new Running(command, builder.start(), out, err);
  }

  /** Sets the variables of a process; an empty value unsets. */
  static void set(ProcessBuilder builder, Map<String, String> environment) {
    environment.forEach((name, value) -> {
      if (value.isEmpty()) {
        builder.environment().remove(name);
      } else {
        builder.environment().put(name, value);
      }
    });
  }

  /** Fails with everything that was said unless the status is the expected one. */
  Run expect(int expected) {
    Assertions.assertEquals(expected, status, () -> command + "\n" + out + "\n" + err);
    return this;
  }

  /** Fails unless this was said, on either stream. */
  Run says(String text) {
    Assertions.assertTrue(
        (out + err).contains(text), () -> command + " does not say " + text + "\n" + out + err);
    return this;
  }

  /** Fails if this was said. */
  Run doesNotSay(String text) {
    Assertions.assertFalse(
        (out + err).contains(text), () -> command + " says " + text + "\n" + out + err);
    return this;
  }

  /** Standard output without the white space around it. */
  String line() {
    return out.strip();
  }
}
