package dev.assay.server;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.net.HttpHandler;
import dev.assay.net.TlsMaterial;
import io.helidon.common.tls.Tls;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Starts web servers. */
public final class WebServers {

  /** Bytes of all headers of a request. */
  private static final int HEADERS_BYTES = 32 << 10;

  /** Bytes of a request line. */
  private static final int LINE_BYTES = 16 << 10;

  private static final Duration READ_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration IDLE = Duration.ofMinutes(2);
  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final int BACKLOG = 1024;

  // Kept here: a logger that nobody holds forgets its level. What the web server has to say on
  // start and on clients that hang up is nothing a user can act on.
  private static final Logger WEB_SERVER_LOG = Logger.getLogger("io.helidon");

  private WebServers() {}

  /**
   * Listens, and hands every request to the handler. Returns when connections are accepted.
   *
   * @param host a host name or address of this machine
   * @param port 0 for one that the system chooses
   * @param tls absent for plain HTTP
   * @throws AssayException with {@link Code#LISTEN_FAILED} if the address cannot be had, with
   *     {@link Code#BAD_CONFIG} if certificate or key cannot be used
   */
  public static RunningServer start(
      HttpHandler handler, String host, int port, Optional<TlsMaterial> tls) {
    WEB_SERVER_LOG.setLevel(Level.OFF);
    InetAddress address;
    try {
      address = InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new AssayException(
          Code.LISTEN_FAILED, "no address of this machine: " + Text.quote(host), e);
    }
    Http1Config http1 =
        Http1Config.builder().maxHeadersSize(HEADERS_BYTES).maxPrologueLength(LINE_BYTES).build();
    WebServerConfig.Builder config =
        WebServerConfig.builder()
            .address(address)
            .port(port)
            .backlog(BACKLOG)
            .shutdownHook(false)
            .featuresDiscoverServices(false)
            .protocolsDiscoverServices(false)
            .addProtocol(http1)
            .addConnectionSelector(Http1ConnectionSelector.builder().config(http1).build())
            .idleConnectionTimeout(IDLE)
            .shutdownGracePeriod(GRACE)
            .connectionOptions(options -> options.readTimeout(READ_TIMEOUT).tcpNoDelay(true))
            .routing(HttpRouting.builder().any(new Adapter(handler, tls.isPresent())));
    tls.ifPresent(material ->
        config.tls(
            Tls.builder()
                .sslContext(material.serverContext())
                .addApplicationProtocol("http/1.1")
                .build()));
    WebServer server;
    try {
      server = config.build().start();
    } catch (RuntimeException e) {
      throw new AssayException(
          Code.LISTEN_FAILED,
          Text.printable(host) + ":" + port + " cannot be listened on",
          Optional.of("is another process using the port? --listen HOST:0 takes a free one"),
          e);
    }
    // It logs that the port is taken and carries on.
    if (!server.isRunning() || server.port() < 0) {
      throw new AssayException(
          Code.LISTEN_FAILED,
          Text.printable(host) + ":" + port + " cannot be listened on",
          "is another process using the port? --listen HOST:0 takes a free one");
    }
    return new RunningServer(server, host, tls.isPresent());
  }
}
