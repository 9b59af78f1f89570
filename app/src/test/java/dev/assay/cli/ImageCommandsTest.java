package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.oci.RegistryServer;
import dev.assay.server.RunningServer;
import dev.assay.server.WebServers;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageCommandsTest {

  @TempDir Path folder;

  private String run(
      Command command, CommandSpec spec, Map<String, List<String>> options, String... operands)
      throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Context context =
        new Context(
            InputStream.nullInputStream(),
            new PrintStream(out, true, java.nio.charset.StandardCharsets.UTF_8),
            System.err,
            Map.of(),
            folder,
            Clock.systemUTC());
    assertEquals(0, command.run(new Arguments(spec, options, List.of(operands)), context));
    return Text.utf8(out.toByteArray()).strip();
  }

  private RunningServer registry() {
    return WebServers.start(
        new RegistryServer(folder.resolve("registry"), Clock.systemUTC()),
        "127.0.0.1",
        0,
        Optional.empty());
  }

  private Map<String, List<String>> files() throws Exception {
    Files.createDirectories(folder.resolve("src/sub"));
    Files.writeString(folder.resolve("src/b"), "b");
    Files.writeString(folder.resolve("src/sub/a"), "a");
    return Map.of("layer", List.of("src:/app"), "env", List.of("A=1"), "label", List.of("l=v=w"));
  }

  @Test
  void theSameFilesMakeTheSameImage() throws Exception {
    Map<String, List<String>> options = files();
    String first = run(ImageCommands::create, ImageCommands.CREATE, options, "oci:one:1");
    Files.setLastModifiedTime(folder.resolve("src/b"), FileTime.fromMillis(1_000_000));
    String second = run(ImageCommands::create, ImageCommands.CREATE, options, "oci:two:1");
    assertEquals(first.replace("one", "two"), second);
    Files.writeString(folder.resolve("src/b"), "c");
    assertNotEquals(second, run(ImageCommands::create, ImageCommands.CREATE, options, "oci:two:1"));
  }

  @Test
  void anImageGoesRoundAndKeepsItsDigest() throws Exception {
    try (RunningServer server = registry()) {
      String image = server.authority() + "/app:1";
      String created = run(ImageCommands::create, ImageCommands.CREATE, files(), image);
      assertTrue(created.startsWith(server.authority() + "/app@sha256:"), created);
      assertEquals(created, run(ImageCommands::digest, ImageCommands.DIGEST, Map.of(), image));
      assertEquals(
          created, run(ImageCommands::tag, ImageCommands.TAG, Map.of(), created, "stable"));
      String pulled =
          run(
              ImageCommands::pull,
              ImageCommands.PULL,
              Map.of(),
              server.authority() + "/app:stable",
              "oci:copy:x");
      String digest = created.substring(created.indexOf('@'));
      assertEquals("oci:copy" + digest, pulled);
      assertEquals(
          server.authority() + "/again" + digest,
          run(
              ImageCommands::push,
              ImageCommands.PUSH,
              Map.of(),
              "oci:copy:x",
              server.authority() + "/again:1"));
    }
  }

  @Test
  void aTamperedLayoutIsNotPushed() throws Exception {
    String created = run(ImageCommands::create, ImageCommands.CREATE, files(), "oci:l:1");
    assertTrue(created.startsWith("oci:l@sha256:"), created);
    try (var blobs = Files.list(folder.resolve("l/blobs/sha256"))) {
      for (Path blob : blobs.toList()) {
        byte[] bytes = Files.readAllBytes(blob);
        if (bytes[0] == 0x1f) {
          bytes[bytes.length - 1] ^= 1;
          Files.write(blob, bytes);
        }
      }
    }
    try (RunningServer server = registry()) {
      AssayException e =
          assertThrows(
              AssayException.class,
              () ->
                  run(
                      ImageCommands::push,
                      ImageCommands.PUSH,
                      Map.of(),
                      "oci:l:1",
                      server.authority() + "/app:1"));
      assertEquals(Code.DIGEST_MISMATCH, e.code());
      e =
          assertThrows(
              AssayException.class,
              () ->
                  run(
                      ImageCommands::digest,
                      ImageCommands.DIGEST,
                      Map.of(),
                      server.authority() + "/app:1"));
      assertEquals(Code.NOT_FOUND, e.code());
    }
  }

  @Test
  void pathsThatLeadOutOfTheImageAreRefused() throws Exception {
    files();
    for (String layer : List.of("src:/../x", "src:/a/./b")) {
      AssayException e =
          assertThrows(
              AssayException.class,
              () ->
                  run(
                      ImageCommands::create,
                      ImageCommands.CREATE,
                      Map.of("layer", List.of(layer)),
                      "oci:o:1"));
      assertEquals(Code.UNSAFE_PATH, e.code());
    }
  }

  @Test
  void withoutTlsItStaysOnThisMachine() {
    for (String listen : List.of("0.0.0.0:0", "example.com:0", "[::]:0")) {
      AssayException e =
          assertThrows(
              AssayException.class,
              () ->
                  run(
                      RegistryCommands::serve,
                      RegistryCommands.SERVE,
                      Map.of("listen", List.of(listen)),
                      "r"));
      assertEquals(Code.PLAIN_HTTP, e.code());
    }
  }
}
