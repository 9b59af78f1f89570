package dev.assay.ledger;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.log.NoteKey;
import dev.assay.log.NoteSigner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The private keys of a ledger: in a folder that only its owner enters, one PKCS#8 PEM file each,
 * named by the key's ID.
 */
final class LedgerKeys {

  static final String FOLDER = "keys";

  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----\n";
  private static final String END = "\n-----END PRIVATE KEY-----\n";

  private final Path folder;

  LedgerKeys(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  /** Where a ledger's keys are, as its marker says. */
  static LedgerKeys of(Path ledger, LedgerMarker marker) {
    return new LedgerKeys(ledger.resolve(marker.keyFolder().orElse(FOLDER)));
  }

  /** New keys: Ed25519, which every log client reads, and ML-DSA-44, which outlives it. */
  static List<NoteSigner> generate(String origin) {
    return List.of(
        NoteSigner.of(origin, NoteKey.Type.ED25519, PrivateKey.generate(KeyAlgorithm.ED25519)),
        NoteSigner.of(
            origin,
            NoteKey.Type.ML_DSA_44_COSIGNATURE,
            PrivateKey.generate(KeyAlgorithm.ML_DSA_44)));
  }

  private Path file(NoteKey key) {
    return folder.resolve(key.idHex() + ".pem");
  }

  /** Writes the keys durably. */
  void save(List<NoteSigner> signers) throws IOException {
    DurableFiles files = new DurableFiles();
    files.createSecret(folder);
    for (NoteSigner signer : signers) {
      byte[] pkcs8 = signer.privateKey().pkcs8();
      byte[] body =
          Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encode(pkcs8);
      byte[] pem = concat(Text.utf8(BEGIN), body, Text.utf8(END));
      try {
        files.writeSecret(file(signer.key()), pem);
      } finally {
        Arrays.fill(pkcs8, (byte) 0);
        Arrays.fill(body, (byte) 0);
        Arrays.fill(pem, (byte) 0);
      }
    }
    files.sync();
  }

  private static byte[] concat(byte[]... parts) {
    int length = Arrays.stream(parts).mapToInt(p -> p.length).sum();
    byte[] out = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, out, at, part.length);
      at += part.length;
    }
    return out;
  }

  boolean has(NoteKey key) {
    return Files.exists(file(key));
  }

  /**
   * @throws AssayException with {@link Code#LEDGER_KEY} if one is missing, unreadable or another
   *     key
   */
  List<NoteSigner> load(Collection<NoteKey> keys) {
    List<NoteSigner> out = new ArrayList<>();
    for (NoteKey key : keys) {
      out.add(load(key));
    }
    return out;
  }

  private NoteSigner load(NoteKey key) {
    Path file = file(key);
    PrivateKey privateKey;
    try {
      byte[] pem =
          DurableFiles.read(file, Limits.KEY_BYTES)
              .orElseThrow(() ->
                  new AssayException(
                      Code.LEDGER_KEY,
                      "the ledger's private key is not there: " + file,
                      "assay ledger key restore DIR FILE puts it back from a backup"));
      privateKey = parse(pem);
    } catch (IOException e) {
      throw new AssayException(
          Code.LEDGER_KEY,
          "the ledger's private key cannot be read: " + file,
          Optional.of("it belongs to the user who made the ledger"),
          e);
    } catch (AssayException e) {
      if (e.code() == Code.LEDGER_KEY) {
        throw e;
      }
      throw new AssayException(
          Code.LEDGER_KEY,
          file + ": " + e.getMessage(),
          Optional.of("assay ledger key restore DIR FILE puts it back from a backup"),
          e);
    }
    if (!privateKey.publicKey().equals(key.publicKey())) {
      throw new AssayException(Code.LEDGER_KEY, file + " holds another key than its name says");
    }
    return NoteSigner.of(key.name(), key.type(), privateKey);
  }

  private static PrivateKey parse(byte[] pem) {
    String text = Text.utf8(pem);
    if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
      throw new AssayException(Code.KEY_UNREADABLE, "not a PEM private key");
    }
    String body = text.substring(BEGIN.length(), text.length() - END.length());
    byte[] pkcs8;
    try {
      pkcs8 = Base64s.decode(body.replace("\n", ""));
    } catch (AssayException e) {
      // Its message quotes what it could not decode.
      throw new AssayException(Code.KEY_UNREADABLE, "not a PEM private key");
    }
    try {
      return PrivateKey.fromPkcs8(pkcs8);
    } finally {
      Arrays.fill(pkcs8, (byte) 0);
      Arrays.fill(pem, (byte) 0);
    }
  }

  /** Removes keys that are no longer in force. */
  void remove(Collection<NoteKey> keys) throws IOException {
    for (NoteKey key : keys) {
      Files.deleteIfExists(file(key));
    }
  }
}
