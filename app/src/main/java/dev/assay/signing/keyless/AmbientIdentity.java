package dev.assay.signing.keyless;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.net.Loopback;
import dev.assay.net.Reply;
import dev.assay.net.Request;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The identity that the place has where this runs: a CI job's, a machine's, a workload's.
 *
 * <table>
 *   <caption>Where it is looked for, in this order</caption>
 *   <tr><th>name</th><th>there if</th></tr>
 *   <tr><td>env</td><td>SIGSTORE_ID_TOKEN is set (GitLab's id_tokens)</td></tr>
 *   <tr><td>github-actions</td><td>ACTIONS_ID_TOKEN_REQUEST_URL and _TOKEN are set</td></tr>
 *   <tr><td>buildkite</td><td>BUILDKITE is true: asks {@code buildkite-agent}</td></tr>
 *   <tr><td>circleci</td><td>CIRCLE_OIDC_TOKEN_V2 is set</td></tr>
 *   <tr><td>spiffe</td><td>SPIFFE_JWT_FILE names a file with a JWT-SVID</td></tr>
 *   <tr><td>google</td><td>GCE_METADATA_HOST is set; where it is not, only if named</td></tr>
 *   <tr><td>file</td><td>ASSAY_ID_TOKEN_FILE, else {@value #FILE}, is a file</td></tr>
 * </table>
 */
final class AmbientIdentity {

  static final List<String> NAMES =
      List.of("env", "github-actions", "buildkite", "circleci", "spiffe", "google", "file");

  static final String FILE = "/var/run/sigstore/cosign/oidc-token";

  private static final String TOKEN = "SIGSTORE_ID_TOKEN";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Map<String, String> environment;
  private final Path folder;
  private final Services services;
  private final String audience;

  AmbientIdentity(
      Map<String, String> environment, Path folder, Services services, String audience) {
    this.environment = environment;
    this.folder = folder;
    this.services = services;
    this.audience = audience;
  }

  /** The first that is there. */
  Optional<IdentitySource> find() {
    for (String name : NAMES) {
      if (isThere(name)) {
        return Optional.of(named(name));
      }
    }
    return Optional.empty();
  }

  private boolean isThere(String name) {
    return switch (name) {
      case "env" -> set(TOKEN);
      case "github-actions" ->
          set("ACTIONS_ID_TOKEN_REQUEST_URL") && set("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
      case "buildkite" -> variable("BUILDKITE").filter("true"::equals).isPresent();
      case "circleci" -> set("CIRCLE_OIDC_TOKEN_V2");
      case "spiffe" -> set("SPIFFE_JWT_FILE");
      case "google" -> set("GCE_METADATA_HOST");
      default -> set("ASSAY_ID_TOKEN_FILE") || Files.isRegularFile(Path.of(FILE));
    };
  }

  /**
   * The one of this name.
   *
   * @throws AssayException with {@link Code#NO_IDENTITY} if it cannot be there
   */
  IdentitySource named(String name) {
    return switch (name) {
      case "env" -> fromVariable("the environment variable " + TOKEN, TOKEN);
      case "github-actions" -> IdentitySource.of("GitHub Actions", this::github);
      case "buildkite" -> IdentitySource.of("Buildkite", this::buildkite);
      case "circleci" -> fromVariable("CircleCI", "CIRCLE_OIDC_TOKEN_V2");
      case "spiffe" -> fromFile("SPIFFE", needed("SPIFFE_JWT_FILE"));
      case "google" -> IdentitySource.of("Google's metadata server", this::google);
      default -> {
        String file = variable("ASSAY_ID_TOKEN_FILE").orElse(FILE);
        yield fromFile("the file " + file, file);
      }
    };
  }

  private IdentitySource fromVariable(String name, String variable) {
    String value = needed(variable);
    return IdentitySource.of(name, () -> value);
  }

  /** A file, which is read anew for every token: whoever writes it keeps it fresh. */
  IdentitySource fromFile(String name, String file) {
    return IdentitySource.of(name, () -> read(folder.resolve(file)));
  }

  static String read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return text(in.readNBytes(Limits.IDENTITY_TOKEN_BYTES + 1));
    } catch (IOException e) {
      throw new AssayException(
          Code.FILE_UNREADABLE, "the identity token cannot be read from " + file, e);
    }
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  // docs.github.com, "OpenID Connect reference": the address already has a query.
  private String github() {
    URI address =
        Endpoint.of(
            needed("ACTIONS_ID_TOKEN_REQUEST_URL")
                + "&audience="
                + URLEncoder.encode(audience, StandardCharsets.UTF_8));
    String bearer = needed("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
    byte[] answer =
        services.ask(
            Request.get(address).with("Authorization", "bearer " + bearer),
            "the token service of GitHub Actions",
            bearer);
    return tokenIn(answer, "value", "the token service of GitHub Actions");
  }

  /** The token in a JSON answer, which is a secret: no message quotes any of it. */
  static String tokenIn(byte[] answer, String member, String who) {
    try {
      return Fields.of(Json.parse(answer, Limits.SIGNING_ANSWER_BYTES), "answer").string(member);
    } catch (AssayException e) {
      throw new AssayException(
          Code.BAD_RESPONSE, who + " answers with something else than a token");
    }
  }

  private String google() {
    String host = variable("GCE_METADATA_HOST").orElse("metadata.google.internal");
    // Reached without TLS by design: the name leads to the machine's own host and to no network.
    if (!host.equals("metadata.google.internal")
        && !host.equals("169.254.169.254")
        && !Loopback.is(host.replaceFirst(":\\d+$", ""))) {
      throw new AssayException(
          Code.PLAIN_HTTP, "not a metadata server: GCE_METADATA_HOST is " + Text.quote(host));
    }
    URI address =
        URI.create(
            "http://"
                + host
                + "/computeMetadata/v1/instance/service-accounts/default/identity?audience="
                + URLEncoder.encode(audience, StandardCharsets.UTF_8)
                + "&format=full");
    Request request = Request.get(address).with("Metadata-Flavor", "Google");
    try (Reply reply = services.send(request)) {
      if (reply.header("metadata-flavor").filter("Google"::equals).isEmpty()) {
        throw new AssayException(
            Code.NO_IDENTITY, "what answers at " + Text.quote(host) + " is no metadata server");
      }
      return text(services.body(reply, request, "Google's metadata server", ""));
    }
  }

  private String buildkite() {
    List<String> command =
        List.of("buildkite-agent", "oidc", "request-token", "--audience", audience);
    try {
      ProcessBuilder builder = new ProcessBuilder(program(command));
      builder.redirectError(ProcessBuilder.Redirect.DISCARD);
      builder.environment().clear();
      builder.environment().putAll(environment);
      Process process = builder.start();
      // Ends one that hangs, and with it the reading of what it says.
      process
          .onExit()
          .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
          .exceptionally(late -> process.destroyForcibly());
      try {
        process.getOutputStream().close();
        byte[] out = process.getInputStream().readNBytes(Limits.IDENTITY_TOKEN_BYTES + 1);
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
          throw new AssayException(Code.NO_IDENTITY, "buildkite-agent gives no identity token");
        }
        return text(out);
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new AssayException(Code.NO_IDENTITY, "buildkite-agent cannot be run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssayException(Code.NO_IDENTITY, "interrupted while asking buildkite-agent", e);
    }
  }

  // By the PATH of the environment that was given, as everything else.
  private List<String> program(List<String> command) throws IOException {
    for (String place : variable("PATH").orElse("").split(java.io.File.pathSeparator)) {
      Path file = folder.resolve(place).resolve(command.getFirst());
      if (!place.isEmpty() && Files.isExecutable(file)) {
        List<String> out = new ArrayList<>(command);
        out.set(0, file.toString());
        return out;
      }
    }
    throw new IOException(command.getFirst() + " is not on the PATH");
  }

  private boolean set(String name) {
    return variable(name).isPresent();
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(v -> !v.isBlank());
  }

  private String needed(String name) {
    return variable(name)
        .orElseThrow(() ->
            new AssayException(
                Code.NO_IDENTITY, "the environment variable " + name + " is not set"));
  }
}
