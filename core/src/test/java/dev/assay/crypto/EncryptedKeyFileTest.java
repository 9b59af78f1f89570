package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncryptedKeyFileTest {

  private static final byte[] PASSWORD = {'x'};

  private static byte[] resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(EncryptedKeyFileTest.class.getResourceAsStream("/cosign/" + name))) {
      return in.readAllBytes();
    }
  }

  private static void refused(Code code, byte[] file, byte[] password) {
    AssayException e =
        assertThrows(AssayException.class, () -> EncryptedKeyFile.open(file, password));
    assertEquals(code, e.code(), e.getMessage());
  }

  // The file's JSON, changed.
  private static byte[] edited(byte[] file, UnaryOperator<String> change) {
    String json = new String(Pem.parse(file).content(), StandardCharsets.UTF_8);
    String changed = change.apply(json);
    assertFalse(changed.equals(json), json);
    return new Pem("ENCRYPTED SIGSTORE PRIVATE KEY", changed.getBytes(StandardCharsets.UTF_8))
        .write()
        .getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cosign", "p384", "p521", "rsa", "ed"})
  void cosignsKeyFilesOpen(String name) throws IOException {
    PrivateKey key = EncryptedKeyFile.open(resource(name + ".key"), PASSWORD);
    assertEquals(PublicKey.fromPem(resource(name + ".pub")), key.publicKey());
    assertArrayEquals(
        resource(name + ".pub"), key.publicKey().pem().getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void theOlderLabelIsRead() throws IOException {
    byte[] older =
        new String(resource("cosign.key"), StandardCharsets.US_ASCII)
            .replace("SIGSTORE", "COSIGN")
            .getBytes(StandardCharsets.US_ASCII);
    assertTrue(EncryptedKeyFile.isOne(older));
    EncryptedKeyFile.open(older, PASSWORD);
  }

  @Test
  void aKeyFileWeWroteHasTheFormOfCosigns() throws IOException {
    PrivateKey key = EncryptedKeyFile.open(resource("cosign.key"), PASSWORD);
    String json = new String(Pem.parse(resource("cosign.key")).content(), StandardCharsets.UTF_8);
    byte[] salt = Base64s.decode(json.replaceAll(".*\"salt\":\"([^\"]*)\".*", "$1"));
    byte[] nonce = Base64s.decode(json.replaceAll(".*\"nonce\":\"([^\"]*)\".*", "$1"));
    assertArrayEquals(resource("cosign.key"), EncryptedKeyFile.seal(key, PASSWORD, salt, nonce));
  }

  @Test
  void aKeySurvives() {
    PrivateKey key = PublicKeyTest.key(KeyAlgorithm.ML_DSA_65);
    byte[] file = EncryptedKeyFile.seal(key, PASSWORD);
    assertEquals(key.publicKey(), EncryptedKeyFile.open(file, PASSWORD).publicKey());
    assertFalse(Arrays.equals(file, EncryptedKeyFile.seal(key, PASSWORD)));
    assertFalse(EncryptedKeyFile.isOne(key.pem()));
  }

  @Test
  void anotherPasswordDoesNotOpenIt() throws IOException {
    refused(Code.KEY_PASSWORD, resource("cosign.key"), new byte[] {'y'});
    refused(Code.KEY_PASSWORD, resource("cosign.key"), new byte[0]);
  }

  @Test
  void aChangedBoxDoesNotOpen() throws IOException {
    byte[] file = resource("cosign.key");
    Random random = new Random(7);
    for (int i = 0; i < 8; i++) {
      byte[] changed =
          edited(
              file,
              json -> {
                String box = json.replaceAll(".*\"ciphertext\":\"([^\"]*)\".*", "$1");
                byte[] bytes = Base64s.decode(box);
                int bit = random.nextInt(bytes.length * 8);
                bytes[bit / 8] ^= (byte) (1 << bit % 8);
                return json.replace(box, Base64s.encode(bytes));
              });
      refused(Code.KEY_PASSWORD, changed, PASSWORD);
    }
    refused(
        Code.KEY_PASSWORD,
        edited(file, j -> j.replaceAll("\"ciphertext\":\"[^\"]*\"", "\"ciphertext\":\"AAAA\"")),
        PASSWORD);
  }

  // Nothing is derived before these are seen: a file could ask for hours and gigabytes.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"N\":16384",
        "\"N\":262144",
        "\"N\":1073741824",
        "\"N\":65537",
        "\"N\":0",
        "\"N\":-65536",
        "\"N\":9223372036854775807"
      })
  void anotherWorkFactorIsRefused(String n) throws IOException {
    refused(
        Code.KEY_UNSUPPORTED,
        edited(resource("cosign.key"), j -> j.replace("\"N\":65536", n)),
        PASSWORD);
  }

  @Test
  void otherParametersAreRefused() throws IOException {
    byte[] file = resource("cosign.key");
    for (String[] change :
        new String[][] {
          {"\"r\":8", "\"r\":1024"},
          {"\"p\":1", "\"p\":64"},
          {"\"scrypt\"", "\"none\""},
          {"nacl/secretbox", "aes"},
        }) {
      refused(Code.KEY_UNSUPPORTED, edited(file, j -> j.replace(change[0], change[1])), PASSWORD);
    }
    for (String[] change :
        new String[][] {
          {"\"salt\":\"", "\"salt\":\"AAAA"},
          {"\"nonce\":\"", "\"nonce\":\"AAAA"},
          {"{\"kdf\"", "{\"more\":1,\"kdf\""},
          {"\"cipher\"", "\"kdf\":{},\"cipher\""},
          {"\"p\":1", "\"p\":1,\"q\":1"},
          {"}", ""},
        }) {
      refused(Code.KEY_UNREADABLE, edited(file, j -> j.replace(change[0], change[1])), PASSWORD);
    }
  }

  @Test
  void aTruncatedFileIsRefused() throws IOException {
    byte[] file = resource("cosign.key");
    for (int length = 0; length < file.length - 1; length++) {
      refused(Code.KEY_UNREADABLE, Arrays.copyOf(file, length), PASSWORD);
    }
  }

  @Test
  void aSealedThingThatIsNoKeyIsRefused() {
    byte[] salt = new byte[32];
    byte[] nonce = new byte[24];
    byte[] derived =
        org.bouncycastle.crypto.generators.SCrypt.generate(PASSWORD, salt, 1 << 15, 8, 1, 32);
    String json =
        "{\"kdf\":{\"name\":\"scrypt\",\"params\":{\"N\":32768,\"r\":8,\"p\":1},\"salt\":\""
            + Base64s.encode(salt)
            + "\"},\"cipher\":{\"name\":\"nacl/secretbox\",\"nonce\":\""
            + Base64s.encode(nonce)
            + "\"},\"ciphertext\":\""
            + Base64s.encode(SecretBox.seal(new byte[100], nonce, derived))
            + "\"}";
    byte[] file =
        new Pem("ENCRYPTED SIGSTORE PRIVATE KEY", json.getBytes(StandardCharsets.UTF_8))
            .write()
            .getBytes(StandardCharsets.UTF_8);
    refused(Code.KEY_UNREADABLE, file, PASSWORD);
  }
}
