package dev.assay.net;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The proxies that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name. This machine is never proxied. */
final class Proxies extends ProxySelector {

  private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);

  private final Optional<Proxy> http;
  private final Optional<Proxy> https;
  private final List<String> excluded;

  private Proxies(Optional<Proxy> http, Optional<Proxy> https, List<String> excluded) {
    this.http = http;
    this.https = https;
    this.excluded = excluded;
  }

  static ProxySelector direct() {
    return new Proxies(Optional.empty(), Optional.empty(), List.of());
  }

  static ProxySelector of(Map<String, String> environment) {
    List<String> excluded =
        variable(environment, "NO_PROXY")
            .map(v -> Arrays.stream(v.toLowerCase(Locale.ROOT).split(",")).map(String::strip))
            .map(s -> s.filter(e -> !e.isEmpty()).toList())
            .orElse(List.of());
    return new Proxies(
        proxy(environment, "HTTP_PROXY"), proxy(environment, "HTTPS_PROXY"), excluded);
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name))
        .or(() -> Optional.ofNullable(environment.get(name.toLowerCase(Locale.ROOT))))
        .filter(v -> !v.isEmpty());
  }

  private static Optional<Proxy> proxy(Map<String, String> environment, String name) {
    Optional<String> text = variable(environment, name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    // The value is never shown: it may hold a password.
    URI uri;
    try {
      uri = URI.create(text.get().contains("://") ? text.get() : "http://" + text.get());
    } catch (IllegalArgumentException e) {
      throw new AssayException(Code.BAD_CONFIG, name + " is no address of a proxy");
    }
    if (!"http".equalsIgnoreCase(uri.getScheme())
        || uri.getHost() == null
        || uri.getUserInfo() != null) {
      throw new AssayException(
          Code.BAD_CONFIG,
          name + " is no proxy that can be used",
          "write http://host:port, without user and password");
    }
    int port = uri.getPort() < 0 ? 80 : uri.getPort();
    return Optional.of(
        new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(uri.getHost(), port)));
  }

  @Override
  public List<Proxy> select(URI uri) {
    String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
    if (Loopback.is(host) || isExcluded(host, uri.getPort())) {
      return DIRECT;
    }
    return (Http.isHttps(uri) ? https : http).map(List::of).orElse(DIRECT);
  }

  private boolean isExcluded(String host, int port) {
    for (String rule : excluded) {
      String name = rule.startsWith("*") ? rule.substring(1) : rule;
      String suffix = name.startsWith(".") ? name : "." + name;
      if (rule.equals("*")
          || host.equals(name)
          || (host + ":" + port).equals(name)
          || host.endsWith(suffix)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException error) {
    // The request fails and says so.
  }
}
