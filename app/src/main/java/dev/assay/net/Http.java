package dev.assay.net;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/**
 * The one HTTP client. It adds to the JDK's: time limits that cover bodies, retries with back-off,
 * and redirects that neither carry credentials to another host nor leave TLS. It never decides what
 * a status means; it only gives up on a host that cannot be talked to.
 *
 * <p>Safe for use by many threads.
 */
public final class Http implements AutoCloseable {

  /**
   * @param connect until a connection stands
   * @param answer until the headers of an answer are there
   * @param stall without a byte of the body
   * @param slowest bytes a second a body must reach on average, once {@code stall} has passed
   * @param attempts how often a request is sent at most
   * @param backOff before the second attempt; doubled before each further one
   * @param longestWait the longest wait before an attempt, whatever Retry-After asks for
   * @param extraAuthorities PEM, trusted for every host
   * @param hosts what is particular about single hosts
   */
  public record Settings(
      Duration connect,
      Duration answer,
      Duration stall,
      long slowest,
      int attempts,
      Duration backOff,
      Duration longestWait,
      Optional<byte[]> extraAuthorities,
      ProxySelector proxy,
      HostTls hosts) {

    public static Settings standard() {
      return new Settings(
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          4096,
          4,
          Duration.ofMillis(250),
          Duration.ofSeconds(10),
          Optional.empty(),
          Proxies.direct(),
          authority -> new HostTls.Material(List.of(), Optional.empty()));
    }

    /** Honours HTTPS_PROXY, HTTP_PROXY, NO_PROXY, SSL_CERT_FILE and the folders certs.d. */
    public static Settings of(Map<String, String> environment) {
      return standard()
          .trusting(TlsMaterial.authorities(environment))
          .through(Proxies.of(environment))
          .hosts(CertificateFolders.of(environment));
    }

    public Settings hosts(HostTls others) {
      return new Settings(
          connect,
          answer,
          stall,
          slowest,
          attempts,
          backOff,
          longestWait,
          extraAuthorities,
          proxy,
          others);
    }

    /** Also trusts the certificate authorities of a PEM file. */
    public Settings trusting(Optional<byte[]> pem) {
      return new Settings(
          connect, answer, stall, slowest, attempts, backOff, longestWait, pem, proxy, hosts);
    }

    public Settings through(ProxySelector other) {
      return new Settings(
          connect,
          answer,
          stall,
          slowest,
          attempts,
          backOff,
          longestWait,
          extraAuthorities,
          other,
          hosts);
    }

    public Settings patience(Duration newAnswer, Duration newStall) {
      return new Settings(
          connect,
          newAnswer,
          newStall,
          slowest,
          attempts,
          backOff,
          longestWait,
          extraAuthorities,
          proxy,
          hosts);
    }

    public Settings retrying(int newAttempts, Duration newBackOff, Duration newLongestWait) {
      return new Settings(
          connect,
          answer,
          stall,
          slowest,
          newAttempts,
          newBackOff,
          newLongestWait,
          extraAuthorities,
          proxy,
          hosts);
    }
  }

  private static final int MOST_REDIRECTS = 5;
  private static final String USER_AGENT = "assay";

  private final Settings settings;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, HostPace> paces = new ConcurrentHashMap<>();

  // Loading the trusted authorities takes longer than a request to this machine: only for https.
  private final Lazy<HttpClient> plain;
  private final Lazy<HttpClient> secure;

  // Empty for a host that nothing is particular about.
  private final Map<String, Optional<HttpClient>> particular = new ConcurrentHashMap<>();

  public Http(Settings settings) {
    this.settings = settings;
    this.plain = new Lazy<>(() -> client(TlsMaterial.unused(), HttpClient.Version.HTTP_1_1));
    this.secure =
        new Lazy<>(() ->
            client(
                TlsMaterial.client(settings.extraAuthorities().stream().toList(), Optional.empty()),
                HttpClient.Version.HTTP_2));
  }

  private HttpClient client(SSLContext tls, HttpClient.Version version) {
    return HttpClient.newBuilder()
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(settings.connect())
        .version(version)
        .sslContext(tls)
        .proxy(settings.proxy())
        .executor(threads)
        .build();
  }

