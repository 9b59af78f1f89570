package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A one-shot command must not pay for the JDK's security providers: verifying loads none of them.
 */
class StartupTest {

  @TempDir Path folder;

  /** Runs in a process of its own. */
  static final class Verify {
    private Verify() {}

    public static void main(String[] keysAndSignatures) {
      for (int i = 0; i < keysAndSignatures.length; i += 2) {
        PublicKey key = PublicKey.fromSpki(dev.assay.bytes.Hex.decode(keysAndSignatures[i]));
        byte[] signature = dev.assay.bytes.Hex.decode(keysAndSignatures[i + 1]);
        System.out.println(key.algorithm().id() + " " + key.verify(new byte[100], signature));
      }
    }
  }

  @Test
  void verifyingLoadsNoSecurityProvider() throws Exception {
    List<String> command = new ArrayList<>();
    Path loaded = folder.resolve("loaded.txt");
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xlog:class+load:file=" + loaded);
    command.add("-cp");
    command.add(classPath());
    command.add(Verify.class.getName());
    StringBuilder expected = new StringBuilder();
    for (KeyAlgorithm algorithm : KeyAlgorithm.values()) {
      PrivateKey key = PublicKeyTest.key(algorithm);
      command.add(dev.assay.bytes.Hex.encode(key.publicKey().spki()));
      command.add(dev.assay.bytes.Hex.encode(key.sign(new byte[100])));
      expected.append(algorithm.id()).append(" true\n");
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    assertEquals(expected.toString(), output.replace("\r", ""));
    String classes = Files.readString(loaded);
    assertTrue(classes.contains("dev.assay.crypto.VerifyingKey"));
    for (String costly :
        List.of("sun.security.jca.", "java.security.Provider ", "sun.security.provider.")) {
      assertFalse(classes.contains(" " + costly), costly);
    }
  }

  // BouncyCastle without the signature of its archive, as we ship it: checking that signature
  // would load the providers.
  private String classPath() throws IOException {
    List<String> path = new ArrayList<>();
    for (String element : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path file = Path.of(element);
      if (!Files.isRegularFile(file)) {
        path.add(element);
      } else if (file.getFileName().toString().startsWith("bcprov")) {
        path.add(unsigned(file).toString());
      }
    }
    return String.join(File.pathSeparator, path);
  }

  private Path unsigned(Path archive) throws IOException {
    Path copy = folder.resolve("bcprov.jar");
    try (JarFile from = new JarFile(archive.toFile(), false);
        OutputStream file = Files.newOutputStream(copy);
        JarOutputStream to = new JarOutputStream(file)) {
      to.setLevel(0);
      for (JarEntry entry : Collections.list(from.entries())) {
        String name = entry.getName().toUpperCase(Locale.ROOT);
        if (name.endsWith(".CLASS")) {
          to.putNextEntry(new JarEntry(entry.getName()));
          from.getInputStream(entry).transferTo(to);
        }
      }
    }
    return copy;
  }
}
