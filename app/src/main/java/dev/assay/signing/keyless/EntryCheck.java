package dev.assay.signing.keyless;

import dev.assay.attest.LogEntry;
import dev.assay.attest.Octets;
import dev.assay.attest.RekorBody;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.log.Checkpoint;
import dev.assay.log.Merkle;
import dev.assay.log.SignedNote;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Whether a log's answer is about the signature that it was given and proves what it says, as far
 * as that can be told without the log's key. With a trust root, which has it, {@link SelfCheck}
 * goes all the way.
 */
final class EntryCheck {

  private EntryCheck() {}

  /**
   * @param who the log, for messages
   * @throws AssayException with {@link Code#BAD_LOG_ENTRY}, {@link Code#LOG_ENTRY_MISMATCH} or
   *     {@link Code#NOT_INCLUDED}
   */
  static void check(LogEntry entry, MadeSignature made, int version, String who) {
    byte[] bytes = entry.canonicalizedBody().bytes();
    RekorBody body = RekorBody.parse(bytes);
    RekorBody.Kind wanted =
        version == 2
            ? RekorBody.Kind.HASHED_REKORD_V2
            : made.envelope().isPresent()
                ? RekorBody.Kind.DSSE_V1
                : RekorBody.Kind.HASHED_REKORD_V1;
    if (body.kind() != wanted
        || !RekorBody.Kind.of(entry.kind(), entry.version()).equals(Optional.of(wanted))) {
      throw mismatch(who, "of the kind " + body.kind() + ", not " + wanted);
    }
    Digest digest =
        wanted == RekorBody.Kind.DSSE_V1
            ? Hashes.sha256Digest(made.envelope().orElseThrow().payload())
            : made.loggedDigest();
    if (!body.digest().equals(digest)) {
      throw mismatch(who, "about other content, " + body.digest());
    }
    if (!body.signature().equals(Optional.of(made.signature()))) {
      throw mismatch(who, "about another signature");
    }
    if (!body.verifier().equals(made.signer())) {
      throw mismatch(who, "about a signature by another");
    }
    if (version == 2
        && !Arrays.equals(
            bytes,
            RekorBody.hashedRekordV2(digest, made.signature(), made.signer(), made.keyDetails()))) {
      throw mismatch(who, "not what a log makes of this signature");
    }
    included(entry, bytes, who);
  }

  private static AssayException mismatch(String who, String how) {
    return new AssayException(
        Code.LOG_ENTRY_MISMATCH, who + " answers with an entry that is " + how);
  }

  private static void included(LogEntry entry, byte[] body, String who) {
    LogEntry.Proof proof =
        entry
            .inclusionProof()
            .orElseThrow(
                () -> new AssayException(Code.NOT_INCLUDED, who + " gives no inclusion proof"));
    Checkpoint checkpoint =
        Checkpoint.parse(SignedNote.parse(Text.utf8(proof.checkpoint().orElse(""))).text());
    byte[] root = proof.rootHash().bytes();
    List<byte[]> hashes = new ArrayList<>();
    for (Octets hash : proof.hashes()) {
      hashes.add(hash.bytes());
    }
    if (checkpoint.size() != proof.treeSize()
        || !Arrays.equals(checkpoint.root(), root)
        || !Merkle.verifyInclusion(
            proof.logIndex(), proof.treeSize(), Merkle.leafHash(body), hashes, root)) {
      throw new AssayException(
          Code.NOT_INCLUDED,
          who + " gives a proof that does not lead from the entry to its checkpoint");
    }
  }
}
