package dev.assay.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.distribution.Installed.Result;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The start-up cache is used when it belongs to exactly what runs, and never otherwise. The JVM
 * alone would run the old classes of a jar that was replaced by one of the same size and time.
 */
class StartCacheIT {

  private static final String OLD = "commit %s";
  private static final String NEW = "COMMIT %s";

  @TempDir Path folder;
  Installed assay;

  @BeforeEach
  void install() throws IOException {
    assay = Installed.in(folder, "assay");
  }

  @Test
  void isUsedOnceTrained() throws IOException, InterruptedException {
    assertFalse(assay.traced("version").contains("AOTCache"));
    train();
    assertTrue(assay.traced("version").contains("-XX:AOTCache=" + assay.cacheFolder()));
    assertWorks();
    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(assay.cacheFolder())));
  }

  @Test
  void aClassEditedBehindTheSameSizeAndTimeIsTheOneThatRuns()
      throws IOException, InterruptedException {
    Path jar = ourJar();
    Files.write(jar, store(jar, OLD, OLD));
    FileTime time = FileTime.fromMillis(1_700_000_000_000L);
    Files.setLastModifiedTime(jar, time);
    train();
    assertTrue(assay.run("version").out().contains("\ncommit "));
    String used = assay.traced("version");
    assertTrue(used.contains("-XX:AOTCache="), used);

    byte[] edited = store(jar, OLD, NEW);
    assertEquals(Files.size(jar), edited.length);
    // In place: the same file, size and time.
    Files.write(jar, edited, StandardOpenOption.WRITE);
    Files.setLastModifiedTime(jar, time);

    Result result = assay.run("version");
    assertTrue(result.out().contains("\nCOMMIT "), result.toString());
    assertFalse(assay.traced("version").contains("AOTCache"));
    // And trained anew, it gets a cache of its own.
    train();
    assertTrue(assay.traced("version").contains("-XX:AOTCache="));
    assertTrue(assay.run("version").out().contains("\nCOMMIT "));
  }

  @Test
  void aJarMovedIntoPlaceIsTheOneThatRuns() throws IOException, InterruptedException {
    Path jar = ourJar();
    Files.write(jar, store(jar, OLD, OLD));
    train();
    FileTime time = Files.getLastModifiedTime(jar);
    Path other = folder.resolve("other.jar");
    Files.write(other, store(jar, OLD, NEW));
    Files.setLastModifiedTime(other, time);
    Files.move(other, jar, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertTrue(assay.run("version").out().contains("\nCOMMIT "));
  }

  @Test
  void anUnusableCacheCostsTimeAndNothingElse() throws IOException, InterruptedException {
    train();
    Path cache = cache();
    byte[] good = Files.readAllBytes(cache);
    byte[] cut = java.util.Arrays.copyOf(good, good.length / 3);
    byte[] wrongHeader = good.clone();
    java.util.Arrays.fill(wrongHeader, 0, 64, (byte) 0x5a);
    for (byte[] bad :
        List.of(cut, wrongHeader, new byte[0], "not a cache\n".getBytes(StandardCharsets.UTF_8))) {
      Files.write(cache, bad);
      // As it is: the launcher sees that the file is another one.
      assertFalse(assay.traced("version").contains("AOTCache"));
      assertWorks();
      // And if it did not: the JVM is handed it, says nothing and goes on without.
      writeNote();
      assertTrue(assay.traced("version").contains("-XX:AOTCache="));
      assertWorks();
    }
    Files.delete(cache);
    assertWorks();
    train();
    assertTrue(assay.traced("version").contains("-XX:AOTCache="));
  }

  @Test
  void aFolderThatOthersMayWriteToIsNotTrusted() throws IOException, InterruptedException {
    train();
    Files.setPosixFilePermissions(
        assay.cacheFolder(), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertFalse(assay.traced("version").contains("AOTCache"));
    // Not even with a note that says so.
    writeNote();
    assertFalse(assay.traced("version").contains("AOTCache"));
    assertWorks();
  }

  @Test
  void whereNoCacheCanBeEverythingWorks() throws IOException, InterruptedException {
    Files.writeString(assay.home().resolve("cache"), "a file where the folder would be");
    assertTrue(assay.train("short").status() != 0);
    assertWorks();
    assertEquals(
        0, assay.run(Map.of("ASSAY_HOME", "", "HOME", "", "CI", "true"), "version").status());
  }

  @Test
  void optionsOfTheEnvironmentKeepTheCacheOut() throws IOException, InterruptedException {
    train();
    for (String name : List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "ASSAY_JAVA_OPTIONS")) {
      Result result = assay.run(Map.of(name, "-Dx=y"), "version");
      assertEquals(0, result.status());
      assertTrue(result.out().startsWith("assay "), result.out());
    }
    assertFalse(Files.exists(assay.cacheFolder().resolve("caches/x")));
    Result off =
        assay.exec(
            Map.of("ASSAY_AOT", "off", "CI", "true"),
            List.of("sh", "-x", assay.launcher().toString(), "version"));
    assertFalse(off.err().contains("-XX:AOTCache="), off.err());
  }

  @Test
  void aFirstRunTrainsBehindItsBack() throws IOException, InterruptedException {
    Result first = assay.run(Map.of(), "version");
    assertEquals(0, first.status(), first.err());
    assertEquals("", first.err());
    Path note = assay.note("short");
    for (int i = 0; i < 1200 && !Files.exists(note); i++) {
      Thread.sleep(100);
    }
    assertTrue(Files.exists(note), "trained within two minutes");
    assertTrue(assay.traced("version").contains("-XX:AOTCache="));
  }

  @Test
  void everyProfileTrains() throws IOException, InterruptedException {
    for (String profile : List.of("batch", "full", "server", "copy")) {
      Result result = assay.train(profile);
      assertEquals(0, result.status(), result.err());
    }
  }

  private void train() throws IOException, InterruptedException {
    Result result = assay.train("short");
    assertEquals(0, result.status(), result.toString());
    assertEquals("", result.out());
  }

  private void assertWorks() throws IOException, InterruptedException {
    Result result = assay.run("version");
    assertEquals(0, result.status());
    assertEquals("", result.err());
    assertTrue(
        result.out().startsWith("assay ") && result.out().lines().count() == 4, result.out());
    assertEquals(2, assay.run("explain", "nothing").status());
  }

  private Path cache() throws IOException {
    return Path.of(Files.readAllLines(assay.note("short")).getFirst());
  }

  /** Notes the files as they are now, as lib/train.sh does at its end. */
  private void writeNote() throws IOException, InterruptedException {
    Result result =
        assay.shell(
            "find_java java; set_profile short; find_cache_folder; cache="
                + cache()
                + "; printf '%s\\n' \"$cache\" \"$flags\"; identities \"$cache\"");
    Files.writeString(assay.note("short"), result.out());
  }

  private Path ourJar() throws IOException {
    try (var jars = Files.list(assay.folder().resolve("lib"))) {
      return jars.filter(j -> j.getFileName().toString().matches("assay-[0-9].*\\.jar"))
          .findFirst()
          .orElseThrow();
    }
  }

  /** The jar with one text constant of the class behind {@code version} replaced, uncompressed. */
  private static byte[] store(Path jar, String from, String to) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipFile in = new ZipFile(jar.toFile());
        ZipOutputStream out = new ZipOutputStream(bytes)) {
      out.setMethod(ZipOutputStream.STORED);
      for (ZipEntry entry : Collections.list(in.entries())) {
        byte[] data = in.getInputStream(entry).readAllBytes();
        if (entry.getName().equals("dev/assay/cli/VersionCommand.class")) {
          String text = new String(data, StandardCharsets.ISO_8859_1);
          assertTrue(text.contains(from));
          data = text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
        }
        ZipEntry copy = new ZipEntry(entry.getName());
        CRC32 crc = new CRC32();
        crc.update(data);
        copy.setCrc(crc.getValue());
        copy.setSize(data.length);
        copy.setTimeLocal(java.time.LocalDateTime.of(2026, 1, 1, 0, 0));
        out.putNextEntry(copy);
        out.write(data);
        out.closeEntry();
      }
    }
    return bytes.toByteArray();
  }
}
