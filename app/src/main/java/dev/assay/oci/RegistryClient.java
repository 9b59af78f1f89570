package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.net.HostTls;
import dev.assay.net.Http;
import dev.assay.net.Loopback;
import dev.assay.net.Reply;
import dev.assay.net.Request;
import dev.assay.net.TlsMaterial;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Talks to registries (distribution-spec 1.1; Docker's registry API v2 is the same for what is used
 * here). It asks for what is wanted at once: no ping, no HEAD before a GET.
 *
 * <p>Safe for use by many threads. Tokens are remembered, so one client should serve a whole run.
 */
public final class RegistryClient implements AutoCloseable {

  private final Http http;
  private final Authorizer authorizer;
  private final boolean plainHttp;
  private final Supplier<RegistriesConf> configuration;

  // Those that a client's certificate is shown to.
  private final Set<String> named = ConcurrentHashMap.newKeySet();

  /**
   * @param plainHttp whether registries that are not on this machine are talked to without TLS
   */
  public RegistryClient(Http.Settings settings, Credentials credentials, boolean plainHttp) {
    this(settings, credentials, plainHttp, RegistriesConf::none, Optional.empty());
  }

  /**
   * @param configuration asked for when a repository is first named
   * @param certificate of this client; shown to registries that are named, and their mirrors, not
   *     to where they redirect
   */
  public RegistryClient(
      Http.Settings settings,
      Credentials credentials,
      boolean plainHttp,
      Supplier<RegistriesConf> configuration,
      Optional<TlsMaterial> certificate) {
    this.http = new Http(certificate.isPresent() ? showing(settings, certificate) : settings);
    this.authorizer = new Authorizer(http, credentials, plainHttp);
    this.plainHttp = plainHttp;
    this.configuration = configuration;
  }

  private Http.Settings showing(Http.Settings settings, Optional<TlsMaterial> certificate) {
    HostTls others = settings.hosts();
    return settings.hosts(authority -> {
      HostTls.Material known = others.of(authority);
      return named.contains(authority)
          ? new HostTls.Material(known.authorities(), certificate)
          : known;
    });
  }

  /** A client with the settings, logins, mirrors and certificates of this user. */
  public static RegistryClient of(Map<String, String> environment, boolean plainHttp) {
    return of(environment, plainHttp, Optional.empty(), Optional.empty());
  }

  /**
   * @param authorities PEM, trusted in addition to those of the environment
   * @param certificate of this client
   */
  public static RegistryClient of(
      Map<String, String> environment,
      boolean plainHttp,
      Optional<byte[]> authorities,
      Optional<TlsMaterial> certificate) {
    Http.Settings settings = Http.Settings.of(environment);
    return new RegistryClient(
        authorities.isPresent() ? settings.trusting(authorities) : settings,
        Credentials.of(environment),
        plainHttp,
        new Configuration(environment),
        certificate);
  }

  /** Read when it is first needed, once. */
  private static final class Configuration implements Supplier<RegistriesConf> {
    private final Map<String, String> environment;
    private Optional<RegistriesConf> read = Optional.empty();

    Configuration(Map<String, String> environment) {
      this.environment = environment;
    }

    @Override
    public synchronized RegistriesConf get() {
      if (read.isEmpty()) {
        read = Optional.of(RegistriesConf.of(environment));
      }
      return read.get();
    }
  }

  /**
   * The repository that a reference is in; nothing is sent yet.
   *
   * @throws AssayException with {@link Code#REGISTRY_BLOCKED}, or {@link Code#BAD_CONFIG} if
   *     registries.conf cannot be used
   */
  public RemoteRepository repository(Reference reference) {
    List<RegistriesConf.Source> sources = configuration.get().sources(reference);
    name(reference);
    sources.forEach(s -> name(s.reference()));
    return new RemoteRepository(this, reference, sources);
  }

  private void name(Reference reference) {
    named.add(endpoint(reference, "").getAuthority());
  }

  /** Fetches the manifest a reference names, from the repository it is in. */
  public StoredManifest manifest(Reference reference) {
    return repository(reference).manifest(reference.identifier());
  }

  /** The address of an endpoint, for a path that starts after {@code /v2/}. */
  URI endpoint(Reference repository, String path) {
    boolean plain = repository.isLoopback() || plainHttp;
    String host =
        repository.registry().equals("docker.io") ? "registry-1.docker.io" : repository.registry();
    return URI.create((plain ? "http://" : "https://") + host + "/v2/" + path);
  }

  /**
   * Sends a request with what the registry wants to see, and once more if it wants to see something
   * else. Credentials go to the registry of the repository only.
   *
   * @param push whether writing rights are needed
   */
  Reply send(Reference repository, Request request, boolean push) {
    checkAddress(repository, request.uri());
    boolean ours = Http.sameOrigin(request.uri(), endpoint(repository, ""));
    if (!ours) {
      return http.send(request);
    }
    Optional<String> known = authorizer.header(repository, push);
    Reply first =
        http.send(known.isPresent() ? request.with("Authorization", known.get()) : request);
    // After a redirect to elsewhere the challenge is not our registry's.
    if (first.status() != 401 || !Http.sameOrigin(first.uri(), request.uri())) {
      return first;
    }
    Optional<String> answer =
        authorizer.answer(repository, push, request.uri(), first.headers("www-authenticate"));
    if (answer.isEmpty()) {
      return first;
    }
    first.close();
    return http.send(request.with("Authorization", answer.get()));
  }

  // An upload location or a next page may be anywhere; never less protected than the registry is.
  private void checkAddress(Reference repository, URI uri) {
    URI registry = endpoint(repository, "");
    Http.checkNoDowngrade(registry, uri);
    if (!Http.isHttps(uri) && !Loopback.is(uri.getHost()) && !plainHttp) {
      throw new AssayException(
          Code.PLAIN_HTTP,
          Text.quote(repository.registry())
              + " leads to "
              + Text.quote(Http.shown(uri))
              + ", without TLS",
          "--plain-http, if the network between is trusted");
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
