package dev.assay.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hosts that keep us busy, and how not to keep them busy. */
@Timeout(120)
class SlowHostTest {

  private static final Http.Settings IMPATIENT =
      Http.Settings.standard()
          .retrying(2, Duration.ofMillis(5), Duration.ofMillis(50))
          .patience(Duration.ofMillis(500), Duration.ofMillis(500));

  /** What a host does with a connection on which a request has come. */
  @FunctionalInterface
  private interface Script {
    void answer(OutputStream out) throws IOException, InterruptedException;
  }

  private static final class Host implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
    private final AtomicInteger requests = new AtomicInteger();

    Host(Script script) throws IOException {
      Thread.ofVirtual().start(() -> accept(script));
    }

    private void accept(Script script) {
      while (!socket.isClosed()) {
        try {
          Socket peer = socket.accept();
          Thread.ofVirtual().start(() -> serve(peer, script));
        } catch (IOException e) {
          return;
        }
      }
    }

    private void serve(Socket peer, Script script) {
      try (peer) {
        InputStream in = peer.getInputStream();
        for (int last = 0, c; (c = in.read()) >= 0; ) {
          last = last << 8 | c;
          if (last == 0x0d0a0d0a) {
            requests.incrementAndGet();
            script.answer(peer.getOutputStream());
          }
        }
      } catch (IOException | InterruptedException e) {
        // The client hung up.
      }
    }

    Request get() {
      return Request.get(URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/"));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static void drip(OutputStream out, String text, int times, int pause)
      throws IOException, InterruptedException {
    for (int i = 0; i < times; i++) {
      out.write(Text.utf8(text));
      out.flush();
      Thread.sleep(pause);
    }
  }

  @Test
  void headersThatNeverEnd() throws IOException {
    try (Host host =
            new Host(out -> {
              out.write(Text.utf8("HTTP/1.1 200 OK\r\n"));
              drip(out, "X: y\r\n", 2_000, 20);
            });
        Http http = new Http(IMPATIENT)) {
      AssayException e = assertThrows(AssayException.class, () -> http.send(host.get()));
      assertEquals(Code.UNREACHABLE, e.code());
      assertEquals(2, host.requests.get());
    }
  }

  @Test
  void aBodyThatDrips() throws IOException {
    try (Host host =
            new Host(out -> {
              out.write(Text.utf8("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"));
              drip(out, "x", 2_000, 20);
            });
        Http http = new Http(IMPATIENT)) {
      Reply reply = http.send(host.get());
      AssayException e = assertThrows(AssayException.class, () -> reply.bytes(1 << 20));
      assertEquals(Code.UNREACHABLE, e.code());
      assertTrue(String.valueOf(e.getMessage()).contains("in time"), e.getMessage());
    }
  }

  @Test
  void aBodyThatStops() throws IOException {
    try (Host host =
            new Host(out -> {
              out.write(Text.utf8("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nx"));
              out.flush();
              Thread.sleep(60_000);
            });
        Http http = new Http(IMPATIENT)) {
      Reply reply = http.send(host.get());
      assertEquals(
          Code.UNREACHABLE, assertThrows(AssayException.class, () -> reply.bytes(1 << 20)).code());
    }
  }

  private static List<Integer> statuses(Http http, Host host, int count) throws Exception {
    List<Integer> out = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> under = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        under.add(
            threads.submit(() -> {
              try (Reply reply = http.send(host.get())) {
                reply.bytes(100);
                return reply.status();
              }
            }));
      }
      for (Future<Integer> each : under) {
        out.add(each.get());
      }
    }
    return out;
  }

  @Test
  void aHostIsAskedSoMuchAtATime() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (Host host =
            new Host(out -> {
              most.accumulateAndGet(now.incrementAndGet(), Math::max);
              Thread.sleep(20);
              // Before the answer: with it the client may ask again.
              now.decrementAndGet();
              out.write(Text.utf8("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
            });
        Http http =
            new Http(
                Http.Settings.standard()
                    .patience(Duration.ofSeconds(60), Duration.ofSeconds(60)))) {
      assertEquals(List.of(200), statuses(http, host, 200).stream().distinct().toList());
      assertTrue(most.get() <= 32, "at once: " + most);
      assertTrue(most.get() > 1, "one after the other");
    }
  }

  // One request is told to wait; the others, which were not, wait as well: else each would use up
  // its attempts against a host that takes one request in a while.
  @Test
  void whenOneIsTooManyAllWait() throws Exception {
    try (Host host =
            new Host(out ->
                out.write(
                    Text.utf8(
                        "HTTP/1.1 429 No\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n")));
        Http http =
            new Http(
                Http.Settings.standard().retrying(3, Duration.ofMillis(5), Duration.ofHours(2)))) {
      Thread first = Thread.ofVirtual().start(() -> attempt(http, host));
      while (first.getState() != Thread.State.TIMED_WAITING || host.requests.get() < 1) {
        Thread.sleep(5);
      }
      Thread second = Thread.ofVirtual().start(() -> attempt(http, host));
      while (second.getState() != Thread.State.TIMED_WAITING) {
        Thread.sleep(5);
      }
      Thread.sleep(300);
      assertEquals(1, host.requests.get(), "the second one was not sent");
      first.interrupt();
      second.interrupt();
      first.join();
      second.join();
    }
  }

  private static void attempt(Http http, Host host) {
    try {
      http.send(host.get()).close();
    } catch (AssayException e) {
      // interrupted
    }
  }

  @Test
  void aShorterPauseEndsNoLongerOne() throws InterruptedException {
    HostPace pace = new HostPace();
    assertTrue(pace.rest() <= 0);
    pace.enter();
    pace.leave();
    pace.pause(Duration.ofHours(1));
    pace.pause(Duration.ofMillis(1));
    assertTrue(pace.rest() > Duration.ofMinutes(59).toNanos());
  }
}
