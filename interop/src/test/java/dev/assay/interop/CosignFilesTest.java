package dev.assay.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and key files: what one writes, the other reads. */
class CosignFilesTest {

  @TempDir Path folder;

  @Test
  void filesSignedByOneAreVerifiedByTheOther() throws IOException, InterruptedException {
    Peers.cosign();
    Workbench bench = Workbench.in(folder);
    bench.cosign("generate-key-pair").expect(0);
    bench.write("pay.tar", "0123456789\n".repeat(1000));
    for (String key : List.of("release", "cosign")) {
      bothWays(bench, key);
    }
  }

  @Test
  void anImportedRsaKeyServesBoth()
      throws IOException, InterruptedException, NoSuchAlgorithmException {
    Peers.cosign();
    Workbench bench = Workbench.in(folder);
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(3072);
    byte[] pkcs8 = generator.generateKeyPair().getPrivate().getEncoded();
    bench.write(
        "rsa.pem",
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(pkcs8)
            + "\n-----END PRIVATE KEY-----\n");
    bench.cosign("import-key-pair", "--key", "rsa.pem", "--output-key-prefix", "rsa").expect(0);
    bench.write("pay.tar", "0123456789\n".repeat(1000));
    assertSamePublicKey(bench, "rsa");
    bothWays(bench, "rsa");
  }

  @Test
  void keyFilesAreTheSameToBoth() throws IOException, InterruptedException {
    Peers.cosign();
    Workbench bench = Workbench.in(folder);
    bench.cosign("generate-key-pair").expect(0);
    assertSamePublicKey(bench, "release");
    assertSamePublicKey(bench, "cosign");
    Map<String, String> wrong = Map.of("COSIGN_PASSWORD", "wrong");
    for (String key : List.of("release.key", "cosign.key")) {
      bench.run(Peers.assay(), List.of("key", "public", "--key", key), wrong).expect(2);
      assertNotEquals(
          0, bench.run(Peers.cosign(), List.of("public-key", "--key", key), wrong).status());
    }
  }

  private static void bothWays(Workbench bench, String key)
      throws IOException, InterruptedException {
    String ours = key + "-ours.json";
    String theirs = key + "-theirs.json";
    bench.assay("sign", "--key", key + ".key", "--bundle", ours, "pay.tar").expect(0);
    bench
        .cosign(
            "sign-blob",
            "--yes",
            "--key",
            key + ".key",
            "--tlog-upload=false",
            "--use-signing-config=false",
            "--bundle",
            theirs,
            "pay.tar")
        .expect(0);
    Path changed = bench.write("changed.tar", "x");
    Files.writeString(changed, Files.readString(bench.folder().resolve("pay.tar")) + "x");
    for (String bundle : List.of(ours, theirs)) {
      verifyByCosign(bench, key, bundle, "pay.tar").expect(0).says("Verified OK");
      verifyByAssay(bench, key, bundle, "pay.tar").expect(0);
      assertNotEquals(0, verifyByCosign(bench, key, bundle, "changed.tar").status());
      verifyByAssay(bench, key, bundle, "changed.tar").expect(1).says("ASY1103");
    }
  }

  private static Run verifyByAssay(Workbench bench, String key, String bundle, String file)
      throws IOException, InterruptedException {
    return bench.assay("verify", "--key", key + ".pub", "--bundle", bundle, file);
  }

  private static Run verifyByCosign(Workbench bench, String key, String bundle, String file)
      throws IOException, InterruptedException {
    return bench.cosign(
        "verify-blob", "--key", key + ".pub", "--insecure-ignore-tlog", "--bundle", bundle, file);
  }

  private static void assertSamePublicKey(Workbench bench, String key)
      throws IOException, InterruptedException {
    String file = Files.readString(bench.folder().resolve(key + ".pub")).strip();
    assertEquals(file, bench.assay("key", "public", "--key", key + ".key").expect(0).line());
    assertEquals(file, bench.cosign("public-key", "--key", key + ".key").expect(0).line());
  }
}