  /**
   * Sends a request. 429, 502, 503 and 504 are retried, as are broken connections when the request
   * is repeatable; the last answer is returned whatever its status is. GET and HEAD follow
   * redirects.
   *
   * @throws AssayException with {@link Code#UNREACHABLE} if no answer came, with {@link
   *     Code#PLAIN_HTTP} if the other side does not speak TLS or a redirect leads out of it, with
   *     {@link Code#BAD_RESPONSE} if redirects do not end or what came is no HTTP
   */
  public Reply send(Request request) {
    boolean follows = request.method().equals("GET") || request.method().equals("HEAD");
    Request current = request;
    for (int redirects = 0; ; redirects++) {
      Reply reply = retrying(current);
      if (!follows || !isRedirect(reply.status())) {
        return reply;
      }
      reply.close();
      if (redirects == MOST_REDIRECTS) {
        throw new AssayException(
            Code.BAD_RESPONSE,
            "more than " + MOST_REDIRECTS + " redirects from " + Text.quote(shown(request.uri())));
      }
      current = redirected(current, reply);
    }
  }

  private static boolean isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  private static Request redirected(Request request, Reply reply) {
    URI to = resolve(request.uri(), reply.header("location").orElse(""));
    checkNoDowngrade(request.uri(), to);
    Request next = request.to(to);
    return sameOrigin(request.uri(), to) ? next : next.without("authorization");
  }

