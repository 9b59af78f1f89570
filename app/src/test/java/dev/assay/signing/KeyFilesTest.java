package dev.assay.signing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFilesTest {

  private static final byte[] MESSAGE = "a message".getBytes(StandardCharsets.UTF_8);
  private static final String SECRET = "correct horse";

  @TempDir Path folder;

  private static byte[] secret() {
    return SECRET.getBytes(StandardCharsets.UTF_8);
  }

  private static Passwords password(String text) {
    return Passwords.fromVariable(Optional.of(text));
  }

  private static AssayException refused(Code code, Runnable action) {
    AssayException e = assertThrows(AssayException.class, action::run);
    assertEquals(code, e.code());
    assertFalse(String.valueOf(e.getMessage()).contains(SECRET));
    return e;
  }

  @Test
  void whatIsWrittenIsReadAndSignsForItsPublicKey() {
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    KeyFiles.Pair pair = KeyFiles.write(folder.resolve("assay"), key, secret());
    assertEquals(folder.resolve("assay.key"), pair.privateKey());
    assertEquals(folder.resolve("assay.pub"), pair.publicKey());
    Signer signer = KeyFiles.signer(pair.privateKey(), password(SECRET));
    assertEquals(KeyFiles.loadPublic(pair.publicKey()), signer.publicKey());
    assertTrue(signer.publicKey().verify(MESSAGE, signer.sign(MESSAGE)));
  }

  @Test
  void aPrivateKeyFileIsForItsOwnerOnly() throws IOException {
    Assumptions.assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ED25519);
    KeyFiles.Pair pair = KeyFiles.write(folder.resolve("assay"), key, secret());
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(pair.privateKey())));
  }

  @Test
  void anExistingFileIsNeverWrittenOver() throws IOException {
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ED25519);
    for (String taken : List.of("one.key", "two.pub")) {
      Path file = folder.resolve(taken);
      Files.writeString(file, "precious");
      Path name = folder.resolve(taken.substring(0, 3));
      refused(Code.FILE_EXISTS, () -> KeyFiles.write(name, key, secret()));
      assertEquals("precious", Files.readString(file));
    }
    Path link = folder.resolve("three.key");
    Files.createSymbolicLink(link, folder.resolve("nowhere"));
    refused(Code.FILE_EXISTS, () -> KeyFiles.write(folder.resolve("three"), key, secret()));
    refused(Code.FILE_EXISTS, () -> KeyFiles.createSecret(folder.resolve("one.key"), MESSAGE));
    assertEquals(List.of("one.key", "three.key", "two.pub"), names());
  }

  @Test
  void nothingIsLeftBehindWhenTheFolderIsMissing() throws IOException {
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ED25519);
    refused(Code.FILE_UNWRITABLE, () -> KeyFiles.write(folder.resolve("no/such"), key, secret()));
    assertEquals(List.of(), names());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(p -> folder.relativize(p).toString()).sorted().toList();
    }
  }

  @Test
  void aWrongPasswordIsSaidToBeWrong() {
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ED25519);
    Path file = KeyFiles.write(folder.resolve("assay"), key, secret()).privateKey();
    refused(Code.KEY_PASSWORD, () -> KeyFiles.load(file, password("wrong")));
    AssayException e =
        refused(
            Code.KEY_PASSWORD, () -> KeyFiles.load(file, Passwords.fromVariable(Optional.empty())));
    assertTrue(e.hint().orElse("").contains("COSIGN_PASSWORD"));
  }

  @Test
  void anEmptyPasswordIsAPassword() {
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ED25519);
    Path file = KeyFiles.write(folder.resolve("assay"), key, new byte[0]).privateKey();
    assertEquals(key.publicKey(), KeyFiles.load(file, password("")).publicKey());
  }

  @Test
  void aPersonIsAskedWhenTheVariableIsNotSetAndWhatIsTypedIsWiped() {
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ED25519);
    List<char[]> typed = new ArrayList<>();
    Passwords asked =
        new Passwords(
            Optional.empty(),
            question -> {
              char[] answer = "pässwörd \ud83d\udd11".toCharArray();
              typed.add(answer);
              return Optional.of(answer);
            });
    byte[] fresh = asked.fresh("assay.key");
    assertArrayEquals("pässwörd \ud83d\udd11".getBytes(StandardCharsets.UTF_8), fresh);
    Path file = KeyFiles.write(folder.resolve("assay"), key, fresh).privateKey();
    assertEquals(key.publicKey(), KeyFiles.load(file, asked).publicKey());
    assertEquals(3, typed.size());
    for (char[] answer : typed) {
      assertArrayEquals(new char[answer.length], answer);
    }
  }

  @Test
  void aNewPasswordTypedDifferentlyTheSecondTimeIsRefused() {
    List<String> answers = new ArrayList<>(List.of("one", "two"));
    Passwords asked =
        new Passwords(
            Optional.empty(), question -> Optional.of(answers.removeFirst().toCharArray()));
    refused(Code.KEY_PASSWORD, () -> asked.fresh("assay.key"));
  }

  @Test
  void unencryptedPemIsReadWithoutAPassword() throws IOException {
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P384);
    Path file = folder.resolve("plain.pem");
    Files.write(file, key.pem());
    assertEquals(
        key.publicKey(), KeyFiles.load(file, Passwords.fromVariable(Optional.empty())).publicKey());
  }

  @Test
  void aFileTooLargeForAKeyIsNotRead() throws IOException {
    Path file = folder.resolve("large");
    Files.write(file, new byte[Limits.KEY_BYTES + 1]);
    refused(Code.TOO_LARGE, () -> KeyFiles.load(file, password("")));
    refused(Code.TOO_LARGE, () -> KeyFiles.loadPublic(file));
  }

  @Test
  void aMissingFileAndAFolderAreUnreadable() {
    refused(Code.FILE_UNREADABLE, () -> KeyFiles.loadPublic(folder.resolve("none")));
    refused(Code.FILE_UNREADABLE, () -> KeyFiles.loadPublic(folder));
  }

  @Test
  void aPrivateKeyGivenAsAPublicOneIsNotPrinted() throws IOException {
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ED25519);
    Path file = folder.resolve("oops");
    Files.write(file, key.pem());
    String body = Files.readAllLines(file).get(1);
    AssayException e = refused(Code.KEY_UNREADABLE, () -> KeyFiles.loadPublic(file));
    for (Throwable t = e; t != null; t = t.getCause()) {
      assertFalse(t.toString().contains(body.substring(20, 40)), t.toString());
    }
  }

  @Test
  void aPathWithoutANameNamesNoKey() {
    refused(Code.USAGE, () -> KeyFiles.Pair.of(Path.of("/")));
    refused(Code.USAGE, () -> KeyFiles.Pair.of(Path.of("..")));
  }

  @Test
  void passwordsDoNotPrintThemselves() {
    assertFalse(password(SECRET).toString().contains(SECRET));
  }
}
