package dev.assay.attest;

import static dev.assay.attest.Adversary.bytes;
import static dev.assay.attest.Adversary.refused;
import static dev.assay.attest.Adversary.resource;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What cosign left in registries before version 3. */
class OciSignatureTest {

  private static final Digest IMAGE =
      Digest.parse("sha256:dbe9bee7581fb905ec28cf7714789e51389a3a347c1ebf3ed1954f2ba62aca87");
  private static final String SIGNATURE = "dev.cosignproject.cosign/signature";
  private static final String CERTIFICATE = "dev.sigstore.cosign/certificate";
  private static final String CHAIN = "dev.sigstore.cosign/chain";
  private static final String LOG = "dev.sigstore.cosign/bundle";
  private static final String TIMESTAMP = "dev.sigstore.cosign/rfc3161timestamp";

  private static final String BODY =
      Base64s.encode(bytes("{\"apiVersion\":\"0.0.1\",\"kind\":\"hashedrekord\",\"spec\":{}}"));
  private static final String SET =
      "{\"SignedEntryTimestamp\":\"AAAA\",\"Payload\":{\"body\":\""
          + BODY
          + "\",\"integratedTime\":1700000000,\"logIndex\":7,\"logID\":\""
          + "c0".repeat(32)
          + "\"}}";

  private static Map<String, String> annotations(int layer) throws IOException {
    Fields manifest =
        Fields.of(Json.parse(resource("legacy/sig-manifest.json"), 1 << 20), "manifest");
    return manifest.objects("layers", 10).get(layer).stringMap("annotations", 10);
  }

  private static byte[] payload() throws IOException {
    return resource("legacy/sig-payload-1.json");
  }

  private static Bundle read(byte[] payload, Map<String, String> annotations) {
    return OciSignature.read(OciSignature.SIMPLE_SIGNING, payload, annotations);
  }

  private static Map<String, String> with(String name, String value) throws IOException {
    Map<String, String> out = new HashMap<>(annotations(0));
    out.put(name, value);
    return out;
  }

  @Test
  void cosignsSignaturesVerify() throws IOException {
    PublicKey key = PublicKey.fromPem(resource("legacy/cosign.pub"));
    for (int i = 0; i < 2; i++) {
      byte[] payload = resource("legacy/sig-payload-" + (i + 1) + ".json");
      Bundle bundle = read(payload, annotations(i));
      assertEquals(Bundle.Form.OCI_SIGNATURE, bundle.form());
      assertEquals(Bundle.Version.NONE, bundle.version());
      assertEquals(new Bundle.KeyHint(""), bundle.material());
      Bundle.SimpleSigning content = assertInstanceOf(Bundle.SimpleSigning.class, bundle.content());
      assertEquals(IMAGE, content.imageDigest());
      assertTrue(content.dockerReference().endsWith("/app"), content.dockerReference());
      assertEquals(Json.of(String.valueOf(i + 1)), content.optional().get("stage"));
      assertArrayEquals(payload, content.payload().bytes());
      assertTrue(key.verify(content.payload().bytes(), content.signature().bytes()));
    }
  }

  @Test
  void theSignatureIsOverTheBytesAsTheyAre() throws IOException {
    PublicKey key = PublicKey.fromPem(resource("legacy/cosign.pub"));
    byte[] same = bytes(new String(payload(), java.nio.charset.StandardCharsets.UTF_8) + " ");
    Bundle.SimpleSigning content = (Bundle.SimpleSigning) read(same, annotations(0)).content();
    assertFalse(key.verify(content.payload().bytes(), content.signature().bytes()));
  }

