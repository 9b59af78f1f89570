package dev.assay.signing;

import java.time.Duration;
import java.util.Optional;

/**
 * A limit to how long something outside is waited for: a token, an agent, a program. Watches from
 * another thread while this one waits; after a second says what it waits for, after the limit gives
 * up, which has to end the waiting.
 */
public final class Patience implements AutoCloseable {

  private static final Duration BEFORE_NOTICE = Duration.ofSeconds(1);

  private final Thread watcher;
  private volatile boolean expired;

  /**
   * @param notice what a person is told when it takes longer than a second
   * @param giveUp run after the limit, in the other thread: closes what is waited for
   */
  public Patience(Duration limit, Optional<String> notice, KeySettings settings, Runnable giveUp) {
    watcher =
        Thread.ofPlatform()
            .daemon()
            .name("assay-patience")
            .start(() -> {
              try {
                Duration first = limit.compareTo(BEFORE_NOTICE) < 0 ? limit : BEFORE_NOTICE;
                Thread.sleep(first);
                notice.ifPresent(settings.notice());
                Thread.sleep(limit.minus(first));
                expired = true;
                giveUp.run();
              } catch (InterruptedException e) {
                // The wait is over.
              }
            });
  }

  /** Whether the limit has passed. */
  public boolean expired() {
    return expired;
  }

  /** The wait is over. */
  @Override
  public void close() {
    watcher.interrupt();
  }
}
