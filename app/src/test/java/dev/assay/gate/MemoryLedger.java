package dev.assay.gate;

import dev.assay.bytes.Digest;
import dev.assay.crypto.Hashes;
import dev.assay.ledger.LedgerReader;
import dev.assay.ledger.LedgerRecord;
import dev.assay.ledger.LedgerTurns;
import dev.assay.ledger.LedgerWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A ledger whose disk can be slow or full, and which counts how often it is written. */
public final class MemoryLedger implements LedgerReader, LedgerWriter {

  private final List<LedgerRecord> records = new ArrayList<>();
  private final Map<Digest, byte[]> blobs = new ConcurrentHashMap<>();
  final AtomicInteger appends = new AtomicInteger();
  final Semaphore turns = new Semaphore(0);
  volatile boolean slow;
  volatile boolean full;

  @Override
  public List<Long> append(List<LedgerRecord> more) {
    appends.incrementAndGet();
    if (slow) {
      turns.acquireUninterruptibly();
    }
    if (full) {
      throw new dev.assay.bytes.AssayException(
          dev.assay.bytes.Code.LEDGER_WRITE, "no space left on device");
    }
    synchronized (this) {
      List<Long> out = new ArrayList<>();
      for (LedgerRecord record : more) {
        out.add((long) records.size());
        records.add(LedgerRecord.parse(record.toBytes()));
      }
      return out;
    }
  }

  @Override
  public Digest putBlob(byte[] bytes) {
    Digest digest = Hashes.sha256Digest(bytes);
    blobs.put(digest, bytes.clone());
    return digest;
  }

  @Override
  public String origin() {
    return "ledger.example/test";
  }

  @Override
  public synchronized long size() {
    return records.size();
  }

  @Override
  public byte[] checkpoint() {
    throw new UnsupportedOperationException();
  }

  @Override
  public synchronized LedgerRecord record(long index) {
    return records.get((int) index);
  }

  @Override
  public byte[] recordBytes(long index) {
    return record(index).toBytes();
  }

  @Override
  public Optional<byte[]> blob(Digest digest) {
    return Optional.ofNullable(blobs.get(digest));
  }

  @Override
  public List<byte[]> inclusionProof(long index, long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<byte[]> consistencyProof(long oldSize, long size) {
    throw new UnsupportedOperationException();
  }

  /** Turns that never have to wait. */
  public LedgerTurns turns() {
    return new LedgerTurns() {
      @Override
      public <T> T write(Turn<T> turn) {
        return turn.take(MemoryLedger.this, MemoryLedger.this);
      }
    };
  }

  public synchronized List<LedgerRecord> all() {
    return List.copyOf(records);
  }
}
