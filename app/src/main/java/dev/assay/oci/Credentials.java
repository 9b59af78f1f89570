package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The credentials that {@code docker login} and {@code podman login} left: in {@code
 * $DOCKER_CONFIG/config.json} (else {@code ~/.docker/config.json}), {@code $REGISTRY_AUTH_FILE} and
 * {@code $XDG_RUNTIME_DIR/containers/auth.json}, or with a credential helper. Read when a registry
 * asks for them, not before.
 */
public final class Credentials {

  /**
   * What is shown to one registry.
   *
   * @param password or, when {@code identityToken} is true, a refresh token (OAuth 2)
   */
  public record Login(String user, String password, boolean identityToken) {
    @Override
    public String toString() {
      return "Login[hidden]";
    }
  }

  private final List<Path> files;
  private final Map<String, String> environment;

  private Credentials(List<Path> files, Map<String, String> environment) {
    this.files = List.copyOf(files);
    this.environment = Map.copyOf(environment);
  }

  public static Credentials none() {
    return new Credentials(List.of(), Map.of());
  }

  public static Credentials of(Map<String, String> environment) {
    List<Path> files = new ArrayList<>();
    variable(environment, "REGISTRY_AUTH_FILE").map(Path::of).ifPresent(files::add);
    variable(environment, "DOCKER_CONFIG")
        .map(Path::of)
        .or(() -> variable(environment, "HOME").map(h -> Path.of(h, ".docker")))
        .map(folder -> folder.resolve("config.json"))
        .ifPresent(files::add);
    variable(environment, "XDG_RUNTIME_DIR")
        .map(d -> Path.of(d, "containers", "auth.json"))
        .ifPresent(files::add);
    return new Credentials(files, environment);
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(v -> !v.isEmpty());
  }

  /**
   * The login for a repository, if there is one.
   *
   * @throws AssayException with {@link Code#BAD_CONFIG} if a file cannot be read or a helper fails
   */
  public Optional<Login> find(Reference reference) {
    for (Path file : files) {
      Optional<Login> found = find(file, reference);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<Login> find(Path file, Reference reference) {
    byte[] bytes;
    try {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      // Often a link into a secret's volume: followed, unlike what a registry stores.
      try (var in = Files.newInputStream(file)) {
        bytes = in.readNBytes(Limits.DOCUMENT_BYTES);
      }
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new AssayException(Code.BAD_CONFIG, Text.quote(file.toString()) + " cannot be read", e);
    }
    Fields config =
        Fields.of(
            Json.parse(bytes, Limits.DOCUMENT_BYTES),
            file.getFileName().toString(),
            Code.BAD_CONFIG);
    Optional<Login> helped = helper(config, reference);
    return helped.isPresent() ? helped : stored(config, reference);
  }

  /** The keys under which logins are kept, the most specific first. */
  static List<String> keys(Reference reference) {
    List<String> keys = new ArrayList<>();
    String name = reference.name();
    for (int end = name.length(); end > 0; end = name.lastIndexOf('/', end - 1)) {
      keys.add(name.substring(0, end));
    }
    String registry = reference.registry();
    keys.add("https://" + registry);
    keys.add("https://" + registry + "/v1/");
    keys.add("https://" + registry + "/v2/");
    if (reference.isLoopback()) {
      keys.add("http://" + registry);
    }
    if (registry.equals("docker.io")) {
      keys.add("https://index.docker.io/v1/");
      keys.add("index.docker.io");
    }
    return keys;
  }

  private static Optional<Login> stored(Fields config, Reference reference) {
    Optional<Fields> auths = config.optionalObject("auths");
    if (auths.isEmpty()) {
      return Optional.empty();
    }
    for (String key : keys(reference)) {
      Optional<Fields> entry = auths.get().optionalObject(key);
      Optional<Login> login = entry.flatMap(Credentials::login);
      if (login.isPresent()) {
        return login;
      }
    }
    return Optional.empty();
  }

  private static Optional<Login> login(Fields entry) {
    Optional<String> token = entry.optionalString("identitytoken").filter(t -> !t.isEmpty());
    Optional<String> auth = entry.optionalString("auth").filter(t -> !t.isEmpty());
    String user = entry.optionalString("username").orElse("");
    String password = entry.optionalString("password").orElse("");
    if (auth.isPresent()) {
      String pair;
      try {
        pair = Text.utf8(Base64s.decode(auth.get()));
      } catch (AssayException e) {
        // The value is a secret: neither it nor the cause, which quotes it, is kept.
        throw new AssayException(Code.BAD_CONFIG, "an auth entry of the login file is not base64");
      }
      int colon = pair.indexOf(':');
      if (colon < 0) {
        throw new AssayException(Code.BAD_CONFIG, "an auth entry is not user:password");
      }
      user = pair.substring(0, colon);
      password = pair.substring(colon + 1);
    }
    if (token.isPresent()) {
      return Optional.of(new Login(user, token.get(), true));
    }
    return user.isEmpty() && password.isEmpty()
        ? Optional.empty()
        : Optional.of(new Login(user, password, false));
  }

  private Optional<Login> helper(Fields config, Reference reference) {
    Optional<Fields> helpers = config.optionalObject("credHelpers");
    String server =
        reference.registry().equals("docker.io")
            ? "https://index.docker.io/v1/"
            : reference.registry();
    for (String key : keys(reference)) {
      Optional<String> name = helpers.flatMap(h -> h.optionalString(key)).filter(n -> !n.isEmpty());
      if (name.isPresent()) {
        return new CredentialHelper(name.get(), environment).login(server);
      }
    }
    return config
        .optionalString("credsStore")
        .filter(n -> !n.isEmpty())
        .flatMap(n -> new CredentialHelper(n, environment).login(server));
  }
}
