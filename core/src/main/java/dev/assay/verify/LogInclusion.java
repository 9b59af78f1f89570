package dev.assay.verify;

import dev.assay.attest.LogEntry;
import dev.assay.attest.Octets;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.log.Checkpoint;
import dev.assay.log.Merkle;
import dev.assay.log.RekorKey;
import dev.assay.log.SignedNote;
import dev.assay.trust.TrustRoot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The proof that an entry is in a log: hashes that lead to the root in a signed checkpoint. */
final class LogInclusion {

  private static final String TREE = " - ";

  private LogInclusion() {}

  /**
   * Verifies the proof, which the entry has to have.
   *
   * @return whether the log signed for the tree; false for a proof without a checkpoint, which
   *     bundles of version 0.1 may have, and which proves nothing
   * @throws AssayException with a code of {@link Checkpoint#open} or {@link Code.NOT_INCLUDED}
   */
  static boolean verify(
      LogEntry entry, byte[] body, boolean rekorV2, TrustRoot.Log log, CheckpointCache cache) {
    LogEntry.Proof proof = entry.inclusionProof().orElseThrow();
    // A log of version 2 is one tree; one of version 1 counts over several.
    if (rekorV2 && entry.logIndex() != proof.logIndex()) {
      throw new AssayException(
          Code.NOT_INCLUDED,
          "the entry has the index " + entry.logIndex() + ", its proof " + proof.logIndex());
    }
    byte[] root = proof.rootHash().bytes();
    if (proof.checkpoint().isPresent()) {
      Checkpoint checkpoint = checkpoint(proof.checkpoint().get(), rekorV2, log, cache);
      if (checkpoint.size() != proof.treeSize() || !Arrays.equals(checkpoint.root(), root)) {
        throw new AssayException(
            Code.NOT_INCLUDED,
            "the proof leads to a tree of "
                + proof.treeSize()
                + " entries with another root or size than the checkpoint of "
                + checkpoint.size());
      }
    }
    List<byte[]> hashes = new ArrayList<>(proof.hashes().size());
    for (Octets hash : proof.hashes()) {
      hashes.add(hash.bytes());
    }
    if (!Merkle.verifyInclusion(
        proof.logIndex(), proof.treeSize(), Merkle.leafHash(body), hashes, root)) {
      throw new AssayException(
          Code.NOT_INCLUDED,
          "the proof does not lead from the entry to the root of the tree of "
              + proof.treeSize()
              + " entries");
    }
    return proof.checkpoint().isPresent();
  }

  private static Checkpoint checkpoint(
      String envelope, boolean rekorV2, TrustRoot.Log log, CheckpointCache cache) {
    byte[] note = Text.utf8(envelope);
    Digest key = key(note, rekorV2, log);
    Checkpoint known = cache.get(key).orElse(null);
    if (known != null) {
      return known;
    }
    SignedNote signed = SignedNote.parse(note);
    Checkpoint checkpoint = Checkpoint.parse(signed.text());
    RekorKey signer =
        rekorV2
            ? RekorKey.v2(originV2(checkpoint, log), log.key(), log.scheme())
            : RekorKey.v1(nameV1(checkpoint), log.key(), log.scheme());
    signer.check(signed);
    cache.put(key, checkpoint);
    return checkpoint;
  }

  // Everything that decides whether the checkpoint verifies.
  private static Digest key(byte[] note, boolean rekorV2, TrustRoot.Log log) {
    byte[] by =
        Text.utf8(
            (rekorV2 ? "2 " + log.host() : "1")
                + "\n"
                + log.id().hex()
                + "\n"
                + log.scheme().name()
                + "\n"
                + log.key().id()
                + "\n");
    return Digest.sha256(Hashes.sha256(by, note));
  }

  private static String originV2(Checkpoint checkpoint, TrustRoot.Log log) {
    String host = log.host();
    if (!checkpoint.origin().equals(host)) {
      throw new AssayException(
          Code.WRONG_ORIGIN,
          "a checkpoint of " + Text.quote(checkpoint.origin()) + "; expected " + Text.quote(host));
    }
    return host;
  }

  /**
   * The name before the tree's number. A server is free in choosing it, and its clients do not
   * compare it with the log's address: the key says which log it is.
   */
  private static String nameV1(Checkpoint checkpoint) {
    String origin = checkpoint.origin();
    int at = origin.lastIndexOf(TREE);
    int from = at + TREE.length();
    boolean tree = at > 0 && from < origin.length();
    for (int i = from; tree && i < origin.length(); i++) {
      tree = origin.charAt(i) >= '0' && origin.charAt(i) <= '9';
    }
    if (!tree) {
      throw new AssayException(
          Code.WRONG_ORIGIN,
          "a checkpoint of "
              + Text.quote(origin)
              + "; expected a name, \" - \" and a tree's number");
    }
    return origin.substring(0, at);
  }
}