  @Test
  void cosignsAttestationVerifies() throws IOException {
    byte[] layer = resource("legacy/att-layer.json");
    Bundle bundle =
        OciSignature.read(
            OciSignature.ENVELOPE, layer, Map.of(SIGNATURE, "", "predicateType", "said"));
    assertEquals(Bundle.Form.OCI_ATTESTATION, bundle.form());
    Dsse dsse = ((Bundle.Envelope) bundle.content()).dsse();
    assertTrue(dsse.signedBy(PublicKey.fromPem(resource("legacy/cosign.pub"))));
    assertTrue(Statement.of(dsse).names(IMAGE));
    // An annotation must not bring in a signature that the envelope does not have.
    refused(
        Code.BAD_BUNDLE,
        () -> OciSignature.read(OciSignature.ENVELOPE, layer, Map.of(SIGNATURE, "AAAA")));
  }

  @Test
  void aPayloadOfAnotherShapeIsRefused() throws IOException {
    String good = new String(payload(), java.nio.charset.StandardCharsets.UTF_8);
    Map<String, String> annotations = annotations(0);
    read(bytes(good), annotations);
    for (String bad :
        List.of(
            good.replace("cosign container image signature", "atomic container signature"),
            good.replace("cosign container image signature", "container"),
            good.replace("\"type\"", "\"kind\""),
            good.replace("docker-manifest-digest", "docker-digest"),
            good.replace("\"docker-manifest-digest\":", "\"more\":1,\"docker-manifest-digest\":"),
            good.replace("\"image\":", "\"more\":1,\"image\":"),
            good.replace("{\"critical\":", "{\"more\":1,\"critical\":"),
            good.replace("\"docker-reference\":", "\"more\":1,\"docker-reference\":"),
            good.replace(IMAGE.toString(), IMAGE.hex()),
            good.replace(IMAGE.toString(), "sha256:" + "A".repeat(64)),
            good.replaceFirst("\"optional\":\\{[^}]*\\}", "\"optional\":[]"))) {
      assertFalse(bad.equals(good), bad);
      refused(Code.BAD_BUNDLE, () -> read(bytes(bad), annotations));
    }
    refused(
        Code.DUPLICATE_MEMBER,
        () ->
            read(
                bytes(
                    good.replace(
                        "\"docker-manifest-digest\":",
                        "\"docker-manifest-digest\":\"\",\"docker-manifest-digest\":")),
                annotations));
    read(bytes(good.replaceFirst("\"optional\":\\{[^}]*\\}", "\"optional\":null")), annotations);
  }

  @Test
  void withoutASignatureThereIsNone() throws IOException {
    byte[] payload = payload();
    refused(Code.BAD_BUNDLE, () -> read(payload, Map.of()));
    refused(Code.BAD_BUNDLE, () -> read(payload, Map.of(SIGNATURE, "")));
    refused(Code.BAD_BUNDLE, () -> read(payload, Map.of(SIGNATURE, "AAA")));
    refused(
        Code.BAD_MEDIA_TYPE,
        () -> OciSignature.read("application/spdx+json", payload, Map.of(SIGNATURE, "AAAA")));
  }

  @Test
  void thePromiseOfALogIsRead() throws IOException {
    LogEntry entry = read(payload(), with(LOG, SET)).logEntries().getFirst();
    assertEquals(7, entry.logIndex());
    assertEquals("hashedrekord", entry.kind());
    assertEquals("0.0.1", entry.version());
    assertEquals(32, entry.logId().size());
    assertEquals(1_700_000_000L, entry.integratedTime().orElseThrow().getEpochSecond());
    assertEquals(Optional.empty(), entry.inclusionProof());
    assertTrue(entry.inclusionPromise().isPresent());
    assertEquals(BODY, entry.canonicalizedBody().base64());
  }

