package dev.assay.signing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assumptions;

/** SoftHSM with its tokens in a folder of their own; without it, the test is skipped. */
public final class SoftHsm {

  /** The PIN of every token. */
  public static final String PIN = "pin-that-nothing-prints-4c81";

  private static final List<String> PLACES =
      List.of(
          "/usr/lib/softhsm/libsofthsm2.so",
          "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
          "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
          "/usr/lib64/softhsm/libsofthsm2.so",
          "/usr/lib64/pkcs11/libsofthsm2.so",
          "/usr/local/lib/softhsm/libsofthsm2.so",
          "/opt/homebrew/lib/softhsm/libsofthsm2.so");

  private final Path folder;
  private final Path module;
  private final Map<String, String> environment = new HashMap<>(System.getenv());

  /** Sets up one token. */
  public SoftHsm(Path folder, String... tokens) throws Exception {
    this.folder = folder;
    this.module = module();
    Path store = Files.createDirectories(folder.resolve("tokens"));
    Path conf = folder.resolve("softhsm2.conf");
    Files.writeString(
        conf,
        "directories.tokendir = " + store + "\nobjectstore.backend = file\nlog.level = ERROR\n");
    environment.put("SOFTHSM2_CONF", conf.toString());
    environment.remove("COSIGN_PKCS11_PIN");
    environment.remove("COSIGN_PKCS11_MODULE_PATH");
    for (String token : tokens) {
      tool(
          "softhsm2-util",
          "--init-token",
          "--free",
          "--label",
          token,
          "--pin",
          PIN,
          "--so-pin",
          "12345678");
    }
  }

  private static Path module() {
    for (String place : PLACES) {
      if (Files.isRegularFile(Path.of(place))) {
        return Path.of(place);
      }
    }
    Assumptions.abort("SoftHSM is not installed: apt-get install softhsm2");
    throw new IllegalStateException();
  }

  /** The module's file. */
  public Path file() {
    return module;
  }

  /** The environment in which SoftHSM finds its tokens, with the PIN. */
  public Map<String, String> environment() {
    Map<String, String> out = new HashMap<>(environment);
    out.put("COSIGN_PKCS11_PIN", PIN);
    return out;
  }

  /** The settings of {@link #environment}. */
  public KeySettings settings() {
    return settings(environment(), Optional.empty(), text -> {});
  }

  /** Settings without a PIN in the environment, and somebody who types one. */
  public KeySettings settings(
      Map<String, String> variables, Optional<String> typed, Consumer<String> notice) {
    return new KeySettings(
        variables,
        folder,
        new Passwords(Optional.empty(), question -> typed.map(String::toCharArray)),
        notice);
  }

  /** A URI of a key, with the module. */
  public String uri(String attributes) {
    return "pkcs11:" + attributes + "?module-path=" + module;
  }

  /** Runs a tool in SoftHSM's environment; skips the test where it is not installed. */
  public String tool(String... command) throws Exception {
    Path output = Files.createTempFile(folder, "output", "");
    ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command)));
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      Assumptions.abort(command[0] + " is not installed: apt-get install softhsm2 opensc");
      throw e;
    }
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "does not end: " + command[0]);
    String said = Text.utf8(Files.readAllBytes(output));
    assertEquals(0, process.exitValue(), command[0] + "\n" + said);
    return said;
  }
}
