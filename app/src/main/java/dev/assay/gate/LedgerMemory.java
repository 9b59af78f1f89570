package dev.assay.gate;

import dev.assay.bytes.Base64s;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.crypto.Hashes;
import dev.assay.evidence.EvidenceIndex;
import dev.assay.ledger.Ledger;
import dev.assay.ledger.LedgerRecord;
import dev.assay.ledger.LedgerTurns;
import dev.assay.verify.Authenticated;
import dev.assay.verify.Verifier;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A ledger with its index, for judging images against what was recorded and for recording what was
 * verified. Safe for use by several threads.
 */
public final class LedgerMemory implements Memory, EvidenceSink, AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(15);

  // Guarded by this.
  private final Ledger reader;
  private final EvidenceIndex index;

  private final LedgerTurns turns;
  private final Clock clock;

  private LedgerMemory(Ledger reader, EvidenceIndex index, LedgerTurns turns, Clock clock) {
    this.reader = reader;
    this.index = index;
    this.turns = turns;
    this.clock = clock;
  }

  /**
   * Opens a ledger and brings its index up to date.
   *
   * @param index opens the index of the ledger
   * @throws dev.assay.bytes.AssayException as {@link Ledger#openForReading}
   */
  public static LedgerMemory open(Path folder, Function<Ledger, EvidenceIndex> index, Clock clock) {
    Ledger reader = Ledger.openForReading(folder);
    LedgerMemory memory =
        new LedgerMemory(
            reader, index.apply(reader), LedgerTurns.of(folder, clock, PATIENCE), clock);
    memory.refresh();
    return memory;
  }

  private synchronized void refresh() {
    reader.refresh();
    index.refresh(reader);
  }

  @Override
  public synchronized Optional<TagRecord> tag(String repository, String tag) {
    refresh();
    return index.tagHistory(repository, tag).stream()
        .findFirst()
        .map(t -> new TagRecord(t.digest(), t.time(), t.index()));
  }

  @Override
  public synchronized Optional<String> firstCommit(String repository, String ref) {
    return index.firstCommit(repository + "@" + ref);
  }

  @Override
  public synchronized Optional<Digest> firstDigest(String packageUrl) {
    return index.firstDigest(packageUrl);
  }

  @Override
  public synchronized void keep(
      Digest subject, String repository, List<Verifier.Accepted> accepted) {
    List<Verifier.Accepted> fresh = new ArrayList<>();
    List<Digest> seen = new ArrayList<>();
    for (Verifier.Accepted evidence : accepted) {
      Digest bundle = Hashes.sha256Digest(evidence.candidate().bytes());
      if (!seen.contains(bundle) && !index.hasEvidence(subject, bundle)) {
        seen.add(bundle);
        fresh.add(evidence);
      }
    }
    if (fresh.isEmpty()) {
      return;
    }
    turns.write((ledger, writer) -> {
      List<LedgerRecord> records = new ArrayList<>();
      for (Verifier.Accepted evidence : fresh) {
        Digest bundle = writer.putBlob(evidence.candidate().bytes());
        List<Digest> blobs = new ArrayList<>(List.of(bundle));
        if (evidence.document().isPresent()) {
          blobs.add(writer.putBlob(evidence.document().get().bytes()));
        }
        records.add(
            new LedgerRecord(
                LedgerRecord.Types.EVIDENCE,
                clock.instant(),
                body(subject, repository, bundle, evidence),
                blobs));
      }
      return writer.append(records);
    });
    refresh();
  }

  private static Json.Obj body(
      Digest subject, String repository, Digest bundle, Verifier.Accepted evidence) {
    Authenticated by = evidence.by();
    Json.Builder out =
        Json.object()
            .put("subject", subject.toString())
            .put("repository", repository)
            .put("bundle", bundle.toString())
            .put("predicateType", evidence.predicateType().orElse(""))
            .put("keyId", by.key().id().toString())
            .put("key", Base64s.encode(by.key().spki()));
    evidence
        .document()
        .ifPresent(d ->
            out.put("document", Hashes.sha256Digest(d.bytes()).toString())
                .put("documentType", d.predicateType()));
    if (by.certificate().isPresent()) {
      out.put("principal", by.principal());
    }
    if (!by.times().isEmpty()) {
      out.put("times", by.times().stream().map(t -> Json.of(t.toString())).toList());
    }
    return out.put("verified", true).build();
  }

  /** Records where a tag points, unless that is what was recorded last. */
  public synchronized void keepTag(String repository, String tag, Digest digest) {
    if (tag(repository, tag).filter(t -> t.digest().equals(digest)).isPresent()) {
      return;
    }
    LedgerRecord record = new TagSeen(repository, tag, digest).record(clock.instant());
    turns.write((ledger, writer) -> writer.append(record));
    refresh();
  }

  @Override
  public synchronized void close() {
    index.close();
    reader.close();
  }
}
