package dev.assay.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.log.Checkpoint;
import dev.assay.log.NoteKey;
import dev.assay.log.SignedNote;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerKeysTest {

  private static final byte[] PASSWORD = Text.utf8("correct horse");

  @TempDir Path temp;
  private Path folder;
  private List<NoteKey> first = List.of();

  @BeforeEach
  void make() {
    folder = temp.resolve("l");
    try (Ledger ledger = Ledger.init(folder, LedgerTest.ORIGIN, Clock.systemUTC())) {
      first = ledger.keys();
      ledger.append(LedgerTest.records(1, 5));
    }
  }

  private static void assertCode(Code code, org.junit.jupiter.api.function.Executable call) {
    assertEquals(code, assertThrows(AssayException.class, call).code());
  }

  private List<Path> privateKeys() throws Exception {
    try (Stream<Path> files = Files.list(folder.resolve("keys"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void eachCheckpointIsSignedByEd25519AndByMlDsa44() throws Exception {
    assertEquals(
        List.of(NoteKey.Type.ED25519, NoteKey.Type.ML_DSA_44_COSIGNATURE),
        first.stream().map(NoteKey::type).toList());
    byte[] note = Files.readAllBytes(folder.resolve("checkpoint"));
    assertEquals(Set.copyOf(first), SignedNote.parse(note).signers(first));
    for (NoteKey key : first) {
      assertEquals(6, Checkpoint.open(note, LedgerTest.ORIGIN, List.of(key)).size());
    }
  }

  @Test
  void aCheckpointThatOneOfTheKeysDidNotSignIsRefused() throws Exception {
    Path file = folder.resolve("checkpoint");
    SignedNote note = SignedNote.parse(Files.readAllBytes(file));
    for (SignedNote.Signature kept : note.signatures()) {
      Files.write(file, new SignedNote(note.text(), List.of(kept)).toBytes());
      assertCode(Code.NOTE_NOT_SIGNED, () -> Ledger.openForReading(folder));
    }
  }

  @Test
  void privateKeysAreForTheirOwnerAlone() throws Exception {
    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("keys"))));
    assertEquals(2, privateKeys().size());
    for (Path key : privateKeys()) {
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
    }
  }

  @Test
  void afterARotationOnlyTheNewKeysSignAndTheChainLeadsFromTheOldOnes() throws Exception {
    List<NoteKey> second;
    byte[] before = Ledger.openForReading(folder).checkpoint();
    try (Ledger ledger = Ledger.openForWriting(folder)) {
      assertEquals(6, ledger.rotateKeys());
      second = ledger.keys();
      assertEquals(2, privateKeys().size());
      ledger.append(LedgerTest.records(7, 3));
      assertEquals(10, ledger.rotateKeys());
      ledger.append(LedgerTest.records(11, 300));
    }
    Ledger ledger = Ledger.openForReading(folder);
    List<NoteKey> third = ledger.keys();
    assertNotEquals(first, second);
    assertNotEquals(second, third);
    KeyHistory history = ledger.keyHistory();
    assertEquals(
        List.of(first, second, third),
        history.generations().stream().map(KeyHistory.Generation::keys).toList());
    assertEquals(first, history.at(6));
    assertEquals(second, history.at(7));
    assertEquals(second, history.at(10));
    assertEquals(third, history.at(11));
    SignedNote newest = SignedNote.parse(ledger.checkpoint());
    assertCode(Code.NOTE_NOT_SIGNED, () -> newest.signers(first));
    assertEquals(Set.copyOf(third), newest.signers(third));
    SignedNote handover = SignedNote.parse(history.generations().get(1).handover().orElseThrow());
    List<NoteKey> both = new ArrayList<>(first);
    both.addAll(second);
    assertEquals(Set.copyOf(both), handover.signers(both));
    ledger.requireExtends(before);
    LedgerCheck.Report report =
        LedgerCheck.run(
            folder, List.of(first.getFirst()), Optional.of(before), (done, total) -> {});
    assertTrue(report.intact(), () -> report.problems().toString());
    assertEquals(3L, report.types().get("key"));
  }

  @Test
  void aBrokenOrMissingHandoverIsRefused() throws Exception {
    try (Ledger ledger = Ledger.openForWriting(folder)) {
      ledger.rotateKeys();
      ledger.append(LedgerTest.record(7));
    }
    Path handover = folder.resolve("rotations/7");
    SignedNote note = SignedNote.parse(Files.readAllBytes(handover));
    assertEquals(4, note.signatures().size());
    for (int left = 0; left < 4; left++) {
      List<SignedNote.Signature> fewer = new ArrayList<>(note.signatures());
      fewer.remove(left);
      Files.write(handover, new SignedNote(note.text(), fewer).toBytes());
      assertCode(Code.NOTE_NOT_SIGNED, () -> Ledger.openForReading(folder));
      assertFalse(LedgerCrashTest.check(folder).intact());
    }
    Files.delete(handover);
    assertCode(Code.NOTE_NOT_SIGNED, () -> Ledger.openForReading(folder));
  }

  @Test
  void aRotationThatWasSignedButNotPublishedIsFinished() throws Exception {
    Path crashed = temp.resolve("crashed");
    LedgerCrashTest.copy(folder, crashed);
    try (Ledger ledger = Ledger.openForWriting(folder)) {
      ledger.rotateKeys();
    }
    // What there was after the signing: everything new, with the old checkpoint and the old keys.
    byte[] old = Files.readAllBytes(crashed.resolve("checkpoint"));
    for (boolean handover : new boolean[] {false, true}) {
      Path state = temp.resolve("state-" + handover);
      LedgerCrashTest.copy(crashed, state);
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Path target = state.resolve(folder.relativize(file).toString());
          if (handover || !file.startsWith(folder.resolve("rotations"))) {
            Files.createDirectories(target.resolveSibling(".").normalize());
            Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
          }
        }
      }
      Files.move(state.resolve("checkpoint"), state.resolve(Appender.NEXT));
      Files.write(state.resolve("checkpoint"), old);
      assertEquals(6, Ledger.openForReading(state).size());
      try (Ledger ledger = Ledger.openForWriting(state)) {
        assertEquals(7, ledger.size());
        assertNotEquals(first, ledger.keys());
        ledger.append(LedgerTest.record(7));
      }
      assertTrue(LedgerCrashTest.check(state).intact());
      try (Stream<Path> files = Files.list(state.resolve("keys"))) {
        assertEquals(2, files.count());
      }
    }
  }

  @Test
  void withoutAKeyTheLedgerIsReadButNotWritten() throws Exception {
    byte[] backup = LedgerKeyBackup.seal(folder, PASSWORD);
    byte[] key = Files.readAllBytes(privateKeys().getFirst());
    assertFalse(Text.utf8(backup).contains(Text.utf8(key).lines().toList().get(1)));
    for (Path file : privateKeys()) {
      Files.delete(file);
    }
    assertCode(Code.LEDGER_KEY, () -> Ledger.openForWriting(folder));
    assertEquals(6, Ledger.openForReading(folder).size());

    assertCode(
        Code.KEY_PASSWORD, () -> LedgerKeyBackup.restore(folder, backup, Text.utf8("wrong")));
    assertEquals(first, LedgerKeyBackup.restore(folder, backup, PASSWORD));
    assertEquals(List.of(), LedgerKeyBackup.restore(folder, backup, PASSWORD));
    try (Ledger ledger = Ledger.openForWriting(folder)) {
      ledger.append(LedgerTest.record(6));
      ledger.rotateKeys();
    }
    assertCode(Code.LEDGER_KEY, () -> LedgerKeyBackup.restore(folder, backup, PASSWORD));
  }

  @Test
  void aBackupOfAnotherLedgerAndAnEmptyPasswordAreRefused() {
    Path other = temp.resolve("other");
    Ledger.init(other, "ledger.example/other", Clock.systemUTC()).close();
    byte[] backup = LedgerKeyBackup.seal(other, PASSWORD);
    assertCode(Code.LEDGER_KEY, () -> LedgerKeyBackup.restore(folder, backup, PASSWORD));
    assertCode(Code.KEY_PASSWORD, () -> LedgerKeyBackup.seal(folder, new byte[0]));
    assertCode(Code.LEDGER_KEY, () -> LedgerKeyBackup.restore(folder, Text.utf8("{}"), PASSWORD));
  }

  @Test
  void keysOfAnotherLedgerInTheFolderAreNotUsed() throws Exception {
    Path other = temp.resolve("other");
    Ledger.init(other, LedgerTest.ORIGIN, Clock.systemUTC()).close();
    List<Path> mine = privateKeys();
    try (Stream<Path> theirs = Files.list(other.resolve("keys"))) {
      Files.copy(
          theirs.sorted().toList().getFirst(),
          mine.getFirst(),
          StandardCopyOption.REPLACE_EXISTING);
    }
    assertCode(Code.LEDGER_KEY, () -> Ledger.openForWriting(folder));
  }

  @Test
  void keysMayBeKeptElsewhere() throws Exception {
    Path ledgerFolder = temp.resolve("public");
    Path keys = temp.resolve("secret/keys");
    Ledger.init(ledgerFolder, LedgerTest.ORIGIN, Optional.of(keys), Clock.systemUTC()).close();
    assertFalse(Files.exists(ledgerFolder.resolve("keys")));
    try (Ledger ledger = Ledger.openForWriting(ledgerFolder)) {
      ledger.append(LedgerTest.record(1));
      ledger.rotateKeys();
    }
    try (Stream<Path> files = Files.list(keys)) {
      assertEquals(2, files.count());
    }
  }
}
