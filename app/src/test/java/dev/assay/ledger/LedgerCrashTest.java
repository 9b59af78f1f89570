package dev.assay.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.log.Checkpoint;
import dev.assay.log.SignedNote;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LedgerCrashTest {

  private static final int KILLS = 12;

  @TempDir Path temp;

  static LedgerCheck.Report check(Path folder) {
    return LedgerCheck.run(folder, List.of(), Optional.empty(), (done, total) -> {});
  }

  private static void assertIntact(Path folder) {
    LedgerCheck.Report report = check(folder);
    assertTrue(report.intact(), () -> report.problems().toString());
  }

  @Test
  @Timeout(180)
  void killedAtAnyInstantNoAcknowledgedRecordIsLostAndTheLogNeverForks() throws Exception {
    Path folder = temp.resolve("l");
    Ledger.init(folder, LedgerTest.ORIGIN, Clock.systemUTC()).close();
    Random random = new Random(9);
    TreeMap<Long, byte[]> seen = new TreeMap<>();
    for (int kill = 0; kill < KILLS; kill++) {
      long acknowledged = appendAndKill(folder, kill, random);
      Optional<Checkpoint> signed = pending(folder);

      Ledger before = Ledger.openForReading(folder);
      assertTrue(before.size() >= acknowledged, before.size() + " of " + acknowledged);
      assertIntact(folder);
      seen.put(before.size(), before.checkpoint());
      try (Ledger ledger = Ledger.openForWriting(folder)) {
        assertTrue(ledger.size() >= before.size());
        seen.values().forEach(ledger::requireExtends);
        signed.ifPresent(c -> assertTree(ledger, c));
        for (long i = 1; i < ledger.size(); i++) {
          LedgerRecord record = ledger.record(i);
          if (!record.type().equals(LedgerRecord.Types.KEY)) {
            assertEquals(LedgerTest.record(i), record);
          }
        }
        seen.put(ledger.size(), ledger.checkpoint());
      }
      assertIntact(folder);
    }
    assertTrue(seen.lastKey() > KILLS, seen.lastKey() + " records");
  }

  // What was signed must have become the log's, published or not.
  private static void assertTree(Ledger ledger, Checkpoint signed) {
    assertTrue(ledger.size() >= signed.size());
    ledger.requireExtends(signed);
  }

  private static Optional<Checkpoint> pending(Path folder) throws IOException {
    Path next = folder.resolve(Appender.NEXT);
    if (!Files.exists(next)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Checkpoint.parse(SignedNote.parse(Files.readAllBytes(next)).text()));
    } catch (AssayException e) {
      return Optional.empty();
    }
  }

  private static long appendAndKill(Path folder, int seed, Random random) throws Exception {
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                classes,
                KilledAppender.class.getName(),
                folder.toString(),
                Integer.toString(seed))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long acknowledged = 0;
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
      int lines = 1 + random.nextInt(8);
      for (int i = 0; i < lines; i++) {
        acknowledged = acknowledged(out.readLine());
      }
      AssayException locked =
          assertThrows(AssayException.class, () -> Ledger.openForWriting(folder));
      assertEquals(Code.LEDGER_LOCKED, locked.code());
      assertTrue(String.valueOf(locked.getMessage()).contains("process " + process.pid()));
      Thread.sleep(0, random.nextInt(1_000_000));
      // Process.destroyForcibly would close the stream with what is still in it.
      process.toHandle().destroyForcibly();
      // What it still said before it died was acknowledged too.
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.matches("acknowledged [0-9]+")) {
          acknowledged = acknowledged(line);
        }
      }
    }
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    assertEquals(128 + 9, process.exitValue());
    return acknowledged;
  }

  private static long acknowledged(@org.jspecify.annotations.Nullable String line) {
    assertTrue(line != null && line.startsWith("acknowledged "), "the process said " + line);
    return Long.parseLong(line.substring("acknowledged ".length()));
  }

  /** A ledger before and after one append, to cut crashes from. */
  private record Step(Path before, Path after, long size, long next) {
    List<Path> written() throws IOException {
      try (Stream<Path> files = Files.walk(after)) {
        return files
            .filter(Files::isRegularFile)
            .map(after::relativize)
            .filter(f -> !Files.exists(before.resolve(f)))
            .toList();
      }
    }
  }

  private Step step(int had, int appended) throws IOException {
    Path after = temp.resolve("after-" + had);
    Path before = temp.resolve("before-" + had);
    try (Ledger ledger = Ledger.init(after, LedgerTest.ORIGIN, Clock.systemUTC())) {
      ledger.append(LedgerTest.records(1, had));
      copy(after, before);
      ledger.append(LedgerTest.records(1 + had, appended));
      return new Step(before, after, 1L + had, ledger.size());
    }
  }

  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  @Test
  void filesThatWereNotYetPublishedMayBeTornInAnyWay() throws Exception {
    Random random = new Random(4);
    for (int had : new int[] {3, 250, 255, 256}) {
      Step step = step(had, 300);
      for (int round = 0; round < 5; round++) {
        Path crashed = temp.resolve("crash-" + had + "-" + round);
        copy(step.before(), crashed);
        for (Path file : step.written()) {
          Path target = crashed.resolve(file.toString());
          byte[] content = Files.readAllBytes(step.after().resolve(file));
          switch (random.nextInt(4)) {
            case 0 -> {
              continue;
            }
            case 1 -> content = Arrays.copyOf(content, random.nextInt(content.length));
            case 2 -> content[random.nextInt(content.length)] ^= 0x40;
            default -> {
              // written whole
            }
          }
          Files.createDirectories(target.resolveSibling(".").normalize());
          Files.write(target, content);
        }
        assertIntact(crashed);
        try (Ledger ledger = Ledger.openForWriting(crashed)) {
          assertEquals(step.size(), ledger.size());
          ledger.append(LedgerTest.records(ledger.size(), 40));
          ledger.append(LedgerTest.records(ledger.size(), 600));
        }
        assertIntact(crashed);
      }
    }
  }

  @Test
  void aCheckpointThatWasSignedIsFinishedAndOneTornEarlierIsForgotten() throws Exception {
    Step step = step(250, 20);
    byte[] signed = Files.readAllBytes(step.after().resolve("checkpoint"));
    String text = new String(signed, StandardCharsets.UTF_8);
    int firstSignature = text.indexOf('\n', text.indexOf("\n\n") + 2) + 1;
    int firstBytes = text.substring(0, firstSignature).getBytes(StandardCharsets.UTF_8).length;
    List<Integer> cuts = new ArrayList<>(List.of(0, 1, 40, firstBytes - 1, firstBytes));
    cuts.addAll(List.of(firstBytes + 1, firstBytes + 900, signed.length - 1, signed.length));
    for (int cut : cuts) {
      Path crashed = temp.resolve("cut-" + cut);
      copy(step.after(), crashed);
      Files.write(
          crashed.resolve("checkpoint"), Files.readAllBytes(step.before().resolve("checkpoint")));
      Files.write(crashed.resolve(Appender.NEXT), Arrays.copyOf(signed, cut));
      // The partial tiles of the old checkpoint went when the full ones were published.
      copyMissing(step.before(), crashed);
      try (Ledger ledger = Ledger.openForWriting(crashed)) {
        assertEquals(cut >= firstBytes ? step.next() : step.size(), ledger.size(), "cut " + cut);
        ledger.append(LedgerTest.record(ledger.size()));
      }
      assertIntact(crashed);
      assertTrue(Files.notExists(crashed.resolve(Appender.NEXT)));
    }
  }

  private static void copyMissing(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (!Files.exists(target)) {
          Files.createDirectories(target.resolveSibling(".").normalize());
          Files.copy(file, target);
        }
      }
    }
  }

  @Test
  void aForeignPendingCheckpointIsNotSigned() throws Exception {
    Step step = step(10, 5);
    Path other = temp.resolve("other");
    Path crashed = temp.resolve("planted");
    copy(step.before(), crashed);
    try (Ledger foreign = Ledger.init(other, LedgerTest.ORIGIN, Clock.systemUTC())) {
      foreign.append(LedgerTest.records(1, 30));
      Files.write(crashed.resolve(Appender.NEXT), foreign.checkpoint());
    }
    try (Ledger ledger = Ledger.openForWriting(crashed)) {
      assertEquals(step.size(), ledger.size());
    }
    assertIntact(crashed);
  }

  @Test
  void aSignedPendingCheckpointWhoseEntriesAreGoneIsNotPassedOver() throws Exception {
    Step step = step(10, 5);
    Path crashed = temp.resolve("gone");
    copy(step.before(), crashed);
    Files.copy(step.after().resolve("checkpoint"), crashed.resolve(Appender.NEXT));
    AssayException e = assertThrows(AssayException.class, () -> Ledger.openForWriting(crashed));
    assertEquals(Code.LEDGER_CORRUPT, e.code());
    assertEquals(step.size(), Ledger.openForReading(crashed).size());
  }

  @Test
  void damageToWhatWasAcknowledgedIsFoundAndNeverRepaired() throws Exception {
    Path folder = temp.resolve("l");
    byte[] older;
    try (Ledger ledger = Ledger.init(folder, LedgerTest.ORIGIN, Clock.systemUTC())) {
      ledger.append(LedgerTest.records(1, 300));
      older = ledger.checkpoint();
      ledger.append(LedgerTest.records(301, 300));
    }
    Random random = new Random(77);
    for (String path :
        List.of(
            "checkpoint",
            "tile/0/000",
            "tile/0/001",
            "tile/0/002.p/89",
            "tile/1/000.p/2",
            "tile/entries/000",
            "tile/entries/001",
            "tile/entries/002.p/89")) {
      byte[] good = Files.readAllBytes(folder.resolve(path));
      for (int round = 0; round < 6; round++) {
        byte[] bad = good.clone();
        switch (round) {
          case 0 -> bad = new byte[0];
          case 1 -> bad = Arrays.copyOf(bad, random.nextInt(bad.length));
          case 2 -> bad = Arrays.copyOf(bad, bad.length + 1);
          default -> bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
        }
        Files.write(folder.resolve(path), bad);
        LedgerCheck.Report report =
            LedgerCheck.run(folder, List.of(), Optional.of(older), (done, total) -> {});
        assertTrue(!report.intact(), path + " round " + round);
        if (!path.equals("checkpoint")) {
          assertEquals(Code.LEDGER_CORRUPT, report.problems().getFirst().code());
          assertTrue(
              report.problems().stream().allMatch(p -> p.where().equals(path)),
              () -> path + ": " + report.problems());
        }
        assertTrue(Arrays.equals(bad, Files.readAllBytes(folder.resolve(path))));
      }
      Files.delete(folder.resolve(path));
      assertTrue(!check(folder).intact(), path + " removed");
      Files.write(folder.resolve(path), good);
    }
    assertIntact(folder);
  }

  @Test
  void aWriterDoesNotStartOnADamagedEdge() throws Exception {
    Path folder = temp.resolve("l");
    try (Ledger ledger = Ledger.init(folder, LedgerTest.ORIGIN, Clock.systemUTC())) {
      ledger.append(LedgerTest.records(1, 20));
    }
    for (String path : List.of("tile/0/000.p/21", "tile/entries/000.p/21")) {
      byte[] good = Files.readAllBytes(folder.resolve(path));
      byte[] bad = good.clone();
      bad[bad.length / 2] ^= 1;
      Files.write(folder.resolve(path), bad);
      assertEquals(
          Code.LEDGER_CORRUPT,
          assertThrows(AssayException.class, () -> Ledger.openForWriting(folder)).code());
      Files.write(folder.resolve(path), good);
    }
    Ledger.openForWriting(folder).close();
  }
}
