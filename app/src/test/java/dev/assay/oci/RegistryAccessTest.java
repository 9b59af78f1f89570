package dev.assay.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.net.Http;
import dev.assay.net.Request;
import dev.assay.server.RunningServer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users, tokens and read-only registries, with our client and by hand. */
class RegistryAccessTest {

  @TempDir Path folder;

  private static String hash(String password) {
    return OpenBSDBCrypt.generate("2y", Text.utf8(password), new byte[16], 4);
  }

  private Path file(String name, String text) throws Exception {
    return Files.writeString(folder.resolve(name), text);
  }

  private RunningServer serve(boolean anonymousPull, boolean readOnly) throws Exception {
    Path users = file("users", "# who\n\nalice:" + hash("right") + "\n");
    Path tokens =
        file(
            "tokens", "ci:push:" + sum("push-token") + "\nreader:pull:" + sum("pull-token") + "\n");
    RegistryAccess access =
        new RegistryAccess(Optional.of(users), Optional.of(tokens), anonymousPull, readOnly);
    return Registries.serve(
        new RegistryServer(folder.resolve("registry"), Clock.systemUTC(), access));
  }

  private static String sum(String token) {
    return Hex.encode(Hashes.sha256(Text.utf8(token)));
  }

  private RegistryClient client(RunningServer server, String user, String password)
      throws Exception {
    Path home = Files.createTempDirectory(folder, "docker");
    String auth = Base64s.encode(Text.utf8(user + ":" + password));
    Files.writeString(
        home.resolve("config.json"),
        "{\"auths\":{\"" + server.authority() + "\":{\"auth\":\"" + auth + "\"}}}");
    return new RegistryClient(
        Registries.QUICK, Credentials.of(Map.of("DOCKER_CONFIG", home.toString())), false);
  }

  private Optional<Code> push(RunningServer server, RegistryClient client) throws Exception {
    try (client) {
      Registries.push(
          client.repository(Registries.reference(server, "app")), Registries.LAYER, "1");
      return Optional.empty();
    } catch (AssayException e) {
      return Optional.of(e.code());
    }
  }

  private Optional<Code> pushOther(RunningServer server, RegistryClient client) throws Exception {
    try (client) {
      Registries.push(
          client.repository(Registries.reference(server, "app")), Text.utf8("other"), "2");
      return Optional.empty();
    } catch (AssayException e) {
      return Optional.of(e.code());
    }
  }

  private Optional<Code> pull(RunningServer server, RegistryClient client) throws Exception {
    try (client) {
      client.repository(Registries.reference(server, "app")).manifest("1");
      return Optional.empty();
    } catch (AssayException e) {
      return Optional.of(e.code());
    }
  }

  @Test
  void onlyWhoIsKnownGetsIn() throws Exception {
    try (RunningServer server = serve(false, false)) {
      Optional<Code> denied = Optional.of(Code.UNAUTHORIZED);
      assertEquals(denied, push(server, Registries.client()));
      assertEquals(denied, push(server, client(server, "alice", "wrong")));
      assertEquals(denied, push(server, client(server, "bob", "right")));
      assertEquals(denied, push(server, client(server, "alice", "")));
      assertEquals(denied, push(server, client(server, "", "")));
      assertEquals(denied, push(server, client(server, "reader", "pull-token")));
      assertTrue(Files.notExists(folder.resolve("registry/app/oci-layout")));
      assertEquals(Optional.empty(), push(server, client(server, "alice", "right")));
      assertEquals(Optional.empty(), push(server, client(server, "ci", "push-token")));
      assertEquals(Optional.empty(), pull(server, client(server, "reader", "pull-token")));
      assertEquals(denied, pull(server, Registries.client()));
    }
  }

