package dev.assay.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.SignatureScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Trust roots: those in use, and those nobody may use. */
class TrustRootReaderTest {

  private static final String SHIPPED = Text.utf8(PublicGood.trustedRoot());

  private static void refused(String document, String place) {
    AssayException e =
        assertThrows(AssayException.class, () -> TrustRootReader.read(Text.utf8(document)));
    assertEquals(Code.BAD_TRUST_ROOT, e.code());
    assertTrue(String.valueOf(e.getMessage()).contains(place), e.getMessage());
  }

  private static void refused(String what, String by, String place) {
    assertTrue(SHIPPED.contains(what), what);
    int at = SHIPPED.indexOf(what);
    refused(SHIPPED.substring(0, at) + by + SHIPPED.substring(at + what.length()), place);
  }

  private static List<Path> all() throws IOException {
    Path corpus = Corpus.folder("sigstore-conformance").getParent();
    try (Stream<Path> walk = Files.walk(corpus)) {
      return walk.filter(p -> p.getFileName().toString().equals("trusted_root.json")).toList();
    }
  }

  @Test
  void everyTrustRootOfTheCorpusIsRead() throws IOException {
    List<Path> files = all();
    assertTrue(files.size() >= 28, files.toString());
    for (Path file : files) {
      byte[] document = Files.readAllBytes(file);
      for (TrustRoot root : TrustRootReader.readAll(document)) {
        byte[] written = TrustRootWriter.write(root);
        assertArrayEquals(
            written, TrustRootWriter.write(TrustRootReader.read(written)), file.toString());
        assertFalse(root.authorities().isEmpty());
        root.authorities().forEach(a -> assertTrue(a.root().selfSigned(), file.toString()));
      }
      TrustRoot known = TrustRootReader.readAllKnown(document).getFirst();
      assertArrayEquals(
          TrustRootWriter.write(TrustRootReader.readAll(document).getFirst()),
          TrustRootWriter.write(known));
    }
  }

  @Test
  void thePublicGoodRootSaysWhoIsTrusted() {
    TrustRoot root = TrustRootReader.read(PublicGood.trustedRoot());
    assertEquals(2, root.logs().size());
    TrustRoot.Log rekor = root.logs().getFirst();
    assertEquals(rekor.key().id().hex(), rekor.id().hex());
    assertEquals("rekor.sigstore.dev", rekor.host());
    assertEquals(Optional.of(Instant.parse("2021-01-12T11:53:27Z")), rekor.validFor().start());
    assertEquals(SignatureScheme.ED25519, root.logs().getLast().scheme());
    assertEquals(2, root.authorities().size());
    assertEquals(
        Optional.of(Instant.parse("2022-12-31T23:59:59.999Z")),
        root.authorities().getFirst().validFor().end());
    assertEquals(2, root.certificateLogs().size());
    assertEquals(1, root.timestampAuthorities().size());
  }

  @Test
  void aLogWithoutAStartHasNone() throws IOException {
    Path file =
        Corpus.folder("sigstore-conformance")
            .resolve("trust-root-tlog-missing-validity-start_fail/trusted_root.json");
    TrustRoot root = TrustRootReader.read(Files.readAllBytes(file));
    assertTrue(root.logs().stream().anyMatch(l -> l.validFor().start().isEmpty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "application/vnd.dev.sigstore.trustedroot.v0.1+json",
        "application/vnd.dev.sigstore.trustedroot.v0.2+json"
      })
  void theMediaTypesInUseAreRead(String mediaType) {
    TrustRootReader.read(Text.utf8(SHIPPED.replace(TrustRootReader.MEDIA_TYPE_V01, mediaType)));
  }

  @Test
  void whatVersionTwoAddsIsKept() {
    String more =
        SHIPPED.replaceFirst(
            "\"logId\":",
            "\"checkpointKeyId\":{\"keyId\":\"AAECAw==\"},\"operator\":\"somebody\",\"logId\":");
    TrustRoot.Log log = TrustRootReader.read(Text.utf8(more)).logs().getFirst();
    assertEquals("00010203", log.checkpointKeyId().orElseThrow().hex());
    assertEquals("operator somebody", log.party());
  }

  @Test
  void severalRootsStandOnALineEach() {
    List<TrustRoot> roots = TrustRootReader.readAll(Text.utf8(SHIPPED + "\n\n" + SHIPPED + "\r\n"));
    assertEquals(2, roots.size());
    AssayException e =
        assertThrows(
            AssayException.class,
            () -> TrustRootReader.readAll(Text.utf8(SHIPPED + "\n{\"mediaType\":\"x\"}\n")));
    assertTrue(String.valueOf(e.getMessage()).startsWith("document 2: "), e.getMessage());
    assertThrows(
        AssayException.class,
        () -> TrustRootReader.readAll(Text.utf8((SHIPPED + "\n").repeat(17))));
    assertThrows(AssayException.class, () -> TrustRootReader.readAll(new byte[0]));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "version=0.1 | version=0.9 | trusted root.mediaType",
        "SHA2_256 | SHA2_512 | trusted root.tlogs[0].hashAlgorithm",
        "\"hashAlgorithm\" | \"more\":1,\"hashAlgorithm\" | trusted root.tlogs[0]",
        "\"hashAlgorithm\" | \"hash_algorithm\" | trusted root.tlogs[0].hashAlgorithm",
        "PKIX_ECDSA_P256_SHA_256 | PKIX_ED25519 | trusted root.tlogs[0].publicKey",
        "PKIX_ECDSA_P256_SHA_256 | PKIX_ECDSA_P384_SHA_384 | trusted root.tlogs[0].publicKey",
        "PKIX_ECDSA_P256_SHA_256 | LMS_SHA256 | trusted root.tlogs[0].publicKey",
        "MFkwEwYHKoZIzj0C | MFkwEwYHKoZIzj0D | trusted root.tlogs[0].publicKey",
        "MFkwEwYHKoZIzj0C | MFkw*wYHKoZIzj0C | trusted root.tlogs[0].publicKey.rawBytes",
        "2021-01-12T11:53:27Z | 2021-01-12 | trusted root.tlogs[0].publicKey.validFor.start",
        "MIIB+DCCAX6g | MIIB+DCCAX6h | trusted root.certificateAuthorities[0].certChain",
        "2022-12-31T23:59:59.999Z | 2012-12-31T23:59:59.999Z |"
            + " trusted root.certificateAuthorities[0].validFor",
        "\"mediaType\" | \"tlogs\":[],\"mediaType\" | trusted root",
        "wNI9atQGlz+VWfO6LRygH4QUfY/8W4RFwiT5i5WRgB0= | '' | trusted root.tlogs[0].logId.keyId"
      })
  void whatIsWrongIsRefusedByItsPlace(String what, String by, String place) {
    refused(what, by, place);
  }

