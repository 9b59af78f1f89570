package dev.assay.attest;

import static dev.assay.attest.Adversary.bytes;
import static dev.assay.attest.Adversary.refused;
import static dev.assay.attest.Adversary.resource;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BundleTest {

  private static final String HASH = "A".repeat(43) + "=";
  private static final String ENTRY =
      "{\"logIndex\":\"5\",\"logId\":{\"keyId\":\"AAAA\"},"
          + "\"kindVersion\":{\"kind\":\"dsse\",\"version\":\"0.0.1\"},"
          + "\"integratedTime\":\"1700000000\","
          + "\"inclusionPromise\":{\"signedEntryTimestamp\":\"AAAA\"},"
          + "\"inclusionProof\":{\"logIndex\":\"1\",\"rootHash\":\""
          + HASH
          + "\",\"treeSize\":\"2\",\"hashes\":[\""
          + HASH
          + "\"],\"checkpoint\":{\"envelope\":\"note\"}},"
          + "\"canonicalizedBody\":\"AAAA\"}";
  private static final String CERTIFICATE = "\"certificate\":{\"rawBytes\":\"AAAA\"}";
  private static final String CHAIN =
      "\"x509CertificateChain\":{\"certificates\":[{\"rawBytes\":\"AAAA\"}]}";
  private static final String FULL =
      "{\"mediaType\":\""
          + Bundle.MEDIA_TYPE
          + "\",\"verificationMaterial\":{"
          + CERTIFICATE
          + ",\"tlogEntries\":["
          + ENTRY
          + "],\"timestampVerificationData\":{\"rfc3161Timestamps\":[{\"signedTimestamp\":\"AAAA\"}]}},"
          + "\"messageSignature\":{\"messageDigest\":{\"algorithm\":\"SHA2_256\",\"digest\":\""
          + HASH
          + "\"},\"signature\":\"AAAA\"}}";

  private static Bundle read(String text) {
    return Bundle.parse(bytes(text));
  }

  private static void bad(String changed) {
    assertFalse(changed.equals(FULL), "nothing was changed");
    refused(Code.BAD_BUNDLE, () -> read(changed));
  }

  @ParameterizedTest
  @CsvSource({"blob, cosign", "p384-blob, p384", "p521-blob, p521", "rsa-blob, rsa", "ed-blob, ed"})
  void cosignsSignaturesOfABlobVerify(String name, String key) throws IOException {
    Bundle bundle = Bundle.parse(resource(name + ".sigstore.json"));
    PublicKey publicKey = PublicKey.fromPem(resource(key + ".pub"));
    assertEquals(new Bundle.KeyHint(Bundle.hintOf(publicKey)), bundle.material());
    Bundle.MessageSignature message = (Bundle.MessageSignature) bundle.content();
    byte[] artifact = resource("a.txt");
    assertTrue(publicKey.verify(artifact, message.signature().bytes()));
    message.digest().ifPresent(d -> assertTrue(Hashes.matches(d, artifact)));
    assertEquals(!name.startsWith("ed"), message.digest().isPresent());
    artifact[0] ^= 1;
    assertFalse(publicKey.verify(artifact, message.signature().bytes()));
  }

  @ParameterizedTest
  @CsvSource({
    "attestation, cosign",
    "p384-attestation, p384",
    "p521-attestation, p521",
    "rsa-attestation, rsa"
  })
  void cosignsAttestationsVerify(String name, String key) throws IOException {
    Bundle bundle = Bundle.parse(resource(name + ".sigstore.json"));
    PublicKey publicKey = PublicKey.fromPem(resource(key + ".pub"));
    Dsse envelope = ((Bundle.Envelope) bundle.content()).dsse();
    assertTrue(envelope.signedBy(publicKey));
    Statement statement = Statement.of(envelope);
    assertTrue(statement.names(Hashes.sha256Digest(resource("a.txt"))));
    assertEquals(PredicateTypes.COSIGN_CUSTOM_V1, statement.predicateType());
    assertEquals(Optional.of("{\"a\":1}\n"), PredicateTypes.customData(statement.predicate()));
  }

  // With Ed25519 this cosign signs a statement with Ed25519ph, which DSSE does not know and which
  // it does not verify itself.
  @Test
  void cosignsPrehashedSignatureOfAStatementIsNotOne() throws IOException {
    Bundle bundle = Bundle.parse(resource("ed-attestation.sigstore.json"));
    PublicKey key = PublicKey.fromPem(resource("ed.pub"));
    assertFalse(((Bundle.Envelope) bundle.content()).dsse().signedBy(key));
  }

  @Test
  void whatWeWriteIsByteForByteWhatCosignWrites() throws IOException {
    PublicKey key = PublicKey.fromPem(resource("cosign.pub"));
    Bundle blob = Bundle.parse(resource("blob.sigstore.json"));
    Bundle.MessageSignature message = (Bundle.MessageSignature) blob.content();
    assertArrayEquals(
        resource("blob.sigstore.json"),
        Bundle.forMessage(
                Bundle.hintOf(key), message.digest().orElseThrow(), message.signature().bytes())
            .write());
    Bundle attestation = Bundle.parse(resource("attestation.sigstore.json"));
    assertArrayEquals(
        resource("attestation.sigstore.json"),
        Bundle.forDsse(Bundle.hintOf(key), ((Bundle.Envelope) attestation.content()).dsse())
            .write());
  }

  @Test
  void whatIsWrittenIsReadBack() {
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P384);
    Digest digest = Hashes.digest(Digest.Algorithm.SHA384, bytes("a"));
    Bundle bundle = Bundle.forMessage(Bundle.hintOf(key.publicKey()), digest, key.sign(bytes("a")));
    assertEquals(bundle, Bundle.parse(bundle.write()));
    Bundle full = read(FULL);
    assertEquals(full, Bundle.parse(full.write()));
    assertEquals(FULL, new String(full.write(), StandardCharsets.UTF_8));
  }

  @Test
  void whatVersion03CannotHoldIsNotWritten() {
    String old = "bundle+json;version=0.1";
    String v1 = FULL.replace(CERTIFICATE, CHAIN).replace("bundle.v0.3+json", old);
    assertEquals(FULL, new String(read(v1).write(), StandardCharsets.UTF_8));
    Bundle noProof = read(v1.replaceFirst("\"inclusionProof\".*?\\}\\},", ""));
    assertThrows(IllegalStateException.class, noProof::write);
    Bundle noCheckpoint = read(v1.replace(",\"checkpoint\":{\"envelope\":\"note\"}", ""));
    assertThrows(IllegalStateException.class, noCheckpoint::write);
    String two = "{\"rawBytes\":\"AAAA\"},{\"rawBytes\":\"AAAA\"}";
    Bundle chain = read(v1.replace("{\"rawBytes\":\"AAAA\"}", two));
    assertThrows(IllegalStateException.class, chain::write);
  }

  @Test
  void aChainInVersion03IsForThoseWhoAllowIt() {
    byte[] chain = bytes(FULL.replace(CERTIFICATE, CHAIN));
    refused(Code.BAD_BUNDLE, () -> Bundle.parse(chain, 10_000, false));
    Bundle read = Bundle.parse(chain, 10_000, true);
    assertFalse(((Bundle.Certificates) read.material()).leafOnly());
  }

  @Test
  void aRootInTheBundleIsRefused() throws IOException {
    String old = FULL.replace("bundle.v0.3+json", "bundle+json;version=0.2");
    String root = Base64s.encode(pemContent(resource("legacy/root.pem")));
    String leaf = Base64s.encode(pemContent(resource("legacy/leaf.pem")));
    for (String chain :
        List.of(
            "{\"rawBytes\":\"L\"},{\"rawBytes\":\"R\"}",
            "{\"rawBytes\":\"R\"},{\"rawBytes\":\"L\"}",
            "{\"rawBytes\":\"R\"}")) {
      String filled =
          "\"x509CertificateChain\":{\"certificates\":["
              + chain.replace("\"L\"", "\"" + leaf + "\"").replace("\"R\"", "\"" + root + "\"")
              + "]}";
      bad(old.replace(CERTIFICATE, filled));
      byte[] allowed = bytes(FULL.replace(CERTIFICATE, filled));
      refused(Code.BAD_BUNDLE, () -> Bundle.parse(allowed, 100_000, true));
    }
    read(old.replace(CERTIFICATE, CHAIN.replace("AAAA", leaf)));
    // As npm has them; the root is a claim like the rest.
    String first = old.replace("version=0.2", "version=0.1");
    String end = leaf + "\"},{\"rawBytes\":\"" + root;
    read(first.replace(CERTIFICATE, CHAIN.replace("AAAA", end)));
    bad(first.replace(CERTIFICATE, CHAIN.replace("AAAA", root)));
    bad(first.replace(CERTIFICATE, CHAIN.replace("AAAA", root + "\"},{\"rawBytes\":\"" + leaf)));
  }

  private static byte[] pemContent(byte[] pem) {
    return Certificate.fromPem(pem).getFirst().der();
  }

  @Test
  void aLogEntryCountsOnce() {
    bad(FULL.replace("[" + ENTRY, "[" + ENTRY + "," + ENTRY));
    read(
        FULL.replace(
            "[" + ENTRY,
            "[" + ENTRY + "," + ENTRY.replace("\"logIndex\":\"5\"", "\"logIndex\":\"6\"")));
  }

  @Test
  void everyPartIsKept() {
    Bundle full = read(FULL);
    assertEquals(Bundle.Version.V0_3, full.version());
    assertEquals(1, full.timestamps().size());
    LogEntry entry = full.logEntries().getFirst();
    assertEquals(5, entry.logIndex());
    assertEquals(1_700_000_000L, entry.integratedTime().orElseThrow().getEpochSecond());
    assertEquals(Optional.of("note"), entry.inclusionProof().orElseThrow().checkpoint());
    assertEquals("dsse", entry.kind());
    assertTrue(((Bundle.Certificates) full.material()).leafOnly());
  }

  @Test
  void anotherVersionOrTypeIsRefused() {
    refused(Code.BUNDLE_UNSUPPORTED, () -> read(FULL.replace("v0.3+json", "v0.4+json")));
    refused(Code.BUNDLE_UNSUPPORTED, () -> read(FULL.replace("v0.3+json", "v0.3+protobuf")));
    refused(
        Code.BUNDLE_UNSUPPORTED,
        () -> read(FULL.replace("bundle.v0.3+json", "bundle+json;version=0.9")));
    bad(FULL.replace("application/vnd.dev.sigstore.bundle.v0.3+json", "application/json"));
    bad(FULL.replace("\"mediaType\"", "\"media_type\""));
  }

  @Test
  void unknownMembersAreRefusedEverywhere() {
    for (String opening :
        List.of(
            "{\"mediaType\"",
            "{\"certificate\"",
            "{\"rawBytes\"",
            "{\"logIndex\":\"5\"",
            "{\"keyId\"",
            "{\"kind\"",
            "{\"signedEntryTimestamp\"",
            "{\"logIndex\":\"1\"",
            "{\"envelope\"",
            "{\"rfc3161Timestamps\"",
            "{\"signedTimestamp\"",
            "{\"messageDigest\"",
            "{\"algorithm\"")) {
      bad(FULL.replace(opening, "{\"more\":1," + opening.substring(1)));
    }
    refused(
        Code.DUPLICATE_MEMBER,
        () -> read(FULL.replace("{\"mediaType\"", "{\"mediaType\":\"x\",\"mediaType\"")));
  }

  @Test
  void aMissingPartIsRefused() {
    for (String name :
        List.of(
            "verificationMaterial",
            "certificate",
            "rawBytes",
            "logId",
            "keyId",
            "kindVersion",
            "kind",
            "version",
            "inclusionProof",
            "rootHash",
            "checkpoint",
            "canonicalizedBody",
            "signedTimestamp",
            "signedEntryTimestamp",
            "messageSignature",
            "signature",
            "digest",
            "algorithm")) {
      bad(FULL.replace("\"" + name + "\":", "\"x\":"));
    }
    bad(FULL.replace("\"AAAA\"", "\"\""));
    bad(FULL.replace(",\"treeSize\":\"2\"", ""));
  }

  @Test
  void numbersAndHashesOutOfRangeAreRefused() {
    bad(FULL.replace("\"logIndex\":\"5\"", "\"logIndex\":\"-5\""));
    bad(FULL.replace("\"logIndex\":\"1\"", "\"logIndex\":\"-1\""));
    bad(FULL.replace("\"logIndex\":\"1\"", "\"logIndex\":\"2\""));
    bad(FULL.replace("\"treeSize\":\"2\"", "\"treeSize\":\"0\""));
    bad(FULL.replace("\"logIndex\":\"5\"", "\"logIndex\":5.5"));
    bad(FULL.replace("\"logIndex\":\"5\"", "\"logIndex\":\"99999999999999999999\""));
    bad(FULL.replace("1700000000", "-1"));
    bad(FULL.replace("1700000000", "9223372036854775807"));
    bad(FULL.replace("[\"" + HASH, "[\"AAAA"));
    bad(FULL.replace("\"rootHash\":\"" + HASH, "\"rootHash\":\"AAAA"));
    bad(FULL.replace("\"digest\":\"" + HASH, "\"digest\":\"AAAA"));
    bad(FULL.replace("SHA2_256", "SHA1"));
    bad(FULL.replace("SHA2_256", "SHA2_512"));
  }

  @Test
  void base64IsCanonical() {
    for (String value : List.of("AAA", "AAB=", "AA==", "A A=", "AAA=", "-_==", "AAAA\\n", "!")) {
      String changed = FULL.replace("\"signature\":\"AAAA\"", "\"signature\":\"" + value + "\"");
      if (value.equals("AA==") || value.equals("AAA=")) {
        read(changed);
      } else {
        bad(changed);
      }
    }
  }

  @Test
  void eachVersionHasItsOwnParts() {
    String old = "bundle+json;version=";
    String chain = FULL.replace(CERTIFICATE, CHAIN);
    String v2 = chain.replace("bundle.v0.3+json", old + "0.2");
    String v1 = chain.replace("bundle.v0.3+json", old + "0.1");
    assertEquals(Bundle.Version.V0_2, read(v2).version());
    assertEquals(Bundle.Version.V0_1, read(v1).version());
    assertEquals(
        Bundle.Version.V0_3, read(FULL.replace("bundle.v0.3+json", old + "0.3")).version());
    bad(chain); // 0.3 has a single certificate
    bad(v2.replace(CHAIN, CERTIFICATE));
    bad(v2.replace("[{\"rawBytes\":\"AAAA\"}]", "[]"));
    bad(v1.replace("\"inclusionPromise\":{\"signedEntryTimestamp\":\"AAAA\"},", ""));
    bad(v2.replaceFirst("\"inclusionProof\".*?\\}\\},", ""));
    read(v1.replaceFirst("\"inclusionProof\".*?\\}\\},", ""));
    read(v2.replace("\"inclusionPromise\":{\"signedEntryTimestamp\":\"AAAA\"},", ""));
  }

  @Test
  void thereIsOneSignerAndOneContent() {
    bad(FULL.replace(CERTIFICATE, CERTIFICATE + ",\"publicKey\":{\"hint\":\"x\"}"));
    bad(FULL.replace(CERTIFICATE, CERTIFICATE + "," + CHAIN));
    String envelope =
        "\"dsseEnvelope\":{\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":[S]}";
    String one = "{\"sig\":\"AAAA\"}";
    bad(
        FULL.replace(
            "\"messageSignature\"", envelope.replace("S]", one + "]") + ",\"messageSignature\""));
    String dsse = FULL.replaceFirst("\"messageSignature\".*", envelope.replace("$", "") + "}");
    read(dsse.replace("[S]", "[" + one + "]"));
    bad(dsse.replace("[S]", "[" + one + "," + one + "]"));
    refused(Code.BAD_ENVELOPE, () -> read(dsse.replace("[S]", "[]")));
  }

  @Test
  void theEnvelopeAndTheBundleNameTheSameKey() {
    Dsse named =
        Dsse.of(
            "t",
            bytes("p"),
            List.of(new Dsse.Signature(Octets.of(new byte[] {1}), Optional.of("one"))));
    Bundle.forDsse("one", named);
    refused(Code.KEY_HINT_MISMATCH, () -> Bundle.forDsse("two", named));
    byte[] written = Bundle.forDsse("one", named).write();
    String other =
        new String(written, StandardCharsets.UTF_8).replace("\"hint\":\"one\"", "\"hint\":\"2\"");
    refused(Code.KEY_HINT_MISMATCH, () -> read(other));
  }

  @Test
  void tooManyOfAnythingIsRefused() {
    refused(
        Code.TOO_MANY,
        () ->
            read(
                FULL.replace(
                    "[" + ENTRY, "[" + (ENTRY + ",").repeat(Limits.BUNDLE_LOG_ENTRIES) + ENTRY)));
    refused(
        Code.TOO_MANY,
        () ->
            read(FULL.replace("[\"" + HASH, "[" + ("\"" + HASH + "\",").repeat(64) + "\"" + HASH)));
    refused(Code.TOO_LARGE, () -> Bundle.parse(bytes(FULL), 100));
  }

  @Test
  void aBundleIsRecognisedByItsMediaTypeOfAnyVersion() {
    assertTrue(Bundle.isBundle(Bundle.MEDIA_TYPE));
    assertTrue(Bundle.isBundle("application/vnd.dev.sigstore.bundle.v0.9+json"));
    assertTrue(Bundle.isBundle("application/vnd.dev.sigstore.bundle+json;version=0.1"));
    assertFalse(Bundle.isBundle("application/vnd.dev.sigstore.bundles"));
    assertTrue(Bundle.isBundle(Json.parse(bytes(FULL), 10_000)));
    assertFalse(Bundle.isBundle(Json.parse(bytes("{\"mediaType\":1}"), 100)));
    assertFalse(Bundle.isBundle(Json.parse(bytes("[]"), 100)));
  }

  @Test
  void damageIsRefusedOrReadButNeverADefect() throws IOException {
    Adversary.truncations(bytes(FULL), Bundle::parse);
    Adversary.bitFlips(bytes(FULL), 5000, Bundle::parse);
    Adversary.truncations(resource("attestation.sigstore.json"), Bundle::parse);
  }
}
