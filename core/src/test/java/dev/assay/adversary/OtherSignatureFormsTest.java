package dev.assay.adversary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.attest.Bundle;
import dev.assay.attest.Dsse;
import dev.assay.attest.EvidenceReader;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import dev.assay.trust.TrustedKey;
import dev.assay.verify.Candidate;
import dev.assay.verify.FileVerifier;
import dev.assay.verify.SignatureMath;
import dev.assay.verify.Subject;
import dev.assay.verify.Trust;
import dev.assay.verify.Verdict;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.junit.jupiter.api.Test;

/** Signatures in forms of their own, and everything that must not pass for them. */
class OtherSignatureFormsTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final byte[] ARTIFACT = Text.utf8("artifact");
  private static final String STATEMENT = Trial.statement(ARTIFACT, Trial.NOTE).compact();

  private static boolean attested(byte[] file, TrustedKey... keys) {
    return verdict(Subject.of("artifact", ARTIFACT), file, Trial.NOTE, keys).verified();
  }

  private static Verdict verdict(Subject subject, byte[] file, String type, TrustedKey... keys) {
    return FileVerifier.of(Trust.NONE, keys).attestation(type).verify(subject, file, NOW);
  }

  private static byte[] envelope(String payload, byte[] signature, String keyId) {
    return Text.utf8(envelopeOf(Text.utf8(payload), signature, keyId).compact());
  }

  private static Json.Obj envelopeOf(byte[] payload, byte[] signature, String keyId) {
    return Json.object()
        .put("payload", Base64s.encode(payload))
        .put("payloadType", Dsse.IN_TOTO)
        .put(
            "signatures",
            List.of(
                Json.object().put("keyid", keyId).put("sig", Base64s.encode(signature)).build()))
        .build();
  }

  // ---- r and s, one after the other

  private static byte[] pair(byte[] der, int size) {
    ASN1Sequence both = ASN1Sequence.getInstance(der);
    byte[] out = new byte[2 * size];
    for (int i = 0; i < 2; i++) {
      byte[] number = ASN1Integer.getInstance(both.getObjectAt(i)).getValue().toByteArray();
      int from = Math.max(0, number.length - size);
      int length = number.length - from;
      System.arraycopy(number, from, out, (i + 1) * size - length, length);
    }
    return out;
  }

  @Test
  void twoNumbersAreASignatureOfAnEnvelope() {
    for (KeyAlgorithm algorithm :
        List.of(KeyAlgorithm.ECDSA_P256, KeyAlgorithm.ECDSA_P384, KeyAlgorithm.ECDSA_P521)) {
      int size =
          algorithm == KeyAlgorithm.ECDSA_P256
              ? 32
              : algorithm == KeyAlgorithm.ECDSA_P384 ? 48 : 66;
      PrivateKey key = PrivateKey.generate(algorithm);
      TrustedKey trusted = TrustedKey.always("k", key.publicKey());
      byte[] der = key.sign(Dsse.pae(Dsse.IN_TOTO, Text.utf8(STATEMENT)));
      byte[] pair = pair(der, size);
      assertTrue(attested(envelope(STATEMENT, der, ""), trusted));
      assertTrue(attested(envelope(STATEMENT, pair, ""), trusted), algorithm.id());
      // Of no other length, over no other bytes, by no other key.
      assertFalse(attested(envelope(STATEMENT, Arrays.copyOf(pair, 2 * size - 1), ""), trusted));
      assertFalse(attested(envelope(STATEMENT, Arrays.copyOf(pair, 2 * size + 1), ""), trusted));
      byte[] wider = new byte[2 * size + 2];
      System.arraycopy(pair, 0, wider, 1, size);
      System.arraycopy(pair, size, wider, size + 2, size);
      assertFalse(attested(envelope(STATEMENT, wider, ""), trusted));
      assertFalse(attested(envelope(STATEMENT + " ", pair, ""), trusted));
      TrustedKey other = TrustedKey.always("o", PrivateKey.generate(algorithm).publicKey());
      assertFalse(attested(envelope(STATEMENT, pair, ""), other));
      for (int at : new int[] {0, size - 1, size, 2 * size - 1}) {
        byte[] flipped = pair.clone();
        flipped[at] ^= 1;
        assertFalse(attested(envelope(STATEMENT, flipped, ""), trusted));
      }
      assertFalse(attested(envelope(STATEMENT, new byte[2 * size], ""), trusted));
      byte[] swapped = new byte[2 * size];
      System.arraycopy(pair, size, swapped, 0, size);
      System.arraycopy(pair, 0, swapped, size, size);
      assertFalse(attested(envelope(STATEMENT, swapped, ""), trusted));
    }
  }

  @Test
  void numbersOutsideTheOrderAreNone() {
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    byte[] pair = pair(key.sign(Dsse.pae(Dsse.IN_TOTO, Text.utf8(STATEMENT))), 32);
    BigInteger order =
        new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    BigInteger s = new BigInteger(1, Arrays.copyOfRange(pair, 32, 64)).add(order);
    if (s.bitLength() <= 256) {
      byte[] large = pair.clone();
      System.arraycopy(Hex.decode(String.format("%064x", s)), 0, large, 32, 32);
      assertFalse(
          attested(envelope(STATEMENT, large, ""), TrustedKey.always("k", key.publicKey())));
    }
    byte[] full = pair.clone();
    Arrays.fill(full, 32, 64, (byte) 0xff);
    assertFalse(attested(envelope(STATEMENT, full, ""), TrustedKey.always("k", key.publicKey())));
  }

  // Only envelopes are written so by anybody.
  @Test
  void twoNumbersAreNoSignatureOfAFile() {
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    byte[] der = key.sign(ARTIFACT);
    FileVerifier verifier = FileVerifier.of(Trust.NONE, TrustedKey.always("k", key.publicKey()));
    Subject subject = Subject.of("artifact", ARTIFACT);
    Digest digest = Hashes.sha256Digest(ARTIFACT);
    String hint = Bundle.hintOf(key.publicKey());
    assertTrue(
        verifier.verify(subject, Bundle.forMessage(hint, digest, der).write(), NOW).verified());
    assertFalse(
        verifier
            .verify(subject, Bundle.forMessage(hint, digest, pair(der, 32)).write(), NOW)
            .verified());
  }

  // ---- Google Cloud Build

  private static Json.Obj printed(Json.Obj envelope, String statement) {
    String name = "us-west2-docker.pkg.dev/p/r/i@" + Hashes.sha256Digest(ARTIFACT);
    return Json.object()
        .put(
            "image_summary",
            Json.object()
                .put("digest", Hashes.sha256Digest(ARTIFACT).toString())
                .put("fully_qualified_digest", name))
        .put(
            "provenance_summary",
            Json.object()
                .put(
                    "provenance",
                    List.of(
                        Json.object()
                            .put(
                                "build",
                                Json.object()
                                    .put(
                                        "intotoStatement",
                                        Json.parse(Text.utf8(statement), 1 << 20)))
                            .put("envelope", envelope)
                            .put("kind", "BUILD")
                            .put("resourceUri", "https://" + name)
                            .build())))
        .build();
  }

  private static final String KEY_ID =
      "projects/verified-builder/locations/us-west2/keyRings/attestor/cryptoKeys/builtByGCB/cryptoKeyVersions/1";

  @Test
  void anOrdinaryKeyHasToSignTheTypeToo() {
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    TrustedKey trusted = TrustedKey.always("k", key.publicKey());
    byte[] payload = Text.utf8(STATEMENT);
    // What the key's holder signs when it signs a file that happens to hold a statement.
    byte[] bare = key.sign(payload);
    byte[] encoded = key.sign(Dsse.pae(Dsse.IN_TOTO, payload));
    for (String keyId : List.of("", KEY_ID, Bundle.hintOf(key.publicKey()))) {
      assertTrue(
          attested(
              Text.utf8(printed(envelopeOf(payload, encoded, keyId), STATEMENT).compact()),
              trusted));
      assertFalse(
          attested(
              Text.utf8(printed(envelopeOf(payload, bare, keyId), STATEMENT).compact()), trusted));
    }
    assertFalse(attested(envelope(STATEMENT, bare, ""), trusted));
  }

  @Test
  void whatStandsBesideTheEnvelopeSaysWhatWasSigned() {
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    TrustedKey trusted = TrustedKey.always("k", key.publicKey());
    byte[] payload = Text.utf8(STATEMENT);
    Json.Obj envelope = envelopeOf(payload, key.sign(Dsse.pae(Dsse.IN_TOTO, payload)), "");
    String good = printed(envelope, STATEMENT).compact();
    assertTrue(attested(Text.utf8(good), trusted));
    String hex = Hashes.sha256Digest(ARTIFACT).hex();
    String other = "0".repeat(64);
    for (String bad :
        List.of(
            good.replace("\"BUILD\"", "\"VULNERABILITY\""),
            good.replace("\"kind\":\"BUILD\",", ""),
            good.replace("\"digest\":\"sha256:" + hex, "\"digest\":\"sha256:" + other),
            good.replace("\"digest\":\"sha256:" + hex, "\"digest\":\"" + hex),
            good.replace("r/i@sha256:" + hex + "\"},", "r/i@sha256:" + other + "\"},"),
            good.replace(
                "https://us-west2-docker.pkg.dev/p/r/i@sha256:" + hex,
                "https://us-west2-docker.pkg.dev/p/r/i@sha256:" + other),
            good.replace(
                "https://us-west2-docker.pkg.dev/p/r/i@sha256:" + hex,
                "https://us-west2-docker.pkg.dev/p/r/i"),
            good.replace("\"predicate\":{}", "\"predicate\":{\"a\":1}"),
            good.replace("\"predicate\":{}", "\"predicate\":{},\"more\":1"))) {
      assertFalse(bad.equals(good));
      assertFalse(attested(Text.utf8(bad), trusted), bad);
      assertEquals(Optional.empty(), Candidate.read("f", Text.utf8(bad)).getFirst().bundle(), bad);
    }
  }

  // A signature of Google's over a payload alone, packed as something else.
  @Test
  void aRealOneCountsInItsOwnFormOnly() throws IOException {
    Path corpus = AdversaryCorpus.folder("slsa-verifier");
    byte[] file =
        Files.readAllBytes(corpus.resolve("cli/gcb_container/v0.3/gcloud-container-github.json"));
    Subject image =
        Subject.of(
            "image",
            Digest.parse(
                "sha256:f472ca4b68898c951ac3b476cba919d0d56fca4ced631fabcead51e4b2b690e7"));
    TrustedKey west = google(corpus, "us-west2");
    String type = "https://slsa.dev/provenance/v0.1";
    assertTrue(verdict(image, file, type, west).verified());
    assertTrue(verdict(image, file, type, google(corpus, "us-west1"), west).verified());
    Bundle real = EvidenceReader.one(file, 1 << 20);
    assertEquals(Bundle.Form.CLOUD_BUILD, real.form());
    // By other keys of the same owner.
    for (String other : List.of("us-west1", "global", "global-pae")) {
      assertFalse(verdict(image, file, type, google(corpus, other)).verified(), other);
    }
    // About another image.
    assertEquals(
        Optional.of(Code.SUBJECT_MISMATCH),
        verdict(Subject.of("other", ARTIFACT), file, type, west).checks().getFirst().code());
    // In any other form.
    Dsse dsse = ((Bundle.Envelope) real.content()).dsse();
    assertFalse(verdict(image, dsse.write(), type, west).verified());
    assertFalse(verdict(image, Bundle.forDsse(KEY_ID, dsse).write(), type, west).verified());
    assertFalse(SignatureMath.isSignedBy(west.key(), Bundle.forDsse(KEY_ID, dsse), image));
    byte[] blob =
        Text.utf8(
            Json.object().put("base64Signature", Base64s.encode(dsse.write())).build().compact());
    assertFalse(verdict(image, blob, type, west).verified());
    // Under the name of another region, or none.
    String text = Text.utf8(file);
    for (String keyId : List.of("", "us-west2", KEY_ID.replace("west2", "west1"), KEY_ID + "0")) {
      String renamed = text.replace(KEY_ID, keyId);
      assertFalse(renamed.equals(text));
      assertFalse(verdict(image, Text.utf8(renamed), type, west).verified(), keyId);
    }
    // With its payload under another type.
    String retyped = text.replace("application/vnd.in-toto+json", "text/plain");
    assertFalse(verdict(image, Text.utf8(retyped), type, west).verified());
    // What is kept of it is the same evidence.
    EvidenceReader.Piece piece = EvidenceReader.pieces(file, 1 << 20).getFirst();
    assertTrue(verdict(image, piece.bytes(), type, west).verified());
  }

  @Test
  void ofSeveralSignaturesEachIsAPieceOfItsOwn() throws IOException {
    Path corpus = AdversaryCorpus.folder("slsa-verifier");
    byte[] file =
        Files.readAllBytes(
            corpus.resolve("cli/gcb_container/v0.3/gcloud-container-github-tag.json"));
    Subject image =
        Subject.of(
            "image",
            Digest.parse(
                "sha256:87db6d5226440e72f7134b71163df45282127a3f7b0600c946683cb2f43a70a9"));
    List<EvidenceReader.Piece> pieces = EvidenceReader.pieces(file, 1 << 20);
    assertEquals(2, pieces.size());
    for (EvidenceReader.Piece piece : pieces) {
      Bundle again = EvidenceReader.one(piece.bytes(), 1 << 20);
      assertEquals(piece.bundle().form(), again.form());
      assertEquals(piece.bundle().material(), again.material());
      long by =
          List.of("us-west2", "global-pae").stream()
              .filter(k -> SignatureMath.isSignedBy(google(corpus, k).key(), again, image))
              .count();
      assertEquals(1, by, piece.where());
    }
  }

  private static TrustedKey google(Path corpus, String name) {
    try {
      return TrustedKey.always(
          name, PublicKey.fromPem(Files.readAllBytes(corpus.resolve("gcb-keys/" + name + ".key"))));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
