package dev.assay.attest;

import static dev.assay.attest.Adversary.bytes;
import static dev.assay.attest.Adversary.refused;
import static dev.assay.attest.Adversary.resource;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.PublicKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EvidenceReaderTest {

  private static final String NPM_PUBLISH =
      "https://github.com/npm/attestation/tree/main/specs/publish/v0.1";

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static List<Bundle> read(String text) {
    return EvidenceReader.read(bytes(text));
  }

  private static String bundle() throws IOException {
    return text(resource("attestation.sigstore.json"));
  }

  private static String envelope() throws IOException {
    return text(resource("legacy/att-layer.json"));
  }

  // ---- each form

  @Test
  void aBundleIsOne() throws IOException {
    byte[] file = resource("attestation.sigstore.json");
    List<EvidenceReader.Piece> pieces = EvidenceReader.pieces(file, Limits.EVIDENCE_BYTES);
    assertEquals(1, pieces.size());
    assertEquals("", pieces.getFirst().where());
    assertSame(file, pieces.getFirst().bytes());
    assertEquals(Bundle.Form.BUNDLE, pieces.getFirst().bundle().form());
  }

  @Test
  void cosignsOldBundleOfABlobVerifies() throws IOException {
    Bundle bundle = EvidenceReader.read(resource("legacy/blob.json")).getFirst();
    PublicKey key = PublicKey.fromPem(resource("legacy/cosign.pub"));
    assertEquals(Bundle.Form.COSIGN_BLOB, bundle.form());
    assertEquals(new Bundle.KeyHint(Bundle.hintOf(key)), bundle.material());
    Bundle.MessageSignature message =
        assertInstanceOf(Bundle.MessageSignature.class, bundle.content());
    assertTrue(key.verify(resource("legacy/a.txt"), message.signature().bytes()));
  }

  @Test
  void cosignsOldBundleOfAnAttestationVerifies() throws IOException {
    Bundle bundle = EvidenceReader.read(resource("legacy/attestation.json")).getFirst();
    PublicKey key = PublicKey.fromPem(resource("legacy/cosign.pub"));
    assertEquals(Bundle.Form.COSIGN_BLOB, bundle.form());
    Dsse dsse = ((Bundle.Envelope) bundle.content()).dsse();
    assertTrue(dsse.signedBy(key));
    Statement.of(dsse);
  }

  // The first byte of an Ed25519 or RSA signature may be that of a bracket.
  @Test
  void aSignatureThatBeginsWithABracketIsASignature() {
    byte[] signature = new byte[64];
    signature[0] = '{';
    Bundle bundle = read("{\"base64Signature\":\"" + Base64s.encode(signature) + "\"}").getFirst();
    assertEquals(Octets.of(signature), ((Bundle.MessageSignature) bundle.content()).signature());
  }

  @Test
  void cosignsOldBundleIsClosed() throws IOException {
    String good = text(resource("legacy/blob.json"));
    refused(Code.BAD_BUNDLE, () -> read(good.replaceFirst("\\{", "{\"more\":1,")));
    refused(Code.BAD_BUNDLE, () -> read("{\"base64Signature\":\"\"}"));
    refused(Code.BAD_BUNDLE, () -> read("{\"base64Signature\":\"AAAA\",\"cert\":\"!\"}"));
    refused(Code.BAD_BUNDLE, () -> read("{\"base64Signature\":\"AAAA\",\"cert\":\"AAAA\"}"));
    read("{\"base64Signature\":\"AAAA\",\"cert\":null,\"rekorBundle\":null}");
  }

  @Test
  void eachSignatureOfAnEnvelopeIsACandidate() throws IOException {
    String two =
        envelope()
            .replace("\"signatures\":[", "\"signatures\":[{\"sig\":\"AAAA\",\"keyid\":\"other\"},");
    List<EvidenceReader.Piece> pieces = EvidenceReader.pieces(bytes(two), Limits.EVIDENCE_BYTES);
    assertEquals(2, pieces.size());
    assertEquals("signature 2", pieces.get(1).where());
    assertEquals(new Bundle.KeyHint("other"), pieces.get(0).bundle().material());
    PublicKey key = PublicKey.fromPem(resource("legacy/cosign.pub"));
    List<Boolean> signed = new ArrayList<>();
    for (EvidenceReader.Piece piece : pieces) {
      Dsse dsse = ((Bundle.Envelope) piece.bundle().content()).dsse();
      assertEquals(1, dsse.signatures().size());
      signed.add(dsse.signedBy(key));
      // Its bytes stand for it alone.
      Dsse again =
          ((Bundle.Envelope) EvidenceReader.read(piece.bytes()).getFirst().content()).dsse();
      assertArrayEquals(dsse.write(), again.write());
    }
    assertEquals(List.of(false, true), signed);
  }

  // 64 signatures over a payload of megabytes must not become gigabytes.
  @Test
  void signaturesDoNotMultiplyALargePayload() throws IOException {
    String payload = "A".repeat(4 << 20);
    String many = "{\"sig\":\"AAAA\"},".repeat(40) + "{\"sig\":\"AAAA\"}";
    String file =
        "{\"payloadType\":\"t\",\"payload\":\"" + payload + "\",\"signatures\":[" + many + "]}";
    refused(Code.TOO_LARGE, () -> read(file));
  }

  // ---- files of several

  @Test
  void linesOfDifferentForms() throws IOException {
    String file = bundle().strip() + "\r\n\n" + envelope().strip() + "\n" + bundle();
    List<EvidenceReader.Piece> pieces = EvidenceReader.pieces(bytes(file), Limits.EVIDENCE_BYTES);
    assertEquals(
        List.of("line 1", "line 3", "line 4"),
        pieces.stream().map(EvidenceReader.Piece::where).toList());
    assertArrayEquals(bytes(bundle().strip()), pieces.get(2).bytes());
  }

  @Test
  void aBadLineIsNamed() throws IOException {
    String good = bundle().strip() + "\n";
    for (String bad : List.of("{}", "{\"mediaType\":1}", "{\"a\":", "[]", "x", "null")) {
      AssayException e = assertThrows(AssayException.class, () -> read(good + good + bad + "\n"));
      assertTrue(String.valueOf(e.getMessage()).startsWith("line 3: "), e.getMessage());
    }
    AssayException e = assertThrows(AssayException.class, () -> read(good.strip() + good));
    assertEquals(Code.BAD_BUNDLE, e.code());
  }

  @Test
  void whatIsReadIsSaidWhereNothingIs() {
    for (String file : List.of("", " \n", "{}", "hello", "[]", "{\"mediaType\":\"text/plain\"}")) {
      AssayException e = assertThrows(AssayException.class, () -> read(file));
      assertEquals(Code.BAD_BUNDLE, e.code(), file);
      assertTrue((e.getMessage() + e.hint()).contains("Sigstore bundles"), e.getMessage());
    }
    refused(Code.BAD_BUNDLE, () -> read("{\"attestations\":[]}"));
  }

  @Test
  void aListAsGitHubAndNpmAnswerWithIt() throws IOException {
    String one = "{\"bundle\":" + bundle() + " ,\"repository_id\":5,\"bundle_url\":\"\"}";
    assertEquals(2, read("{\"attestations\":[" + one + "," + one + "]}").size());
    assertEquals(1, read("{\"total\":1,\"attestations\":[" + one + "]}").size());
    AssayException e =
        assertThrows(
            AssayException.class, () -> read("{\"attestations\":[" + one + ",{\"bundle\":{}}]}"));
    assertTrue(String.valueOf(e.getMessage()).startsWith("attestation 2: "), e.getMessage());
    for (String bad : List.of("{}", "1", "{\"bundle\":null}", "{\"bundle\":[]}")) {
      assertThrows(AssayException.class, () -> read("{\"attestations\":[" + bad + "]}"));
    }
    refused(
        Code.DUPLICATE_MEMBER,
        () -> read("{\"attestations\":[" + one + "],\"attestations\":[" + one + "]}"));
  }

  @Test
  void aListMustCallAnAttestationWhatItIs() throws IOException {
    String type = "https://cosign.sigstore.dev/attestation/v1";
    String one = "{\"attestations\":[{\"predicateType\":\"" + type + "\",\"bundle\":B}]}";
    assertEquals(1, read(one.replace("B}", bundle() + "}")).size());
    String listed = bundle();
    refused(
        Code.BAD_BUNDLE,
        () ->
            read(one.replace(type, "https://slsa.dev/provenance/v1").replace("B}", listed + "}")));
    String blob = text(resource("blob.sigstore.json"));
    refused(Code.BAD_BUNDLE, () -> read(one.replace("B}", blob + "}")));
  }

  // ---- bounds

  @Test
  void tooMuchIsRefused() throws IOException {
    byte[] small = resource("attestation.sigstore.json");
    refused(Code.TOO_LARGE, () -> EvidenceReader.read(small, small.length - 1));
    String line = "{\"base64Signature\":\"AAAA\"}\n";
    assertEquals(Limits.EVIDENCE_BUNDLES, read(line.repeat(Limits.EVIDENCE_BUNDLES)).size());
    refused(Code.TOO_MANY, () -> read(line.repeat(Limits.EVIDENCE_BUNDLES + 1)));
    String element = "{\"bundle\":" + bundle().strip() + "},";
    refused(
        Code.TOO_MANY,
        () ->
            EvidenceReader.read(
                bytes("{\"attestations\":[" + element.repeat(Limits.EVIDENCE_BUNDLES + 1) + "]}"),
                Limits.SBOM_BYTES));
  }

  @Test
  void floodsOfValuesAreRefusedBeforeTheyAreBuilt() {
    String flood = "[" + "{},".repeat(Limits.BUNDLE_VALUES) + "{}]";
    for (String file :
        List.of(
            "{\"mediaType\":\"" + Bundle.MEDIA_TYPE + "\",\"tlogEntries\":" + flood + "}",
            "{\"attestations\":" + flood + "}",
            "{\"attestations\":[{\"bundle\":{\"a\":" + flood + "}}]}",
            "{\"attestations\":[{\"other\":" + flood + "}]}",
            "{\"payloadType\":\"t\",\"signatures\":" + flood + "}")) {
      AssayException e = assertThrows(AssayException.class, () -> read(file));
      assertTrue(
          e.code() == Code.TOO_MANY || file.startsWith("{\"attestations\":[{},"),
          e.code() + " " + e.getMessage());
    }
    refused(Code.TOO_DEEP, () -> read("{\"a\":".repeat(100) + "1" + "}".repeat(100)));
    assertThrows(AssayException.class, () -> read("{\"a\":".repeat(1_000_000)));
  }

  @Test
  void damageIsRefusedOrReadButNeverADefect() throws IOException {
    for (String name : List.of("legacy/blob.json", "legacy/attestation.json")) {
      Adversary.truncations(
          text(resource(name)).strip().getBytes(StandardCharsets.UTF_8), EvidenceReader::read);
      Adversary.bitFlips(resource(name), 3000, EvidenceReader::read);
    }
    byte[] list = bytes("{\"attestations\":[{\"bundle\":" + bundle() + "}]}");
    Adversary.truncations(list, EvidenceReader::read);
    Adversary.bitFlips(list, 3000, EvidenceReader::read);
  }

  // ---- what others made

  @Test
  void npmsListsAreRead() throws IOException {
    int files = 0;
    Set<String> types = new TreeSet<>();
    for (Path file : files("slsa-verifier/cli/npm")) {
      if (file.toString().endsWith(".json")) {
        files++;
        List<Bundle> bundles = EvidenceReader.read(Files.readAllBytes(file));
        assertEquals(2, bundles.size());
        for (Bundle bundle : bundles) {
          String type = Statement.of(((Bundle.Envelope) bundle.content()).dsse()).predicateType();
          types.add(type);
          if (type.equals(NPM_PUBLISH)) {
            assertTrue(((Bundle.KeyHint) bundle.material()).hint().startsWith("SHA256:"));
          } else {
            assertInstanceOf(Bundle.Certificates.class, bundle.material());
          }
        }
        String swapped =
            text(Files.readAllBytes(file))
                .replaceFirst("\"predicateType\": *\"[^\"]*\"", "\"predicateType\":\"x\"");
        refused(Code.BAD_BUNDLE, () -> read(swapped));
      }
    }
    assertTrue(files >= 10, "files: " + files);
    assertTrue(types.contains(NPM_PUBLISH), types.toString());
  }

  @Test
  void everyFileOfTheCorpusThatHoldsEvidenceIsRead() throws IOException {
    Map<String, Integer> forms = new TreeMap<>();
    Set<String> refused = new TreeSet<>();
    List<Path> all = new ArrayList<>(files("slsa-verifier/cli"));
    all.addAll(files("gh-attestation"));
    for (Path file : all) {
      String name = file.getFileName().toString();
      if (!name.endsWith(".jsonl")
          && !name.endsWith(".sigstore")
          && !name.endsWith(".slsa")
          && !name.endsWith(".sigstore.json")
          && !name.contains("undle")) {
        continue;
      }
      try {
        for (EvidenceReader.Piece piece :
            EvidenceReader.pieces(Files.readAllBytes(file), Limits.EVIDENCE_BYTES)) {
          forms.merge(piece.bundle().form() + " " + kind(piece.bundle()), 1, Integer::sum);
        }
      } catch (AssayException e) {
        refused.add(name + " " + e.code());
      }
    }
    assertEquals(
        Set.of(
            "github_provenance_demo-0.0.12-py3-none-any-bundle-missing-cert.jsonl BAD_BUNDLE",
            "github_provenance_demo-0.0.12-py3-none-any-bundle-missing-verification-material.jsonl"
                + " BAD_BUNDLE"),
        refused);
    assertTrue(forms.getOrDefault("ENVELOPE certificate", 0) > 20, forms.toString());
    assertTrue(forms.getOrDefault("ENVELOPE key", 0) > 0, forms.toString());
    assertTrue(forms.getOrDefault("BUNDLE certificate", 0) > 50, forms.toString());
  }

  // The certificate that a builder put beside its signature is the one that made it.
  private static String kind(Bundle bundle) {
    if (!(bundle.material() instanceof Bundle.Certificates certificates)) {
      return "key";
    }
    if (bundle.form() == Bundle.Form.ENVELOPE) {
      PublicKey key = Certificate.parse(certificates.leaf().bytes()).key();
      assertTrue(((Bundle.Envelope) bundle.content()).dsse().signedBy(key));
      assertFalse(certificates.leafOnly());
    }
    return "certificate";
  }

  @Test
  void aBundleOfVersion03IsWrittenAsItWasRead() throws IOException {
    int compared = 0;
    for (Path file : files("sigstore-conformance")) {
      byte[] document = Files.readAllBytes(file);
      if (!file.endsWith("bundle.sigstore.json")) {
        continue;
      }
      Bundle bundle;
      try {
        bundle = Bundle.parse(document);
      } catch (AssayException e) {
        continue; // BundleCorpusTest says which
      }
      if (bundle.version() != Bundle.Version.V0_3) {
        continue;
      }
      byte[] written = bundle.write();
      assertArrayEquals(written, Bundle.parse(written).write());
      assertEquals(
          normal(Json.parse(document, 1 << 20)),
          normal(Json.parse(written, 1 << 20)),
          file.toString());
      compared++;
    }
    assertTrue(compared >= 30, "compared: " + compared);
  }

  // proto3 JSON may write or leave out what is zero, empty or null, and has two media types.
  private static Json normal(Json json) {
    return switch (json) {
      case Json.Obj o -> {
        Map<String, Json> members = new TreeMap<>();
        o.members()
            .forEach((name, value) -> {
              Json v = name.equals("mediaType") ? Json.of("") : normal(value);
              boolean unset =
                  v instanceof Json.Null
                      || v.equals(Json.of("0"))
                      || v.equals(Json.of(""))
                      || v instanceof Json.Arr a && a.elements().isEmpty()
                      || v instanceof Json.Obj m && m.members().isEmpty();
              if (!unset) {
                members.put(name, v);
              }
            });
        yield new Json.Obj(members);
      }
      case Json.Arr a ->
          new Json.Arr(a.elements().stream().map(EvidenceReaderTest::normal).toList());
      default -> json;
    };
  }

  private static List<Path> files(String folder) throws IOException {
    try (Stream<Path> all = Files.walk(BundleCorpusTest.corpus(folder))) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
