package dev.assay.attest;

import static dev.assay.attest.Adversary.bytes;
import static dev.assay.attest.Adversary.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RekorBodyTest {

  private static final String SHA256 = "ab".repeat(32);
  private static final String PEM =
      "-----BEGIN CERTIFICATE-----\nAQID\nBAUG\n-----END CERTIFICATE-----\n";
  private static final String HASH = "{'algorithm':'sha256','value':'" + SHA256 + "'}";

  private static final String HASHED_V1 =
      "{'apiVersion':'0.0.1','kind':'hashedrekord','spec':{'data':{'hash':"
          + HASH
          + "},'signature':{'content':'CQk=','publicKey':{'content':'"
          + b64(PEM)
          + "'}}}}";
  private static final String DSSE =
      "{'apiVersion':'0.0.1','kind':'dsse','spec':{'envelopeHash':"
          + HASH
          + ",'payloadHash':"
          + HASH
          + ",'signatures':[{'signature':'CQk=','verifier':'"
          + b64(PEM)
          + "'}]}}";
  private static final String INTOTO_V1 =
      "{'apiVersion':'0.0.1','kind':'intoto','spec':{'content':{'hash':"
          + HASH
          + ",'payloadHash':"
          + HASH
          + "},'publicKey':'"
          + b64(PEM)
          + "'}}";
  private static final String INTOTO =
      "{'apiVersion':'0.0.2','kind':'intoto','spec':{'content':{'envelope':{'payload':'"
          + b64("e30=")
          + "','payloadType':'t','signatures':[{'keyid':'k','publicKey':'"
          + b64(PEM)
          + "','sig':'"
          + b64("CQk=")
          + "'}]},'hash':"
          + HASH
          + ",'payloadHash':"
          + HASH
          + "}}}";
  private static final String HASHED_V2 =
      "{'apiVersion':'0.0.2','kind':'hashedrekord','spec':{'hashedRekordV002':{'data':"
          + "{'algorithm':'SHA2_256','digest':'"
          + Base64s.encode(Digest.parse("sha256:" + SHA256).value())
          + "'},'signature':{'content':'CQk=','verifier':{'keyDetails':'PKIX_ED25519_PH',"
          + "'x509Certificate':{'rawBytes':'AQIDBAUG'}}}}}}";
  private static final List<String> ALL = List.of(HASHED_V1, DSSE, INTOTO_V1, INTOTO, HASHED_V2);

  private static String b64(String text) {
    return Base64s.encode(bytes(text));
  }

  private static byte[] json(String text) {
    return bytes(text.replace('\'', '"'));
  }

  private static void bad(String text) {
    refused(Code.BAD_LOG_ENTRY, () -> RekorBody.parse(json(text)));
  }

  private static void badInstead(String body, String part, String other) {
    assertTrue(body.contains(part), part);
    bad(body.replace(part, other));
  }

  @Test
  void everyKindIsRead() {
    List<RekorBody.Kind> kinds = List.of(RekorBody.Kind.values());
    int at = 0;
    for (String text : ALL) {
      RekorBody body = RekorBody.parse(json(text));
      assertEquals(kinds.get(at), body.kind());
      assertEquals("sha256:" + SHA256, body.digest().toString());
      if (body.kind() == RekorBody.Kind.INTOTO_V1) {
        assertEquals(Optional.empty(), body.signature());
        assertEquals("sha256:" + SHA256, body.envelope().orElseThrow().toString());
      } else {
        assertArrayEquals(new byte[] {9, 9}, body.signature().orElseThrow().bytes());
        assertEquals(Optional.empty(), body.envelope());
      }
      assertTrue(body.verifier().certificate());
      assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6}, body.verifier().der().bytes());
      at++;
    }
    RekorBody intoto = RekorBody.parse(json(INTOTO));
    assertEquals("t", intoto.payloadType().orElseThrow());
    assertArrayEquals(bytes("{}"), intoto.payload().orElseThrow().bytes());
    assertEquals("PKIX_ED25519_PH", RekorBody.parse(json(HASHED_V2)).keyDetails().orElseThrow());
  }

  @Test
  void keysAreReadToo() {
    String key = PEM.replace("CERTIFICATE", "PUBLIC KEY");
    assertFalse(
        RekorBody.parse(json(HASHED_V1.replace(b64(PEM), b64(key)))).verifier().certificate());
    assertFalse(
        RekorBody.parse(json(HASHED_V2.replace("x509Certificate", "publicKey")))
            .verifier()
            .certificate());
  }

  @Test
  void whatIsMadeIsWhatIsRead() {
    RekorBody body = RekorBody.parse(json(HASHED_V2));
    assertArrayEquals(
        json(HASHED_V2),
        RekorBody.hashedRekordV2(
            body.digest(),
            body.signature().orElseThrow(),
            body.verifier(),
            body.keyDetails().orElseThrow()));
  }

  @Test
  void otherKindsAreRefusedByName() {
    bad(HASHED_V1.replace("0.0.1", "0.0.3"));
    bad(INTOTO.replace("'apiVersion':'0.0.2'", "'apiVersion':'0.0.1'"));
    bad(HASHED_V1.replace("hashedrekord", "rekord"));
    bad("{'apiVersion':'0.0.2','kind':'dsse','spec':{}}");
    bad("[]");
    bad("");
  }

  @Test
  void membersNobodyKnowsAndThoseMissingAreRefused() {
    for (String text : ALL) {
      bad(text.replace("'kind'", "'more':1,'kind'"));
      bad(text.replace("'spec':{", "'spec':{'more':1,"));
      bad(text.replace("'kind'", "'kind':'x','kind'"));
    }
    // Of the signature, where one is kept.
    for (String text : List.of(HASHED_V1, DSSE, INTOTO, HASHED_V2)) {
      bad(text.replace("CQk=", "CQk").replace(b64("CQk="), b64("CQk")));
      bad(text.replace("CQk=", "").replace(b64("CQk="), ""));
    }
    badInstead(HASHED_V1, "'data':{", "'data':{'url':'u',");
    badInstead(HASHED_V1, "{'content':'CQk='", "{'format':'x509','content':'CQk='");
    badInstead(HASHED_V1, "'publicKey':{", "'publicKey':{'url':'u',");
    badInstead(DSSE, "{'signature'", "{'keyid':'k','signature'");
    badInstead(INTOTO, "{'keyid'", "{'more':'k','keyid'");
    badInstead(INTOTO, "'hash':", "'more':1,'hash':");
    badInstead(INTOTO_V1, "'hash':", "'more':1,'hash':");
    badInstead(INTOTO_V1, "'publicKey'", "'more':1,'publicKey'");
    badInstead(INTOTO_V1, ",'payloadHash':" + HASH, "");
    badInstead(INTOTO_V1, "'hash':" + HASH + ",", "");
    badInstead(INTOTO, "'payloadType'", "'more':1,'payloadType'");
    badInstead(HASHED_V2, "'data':{", "'data':{'more':1,");
    badInstead(HASHED_V2, "'keyDetails'", "'more':1,'keyDetails'");
    badInstead(HASHED_V2, "{'rawBytes'", "{'more':1,'rawBytes'");
    badInstead(HASHED_V2, "'hashedRekordV002':{", "'hashedRekordV002':{'more':1,");
    badInstead(HASHED_V2, "'x509Certificate'", "'publicKey':{'rawBytes':'AQ=='},'x509Certificate'");
    badInstead(HASHED_V2, ",'x509Certificate':{'rawBytes':'AQIDBAUG'}", "");
  }

  @Test
  void thereIsOneSignature() {
    String one = "{'signature':'CQk=','verifier':'" + b64(PEM) + "'}";
    badInstead(DSSE, one, one + "," + one);
    badInstead(DSSE, one, "");
  }

  @Test
  void hashesAreWhole() {
    for (String text : List.of(HASHED_V1, DSSE, INTOTO_V1, INTOTO)) {
      bad(text.replace("sha256", "sha1"));
      bad(text.replace("abab'", "ab'"));
      bad(text.replace("abab'", "ABAB'"));
    }
    // The payload's hash is SHA-256 in both kinds.
    bad(DSSE.replace("sha256", "sha512").replace(SHA256, SHA256 + SHA256));
    badInstead(HASHED_V2, "SHA2_256", "SHA2_512");
    badInstead(HASHED_V2, "SHA2_256", "sha256");
  }

  @Test
  void theSignerIsOnePemBlock() {
    for (String pem :
        List.of(
            "",
            "AQIDBAUG",
            PEM + PEM,
            PEM + "more",
            "more" + PEM,
            PEM.replace("END CERTIFICATE", "END PUBLIC KEY"),
            PEM.replace("CERTIFICATE", "RSA PUBLIC KEY"),
            PEM.replace("AQID\nBAUG", ""),
            PEM.replace("AQID", "AQ=="),
            PEM.replace("AQID", "AQ D"),
            "-----BEGIN CERTIFICATE-----",
            "-----BEGIN CERTIFICATE-----END CERTIFICATE-----")) {
      badInstead(HASHED_V1, b64(PEM), b64(pem));
      badInstead(DSSE, b64(PEM), b64(pem));
      badInstead(INTOTO, b64(PEM), b64(pem));
    }
  }

  @Test
  void whateverTheBytesAre() {
    for (String text : ALL) {
      Adversary.truncations(json(text), RekorBody::parse);
      Adversary.bitFlips(json(text), 2_000, RekorBody::parse);
    }
    byte[] large = new byte[Limits.LOG_ENTRY_BYTES + 1];
    Arrays.fill(large, (byte) ' ');
    refused(Code.BAD_LOG_ENTRY, () -> RekorBody.parse(large));
  }

  @FuzzTest(maxDuration = "60s")
  void body(byte[] document) {
    RekorBody body;
    try {
      body = RekorBody.parse(document);
    } catch (AssayException e) {
      assertEquals(Code.BAD_LOG_ENTRY, e.code());
      return;
    }
    if (body.keyDetails().isPresent() && body.keyDetails().get().equals("PKIX_ED25519_PH")) {
      byte[] made =
          RekorBody.hashedRekordV2(
              body.digest(), body.signature().orElseThrow(), body.verifier(), "PKIX_ED25519_PH");
      assertEquals(body, RekorBody.parse(made));
    }
  }
}