  @Test
  void bearerAndChallenges() throws Exception {
    try (RunningServer server = serve(false, false);
        Http http = new Http(Registries.QUICK)) {
      URI uri = URI.create(server.url() + "/v2/");
      assertEquals(200, status(http, uri, "Bearer pull-token"));
      assertEquals(200, status(http, uri, "bearer push-token"));
      for (String wrong :
          new String[] {
            "Bearer pull",
            "Bearer ",
            "Basic",
            "Basic %%%",
            "Digest x",
            "Bearer " + sum("pull-token"),
            "Basic " + Base64s.encode(Text.utf8("nocolon"))
          }) {
        assertEquals(401, status(http, uri, wrong), wrong);
      }
      try (var reply = http.send(Request.get(uri))) {
        assertEquals(401, reply.status());
        assertTrue(reply.header("www-authenticate").orElse("").startsWith("Basic realm="));
      }
    }
  }

  private static int status(Http http, URI uri, String authorization) {
    try (var reply = http.send(Request.get(uri).with("Authorization", authorization))) {
      return reply.status();
    }
  }

  @Test
  void pullingMayBeFreeAndPushingIsNot() throws Exception {
    try (RunningServer server = serve(true, false)) {
      assertEquals(Optional.of(Code.UNAUTHORIZED), push(server, Registries.client()));
      assertEquals(Optional.empty(), push(server, client(server, "alice", "right")));
      assertEquals(Optional.empty(), pull(server, Registries.client()));
      // Wrong credentials are not better than none.
      try (Http http = new Http(Registries.QUICK)) {
        assertEquals(
            401, status(http, URI.create(server.url() + "/v2/app/manifests/1"), "Bearer wrong"));
      }
    }
  }

  @Test
  void readOnlyIsReadOnlyForEverybody() throws Exception {
    Registries.push(
        ImageLayout.openOrCreate(Files.createDirectories(folder.resolve("registry/app"))),
        Registries.LAYER,
        "1");
    try (RunningServer server = serve(false, true);
        Http http = new Http(Registries.QUICK)) {
      assertEquals(
          Optional.of(Code.BAD_RESPONSE), pushOther(server, client(server, "alice", "right")));
      assertEquals(Optional.empty(), pull(server, client(server, "alice", "right")));
      for (String method : new String[] {"POST", "PUT", "PATCH", "DELETE"}) {
        Request request =
            new Request(
                method,
                URI.create(server.url() + "/v2/app/manifests/1"),
                Map.of("Authorization", "Bearer push-token"),
                Optional.empty(),
                false);
        try (var reply = http.send(request)) {
          assertEquals(405, reply.status(), method);
        }
      }
    }
  }

  @Test
  void aUserWhoIsRemovedIsOut() throws Exception {
    try (RunningServer server = serve(false, false)) {
      assertEquals(Optional.empty(), push(server, client(server, "alice", "right")));
      file("users", "bob:" + hash("other") + "\n");
      Optional<Code> code = Optional.empty();
      for (int i = 0; i < 50 && code.isEmpty(); i++) {
        Thread.sleep(100);
        code = pull(server, client(server, "alice", "right"));
      }
      assertEquals(Optional.of(Code.UNAUTHORIZED), code);
      assertEquals(Optional.empty(), pull(server, client(server, "bob", "other")));
      // What cannot be read changes nothing.
      file("users", "bob:plain\n");
      Thread.sleep(1200);
      assertEquals(Optional.empty(), pull(server, client(server, "bob", "other")));
    }
  }

  @Test
  void filesThatCannotBeUsedAreSaidAtTheStart() throws Exception {
    for (String bad :
        new String[] {"alice:plain", "alice", ":x", "a:" + hash("x") + "\na:" + hash("y")}) {
      Path users = file("bad", bad);
      assertEquals(
          Code.BAD_CONFIG,
          assertThrows(
                  AssayException.class,
                  () -> new RegistryAccess(Optional.of(users), Optional.empty(), false, false))
              .code(),
          bad);
    }
    for (String bad :
        new String[] {"x:push:short", "x:admin:" + sum("t"), sum("t"), ":pull:" + sum("t")}) {
      Path tokens = file("bad", bad);
      assertEquals(
          Code.BAD_CONFIG,
          assertThrows(
                  AssayException.class,
                  () -> new RegistryAccess(Optional.empty(), Optional.of(tokens), false, false))
              .code(),
          bad);
    }
  }
}
