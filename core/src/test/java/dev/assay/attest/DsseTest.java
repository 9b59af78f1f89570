package dev.assay.attest;

import static dev.assay.attest.Adversary.bytes;
import static dev.assay.attest.Adversary.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DsseTest {

  private static final PrivateKey KEY = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);

  private static Dsse signed(String type, byte[] payload) {
    return Dsse.of(type, payload, List.of(Dsse.Signature.of(KEY.sign(Dsse.pae(type, payload)))));
  }

  // protocol.md, "Test vectors".
  @Test
  void theEncodingThatIsSignedIsThatOfTheProtocol() {
    assertEquals(
        "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
        new String(
            Dsse.pae("http://example.com/HelloWorld", bytes("hello world")),
            java.nio.charset.StandardCharsets.UTF_8));
    assertArrayEquals(bytes("DSSEv1 2 ü 3 ♥"), Dsse.pae("ü", bytes("♥")));
  }

  @Test
  void anEnvelopeSurvivesWritingAndVerifies() {
    Dsse envelope = signed(Dsse.IN_TOTO, bytes("{ \"kept\" :  1 }"));
    Dsse read = Dsse.parse(envelope.write());
    assertEquals(Dsse.IN_TOTO, read.payloadType());
    assertArrayEquals(bytes("{ \"kept\" :  1 }"), read.payload());
    assertEquals(envelope.signatures(), read.signatures());
    assertTrue(read.signedBy(KEY.publicKey()));
  }

  @Test
  void oneFlippedBitOfPayloadTypeSignatureOrKeyIsRefused() {
    byte[] payload = bytes("payload");
    Dsse good = signed("type", payload);
    byte[] signature = good.signatures().getFirst().value().bytes();
    for (int bit = 0; bit < payload.length * 8; bit++) {
      Dsse bad = Dsse.of("type", flipped(payload, bit), good.signatures());
      assertFalse(bad.signedBy(KEY.publicKey()));
    }
    for (int bit = 0; bit < 4 * 8; bit++) {
      if (bit % 8 != 7) { // stays text
        String type =
            new String(flipped(bytes("type"), bit), java.nio.charset.StandardCharsets.UTF_8);
        assertFalse(Dsse.of(type, payload, good.signatures()).signedBy(KEY.publicKey()));
      }
    }
    for (int bit = 0; bit < signature.length * 8; bit++) {
      Dsse bad = Dsse.of("type", payload, List.of(Dsse.Signature.of(flipped(signature, bit))));
      assertFalse(bad.signedBy(KEY.publicKey()));
    }
    assertFalse(good.signedBy(PrivateKey.generate(KeyAlgorithm.ECDSA_P256).publicKey()));
  }

  // Type and payload are told apart by their lengths.
  @Test
  void aPieceCannotMoveFromTypeToPayload() {
    Dsse good = signed("ab", bytes("cd"));
    assertFalse(Dsse.of("abc", bytes("d"), good.signatures()).signedBy(KEY.publicKey()));
    assertFalse(Dsse.of("a", bytes("bcd"), good.signatures()).signedBy(KEY.publicKey()));
  }

  private static byte[] flipped(byte[] bytes, int bit) {
    byte[] out = bytes.clone();
    out[bit / 8] ^= (byte) (1 << bit % 8);
    return out;
  }

  @Test
  void aSignatureOfAnotherFormatIsNotOneOfAnEnvelope() {
    byte[] payload = bytes("payload");
    Dsse bad = Dsse.of("type", payload, List.of(Dsse.Signature.of(KEY.sign(payload))));
    assertFalse(bad.signedBy(KEY.publicKey()));
  }

  @Test
  void anyOfSeveralSignaturesIsFound() {
    Dsse.Signature good = signed("t", bytes("p")).signatures().getFirst();
    Dsse.Signature bad = Dsse.Signature.of(new byte[] {1});
    assertTrue(Dsse.of("t", bytes("p"), List.of(bad, good)).signedBy(KEY.publicKey()));
    assertFalse(Dsse.of("t", bytes("p"), List.of(bad, bad)).signedBy(KEY.publicKey()));
  }

  private static String json(String signatures) {
    return "{\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":" + signatures + "}";
  }

  @Test
  void membersTheSpecificationDoesNotNameAreIgnoredInAFileOnly() {
    String text = json("[{\"sig\":\"AAAA\",\"keyid\":\"\",\"cert\":\"x\"}]");
    Dsse read = Dsse.parse(bytes(text));
    assertEquals(Optional.empty(), read.signatures().getFirst().keyId());
    Json bundle =
        Json.parse(
            bytes(
                "{\"mediaType\":\""
                    + Bundle.MEDIA_TYPE
                    + "\",\"verificationMaterial\":{\"publicKey\":{}},\"dsseEnvelope\":"
                    + text
                    + "}"),
            10_000);
    refused(Code.BAD_ENVELOPE, () -> Bundle.of(bundle));
  }

  @Test
  void bothAlphabetsOfBase64AreReadEachInItsCanonicalForm() {
    byte[] payload = {(byte) 0xfb, (byte) 0xff, (byte) 0xfe};
    String standard = Base64s.encode(payload);
    String urlSafe = standard.replace('+', '-').replace('/', '_');
    for (String text : List.of(standard, urlSafe)) {
      Dsse read = Dsse.parse(bytes(json("[{\"sig\":\"AAAA\"}]").replace("e30=", text)));
      assertArrayEquals(payload, read.payload());
    }
    for (String text : List.of("-_+/", "e30", "e31=", "e30=\\n", " e30=", "e3 0=", "*")) {
      refused(
          Code.BAD_ENVELOPE,
          () -> Dsse.parse(bytes(json("[{\"sig\":\"AAAA\"}]").replace("e30=", text))));
    }
  }

  @Test
  void anEnvelopeWithAPartMissingIsRefused() {
    String good = json("[{\"sig\":\"AAAA\"}]");
    for (String bad :
        List.of(
            "[]",
            "{}",
            json("[]"),
            json("{}"),
            json("[{}]"),
            json("[{\"sig\":\"\"}]"),
            json("[{\"sig\":1}]"),
            json("[{\"sig\":\"AAAA\",\"keyid\":7}]"),
            good.replace("payloadType", "type"),
            good.replace("\"payload\"", "\"body\""),
            good.replace("signatures", "signature"),
            good.replace("\"t\"", "null"))) {
      refused(Code.BAD_ENVELOPE, () -> Dsse.parse(bytes(bad)));
    }
    refused(
        Code.DUPLICATE_MEMBER,
        () -> Dsse.parse(bytes(good.replace("{\"payload\"", "{\"payload\":\"\",\"payload\""))));
  }

  @Test
  void moreSignaturesThanTheLimitAreRefused() {
    String one = "{\"sig\":\"AAAA\"}";
    String many = "[" + one + ("," + one).repeat(Dsse.MAX_SIGNATURES) + "]";
    refused(Code.TOO_MANY, () -> Dsse.parse(bytes(json(many))));
  }

  @Test
  void damageIsRefusedOrReadButNeverADefect() {
    byte[] document = signed("type", bytes("payload")).write();
    Adversary.truncations(document, Dsse::parse);
    Adversary.bitFlips(document, 2000, Dsse::parse);
    refused(Code.TOO_LARGE, () -> Dsse.parse(document, document.length - 1));
    refused(Code.TOO_DEEP, () -> Dsse.parse(bytes("[".repeat(100_000))));
  }
}
