package dev.assay.cli;

import dev.assay.net.Progress;
import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * One line on the terminal that says how far something has come, and how long it may still take:
 * {@code copying 412 of 1024 MB 40% 98 MB/s 6 s left}. Only when standard error is a terminal, only
 * when it takes longer than 300 ms, and gone when it is over; otherwise nothing is written.
 *
 * <p>{@link #bytes} counts bytes, {@link #things} counts things: {@code verifying 12 of 40 30%}.
 * May be told by several threads.
 */
final class ProgressBar implements Progress, AutoCloseable {

  private static final long QUIET_NANOS = 300_000_000;
  private static final long STEP_NANOS = 100_000_000;
  private static final String ERASE = "\r\033[K";

  private final String what;
  private final boolean bytes;
  private final PrintStream out;
  private final AtomicLong expected = new AtomicLong();
  private final AtomicLong done = new AtomicLong();
  private final long begun = System.nanoTime();
  private final Thread painter;
  private volatile boolean over;
  private boolean painted;

  private ProgressBar(String what, boolean bytes, PrintStream out, boolean shown) {
    this.what = what;
    this.bytes = bytes;
    this.out = out;
    this.painter = Thread.ofPlatform().daemon().name("progress").unstarted(this::paint);
    if (shown) {
      painter.start();
    }
  }

  /**
   * @param what is done, as one word: {@code copying}
   */
  static ProgressBar bytes(String what, Context context) {
    return new ProgressBar(what, true, context.err(), isTerminal(context));
  }

  /**
   * @param what is done, as one word: {@code verifying}
   */
  static ProgressBar things(String what, Context context) {
    return new ProgressBar(what, false, context.err(), isTerminal(context));
  }

  /** For tests: written to any stream as if it were a terminal. */
  static ProgressBar onTerminal(String what, boolean bytes, PrintStream out) {
    return new ProgressBar(what, bytes, out, true);
  }

  // Java says whether standard output is a terminal, not whether standard error is.
  @SuppressWarnings("ReferenceEquality") // the stream itself: this is the process, not a test
  private static boolean isTerminal(Context context) {
    String kind = context.variable("TERM").orElse("dumb");
    if (kind.equals("dumb") || context.in() != System.in) {
      return false;
    }
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    }
  }

  @Override
  public void expect(long more) {
    expected.addAndGet(more);
  }

  @Override
  public void advance(long more) {
    done.addAndGet(more);
  }

  private void paint() {
    long until = begun + QUIET_NANOS;
    while (!over) {
      long left = until - System.nanoTime();
      if (left > 0) {
        LockSupport.parkNanos(left);
        continue;
      }
      draw(System.nanoTime() - begun);
      until = System.nanoTime() + STEP_NANOS;
    }
  }

  private synchronized void draw(long nanos) {
    if (!over) {
      out.print(ERASE + line(what, bytes, done.get(), expected.get(), nanos));
      out.flush();
      painted = true;
    }
  }

  static String line(String what, boolean bytes, long done, long expected, long nanos) {
    StringBuilder line = new StringBuilder(what);
    long unit = bytes ? 1_000_000 : 1;
    String name = bytes ? " MB" : "";
    line.append("  ").append(done / unit);
    if (expected > 0) {
      line.append(" of ").append(Math.max(expected, done) / unit).append(name);
      line.append("  ").append(100 * done / Math.max(expected, Math.max(1, done))).append('%');
    } else {
      line.append(name);
    }
    double seconds = nanos / 1e9;
    double rate = done / seconds;
    if (bytes && rate > 0) {
      line.append("  ").append((long) (rate / unit)).append(" MB/s");
    }
    if (rate > 0 && expected > done) {
      line.append("  ").append((long) Math.ceil((expected - done) / rate)).append(" s left");
    }
    return line.toString();
  }

  /** Removes the line for as long as the work takes, so that something else can be printed. */
  synchronized void aside(Runnable work) {
    if (painted) {
      out.print(ERASE);
      out.flush();
      painted = false;
    }
    work.run();
  }

  /** Removes the line. May be called more than once. */
  @Override
  public void close() {
    synchronized (this) {
      over = true;
      if (painted) {
        out.print(ERASE);
        out.flush();
        painted = false;
      }
    }
    LockSupport.unpark(painter);
  }
}
