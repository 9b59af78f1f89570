package dev.assay.cli;

import dev.assay.bytes.Digest;
import dev.assay.crypto.Hashes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the start-up cache is made from: runs the command lines of {@code /training/NAME.txt} in one
 * process, in an empty folder, and drops what they print. A line is the exit status it must have,
 * then the arguments, separated by single spaces; {@code #} starts a comment. Ends with 1 at the
 * first line that ends otherwise: a cache trained on failures would be worth little.
 */
final class Training {

  private static final List<String> EVIDENCE =
      List.of(
          "keyless-root.json",
          "rekor1.bin",
          "rekor1.bin.sigstore.json",
          "rekor2.bin",
          "rekor2.bin.sigstore.json",
          "dsse1.bin",
          "dsse1.bin.sigstore.json");

  private static final String REGISTRY = "REGISTRY";

  private Training() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[1]).toAbsolutePath();
    unpack(folder);
    for (String line : script(args[0])) {
      int space = line.indexOf(' ');
      int expected = Integer.parseInt(line.substring(0, space));
      int status = run(line.substring(space + 1), folder);
      if (status != expected) {
        System.err.println("training: " + line + ": ended with " + status);
        System.exit(1);
      }
    }
    // The way in and out as well: the environment, the streams, the end.
    Main.main(new String[] {"version"});
  }

  // Where a line names one, there is a registry in which the file `artifact` is an image.
  private static int run(String line, Path folder) throws IOException {
    if (!line.contains(REGISTRY)) {
      return Main.run(List.of(line.split(" ")), context(folder));
    }
    Digest digest = Hashes.sha256Digest(Files.readAllBytes(folder.resolve("artifact")));
    byte[] bundle = Files.readAllBytes(folder.resolve("artifact.sigstore.json"));
    try (TrainingRegistry registry = new TrainingRegistry(digest, bundle)) {
      String named = line.replace(REGISTRY, registry.host()).replace("DIGEST", digest.toString());
      return Main.run(List.of(named.split(" ")), context(folder));
    }
  }

  /** Puts the evidence that the scripts verify into the folder. */
  static void unpack(Path folder) throws IOException {
    for (String name : EVIDENCE) {
      try (InputStream in = Training.class.getResourceAsStream("/training/keyless/" + name)) {
        if (in == null) {
          throw new IOException("no training evidence " + name);
        }
        Files.copy(in, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static Context context(Path folder) {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return new Context(
        InputStream.nullInputStream(),
        nowhere,
        nowhere,
        Map.of("HOME", folder.toString(), "COSIGN_PASSWORD", "training"),
        folder,
        Clock.systemUTC());
  }

  static List<String> script(String name) throws IOException {
    List<String> lines = new ArrayList<>();
    InputStream in = Training.class.getResourceAsStream("/training/" + name + ".txt");
    if (in == null) {
      throw new IOException("no training script " + name);
    }
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        String text = line.replaceFirst("#.*", "").strip();
        if (!text.isEmpty()) {
          lines.add(text);
        }
      }
    }
    return lines;
  }
}
