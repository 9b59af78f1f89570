package dev.assay.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;

/** A server in a process of its own, which says in its output where it listens. */
record Served(Process process, String host) implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * Starts the server and waits until it listens.
   *
   * @param log where everything it says goes
   * @param listening finds HOST:PORT, its first group, in what the server says
   */
  static Served start(
      List<String> command, Map<String, String> environment, Path log, Pattern listening)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    Run.set(builder, environment);
    Process process = builder.start();
    Instant deadline = Instant.now().plus(PATIENCE);
    while (process.isAlive() && Instant.now().isBefore(deadline)) {
      Matcher matcher = listening.matcher(Files.readString(log));
      if (matcher.find()) {
        return new Served(process, matcher.group(1));
      }
      Thread.sleep(20);
    }
    process.destroyForcibly();
    return Assertions.fail("did not start: " + command + "\n" + Files.readString(log));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (process.waitFor(10, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
