package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Json;
import dev.assay.crypto.Firmware;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import dev.assay.lab.DeviceMaker;
import dev.assay.lab.DeviceMaker.Holder;
import dev.assay.lab.SecurityKeyMaker;
import dev.assay.lab.TpmMaker;
import dev.assay.policy.PolicyReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HardwareCommandsTest {

  private static final Firmware FIRMWARE = new Firmware(5, 4, 3);

  @TempDir Path root;

  @SuppressWarnings("NullAway.Init")
  private Sandbox sandbox;

  private final Holder authority = DeviceMaker.authority("Acme devices", 1).build();
  private final Holder device = DeviceMaker.device(authority, FIRMWARE).build();

  @BeforeEach
  void start() throws IOException {
    sandbox = new Sandbox(root);
    for (String key : List.of("release", "security", "other")) {
      sandbox.ok("key", "generate", key);
    }
    sandbox.write("root.pem", authority.pem());
    sandbox.write("f9.pem", device.pem());
    attested("release", "0302");
  }

  @AfterEach
  void end() {
    sandbox.close();
  }

  private String file(String name) throws IOException {
    return Files.readString(sandbox.folder().resolve(name));
  }

  private PublicKey key(String name) throws IOException {
    return PublicKey.fromPem(Files.readAllBytes(sandbox.folder().resolve(name + ".pub")));
  }

  // The certificate of a key in slot 9c, NAME.cert.
  private void attested(String name, String policy) throws IOException {
    DeviceMaker maker = DeviceMaker.key(device, key(name), FIRMWARE, 12345678).vendor(8, policy);
    sandbox.write(name + ".cert", new Holder(device.key(), maker.certificate()).pem());
  }

  private void register(String name) {
    sandbox.ok(
        "key",
        "register",
        name,
        "--subject-key",
        name + ".key",
        "--device",
        "f9.pem",
        "--attestation",
        name + ".cert",
        "--roots",
        "root.pem",
        "--key",
        "security.key");
  }

  private String policy(String hardware) throws IOException {
    return """
    apiVersion: assay.dev/v1
    kind: TrustPolicy
    metadata: {name: production}
    spec:
      mode: enforce
      signers:
        - {name: security, keyFile: security.pub}
        - name: release
          keyFile: release.pub
    %s
      rules:
        - images: ["%s/**"]
          signature: {signers: [release, security]}
    """
        .formatted(hardware.indent(6).stripTrailing(), sandbox.host());
  }

  @Test
  void whatAChainProvesIsToldInPlainWords() {
    Sandbox.Ran ran =
        sandbox.ok(
            "key",
            "attestation",
            "verify",
            "--device",
            "f9.pem",
            "--key",
            "release.cert",
            "--roots",
            "root.pem",
            "--public-key",
            "release.pub",
            "--require",
            "touch=always",
            "--require",
            "pin=always");
    for (String told :
        List.of(
            "✓ PROVEN",
            "generated on the device, in slot 9c",
            "serial 12345678",
            "firmware 5.4.3",
            "the PIN for each signature",
            "touched for each signature",
            "not proven:",
            "who holds the device",
            "a YubiKey has no clock",
            "its f9 is not the maker's")) {
      assertTrue(ran.out().contains(told), told + "\n" + ran.out());
    }
    Json json =
        Json.parse(
            dev.assay.bytes.Text.utf8(
                sandbox
                    .ok(
                        "key",
                        "attestation",
                        "verify",
                        "--device",
                        "f9.pem",
                        "--key",
                        "release.cert",
                        "--roots",
                        "root.pem",
                        "-o",
                        "json")
                    .out()),
            1 << 20);
    assertTrue(json.compact().contains("\"serial\":12345678"), json.compact());
    assertTrue(json.compact().contains("\"proven\":true"), json.compact());
  }

  @Test
  void whatAChainDoesNotProveIsRefused() throws IOException {
    sandbox.ends(
        1,
        "ASY1219",
        "key",
        "attestation",
        "verify",
        "--device",
        "f9.pem",
        "--key",
        "release.cert");
    sandbox.ends(
        1,
        "ASY1220",
        "key",
        "attestation",
        "verify",
        "--device",
        "f9.pem",
        "--key",
        "release.cert",
        "--roots",
        "root.pem",
        "--public-key",
        "other.pub");
    Sandbox.Ran old =
        sandbox.ends(
            1,
            "ASY1221",
            "key",
            "attestation",
            "verify",
            "--device",
            "f9.pem",
            "--key",
            "release.cert",
            "--roots",
            "root.pem",
            "--require",
            "min-firmware=5.7.0");
    assertTrue(old.out().contains("expected  firmware 5.7.0 or later"), old.out());
    assertTrue(old.out().contains("proven:"), old.out());
    sandbox.ends(2, "ASY6001", "key", "attestation", "verify");
    sandbox.ends(2, "ASY6001", "key", "attestation", "verify", "--device", "f9.pem");
    sandbox.ends(
        2,
        "ASY6001",
        "key",
        "attestation",
        "verify",
        "--device",
        "f9.pem",
        "--key",
        "release.cert",
        "--ak",
        "other.pub");
    sandbox.ends(
        2,
        "ASY6001",
        "key",
        "attestation",
        "verify",
        "--device",
        "f9.pem",
        "--key",
        "release.cert",
        "--require",
        "colour=red");
    Holder preview = DeviceMaker.authority("Yubico 2025 PIV Attestation Preview CA ", 1).build();
    sandbox.write("preview.pem", preview.pem());
    sandbox.ends(
        2,
        "preview",
        "key",
        "attestation",
        "verify",
        "--device",
        "f9.pem",
        "--key",
        "release.cert",
        "--roots",
        "preview.pem");
  }

  private static Path corpus() {
    String set = System.getProperty("ASSAY_CORPUS", System.getenv("ASSAY_CORPUS"));
    Path folder =
        (set != null
                ? Path.of(set)
                : Path.of(System.getProperty("assay.root", "..")).resolve("../shared/corpus"))
            .resolve("yubikey-attestation");
    Assumptions.assumeTrue(Files.isDirectory(folder), () -> "no corpus: " + folder);
    return folder.toAbsolutePath();
  }

  @Test
  void realChainsAreProvenAndTheFakeIsNot() {
    Path corpus = corpus();
    for (String serial : List.of("10550341", "14833186", "15938791")) {
      Sandbox.Ran ran =
          sandbox.ok(
              "key",
              "attestation",
              "verify",
              "--device",
              corpus.resolve(serial + "_device_0.pem").toString(),
              "--key",
              corpus.resolve(serial + "_key_0.pem").toString());
      assertTrue(ran.out().contains("made by Yubico"), ran.out());
      assertTrue(ran.out().contains("serial " + serial), ran.out());
      assertTrue(ran.out().contains("YSA-2024-03"), ran.out());
    }
    Sandbox.Ran fake =
        sandbox.run(
            "key",
            "attestation",
            "verify",
            "--device",
            corpus.resolve("76651934_device_0.pem").toString(),
            "--key",
            corpus.resolve("76651934_key_0.pem").toString());
    assertEquals(1, fake.status(), fake.all());
    assertTrue(fake.out().contains("✗ REFUSED"), fake.out());
    assertFalse(fake.out().contains("proven:"), fake.out());
  }

  @Test
  void aChainInOneFileIsTakenInEitherOrder() throws IOException {
    Holder issuer = DeviceMaker.authority("Acme devices line 2", 1).by(authority2()).build();
    Holder second = DeviceMaker.device(issuer, FIRMWARE).build();
    sandbox.write(
        "second.cert",
        new Holder(second.key(), DeviceMaker.key(second, key("release"), FIRMWARE, 2).certificate())
            .pem());
    for (String chain : List.of(second.pem() + issuer.pem(), issuer.pem() + second.pem())) {
      sandbox.write("chain.pem", chain);
      sandbox.ok(
          "key",
          "attestation",
          "verify",
          "--device",
          "chain.pem",
          "--key",
          "second.cert",
          "--roots",
          "root2.pem");
    }
  }

  private Holder authority2() throws IOException {
    Holder out = DeviceMaker.authority("Acme root", 2).build();
    sandbox.write("root2.pem", out.pem());
    return out;
  }

  @Test
  void aRegisteredKeyCountsUnderAPolicyThatDemandsHardware() throws IOException {
    register("release");
    String image = sandbox.image("app:1.0", "content");
    sandbox.ok("sign", "--key", "release.key", image);
    String registered =
        """
        registrationFile: release.registration.json
        registrar: security
        """;
    sandbox.write(
        "policy.yaml",
        policy(
            registered
                + """
                hardware:
                  kinds: [yubikey-piv, tpm]
                  touch: always
                  pin: always
                  serials: [12345678]
                  rootsFile: root.pem
                """));
    String check = sandbox.ok("policy", "check", "policy.yaml").out();
    assertTrue(check.contains("touch always, PIN always, 1 device, registered by security"), check);
    Sandbox.Ran ran = sandbox.ok("verify", "--policy", "policy.yaml", image);
    assertTrue(ran.out().contains("hardware"), ran.out());
    assertFalse(ran.out().contains("12345678"), ran.out());

    sandbox.write(
        "strict.yaml",
        policy(registered + "hardware: {minFirmware: 5.7.0, rootsFile: root.pem}\n"));
    Sandbox.Ran strict = sandbox.ends(1, "ASY1221", "verify", "--policy", "strict.yaml", image);
    assertTrue(strict.out().contains("firmware 5.7.0 or later"), strict.out());
    // The policy's roots count, not the registrar's.
    sandbox.write("makers.yaml", policy(registered + "hardware: {touch: always}\n"));
    sandbox.ends(1, "ASY1219", "verify", "--policy", "makers.yaml", image);
    // Another registrar's word.
    sandbox.write(
        "stranger.yaml",
        policy(
            "registrationFile: release.registration.json\nregistrarKeyFile: other.pub\n"
                + "hardware: {rootsFile: root.pem}\n"));
    sandbox.ends(1, "ASY1202", "verify", "--policy", "stranger.yaml", image);

    // A policy that holds all of it says the same without its files.
    byte[] whole =
        PolicyReader.selfContained(
            Files.readAllBytes(sandbox.folder().resolve("policy.yaml")),
            name -> {
              try {
                return Files.readAllBytes(sandbox.folder().resolve(name));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    Files.createDirectories(sandbox.folder().resolve("elsewhere"));
    sandbox.write("elsewhere/policy.json", whole);
    assertFalse(file("elsewhere/policy.json").contains("File"), file("elsewhere/policy.json"));
    sandbox.ok("verify", "--policy", "elsewhere/policy.json", image);
    // What stands in for the signer would come without its hardware.
    sandbox.ends(
        2,
        "ASY1601",
        "key",
        "rotate",
        "release-2",
        "--policy",
        "policy.yaml",
        "--signer",
        "release",
        "--key",
        "release.key");
  }

  @Test
  void aPolicyThatAsksForWhatItCannotKnowIsRefused() throws IOException {
    register("release");
    String good = "registrationFile: release.registration.json\n";
    for (String bad :
        List.of(
            "hardware: {touch: always}\n",
            "hardware: {touch: always}\nregistrar: security\n",
            good,
            good + "registrar: nobody\n",
            good + "registrar: release\n",
            good + "registrarKeyFile: release.pub\n",
            good + "registrar: security\nregistrarKeyFile: security.pub\n",
            good + "registrar: security\nregistration: '{}'\n",
            good + "registrar: security\nhardware: {touch: sometimes}\n",
            good + "registrar: security\nhardware: {kinds: []}\n",
            good + "registrar: security\nhardware: {kinds: [hsm]}\n",
            good + "registrar: security\nhardware: {serials: []}\n",
            good + "registrar: security\nhardware: {serials: ['7']}\n",
            good + "registrar: security\nhardware: {minFirmware: '5.7'}\n",
            good + "registrar: security\nhardware: {colour: red}\n",
            "registrar: security\n")) {
      sandbox.write("policy.yaml", policy(bad));
      Sandbox.Ran ran = sandbox.run("policy", "check", "policy.yaml");
      assertEquals(2, ran.status(), bad + ran.all());
    }
    sandbox.write("policy.yaml", policy("hardware: {touch: always}\n"));
    assertTrue(sandbox.run("policy", "check", "policy.yaml").err().contains("assay key register"));
  }

  @Test
  void verifyTakesARegistrationWithoutAPolicy() throws IOException {
    register("release");
    sandbox.write("pay.tar.gz", "content");
    sandbox.ok("sign", "--key", "release.key", "pay.tar.gz");
    String[] asked = {
      "verify", "--key", "release.pub", "--registration", "release.registration.json",
      "--registrar", "security.pub", "--hardware-roots", "root.pem", "--require-hardware",
      "touch=always", "pay.tar.gz"
    };
    assertTrue(sandbox.ok(asked).out().contains("touch each time"));
    asked[10] = "min-firmware=5.7.0";
    sandbox.ends(1, "ASY1221", asked);
    asked[10] = "touch=always";
    asked[6] = "other.pub";
    sandbox.ends(1, "ASY1202", asked);
    sandbox.ends(
        2,
        "ASY6001",
        "verify",
        "--key",
        "release.pub",
        "--require-hardware",
        "touch=always",
        "pay.tar.gz");
  }

  @Test
  void nothingIsRegisteredThatIsNotProven() throws IOException {
    attested("other", "0302");
    sandbox.ends(
        1,
        "ASY1220",
        "key",
        "register",
        "r",
        "--subject-key",
        "release.key",
        "--device",
        "f9.pem",
        "--attestation",
        "other.cert",
        "--roots",
        "root.pem",
        "--key",
        "security.key");
    sandbox.ends(
        1,
        "ASY1219",
        "key",
        "register",
        "r",
        "--subject-key",
        "release.key",
        "--device",
        "f9.pem",
        "--attestation",
        "release.cert",
        "--key",
        "security.key");
    attested("release", "0301");
    sandbox.ends(
        1,
        "ASY1221",
        "key",
        "register",
        "r",
        "--subject-key",
        "release.key",
        "--device",
        "f9.pem",
        "--attestation",
        "release.cert",
        "--roots",
        "root.pem",
        "--key",
        "security.key",
        "--require",
        "touch=always");
    sandbox.ends(
        2,
        "ASY6001",
        "key",
        "register",
        "r",
        "--subject-key",
        "release.key",
        "--device",
        "f9.pem",
        "--attestation",
        "release.cert",
        "--roots",
        "root.pem",
        "--key",
        "release.key");
    sandbox.ends(
        2,
        "ASY6001",
        "key",
        "register",
        "r",
        "--subject-key",
        "release.key",
        "--key",
        "security.key");
    sandbox.ends(
        2,
        "ASY6004",
        "key",
        "register",
        "other",
        "--subject-key",
        "release.key",
        "--device",
        "f9.pem",
        "--attestation",
        "release.cert",
        "--roots",
        "root.pem",
        "--key",
        "security.key");
    assertFalse(Files.exists(sandbox.folder().resolve("r.registration.json")));
    register("release");
    sandbox.ends(
        2,
        "ASY6004",
        "key",
        "register",
        "release",
        "--subject-key",
        "release.key",
        "--device",
        "f9.pem",
        "--attestation",
        "release.cert",
        "--roots",
        "root.pem",
        "--key",
        "security.key");
  }

  @Test
  void aKeyInATpmIsRegistered() throws IOException {
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    PrivateKey ak = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    TpmMaker tpm = new TpmMaker(key, ak);
    sandbox.write("key.pem", key.pem());
    sandbox.write("ak.pub", ak.publicKey().pem());
    sandbox.write("certify", tpm.certification());
    sandbox.write("signature", tpm.signature());
    sandbox.write("public", tpm.object());
    String[] given = {
      "--tpm-certify",
      "certify",
      "--tpm-signature",
      "signature",
      "--tpm-public",
      "public",
      "--ak",
      "ak.pub"
    };
    Sandbox.Ran ran = sandbox.ok(with(given, "key", "attestation", "verify"));
    assertTrue(ran.out().contains("cannot leave that TPM"), ran.out());
    sandbox.ok(
        with(given, "key", "register", "tpm", "--subject-key", "key.pem", "--key", "security.key"));
    sandbox.ends(
        1, "ASY1221", with(given, "key", "attestation", "verify", "--require", "touch=cached"));
    sandbox.write("signature", new TpmMaker(key, key).signature());
    sandbox.ends(1, "ASY1201", with(given, "key", "attestation", "verify"));
  }

  private static String[] with(String[] more, String... first) {
    String[] out = java.util.Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, out, first.length, more.length);
    return out;
  }

  @Test
  void aSecurityKeyIsRegisteredByATouch() throws Exception {
    PrivateKey sk = PrivateKey.generate(KeyAlgorithm.ED25519);
    Map<String, String> environment = new HashMap<>(Sandbox.environment(sandbox.folder()));
    for (int flags : new int[] {0, 1}) {
      Path socket = root.resolve("agent" + flags);
      try (Agent agent = new Agent(socket, sk, flags)) {
        environment.put("SSH_AUTH_SOCK", agent.path());
        List<String> words =
            List.of(
                "key",
                "register",
                "al",
                "--subject-key",
                "ssh-agent:",
                "--security-key",
                "--key",
                "security.key");
        Sandbox.Ran ran =
            Sandbox.run(sandbox.folder(), environment, new byte[0], Clock.systemUTC(), words);
        if (flags == 0) {
          assertEquals(1, ran.status(), ran.all());
          assertTrue(ran.all().contains("ASY1217"), ran.all());
          assertFalse(Files.exists(sandbox.folder().resolve("al.registration.json")));
          continue;
        }
        assertEquals(0, ran.status(), ran.all());
        assertTrue(ran.out().contains("which device it is"), ran.out());
        assertEquals(sk.publicKey().pem(), file("al.pub"));
        sandbox.write("file", "content");
        ran =
            Sandbox.run(
                sandbox.folder(),
                environment,
                new byte[0],
                Clock.systemUTC(),
                List.of("sign", "--key", "ssh-agent:", "--ssh-signature", "file.sig", "file"));
        assertEquals(0, ran.status(), ran.all());
      }
    }
    String blob = dev.assay.bytes.Base64s.encode(SecurityKeyMaker.key(sk));
    sandbox.write("allowed", "al no-touch-required sk-ssh-ed25519@openssh.com " + blob + "\n");
    String[] asked = {
      "verify",
      "--ssh-signature",
      "file.sig",
      "--allowed-signers",
      "allowed",
      "--registration",
      "al.registration.json",
      "--registrar",
      "security.pub",
      "--require-hardware",
      "touch=always",
      "file"
    };
    assertTrue(sandbox.ok(asked).out().contains("hardware"));
    asked[10] = "pin=once";
    sandbox.ends(1, "ASY1217", asked);
    // The signer's line allows it, the demand does not.
    byte[] content = Files.readAllBytes(sandbox.folder().resolve("file"));
    sandbox.write("file.sig", SecurityKeyMaker.sign(sk, content, "file", 0, -1));
    asked[10] = "kind=ssh-sk";
    sandbox.ok(asked);
    asked[10] = "touch=cached";
    sandbox.ends(1, "ASY1217", asked);
    asked[10] = "kind=yubikey-piv";
    sandbox.ends(1, "ASY1221", asked);
  }

  /** An SSH agent with one security key, that is touched or not. */
  private static final class Agent implements AutoCloseable {
    private final ServerSocketChannel server;

    Agent(Path socket, PrivateKey key, int flags) throws IOException {
      server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread.ofVirtual().start(() -> serve(key, flags));
    }

    String path() throws IOException {
      return String.valueOf(server.getLocalAddress());
    }

    private void serve(PrivateKey key, int flags) {
      while (true) {
        try (SocketChannel client = server.accept()) {
          answer(client, key, flags);
        } catch (ClosedChannelException e) {
          return;
        } catch (IOException e) {
          // the client has what it wanted
        }
      }
    }

    private static void answer(SocketChannel client, PrivateKey key, int flags) throws IOException {
      DataInputStream in = new DataInputStream(Channels.newInputStream(client));
      DataOutputStream out = new DataOutputStream(Channels.newOutputStream(client));
      while (true) {
        byte[] request = in.readNBytes(in.readInt());
        ByteBuffer body = ByteBuffer.wrap(request);
        byte[] reply;
        if (body.get() == 11) {
          byte[] blob = SecurityKeyMaker.key(key);
          reply =
              ByteBuffer.allocate(1 + 4 + 4 + blob.length + 4)
                  .put((byte) 12)
                  .putInt(1)
                  .putInt(blob.length)
                  .put(blob)
                  .putInt(0)
                  .array();
        } else {
          body.position(body.position() + 4 + body.getInt(body.position()));
          byte[] data = new byte[body.getInt()];
          body.get(data);
          byte[] signature = SecurityKeyMaker.assertion(key, data, flags, -1);
          reply =
              ByteBuffer.allocate(1 + 4 + signature.length)
                  .put((byte) 14)
                  .putInt(signature.length)
                  .put(signature)
                  .array();
        }
        out.writeInt(reply.length);
        out.write(reply);
        out.flush();
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }
}
