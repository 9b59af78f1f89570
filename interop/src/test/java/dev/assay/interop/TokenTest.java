package dev.assay.interop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a token signs by Assay, cosign verifies. */
class TokenTest {

  private static final List<String> MODULES =
      List.of(
          "/usr/lib/softhsm/libsofthsm2.so",
          "/usr/lib64/softhsm/libsofthsm2.so",
          "/usr/local/lib/softhsm/libsofthsm2.so",
          "/opt/homebrew/lib/softhsm/libsofthsm2.so");

  @TempDir Path folder;

  @Test
  void cosignVerifiesWhatSoftHsmSigned() throws Exception {
    String module = MODULES.stream().filter(m -> Files.exists(Path.of(m))).findFirst().orElse("");
    Assumptions.assumeFalse(module.isEmpty(), "SoftHSM is not installed: run interop/install");
    Workbench bench = Workbench.in(folder);
    Files.createDirectories(folder.resolve("tokens"));
    bench.write(
        "softhsm.conf",
        "directories.tokendir = " + folder.resolve("tokens") + "\nobjectstore.backend = file\n");
    bench.write("artifact", "content");
    Map<String, String> environment = new HashMap<>();
    environment.put("SOFTHSM2_CONF", folder.resolve("softhsm.conf").toString());
    environment.put("COSIGN_PKCS11_PIN", "1234");
    environment.put("COSIGN_PKCS11_MODULE_PATH", module);
    environment.put("HOME", folder.resolve("home").toString());
    Run.of(
            folder,
            environment,
            List.of(
                "softhsm2-util",
                "--init-token",
                "--free",
                "--label",
                "Release",
                "--pin",
                "1234",
                "--so-pin",
                "12345678"))
        .expect(0);
    String assay = Peers.assay().toString();
    String key = "pkcs11:token=Release;object=signing";
    Run.of(folder, environment, List.of(assay, "key", "generate", "token", "--key", key)).expect(0);
    Run.of(folder, environment, List.of(assay, "sign", "--key", key, "artifact")).expect(0);
    bench
        .cosign(
            "verify-blob",
            "--insecure-ignore-tlog",
            "--key",
            "token.pub",
            "--bundle",
            "artifact.sigstore.json",
            "artifact")
        .expect(0);
    bench.assay("verify", "--key", "token.pub", "artifact").expect(0);
  }
}
