package dev.assay.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Does many things at once and hands out the results in their order. Only a window of them is under
 * way or waiting at any time, so that memory does not grow with their number.
 */
final class Workers<R> implements AutoCloseable {

  private static final int WINDOW = 64;

  private final int threads;
  private final boolean waiting;
  private @Nullable ExecutorService executor;

  /**
   * @param waiting whether the work mostly waits for others, so that threads should cost little
   */
  Workers(int threads, boolean waiting) {
    this.threads = threads;
    this.waiting = waiting;
  }

  /** The results, each computed when its turn comes near. */
  <T> Iterable<R> run(List<T> inputs, Function<T, R> work) {
    if (inputs.size() == 1 || threads == 1) {
      return () -> inputs.stream().map(work).iterator();
    }
    ExecutorService started =
        Executors.newFixedThreadPool(
            threads,
            waiting ? Thread.ofVirtual().factory() : Thread.ofPlatform().daemon().factory());
    executor = started;
    return () -> new Results<>(inputs.iterator(), work, started);
  }

  private final class Results<T> implements Iterator<R> {
    private final Iterator<T> inputs;
    private final Function<T, R> work;
    private final ExecutorService threads;
    private final Deque<Future<R>> under = new ArrayDeque<>();

    Results(Iterator<T> inputs, Function<T, R> work, ExecutorService threads) {
      this.inputs = inputs;
      this.work = work;
      this.threads = threads;
    }

    private void fill() {
      while (under.size() < WINDOW && inputs.hasNext()) {
        T input = inputs.next();
        under.add(threads.submit(() -> work.apply(input)));
      }
    }

    @Override
    public boolean hasNext() {
      fill();
      return !under.isEmpty();
    }

    @Override
    public R next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      try {
        return under.removeFirst().get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException r) {
          throw r;
        }
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw new IllegalStateException(e.getCause());
      }
    }
  }

  @Override
  public void close() {
    if (executor != null) {
      executor.shutdownNow();
    }
  }
}
