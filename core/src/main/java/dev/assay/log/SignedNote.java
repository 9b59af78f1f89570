package dev.assay.log;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A text with signatures beneath (C2SP signed-note). Until {@link #signers} says who signed it, the
 * text is just text.
 *
 * @param text ends in a newline, which is signed too
 * @param signatures at least one, in the order they are written
 */
public record SignedNote(String text, List<Signature> signatures) {

  private static final String DASH = "\u2014 ";

  /**
   * One line beneath the text.
   *
   * @param name who claims to have signed
   * @param keyId which of the name's keys
   * @param bytes the signature, without the key ID before it
   */
  @SuppressWarnings("ArrayRecordComponent") // a signature is not compared
  public record Signature(String name, int keyId, byte[] bytes) {
    String line() {
      byte[] all = ByteBuffer.allocate(4 + bytes.length).putInt(keyId).put(bytes).array();
      return DASH + name + " " + Base64s.encode(all) + "\n";
    }
  }

  public SignedNote {
    signatures = List.copyOf(signatures);
  }

  /**
   * Reads a note.
   *
   * @throws AssayException with {@link Code#TOO_LARGE}, {@link Code#TOO_MANY} or {@link
   *     Code#BAD_NOTE}
   */
  public static SignedNote parse(byte[] bytes) {
    if (bytes.length > Limits.NOTE_BYTES) {
      throw new AssayException(
          Code.TOO_LARGE,
          "a signed note of " + bytes.length + " bytes; at most " + Limits.NOTE_BYTES);
    }
    String note;
    try {
      note = Text.utf8(bytes);
    } catch (AssayException e) {
      throw new AssayException(Code.BAD_NOTE, "a signed note is not UTF-8", e);
    }
    for (int i = 0; i < note.length(); i++) {
      if (note.charAt(i) < 0x20 && note.charAt(i) != '\n') {
        throw bad("it has a control character");
      }
    }
    int blank = note.lastIndexOf("\n\n");
    if (blank < 0) {
      throw bad("no empty line before the signatures");
    }
    String text = note.substring(0, blank + 1);
    return new SignedNote(text, signatures(note.substring(blank + 2)));
  }

  private static List<Signature> signatures(String lines) {
    if (!lines.endsWith("\n")) {
      throw bad(lines.isEmpty() ? "no signature" : "the last line has no end");
    }
    List<Signature> out = new ArrayList<>();
    for (String line : lines.substring(0, lines.length() - 1).split("\n", -1)) {
      if (out.size() == Limits.NOTE_SIGNATURES) {
        throw new AssayException(
            Code.TOO_MANY,
            "a signed note with more than " + Limits.NOTE_SIGNATURES + " signatures");
      }
      out.add(signature(line));
    }
    return out;
  }

  private static Signature signature(String line) {
    int space = line.indexOf(' ', DASH.length());
    if (!line.startsWith(DASH) || space < 0) {
      throw bad("not a signature line: " + Text.quote(line));
    }
    String name = line.substring(DASH.length(), space);
    if (!NoteKey.isName(name)) {
      throw bad("not a key name: " + Text.quote(name));
    }
    byte[] all;
    try {
      all = Base64s.decode(line.substring(space + 1));
    } catch (AssayException e) {
      throw new AssayException(
          Code.BAD_NOTE, "not a signed note: a signature is not base64: " + Text.quote(line), e);
    }
    if (all.length < 5) {
      throw bad("not a signature line: " + Text.quote(line));
    }
    return new Signature(
        name, ByteBuffer.wrap(all).getInt(), Arrays.copyOfRange(all, 4, all.length));
  }

  private static AssayException bad(String what) {
    return new AssayException(Code.BAD_NOTE, "not a signed note: " + what);
  }

  /**
   * Which of the keys signed the text. Signatures by other keys are ignored, as the format asks.
   *
   * @return at least one key, each once
   * @throws AssayException with {@link Code#SIGNATURE_INVALID} if a line claims to be by one of the
   *     keys and is not, {@link Code#NOTE_NOT_SIGNED} if none of the keys signed
   */
  public Set<NoteKey> signers(Collection<NoteKey> keys) {
    Set<NoteKey> out = new LinkedHashSet<>();
    for (Signature signature : signatures) {
      for (NoteKey key : keys) {
        if (!key.named(signature)) {
          continue;
        }
        if (!key.verify(text, signature.bytes())) {
          throw new AssayException(
              Code.SIGNATURE_INVALID,
              "the signature by " + Text.printable(key.toString()) + " does not verify");
        }
        out.add(key);
      }
    }
    if (out.isEmpty()) {
      throw new AssayException(
          Code.NOTE_NOT_SIGNED,
          "the note is signed by "
              + names(signatures.stream().map(s -> s.name() + "+" + hex(s.keyId())).toList())
              + "; expected "
              + names(keys.stream().map(NoteKey::toString).toList()));
    }
    return out;
  }

  private static String hex(int keyId) {
    return "%08x".formatted(keyId);
  }

  private static String names(List<String> names) {
    return Text.printable(String.join(", ", names));
  }

  /** The same note with more signatures beneath. */
  public SignedNote with(List<Signature> more) {
    List<Signature> all = new ArrayList<>(signatures);
    all.addAll(more);
    return new SignedNote(text, all);
  }

  /** The note as it is written. */
  public byte[] toBytes() {
    StringBuilder out = new StringBuilder(text).append('\n');
    signatures.forEach(s -> out.append(s.line()));
    return Text.utf8(out.toString());
  }
}
