package dev.assay.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.distribution.Installed.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher without its cache: where it runs from, which Java it takes, what it passes on. */
class LauncherIT {

  @TempDir Path folder;
  Installed assay;

  @BeforeEach
  void install() throws IOException {
    assay = Installed.in(folder, "installed here");
  }

  @Test
  void runsFromAnywhereAlsoThroughSymbolicLinks() throws IOException, InterruptedException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Files.createSymbolicLink(folder.resolve("first"), Path.of("installed here/bin/assay"));
    Files.createSymbolicLink(bin.resolve("assay"), Path.of("../first"));
    Result direct = assay.run("version");
    assertEquals(0, direct.status(), direct.err());
    assertTrue(direct.out().startsWith("assay "), direct.out());
    assertEquals(
        direct,
        assay.exec(Map.of("CI", "true"), List.of(bin.resolve("assay").toString(), "version")));
    assertEquals(
        direct,
        assay.exec(
            Map.of("CI", "true", "PATH", bin + ":" + System.getenv("PATH")),
            List.of("sh", "-c", "assay version")));
  }

  @Test
  void argumentsArriveAsTheyWereGiven() throws IOException, InterruptedException {
    for (String argument : List.of("a  b", "*", "$HOME", "é\u4e16", "\"'", "a\\b")) {
      Result result =
          assay.run(
              Map.of("CI", "true", "LANG", "", "LC_ALL", "", "LC_CTYPE", ""), "explain", argument);
      assertEquals(2, result.status());
      assertTrue(
          result.err().contains(argument)
              || result.err().contains(argument.replace("\\", "\\\\").replace("\"", "\\\"")),
          argument + " in " + result.err());
    }
  }

  @Test
  void noJavaIsOneLineAndStatusTwo() throws IOException, InterruptedException {
    hideUsualFolders();
    Result result = assay.run(Map.of("JAVA_HOME", ""), "version");
    assertEquals(2, result.status());
    assertEquals("", result.out());
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().contains("JDK 25"), result.err());
  }

  @Test
  void anOlderJavaIsPassedOver() throws IOException, InterruptedException {
    hideUsualFolders();
    Path old = fakeJava("old", "17.0.15");
    assertEquals(2, assay.run(Map.of("JAVA_HOME", old.toString()), "version").status());
    Path later = fakeJava("later", "26-ea");
    Result result = assay.run(Map.of("JAVA_HOME", later.toString(), "CI", "true"), "version");
    assertTrue(result.out().startsWith("started: "), result.toString());
    // A Java that may have dropped a flag is told to ignore it.
    assertTrue(result.out().contains("-XX:+IgnoreUnrecognizedVMOptions"), result.out());
  }

  @Test
  void theOneOnThePathIsTakenThroughItsLinks() throws IOException, InterruptedException {
    hideUsualFolders();
    Path java = fakeJava("jdk", "25.0.1");
    Path bin = Files.createDirectories(folder.resolve("path"));
    Files.createSymbolicLink(bin.resolve("java"), java.resolve("bin/java"));
    Result result =
        assay.run(
            Map.of("JAVA_HOME", "", "CI", "true", "PATH", bin + ":" + System.getenv("PATH")),
            "version");
    assertTrue(result.out().startsWith("started: "), result.toString());
  }

  @Test
  void twentyFiveComesBeforeLaterOnes() throws IOException, InterruptedException {
    fakeJava("jvm/26", "26");
    Path java = fakeJava("jvm/zulu25", "25.0.9");
    hideUsualFolders();
    Path script = assay.folder().resolve("lib/java.sh");
    Files.writeString(
        script, Files.readString(script).replaceFirst("/hidden/lib/jvm/\\*", folder + "/jvm/*"));
    Result result = assay.shell("JAVA_HOME= PATH=; find_java java && echo \"$java_home\"");
    assertEquals(java.toString(), result.out().strip(), result.toString());
  }

  @Test
  void shortCommandsLoadLittleAndServersMuch() throws IOException, InterruptedException {
    // All of these end at once, for what they are given cannot be used.
    String brief = assay.traced("verify", "x");
    assertTrue(brief.contains("bcprov") && brief.contains("TieredStopAtLevel=1"), brief);
    assertFalse(brief.contains("helidon") || brief.contains("sqlite"), brief);
    String server = assay.traced("registry", "serve", "x", "--no-such-option");
    assertTrue(server.contains("helidon") && server.contains("sqlite"), server);
    assertFalse(server.contains("TieredStopAtLevel"), server);
    String other = assay.traced("ask", "x");
    assertTrue(other.contains("sqlite") && other.contains("TieredStopAtLevel=1"), other);
    // What asks a ledger needs its index.
    assertTrue(assay.traced("verify", "--ledger", "l", "x").contains("sqlite"));
    // The longest name decides, and help of anything is short.
    assertFalse(assay.traced("gate", "serve", "--no-such-option").contains("TieredStopAtLevel"));
    assertTrue(assay.traced("gate", "review", "x").contains("TieredStopAtLevel=1"));
    assertFalse(assay.traced("registry", "serve", "--help").contains("helidon"));
    assertTrue(assay.traced("registry", "serve", "--", "--help", "x").contains("helidon"));
  }

  @Test
  void aFolderIsVerifiedWithTheFullCompilerAndTheNativeProviderOfTheMachine()
      throws IOException, InterruptedException {
    Path several = Files.createDirectories(assay.home().resolve("several"));
    Path few = Files.createDirectories(assay.home().resolve("few"));
    // A folder within may hold any number.
    Files.createDirectories(several.resolve("more"));
    for (int i = 0; i < 300; i++) {
      Files.createFile(few.resolve("file " + i));
    }
    String provider = "AmazonCorrettoCryptoProvider";
    boolean has =
        System.getProperty("os.name").equals("Linux")
            && List.of("amd64", "aarch64").contains(System.getProperty("os.arch"));
    String folder = assay.traced("verify", several.toString(), "--key", "k");
    assertTrue(folder.contains("bcprov"), folder);
    assertFalse(folder.contains("TieredStopAtLevel") || folder.contains("helidon"), folder);
    assertEquals(has ? 1 : 0, folder.split(provider, -1).length - 1, folder);
    if (has) {
      String machine =
          System.getProperty("os.arch").equals("amd64") ? "linux-x86_64" : "linux-aarch_64";
      assertTrue(folder.contains(machine), folder);
    }
    assertEquals(folder.contains(provider), assay.traced("gate", "serve", "x").contains(provider));
    for (String brief : List.of("verify", "sign", "version")) {
      assertFalse(assay.traced(brief, "x").contains(provider), brief);
    }
    assertFalse(assay.traced("sign", several.toString()).contains(provider));
    String some = assay.traced("verify", few.toString(), "--key", "k");
    assertTrue(some.contains("TieredStopAtLevel") && !some.contains(provider), some);
    for (int i = 300; i < 700; i++) {
      Files.createFile(few.resolve("file " + i));
    }
    assertTrue(assay.traced("verify", few.toString(), "--key", "k").contains(provider) == has);
    // A ledger's index needs everything.
    assertTrue(assay.traced("verify", several.toString(), "--ledger", "l").contains("sqlite"));
    assertFalse(assay.traced("verify", several.toString(), "--help").contains(provider));
    Result config = assay.run("config");
    assertEquals(has, config.out().contains("AWS-LC"), config.out());
  }

  @Test
  void helpIsTheRenderedPage() throws IOException, InterruptedException {
    for (String page : List.of("verify", "explain", "version")) {
      Result result = assay.run(page, "--help");
      assertEquals(0, result.status(), result.err());
      assertEquals(
          Files.readString(assay.folder().resolve("share/help/" + page + ".txt")), result.out());
    }
    assertEquals(
        Files.readString(assay.folder().resolve("share/help/overview.txt")),
        assay.run("--help").out());
  }

  @Test
  void aFolderWithAColonIsRefusedInOneLine() throws IOException, InterruptedException {
    Installed odd = Installed.in(folder, "a:b");
    Result result = odd.run("version");
    assertEquals(2, result.status());
    assertEquals(1, result.err().lines().count(), result.err());
  }

  @Test
  void nothingShippedIsSignedOrWritableByOthers() throws IOException {
    try (var files = Files.walk(Installed.made().toRealPath())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        assertTrue(mode.equals("rw-r--r--") || mode.equals("rwxr-xr-x"), file + " " + mode);
        if (file.toString().endsWith(".jar") && file.resolve("..").normalize().endsWith("lib")) {
          try (var jar = new java.util.zip.ZipFile(file.toFile())) {
            assertTrue(
                jar.stream()
                    .noneMatch(e -> e.getName().matches("META-INF/[^/]*\\.(SF|RSA|DSA|EC)")),
                file.toString());
          }
        }
      }
    }
  }

  // This machine has a JDK 25 where the launcher looks: in the copy, it looks elsewhere.
  private void hideUsualFolders() throws IOException {
    Path script = assay.folder().resolve("lib/java.sh");
    String text = Files.readString(script);
    String hidden =
        text.replaceAll("(?<= )/(usr|opt|Library|home)(?=/)", "/hidden")
            .replace("${HOME:-/nonexistent}", "/hidden");
    assertNotEquals(text, hidden);
    Files.writeString(script, hidden);
  }

  /** A Java that says what it was started with. */
  private Path fakeJava(String name, String version) throws IOException {
    Path home = folder.resolve(name);
    Path java = home.resolve("bin/java");
    Files.createDirectories(java.getParent());
    Files.writeString(java, "#!/bin/sh\necho \"started: $*\"\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(
        home.resolve("release"),
        "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\nOS_NAME=\"Linux\"\n");
    return home;
  }
}
