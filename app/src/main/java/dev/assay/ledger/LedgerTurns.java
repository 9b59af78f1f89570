package dev.assay.ledger;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/**
 * Writing to a ledger in turn with others. A ledger has one writer at a time; a server that kept it
 * for its whole life would shut out {@code assay observe} and {@code assay sign} on the same
 * machine.
 */
public interface LedgerTurns {

  /** What is done in a turn. */
  @FunctionalInterface
  interface Turn<T> {
    /**
     * @param reader the ledger as it is now, others' records included
     */
    T take(LedgerReader reader, LedgerWriter writer);
  }

  /**
   * Waits for the turn and takes it.
   *
   * @throws AssayException with {@link Code#LEDGER_LOCKED} if it did not come in time, or what
   *     opening and writing throw
   */
  <T> T write(Turn<T> turn);

  /** A ledger in a folder, opened for each turn. */
  static LedgerTurns of(Path folder, Clock clock, Duration patience) {
    return new LedgerTurns() {
      @Override
      public <T> T write(Turn<T> turn) {
        try (Ledger ledger = openInTurn(folder, clock, patience)) {
          return turn.take(ledger, ledger);
        }
      }
    };
  }

  private static Ledger openInTurn(Path folder, Clock clock, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        return Ledger.openForWriting(folder, clock);
      } catch (AssayException e) {
        if (e.code() != Code.LEDGER_LOCKED || System.nanoTime() >= end) {
          throw e;
        }
      }
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssayException(Code.LEDGER_LOCKED, "stopped while waiting for the ledger", e);
      }
    }
  }
}
