package dev.assay.evidence;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Text;
import dev.assay.crypto.PublicKey;
import dev.assay.ledger.LedgerRecord;
import dev.assay.log.Checkpoint;
import dev.assay.log.Merkle;
import dev.assay.log.NoteKey;
import dev.assay.log.SignedNote;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks a proof file with the log's key and nothing else: no ledger, no network, no clock. The
 * answer is computed again, from the file alone, by the code that answers questions.
 */
public final class ProofChecker {

  /** Largest proof file that is read. */
  public static final int MAX_BYTES = Proof.MAX_BYTES;

  /**
   * What a proof that holds proves.
   *
   * @param origin the log's
   * @param size records in the tree that the log signed
   * @param records how many of them the proof carries
   * @param bundles signatures verified again
   * @param keys ids of the keys that made them
   */
  public record Checked(
      Answer answer, String origin, long size, int records, int bundles, List<String> keys) {

    /** What this proves and what it leaves to trust, for a person. */
    public String statement() {
      return "proven:\n"
          + "  - the log signed a tree of "
          + size
          + " records, and all "
          + records
          + " records shown here are in it, unchanged\n"
          + "  - their contents are what the records say, and no snapshot is missing between the"
          + " first and the last one shown\n"
          + "  - "
          + bundles
          + (bundles == 1 ? " bundle verifies" : " bundles verify")
          + " with the keys that the records name\n"
          + "  - the answer follows from these contents\n"
          + "left to trust:\n"
          + "  - that the snapshots told the truth, and that the keys belong to whom you think:"
          + keys.stream().map(k -> "\n      " + k).reduce("", String::concat)
          + "\n"
          + "  - that nothing was left out that would add to the answer: later snapshots, further"
          + " clusters, further bills of materials, later revisions of an advisory\n";
    }
  }

  private static final Set<Code> KEPT =
      Set.of(
          Code.BAD_NOTE,
          Code.BAD_CHECKPOINT,
          Code.NOTE_NOT_SIGNED,
          Code.SIGNATURE_INVALID,
          Code.WRONG_ORIGIN,
          Code.INCLUSION_INVALID,
          Code.PROOF_INVALID);

  private final Proof proof;
  private final Map<Digest, PublicKey> keys = new HashMap<>();
  private final Set<Digest> usedBlobs = new HashSet<>();
  private final Set<Digest> usedKeys = new TreeSet<>();
  private final Map<String, Chain> chains = new HashMap<>();
  private int bundles;

  private record Chain(long index, long sequence) {}

  private ProofChecker(Proof proof) {
    this.proof = proof;
    proof.keys().forEach(k -> keys.put(k.id(), k));
  }

  /**
   * Checks a proof.
   *
   * @param logKeys the log's keys, got from somebody trusted; the name of one must be the log's
   *     origin
   * @throws AssayException with {@link Code#BAD_PROOF_FILE} or {@link Code#DIGEST_MISMATCH} if the
   *     file is no proof, {@link Code#NOTE_NOT_SIGNED}, {@link Code#SIGNATURE_INVALID} or {@link
   *     Code#WRONG_ORIGIN} if the log did not sign its checkpoint, {@link Code#INCLUSION_INVALID}
   *     if a record is not in the log, {@link Code#PROOF_INVALID} if the rest does not hold
   */
  public static Checked check(byte[] file, Collection<NoteKey> logKeys) {
    ProofChecker checker = new ProofChecker(Proof.parse(file));
    try {
      return checker.check(logKeys);
    } catch (AssayException e) {
      if (KEPT.contains(e.code())) {
        throw e;
      }
      // Whatever it is that cannot be read or answered from the contents: they prove nothing.
      throw new AssayException(Code.PROOF_INVALID, "the proof does not hold: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new AssayException(
          Code.PROOF_INVALID, "the proof does not hold: its answer has a number like no other", e);
    }
  }

