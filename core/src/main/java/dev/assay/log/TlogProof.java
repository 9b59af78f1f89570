package dev.assay.log;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A file that proves an entry to be in a log, with no access to the log (C2SP tlog-proof, extension
 * {@code .tlog-proof}).
 *
 * @param extra of the application; not authenticated
 * @param index of the entry
 * @param hashes from the leaf's sibling to the root's child
 * @param checkpoint a signed note, byte for byte
 */
@SuppressWarnings("ArrayRecordComponent") // copied in and out
public record TlogProof(
    Optional<byte[]> extra, long index, List<byte[]> hashes, byte[] checkpoint) {

  private static final String HEADER = "c2sp.org/tlog-proof@v1";
  private static final String EXTRA = "extra ";
  private static final String INDEX = "index ";
  private static final int MAX_HASHES = 63;

  /**
   * @throws AssayException with {@link Code#BAD_PROOF}
   */
  public TlogProof {
    if (index < 0) {
      throw bad("its index is negative");
    }
    if (hashes.size() > MAX_HASHES
        || hashes.stream().anyMatch(h -> h.length != Merkle.HASH_BYTES)) {
      throw bad("its hashes are too many or not of 32 bytes");
    }
    extra = extra.map(byte[]::clone);
    hashes = hashes.stream().map(byte[]::clone).toList();
    checkpoint = checkpoint.clone();
  }

  /**
   * Reads a proof file. The checkpoint in it is kept as it is and looked at by {@link #verify}.
   *
   * @throws AssayException with {@link Code#TOO_LARGE} or {@link Code#BAD_PROOF}
   */
  public static TlogProof parse(byte[] file) {
    if (file.length > Limits.TLOG_PROOF_BYTES) {
      throw new AssayException(
          Code.TOO_LARGE,
          "a proof of " + file.length + " bytes; at most " + Limits.TLOG_PROOF_BYTES);
    }
    String text;
    try {
      text = Text.utf8(file);
    } catch (AssayException e) {
      throw new AssayException(Code.BAD_PROOF, "not a proof: not UTF-8", e);
    }
    int blank = text.indexOf("\n\n");
    if (blank < 0) {
      throw bad("no empty line before the checkpoint");
    }
    String[] lines = text.substring(0, blank).split("\n", MAX_HASHES + 5);
    if (!lines[0].equals(HEADER)) {
      throw bad("it does not begin with " + HEADER);
    }
    int at = 1;
    Optional<byte[]> extra = Optional.empty();
    if (at < lines.length && lines[at].startsWith(EXTRA)) {
      extra = Optional.of(base64(lines[at].substring(EXTRA.length())));
      at++;
    }
    if (at == lines.length || !lines[at].matches("index (0|[1-9][0-9]{0,18})")) {
      throw bad("no index");
    }
    long index;
    try {
      index = Long.parseLong(lines[at].substring(INDEX.length()));
    } catch (NumberFormatException e) {
      throw new AssayException(Code.BAD_PROOF, "not a proof: index too large", e);
    }
    List<byte[]> hashes = new ArrayList<>();
    for (String line : List.of(lines).subList(at + 1, lines.length)) {
      hashes.add(base64(line));
    }
    return new TlogProof(extra, index, hashes, Text.utf8(text.substring(blank + 2)));
  }

  private static byte[] base64(String text) {
    try {
      return Base64s.decode(text);
    } catch (AssayException e) {
      throw new AssayException(Code.BAD_PROOF, "not a proof: " + e.getMessage(), e);
    }
  }

  private static AssayException bad(String what) {
    return new AssayException(Code.BAD_PROOF, "not a proof: " + what);
  }

  /**
   * Checks that the log of this origin, whose checkpoint one of the keys signed, holds the entry.
   *
   * @return the checkpoint
   * @throws AssayException with {@link Code#INCLUSION_INVALID}, or as {@link Checkpoint#open}
   */
  public Checkpoint verify(byte[] entry, String origin, Collection<NoteKey> keys) {
    Checkpoint opened = Checkpoint.open(checkpoint, origin, keys);
    if (!Merkle.verifyInclusion(
        index, opened.size(), Merkle.leafHash(entry), hashes, opened.root())) {
      throw new AssayException(
          Code.INCLUSION_INVALID,
          "the entry is not number "
              + index
              + " of the "
              + opened.size()
              + " entries of "
              + Text.quote(origin));
    }
    return opened;
  }

  @Override
  public byte[] checkpoint() {
    return checkpoint.clone();
  }

  /** The file. */
  public byte[] toBytes() {
    StringBuilder out = new StringBuilder(HEADER).append('\n');
    extra.ifPresent(e -> out.append(EXTRA).append(Base64s.encode(e)).append('\n'));
    out.append(INDEX).append(index).append('\n');
    hashes.forEach(h -> out.append(Base64s.encode(h)).append('\n'));
    return Text.utf8(out.append('\n').append(Text.utf8(checkpoint)).toString());
  }
}
