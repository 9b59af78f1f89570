package dev.assay.signing;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What opening a key may use of the world.
 *
 * @param environment the variables; modules, agents and plugins get them too
 * @param folder what relative paths are relative to
 * @param passwords for encrypted files; its prompt asks for PINs as well
 * @param notice tells a person what is waited for ("touch the token"); never a secret
 */
public record KeySettings(
    Map<String, String> environment, Path folder, Passwords passwords, Consumer<String> notice) {

  /** Seconds that one answer of a token, an agent or a plugin may take. */
  public static final String TIMEOUT = "ASSAY_KEY_TIMEOUT";

  private static final int DEFAULT_SECONDS = 60;
  private static final int MOST_SECONDS = 3_600;

  public KeySettings {
    environment = Map.copyOf(environment);
  }

  /** A variable that is set and not empty. */
  public Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(v -> !v.isEmpty());
  }

  /**
   * How long one answer may take: {@value #TIMEOUT}, else 60 seconds.
   *
   * @throws AssayException with {@link Code#USAGE} if the variable is no number of 1 to 3600
   */
  public Duration limit() {
    Optional<String> text = variable(TIMEOUT);
    if (text.isEmpty()) {
      return Duration.ofSeconds(DEFAULT_SECONDS);
    }
    int seconds = 0;
    if (text.get().matches("[0-9]{1,4}")) {
      seconds = Integer.parseInt(text.get());
    }
    if (seconds < 1 || seconds > MOST_SECONDS) {
      throw new AssayException(
          Code.USAGE,
          TIMEOUT + " is a number of seconds from 1 to 3600, not " + Text.quote(text.get()));
    }
    return Duration.ofSeconds(seconds);
  }

  /** Names no value of the environment. */
  @Override
  public String toString() {
    return "key settings of " + folder;
  }
}
