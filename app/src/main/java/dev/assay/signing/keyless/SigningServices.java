package dev.assay.signing.keyless;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.net.Http;
import dev.assay.signing.BundleSigner;
import dev.assay.signing.Signer;
import dev.assay.trust.SigningConfig;
import dev.assay.trust.TrustRoot;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The services that one signer uses, and the signers over them.
 *
 * @param authority issues certificates; absent where only keys sign
 * @param issuer where a person logs in
 * @param logs in the order their entries have in a bundle
 * @param timestamps whole addresses of RFC 3161 authorities
 */
public record SigningServices(
    Optional<URI> authority, Optional<URI> issuer, List<Log> logs, List<URI> timestamps) {

  /** A log by its base address, and the version of its interface: 1 or 2. */
  public record Log(URI base, int version) {}

  /** How tokens are found. */
  public record Identity(
      Optional<String> provider,
      Optional<IdentitySource> given,
      String clientId,
      Optional<String> name,
      Map<String, String> environment,
      Path folder,
      boolean person) {}

  /** Tells somebody what becomes public, and what is not verified. */
  public interface Talk {
    void say(String text);

    /**
     * @throws AssayException with {@link Code#NOT_AGREED} if the answer is no, or nobody is there
     */
    void agree(String whatBecomesPublic);
  }

  public SigningServices {
    logs = List.copyOf(logs);
    timestamps = List.copyOf(timestamps);
  }

  public static final SigningServices NONE =
      new SigningServices(Optional.empty(), Optional.empty(), List.of(), List.of());

  /** What a signing config says for this time. */
  public static SigningServices of(SigningConfig config, Instant at) {
    Optional<URI> authority = one("certificate authorities", config.authorities(), at);
    Optional<URI> issuer = one("identity providers", config.identityProviders(), at);
    List<Log> logs = new ArrayList<>();
    if (!config.logs().isEmpty()) {
      SigningConfig.select(
              "transparency logs", config.logs(), config.logSelection(), Set.of(1, 2), at)
          .forEach(s -> logs.add(new Log(Endpoint.of(s.url()), s.apiVersion())));
    }
    List<URI> timestamps = new ArrayList<>();
    if (!config.timestampAuthorities().isEmpty()) {
      SigningConfig.select(
              "timestamp authorities",
              config.timestampAuthorities(),
              config.timestampSelection(),
              Set.of(1),
              at)
          .forEach(s -> timestamps.add(Endpoint.of(s.url())));
    }
    return new SigningServices(authority, issuer, logs, timestamps);
  }

  /** As {@link #of}, of the services that see signatures by keys. */
  public static SigningServices forKeys(SigningConfig config, Instant at) {
    return of(
        new SigningConfig(
            List.of(),
            List.of(),
            config.logs(),
            config.logSelection(),
            config.timestampAuthorities(),
            config.timestampSelection()),
        at);
  }

  private static Optional<URI> one(String what, List<SigningConfig.Service> services, Instant at) {
    return services.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Endpoint.of(
                SigningConfig.select(what, services, SigningConfig.Selection.ANY, Set.of(1), at)
                    .getFirst()
                    .url()));
  }

  public boolean seeSignatures() {
    return !logs.isEmpty() || !timestamps.isEmpty();
  }

  private List<String> publicLogs() {
    List<String> out = new ArrayList<>();
    logs.stream().map(Log::base).filter(Endpoint::isPublicGood).forEach(u -> out.add(u.getHost()));
    return out;
  }

  /** Whether something that cannot be taken back goes to the public instance. */
  public boolean isPublic() {
    return !publicLogs().isEmpty() || authority.filter(Endpoint::isPublicGood).isPresent();
  }

  private Witnesses witnesses(Services services) {
    return new Witnesses(
        timestamps.stream().map(t -> new TimestampClient(t, services)).toList(),
        logs.stream().map(l -> new Rekor(l.base(), l.version(), services)).toList());
  }

  /**
   * A signer with a key, whose signatures these services see.
   *
   * @param roots by which what was made is verified; may be empty
   */
  public BundleSigner withKey(
      Signer signer, Http http, List<TrustRoot> roots, Talk talk, Clock clock) {
    if (!publicLogs().isEmpty()) {
      talk.agree(
          "public for ever, in "
              + String.join(", ", publicLogs())
              + ": your public key "
              + signer.publicKey().id().brief()
              + ", the digest of what is signed, and when");
    }
    return new WitnessedKeySigner(
        signer, witnesses(new Services(http)), new SelfCheck(roots), clock);
  }

  /** A signer in the name of an identity. */
  public BundleSigner withIdentity(
      Identity identity, Http http, List<TrustRoot> roots, Talk talk, Clock clock) {
    Services services = new Services(http);
    URI base =
        authority.orElseThrow(() ->
            new AssayException(
                Code.USAGE,
                "no certificate authority is named",
                "--fulcio-url URL, or --signing-config FILE"));
    Witnesses witnesses = witnesses(services);
    if (!witnesses.sayWhen()) {
      throw new AssayException(
          Code.USAGE,
          "nothing would prove when this was signed, and a certificate that lasts for minutes"
              + " proves nothing without it",
          "--timestamp-url URL, or a log of version 1");
    }
    return new KeylessBundleSigner(
        new IdentityChoice(this, identity, services, talk).source(),
        identity.clientId(),
        identity.name(),
        new Fulcio(base, services),
        witnesses,
        new SelfCheck(roots),
        (token, source) -> {
          talk.say("signing as " + token + ", by " + source);
          if (isPublic()) {
            talk.agree(
                "public for ever, in the logs of sigstore.dev: the name "
                    + token
                    + ", the digest of what is signed, and when");
          }
        },
        clock);
  }

  /** As {@link Http.Settings}, with patience for logs. */
  public static Http.Settings patient(Http.Settings settings) {
    return Services.settings(settings);
  }
}
