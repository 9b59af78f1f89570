package dev.assay.evidence;

import dev.assay.attest.Bundle;
import dev.assay.attest.EvidenceReader;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Text;
import dev.assay.crypto.PublicKey;
import dev.assay.ledger.LedgerReader;
import dev.assay.ledger.LedgerRecord;
import dev.assay.log.Checkpoint;
import dev.assay.log.NoteKey;
import dev.assay.log.SignedNote;
import dev.assay.verify.SignatureMath;
import dev.assay.verify.Subject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes proofs: an answer with everything it rests on, for somebody who trusts nobody. */
public final class Prover {

  private static final Pattern PEM =
      Pattern.compile(
          "-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]{1,20000})-----END PUBLIC KEY-----");

  private final LedgerReader ledger;
  private final EvidenceIndex index;

  /**
   * @param index of this ledger, up to date
   */
  public Prover(LedgerReader ledger, EvidenceIndex index) {
    this.ledger = ledger;
    this.index = index;
  }

  /** A proof, with the answer it proves. */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  public record Proven(Answer answer, byte[] file) {}

  /**
   * Answers a question and proves the answer.
   *
   * @param logKeys the ledger's own keys; the proof is checked with them before it is handed out
   * @param signers public keys of signers; those inside recorded policies are found without
   * @throws AssayException with {@link Code#PROOF_INVALID} if no proof can be made that holds: a
   *     key or a blob is missing, or the ledger's snapshots do not connect; and as {@link
   *     Asker#ask}
   */
  public Proven prove(
      Question question, Collection<NoteKey> logKeys, Collection<PublicKey> signers) {
    byte[] note = ledger.checkpoint();
    Checkpoint checkpoint = Checkpoint.parse(SignedNote.parse(note).text());
    long known = Math.min(index.position(), checkpoint.size());
    if (question.asOf().orElse(0L) > known) {
      throw new AssayException(
          Code.BAD_QUESTION, "the ledger has " + known + " records; more were asked about");
    }
    Asker.Supported supported =
        index.asker().supported(question.asOf().isPresent() ? question : question.asOf(known));
    AssayException first;
    try {
      return write(supported, note, checkpoint, logKeys, signers, false);
    } catch (AssayException e) {
      if (e.code() != Code.PROOF_INVALID) {
        throw e;
      }
      first = e;
    }
    // Snapshots out of order can reach into the time asked about from before its beginning.
    try {
      return write(supported, note, checkpoint, logKeys, signers, true);
    } catch (AssayException e) {
      e.addSuppressed(first);
      throw e;
    }
  }

  private Proven write(
      Asker.Supported supported,
      byte[] note,
      Checkpoint checkpoint,
      Collection<NoteKey> logKeys,
      Collection<PublicKey> signers,
      boolean whole) {
    long limit = supported.answer().question().asOf().orElseThrow();
    TreeSet<Long> indexes = new TreeSet<>(supported.support().records());
    for (Map.Entry<String, Long> e : supported.support().firstSnapshot().entrySet()) {
      indexes.addAll(index.snapshotIndexes(e.getKey(), whole ? 0 : e.getValue(), limit));
    }
    List<Proof.Entry> entries = new ArrayList<>();
    Map<Digest, byte[]> blobs = new TreeMap<>();
    Map<Digest, PublicKey> keys = new TreeMap<>();
    Map<Digest, PublicKey> offered = new TreeMap<>();
    signers.forEach(k -> offered.put(k.id(), k));
    long bytes = 0;
    for (long i : indexes) {
      LedgerRecord record = ledger.record(i);
      entries.add(
          new Proof.Entry(i, ledger.recordBytes(i), ledger.inclusionProof(i, checkpoint.size())));
      for (Digest digest : record.blobs()) {
        byte[] blob =
            ledger
                .blob(digest)
                .orElseThrow(() ->
                    new AssayException(
                        Code.PROOF_INVALID,
                        "record "
                            + i
                            + " rests on "
                            + digest.brief()
                            + ", which the ledger lacks"));
        if (blobs.put(digest, blob) == null) {
          bytes += blob.length;
        }
        if (bytes > Proof.MAX_BYTES / 2) {
          throw new AssayException(
              Code.TOO_LARGE,
              "the proof would be larger than " + Proof.MAX_BYTES + " bytes",
              "ask about a shorter time, or about one cluster");
        }
      }
      if (record.type().equals(LedgerRecord.Types.DECISION)) {
        policyKeys(record, blobs).forEach(k -> offered.put(k.id(), k));
      }
    }
    for (Proof.Entry entry : entries) {
      LedgerRecord record = ledger.record(entry.index());
      if (record.type().equals(LedgerRecord.Types.EVIDENCE)) {
        PublicKey key = signer(entry.index(), record, offered);
        keys.put(key.id(), key);
      }
    }
    Proof proof =
        new Proof(
            supported.answer().question(),
            supported.answer().toJson(),
            note,
            entries,
            blobs,
            List.copyOf(keys.values()));
    byte[] file = proof.toBytes();
    ProofChecker.check(file, logKeys);
    return new Proven(supported.answer(), file);
  }

