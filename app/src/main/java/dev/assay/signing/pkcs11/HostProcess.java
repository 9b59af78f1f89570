package dev.assay.signing.pkcs11;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.signing.KeySettings;
import dev.assay.signing.Passwords;
import dev.assay.signing.Patience;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The other end of {@link Host}: starts it, asks it, and tells what became of it. */
final class HostProcess implements AutoCloseable {

  /** cosign's variable for the PIN. */
  static final String PIN = "COSIGN_PKCS11_PIN";

  static final String TOUCH =
      "waiting for the token: if it blinks, touch it; if it has a keypad, enter the PIN there";

  private static final Map<Long, String> NAMES =
      Map.ofEntries(
          Map.entry(0x5L, "CKR_GENERAL_ERROR"),
          Map.entry(0x6L, "CKR_FUNCTION_FAILED"),
          Map.entry(0x30L, "CKR_DEVICE_ERROR"),
          Map.entry(0x31L, "CKR_DEVICE_MEMORY"),
          Map.entry(0x32L, "CKR_DEVICE_REMOVED"),
          Map.entry(0x50L, "CKR_FUNCTION_CANCELED"),
          Map.entry(0x54L, "CKR_FUNCTION_NOT_SUPPORTED"),
          Map.entry(0x63L, "CKR_KEY_TYPE_INCONSISTENT"),
          Map.entry(0x68L, "CKR_KEY_FUNCTION_NOT_PERMITTED"),
          Map.entry(0x70L, "CKR_MECHANISM_INVALID"),
          Map.entry(0xa0L, "CKR_PIN_INCORRECT"),
          Map.entry(0xa1L, "CKR_PIN_INVALID"),
          Map.entry(0xa2L, "CKR_PIN_LEN_RANGE"),
          Map.entry(0xa3L, "CKR_PIN_EXPIRED"),
          Map.entry(0xa4L, "CKR_PIN_LOCKED"),
          Map.entry(0xd0L, "CKR_TEMPLATE_INCOMPLETE"),
          Map.entry(0xd1L, "CKR_TEMPLATE_INCONSISTENT"),
          Map.entry(0xe0L, "CKR_TOKEN_NOT_PRESENT"),
          Map.entry(0xe1L, "CKR_TOKEN_NOT_RECOGNIZED"),
          Map.entry(0xe2L, "CKR_TOKEN_WRITE_PROTECTED"),
          Map.entry(0x101L, "CKR_USER_NOT_LOGGED_IN"),
          Map.entry(0x102L, "CKR_USER_PIN_NOT_INITIALIZED"),
          Map.entry(0x130L, "CKR_DOMAIN_PARAMS_INVALID"),
          Map.entry(0x140L, "CKR_CURVE_NOT_SUPPORTED"));

  private final Process process;
  private final Path module;
  private final KeySettings settings;

  private HostProcess(Process process, Path module, KeySettings settings) {
    this.process = process;
    this.module = module;
    this.settings = settings;
  }

  /**
   * Starts the process and loads the module in it.
   *
   * @throws AssayException with {@link Code#SIGNING_FAILED} if that cannot be done
   */
  static HostProcess start(Path module, KeySettings settings) {
    if (System.getProperty("os.name", "").startsWith("Windows")) {
      throw new AssayException(
          Code.KEY_UNSUPPORTED, "PKCS#11 modules are used on Linux and macOS only");
    }
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:+SuppressFatalErrorMessage",
            "-Xmx64m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Host.class.getName());
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.putAll(settings.environment());
    for (String secret :
        List.of(Passwords.VARIABLE, PIN, "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")) {
      environment.remove(secret);
    }
    builder.redirectError(
        settings.variable("ASSAY_DEBUG").isPresent()
            ? ProcessBuilder.Redirect.INHERIT
            : ProcessBuilder.Redirect.DISCARD);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new AssayException(
          Code.SIGNING_FAILED, "the process for the PKCS#11 module does not start", e);
    }
    HostProcess started = new HostProcess(process, module, settings);
    try {
      started.ask(new Wire.Message(Wire.LOAD).text(module.toString()), Optional.empty());
    } catch (AssayException e) {
      started.close();
      throw e;
    }
    return started;
  }

  Path module() {
    return module;
  }

  /**
   * Asks and waits for the answer.
   *
   * @param notice what a person is told when it takes longer than a second
   * @throws AssayException with {@link Code#KEY_PASSWORD} for a PIN that is refused, else {@link
   *     Code#SIGNING_FAILED}
   */
  synchronized Wire.Reader ask(Wire.Message question, Optional<String> notice) {
    boolean expired;
    Optional<Wire.Reader> answer;
    try (Patience patience =
        new Patience(settings.limit(), notice, settings, process::destroyForcibly)) {
      try {
        Wire.send(process.getOutputStream(), question);
        answer = Wire.receive(process.getInputStream());
      } catch (IOException e) {
        answer = Optional.empty();
      }
      expired = patience.expired();
    }
    if (answer.isEmpty()) {
      throw ended(expired);
    }
    Wire.Reader read = answer.get();
    try {
      switch (read.head()) {
        case Wire.OK -> {
          return read;
        }
        case Wire.CKR -> throw refused(read.text(), read.number());
        default -> throw failed("the module " + shown() + ": " + Text.printable(read.text()));
      }
    } catch (IOException e) {
      throw broken();
    }
  }

  private String shown() {
    return Text.printable(module.toString());
  }

  private static AssayException failed(String message) {
    return new AssayException(Code.SIGNING_FAILED, message);
  }

  AssayException broken() {
    close();
    return failed("the module " + shown() + " gave an answer that cannot be read");
  }

  private AssayException refused(String function, long value) {
    String name = NAMES.getOrDefault(value, "0x" + Long.toHexString(value));
    if (value == 0xa0 || value == 0xa1 || value == 0xa2) {
      return new AssayException(
          Code.KEY_PASSWORD,
          "the token refuses the PIN (" + name + ")",
          "a token locks itself after a few wrong PINs: be sure before you try again");
    }
    if (value == 0xa4) {
      return new AssayException(
          Code.KEY_PASSWORD,
          "the token's PIN is locked (" + name + ")",
          "unlock it with the token's own tool and its PUK or SO PIN");
    }
    return failed(
        "the token cannot do it: "
            + Text.printable(function)
            + " of "
            + shown()
            + " returned "
            + name);
  }

  // A process that was killed by a signal ends with 128 and its number.
  private AssayException ended(boolean expired) {
    if (expired) {
      return new AssayException(
          Code.SIGNING_FAILED,
          "the PKCS#11 module "
              + shown()
              + " did not answer within "
              + settings.limit().toSeconds()
              + " seconds; it was ended",
          "a token that waits to be touched needs you in time; "
              + KeySettings.TIMEOUT
              + " sets another limit");
    }
    String how = "";
    try {
      if (process.waitFor(5, TimeUnit.SECONDS)) {
        int status = process.exitValue();
        how = status > 128 ? " (signal " + (status - 128) + ")" : " (status " + status + ")";
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close();
    return new AssayException(
        Code.SIGNING_FAILED,
        "the PKCS#11 module " + shown() + " crashed" + how + "; nothing was signed",
        "it ran in a process of its own; ASSAY_DEBUG=1 shows what it printed");
  }

  /** Ends the process. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(2, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
