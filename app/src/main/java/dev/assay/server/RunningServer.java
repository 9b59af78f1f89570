package dev.assay.server;

import dev.assay.net.Loopback;
import io.helidon.webserver.WebServer;
import java.util.concurrent.CountDownLatch;

/** A server that listens. Closing it lets running requests finish for a moment. */
public final class RunningServer implements AutoCloseable {

  private final WebServer server;
  private final String host;
  private final boolean tls;
  private final CountDownLatch closed = new CountDownLatch(1);

  RunningServer(WebServer server, String host, boolean tls) {
    this.server = server;
    this.host = host;
    this.tls = tls;
  }

  /** The port listened on, chosen by the system if 0 was asked for. */
  public int port() {
    return server.port();
  }

  /** {@code host:port} as a client on this machine writes it. */
  public String authority() {
    String shown = host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    return shown + ":" + port();
  }

  /** {@code http://127.0.0.1:5000}. */
  public String url() {
    return (tls ? "https://" : "http://") + authority();
  }

  /** Whether only this machine can reach it. */
  public boolean isLoopback() {
    return Loopback.is(host);
  }

  /** Waits until it is closed by another thread. */
  public void await() throws InterruptedException {
    closed.await();
  }

  @Override
  public void close() {
    server.stop();
    closed.countDown();
  }
}
