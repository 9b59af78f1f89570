package dev.assay.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.net.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WebServersTest {

  private static RunningServer start(HttpHandler handler) {
    return WebServers.start(handler, "127.0.0.1", 0, Optional.empty());
  }

  /** Sends bytes, reads until the other side closes. */
  private static String raw(RunningServer server, String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static HttpHandler echo() {
    return e -> {
      byte[] body = e.body().readAllBytes();
      e.respond(
          200,
          Map.of("X-Path", e.path(), "X-Query", e.query("q").orElse("none"), "X-Base", e.baseUrl()),
          body);
    };
  }

  @Test
  void methodPathQueryAndBodyArrive() throws IOException {
    try (RunningServer server = start(echo())) {
      String answer =
          raw(
              server,
              "POST /a%2Fb/c:d?q=x%2By+z&q=2 HTTP/1.1\r\nHost: h:1\r\nConnection: close\r\n"
                  + "Content-Length: 5\r\n\r\nhello");
      assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
      assertTrue(answer.contains("X-Path: /a/b/c:d\r\n"), answer);
      assertTrue(answer.contains("X-Query: x+y z\r\n"), answer);
      assertTrue(answer.contains("X-Base: http://h:1\r\n"), answer);
      assertTrue(answer.endsWith("\r\n\r\nhello"), answer);
    }
  }

  @Test
  void percentIsDecodedOnce() throws IOException {
    try (RunningServer server = start(echo())) {
      String answer = raw(server, "GET /%252e HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
      assertTrue(answer.contains("X-Path: /%2e\r\n"), answer);
    }
  }

  @Test
  void headHasTheLengthAndNoBody() throws IOException {
    HttpHandler handler =
        e -> {
          if (e.path().equals("/stream")) {
            e.respond(200, Map.of(), 1L << 40, InputStream.nullInputStream());
          } else {
            e.respond(200, Map.of("Content-Type", "text/x"), Text.utf8("12345"));
          }
        };
    try (RunningServer server = start(handler)) {
      for (String path : new String[] {"/", "/stream"}) {
        String answer =
            raw(server, "HEAD " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        long length = path.equals("/") ? 5 : 1L << 40;
        assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
        assertTrue(
            answer
                .toLowerCase(java.util.Locale.ROOT)
                .contains("content-length: " + length + "\r\n"),
            answer);
        assertTrue(answer.endsWith("\r\n\r\n"), answer);
      }
    }
  }

  @Test
  void continueIsSentWhenTheBodyIsRead() throws IOException {
    try (RunningServer server = start(echo());
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      out.write(
          Text.utf8(
              String.join(
                  "\r\n",
                  "PUT / HTTP/1.1",
                  "Host: h",
                  "Connection: close",
                  "Content-Length: 2",
                  "Expect: 100-continue",
                  "",
                  "")));
      out.flush();
      byte[] head = socket.getInputStream().readNBytes("HTTP/1.1 100".length());
      assertArrayEquals(Text.utf8("HTTP/1.1 100"), head);
      out.write(Text.utf8("ok"));
      out.flush();
      String rest = Text.utf8(socket.getInputStream().readAllBytes());
      assertTrue(rest.contains("HTTP/1.1 200") && rest.endsWith("ok"), rest);
    }
  }

  @Test
  void bodiesAreStreamedBothWays() throws IOException {
    long size = 64L << 20;
    long[] read = new long[1];
    HttpHandler handler =
        e -> {
          byte[] buffer = new byte[64 << 10];
          InputStream in = e.body();
          for (int n; (n = in.read(buffer)) >= 0; ) {
            read[0] += n;
          }
          e.respond(200, Map.of(), size, new Zeros(size));
        };
    try (RunningServer server = start(handler);
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          Text.utf8(
              "PUT / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: "
                  + size
                  + "\r\n\r\n"));
      new Zeros(size).transferTo(out);
      out.flush();
      long back = socket.getInputStream().transferTo(OutputStream.nullOutputStream());
      assertEquals(size, read[0]);
      assertTrue(back > size);
    }
  }

  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long size) {
      left = size;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      int count = (int) Math.min(length, left);
      left -= count;
      return count == 0 ? -1 : count;
    }
  }

  @Test
  void anAnswerThatEndsTooEarlyBreaksTheConnection() throws IOException {
    HttpHandler handler = e -> e.respond(200, Map.of(), 100, new Zeros(10));
    try (RunningServer server = start(handler)) {
      String answer;
      try {
        answer = raw(server, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      } catch (IOException e) {
        answer = ""; // Reset: as good.
      }
      // Never a whole answer: a client that counts sees that bytes are missing.
      int head = answer.indexOf("\r\n\r\n");
      assertTrue(head < 0 || answer.length() - head - 4 < 100, answer);
    }
  }

  @Test
  void whatAHandlerThrowsIsA500WithoutItsText() throws IOException {
    HttpHandler handler =
        e -> {
          throw new IllegalStateException("the secret");
        };
    java.util.logging.Logger log = java.util.logging.Logger.getLogger("dev.assay.server");
    log.setLevel(java.util.logging.Level.OFF);
    try (RunningServer server = start(handler)) {
      String answer = raw(server, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
      assertTrue(answer.startsWith("HTTP/1.1 500"), answer);
      assertTrue(!answer.contains("secret"), answer);
    } finally {
      log.setLevel(null);
    }
  }

  @Test
  void badTargetsAreRefused() throws IOException {
    try (RunningServer server = start(echo())) {
      for (String target : new String[] {"/%zz", "/%2", "/?q=%f"}) {
        String answer =
            raw(server, "GET " + target + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
      }
    }
  }

  @Test
  void endlessHeadersAreRefused() throws IOException {
    try (RunningServer server = start(echo());
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      out.write(Text.utf8("GET / HTTP/1.1\r\nHost: h\r\n"));
      byte[] line = Text.utf8("X-Filler: " + "y".repeat(1000) + "\r\n");
      int sent = 0;
      try {
        for (; sent < 10_000; sent++) {
          out.write(line);
        }
      } catch (IOException e) {
        // Closed by the server: what is wanted.
      }
      assertTrue(sent < 10_000, "ten megabytes of headers were taken");
    }
  }

  @Test
  void aTakenPortIsSaid() {
    try (RunningServer server = start(echo())) {
      AssayException e =
          assertThrows(
              AssayException.class,
              () -> WebServers.start(echo(), "127.0.0.1", server.port(), Optional.empty()));
      assertEquals(Code.LISTEN_FAILED, e.code());
    }
  }
}
