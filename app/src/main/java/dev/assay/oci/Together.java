package dev.assay.oci;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Does the same with many things, a few at a time, and stops when one fails. */
final class Together {

  /** What is done with one thing. */
  @FunctionalInterface
  interface Action<T> {
    void run(T thing) throws IOException;
  }

  private Together() {}

  /** Returns when all is done, or nothing is done any more; throws what was thrown first. */
  static <T> void run(int atOnce, List<T> things, Action<? super T> action) throws IOException {
    Semaphore places = new Semaphore(atOnce);
    Failure first = new Failure();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (T thing : things) {
        all.add(
            threads.submit(() -> {
              places.acquire();
              try {
                action.run(thing);
              } catch (IOException | RuntimeException e) {
                // The others are interrupted; that is not why this failed.
                first.is(e);
                threads.shutdownNow();
              } finally {
                places.release();
              }
              return null;
            }));
      }
      await(all, first);
    }
    first.rethrow();
  }

  private static void await(List<Future<?>> all, Failure first) {
    for (Future<?> one : all) {
      try {
        one.get();
      } catch (CancellationException | ExecutionException e) {
        // Never began, or was interrupted while it waited for its turn.
        first.is(new IllegalStateException("interrupted", e));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        first.is(new IllegalStateException("interrupted", e));
        all.forEach(f -> f.cancel(true));
        return;
      }
    }
  }

  private static final class Failure {
    private @Nullable Exception what;

    synchronized void is(Exception e) {
      if (what == null) {
        what = e;
      }
    }

    synchronized void rethrow() throws IOException {
      if (what instanceof IOException e) {
        throw e;
      }
      if (what instanceof RuntimeException e) {
        throw e;
      }
    }
  }
}
