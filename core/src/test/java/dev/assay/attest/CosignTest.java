package dev.assay.attest;

import static dev.assay.attest.Adversary.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.crypto.EncryptedKeyFile;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Against a real cosign, where there is one: {@code ASSAY_COSIGN}, the search path, or where {@code
 * interop/} installs it.
 */
class CosignTest {

  private static final byte[] PASSWORD = bytes("s3cret pässword");

  @TempDir Path folder;

  private String cosign = "";

  @BeforeEach
  void findCosign() throws IOException {
    Optional<Path> found = find();
    Assumptions.assumeTrue(found.isPresent(), "no cosign here");
    cosign = found.orElseThrow().toString();
    Files.writeString(folder.resolve("artifact"), "an artifact\n");
  }

  private static Optional<Path> find() {
    List<Path> candidates = new ArrayList<>();
    Optional.ofNullable(System.getenv("ASSAY_COSIGN")).map(Path::of).ifPresent(candidates::add);
    for (String element : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      candidates.add(Path.of(element, "cosign"));
    }
    candidates.add(Path.of(System.getProperty("user.home"), ".cache/assay-interop/bin/cosign"));
    return candidates.stream().filter(Files::isExecutable).findFirst();
  }

  private int run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(cosign);
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output.txt").toFile());
    builder.environment().put("COSIGN_PASSWORD", new String(PASSWORD, StandardCharsets.UTF_8));
    return builder.start().waitFor();
  }

  private void succeeds(String... arguments) throws IOException, InterruptedException {
    int status = run(arguments);
    assertEquals(0, status, () -> output());
  }

  private String output() {
    try {
      return Files.readString(folder.resolve("output.txt"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private byte[] read(String name) throws IOException {
    return Files.readAllBytes(folder.resolve(name));
  }

  @Test
  void weOpenItsKeyAndVerifyItsSignatures() throws IOException, InterruptedException {
    succeeds("generate-key-pair");
    PrivateKey key = EncryptedKeyFile.open(read("cosign.key"), PASSWORD);
    PublicKey publicKey = PublicKey.fromPem(read("cosign.pub"));
    assertEquals(publicKey, key.publicKey());

    succeeds(
        "sign-blob",
        "--key",
        "cosign.key",
        "--bundle",
        "blob.json",
        "--tlog-upload=false",
        "--use-signing-config=false",
        "--yes",
        "artifact");
    Bundle blob = Bundle.parse(read("blob.json"));
    Bundle.MessageSignature message = (Bundle.MessageSignature) blob.content();
    assertTrue(publicKey.verify(read("artifact"), message.signature().bytes()));
    assertEquals(new String(read("blob.json"), StandardCharsets.UTF_8), text(blob.write()));

    Files.writeString(folder.resolve("predicate"), "{}");
    succeeds(
        "attest-blob",
        "--key",
        "cosign.key",
        "--predicate",
        "predicate",
        "--type",
        "https://example.com/p",
        "--bundle",
        "attestation.json",
        "--tlog-upload=false",
        "--use-signing-config=false",
        "--yes",
        "artifact");
    Bundle attestation = Bundle.parse(read("attestation.json"));
    Dsse envelope = ((Bundle.Envelope) attestation.content()).dsse();
    assertTrue(envelope.signedBy(publicKey));
    assertTrue(Statement.of(envelope).names(Hashes.sha256Digest(read("artifact"))));
    assertEquals(
        new String(read("attestation.json"), StandardCharsets.UTF_8), text(attestation.write()));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  // P-384 and P-521 are left out: cosign 3.1.2 verifies them with SHA-256, its own signatures too.
  @ParameterizedTest
  @EnumSource(names = {"ECDSA_P256", "RSA", "ED25519"})
  void itOpensOurKeyAndVerifiesOurSignatures(KeyAlgorithm algorithm)
      throws IOException, InterruptedException {
    PrivateKey key = PrivateKey.generate(algorithm);
    String hint = Bundle.hintOf(key.publicKey());
    Files.write(folder.resolve("our.key"), EncryptedKeyFile.seal(key, PASSWORD));
    Files.writeString(folder.resolve("our.pub"), key.publicKey().pem());
    succeeds("public-key", "--key", "our.key");
    assertTrue(output().contains(key.publicKey().pem()), output());

    byte[] artifact = read("artifact");
    Files.write(
        folder.resolve("blob.json"),
        Bundle.forMessage(hint, Hashes.sha256Digest(artifact), key.sign(artifact)).write());
    Statement statement =
        Statement.create(
            List.of(Statement.Subject.of("artifact", Hashes.sha256Digest(artifact))),
            PredicateTypes.COSIGN_CUSTOM_V1,
            PredicateTypes.custom("{}", "2026-11-22T00:00:00Z"));
    byte[] signature = key.sign(Dsse.pae(Dsse.IN_TOTO, statement.payload()));
    Dsse envelope =
        Dsse.of(Dsse.IN_TOTO, statement.payload(), List.of(Dsse.Signature.of(signature)));
    Files.write(folder.resolve("attestation.json"), Bundle.forDsse(hint, envelope).write());

    String[] blob = {
      "verify-blob",
      "--key",
      "our.pub",
      "--bundle",
      "blob.json",
      "--insecure-ignore-tlog",
      "artifact"
    };
    String[] attestation = {
      "verify-blob-attestation",
      "--key",
      "our.pub",
      "--bundle",
      "attestation.json",
      "--insecure-ignore-tlog",
      "--type",
      "custom",
      "artifact"
    };
    succeeds(blob);
    succeeds(attestation);
    Files.writeString(folder.resolve("artifact"), "another artifact\n");
    assertNotEquals(0, run(blob));
    assertNotEquals(0, run(attestation));
  }
}
