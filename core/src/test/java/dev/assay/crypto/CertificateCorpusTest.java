package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Certificates that others have issued. */
class CertificateCorpusTest {

  private static final Pattern RAW = Pattern.compile("\"rawBytes\"\\s*:\\s*\"(M[^\"]+)\"");

  private static List<Certificate> certificates(Path file) throws IOException {
    List<Certificate> out = new ArrayList<>();
    Matcher m = RAW.matcher(Files.readString(file, StandardCharsets.UTF_8));
    while (m.find()) {
      try {
        out.add(Certificate.parse(Base64s.decode(m.group(1))));
      } catch (AssayException e) {
        assertEquals(Code.BAD_CERTIFICATE, e.code()); // a public key
      }
    }
    return out;
  }

  private static Map<String, PublicKey> keys(Path file) throws IOException {
    Map<String, PublicKey> out = new HashMap<>();
    Matcher m = RAW.matcher(Files.readString(file, StandardCharsets.UTF_8));
    while (m.find()) {
      try {
        PublicKey key = PublicKey.fromSpki(Base64s.decode(m.group(1)));
        out.put(key.id().hex(), key);
      } catch (AssayException e) {
        assertEquals(Code.KEY_UNREADABLE, e.code()); // a certificate
      }
    }
    return out;
  }

  private static List<Certificate> of(List<Certificate> all, boolean roots) {
    return all.stream().filter(c -> c.isCa() && c.selfSigned() == roots).toList();
  }

  /** The leaf's path and the logs that vouch for it, in the trust root of the public instance. */
  @Test
  void publicLeavesLeadToThePublicRootAndAreLogged() throws Exception {
    Path corpus = CertificateTest.corpus();
    Path root = corpus.resolve("sigstore-root/trusted_root.json");
    List<Certificate> authorities = certificates(root);
    Map<String, PublicKey> logs = keys(root);
    PathCache cache = new PathCache();
    int leaves = 0;
    int trusted = 0;
    List<Path> files;
    try (Stream<Path> walk = Files.walk(corpus.resolve("sigstore-conformance"))) {
      files = walk.filter(f -> f.endsWith("bundle.sigstore.json")).sorted().toList();
    }
    for (Path file : files) {
      String name = String.valueOf(file.getParent());
      Optional<Certificate> found = Optional.empty();
      for (Certificate certificate : certificates(file)) {
        found = found.isEmpty() && !certificate.isCa() ? Optional.of(certificate) : found;
      }
      if (found.isEmpty() || found.get().alternativeNames().isEmpty()) {
        continue;
      }
      Certificate leaf = found.get();
      leaves++;
      CertificatePath.Result result =
          CertificatePath.build(
              leaf,
              of(authorities, false),
              of(authorities, true),
              leaf.notBefore(),
              Purpose.CODE_SIGNING,
              cache);
      if (!result.trusted()) {
        assertEquals(Code.CERTIFICATE_UNTRUSTED, result.failure().orElseThrow().code(), name);
        continue;
      }
      trusted++;
      assertTrue(FulcioClaims.of(leaf).issuer().orElseThrow().startsWith("https://"), name);
      List<SignedCertificateTimestamps.Sct> scts = SignedCertificateTimestamps.read(leaf);
      boolean logged = false;
      for (SignedCertificateTimestamps.Sct sct : scts) {
        PublicKey log = logs.get(dev.assay.bytes.Hex.encode(sct.logId()));
        logged |=
            log != null && SignedCertificateTimestamps.verify(sct, leaf, result.path().get(1), log);
        // Its own issuer's key is part of what was signed.
        assertFalse(
            log != null
                && SignedCertificateTimestamps.verify(sct, leaf, result.path().get(2), log));
      }
      assertTrue(logged, name);
    }
    assertTrue(leaves > 30 && trusted > 20, leaves + " leaves, " + trusted + " trusted");
    assertEquals(1, cache.size(), "one intermediate by one root");
  }

  @Test
  void extensionsOfAStaticLogAreSigned() throws Exception {
    Path folder =
        CertificateTest.corpus().resolve("sigstore-conformance/bundle-with-sct-with-extensions");
    List<Certificate> authorities = certificates(folder.resolve("trusted_root.json"));
    Map<String, PublicKey> logs = keys(folder.resolve("trusted_root.json"));
    Certificate leaf = certificates(folder.resolve("bundle.sigstore.json")).getFirst();
    CertificatePath.Result result =
        CertificatePath.build(
            leaf,
            of(authorities, false),
            of(authorities, true),
            leaf.notBefore(),
            Purpose.CODE_SIGNING);
    assertTrue(result.trusted(), () -> result.failure().toString());
    SignedCertificateTimestamps.Sct sct = SignedCertificateTimestamps.read(leaf).getFirst();
    assertTrue(sct.extensions().length > 0);
    assertTrue(
        SignedCertificateTimestamps.verify(
            sct,
            leaf,
            result.path().get(1),
            Objects.requireNonNull(logs.get(dev.assay.bytes.Hex.encode(sct.logId())))));
  }

  @Test
  void aGithubLeafSaysWhatWasBuilt() throws Exception {
    Certificate leaf =
        certificates(
                CertificateTest.corpus()
                    .resolve("gh-attestation/reusable-workflow-attestation.sigstore.json"))
            .getFirst();
    Map<String, String> claims = FulcioClaims.of(leaf).claims();
    assertTrue(claims.containsKey("buildSignerUri") && claims.containsKey("runnerEnvironment"));
    assertTrue(claims.getOrDefault("sourceRepositoryUri", "").startsWith("https://github.com/"));
  }

  /** The device's certificate by a root of the vendor, as far as the rules of a path go. */
  @Test
  void attestationsOfTokensAreSignedByTheirDevices() throws Exception {
    Path folder = CertificateTest.corpus().resolve("yubikey-attestation");
    List<Path> keys;
    try (Stream<Path> list = Files.list(folder)) {
      keys = list.filter(f -> f.toString().contains("_key_")).sorted().toList();
    }
    int signed = 0;
    for (Path file : keys) {
      String serial = file.getFileName().toString().split("_")[0];
      Path device = folder.resolve(serial + "_device_0.pem");
      if (!Files.exists(device)) {
        continue;
      }
      try {
        Certificate attested = Certificate.fromPem(Files.readAllBytes(file)).getFirst();
        Certificate by = Certificate.fromPem(Files.readAllBytes(device)).getFirst();
        signed += attested.signedBy(by.key()) ? 1 : 0;
      } catch (AssayException e) {
        assertTrue(e.code() == Code.BAD_CERTIFICATE || e.code() == Code.KEY_UNSUPPORTED);
      }
    }
    assertTrue(signed > 10, signed + " of " + keys.size());
  }
}
