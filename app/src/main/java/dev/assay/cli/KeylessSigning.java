package dev.assay.cli;

import dev.assay.attest.Bundle;
import dev.assay.attest.Statement;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import dev.assay.net.Http;
import dev.assay.roots.TrustRoots;
import dev.assay.signing.BundleSigner;
import dev.assay.signing.Signer;
import dev.assay.signing.keyless.Endpoint;
import dev.assay.signing.keyless.IdentitySource;
import dev.assay.signing.keyless.SigningServices;
import dev.assay.trust.Freshness;
import dev.assay.trust.SigningConfig;
import dev.assay.trust.SigningConfigReader;
import dev.assay.trust.TrustRoot;
import dev.assay.trust.TrustRootReader;
import java.io.Console;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Signers that ask services: with an identity, or with a key whose signatures others shall see. */
final class KeylessSigning {

  /** A signer with the connections it asks by. */
  private record Owned(BundleSigner signer, Http http) implements BundleSigner {

    @Override
    public Bundle message(byte[] content) {
      return signer.message(content);
    }

    @Override
    public Bundle digest(Digest digest) {
      return signer.digest(digest);
    }

    @Override
    public Bundle statement(Statement statement) {
      return signer.statement(statement);
    }

    @Override
    public List<Certificate> issuers() {
      return signer.issuers();
    }

    @Override
    public void close() {
      signer.close();
      http.close();
    }
  }

  private final Arguments arguments;
  private final Context context;

  private KeylessSigning(Arguments arguments, Context context) {
    this.arguments = arguments;
    this.context = context;
  }

  static BundleSigner open(Arguments arguments, Context context) {
    return new KeylessSigning(arguments, context).open();
  }

  private BundleSigner open() {
    boolean key = arguments.value("key").isPresent();
    SigningServices services = services(key);
    if (key && !services.seeSignatures()) {
      throw new AssayException(
          Code.NO_SERVICE, "the signing config has no log and no timestamp authority for a key");
    }
    List<TrustRoot> roots = roots(services);
    if (roots.isEmpty()) {
      context
          .err()
          .println(
              "note: what services answer is not verified against a trust root"
                  + " (--trust-root FILE)");
    }
    SigningServices.Talk talk = new Terminal(arguments.flag("yes"), context);
    Http http = http(arguments.value("tls-ca"), context);
    try {
      if (!key) {
        return new Owned(
            services.withIdentity(identity(), http, roots, talk, context.clock()), http);
      }
      Signer signer = Keys.signer(arguments, context);
      try {
        return new Owned(services.withKey(signer, http, roots, talk, context.clock()), http);
      } catch (AssayException e) {
        signer.close();
        throw e;
      }
    } catch (AssayException e) {
      http.close();
      throw e;
    }
  }

  static Http http(Optional<String> authorities, Context context) {
    Http.Settings settings = Http.Settings.of(context.environment());
    Optional<byte[]> own = authorities.map(f -> Inputs.read(context, f, Limits.DOCUMENT_BYTES));
    if (own.isPresent()) {
      String others = Text.utf8(settings.extraAuthorities().orElse(new byte[0]));
      settings = settings.trusting(Optional.of(Text.utf8(others + "\n" + Text.utf8(own.get()))));
    }
    return new Http(SigningServices.patient(settings));
  }

  /** What the config says, with what single options say in its place. */
  private SigningServices services(boolean key) {
    Instant now = context.clock().instant();
    SigningServices config = SigningServices.NONE;
    Optional<String> file = arguments.value("signing-config");
    if (file.isPresent()) {
      config =
          key
              ? SigningServices.forKeys(read(file.get(), context), now)
              : config(file.get(), context, now);
    } else if (!key && !arguments.flag("fulcio-url")) {
      config = inForce(context, now);
    }
    List<SigningServices.Log> logs = new ArrayList<>();
    for (String url : arguments.values("rekor-url")) {
      URI base = Endpoint.of(url);
      logs.add(new SigningServices.Log(base, version(base)));
    }
    List<URI> timestamps = new ArrayList<>();
    arguments.values("timestamp-url").forEach(u -> timestamps.add(Endpoint.of(u)));
    return new SigningServices(
        arguments.value("fulcio-url").map(Endpoint::of).or(config::authority),
        arguments.value("oidc-issuer").map(Endpoint::of).or(config::issuer),
        logs.isEmpty() ? config.logs() : logs,
        timestamps.isEmpty() ? config.timestamps() : timestamps);
  }

