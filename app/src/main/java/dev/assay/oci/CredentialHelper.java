package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * A program {@code docker-credential-NAME} that knows logins (docker-credential-helpers): {@code
 * get} with the server's name on its input answers <code>
 * {"ServerURL":...,"Username":...,"Secret":...}</code>.
 */
final class CredentialHelper {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final int TIME_LIMIT_SECONDS = 30;
  private static final int ANSWER_BYTES = 64 << 10;

  private final String program;
  private final Map<String, String> environment;

  CredentialHelper(String name, Map<String, String> environment) {
    if (!NAME.matcher(name).matches()) {
      throw new AssayException(
          Code.BAD_CONFIG, "not the name of a credential helper: " + Text.quote(name));
    }
    this.program = "docker-credential-" + name;
    this.environment = environment;
  }

  Optional<Credentials.Login> login(String server) {
    Path file = find();
    Process process;
    try {
      ProcessBuilder builder = new ProcessBuilder(file.toString(), "get");
      builder.environment().clear();
      builder.environment().putAll(environment);
      builder.redirectError(ProcessBuilder.Redirect.DISCARD);
      process = builder.start();
    } catch (IOException e) {
      throw new AssayException(Code.BAD_CONFIG, program + " cannot be started", e);
    }
    try {
      CompletableFuture<byte[]> output = CompletableFuture.supplyAsync(() -> talk(process, server));
      byte[] answer = output.get(TIME_LIMIT_SECONDS, TimeUnit.SECONDS);
      if (answer.length > ANSWER_BYTES) {
        throw new AssayException(Code.BAD_CONFIG, program + " does not stop talking");
      }
      if (!process.waitFor(TIME_LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw tooSlow();
      }
      return process.exitValue() == 0 ? parse(answer) : failed(answer);
    } catch (TimeoutException e) {
      throw tooSlow();
    } catch (ExecutionException e) {
      throw new AssayException(Code.BAD_CONFIG, program + " cannot be talked to", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssayException(Code.BAD_CONFIG, "interrupted while asking " + program, e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static byte[] talk(Process process, String server) {
    try {
      try (OutputStream in = process.getOutputStream()) {
        in.write(Text.utf8(server));
      } catch (IOException e) {
        // It need not read its input to answer.
      }
      try (InputStream out = process.getInputStream()) {
        return out.readNBytes(ANSWER_BYTES + 1);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private AssayException tooSlow() {
    return new AssayException(
        Code.BAD_CONFIG, program + " did not answer within " + TIME_LIMIT_SECONDS + " seconds");
  }

  private Path find() {
    String path = environment.getOrDefault("PATH", "");
    for (String folder : path.split(java.io.File.pathSeparator)) {
      Path file = Path.of(folder.isEmpty() ? "." : folder, program);
      if (!folder.isEmpty() && Files.isExecutable(file)) {
        return file;
      }
    }
    throw new AssayException(
        Code.BAD_CONFIG, "the login configuration names " + program + ", which is not on the PATH");
  }

  private Optional<Credentials.Login> parse(byte[] answer) {
    Fields f = Fields.of(Json.parse(answer, ANSWER_BYTES), program, Code.BAD_CONFIG);
    String user = f.optionalString("Username").orElse("");
    String secret = f.optionalString("Secret").orElse("");
    if (secret.isEmpty()) {
      return Optional.empty();
    }
    // The name that says the secret is a refresh token.
    boolean token = user.equals("<token>");
    return Optional.of(new Credentials.Login(token ? "" : user, secret, token));
  }

  private Optional<Credentials.Login> failed(byte[] answer) {
    String said = new String(answer, java.nio.charset.StandardCharsets.UTF_8);
    if (said.toLowerCase(Locale.ROOT).contains("credentials not found")) {
      return Optional.empty();
    }
    throw new AssayException(Code.BAD_CONFIG, program + " failed: " + Text.quote(said.strip()));
  }
}
