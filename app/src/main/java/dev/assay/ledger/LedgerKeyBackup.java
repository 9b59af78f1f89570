package dev.assay.ledger;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.EncryptedKeyFile;
import dev.assay.crypto.PrivateKey;
import dev.assay.log.NoteKey;
import dev.assay.log.NoteSigner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The private keys of a ledger in one file, encrypted with a password:
 *
 * <pre>{@code
 * {"format":"assay-ledger-keys/1","origin":"...",
 *  "keys":[{"vkey":"...","privateKey":"-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----..."}]}
 * }</pre>
 */
public final class LedgerKeyBackup {

  private static final String FORMAT = "assay-ledger-keys/1";
  private static final int MAX_KEYS = 16;

  private LedgerKeyBackup() {}

  /**
   * Encrypts the keys in force of a ledger.
   *
   * @param password UTF-8, not empty; the caller wipes it
   * @throws AssayException with {@link Code#KEY_PASSWORD} if it is empty, {@link Code#LEDGER_KEY}
   *     if a key cannot be read, or as {@link Ledger#openForReading}
   */
  public static byte[] seal(Path folder, byte[] password) {
    requirePassword(password);
    try {
      LedgerMarker marker = LedgerMarker.read(folder);
      LedgerView view = LedgerView.read(folder, marker);
      List<Json> keys = new ArrayList<>();
      for (NoteSigner signer : LedgerKeys.of(folder, marker).load(view.keys().current())) {
        keys.add(
            Json.object()
                .put("vkey", signer.key().vkey())
                .put("privateKey", Text.utf8(EncryptedKeyFile.seal(signer.privateKey(), password)))
                .build());
      }
      return Text.utf8(
          Json.object()
              .put("format", FORMAT)
              .put("origin", marker.origin())
              .put("keys", keys)
              .build()
              .pretty());
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  private static void requirePassword(byte[] password) {
    if (password.length == 0) {
      throw new AssayException(
          Code.KEY_PASSWORD, "the password is empty; it would protect nothing");
    }
  }

  /**
   * Puts keys of a backup where the ledger's keys belong. Keys that are there stay as they are.
   *
   * @return the keys that were put back; none where all were there
   * @throws AssayException with {@link Code#KEY_PASSWORD}, {@link Code#LEDGER_KEY} if the backup is
   *     unreadable, of another ledger, or of keys that have been replaced since
   */
  public static List<NoteKey> restore(Path folder, byte[] backup, byte[] password) {
    try {
      LedgerMarker marker = LedgerMarker.read(folder);
      LedgerView view = LedgerView.read(folder, marker);
      LedgerKeys keys = LedgerKeys.of(folder, marker);
      List<NoteSigner> signers = open(backup, marker.origin(), password);
      List<NoteKey> offered = signers.stream().map(NoteSigner::key).toList();
      if (!offered.containsAll(view.keys().current())) {
        throw new AssayException(
            Code.LEDGER_KEY,
            view.keys().all().containsAll(offered)
                ? "the keys of this backup were replaced by newer ones"
                : "the backup does not hold the keys of this ledger",
            "assay ledger key show DIR says which keys are needed");
      }
      List<NoteSigner> absent =
          signers.stream()
              .filter(s -> view.keys().current().contains(s.key()) && !keys.has(s.key()))
              .toList();
      keys.save(absent);
      return absent.stream().map(NoteSigner::key).toList();
    } catch (IOException e) {
      throw new AssayException(
          Code.LEDGER_WRITE, "cannot restore the keys of " + folder + ": " + e.getMessage(), e);
    }
  }

  private static List<NoteSigner> open(byte[] backup, String origin, byte[] password) {
    try {
      Fields f = Fields.of(Json.parse(backup, Limits.DOCUMENT_BYTES), "backup");
      if (!f.string("format").equals(FORMAT)) {
        throw f.bad("format", "expected " + FORMAT);
      }
      if (!f.string("origin").equals(origin)) {
        throw f.bad("origin", "another ledger: " + Text.quote(f.string("origin")));
      }
      List<NoteSigner> out = new ArrayList<>();
      for (Fields key : f.objects("keys", MAX_KEYS)) {
        NoteKey vkey = NoteKey.parse(key.string("vkey"));
        byte[] sealed = Text.utf8(key.string("privateKey"));
        key.done();
        PrivateKey privateKey = EncryptedKeyFile.open(sealed, password);
        if (!privateKey.publicKey().equals(vkey.publicKey())) {
          throw key.bad("privateKey", "it is not the key of " + vkey);
        }
        out.add(NoteSigner.of(origin, vkey.type(), privateKey));
      }
      f.done();
      return out;
    } catch (AssayException e) {
      if (e.code() == Code.KEY_PASSWORD) {
        throw e;
      }
      throw new AssayException(Code.LEDGER_KEY, "the backup cannot be used: " + e.getMessage(), e);
    }
  }

  private static AssayException unreadable(Path folder, IOException e) {
    return new AssayException(
        Code.FILE_UNREADABLE, "cannot read " + folder + ": " + e.getMessage(), e);
  }
}
