package dev.assay.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.crypto.SelfSignedCertificate;
import dev.assay.net.TlsMaterial;
import dev.assay.server.RunningServer;
import dev.assay.server.WebServers;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS, proxies, logins and mirrors, each with a real one at the other end. */
class ClientTransportTest {

  @TempDir Path folder;

  private RunningServer tlsRegistry(SelfSignedCertificate made) throws IOException {
    return WebServers.start(
        new RegistryServer(folder.resolve("registry"), Clock.systemUTC()),
        "127.0.0.1",
        0,
        Optional.of(new TlsMaterial(Text.utf8(made.pem()), made.privateKeyPem())));
  }

  // A name that is this machine and yet not spelled as one: so the client uses TLS.
  private static final String NAME = "registry.assay-test.example";

  /** A forward proxy: CONNECT, to wherever it likes. */
  private static final class ForwardProxy implements AutoCloseable {
    final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    final List<String> asked = new CopyOnWriteArrayList<>();
    private final int target;

    ForwardProxy(int target) throws IOException {
      this.target = target;
      Thread.ofVirtual().start(this::run);
    }

    private void run() {
      while (!socket.isClosed()) {
        try {
          Socket peer = socket.accept();
          Thread.ofVirtual().start(() -> serve(peer));
        } catch (IOException e) {
          return;
        }
      }
    }

    private void serve(Socket peer) {
      try (peer;
          Socket other = new Socket(InetAddress.getLoopbackAddress(), target)) {
        StringBuilder head = new StringBuilder();
        InputStream in = peer.getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
          int c = in.read();
          if (c < 0) {
            return;
          }
          head.append((char) c);
        }
        asked.add(head.substring(0, head.indexOf("\r\n")));
        OutputStream out = peer.getOutputStream();
        out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
        Thread back = Thread.ofVirtual().start(() -> pump(other, peer));
        pump(peer, other);
        back.join();
      } catch (IOException | InterruptedException e) {
        // One side hung up.
      }
    }

