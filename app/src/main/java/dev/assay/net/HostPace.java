package dev.assay.net;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How hard one host is asked: so many requests at a time, and none for a while after it said that
 * there were too many. Safe for use by many threads.
 */
final class HostPace {

  /** Requests whose answer has not begun. */
  private static final int AT_ONCE = 32;

  private final Semaphore turns = new Semaphore(AT_ONCE);

  // As System.nanoTime; not asked before.
  private final AtomicLong rested = new AtomicLong(System.nanoTime());

  void enter() throws InterruptedException {
    turns.acquire();
    long wait = rest();
    if (wait > 0) {
      try {
        // All that waited would come back at once.
        long spread = ThreadLocalRandom.current().nextLong(wait / 4 + 1);
        TimeUnit.NANOSECONDS.sleep(wait + spread);
      } catch (InterruptedException e) {
        turns.release();
        throw e;
      }
    }
  }

  /** Nanoseconds until it may be asked; not positive where that is now. */
  long rest() {
    return rested.get() - System.nanoTime();
  }

  void leave() {
    turns.release();
  }

  void pause(Duration wait) {
    long until = System.nanoTime() + wait.toNanos();
    rested.accumulateAndGet(until, (known, asked) -> asked - known > 0 ? asked : known);
  }
}
