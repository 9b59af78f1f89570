package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the demo plays: a temporary folder in which commands are run in this process, each printed
 * as it would be typed, and servers that are stopped at the end.
 */
final class Stage implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.1:[0-9]+");
  private static final String PASSWORD = "demo";

  private final Path folder;
  private final Context outer;
  private final boolean keep;
  private final Map<String, String> environment;
  private final Deque<Thread> servers = new ArrayDeque<>();
  private final Thread cleaner;

  private Stage(Path folder, Context outer, boolean keep) {
    this.folder = folder;
    this.outer = outer;
    this.keep = keep;
    this.environment = new HashMap<>();
    for (String name : List.of("PATH", "LANG", "TZ", "NO_COLOR", "ASSAY_DEBUG")) {
      outer.variable(name).ifPresent(v -> environment.put(name, v));
    }
    environment.put("HOME", folder.toString());
    environment.put("ASSAY_HOME", folder.resolve("home").toString());
    environment.put("COSIGN_PASSWORD", PASSWORD);
    this.cleaner = new Thread(this::clean);
  }

  static Stage open(Context outer, boolean keep) throws IOException {
    Path folder = Files.createTempDirectory("assay-demo-");
    Stage stage = new Stage(folder, outer, keep);
    // Ctrl-C ends the demo too.
    Runtime.getRuntime().addShutdownHook(stage.cleaner);
    stage.say("$ cd " + folder);
    stage.say("$ export COSIGN_PASSWORD=" + PASSWORD + "   # the password of the demo's keys");
    return stage;
  }

  Path folder() {
    return folder;
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  void say(String line) {
    outer.out().println(line);
    outer.out().flush();
  }

  void title(String text) {
    say("");
    say(text);
  }

  /** What a command printed on standard output, with its exit status. */
  record Ran(int status, String out) {
    /** The last line that is not empty. */
    String last() {
      return out.strip().lines().reduce((a, b) -> b).orElse("");
    }
  }

  /** Prints a command as it would be typed and runs it; what it prints is shown, indented. */
  Ran run(int expected, String... words) {
    return run(expected, true, words);
  }

  /** As {@link #run(int, String...)}; what it prints is not shown. */
  Ran quietly(int expected, String... words) {
    return run(expected, false, words);
  }

  private Ran run(int expected, boolean show, String... words) {
    say("  $ assay " + typed(words));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status = Main.run(List.of(words), context(out, err));
    String text = out.toString(StandardCharsets.UTF_8);
    if (show || status != expected) {
      text.lines().forEach(l -> say("    " + l));
      err.toString(StandardCharsets.UTF_8).lines().forEach(l -> say("    " + l));
    }
    if (status != expected) {
      throw new AssayException(
          Code.BUG, "the demo expected exit status " + expected + " here, not " + status);
    }
    return new Ran(status, text);
  }

  private static String typed(String... words) {
    List<String> quoted = new ArrayList<>();
    for (String word : words) {
      quoted.add(word.matches("[A-Za-z0-9_./:@=,+-]+") ? word : "'" + word + "'");
    }
    return String.join(" ", quoted);
  }

  private Context context(OutputStream out, OutputStream err) {
    return new Context(
        InputStream.nullInputStream(),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        environment,
        folder,
        outer.clock());
  }

  /**
   * Starts a command that stays up.
   *
   * @return HOST:PORT, found in the first line it printed
   */
  String start(String... words) {
    say("  $ assay " + typed(words) + " &");
    FirstLine out = new FirstLine();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Thread server =
        Thread.ofPlatform()
            .daemon()
            .name("demo " + words[0])
            .start(() -> {
              Main.run(List.of(words), context(out, err));
              out.end();
            });
    servers.push(server);
    Optional<String> line = out.await();
    Optional<Matcher> address = line.map(ADDRESS::matcher).filter(Matcher::find);
    return address
        .map(Matcher::group)
        .orElseThrow(() ->
            new AssayException(
                Code.LISTEN_FAILED,
                "assay "
                    + typed(words)
                    + " did not start: "
                    + err.toString(StandardCharsets.UTF_8).strip()));
  }

  /** Holds on until interrupted. */
  void stay() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      // This is the end; what is closed next needs a thread that is not interrupted.
    }
  }

  @Override
  public void close() {
    clean();
    try {
      Runtime.getRuntime().removeShutdownHook(cleaner);
    } catch (IllegalStateException e) {
      // The JVM is ending and runs the hook itself.
    }
  }

  private synchronized void clean() {
    while (!servers.isEmpty()) {
      Thread server = servers.pop();
      server.interrupt();
      try {
        server.join(Duration.ofSeconds(5));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    if (keep) {
      say("kept: " + folder);
      return;
    }
    try {
      if (Files.exists(folder)) {
        Files.walkFileTree(folder, new Remove());
      }
    } catch (IOException e) {
      outer.err().println("warning: couldn't remove " + folder + ": " + e.getMessage());
    }
  }

  private static final class Remove extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(
        Path folder, @org.jspecify.annotations.Nullable IOException failure) throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.delete(folder);
      return FileVisitResult.CONTINUE;
    }
  }

  /** Keeps the first line and drops the rest. */
  private static final class FirstLine extends OutputStream {
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final CountDownLatch done = new CountDownLatch(1);

    @Override
    public synchronized void write(int b) {
      if (done.getCount() > 0) {
        if (b == '\n') {
          done.countDown();
        } else {
          line.write(b);
        }
      }
    }

    void end() {
      done.countDown();
    }

    Optional<String> await() {
      try {
        if (!done.await(START_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
          return Optional.empty();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      }
      synchronized (this) {
        String text = line.toString(StandardCharsets.UTF_8).strip();
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
      }
    }
  }
}