  @Test
  void aPromiseOfAnotherShapeIsRefused() throws IOException {
    for (String bad :
        List.of(
            SET.replace("\"SignedEntryTimestamp\":\"AAAA\"", "\"SignedEntryTimestamp\":\"\""),
            SET.replace("\"logIndex\":7", "\"logIndex\":-7"),
            SET.replace("\"logIndex\":7,", ""),
            SET.replace("1700000000", "0"),
            SET.replace("1700000000", "-1"),
            SET.replace("1700000000", "9223372036854775807"),
            SET.replace("c0".repeat(32), "c0".repeat(31)),
            SET.replace("c0".repeat(32), "C0".repeat(32)),
            SET.replace("\"body\"", "\"more\":1,\"body\""),
            SET.replace("{\"Signed", "{\"more\":1,\"Signed"))) {
      assertFalse(bad.equals(SET), bad);
      Map<String, String> annotations = with(LOG, bad);
      byte[] payload = payload();
      refused(Code.BAD_BUNDLE, () -> read(payload, annotations));
    }
    byte[] payload = payload();
    Map<String, String> noKind = with(LOG, SET.replace(BODY, Base64s.encode(bytes("{}"))));
    refused(Code.BAD_LOG_ENTRY, () -> read(payload, noKind));
    Map<String, String> noJson = with(LOG, SET.replace(BODY, "AAAA"));
    refused(Code.BAD_JSON, () -> read(payload, noJson));
  }

  @Test
  void aTimestampIsRead() throws IOException {
    byte[] payload = payload();
    Bundle bundle = read(payload, with(TIMESTAMP, "{\"SignedRFC3161Timestamp\":\"AAAA\"}"));
    assertEquals(List.of(Octets.of(new byte[3])), bundle.timestamps());
    for (String bad : List.of("{}", "{\"SignedRFC3161Timestamp\":\"\"}")) {
      Map<String, String> annotations = with(TIMESTAMP, bad);
      refused(Code.BAD_BUNDLE, () -> read(payload, annotations));
    }
  }

  // What comes with the evidence never ends as the user's own mistake (exit 2).
  @Test
  void certificatesThatCannotBeReadAreRefused() throws IOException {
    byte[] payload = payload();
    for (String pem : List.of("x", "-----BEGIN CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----")) {
      Map<String, String> annotations = with(CERTIFICATE, pem);
      refused(Code.BAD_BUNDLE, () -> read(payload, annotations));
    }
    Map<String, String> chainOnly = with(CHAIN, "x");
    refused(Code.BAD_BUNDLE, () -> read(payload, chainOnly));
    Map<String, String> large = with(CERTIFICATE, "-".repeat(2 << 20));
    refused(Code.BAD_BUNDLE, () -> read(payload, large));
  }

  @Test
  void aPackedSignatureIsTheSame() throws IOException {
    Map<String, String> annotations = with(LOG, SET);
    annotations.put("org.example.note", "is not kept");
    byte[] packed = OciSignature.pack(OciSignature.SIMPLE_SIGNING, payload(), annotations);
    assertEquals(List.of(read(payload(), annotations)), EvidenceReader.read(packed));
    assertFalse(new String(packed, java.nio.charset.StandardCharsets.UTF_8).contains("note"));
    Adversary.truncations(packed, EvidenceReader::read);
    Adversary.bitFlips(packed, 3000, EvidenceReader::read);
  }

