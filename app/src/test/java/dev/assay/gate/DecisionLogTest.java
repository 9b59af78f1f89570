package dev.assay.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.ledger.LedgerRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class DecisionLogTest {

  private static final Duration LONG = Duration.ofMinutes(5);

  private static LedgerRecord record(int n) {
    return new LedgerRecord(
        LedgerRecord.Types.DECISION, Instant.EPOCH, Json.object().put("n", n).build(), List.of());
  }

  @Test
  void manyDecisionsShareFewAppendsAndNoneIsAcknowledgedBeforeItIsDurable() throws Exception {
    MemoryLedger ledger = new MemoryLedger();
    ledger.slow = true;
    int n = 300;
    try (DecisionLog log = new DecisionLog(ledger, ledger.turns());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Long> first = threads.submit(() -> log.append(record(0), List.of(), List.of(), LONG));
      while (ledger.appends.get() == 0) {
        Thread.onSpinWait();
      }
      // While the first append is on its way to the disk, the others gather.
      List<Future<Long>> others = new ArrayList<>();
      for (int i = 1; i < n; i++) {
        int at = i;
        Callable<Long> one = () -> log.append(record(at), List.of(), List.of(), LONG);
        others.add(threads.submit(one));
      }
      while (log.waiting() < n - 1) {
        Thread.onSpinWait();
      }
      assertFalse(first.isDone());
      assertTrue(others.stream().noneMatch(Future::isDone));
      assertEquals(0, ledger.size());

      ledger.turns.release();
      assertEquals(0, first.get());
      assertTrue(others.stream().noneMatch(Future::isDone));

      ledger.turns.release(n);
      Set<Long> indexes = new HashSet<>();
      for (int i = 1; i < n; i++) {
        long index = others.get(i - 1).get();
        assertTrue(indexes.add(index));
        // The index is that of this decision and no other.
        assertEquals(record(i), ledger.record(index));
      }
    }
    assertEquals(n, ledger.size());
    assertEquals(2, ledger.appends.get());
  }

  @Test
  void aFailedAppendFailsAllThatSharedItAndTheNextWorks() {
    MemoryLedger ledger = new MemoryLedger();
    try (DecisionLog log = new DecisionLog(ledger, ledger.turns())) {
      ledger.full = true;
      AssayException e =
          assertThrows(
              AssayException.class, () -> log.append(record(0), List.of(), List.of(), LONG));
      assertEquals(Code.LEDGER_WRITE, e.code());
      ledger.full = false;
      assertEquals(0, log.append(record(1), List.of(), List.of(), LONG));
    }
  }

  @Test
  void closingWritesWhatWaits() {
    MemoryLedger ledger = new MemoryLedger();
    DecisionLog log = new DecisionLog(ledger, ledger.turns());
    assertEquals(0, log.append(record(0), List.of(), List.of(), LONG));
    log.close();
    AssayException e =
        assertThrows(AssayException.class, () -> log.append(record(1), List.of(), List.of(), LONG));
    assertEquals(Code.LEDGER_WRITE, e.code());
  }
}
