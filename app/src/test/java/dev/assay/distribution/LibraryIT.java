package dev.assay.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.lab.Lab;
import dev.assay.lab.LabBundle;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A project of somebody else's that uses the library as it is published: from a repository, by its
 * own POM, with the example of docs/library.md as its source.
 */
class LibraryIT {

  private static final Path ROOT =
      Path.of(System.getProperty("assay.root")).toAbsolutePath().normalize();
  private static final String VERSION = System.getProperty("assay.version", "");

  @TempDir Path folder;

  private record Ran(int status, String printed) {}

  private Ran run(Path in, List<String> command) throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "printed", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(in.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("still running: " + command + "\n" + Files.readString(out));
    }
    return new Ran(process.exitValue(), Files.readString(out));
  }

  private static String example() throws IOException {
    Matcher fence =
        Pattern.compile("(?s)```java\n(.*?)```")
            .matcher(Files.readString(ROOT.resolve("docs/library.md")));
    assertTrue(fence.find());
    String source = fence.group(1);
    String main = source.substring(source.indexOf("void main"), source.indexOf("\n}\n"));
    assertTrue(main.lines().count() <= 10, "ten lines, says the page");
    return source;
  }

  // What was resolved for this build is what the project may use; the library comes from where it
  // was published, and never into anybody's local repository.
  private Path settings(Path published) throws IOException {
    return Files.writeString(
        folder.resolve("settings.xml"),
        """
        <settings>
          <localRepository>%s</localRepository>
          <mirrors>
            <mirror>
              <id>build</id>
              <mirrorOf>*,!published</mirrorOf>
              <url>%s</url>
            </mirror>
          </mirrors>
          <profiles>
            <profile>
              <id>published</id>
              <repositories>
                <repository>
                  <id>published</id>
                  <url>%s</url>
                </repository>
              </repositories>
            </profile>
          </profiles>
          <activeProfiles>
            <activeProfile>published</activeProfile>
          </activeProfiles>
        </settings>
        """
            .formatted(
                folder.resolve("local"),
                Path.of(System.getProperty("maven.repository")).toUri(),
                published.toUri()));
  }

  private Path publish() throws IOException {
    Path published = folder.resolve("published");
    Path at = Files.createDirectories(published.resolve("dev/assay/assay-core/" + VERSION));
    String name = "assay-core-" + VERSION;
    Path target = ROOT.resolve("core/target");
    Files.copy(target.resolve(name + ".jar"), at.resolve(name + ".jar"));
    Files.copy(target.resolve("published-pom.xml"), at.resolve(name + ".pom"));
    return published;
  }

  @Test
  void aProjectThatDependsOnTheLibraryRunsTheExampleOfThePage() throws Exception {
    String maven = System.getProperty("maven.program", "");
    Assumptions.assumeTrue(Files.isExecutable(Path.of(maven)), "not started by Maven");
    Path project = Files.createDirectories(folder.resolve("project"));
    Files.copy(ROOT.resolve("interop/library/pom.xml"), project.resolve("pom.xml"));
    Path sources = Files.createDirectories(project.resolve("src/main/java"));
    Files.writeString(sources.resolve("VerifyFile.java"), example());
    Ran built =
        run(
            project,
            List.of(
                maven,
                "-B",
                "-q",
                "-s",
                settings(publish()).toString(),
                "-Dassay.version=" + VERSION,
                "compile"));
    assertEquals(0, built.status(), built.printed());

    Lab lab = Lab.at(Instant.now().minus(Duration.ofDays(1)), 1);
    byte[] content = "a release".getBytes(StandardCharsets.UTF_8);
    Matcher identity = Pattern.compile("\"(https://github\\.com/[^\"]+)\"").matcher(example());
    assertTrue(identity.find());
    LabBundle bundle = lab.bundle().artifact(content).identity(identity.group(1)).make();
    Files.write(project.resolve("trusted_root.json"), lab.trustRoot().bytes());
    Files.write(project.resolve("pay.tar.gz.sigstore.json"), bundle.bytes());

    Files.write(project.resolve("pay.tar.gz"), content);
    assertEquals(new Ran(0, "verified\n"), example(project));
    assertEquals(new Ran(0, "verified\n"), onTheModulePath(project));
    Files.writeString(project.resolve("pay.tar.gz"), "a Release");
    Ran changed = example(project);
    assertFalse(changed.printed().contains("verified"), changed.printed());
    assertTrue(
        changed.printed().contains("the signature is over other content"), changed.printed());
    Files.write(project.resolve("pay.tar.gz"), content);
    Files.write(
        project.resolve("pay.tar.gz.sigstore.json"),
        lab.bundle().artifact(content).identity("https://github.com/acme/else").make().bytes());
    assertTrue(example(project).printed().contains("another identity"));
  }

  private static String jars(Path project) throws IOException {
    String jars = Files.readString(project.resolve("target/class-path")).strip();
    assertFalse(jars.contains(ROOT.toString()), jars);
    return jars;
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private Ran example(Path project) throws IOException, InterruptedException {
    String classPath = project.resolve("target/classes") + File.pathSeparator + jars(project);
    return run(project, List.of(java(), "-cp", classPath, "VerifyFile"));
  }

  private Ran onTheModulePath(Path project) throws IOException, InterruptedException {
    return run(
        project,
        List.of(
            java(),
            "-p",
            jars(project),
            "--add-modules",
            "dev.assay.core",
            "-cp",
            project.resolve("target/classes").toString(),
            "VerifyFile"));
  }

  // What Maven Central asks of a POM, and what a consumer must not need.
  @Test
  void thePublishedPomStandsAlone() throws IOException {
    String pom = Files.readString(ROOT.resolve("core/target/published-pom.xml"));
    for (String element :
        List.of("name", "description", "url", "licenses", "developers", "scm", "version")) {
      assertTrue(pom.matches("(?s).*<" + element + "[ >].*"), element);
    }
    for (String absent : List.of("<parent>", "${", "junit", "archunit", "jazzer", "<scope>test")) {
      assertFalse(pom.contains(absent), absent);
    }
    assertTrue(pom.contains("<artifactId>assay-core</artifactId>"), pom);
  }
}