  /** Attestations of slsa-github-generator, with certificate, chain and the log's promise. */
  @Test
  void attestationsOfRealContainersAreRead() throws IOException {
    int layers = 0;
    Path folder = BundleCorpusTest.corpus("slsa-verifier/cli/gha_generic_container");
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path index : all.filter(p -> p.endsWith("index.json")).toList()) {
        layers += attestations(index);
      }
    }
    assertTrue(layers >= 4, "layers: " + layers);
  }

  private static int attestations(Path index) throws IOException {
    int read = 0;
    Path blobs = index.resolveSibling("blobs/sha256");
    Fields f = Fields.of(Json.parse(Files.readAllBytes(index), 1 << 20), "index");
    for (Fields entry : f.objects("manifests", 10)) {
      Path manifest = blobs.resolve(entry.digest("digest").hex());
      if (!"dev.cosignproject.cosign/atts".equals(entry.stringMap("annotations", 10).get("kind"))
          || !Files.exists(manifest)) {
        continue;
      }
      Fields m = Fields.of(Json.parse(Files.readAllBytes(manifest), 1 << 20), "manifest");
      for (Fields layer : m.objects("layers", 100)) {
        Bundle bundle =
            OciSignature.read(
                layer.string("mediaType"),
                Files.readAllBytes(blobs.resolve(layer.digest("digest").hex())),
                layer.stringMap("annotations", 100));
        assertEquals(1, bundle.logEntries().size());
        assertTrue(Set.of("intoto", "dsse").contains(bundle.logEntries().getFirst().kind()));
        Bundle.Certificates signer = (Bundle.Certificates) bundle.material();
        assertEquals(3, signer.chain().size());
        Dsse dsse = ((Bundle.Envelope) bundle.content()).dsse();
        assertTrue(dsse.signedBy(Certificate.parse(signer.leaf().bytes()).key()));
        assertTrue(PredicateTypes.isProvenance(Statement.of(dsse).predicateType()));
        read++;
      }
    }
    return read;
  }

  @Test
  void aFloodOfValuesIsRefusedBeforeItIsBuilt() throws IOException {
    byte[] flood = bytes("{\"critical\":[" + "{},".repeat(Limits.BUNDLE_VALUES) + "{}]}");
    Map<String, String> annotations = annotations(0);
    refused(Code.TOO_MANY, () -> read(flood, annotations));
    assertThrows(
        dev.assay.bytes.AssayException.class,
        () -> OciSignature.read(OciSignature.ENVELOPE, flood, Map.of()));
  }

  @Test
  void whatIsWrittenIsReadAgainWithAllThatProvesIt() throws IOException {
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    byte[] payload =
        OciLayer.payload("registry.example/pay:1.8", IMAGE, Map.of("stage", Json.of("1")));
    List<Certificate> certificates =
        new ArrayList<>(Certificate.fromPem(resource("legacy/leaf.pem")));
    certificates.addAll(Certificate.fromPem(resource("legacy/root.pem")));
    Octets leaf = Octets.of(certificates.getFirst().der());
    LogEntry entry = RekorBundle.parse(SET);
    Bundle made =
        new Bundle(
            Bundle.Form.BUNDLE,
            Bundle.Version.V0_3,
            new Bundle.Certificates(List.of(leaf), true),
            List.of(entry),
            List.of(Octets.of(new byte[] {1, 2, 3})),
            new Bundle.MessageSignature(Optional.empty(), Octets.of(key.sign(payload))));
    OciLayer layer = OciLayer.signature(payload, made, certificates.subList(1, 2));
    Bundle read = read(layer.bytes(), layer.annotations());
    assertEquals(List.of(entry), read.logEntries());
    assertEquals(made.timestamps(), read.timestamps());
    assertEquals(
        List.of(leaf, Octets.of(certificates.get(1).der())),
        ((Bundle.Certificates) read.material()).chain());
    Bundle.SimpleSigning content = (Bundle.SimpleSigning) read.content();
    assertEquals("registry.example/pay:1.8", content.dockerReference());
    assertEquals(IMAGE, content.imageDigest());
    assertEquals(Map.of("stage", Json.of("1")), content.optional());
    assertTrue(key.publicKey().verify(payload, content.signature().bytes()));
    // A second of another signer is another one, this one itself is not.
    Digest digest = dev.assay.crypto.Hashes.sha256Digest(payload);
    assertTrue(layer.is(digest, layer.annotations()));
    assertFalse(layer.is(digest, Map.of(SIGNATURE, "AAAA")));
    assertFalse(layer.is(IMAGE, layer.annotations()));
  }

  @Test
  void withoutNotesThereIsTheNullThatContainerToolsExpect() {
    assertEquals(
        "{\"critical\":{\"identity\":{\"docker-reference\":\"r.example/a@"
            + IMAGE
            + "\"},\"image\":{\"docker-manifest-digest\":\""
            + IMAGE
            + "\"},\"type\":\"cosign container image signature\"},\"optional\":null}",
        new String(
            OciLayer.payload("r.example/a@" + IMAGE, IMAGE, Map.of()),
            java.nio.charset.StandardCharsets.UTF_8));
  }
}
