package dev.assay.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.crypto.PrivateKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A log that another implementation wrote, of sizes 0 to 15. */
class TesseraLogTest {

  private static final String ORIGIN = "example.com/log/testdata";

  private static String setting(String name) throws IOException {
    String script = Files.readString(Corpus.folder("tessera-log").resolve("build_log.sh"));
    Matcher m = Pattern.compile(name + "=\"([^\"]+)\"").matcher(script);
    if (!m.find()) {
      throw new IOException("no " + name);
    }
    return m.group(1);
  }

  private static Path log() {
    return Corpus.folder("tessera-log").resolve("log");
  }

  private static byte[] read(String path) {
    try {
      return Files.readAllBytes(log().resolve(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void everyCheckpointVerifiesAndEveryRootAndTileIsRecomputed() throws Exception {
    NoteKey key = NoteKey.parse(setting("LOG_PUBLIC_KEY"));
    TreeBuilder builder = new TreeBuilder();
    for (int size = 0; size <= 15; size++) {
      Checkpoint checkpoint = Checkpoint.open(read("checkpoint." + size), ORIGIN, List.of(key));
      assertEquals(size, checkpoint.size());
      if (size > 0) {
        Tile tile = Tile.ofLeaf(size - 1, size);
        List<byte[]> entries = EntryBundle.parse(read(tile.entriesPath()), size);
        assertArrayEquals(read(tile.entriesPath()), EntryBundle.encode(entries));
        builder.add(Merkle.leafHash(entries.getLast()));
        assertArrayEquals(read(tile.path()), builder.edge().getFirst().bytes());
      }
      assertArrayEquals(checkpoint.root(), builder.root());
      new TileTree(size, checkpoint.root(), t -> read(t.path()));
    }
  }

  @Test
  void everyCheckpointIsSignedAgainToTheSameBytes() throws Exception {
    String secret = setting("LOG_PRIVATE_KEY");
    // PRIVATE+KEY+name+id+base64, and base64 has plus signs of its own.
    byte[] seed = Base64.getDecoder().decode(secret.split("\\+", 5)[4]);
    NoteSigner signer =
        NoteSigner.of(
            ORIGIN, NoteKey.Type.ED25519, ed25519(Arrays.copyOfRange(seed, 1, seed.length)));
    assertEquals(setting("LOG_PUBLIC_KEY"), signer.key().vkey());
    for (int size = 0; size <= 15; size++) {
      byte[] note = read("checkpoint." + size);
      Checkpoint checkpoint = Checkpoint.parse(SignedNote.parse(note).text());
      assertArrayEquals(note, checkpoint.sign(List.of(signer), Instant.EPOCH).toBytes());
    }
  }

  static PrivateKey ed25519(byte[] seed) {
    ByteArrayOutputStream der = new ByteArrayOutputStream();
    der.writeBytes(java.util.HexFormat.of().parseHex("302e020100300506032b657004220420"));
    der.writeBytes(seed);
    return PrivateKey.fromPkcs8(der.toByteArray());
  }

  @Test
  void aTileOrACheckpointWithOneBitChangedIsRefused() throws Exception {
    NoteKey key = NoteKey.parse(setting("LOG_PUBLIC_KEY"));
    byte[] note = read("checkpoint");
    Checkpoint checkpoint = Checkpoint.open(note, ORIGIN, List.of(key));
    for (int bit = 0; bit < 15 * 32 * 8; bit += 7) {
      int at = bit;
      AssayException e =
          assertThrows(
              AssayException.class,
              () ->
                  new TileTree(
                      15,
                      checkpoint.root(),
                      t -> {
                        byte[] tile = read(t.path());
                        tile[at / 8] ^= (byte) (1 << at % 8);
                        return tile;
                      }));
      assertEquals(Code.BAD_TILE, e.code());
    }
    for (int at = 0; at < note.length; at++) {
      byte[] changed = note.clone();
      changed[at] ^= 1;
      assertThrows(
          AssayException.class, () -> Checkpoint.open(changed, ORIGIN, List.of(key)), "byte " + at);
    }
    assertEquals(
        Code.WRONG_ORIGIN,
        assertThrows(AssayException.class, () -> Checkpoint.open(note, "example.com", List.of(key)))
            .code());
    assertEquals(ORIGIN + "\n15\n", Text.utf8(note).substring(0, ORIGIN.length() + 4));
  }
}
