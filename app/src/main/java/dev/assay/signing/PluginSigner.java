package dev.assay.signing;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.PublicKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A key behind a program of its own: cosign's KMS plugins, version 1 of their protocol (package
 * {@code pkg/signature/kms/cliplugin} of sigstore/sigstore). The program {@code sigstore-kms-NAME}
 * is started once for each question: {@code v1} and a JSON document are its arguments, the message
 * its standard input, a JSON document its standard output; its exit status says nothing. Secrets
 * are its own affair, by its environment, which is ours.
 */
final class PluginSigner implements Signer {

  private static final String PREFIX = "sigstore-kms-";
  private static final String VERSION = "v1";
  private static final int ANSWER_BYTES = 1 << 20;

  private final Path program;
  private final String key;
  private final KeySettings settings;
  private final PublicKey publicKey;

  private PluginSigner(Path program, String key, KeySettings settings, PublicKey publicKey) {
    this.program = program;
    this.key = key;
    this.settings = settings;
    this.publicKey = publicKey;
  }

  /** Finds the program and asks it for the public key. */
  static Signer open(String reference, KeySettings settings) {
    Path program = program(reference, settings);
    String key = reference.substring(reference.indexOf("://") + 3);
    Json.Builder arguments =
        Json.object().put("publicKeyOptions", Json.object().put("rpcOptions", remoteOptions()));
    PublicKey publicKey =
        publicKey(ask(program, key, "publicKey", arguments, 5, new byte[0], settings), "publicKey");
    return new PluginSigner(program, key, settings, publicKey);
  }

  /** Has the program make a key. */
  static PublicKey generate(String reference, Optional<String> algorithm, KeySettings settings) {
    Path program = program(reference, settings);
    String key = reference.substring(reference.indexOf("://") + 3);
    String chosen =
        algorithm.orElseGet(() ->
            ask(program, key, "defaultAlgorithm", Json.object(), 5, new byte[0], settings)
                .object("defaultAlgorithm")
                .string("defaultAlgorithm"));
    Json.Builder arguments = Json.object().put("algorithm", chosen);
    return publicKey(
        ask(program, key, "createKey", arguments, 5, new byte[0], settings), "createKey");
  }

  private static PublicKey publicKey(Fields answer, String method) {
    return PublicKey.fromPem(answer.object(method).base64("publicKeyPEM"));
  }

  private static Path program(String reference, KeySettings settings) {
    String name = PREFIX + reference.substring(0, reference.indexOf("://"));
    for (String folder : settings.variable("PATH").orElse("").split(":")) {
      // An empty entry would mean the working folder: whoever can write there would sign for us.
      if (folder.startsWith("/")) {
        Path file = Path.of(folder, name);
        if (Files.isRegularFile(file) && Files.isExecutable(file)) {
          return file;
        }
      }
    }
    throw new AssayException(
        Code.KEY_UNREADABLE,
        "there is no program " + name + " on the PATH",
        "install the plugin of that name; a file whose name looks so is ./FILE");
  }

  // crypto.Hash of Go's standard library.
  private static int hashNumber(Optional<Digest.Algorithm> hash) {
    return hash.map(h ->
            switch (h) {
              case SHA256 -> 5;
              case SHA384 -> 6;
              case SHA512 -> 7;
              default -> 0;
            })
        .orElse(0);
  }

  private static Json.Builder remoteOptions() {
    return Json.object().put("keyVersion", "").put("remoteVerification", false);
  }

  private static Fields ask(
      Path program,
      String key,
      String method,
      Json.Builder arguments,
      int hash,
      byte[] message,
      KeySettings settings) {
    String document =
        Json.object()
            .put(
                "initOptions",
                Json.object()
                    .put("protocolVersion", VERSION)
                    .put("keyResourceID", key)
                    .put("hashFunc", hash)
                    .put("rpcOptions", remoteOptions()))
            .put("methodName", method)
            .put(method, arguments)
            .build()
            .compact();
    Fields answer = Fields.of(run(program, document, message, settings), "plugin");
    Optional<String> error = answer.optionalString("errorMessage").filter(e -> !e.isEmpty());
    if (error.isPresent()) {
      throw new AssayException(
          Code.SIGNING_FAILED, program.getFileName() + ": " + Text.quote(error.get()));
    }
    return answer;
  }

  private static Json run(Path program, String document, byte[] message, KeySettings settings) {
    ProcessBuilder builder = new ProcessBuilder(program.toString(), VERSION, document);
    builder.directory(settings.folder().toFile());
    builder.environment().clear();
    builder.environment().putAll(settings.environment());
    builder.environment().remove(Passwords.VARIABLE);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new AssayException(Code.SIGNING_FAILED, program + " cannot be started", e);
    }
    Thread writer = Thread.ofVirtual().start(() -> write(process, message));
    boolean expired;
    byte[] answer = new byte[0];
    try (Patience patience =
            new Patience(
                settings.limit(),
                Optional.of("waiting for " + program.getFileName()),
                settings,
                process::destroyForcibly);
        InputStream out = process.getInputStream()) {
      answer = out.readNBytes(ANSWER_BYTES + 1);
      if (answer.length > ANSWER_BYTES) {
        process.destroyForcibly();
      }
      // Its status says nothing, but it has to end.
      process.waitFor(settings.limit().toSeconds(), TimeUnit.SECONDS);
      expired = patience.expired();
    } catch (IOException e) {
      expired = !process.isAlive();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssayException(Code.SIGNING_FAILED, "interrupted", e);
    } finally {
      process.destroyForcibly();
      writer.interrupt();
    }
    if (expired) {
      throw new AssayException(
          Code.SIGNING_FAILED,
          program.getFileName()
              + " did not answer within "
              + settings.limit().toSeconds()
              + " seconds; it was ended",
          KeySettings.TIMEOUT + " sets another limit");
    }
    try {
      return Json.parse(answer, ANSWER_BYTES);
    } catch (AssayException e) {
      throw new AssayException(
          Code.SIGNING_FAILED,
          program.getFileName() + " did not answer in the plugin protocol: " + e.getMessage(),
          e);
    }
  }

  // A program that is asked for its public key need not read its standard input.
  private static void write(Process process, byte[] message) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(message);
    } catch (IOException e) {
      // What matters is what it answers.
    }
  }

  @Override
  public PublicKey publicKey() {
    return publicKey;
  }

  @Override
  public byte[] sign(byte[] message) {
    int hash = hashNumber(publicKey.algorithm().hash());
    Json.Builder arguments =
        Json.object()
            .put(
                "signOptions",
                Json.object()
                    .put("rpcOptions", remoteOptions())
                    .put("messageOptions", Json.object().put("hashFunc", hash)));
    Fields answer = ask(program, key, "signMessage", arguments, hash, message, settings);
    byte[] signature = answer.object("signMessage").base64("signature");
    if (!publicKey.verify(message, signature)) {
      throw new AssayException(
          Code.SIGNING_FAILED,
          "the signature of "
              + program.getFileName()
              + " does not verify with the public key it showed; nothing was signed");
    }
    return signature;
  }

  /** The key, not the program's answer. */
  @Override
  public String toString() {
    return program.getFileName() + " (" + publicKey + ")";
  }
}