  /**
   * Where a Location header leads.
   *
   * @throws AssayException with {@link Code#BAD_RESPONSE} if it is no http or https address
   */
  public static URI resolve(URI base, String location) {
    try {
      URI to = base.resolve(new URI(location));
      String scheme = to.getScheme();
      boolean good =
          !location.isEmpty()
              && ("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))
              && to.getHost() != null
              && to.getUserInfo() == null;
      if (good) {
        return to;
      }
    } catch (URISyntaxException | IllegalArgumentException e) {
      // said below
    }
    throw new AssayException(
        Code.BAD_RESPONSE,
        "an address that cannot be followed: "
            + Text.quote(location)
            + ", from "
            + Text.quote(shown(base)));
  }

  /**
   * @throws AssayException with {@link Code#PLAIN_HTTP} if the step leads from TLS to plain HTTP,
   *     with {@link Code#BAD_RESPONSE} if it leads from another machine to this one
   */
  public static void checkNoDowngrade(URI from, URI to) {
    if (isHttps(from) && !isHttps(to)) {
      throw new AssayException(
          Code.PLAIN_HTTP,
          Text.quote(shown(from)) + " leads out of TLS, to " + Text.quote(shown(to)));
    }
    if (!Loopback.is(from.getHost()) && Loopback.is(to.getHost())) {
      throw new AssayException(
          Code.BAD_RESPONSE,
          Text.quote(shown(from)) + " leads back into this machine, to " + Text.quote(shown(to)));
    }
  }

  public static boolean isHttps(URI uri) {
    return "https".equalsIgnoreCase(uri.getScheme());
  }

  /** Whether two addresses have the same scheme, host and port. */
  public static boolean sameOrigin(URI a, URI b) {
    return isHttps(a) == isHttps(b)
        && a.getHost().equalsIgnoreCase(b.getHost())
        && port(a) == port(b);
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : isHttps(uri) ? 443 : 80;
  }

  private Reply retrying(Request request) {
    Duration wait = settings.backOff();
    for (int attempt = 1; ; attempt++) {
      boolean last = attempt >= settings.attempts();
      Duration asked = Duration.ZERO;
      try {
        Reply reply = once(request);
        if (last || !isTransient(reply.status())) {
          return reply;
        }
        asked = retryAfter(reply);
        reply.close();
        if (reply.status() == 429) {
          // Not only this request is one too many.
          pace(request.uri()).pause(shortest(max(wait, asked)));
        }
      } catch (SSLException e) {
        throw notTrusted(request.uri(), e);
      } catch (IOException e) {
        if (last || !request.repeatable() || isFinal(e)) {
          throw unreachable(request.uri(), e);
        }
      }
      sleep(request.uri(), max(jittered(wait), asked));
      wait = wait.multipliedBy(2);
    }
  }

  private static boolean isTransient(int status) {
    return status == 429 || status == 502 || status == 503 || status == 504;
  }

  // Nobody listens there, or there is no such host: trying again at once does not change that.
  private static boolean isFinal(IOException e) {
    return e instanceof java.net.ConnectException || e instanceof java.net.UnknownHostException;
  }

  private Reply once(Request request) throws IOException {
    HttpRequest.Builder builder = HttpRequest.newBuilder(request.uri()).timeout(settings.answer());
    builder.header("User-Agent", USER_AGENT);
    request.headers().forEach(builder::header);
    builder.method(
        request.method(),
        request.payload().map(Http::publisher).orElseGet(HttpRequest.BodyPublishers::noBody));
    HttpClient client = isHttps(request.uri()) ? secure(request.uri()) : plain.value();
    HostPace pace = pace(request.uri());
    try {
      pace.enter();
      try {
        HttpResponse<java.io.InputStream> response =
            client.send(
                builder.build(), info -> new PacedBody(settings.stall(), settings.slowest()));
        return new Reply(response.statusCode(), request.uri(), response.headers(), response.body());
      } finally {
        pace.leave();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssayException(
          Code.UNREACHABLE, "interrupted while talking to " + Text.quote(shown(request.uri())), e);
    }
  }

  private HostPace pace(URI uri) {
    return paces.computeIfAbsent(authority(uri), host -> new HostPace());
  }

  private static String authority(URI uri) {
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    return port(uri) == 443 ? host : host + ":" + port(uri);
  }

  private HttpClient secure(URI uri) {
    String authority = authority(uri);
    return particular.computeIfAbsent(authority, this::particular).orElseGet(secure::value);
  }

  private Optional<HttpClient> particular(String authority) {
    HostTls.Material material = settings.hosts().of(authority);
    if (material.isEmpty()) {
      return Optional.empty();
    }
    List<byte[]> authorities = new ArrayList<>(material.authorities());
    settings.extraAuthorities().ifPresent(authorities::add);
    return Optional.of(
        client(TlsMaterial.client(authorities, material.certificate()), HttpClient.Version.HTTP_2));
  }

  private static HttpRequest.BodyPublisher publisher(Request.Payload payload) {
    if (payload.length() == 0) {
      return HttpRequest.BodyPublishers.noBody();
    }
    return HttpRequest.BodyPublishers.fromPublisher(
        HttpRequest.BodyPublishers.ofInputStream(() -> {
          try {
            return payload.source().open();
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        }),
        payload.length());
  }

  private Duration shortest(Duration wait) {
    return wait.compareTo(settings.longestWait()) > 0 ? settings.longestWait() : wait;
  }

  private void sleep(URI uri, Duration wait) {
    try {
      Thread.sleep(shortest(wait));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssayException(
          Code.UNREACHABLE, "interrupted while waiting for " + Text.quote(shown(uri)), e);
    }
  }

  private static Duration jittered(Duration wait) {
    return Duration.ofNanos(
        (long) (wait.toNanos() * ThreadLocalRandom.current().nextDouble(0.5, 1.0)));
  }

  private static Duration max(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  /** What Retry-After asks for (RFC 9110 section 10.2.3): seconds or a date. */
  static Duration retryAfter(Reply reply) {
    String text = reply.header("retry-after").orElse("").strip();
    if (text.matches("[0-9]{1,6}")) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    try {
      Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration wait = Duration.between(Instant.now(), until);
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeException e) {
      return Duration.ZERO;
    }
  }

  static AssayException unreachable(URI uri, IOException cause) {
    String why =
        switch (cause) {
          case java.net.http.HttpConnectTimeoutException e -> "no connection in time";
          case java.net.http.HttpTimeoutException e -> "no answer in time";
          case java.net.UnknownHostException e -> "no such host";
          case java.net.ConnectException e -> "the connection is refused or there is no such host";
          case java.net.ProtocolException e -> "what answers does not speak HTTP";
          default -> Optional.ofNullable(cause.getMessage()).orElse("the connection broke");
        };
    Code code = cause instanceof java.net.ProtocolException ? Code.BAD_RESPONSE : Code.UNREACHABLE;
    return new AssayException(
        code, Text.quote(shown(uri)) + " cannot be reached: " + Text.printable(why), cause);
  }

  private static AssayException notTrusted(URI uri, SSLException cause) {
    String message = String.valueOf(cause.getMessage());
    String lower = message.toLowerCase(Locale.ROOT);
    if (lower.contains("unrecognized ssl message") || lower.contains("plaintext connection")) {
      return new AssayException(
          Code.PLAIN_HTTP,
          Optional.of(
                  Text.quote(shown(uri))
                      + " answers without TLS, and plain HTTP is not used by itself")
              .get(),
          Optional.of("--plain-http, if the network between is trusted"),
          cause);
    }
    return new AssayException(
        Code.UNREACHABLE,
        "no TLS connection to " + Text.quote(shown(uri)) + ": " + Text.printable(message),
        Optional.of("--tls-ca FILE or SSL_CERT_FILE=FILE adds a certificate authority"),
        cause);
  }

  /** The address without its query, which may hold a token. */
  public static String shown(URI uri) {
    String path = uri.getRawPath();
    return uri.getScheme() + "://" + uri.getRawAuthority() + (path == null ? "" : path);
  }

  @Override
  public void close() {
    plain.ifPresent(HttpClient::shutdownNow);
    secure.ifPresent(HttpClient::shutdownNow);
    particular.values().forEach(client -> client.ifPresent(HttpClient::shutdownNow));
    threads.shutdownNow();
  }
}
