package dev.assay.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/**
 * What a command may touch of the world around it, so that tests and the demo can run commands in
 * this process.
 *
 * @param out data
 * @param err progress, errors, hints
 * @param folder what relative paths are relative to
 */
record Context(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    Path folder,
    Clock clock) {

  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(v -> !v.isEmpty());
  }

  Path path(String text) {
    return folder.resolve(text);
  }
}
