package dev.assay.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a TPM in software says of its keys, by tpm2-tools. */
class TpmTest {

  private static final String GOOD = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign";

  @TempDir Path folder;
  private Optional<Process> tpm = Optional.empty();

  @BeforeEach
  void start() throws Exception {
    Path swtpm = Peers.swtpm();
    Files.createDirectories(folder.resolve("state"));
    tpm =
        Optional.of(
            new ProcessBuilder(
                    swtpm.toString(),
                    "socket",
                    "--tpm2",
                    "--tpmstate",
                    "dir=" + folder.resolve("state"),
                    "--server",
                    "type=unixio,path=" + folder.resolve("s"),
                    "--ctrl",
                    "type=unixio,path=" + folder.resolve("s.ctrl"),
                    "--flags",
                    "not-need-init,startup-clear")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("swtpm.log").toFile())
                .start());
    for (int i = 0; i < 100 && !Files.exists(folder.resolve("s")); i++) {
      Thread.sleep(50);
    }
    tool("tpm2_createek", "-c", "ek.ctx", "-G", "ecc", "-u", "ek.pub");
    tool("tpm2_createprimary", "-C", "o", "-c", "primary.ctx");
  }

  @AfterEach
  void end() throws InterruptedException {
    if (tpm.isPresent()) {
      tpm.get().destroy();
      tpm.get().waitFor(10, TimeUnit.SECONDS);
    }
  }

  private Run run(String... words) throws Exception {
    Map<String, String> environment = new HashMap<>();
    environment.put("TPM2TOOLS_TCTI", "swtpm:path=" + folder.resolve("s"));
    environment.put("HOME", folder.resolve("home").toString());
    return Run.of(folder, environment, List.of(words));
  }

  // Without a resource manager each command leaves what it loaded.
  private void tool(String... words) throws Exception {
    run(words).expect(0);
    run("tpm2_flushcontext", "-t").expect(0);
  }

  private void ak(String name, String algorithm, String scheme) throws Exception {
    tool(
        "tpm2_createak",
        "-C",
        "ek.ctx",
        "-c",
        name + ".ctx",
        "-G",
        algorithm,
        "-g",
        "sha256",
        "-s",
        scheme,
        "-u",
        name + ".pem",
        "-f",
        "pem",
        "-n",
        name + ".name");
  }

  private void key(String name, String algorithm, String attributes) throws Exception {
    tool(
        "tpm2_create",
        "-C",
        "primary.ctx",
        "-G",
        algorithm,
        "-u",
        name + ".pub",
        "-r",
        name + ".priv",
        "-a",
        attributes);
    tool(
        "tpm2_load",
        "-C",
        "primary.ctx",
        "-u",
        name + ".pub",
        "-r",
        name + ".priv",
        "-c",
        name + ".ctx");
    tool("tpm2_readpublic", "-c", name + ".ctx", "-f", "pem", "-o", name + ".pem");
  }

  private void certify(String key, String ak, String... more) throws Exception {
    List<String> words =
        new ArrayList<>(
            List.of(
                "tpm2_certify",
                "-c",
                key + ".ctx",
                "-C",
                ak + ".ctx",
                "-g",
                "sha256",
                "-o",
                key + ".attest",
                "-s",
                key + ".sig"));
    words.addAll(List.of(more));
    tool(words.toArray(String[]::new));
  }

  private Run verify(String attest, String signature, String object, String ak, String key)
      throws Exception {
    return run(
        Peers.assay().toString(),
        "key",
        "attestation",
        "verify",
        "--tpm-certify",
        attest,
        "--tpm-signature",
        signature,
        "--tpm-public",
        object,
        "--ak",
        ak,
        "--public-key",
        key);
  }

  private Run verify(String key, String ak) throws Exception {
    return verify(key + ".attest", key + ".sig", key + ".pub", ak + ".pem", key + ".pem");
  }

  @Test
  void whatATpmCertifiesIsProven() throws Exception {
    ak("ak", "ecc", "ecdsa");
    key("key", "ecc256:ecdsa-sha256", GOOD);
    certify("key", "ak");
    verify("key", "ak").expect(0).says("PROVEN").says("cannot leave that TPM");
    // The plain form of the signature.
    certify("key", "ak", "-f", "plain");
    verify("key", "ak").expect(0);
    ak("rsa", "rsa", "rsassa");
    key("big", "rsa2048:rsassa-sha256:null", GOOD);
    certify("big", "rsa");
    verify("big", "rsa").expect(0);
  }

  @Test
  void whatItDoesNotSayIsRefused() throws Exception {
    ak("ak", "ecc", "ecdsa");
    ak("stranger", "ecc", "ecdsa");
    key("key", "ecc256:ecdsa-sha256", GOOD);
    key("loose", "ecc256:ecdsa-sha256", "sensitivedataorigin|userwithauth|sign");
    certify("key", "ak");
    certify("loose", "ak");
    refused("ASY1221", verify("loose", "ak"));
    refused("ASY1201", verify("key", "stranger"));
    refused("ASY1220", verify("loose.attest", "loose.sig", "key.pub", "ak.pem", "key.pem"));
    refused("ASY1220", verify("key.attest", "key.sig", "key.pub", "ak.pem", "loose.pem"));
    // A quote is signed by the same key, and says nothing of a key.
    tool(
        "tpm2_quote",
        "-c",
        "ak.ctx",
        "-l",
        "sha256:0",
        "-q",
        "00",
        "-m",
        "quote.msg",
        "-s",
        "quote.sig",
        "-g",
        "sha256");
    refused("ASY1218", verify("quote.msg", "quote.sig", "key.pub", "ak.pem", "key.pem"));
    change("key.attest", 60);
    refused("ASY12", verify("key", "ak"));
  }

  private void change(String name, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve(name));
    bytes[at] ^= 1;
    Files.write(folder.resolve(name), bytes);
  }

  private static void refused(String code, Run run) {
    run.expect(1).says(code);
  }
}
