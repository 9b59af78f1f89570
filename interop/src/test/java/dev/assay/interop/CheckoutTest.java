package dev.assay.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./assay} in a fresh checkout: it builds itself, once, and again when a source changes. */
class CheckoutTest {

  private static final Set<String> NOT_COPIED = Set.of("target", ".git", ".idea", ".vscode");

  @TempDir Path folder;

  @Test
  void twoFirstRunsAtOnceThenAnEditThenAStaleLock() throws IOException, InterruptedException {
    Path checkout = copy();
    Map<String, String> environment =
        Map.of("ASSAY_HOME", folder.resolve("home").toString(), "CI", "", "JAVA_TOOL_OPTIONS", "");
    List<String> version = List.of(checkout.resolve("assay").toString(), "version");

    // Two first runs at once: one builds, the other waits, both answer.
    Run.Running first = Run.start(folder, environment, version);
    Run.Running second = Run.start(folder, environment, version);
    Run one = first.finish().expect(0);
    Run two = second.finish().expect(0);
    assertEquals(one.out(), two.out());
    assertTrue(one.out().startsWith("assay "), one.out());
    assertEquals(1, count(one.err() + two.err(), "assay: building"), one.err() + two.err());
    assertEquals(1, count(one.err() + two.err(), "assay: another run is building"));

    // Built: nothing more is said.
    assertEquals("", Run.of(folder, environment, version).expect(0).err());

    // An edit of the same length is what runs, though a cache of the old classes is there.
    Path source = checkout.resolve("app/src/main/java/dev/assay/cli/VersionCommand.java");
    String text = Files.readString(source);
    assertTrue(text.contains("commit %s"));
    Files.writeString(source, text.replace("commit %s", "COMMIT %s"));
    Run edited = Run.of(folder, environment, version).expect(0);
    assertTrue(edited.out().contains("\nCOMMIT "), edited.out());
    assertTrue(edited.err().startsWith("assay: sources have changed"), edited.err());

    // A lock whose holder is no more is taken over; a build that fails says why and leaves none.
    Path lock = checkout.resolve("target/build.lock");
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    String host = Run.of(folder, "uname", "-n").out().strip();
    Files.createSymbolicLink(lock, Path.of(gone.pid() + "@" + host));
    Files.writeString(source, text + "nonsense");
    Run broken = Run.of(folder, environment, version);
    assertEquals(3, broken.status(), broken.err());
    assertEquals("", broken.out());
    assertTrue(broken.err().contains("VersionCommand.java"), broken.err());
    assertTrue(broken.err().contains("error: the build failed"), broken.err());
    assertTrue(Files.notExists(lock, java.nio.file.LinkOption.NOFOLLOW_LINKS));
  }

  private static long count(String text, String line) {
    return text.lines().filter(l -> l.startsWith(line)).count();
  }

  /** What a clone would hold. */
  private Path copy() throws IOException {
    Path from = Peers.root();
    Path to = folder.resolve("checkout");
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            if (NOT_COPIED.contains(path.getFileName().toString())) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(to.resolve(from.relativize(path).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            if (!NOT_COPIED.contains(path.getFileName().toString())) {
              Path copy = to.resolve(from.relativize(path).toString());
              Files.copy(path, copy, StandardCopyOption.COPY_ATTRIBUTES);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return to;
  }
}
