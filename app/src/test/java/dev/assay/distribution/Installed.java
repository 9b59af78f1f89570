package dev.assay.distribution;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;

/** A copy of the distribution with a home of its own, so that tests can spoil it. */
record Installed(Path folder, Path home) {

  /** What a command left: its status and what it printed. */
  record Result(int status, String out, String err) {}

  static Path made() {
    return Path.of(System.getProperty("assay.root"))
        .toAbsolutePath()
        .normalize()
        .resolve("app/target/dist");
  }

  /** Copies the distribution to {@code parent/name}, jars and all. */
  static Installed in(Path parent, String name) throws IOException {
    Path from = made().toRealPath();
    Path folder = parent.resolve(name);
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path to = folder.resolve(from.relativize(path).toString());
        Files.createDirectories(to.getParent());
        if (Files.isRegularFile(path)) {
          Files.copy(path, to, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
    return new Installed(folder, Files.createDirectories(parent.resolve("home")));
  }

  Path launcher() {
    return folder.resolve("bin/assay");
  }

  Path cacheFolder() {
    return home.resolve("cache/start");
  }

  Path note(String profile) throws IOException {
    return Path.of(cacheFolder() + "/notes" + folder.toRealPath(), profile);
  }

  /** Without training in the background. */
  Result run(String... arguments) throws IOException, InterruptedException {
    return run(Map.of("CI", "true"), arguments);
  }

  Result run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(launcher().toString()));
    command.addAll(List.of(arguments));
    return exec(environment, command);
  }

  /** The command line by which the launcher starts the JVM, as the shell traces it. */
  String traced(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sh", "-x", launcher().toString()));
    command.addAll(List.of(arguments));
    String trace = exec(Map.of("CI", "true"), command).err();
    return trace
        .lines()
        .filter(l -> l.startsWith("+ exec "))
        .findFirst()
        .orElseGet(() -> Assertions.fail(trace));
  }

  Result train(String profile) throws IOException, InterruptedException {
    return exec(
        Map.of(),
        List.of(
            "sh", folder.resolve("lib/train.sh").toString(), folder.toString(), profile, "wait"));
  }

  /** Runs shell text with the launcher's functions and settings loaded. */
  Result shell(String text) throws IOException, InterruptedException {
    String script =
        "assay_home=$1; for f in java.sh launch.conf launch.sh; do . \"$1/lib/$f\"; done; " + text;
    return exec(Map.of(), List.of("sh", "-c", script, "sh", folder.toRealPath().toString()));
  }

  Result exec(Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("launcher", ".out");
    Path err = Files.createTempFile("launcher", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder
        .environment()
        .keySet()
        .removeAll(List.of("CI", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    builder.environment().put("ASSAY_HOME", home.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    new HashMap<>(environment)
        .forEach((name, value) -> {
          if (value.isEmpty()) {
            builder.environment().remove(name);
          } else {
            builder.environment().put(name, value);
          }
        });
    Process process = builder.start();
    if (!process.waitFor(3, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      Assertions.fail("no end: " + command + "\n" + Files.readString(err));
    }
    Result result = new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    Files.delete(out);
    Files.delete(err);
    return result;
  }
}