    private static void pump(Socket from, Socket to) {
      try {
        from.getInputStream().transferTo(to.getOutputStream());
        to.shutdownOutput();
      } catch (IOException e) {
        // One side hung up.
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private Map<String, String> environment(ForwardProxy proxy) {
    Map<String, String> environment = new HashMap<>();
    environment.put("HOME", folder.toString());
    environment.put("HTTPS_PROXY", "http://127.0.0.1:" + proxy.socket.getLocalPort());
    return environment;
  }

  private static SelfSignedCertificate made(String name) {
    Instant now = Instant.now();
    return SelfSignedCertificate.create(
        List.of(name), now.minus(Duration.ofHours(1)), now.plus(Duration.ofDays(1)));
  }

  private static SelfSignedCertificate named() {
    return made(NAME);
  }

  @Test
  void throughAProxyWithAnAuthorityOfItsOwn() throws Exception {
    SelfSignedCertificate made = named();
    try (RunningServer server = tlsRegistry(made);
        ForwardProxy proxy = new ForwardProxy(server.port());
        RegistryClient client =
            RegistryClient.of(
                environment(proxy), false, Optional.of(Text.utf8(made.pem())), Optional.empty())) {
      RemoteRepository repository = client.repository(Reference.parse(NAME + "/app:1"));
      Descriptor pushed = Registries.push(repository, Registries.LAYER, "1");
      assertEquals(pushed.digest(), repository.manifest("1").descriptor().digest());
      assertEquals("CONNECT " + NAME + ":443 HTTP/1.1", proxy.asked.getFirst());
    }
  }

  @Test
  void anAuthorityThatIsNotTrustedIsRefusedAndNotRetriedWithoutTls() throws Exception {
    try (RunningServer server = tlsRegistry(named());
        ForwardProxy proxy = new ForwardProxy(server.port());
        RegistryClient client = RegistryClient.of(environment(proxy), false)) {
      RemoteRepository repository = client.repository(Reference.parse(NAME + "/app:1"));
      assertEquals(Code.UNREACHABLE, code(() -> repository.find("1")));
      assertEquals(1, proxy.asked.size());
    }
  }

  @Test
  void aCertificateOfAnotherNameIsRefused() throws Exception {
    SelfSignedCertificate other = made("other.example");
    try (RunningServer server = tlsRegistry(other);
        ForwardProxy proxy = new ForwardProxy(server.port());
        RegistryClient client =
            RegistryClient.of(
                environment(proxy), false, Optional.of(Text.utf8(other.pem())), Optional.empty())) {
      assertEquals(
          Code.UNREACHABLE,
          code(() -> client.repository(Reference.parse(NAME + "/app:1")).find("1")));
    }
  }

  @Test
  void certificateFoldersAreRead() throws Exception {
    SelfSignedCertificate made = named();
    Path certs = Files.createDirectories(folder.resolve(".config/containers/certs.d/" + NAME));
    Files.writeString(certs.resolve("ca.crt"), made.pem());
    try (RunningServer server = tlsRegistry(made);
        ForwardProxy proxy = new ForwardProxy(server.port());
        RegistryClient client = RegistryClient.of(environment(proxy), false)) {
      assertTrue(client.repository(Reference.parse(NAME + "/app:1")).find("1").isEmpty());
      // That folder is about one host.
      assertEquals(
          Code.UNREACHABLE,
          code(() -> client.repository(Reference.parse("x." + NAME + "/app:1")).find("1")));
      Files.writeString(certs.resolve("client.cert"), made.pem());
      try (RegistryClient again = RegistryClient.of(environment(proxy), false)) {
        assertEquals(
            Code.BAD_CONFIG,
            code(() -> again.repository(Reference.parse(NAME + "/app:1")).find("1")));
      }
      Files.write(certs.resolve("client.key"), made.privateKeyPem());
      try (RegistryClient again = RegistryClient.of(environment(proxy), false)) {
        assertTrue(again.repository(Reference.parse(NAME + "/app:1")).find("1").isEmpty());
      }
    }
  }

  @Test
  void aRenewedCertificateIsServedWithoutARestart() throws Exception {
    SelfSignedCertificate first = named();
    Path pem = Files.writeString(folder.resolve("tls.crt"), first.pem());
    Path key = Files.write(folder.resolve("tls.key"), first.privateKeyPem());
    try (RunningServer server =
            WebServers.start(
                new RegistryServer(folder.resolve("registry"), Clock.systemUTC()),
                "127.0.0.1",
                0,
                Optional.of(TlsMaterial.watching(pem, key)));
        ForwardProxy proxy = new ForwardProxy(server.port())) {
      assertTrue(reaches(proxy, first));
      SelfSignedCertificate second = named();
      Files.writeString(pem, second.pem());
      // Certificate and key do not fit now: the first is still served, or the connection fails.
      Files.write(key, second.privateKeyPem());
      boolean renewed = false;
      for (int i = 0; i < 100 && !renewed; i++) {
        Thread.sleep(100);
        renewed = reaches(proxy, second);
      }
      assertTrue(renewed);
      assertTrue(!reaches(proxy, first));
    }
  }

  private boolean reaches(ForwardProxy proxy, SelfSignedCertificate trusted) {
    try (RegistryClient client =
        RegistryClient.of(
            environment(proxy), false, Optional.of(Text.utf8(trusted.pem())), Optional.empty())) {
      return client.repository(Reference.parse(NAME + "/app:1")).find("1").isEmpty();
    } catch (AssayException e) {
      assertEquals(Code.UNREACHABLE, e.code());
      return false;
    }
  }

  private static Code code(org.junit.jupiter.api.function.Executable action) {
    return assertThrows(AssayException.class, action).code();
  }

  // ---- credential helpers

  private Credentials helper(String script) throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Path program = bin.resolve("docker-credential-test");
    Files.writeString(program, "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(folder.resolve("config.json"), "{\"credsStore\":\"test\"}");
    return Credentials.of(
        Map.of("DOCKER_CONFIG", folder.toString(), "PATH", bin + ":/usr/bin:/bin"));
  }

  @Test
  void aHelperIsAskedWithTheServersName() throws Exception {
    Credentials credentials =
        helper(
            "read server\nif [ \"$1 $server\" != 'get registry.example:5000' ]; then exit 1; fi\n"
                + "echo '{\"ServerURL\":\"x\",\"Username\":\"u\",\"Secret\":\"s3cret\"}'\n");
    Credentials.Login login =
        credentials.find(Reference.parse("registry.example:5000/app:1")).orElseThrow();
    assertEquals(new Credentials.Login("u", "s3cret", false), login);
    assertEquals(
        Code.BAD_CONFIG, code(() -> credentials.find(Reference.parse("other.example/app:1"))));
  }

  @Test
  void aHelperMayHaveNothingOrATokenOrMisbehave() throws Exception {
    Reference reference = Reference.parse("registry.example/app:1");
    assertTrue(
        helper("echo 'credentials not found in native keychain'; exit 1")
            .find(reference)
            .isEmpty());
    assertEquals(
        new Credentials.Login("", "t", true),
        helper("echo '{\"Username\":\"<token>\",\"Secret\":\"t\"}'").find(reference).orElseThrow());
    for (String bad : List.of("echo no json", "echo broken; exit 3", "yes | head -c 200000")) {
      Credentials credentials = helper(bad);
      assertEquals(
          Code.Exit.UNDECIDED.worse(Code.BAD_CONFIG.exit()),
          Code.Exit.UNDECIDED.worse(code(() -> credentials.find(reference)).exit()),
          bad);
    }
  }

  @Test
  void theLoginOfAHelperIsShown() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    try (RunningServer server =
            Registries.serve(e -> {
              Optional<String> shown = e.header("authorization");
              shown.ifPresent(seen::add);
              e.respond(
                  shown.isPresent() ? 404 : 401,
                  Map.of("WWW-Authenticate", "Basic realm=\"r\""),
                  new byte[0]);
            });
        RegistryClient client =
            new RegistryClient(
                Registries.QUICK,
                helper("cat >/dev/null\necho '{\"Username\":\"u\",\"Secret\":\"p\"}'"),
                false)) {
      assertTrue(client.repository(Registries.reference(server, "app")).find("1").isEmpty());
      assertEquals(List.of("Basic " + Base64s.encode(Text.utf8("u:p"))), seen);
    }
  }

  // ---- mirrors

  private RegistryClient mirrored(String conf) {
    RegistriesConf parsed = RegistriesConf.parse(conf);
    return new RegistryClient(
        Registries.QUICK, Credentials.none(), false, () -> parsed, Optional.empty());
  }

  @Test
  @SuppressWarnings("try") // closed early: gone
  void mirrorsAreAskedFirstAndTheirFailureIsNotAbsence() throws Exception {
    try (RunningServer home = Registries.serve(folder.resolve("home"));
        RunningServer mirror = Registries.serve(folder.resolve("mirror"));
        RunningServer failing = Registries.serve(e -> e.respond(500, Map.of(), new byte[0]));
        RegistryClient plain = Registries.client()) {
      String name = home.authority() + "/team/app";
      Descriptor image =
          Registries.push(plain.repository(Reference.parse(name)), Registries.LAYER, "1");
      Descriptor mirrorOnly =
          Registries.push(
              plain.repository(Reference.parse(mirror.authority() + "/cache/app")),
              Text.utf8("mirrored"),
              "2");
      Descriptor signature =
          Registries.attach(
              plain.repository(Reference.parse(name)), image, "application/vnd.sig", "s");
      String conf =
          """
          unqualified-search-registries = ["docker.io"] # has no effect
          [[registry]]
          prefix = "%s/team"
          location = "%s/team"
          insecure = true
          [[registry.mirror]]
          location = "%s/team"
          [[registry.mirror]]
          location = "%s/cache"
          """
              .formatted(
                  home.authority(), home.authority(), failing.authority(), mirror.authority());
      try (RegistryClient client = mirrored(conf)) {
        RemoteRepository repository = client.repository(Reference.parse(name + ":1"));
        assertEquals(name, repository.name());
        assertEquals(mirrorOnly.digest(), repository.manifest("2").descriptor().digest());
        assertEquals(image.digest(), repository.manifest("1").descriptor().digest());
        // The mirror has no signatures: that is not what "none" means.
        assertEquals(
            signature.digest(),
            repository.referrers(image.digest(), Optional.empty()).found().getFirst().digest());
        assertEquals(
            Text.utf8(Registries.LAYER),
            Text.utf8(
                repository.blob(Descriptor.of(MediaTypes.LAYER_TAR, Registries.LAYER), 1000)));
        // What is pushed goes where its name says.
        Registries.push(repository, Text.utf8("new"), "3");
        assertTrue(plain.repository(Reference.parse(name)).find("3").isPresent());
      }
      home.close();
      try (RegistryClient client = mirrored(conf)) {
        RemoteRepository repository = client.repository(Reference.parse(name + ":1"));
        assertTrue(repository.find("2").isPresent());
        assertEquals(Code.UNREACHABLE, code(() -> repository.find("1")));
        assertEquals(
            Code.UNREACHABLE, code(() -> repository.referrers(image.digest(), Optional.empty())));
      }
    }
  }

  @Test
  void aMirrorThatLiesIsPassedOver() throws Exception {
    byte[] manifest = Registries.image(Registries.LAYER).bytes();
    Descriptor wanted = Descriptor.of(MediaTypes.MANIFEST, manifest);
    try (RunningServer home = Registries.serve(folder.resolve("home"));
        RunningServer lying =
            Registries.serve(e ->
                e.respond(
                    200,
                    Map.of("Content-Type", MediaTypes.MANIFEST),
                    Text.utf8("{\"schemaVersion\":2}")));
        RegistryClient plain = Registries.client()) {
      String name = home.authority() + "/app";
      Registries.push(plain.repository(Reference.parse(name)), Registries.LAYER, "1");
      try (RegistryClient client =
          mirrored(
              "[[registry]]\nlocation=\""
                  + home.authority()
                  + "\"\nmirror=[{location=\""
                  + lying.authority()
                  + "\", pull-from-mirror='digest-only'}]\n")) {
        assertEquals(
            wanted.digest(),
            client
                .repository(Reference.parse(name))
                .manifest(wanted.digest())
                .descriptor()
                .digest());
        assertEquals(
            wanted.digest(),
            client.repository(Reference.parse(name)).manifest("1").descriptor().digest());
      }
    }
  }

  @Test
  void whatIsBlockedIsRefused() throws Exception {
    try (RegistryClient client =
        mirrored("[[registry]]\nprefix=\"*.evil.example\"\nblocked=true\n")) {
      assertEquals(
          Code.REGISTRY_BLOCKED,
          code(() -> client.repository(Reference.parse("a.evil.example/app:1"))));
      client.repository(Reference.parse("evil.example/app:1"));
      client.repository(Reference.parse("notevil.example/app:1"));
    }
  }

  @Test
  void prefixesEndWhereNamesDo() {
    RegistriesConf conf =
        RegistriesConf.parse(
            """
            [[registry]]
            prefix = "r.example/team"
            location = "mirror.example:5000/deep/er"
            [[registry]]
            prefix = "r.example/team/app"
            location = "other.example"
            [[registry]]
            location = "docker.io"
            [[registry.mirror]]
            location = "hub.example/library-proxy"
            """);
    assertEquals(List.of(), conf.sources(Reference.parse("r.example/teams/x:1")));
    assertEquals(List.of(), conf.sources(Reference.parse("r.example.evil/team/x:1")));
    assertEquals(List.of(), conf.sources(Reference.parse("r.example:444/team/x:1")));
    assertEquals(
        "mirror.example:5000/deep/er/x:1",
        conf.sources(Reference.parse("r.example/team/x:1")).getFirst().reference().toString());
    assertEquals(
        List.of("hub.example/library-proxy/library/nginx:latest", "docker.io/library/nginx:latest"),
        conf.sources(Reference.parse("nginx")).stream()
            .map(s -> s.reference().toString())
            .toList());
    // Would leave no repository.
    assertEquals(
        Code.BAD_CONFIG, code(() -> conf.sources(Reference.parse("r.example/team/app:1"))));
  }

  @Test
  void whatCannotBeReadIsRefusedWithItsLine() {
    for (String bad :
        List.of(
            "x",
            "[[registry]]\nlocation = 1.5",
            "[[registry]]\nlocation = \"a\"\nlocation = \"b\"",
            "[[registry]]\nblocked = true",
            "[[registry]]\nlocation = \"a.b\"\n[[registry]]\nlocation = \"a.b\"",
            "[registries.search]\nregistries = ['docker.io']",
            "a = \"\"\"\nx\"\"\"",
            "a = [1, 2",
            "a = \"unended",
            "[a]\n[a]",
            "a = 1\n[[a]]",
            "[[registry]]\n"
                + "location='x.y'\n"
                + "[[registry.mirror]]\n"
                + "location='z'\n"
                + "pull-from-mirror='no'",
            "a = " + "[".repeat(100))) {
      assertEquals(Code.BAD_CONFIG, code(() -> RegistriesConf.parse(bad)), bad);
    }
    String message =
        String.valueOf(
            assertThrows(AssayException.class, () -> RegistriesConf.parse("a = 1\n\nb ="))
                .getMessage());
    assertTrue(message.contains("line 3"), message);
  }

  @Test
  void theFileThatTheEnvironmentNamesCounts() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("conf"), "[[registry]]\nlocation = \"r.example\"\nblocked = true\n");
    RegistriesConf conf = RegistriesConf.of(Map.of("CONTAINERS_REGISTRIES_CONF", file.toString()));
    assertEquals(Code.REGISTRY_BLOCKED, code(() -> conf.sources(Reference.parse("r.example/a:1"))));
    Path home = Files.createDirectories(folder.resolve("home/.config/containers"));
    Files.createDirectories(home.resolve("registries.conf.d"));
    Files.writeString(
        home.resolve("registries.conf"), "[[registry]]\nlocation='a.example'\nblocked=true\n");
    Files.writeString(
        home.resolve("registries.conf.d/1.conf"), "[[registry]]\nlocation='a.example'\n");
    RegistriesConf user = RegistriesConf.of(Map.of("HOME", folder.resolve("home").toString()));
    assertEquals(List.of(), user.sources(Reference.parse("a.example/a:1")));
  }

  @Test
  void mutatedFilesNeverThrowAnythingElse() {
    String seed =
        """
        [[registry]] # comment
        prefix = "r.example/team"
        location = 'm.example'
        mirror = [{location = "a.b", insecure = false}, ]
        [a."b c".d]
        n = -12
        """;
    java.util.Random random = new java.util.Random(5);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder(seed);
      for (int k = random.nextInt(4); k >= 0; k--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, "[]{}\"'=,.#\n\\ a1".charAt(random.nextInt(15)));
          case 1 -> text.deleteCharAt(at);
          default -> text.insert(at, "[]{}\"'=,.#\n\\ a1".charAt(random.nextInt(15)));
        }
      }
      try {
        RegistriesConf.parse(text.toString());
      } catch (AssayException e) {
        // Refused.
      }
    }
  }
}
