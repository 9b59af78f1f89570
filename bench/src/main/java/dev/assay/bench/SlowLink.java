package dev.assay.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A link to a server that is far away: whatever the server says arrives so many milliseconds later.
 * Bytes that follow each other closely are late together, so the link is slow to answer, not
 * narrow. Opening a connection costs nothing, which favours clients that open many.
 *
 * <p>Run as a source file: {@code java SlowLink.java MILLISECONDS HOST PORT}. Prints the port it
 * listens on (127.0.0.1), and the number of requests it has seen whenever a line comes on standard
 * input.
 */
final class SlowLink {

  /** Bytes, and when they may go on; none at the end. */
  // Passed on as it is, once.
  @SuppressWarnings("ArrayRecordComponent")
  private record Piece(byte[] bytes, long due) {}

  private static final java.util.concurrent.atomic.AtomicLong REQUESTS =
      new java.util.concurrent.atomic.AtomicLong();

  private SlowLink() {}

  public static void main(String[] args) throws IOException {
    long delay = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[0]));
    ServerSocket listening = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
    System.out.println(listening.getLocalPort());
    Thread.ofVirtual().start(() -> accept(listening, args[1], Integer.parseInt(args[2]), delay));
    while (System.in.read() >= 0) {
      System.out.println(REQUESTS.getAndSet(0));
    }
  }

  private static void accept(ServerSocket listening, String host, int port, long delay) {
    while (true) {
      try {
        Socket client = listening.accept();
        Thread.ofVirtual().start(() -> serve(client, host, port, delay));
      } catch (IOException e) {
        return;
      }
    }
  }

  private static void serve(Socket client, String host, int port, long delay) {
    try (client;
        Socket server = new Socket(host, port)) {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      Thread asking = Thread.ofVirtual().start(() -> forward(client, server));
      BlockingQueue<Piece> late = new LinkedBlockingQueue<>(4_096);
      Thread answering = Thread.ofVirtual().start(() -> deliver(late, client));
      InputStream in = server.getInputStream();
      byte[] buffer = new byte[64 << 10];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        late.put(new Piece(Arrays.copyOf(buffer, count), System.nanoTime() + delay));
      }
      late.put(new Piece(new byte[0], System.nanoTime() + delay));
      answering.join();
      client.shutdownOutput();
      asking.join();
    } catch (IOException | InterruptedException e) {
      // One of them hung up.
    }
  }

  private static void forward(Socket client, Socket server) {
    try {
      InputStream in = client.getInputStream();
      OutputStream out = server.getOutputStream();
      byte[] buffer = new byte[64 << 10];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        String start =
            new String(buffer, 0, Math.min(count, 5), java.nio.charset.StandardCharsets.US_ASCII);
        if (start.startsWith("GET ") || start.startsWith("HEAD ")) {
          REQUESTS.incrementAndGet();
        }
        out.write(buffer, 0, count);
      }
      server.shutdownOutput();
    } catch (IOException e) {
      close(server);
    }
  }

  private static void deliver(BlockingQueue<Piece> late, Socket client) {
    try {
      OutputStream out = client.getOutputStream();
      for (Piece piece = late.take(); piece.bytes().length > 0; piece = late.take()) {
        TimeUnit.NANOSECONDS.sleep(piece.due() - System.nanoTime());
        out.write(piece.bytes());
      }
    } catch (IOException e) {
      close(client);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }
}
