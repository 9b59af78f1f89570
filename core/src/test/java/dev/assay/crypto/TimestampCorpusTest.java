package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Tokens that authorities of others made, in the bundles of others. */
class TimestampCorpusTest {

  private static Path corpus() {
    String set = System.getProperty("ASSAY_CORPUS", System.getenv("ASSAY_CORPUS"));
    Path folder =
        set != null
            ? Path.of(set)
            : Path.of(System.getProperty("assay.root", "..")).resolve("../shared/corpus");
    Assumptions.assumeTrue(Files.isDirectory(folder), () -> "no corpus: " + folder);
    return folder;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Stamped(String name, byte[] response, byte[] message, Path folder) {}

  private record Authority(List<Certificate> chain, Optional<Instant> end) {}

  private static Fields json(byte[] document) {
    JsonReader reader = new JsonReader(document, 1 << 22);
    Json value = reader.value();
    reader.finish();
    return Fields.of(value, "");
  }

  private static List<Stamped> stamped(Path folder, byte[] document) {
    List<Stamped> out = new ArrayList<>();
    Fields bundle = json(document);
    Optional<Fields> data =
        bundle
            .optionalObject("verificationMaterial")
            .flatMap(m -> m.optionalObject("timestampVerificationData"));
    if (data.isEmpty() || !data.get().has("rfc3161Timestamps")) {
      return out;
    }
    byte[] message =
        bundle
            .optionalObject("messageSignature")
            .map(m -> m.base64("signature"))
            .orElseGet(() ->
                bundle.object("dsseEnvelope").objects("signatures", 9).getFirst().base64("sig"));
    for (Fields timestamp : data.get().objects("rfc3161Timestamps", 32)) {
      out.add(
          new Stamped(
              String.valueOf(folder.getFileName()),
              timestamp.base64("signedTimestamp"),
              message,
              folder));
    }
    return out;
  }

  private static List<Stamped> conformance() throws IOException {
    List<Stamped> out = new ArrayList<>();
    try (Stream<Path> all = Files.walk(corpus().resolve("sigstore-conformance"))) {
      for (Path file : all.filter(p -> p.endsWith("bundle.sigstore.json")).sorted().toList()) {
        out.addAll(stamped(file.resolveSibling(".").normalize(), Files.readAllBytes(file)));
      }
    }
    return out;
  }

  private static List<Authority> authorities(Path folder) throws IOException {
    Path own = folder.resolve("trusted_root.json");
    Path file =
        Files.exists(own) ? own : corpus().resolve("sigstore-root").resolve("trusted_root.json");
    List<Authority> out = new ArrayList<>();
    for (Fields authority : json(Files.readAllBytes(file)).objects("timestampAuthorities", 9)) {
      List<Certificate> chain = new ArrayList<>();
      for (Fields certificate : authority.object("certChain").objects("certificates", 9)) {
        chain.add(Certificate.parse(certificate.base64("rawBytes")));
      }
      out.add(new Authority(chain, authority.object("validFor").optionalTime("end")));
    }
    return out;
  }

  @Test
  void conformanceTokens() throws IOException {
    int seen = 0;
    for (Stamped stamped : conformance()) {
      Timestamp read = Timestamp.parse(stamped.response());
      List<Authority> authorities = authorities(stamped.folder());
      Authority by = authorities.getFirst();
      for (Authority authority : authorities) {
        if (read.signedBy(authority.chain().getFirst())) {
          by = authority;
        }
      }
      TimestampAuthorityCheck.Outcome outcome =
          TimestampAuthorityCheck.check(read, by.chain(), stamped.message());
      if (stamped.name().equals("rekor2-timestamp-outside-tsa-cert-validity_fail")) {
        assertEquals(Optional.of(Code.CERTIFICATE_EXPIRED), outcome.code(), stamped.name());
      } else if (stamped.name().contains("-mismatch-sig_fail")
          || stamped.name().contains("-invalid-sig_fail")) {
        // The signature may have been replaced before or after it was stamped.
        assertEquals(read.covers(stamped.message()), outcome.passed(), stamped.name());
      } else {
        assertTrue(outcome.passed(), stamped.name() + ": " + outcome.detail());
        boolean outside = by.end().isPresent() && read.time().isAfter(by.end().get());
        assertEquals(
            stamped.name().equals("rekor2-timestamp-outside-trust-root-tsa-validity_fail"),
            outside,
            stamped.name());
      }
      seen++;
    }
    assertTrue(seen >= 20, "only " + seen + " tokens");
  }

  @Test
  void anotherAuthoritysTokensDoNotCount() throws IOException {
    List<Stamped> all = conformance();
    List<Authority> local =
        authorities(
            corpus().resolve("sigstore-conformance/rekor2-timestamp-with-expired-cert-chain"));
    int refused = 0;
    for (Stamped stamped : all) {
      Timestamp read = Timestamp.parse(stamped.response());
      for (Authority authority : local) {
        if (!read.signedBy(authority.chain().getFirst())) {
          assertEquals(
              Optional.of(Code.TIMESTAMP_UNTRUSTED),
              TimestampAuthorityCheck.check(read, authority.chain(), stamped.message()).code());
          refused++;
        }
      }
    }
    assertTrue(refused >= 20);
  }

  @Test
  void gitHubsTokensAreRead() throws IOException {
    Path file =
        corpus()
            .resolve("gh-attestation")
            .resolve("github_provenance_demo-0.0.12-py3-none-any-bundle.jsonl");
    int seen = 0;
    for (String line : Files.readAllLines(file)) {
      for (Stamped stamped :
          stamped(file, line.getBytes(java.nio.charset.StandardCharsets.UTF_8))) {
        Timestamp read = Timestamp.parse(stamped.response());
        assertTrue(read.covers(stamped.message()));
        assertEquals(Instant.parse("2024-04-22T17:33:26Z"), read.time());
        assertTrue(read.signerName().endsWith("of CN=TSA intermediate,O=GitHub\\, Inc."));
        assertTrue(read.embedded().isEmpty());
        seen++;
      }
    }
    assertEquals(1, seen);
  }

  @Test
  void noFlippedBitOfARealTokenIsAccepted() throws IOException {
    Stamped stamped =
        conformance().stream()
            .filter(s -> s.name().equals("rekor2-timestamp-without-embedded-cert"))
            .findFirst()
            .orElseThrow();
    Timestamp read = Timestamp.parse(stamped.response());
    for (Authority authority : authorities(stamped.folder())) {
      Certificate leaf = authority.chain().getFirst();
      if (read.signedBy(leaf)) {
        TimestampTest.assertNoFlipIsAccepted(stamped.response(), leaf);
        return;
      }
    }
    throw new AssertionError("no authority signed " + Base64s.encode(stamped.response()));
  }
}
