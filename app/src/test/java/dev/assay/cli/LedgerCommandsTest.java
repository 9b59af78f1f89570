package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.ledger.Ledger;
import dev.assay.ledger.LedgerRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerCommandsTest {

  @TempDir Path temp;
  private String out = "";
  private String err = "";

  private int run(Map<String, String> environment, String... args) {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    Context context =
        new Context(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(stdout, true, StandardCharsets.UTF_8),
            new PrintStream(stderr, true, StandardCharsets.UTF_8),
            environment,
            temp,
            Clock.systemUTC());
    int status = Main.run(List.of(args), context);
    out = stdout.toString(StandardCharsets.UTF_8);
    err = stderr.toString(StandardCharsets.UTF_8);
    return status;
  }

  private void ok(String... args) {
    assertEquals(0, run(Map.of("ASSAY_LEDGER_PASSWORD", "correct horse"), args), () -> out + err);
  }

  private void fails(int status, String code, String... args) {
    assertEquals(
        status, run(Map.of("ASSAY_LEDGER_PASSWORD", "correct horse"), args), () -> out + err);
    assertTrue((out + err).contains(code), () -> out + err);
  }

  private Path ledger;

  @BeforeEach
  void make() {
    ledger = temp.resolve("l");
    ok("ledger", "init", "l", "--origin", "ledger.example/test");
  }

  private Digest append(int records) {
    try (Ledger open = Ledger.openForWriting(ledger)) {
      Digest blob = open.putBlob(("blob " + open.size()).getBytes(StandardCharsets.UTF_8));
      for (int i = 0; i < records; i++) {
        open.append(
            new LedgerRecord(
                "tag", Instant.EPOCH, Json.object().put("tag", "t" + i).build(), List.of(blob)));
      }
      return blob;
    }
  }

  private Path blob(Digest digest) {
    return ledger.resolve("blobs/sha256/" + digest.hex().substring(0, 2) + "/" + digest.hex());
  }

  @Test
  void initPrintsTheOriginAndTheKeysAndChoosesAnOriginOfItsOwn() {
    assertTrue(out.contains("origin  ledger.example/test"), out);
    assertEquals(2, out.lines().filter(l -> l.startsWith("key     ledger.example/test+")).count());
    ok("ledger", "init", "second");
    String first = out.lines().filter(l -> l.startsWith("origin")).toList().getFirst();
    assertTrue(first.matches("origin  ledger\\.[0-9a-f]{16}\\.assay\\.internal"), first);
    ok("ledger", "init", "third");
    assertFalse(out.contains(first));
  }

  @Test
  void initTouchesNothingThatIsThere() throws Exception {
    fails(2, "ASY2104", "ledger", "init", "l");
    Path full = Files.createDirectory(temp.resolve("full"));
    Files.writeString(full.resolve("mine"), "mine");
    fails(2, "ASY2104", "ledger", "init", "full");
    try (Stream<Path> files = Files.list(full)) {
      assertEquals(List.of(full.resolve("mine")), files.toList());
    }
    Files.writeString(temp.resolve("file"), "x");
    fails(2, "ASY2104", "ledger", "init", "file");
    fails(2, "ASY6001", "ledger", "init", "new", "--origin", "a b");
    assertFalse(Files.exists(temp.resolve("new")));
  }

  @Test
  void aFolderThatIsNoLedgerIsLeftAlone() throws Exception {
    Path folder = Files.createDirectory(temp.resolve("other"));
    for (String content : List.of("", "{", "{}", "[]", "{\"format\":\"assay-ledger/2\"}")) {
      for (List<String> command :
          List.of(
              List.of("ledger", "check", "other"),
              List.of("ledger", "key", "show", "other"),
              List.of("ledger", "key", "rotate", "other"),
              List.of("ledger", "key", "backup", "other"))) {
        if (!content.isEmpty()) {
          Files.writeString(folder.resolve("ledger.json"), content);
        }
        fails(2, "ASY2101", command.toArray(String[]::new));
        try (Stream<Path> files = Files.list(folder)) {
          assertEquals(content.isEmpty() ? 0 : 1, files.count());
        }
      }
    }
    fails(2, "ASY2101", "ledger", "check", "nowhere");
  }

  @Test
  void checkSaysWhatItCounted() {
    append(5);
    ok("ledger", "check", "l");
    assertTrue(out.startsWith("✓ INTACT  ledger.example/test  6 records"), out);
    assertTrue(out.contains("1 key, 5 tag"), out);
    assertTrue(out.contains("1 match, 0 missing"), out);
    ok("ledger", "check", "l", "--output", "json");
    Fields f = Fields.of(Json.parse(out.getBytes(StandardCharsets.UTF_8), 1 << 20), "check");
    assertTrue(f.bool("ok", false));
    assertEquals(6, f.integer("size"));
    assertEquals(5, f.object("records").integer("tag"));
  }

  @Test
  void aMissingBlobIsToldApartFromADamagedOne() throws Exception {
    Digest digest = append(2);
    Files.write(blob(digest), new byte[] {1});
    fails(4, "other bytes", "ledger", "check", "l");
    fails(4, "other bytes", "ledger", "check", "l", "--allow-missing-blobs");
    Files.delete(blob(digest));
    fails(4, "missing blob " + digest, "ledger", "check", "l");
    assertTrue(out.startsWith("✗ INCOMPLETE"), out);
    ok("ledger", "check", "l", "--allow-missing-blobs");
  }

  @Test
  void aChangedEntryIsFound() throws Exception {
    append(3);
    Path bundle = ledger.resolve("tile/entries/000.p/4");
    byte[] bytes = Files.readAllBytes(bundle);
    bytes[bytes.length - 10] ^= 1;
    Files.write(bundle, bytes);
    fails(4, "ASY2103 tile/entries/000.p/4: entry 3", "ledger", "check", "l");
    fails(4, "ASY2103", "ledger", "check", "l", "-o", "json");
  }

  @Test
  void anOlderCopyIsCaughtByACheckpointKeptElsewhere() throws Exception {
    append(3);
    Files.copy(ledger.resolve("checkpoint"), temp.resolve("kept"));
    ok("ledger", "check", "l", "--checkpoint", "kept");
    append(30);
    ok("ledger", "check", "l", "--checkpoint", "kept");

    Files.copy(
        ledger.resolve("checkpoint"),
        temp.resolve("kept"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Path copy = temp.resolve("older");
    copyLedger(ledger, copy);
    try (Ledger open = Ledger.openForWriting(ledger)) {
      open.rotateKeys();
    }
    Files.copy(ledger.resolve("checkpoint"), temp.resolve("newest"));
    ok("ledger", "check", "l", "--checkpoint", "kept");
    ok("ledger", "check", "older", "--checkpoint", "kept");
    fails(4, "ASY2108", "ledger", "check", "older", "--checkpoint", "newest");
  }

  @Test
  void anotherPastUnderTheSameKeysIsCaughtByACheckpointKeptElsewhere() throws Exception {
    append(3);
    Path fork = temp.resolve("fork");
    copyLedger(ledger, fork);
    append(2);
    Files.copy(ledger.resolve("checkpoint"), temp.resolve("kept"));
    try (Ledger open = Ledger.openForWriting(fork)) {
      for (int i = 0; i < 9; i++) {
        open.append(
            new LedgerRecord("tag", Instant.EPOCH, Json.object().put("x", i).build(), List.of()));
      }
    }
    ok("ledger", "check", "fork");
    fails(4, "ASY2006", "ledger", "check", "fork", "--checkpoint", "kept");
  }

  @Test
  void aLedgerThatWasReplacedAsAWholeIsCaughtByItsKey() throws Exception {
    ok("ledger", "key", "show", "l");
    List<String> keys = out.lines().toList();
    assertEquals(2, keys.size());
    Files.writeString(temp.resolve("ledger.vkey"), out);
    ok("ledger", "check", "l", "--key", keys.getFirst(), "--key", "ledger.vkey");
    ok("ledger", "init", "replaced", "--origin", "ledger.example/test");
    ok("ledger", "check", "replaced");
    fails(4, "ASY2002", "ledger", "check", "replaced", "--key", "ledger.vkey");
    fails(2, "ASY1205", "ledger", "check", "l", "--key", "a+b+c");
  }

  @Test
  void keysAreRotatedShownAndFollowed() {
    ok("ledger", "key", "show", "l");
    String first = out.lines().toList().getFirst();
    append(2);
    ok("ledger", "key", "rotate", "l");
    assertTrue(out.contains("record  3"), out);
    ok("ledger", "key", "show", "l");
    assertFalse(out.contains(first));
    ok("ledger", "key", "show", "l", "--all");
    assertTrue(out.startsWith(first), out);
    assertEquals(4, out.lines().count());
    ok("ledger", "check", "l", "--key", first);
  }

  @Test
  void keysAreBackedUpAndRestored() throws Exception {
    ok("ledger", "key", "backup", "l", "safe.json");
    assertEquals(
        "rw-------",
        java.nio.file.attribute.PosixFilePermissions.toString(
            Files.getPosixFilePermissions(temp.resolve("safe.json"))));
    fails(2, "ASY6004", "ledger", "key", "backup", "l", "safe.json");
    try (Stream<Path> keys = Files.list(ledger.resolve("keys"))) {
      for (Path key : keys.toList()) {
        Files.delete(key);
      }
    }
    fails(2, "ASY2105", "ledger", "key", "rotate", "l");
    assertEquals(
        2,
        run(
            Map.of("ASSAY_LEDGER_PASSWORD", "wrong"),
            "ledger",
            "key",
            "restore",
            "l",
            "safe.json"));
    assertTrue(err.contains("ASY1206"), err);
    assertEquals(
        2, run(Map.of("ASSAY_LEDGER_PASSWORD", ""), "ledger", "key", "backup", "l", "b.json"));
    assertFalse(Files.exists(temp.resolve("b.json")));
    ok("ledger", "key", "restore", "l", "safe.json");
    assertEquals(2, out.lines().filter(l -> l.startsWith("restored")).count());
    ok("ledger", "key", "restore", "l", "safe.json");
    assertTrue(out.contains("all keys were there"), out);
    append(1);
    ok("ledger", "check", "l");
  }

  @Test
  void theLedgerOfTheEnvironmentIsUsedWhenNoneIsNamed() {
    assertEquals(0, run(Map.of("ASSAY_LEDGER", ledger.toString()), "ledger", "check"), () -> err);
    assertTrue(out.startsWith("✓ INTACT"), out);
  }

  @Test
  void aLockedLedgerIsNotWrittenButChecked() {
    try (Ledger open = Ledger.openForWriting(ledger)) {
      fails(3, "ASY2102", "ledger", "key", "rotate", "l");
      ok("ledger", "check", "l");
      assertEquals(1, open.size());
    }
  }

  private static void copyLedger(Path from, Path to) throws Exception {
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
}
