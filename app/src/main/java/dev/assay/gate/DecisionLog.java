package dev.assay.gate;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.crypto.Hashes;
import dev.assay.ledger.LedgerReader;
import dev.assay.ledger.LedgerRecord;
import dev.assay.ledger.LedgerTurns;
import dev.assay.ledger.LedgerWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Records decisions, many at a time. Requests wait in a queue; one thread takes all that wait and
 * appends them with one fsync and one checkpoint; while it does, the next ones gather. Nobody is
 * told an index before the append that gave it has returned.
 */
public final class DecisionLog implements AutoCloseable {

  private static final int QUEUE = 4_096;
  private static final int BATCH = 512;
  private static final int TAGS = 100_000;
  private static final int BLOBS = 1_000;

  // One decision that waits. It is written by whoever claims it first: the appender, or never, when
  // the one who waits has given up.
  private record Waiting(
      LedgerRecord record,
      List<TagSeen> tags,
      List<byte[]> blobs,
      CompletableFuture<Long> index,
      AtomicBoolean claimed) {}

  private final LedgerTurns turns;
  private final BlockingQueue<Waiting> queue = new LinkedBlockingQueue<>(QUEUE);
  private final Map<String, Digest> newestTag =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Digest> eldest) {
          return size() > TAGS;
        }
      };
  private final Map<Digest, Boolean> storedBlobs =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Digest, Boolean> eldest) {
          return size() > BLOBS;
        }
      };
  private long knownSize;
  private final ExecutorService blobThreads = Executors.newVirtualThreadPerTaskExecutor();
  private final Thread appender;
  private volatile boolean closing;

  /**
   * @param reader where the tags already recorded are learnt from; read once, newest first
   */
  public DecisionLog(LedgerReader reader, LedgerTurns turns) {
    this.turns = turns;
    learnTags(reader);
    this.appender = Thread.ofPlatform().name("assay-decisions").daemon().start(this::run);
  }

  private void learnTags(LedgerReader reader) {
    LinkedHashMap<String, Digest> newestFirst = new LinkedHashMap<>();
    knownSize = reader.size();
    for (long i = knownSize - 1; i >= 0 && newestFirst.size() < TAGS; i--) {
      tag(reader.record(i)).ifPresent(t -> newestFirst.putIfAbsent(t.key(), t.digest()));
    }
    newestFirst.reversed().forEach(newestTag::put);
  }

  // What others wrote since the last turn.
  private void learnNewTags(LedgerReader reader) {
    for (; knownSize < reader.size(); knownSize++) {
      tag(reader.record(knownSize)).ifPresent(t -> newestTag.put(t.key(), t.digest()));
    }
  }

  private static Optional<TagSeen> tag(LedgerRecord record) {
    if (!record.type().equals(LedgerRecord.Types.TAG)) {
      return Optional.empty();
    }
    Fields f = Fields.of(record.body(), "tag", Code.BAD_RECORD);
    return Optional.of(new TagSeen(f.string("repository"), f.string("tag"), f.digest("digest")));
  }

  /**
   * Records a decision, the blobs it names and the tags resolved for it.
   *
   * @return the decision's index, once it is on disk and covered by a checkpoint
   * @throws AssayException with {@link Code#LEDGER_WRITE} if it is not there within the time
   */
  long append(LedgerRecord record, List<TagSeen> tags, List<byte[]> blobs, Duration wait) {
    Waiting waiting =
        new Waiting(record, tags, blobs, new CompletableFuture<>(), new AtomicBoolean());
    if (closing || !queue.offer(waiting)) {
      throw new AssayException(Code.LEDGER_WRITE, "too many decisions wait to be recorded");
    }
    try {
      return waiting.index.get(Math.max(1, wait.toNanos()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      waiting.claimed.set(true); // if it was not yet taken, it now never will be
      throw new AssayException(Code.LEDGER_WRITE, "the decision was not recorded in time", e);
    } catch (InterruptedException e) {
      waiting.claimed.set(true);
      Thread.currentThread().interrupt();
      throw new AssayException(Code.LEDGER_WRITE, "stopped before the decision was recorded", e);
    } catch (ExecutionException e) {
      throw new AssayException(
          Code.LEDGER_WRITE, "the decision could not be recorded", e.getCause());
    }
  }

  /** How many decisions wait to be taken up. */
  int waiting() {
    return queue.size();
  }

  private void run() {
    List<Waiting> batch = new ArrayList<>();
    while (!closing || !queue.isEmpty()) {
      try {
        Waiting first = queue.poll(100, TimeUnit.MILLISECONDS);
        if (first == null) {
          continue;
        }
        batch.add(first);
        queue.drainTo(batch, BATCH - 1);
      } catch (InterruptedException e) {
        continue; // close() asks again by the flag
      }
      batch.removeIf(w -> !w.claimed.compareAndSet(false, true));
      if (!batch.isEmpty()) {
        write(batch);
      }
      batch.clear();
    }
  }

  private void write(List<Waiting> batch) {
    try {
      List<Long> indexes =
          turns.write((reader, writer) -> {
            learnNewTags(reader);
            storeBlobs(batch, writer);
            return append(batch, writer);
          });
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).index.complete(indexes.get(i));
      }
    } catch (RuntimeException | Error e) {
      batch.forEach(w -> w.index.completeExceptionally(e));
    }
  }

  // Side by side, so that the disk can take their flushes together.
  private void storeBlobs(List<Waiting> batch, LedgerWriter writer) {
    Map<Digest, Future<Digest>> storing = new LinkedHashMap<>();
    for (Waiting waiting : batch) {
      for (byte[] blob : waiting.blobs) {
        Digest digest = Hashes.sha256Digest(blob);
        if (!storedBlobs.containsKey(digest)) {
          storing.computeIfAbsent(digest, d -> blobThreads.submit(() -> writer.putBlob(blob)));
        }
      }
    }
    // All end before the turn does, whatever becomes of one of them.
    Optional<Throwable> failure = Optional.empty();
    for (Map.Entry<Digest, Future<Digest>> one : storing.entrySet()) {
      try {
        one.getValue().get();
        storedBlobs.put(one.getKey(), true);
      } catch (ExecutionException | InterruptedException e) {
        failure = Optional.of(e);
      }
    }
    failure.ifPresent(f -> {
      throw new AssayException(Code.LEDGER_WRITE, "a verdict could not be stored", f);
    });
  }

  private List<Long> append(List<Waiting> batch, LedgerWriter writer) {
    List<LedgerRecord> records = new ArrayList<>();
    Map<String, Digest> fresh = new LinkedHashMap<>();
    int[] places = new int[batch.size()];
    for (int i = 0; i < places.length; i++) {
      Waiting waiting = batch.get(i);
      for (TagSeen tag : waiting.tags) {
        Digest known = fresh.getOrDefault(tag.key(), newestTag.get(tag.key()));
        if (!tag.digest().equals(known)) {
          fresh.put(tag.key(), tag.digest());
          records.add(tag.record(waiting.record.time()));
        }
      }
      places[i] = records.size();
      records.add(waiting.record);
    }
    List<Long> indexes = writer.append(records);
    newestTag.putAll(fresh);
    knownSize = indexes.getLast() + 1;
    return Arrays.stream(places).mapToObj(indexes::get).toList();
  }

  /** Writes what waits, then stops. */
  @Override
  public void close() {
    closing = true;
    try {
      appender.join(Duration.ofSeconds(30));
      blobThreads.shutdown();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