  @Test
  void anAuthorityWithoutCertificatesIsRefused() {
    refused(
        "{\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;version=0.1\","
            + "\"certificateAuthorities\":[{\"certChain\":{\"certificates\":[]}}]}",
        "certChain.certificates");
  }

  @Test
  void countsAreBounded() {
    String log = SHIPPED.substring(SHIPPED.indexOf("{\"baseUrl\""), SHIPPED.indexOf("},{") + 1);
    refused(
        "{\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;version=0.1\",\"tlogs\":["
            + (log + ",").repeat(256)
            + log
            + "]}",
        "257 elements");
  }

  @Test
  void aKeyThatIsReadLateIsRefusedLate() {
    String bad = SHIPPED.replaceFirst("MFkwEwYHKoZIzj0C", "MFkwEwYHKoZIzj0D");
    TrustRoot root = TrustRootReader.readKnown(Text.utf8(bad));
    AssayException e = assertThrows(AssayException.class, () -> root.logs().getFirst().key());
    assertEquals(Code.BAD_TRUST_ROOT, e.code());
  }

  @Test
  void keysOfEveryKindAreWrittenAndRead() {
    for (KeyAlgorithm algorithm : KeyAlgorithm.values()) {
      if (algorithm == KeyAlgorithm.RSA) {
        continue;
      }
      TrustRoot.Log log =
          new TrustRoot.Log(
              "log.example.com",
              PrivateKey.generate(algorithm).publicKey(),
              SignatureScheme.usual(algorithm),
              LogId.of(new byte[] {1, 2, 3, 4}),
              Window.ALWAYS,
              Optional.of("us"));
      TrustRoot root = TrustRootWriter.assemble(List.of(log), List.of(), List.of(), List.of());
      TrustRoot again = TrustRootReader.read(TrustRootWriter.write(root));
      assertEquals(root.digest(), again.digest());
      assertEquals(log.key(), again.logs().getFirst().key());
      assertEquals(log.scheme(), again.logs().getFirst().scheme());
      assertEquals(log.id(), again.logs().getFirst().id());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2021-12-18T13:28:12.99008-06:00, 2021-12-18T19:28:12.990080Z",
    "2022-11-10T21:58:09.733402317Z, 2022-11-10T21:58:09.733402317Z",
    "2024-02-29T23:59:59+00:30, 2024-02-29T23:29:59Z",
    "0000-01-01T00:00:00Z, 0000-01-01T00:00:00Z"
  })
  void timesAreRead(String text, Instant time) {
    assertEquals(Optional.of(time), Rfc3339.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2021-12-18",
        "2021-12-18T13:28:12",
        "2021-12-18t13:28:12Z",
        "2021-12-18T13:28:12z",
        "2021-12-18 13:28:12Z",
        "2021-12-18T24:00:00Z",
        "2021-12-18T13:28:60Z",
        "2021-02-29T13:28:12Z",
        "2021-00-18T13:28:12Z",
        "2021-12-18T13:28:12.Z",
        "2021-12-18T13:28:12.1234567890Z",
        "2021-12-18T13:28:12+0600",
        "2021-12-18T13:28:12+24:00",
        "2021-12-18T13:28:12Zx",
        "+021-12-18T13:28:12Z",
        "2021-12-18T13:28:1\u0661Z"
      })
  void whatIsNoTimeIsNotRead(String text) {
    assertEquals(Optional.empty(), Rfc3339.parse(text));
  }
}