  private PublicKey signer(long i, LedgerRecord record, Map<Digest, PublicKey> offered) {
    Digest keyId = keyId(Fields.of(record.body(), "evidence", Code.BAD_RECORD).string("keyId"));
    PublicKey key = offered.get(keyId);
    if (key == null) {
      key = recordedKey(record, keyId).orElse(null);
    }
    if (key == null) {
      key = policyKey(keyId).orElse(null);
    }
    if (key == null) {
      throw new AssayException(
          Code.KEY_UNREADABLE,
          "the public key "
              + keyId.brief()
              + " that signed the evidence in record "
              + i
              + " is in no recorded policy",
          "give the key with --key FILE");
    }
    offered.put(keyId, key);
    return key;
  }

  /** A key id in a record: a digest, with or without its algorithm. */
  static Digest keyId(String text) {
    return Digest.parse(text.indexOf(':') < 0 ? "sha256:" + text : text);
  }

  // The record may hold the key (SubjectPublicKeyInfo, base64) beside its id.
  private static Optional<PublicKey> recordedKey(LedgerRecord record, Digest keyId) {
    return Fields.of(record.body(), "evidence", Code.BAD_RECORD)
        .optionalBase64("key")
        .map(PublicKey::fromSpki)
        .filter(key -> key.id().equals(keyId));
  }

  // Policies that were in force hold the keys they trusted.
  private Optional<PublicKey> policyKey(Digest keyId) {
    for (long i : index.policyDecisions()) {
      for (PublicKey key : policyKeys(ledger.record(i), Map.of())) {
        if (key.id().equals(keyId)) {
          return Optional.of(key);
        }
      }
    }
    return Optional.empty();
  }

  private List<PublicKey> policyKeys(LedgerRecord record, Map<Digest, byte[]> known) {
    List<PublicKey> out = new ArrayList<>();
    for (Digest digest : record.blobs()) {
      byte[] have = known.get(digest);
      Optional<byte[]> blob = have != null ? Optional.of(have) : ledger.blob(digest);
      if (blob.isEmpty()) {
        continue;
      }
      String text;
      try {
        text = Text.utf8(blob.get());
      } catch (AssayException e) {
        continue;
      }
      Matcher m = PEM.matcher(text);
      while (m.find()) {
        // In YAML the lines are indented.
        String body = m.group(1).replaceAll("\\s", "");
        try {
          out.add(PublicKey.fromSpki(dev.assay.bytes.Base64s.decode(body)));
        } catch (AssayException e) {
          // not a key after all
        }
      }
    }
    return out;
  }

  /** Whether a bundle's signature verifies with a key and is about a subject. */
  static boolean verifies(byte[] bundleBytes, PublicKey key, Digest subject, String predicateType) {
    Bundle bundle = EvidenceReader.one(bundleBytes, dev.assay.bytes.Limits.SBOM_BYTES);
    if (!SignatureMath.isSignedBy(key, bundle, Subject.of(subject.toString(), subject))) {
      return false;
    }
    if (bundle.content() instanceof Bundle.SimpleSigning simple) {
      return simple.imageDigest().equals(subject);
    }
    return !(bundle.content() instanceof Bundle.Envelope)
        || Indexer.statement(bundleBytes, subject).predicateType().equals(predicateType);
  }
}
