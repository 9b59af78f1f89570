package dev.assay.net;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response body as a stream that does not wait for ever: it fails when nothing arrives for a
 * while, and when what arrives is so little that the sender is keeping us busy on purpose. (The
 * JDK's own time limit ends with the headers.)
 */
final class PacedBody extends InputStream implements BodySubscriber<InputStream> {

  // No batch that arrives is empty.
  private static final List<ByteBuffer> END = List.of();

  private final Duration stall;
  private final long slowestBytesPerSecond;
  private final long opened = System.nanoTime();

  // Holds at most one batch that was asked for, and the end.
  private final BlockingQueue<List<ByteBuffer>> arrived = new LinkedBlockingQueue<>();
  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
  private volatile @Nullable Throwable failure;
  private volatile boolean closed;

  private List<ByteBuffer> batch = List.of();
  private int next;
  private ByteBuffer current = ByteBuffer.allocate(0);
  private boolean ended;
  private long received;

  PacedBody(Duration stall, long slowestBytesPerSecond) {
    this.stall = stall;
    this.slowestBytesPerSecond = slowestBytesPerSecond;
  }

  @Override
  public CompletionStage<InputStream> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    if (closed || !subscription.complete(given)) {
      given.cancel();
      return;
    }
    given.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    arrived.add(buffers.isEmpty() ? List.of(ByteBuffer.allocate(0)) : buffers);
  }

  @Override
  public void onError(Throwable error) {
    failure = Objects.requireNonNull(error);
    arrived.add(END);
  }

  @Override
  public void onComplete() {
    arrived.add(END);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) {
      return 0;
    }
    while (!current.hasRemaining()) {
      if (closed) {
        throw new IOException("closed");
      }
      if (ended) {
        return -1;
      }
      if (next < batch.size()) {
        current = batch.get(next++);
      } else {
        advance();
      }
    }
    int count = Math.min(length, current.remaining());
    current.get(into, offset, count);
    received += count;
    return count;
  }

  private void advance() throws IOException {
    if (!batch.isEmpty()) {
      batch = List.of();
      next = 0;
      subscription.join().request(1);
    }
    List<ByteBuffer> taken;
    try {
      taken = arrived.poll(stall.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new IOException("interrupted", e);
    }
    if (taken == null) {
      close();
      throw new HttpTimeoutException("nothing arrived for " + stall.toSeconds() + " seconds");
    }
    if (taken.isEmpty()) {
      ended = true;
      Throwable error = failure;
      if (error != null) {
        throw new IOException("the answer ended early", error);
      }
      return;
    }
    long elapsed = System.nanoTime() - opened - stall.toNanos();
    if (elapsed > 0 && received / slowestBytesPerSecond < TimeUnit.NANOSECONDS.toSeconds(elapsed)) {
      close();
      throw new HttpTimeoutException(
          "slower than " + slowestBytesPerSecond + " bytes a second on average");
    }
    batch = taken;
    next = 0;
  }

  @Override
  public void close() {
    closed = true;
    if (!ended) {
      Flow.Subscription given = subscription.getNow(null);
      if (given != null) {
        given.cancel();
      }
    }
  }
}