  private Checked check(Collection<NoteKey> logKeys) {
    Checkpoint stated = Checkpoint.parse(SignedNote.parse(proof.checkpoint()).text());
    List<NoteKey> named = logKeys.stream().filter(k -> k.name().equals(stated.origin())).toList();
    if (named.isEmpty()) {
      throw new AssayException(
          Code.WRONG_ORIGIN,
          "a proof from the log "
              + Text.quote(stated.origin())
              + "; the key given is of "
              + Text.quote(logKeys.stream().findFirst().map(NoteKey::name).orElse("nobody")));
    }
    Checkpoint checkpoint = Checkpoint.open(proof.checkpoint(), stated.origin(), named);
    long limit =
        proof.question().asOf().orElseThrow(() -> invalid("the question names no position"));
    if (limit > checkpoint.size()) {
      throw invalid("the question is about more records than the log had");
    }
    Answer answer;
    try (EvidenceIndex index = EvidenceIndex.inMemory()) {
      for (Proof.Entry entry : proof.records()) {
        if (!Merkle.verifyInclusion(
            entry.index(),
            checkpoint.size(),
            Merkle.leafHash(entry.record()),
            entry.proof(),
            checkpoint.root())) {
          throw new AssayException(
              Code.INCLUSION_INVALID, "record " + entry.index() + " is not in the signed tree");
        }
        if (entry.index() >= limit) {
          throw invalid("record " + entry.index() + " was not known at " + limit);
        }
        LedgerRecord record = LedgerRecord.parse(entry.record());
        check(entry.index(), record);
        index.ingest(entry.index(), record, d -> Optional.ofNullable(proof.blobs().get(d)));
      }
      answer = index.asker().ask(proof.question());
    }
    if (!usedBlobs.equals(proof.blobs().keySet())) {
      throw invalid("it carries a blob that no record names");
    }
    if (usedKeys.size() != proof.keys().size()) {
      throw invalid("it carries a key that signed nothing in it");
    }
    if (!Arrays.equals(answer.toJson().canonical(), proof.answer().canonical())) {
      throw invalid(
          "computed from its contents, the answer is another: "
              + answer.result()
              + " where it states "
              + stated());
    }
    return new Checked(
        answer,
        checkpoint.origin(),
        checkpoint.size(),
        proof.records().size(),
        bundles,
        usedKeys.stream().map(Digest::toString).toList());
  }

  private String stated() {
    return proof.answer() instanceof dev.assay.bytes.Json.Obj o
            && o.get("answer").orElse(null) instanceof dev.assay.bytes.Json.Str s
        ? Text.quote(s.value()) + " or other details"
        : "something else";
  }

  private void check(long index, LedgerRecord record) {
    for (Digest digest : record.blobs()) {
      if (!proof.blobs().containsKey(digest)) {
        throw invalid("record " + index + " rests on " + digest.brief() + ", which is missing");
      }
      usedBlobs.add(digest);
    }
    switch (record.type()) {
      case LedgerRecord.Types.EVIDENCE -> evidence(index, record);
      case LedgerRecord.Types.SNAPSHOT -> {
        requireBlob(index, record, "content");
        chain(index, record);
      }
      case LedgerRecord.Types.ADVISORY -> requireBlob(index, record, "content");
      case LedgerRecord.Types.DECISION -> {}
      default -> throw invalid("record " + index + " supports no answer");
    }
  }

  private void requireBlob(long index, LedgerRecord record, String name) {
    Digest digest = Fields.of(record.body(), record.type(), Code.BAD_RECORD).digest(name);
    if (!record.blobs().contains(digest)) {
      throw invalid("record " + index + " does not list its " + name);
    }
  }

  private void evidence(long index, LedgerRecord record) {
    requireBlob(index, record, "bundle");
    Fields f = Fields.of(record.body(), "evidence", Code.BAD_RECORD);
    if (Indexer.document(f).isPresent()) {
      requireBlob(index, record, "document");
    }
    Digest keyId = Prover.keyId(f.string("keyId"));
    PublicKey key = keys.get(keyId);
    if (key == null) {
      throw invalid("the key " + keyId.brief() + " of record " + index + " is missing");
    }
    byte[] bundle = proof.blobs().get(f.digest("bundle"));
    if (bundle == null
        || !Prover.verifies(bundle, key, f.digest("subject"), f.string("predicateType"))) {
      throw invalid("the signature of the evidence in record " + index + " does not verify");
    }
    usedKeys.add(keyId);
    bundles++;
  }

  // Whoever leaves a snapshot out of the middle breaks the chain.
  private void chain(long index, LedgerRecord record) {
    Fields f = Fields.of(record.body(), "snapshot", Code.BAD_RECORD);
    String cluster = f.string("cluster");
    Chain before = chains.get(cluster);
    if (before != null
        && (f.integer("previous") != before.index
            || f.integer("sequence") != before.sequence + 1)) {
      throw invalid(
          "a snapshot of "
              + Text.quote(cluster)
              + " is missing between records "
              + before.index
              + " and "
              + index);
    }
    chains.put(cluster, new Chain(index, f.integer("sequence")));
  }

  private static AssayException invalid(String what) {
    return new AssayException(Code.PROOF_INVALID, "the proof does not hold: " + what);
  }
}