  static SigningServices config(String file, Context context, Instant at) {
    return SigningServices.of(read(file, context), at);
  }

  private static SigningConfig read(String file, Context context) {
    return SigningConfigReader.read(Inputs.read(context, file, Limits.DOCUMENT_BYTES));
  }

  /** The services of the instance whose trust root is in force. */
  static SigningServices inForce(Context context, Instant at) {
    return SigningServices.of(
        SigningConfigReader.read(
            TrustRoots.signingConfig(TrustCommands.data(context), TrustCommands.pinned(context))),
        at);
  }

  private int version(URI base) {
    Optional<String> asked = arguments.value("rekor-version");
    if (asked.isEmpty()) {
      return "rekor.sigstore.dev".equals(base.getHost()) ? 1 : 2;
    }
    return switch (asked.get()) {
      case "1" -> 1;
      case "2" -> 2;
      default -> throw new AssayException(Code.USAGE, "--rekor-version is 1 or 2");
    };
  }

  // A private instance has a trust root of its own, which only its user can name.
  private List<TrustRoot> roots(SigningServices services) {
    List<String> files = arguments.values("trust-root");
    List<TrustRoot> out = new ArrayList<>();
    for (String file : files) {
      out.addAll(TrustRootReader.readAll(Inputs.read(context, file, Limits.DOCUMENT_BYTES)));
    }
    boolean own = arguments.flag("signing-config") || arguments.flag("fulcio-url");
    boolean key = arguments.value("key").isPresent();
    if (files.isEmpty() && (services.isPublic() || !own && !key)) {
      TrustRoots.InForce inForce = TrustCommands.inForce(context, context.clock().instant());
      if (inForce.freshness().verdict() == Freshness.Verdict.TOO_OLD) {
        context.err().println("note: " + inForce.source() + ": " + inForce.freshness().text());
      }
      return inForce.roots();
    }
    return out;
  }

  private SigningServices.Identity identity() {
    return new SigningServices.Identity(
        arguments.value("oidc-provider"),
        arguments.value("identity-token").map(this::given),
        arguments.value("oidc-client-id").orElse("sigstore"),
        arguments.value("certificate-identity"),
        context.environment(),
        context.folder(),
        Terminal.isThere());
  }

  private IdentitySource given(String name) {
    if (arguments.flag("oidc-provider")) {
      throw new AssayException(
          Code.USAGE, "--identity-token and --oidc-provider exclude each other");
    }
    if (name.startsWith("eyJ") && name.chars().filter(c -> c == '.').count() == 2) {
      throw new AssayException(
          Code.USAGE,
          "a token is a secret, and arguments can be seen by others: --identity-token names a file",
          "--identity-token FILE, or - for standard input, or the variable SIGSTORE_ID_TOKEN");
    }
    if (name.equals("-")) {
      // It can be read once.
      String text = Text.utf8(Inputs.read(context, name, Limits.IDENTITY_TOKEN_BYTES));
      return IdentitySource.of("standard input", () -> text);
    }
    return IdentitySource.of(
        "the file " + Text.printable(name),
        () -> Text.utf8(Inputs.read(context, name, Limits.IDENTITY_TOKEN_BYTES)));
  }

  /** Tells a person, and asks where there is one. */
  record Terminal(boolean yes, Context context) implements SigningServices.Talk {

    static boolean isThere() {
      return terminal().isPresent();
    }

    // As in Keys.
    @SuppressWarnings("SystemConsoleNull")
    private static Optional<Console> terminal() {
      return Optional.ofNullable(System.console()).filter(Console::isTerminal);
    }

    @Override
    public void say(String text) {
      context.err().println(text);
    }

    @Override
    public void agree(String whatBecomesPublic) {
      context.err().println(whatBecomesPublic);
      if (yes) {
        return;
      }
      Optional<Console> terminal = terminal();
      if (terminal.isPresent()) {
        String answer = terminal.get().readLine("%s", "Sign? [y/N] ");
        if (answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y|yes")) {
          return;
        }
        throw new AssayException(Code.NOT_AGREED, "nothing was signed");
      }
      throw new AssayException(
          Code.NOT_AGREED,
          "nothing was signed: this cannot be taken back, and nobody said yes",
          "--yes, if it may become public");
    }
  }
}
