package dev.assay.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SignedNoteTest {

  // The example of C2SP signed-note.
  private static final String VKEY =
      "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
  private static final String NOTE =
      """
      This is an example message.

      — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
      """;

  private static final String ORIGIN = "example.com/log";
  private static final Instant TIME = Instant.ofEpochSecond(1_679_315_147);

  private static void assertCode(Code code, org.junit.jupiter.api.function.Executable call) {
    assertEquals(code, assertThrows(AssayException.class, call).code());
  }

  private static NoteSigner signer(NoteKey.Type type) {
    return NoteSigner.of(ORIGIN, type, PrivateKey.generate(type.algorithm()));
  }

  private static Checkpoint checkpoint() {
    return new Checkpoint(ORIGIN, 20_852_163, Merkle.leafHash(new byte[] {7}));
  }

  @Test
  void theSpecificationsExampleVerifies() {
    NoteKey key = NoteKey.parse(VKEY);
    assertEquals(VKEY, key.vkey());
    assertEquals(0x530d903a, key.id());
    SignedNote note = SignedNote.parse(Text.utf8(NOTE));
    assertEquals("This is an example message.\n", note.text());
    assertEquals(Set.of(key), note.signers(List.of(key)));
    assertArrayEquals(Text.utf8(NOTE), note.toBytes());
  }

  @Test
  void aNoteCutOffAnywhereOrWithAnyBitChangedIsRefused() {
    NoteKey key = NoteKey.parse(VKEY);
    byte[] note = Text.utf8(NOTE);
    for (int cut = 0; cut < note.length; cut++) {
      byte[] shorter = Arrays.copyOf(note, cut);
      assertThrows(
          AssayException.class,
          () -> SignedNote.parse(shorter).signers(List.of(key)),
          "cut " + cut);
    }
    for (int bit = 0; bit < 8 * note.length; bit++) {
      byte[] changed = note.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThrows(
          AssayException.class,
          () -> SignedNote.parse(changed).signers(List.of(key)),
          "bit " + bit);
    }
  }

  @Test
  void whatTheFormatForbidsIsRefused() {
    String line = NOTE.substring(NOTE.indexOf('—'));
    for (String bad :
        List.of(
            "",
            "\n",
            "text\n",
            "text\n\n",
            "text\n\n\n",
            "text\n" + line,
            "text\n\n" + line.strip(),
            "text\r\n\n" + line,
            "te\txt\n\n" + line,
            "text\n\n" + line + "\n",
            "text\n\n" + line + "x\n",
            "text\n\n- example.com/foo AAAAAAA=\n",
            "text\n\n—  AAAAAAA=\n",
            "text\n\n— a+b AAAAAAA=\n",
            "text\n\n— a\u00a0b AAAAAAA=\n",
            "text\n\n— a AAAAAAA\n",
            "text\n\n— a AAAAAAB=\n",
            "text\n\n— a AAAAAA==\n",
            "text\n\n— a AAAAAAA= \n",
            "text\n\n— a AAAA AAA=\n")) {
      assertCode(Code.BAD_NOTE, () -> SignedNote.parse(Text.utf8(bad)));
    }
    assertCode(Code.BAD_NOTE, () -> SignedNote.parse(new byte[] {(byte) 0xc3, 0x28, '\n', '\n'}));
  }

  @Test
  void manySignaturesAreReadAndTooManyAreNot() {
    String line = "— other.example AAAAAAA=\n";
    String most = "text\n\n" + line.repeat(Limits.NOTE_SIGNATURES);
    assertEquals(Limits.NOTE_SIGNATURES, SignedNote.parse(Text.utf8(most)).signatures().size());
    assertCode(Code.TOO_MANY, () -> SignedNote.parse(Text.utf8(most + line)));
    assertCode(Code.TOO_LARGE, () -> SignedNote.parse(new byte[Limits.NOTE_BYTES + 1]));
  }

  @Test
  void theTextEndsAtTheLastEmptyLine() {
    NoteSigner signer = signer(NoteKey.Type.ED25519);
    String text = "a\n\nb\n\n— looks.like AAAAAAA=\n";
    byte[] signature = signer.privateKey().sign(Text.utf8(text));
    SignedNote note =
        new SignedNote(
            text, List.of(new SignedNote.Signature(ORIGIN, signer.key().id(), signature)));
    SignedNote read = SignedNote.parse(note.toBytes());
    assertEquals(text, read.text());
    assertEquals(Set.of(signer.key()), read.signers(List.of(signer.key())));
  }

  @Test
  void eachKindOfKeySignsAndVerifiesAndPrintsItself() {
    for (NoteKey.Type type : NoteKey.Type.values()) {
      NoteSigner signer = signer(type);
      NoteKey key = NoteKey.parse(signer.key().vkey());
      assertEquals(signer.key(), key);
      byte[] note = checkpoint().sign(List.of(signer), TIME).toBytes();
      assertEquals(checkpoint(), Checkpoint.open(note, ORIGIN, List.of(key)));
      assertCode(
          Code.NOTE_NOT_SIGNED, () -> Checkpoint.open(note, ORIGIN, List.of(signer(type).key())));
      assertCode(Code.WRONG_ORIGIN, () -> Checkpoint.open(note, "other", List.of(key)));
      SignedNote parsed = SignedNote.parse(note);
      String moved = new Checkpoint(ORIGIN, 20_852_164, checkpoint().root()).text();
      assertCode(
          Code.SIGNATURE_INVALID,
          () -> new SignedNote(moved, parsed.signatures()).signers(List.of(key)));
      byte[] signature = parsed.signatures().getFirst().bytes();
      Random random = new Random(type.name().hashCode());
      for (int i = 0; i < 40; i++) {
        byte[] changed = signature.clone();
        changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        assertFalse(key.verify(checkpoint().text(), changed));
      }
      assertFalse(key.verify(checkpoint().text(), Arrays.copyOf(signature, signature.length - 1)));
      assertFalse(key.verify(checkpoint().text(), Arrays.copyOf(signature, signature.length + 1)));
    }
  }

  @Test
  void anMlDsaCosignatureBindsTheNameAndTheTimeAndAnEd25519OneTheTime() {
    NoteSigner signer = signer(NoteKey.Type.ML_DSA_44_COSIGNATURE);
    byte[] signature = checkpoint().sign(List.of(signer), TIME).signatures().getFirst().bytes();
    assertEquals(TIME.getEpochSecond(), ByteBuffer.wrap(signature).getLong());
    NoteKey renamed = NoteKey.of("other.example", signer.key().type(), signer.key().publicKey());
    assertTrue(signer.key().verify(checkpoint().text(), signature));
    assertFalse(renamed.verify(checkpoint().text(), signature));
    assertFalse(signer.key().verify("no checkpoint\n", signature));
    ByteBuffer.wrap(signature).putLong(-1);
    assertFalse(signer.key().verify(checkpoint().text(), signature));
  }

  @Test
  void theMessagesAreThoseOfTheSpecification() {
    Checkpoint c = checkpoint();
    assertEquals(
        "cosignature/v1\ntime 1679315147\n" + c.text(),
        Text.utf8(
            NoteKey.message(NoteKey.Type.ED25519_COSIGNATURE, "w.example", 1_679_315_147, c)));
    byte[] message =
        NoteKey.message(NoteKey.Type.ML_DSA_44_COSIGNATURE, "w.example", 1_679_315_147, c);
    ByteBuffer read = ByteBuffer.wrap(message);
    byte[] label = new byte[12];
    read.get(label);
    assertArrayEquals(Text.utf8("subtree/v1\n\0"), label);
    assertEquals(9, read.get());
    read.position(read.position() + 9);
    assertEquals(1_679_315_147, read.getLong());
    assertEquals(ORIGIN.length(), read.get());
    read.position(read.position() + ORIGIN.length());
    assertEquals(0, read.getLong());
    assertEquals(20_852_163, read.getLong());
    assertEquals(32, read.remaining());
  }

  @Test
  void signaturesOfUnknownKeysAreIgnoredAndABadOneOfAKnownKeyRefusesTheNote() {
    NoteSigner log = signer(NoteKey.Type.ED25519);
    NoteSigner stranger = signer(NoteKey.Type.ED25519);
    SignedNote note = checkpoint().sign(List.of(stranger, log), TIME);
    assertEquals(Set.of(log.key()), note.signers(List.of(log.key())));
    SignedNote.Signature bad =
        new SignedNote.Signature(ORIGIN, log.key().id(), stranger.privateKey().sign(new byte[1]));
    assertCode(Code.SIGNATURE_INVALID, () -> note.with(List.of(bad)).signers(List.of(log.key())));
    // The same signature twice is one signer.
    SignedNote twice = note.with(note.signatures());
    assertEquals(1, twice.signers(List.of(log.key())).size());
  }

  @Test
  void malformedKeysAreRefused() {
    for (String bad :
        List.of(
            "",
            "a",
            "a+b",
            "example.com/foo+530d903a",
            "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U",
            "example.com/ foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")) {
      assertCode(Code.KEY_UNREADABLE, () -> NoteKey.parse(bad));
    }
    assertCode(Code.KEY_UNSUPPORTED, () -> NoteKey.parse("a+00000000+AukyeRrm"));
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ED25519);
    for (String bad : List.of("", "a b", "a+b", "a\nb", "a\u2028b", "x".repeat(256))) {
      assertCode(Code.BAD_NOTE, () -> NoteKey.of(bad, NoteKey.Type.ED25519, key.publicKey()));
    }
    assertNotEquals(
        NoteKey.of("a", NoteKey.Type.ED25519, key.publicKey()).id(),
        NoteKey.of("a", NoteKey.Type.ED25519_COSIGNATURE, key.publicKey()).id());
  }

  @Test
  void textThatIsNoCheckpointIsRefused() {
    String root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    assertEquals(
        List.of("extension"), Checkpoint.parse("o\n5\n" + root + "\nextension\n").extensions());
    for (String bad :
        List.of(
            "",
            "\n",
            "o\n5\n",
            "o\n5\n" + root,
            "\n5\n" + root + "\n",
            "o\n05\n" + root + "\n",
            "o\n-5\n" + root + "\n",
            "o\n+5\n" + root + "\n",
            "o\n5 \n" + root + "\n",
            "o\n9223372036854775808\n" + root + "\n",
            "o\n99999999999999999999\n" + root + "\n",
            "o\n0\n" + root + "\n",
            "o\n5\n" + root.replace("I=", "J=") + "\n",
            "o\n5\n" + root.substring(4) + "\n",
            "o\n5\n" + root + "\n\n",
            "o\n5\n" + root + "\n" + String.join("\n", Collections.nCopies(17, "e")) + "\n",
            "x".repeat(256) + "\n5\n" + root + "\n")) {
      assertCode(Code.BAD_CHECKPOINT, () -> Checkpoint.parse(bad));
    }
  }

  @Test
  void randomBytesNeverDoWorseThanBeingRefused() {
    Random random = new Random(2001);
    List<byte[]> seeds = new ArrayList<>(List.of(Text.utf8(NOTE)));
    seeds.add(checkpoint().sign(List.of(signer(NoteKey.Type.ED25519)), TIME).toBytes());
    NoteKey key = NoteKey.parse(VKEY);
    for (int i = 0; i < 3_000; i++) {
      byte[] input = seeds.get(i % seeds.size()).clone();
      for (int change = 0; change <= random.nextInt(4); change++) {
        input[random.nextInt(input.length)] = (byte) random.nextInt(256);
      }
      try {
        Checkpoint.parse(SignedNote.parse(input).text());
        SignedNote.parse(input).signers(List.of(key));
      } catch (AssayException e) {
        assertTrue(!e.code().id().isEmpty());
      }
    }
  }
}
