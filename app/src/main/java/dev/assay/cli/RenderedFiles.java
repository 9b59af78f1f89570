package dev.assay.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Run by the build, over the classes it has just compiled: writes what the command reads back or
 * ships instead of computing it at each start (help pages, completion scripts, the version).
 */
public final class RenderedFiles {

  private RenderedFiles() {}

  /**
   * Arguments: the folder of the classes, the folder of what is shipped beside the jars, the
   * version, the root of the checkout.
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path classes = Path.of(args[0]);
    Path share = Path.of(args[1]);
    Map<Path, String> files = new LinkedHashMap<>();
    Help.renderAll()
        .forEach((name, page) -> files.put(share.resolve("help").resolve(name + ".txt"), page));
    files.put(share.resolve("completion/assay.bash"), Completion.bash(Commands.all()));
    files.put(share.resolve("completion/_assay"), Completion.zsh(Commands.all()));
    files.put(
        classes.resolve("build.properties"),
        "version=" + args[2] + "\ncommit=" + commit(Path.of(args[3])) + "\n");
    removeFiles(share.resolve("help"));
    for (Map.Entry<Path, String> file : files.entrySet()) {
      Files.createDirectories(file.getKey().getParent());
      Files.writeString(file.getKey(), file.getValue(), StandardCharsets.UTF_8);
    }
  }

  // A command that is no more must not keep its page.
  private static void removeFiles(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      try (var files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static String commit(Path root) throws IOException, InterruptedException {
    if (!Files.exists(root.resolve(".git"))) {
      return "unknown";
    }
    String commit = git(root, "rev-parse", "HEAD");
    if (!commit.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
      return "unknown";
    }
    return git(root, "status", "--porcelain").isEmpty() ? commit : commit + " modified";
  }

  // The answer on standard output; empty if there is no Git or it refuses.
  private static String git(Path root, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder("git", "-C", root.toString());
    builder.command().addAll(java.util.List.of(arguments));
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return "";
    }
    process.getOutputStream().close();
    String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0 ? answer.strip() : "";
  }
}
