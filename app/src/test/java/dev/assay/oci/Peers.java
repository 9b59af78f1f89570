package dev.assay.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Text;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Programs of others that tests run against, where they are installed. */
final class Peers {

  private Peers() {}

  /** Skips the test, with the command that would help, where the program is not installed. */
  static String program(String name, String install) {
    for (String folder : String.valueOf(System.getenv("PATH")).split(":")) {
      Path file = Path.of(folder, name);
      if (Files.isExecutable(file)) {
        return file.toString();
      }
    }
    Assumptions.abort(name + " is not installed: " + install);
    throw new IllegalStateException();
  }

  static String skopeo() {
    return program("skopeo", "apt-get install skopeo");
  }

  static String run(Path folder, String... command) throws Exception {
    Path output = Files.createTempFile(folder, "output", "");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(process.waitFor(120, TimeUnit.SECONDS), "does not end: " + List.of(command));
      String said = Text.utf8(Files.readAllBytes(output));
      assertEquals(0, process.exitValue(), String.join(" ", command) + "\n" + said);
      return said;
    } finally {
      process.destroyForcibly();
    }
  }

  /** Debian's registry 2.8, which has no referrers API. */
  static final class DockerRegistry implements AutoCloseable {
    private final Process process;
    final int port;

    DockerRegistry(Path folder) throws Exception {
      String program = program("docker-registry", "apt-get install docker-registry");
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = socket.getLocalPort();
      }
      Path config = folder.resolve("registry.yml");
      Files.writeString(
          config,
          """
          version: 0.1
          log: {level: error}
          storage:
            filesystem: {rootdirectory: %s}
            delete: {enabled: true}
          http: {addr: "127.0.0.1:%d"}
          """
              .formatted(folder.resolve("storage"), port));
      process =
          new ProcessBuilder(program, "serve", config.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("registry.log").toFile())
              .start();
      for (int i = 0; i < 300 && process.isAlive(); i++) {
        try {
          new Socket(InetAddress.getLoopbackAddress(), port).close();
          return;
        } catch (IOException e) {
          Thread.sleep(100);
        }
      }
      process.destroyForcibly();
      throw new IllegalStateException("docker-registry does not listen");
    }

    Reference reference(String repository) {
      return Reference.parse("127.0.0.1:" + port + "/" + repository);
    }

    @Override
    public void close() {
      process.destroyForcibly().onExit().join();
    }
  }
}
