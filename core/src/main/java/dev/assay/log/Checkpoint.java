package dev.assay.log;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * A tree, named: the text of a log's signed notes (C2SP tlog-checkpoint).
 *
 * @param origin names the log for ever; at most 255 bytes
 * @param size how many entries
 * @param root of the tree over them
 * @param extensions further lines; opaque, mostly none
 */
@SuppressWarnings("ArrayRecordComponent") // copied in and out, compared by content
public record Checkpoint(String origin, long size, byte[] root, List<String> extensions) {

  private static final int MAX_ORIGIN_BYTES = 255;
  private static final int MAX_EXTENSIONS = 16;

  /**
   * @throws AssayException with {@link Code#BAD_CHECKPOINT} if this is no checkpoint
   */
  public Checkpoint {
    if (origin.isEmpty()
        || origin.indexOf('\n') >= 0
        || Text.utf8(origin).length > MAX_ORIGIN_BYTES) {
      throw bad("its origin is empty or too long");
    }
    if (size < 0) {
      throw bad("its size is negative");
    }
    if (root.length != Merkle.HASH_BYTES) {
      throw bad("its root has " + root.length + " bytes");
    }
    if (size == 0 && !MessageDigest.isEqual(root, Merkle.emptyRoot())) {
      throw bad("its root is not that of the empty tree");
    }
    if (extensions.size() > MAX_EXTENSIONS) {
      throw bad("its extension lines are empty or too many");
    }
    for (String extension : extensions) {
      if (extension.isEmpty() || extension.indexOf('\n') >= 0) {
        throw bad("its extension lines are empty or too many");
      }
    }
    root = root.clone();
    extensions = List.copyOf(extensions);
  }

  public Checkpoint(String origin, long size, byte[] root) {
    this(origin, size, root, List.of());
  }

  /**
   * Reads the text of a note.
   *
   * @throws AssayException with {@link Code#BAD_CHECKPOINT} if it is no checkpoint, written in the
   *     one way
   */
  public static Checkpoint parse(String text) {
    if (!text.endsWith("\n")) {
      throw bad("its last line has no end");
    }
    List<String> lines =
        Arrays.asList(text.substring(0, text.length() - 1).split("\n", MAX_EXTENSIONS + 5));
    if (lines.size() < 3) {
      throw bad("fewer than three lines");
    }
    String size = lines.get(1);
    if (!Text.isDecimal(size, 0)) {
      throw bad("not a size: " + Text.quote(size));
    }
    try {
      return new Checkpoint(
          lines.get(0),
          Long.parseLong(size),
          Base64s.decode(lines.get(2)),
          lines.subList(3, lines.size()));
    } catch (NumberFormatException e) {
      throw new AssayException(Code.BAD_CHECKPOINT, "not a checkpoint: size " + size, e);
    } catch (AssayException e) {
      if (e.code() == Code.BAD_CHECKPOINT) {
        throw e;
      }
      throw new AssayException(Code.BAD_CHECKPOINT, "not a checkpoint: its root is not base64", e);
    }
  }

  private static AssayException bad(String what) {
    return new AssayException(Code.BAD_CHECKPOINT, "not a checkpoint: " + what);
  }

  /**
   * Reads a signed checkpoint and checks it: one of the keys signed it, no signature by one of them
   * is bad, and the log is the one expected.
   *
   * @throws AssayException with {@link Code#BAD_NOTE}, {@link Code#SIGNATURE_INVALID}, {@link
   *     Code#NOTE_NOT_SIGNED}, {@link Code#BAD_CHECKPOINT} or {@link Code#WRONG_ORIGIN}
   */
  public static Checkpoint open(byte[] note, String origin, Collection<NoteKey> keys) {
    SignedNote signed = SignedNote.parse(note);
    signed.signers(keys);
    Checkpoint checkpoint = parse(signed.text());
    if (!checkpoint.origin.equals(origin)) {
      throw new AssayException(
          Code.WRONG_ORIGIN,
          "a checkpoint of " + Text.quote(checkpoint.origin) + "; expected " + Text.quote(origin));
    }
    return checkpoint;
  }

  /** Signs the checkpoint by each signer, in their order. */
  public SignedNote sign(List<NoteSigner> signers, Instant time) {
    long seconds = Math.max(0, time.getEpochSecond());
    return new SignedNote(text(), signers.stream().map(s -> s.sign(this, seconds)).toList());
  }

  @Override
  public byte[] root() {
    return root.clone();
  }

  /** The text as it is signed. */
  public String text() {
    StringBuilder out = new StringBuilder();
    out.append(origin).append('\n');
    out.append(size).append('\n');
    out.append(Base64s.encode(root)).append('\n');
    extensions.forEach(e -> out.append(e).append('\n'));
    return out.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Checkpoint that
        && origin.equals(that.origin)
        && size == that.size
        && Arrays.equals(root, that.root)
        && extensions.equals(that.extensions);
  }

  @Override
  public int hashCode() {
    return Objects.hash(origin, size, Arrays.hashCode(root), extensions);
  }
}
