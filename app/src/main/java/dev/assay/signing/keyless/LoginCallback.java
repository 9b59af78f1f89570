package dev.assay.signing.keyless;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where the browser comes back to: one port of the loopback address, one path. Whatever else asks
 * there (a favicon, another program of this machine, a page that guesses the port) gets a refusal
 * and ends nothing; what lacks the state of this login is not looked at.
 */
final class LoginCallback implements AutoCloseable {

  private static final String PATH = "/auth/callback";
  private static final int HEAD_BYTES = 16 << 10;
  private static final int MOST_VISITS = 100;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int VISIT_MILLIS = 5_000;

  private final ServerSocket socket;
  private final String state;

  private LoginCallback(ServerSocket socket, String state) {
    this.socket = socket;
    this.state = state;
  }

  static LoginCallback open(String state) {
    try {
      ServerSocket socket = new ServerSocket();
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      return new LoginCallback(socket, state);
    } catch (IOException e) {
      throw new AssayException(
          Code.LISTEN_FAILED, "no port could be opened for the browser to come back to", e);
    }
  }

  String address() {
    return "http://localhost:" + socket.getLocalPort() + PATH;
  }

  /**
   * The parameters the browser brings.
   *
   * @throws AssayException with {@link Code#LOGIN_FAILED} if it does not come
   */
  Map<String, String> await() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      for (int visit = 0; visit < MOST_VISITS; visit++) {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          break;
        }
        socket.setSoTimeout((int) left);
        try (Socket visitor = socket.accept()) {
          Optional<Map<String, String>> brought = visit(visitor);
          if (brought.isPresent()) {
            return brought.get();
          }
        } catch (SocketTimeoutException e) {
          // The deadline ends the loop, a visitor who says nothing does not.
        }
      }
    } catch (IOException e) {
      throw new AssayException(Code.LOGIN_FAILED, "the browser did not come back", e);
    }
    throw new AssayException(
        Code.LOGIN_FAILED,
        "the browser did not come back from the login",
        "--oidc-provider device logs in on another device");
  }

  private Optional<Map<String, String>> visit(Socket visitor) throws IOException {
    visitor.setSoTimeout(VISIT_MILLIS);
    try {
      String[] line = head(visitor.getInputStream()).split("\r\n", 2)[0].split(" ");
      if (line.length == 3 && line[0].equals("GET") && line[1].startsWith(PATH + "?")) {
        Map<String, String> parameters = parameters(line[1].substring(PATH.length() + 1));
        if (MessageDigest.isEqual(
            Text.utf8(parameters.getOrDefault("state", "")), Text.utf8(state))) {
          answer(visitor, "200 OK", "This login is finished. The window can be closed.\n");
          return Optional.of(parameters);
        }
      }
      answer(visitor, "400 Bad Request", "This is not the login that is waited for.\n");
    } catch (IOException | IllegalArgumentException e) {
      // One who breaks off or cannot spell ends nothing.
    }
    return Optional.empty();
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && out.size() < HEAD_BYTES; b = in.read()) {
      out.write(b);
      int n = out.size();
      if (b == '\n' && n >= 4 && out.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        break;
      }
    }
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> out = new LinkedHashMap<>();
    for (String pair : query.split("&")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        String name = URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8);
        String value = URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
        if (out.put(name, value) != null) {
          throw new IllegalArgumentException("twice: " + name);
        }
      }
    }
    return out;
  }

  private static void answer(Socket visitor, String status, String text) throws IOException {
    byte[] body = Text.utf8(text);
    visitor
        .getOutputStream()
        .write(
            Text.utf8(
                "HTTP/1.1 "
                    + status
                    + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
                    + body.length
                    + "\r\nConnection: close\r\nCache-Control: no-store\r\n\r\n"
                    + text));
    visitor.getOutputStream().flush();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // Nobody comes back any more.
    }
  }
}
