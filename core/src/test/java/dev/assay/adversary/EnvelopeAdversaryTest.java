package dev.assay.adversary;

import static dev.assay.adversary.Trial.CI;
import static dev.assay.adversary.Trial.LAB;
import static dev.assay.adversary.Trial.NOTE;
import static dev.assay.adversary.Trial.draft;
import static dev.assay.adversary.Trial.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.attest.EvidenceReader;
import dev.assay.attest.OciSignature;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.SignatureScheme;
import dev.assay.lab.BundleDraft;
import dev.assay.lab.Edits;
import dev.assay.lab.LabBundle;
import dev.assay.lab.LabKey;
import dev.assay.trust.TrustedKey;
import dev.assay.verify.Candidate;
import dev.assay.verify.Requirement;
import dev.assay.verify.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Evidence about something else, of another type, in another form. */
class EnvelopeAdversaryTest {

  private static final String IN_TOTO = "application/vnd.in-toto+json";
  private static final String SIGN = "https://sigstore.dev/cosign/sign/v1";
  private static final String PAYLOAD = "dsseEnvelope.payload";

  private static BundleDraft attested(byte[] artifact, String type) {
    return draft().statement(artifact, Trial.statement(artifact, type));
  }

  private static LabBundle signed(LabKey key, byte[] artifact, String statement) {
    return draft()
        .managed(key)
        .withoutLog()
        .envelope(artifact, IN_TOTO, Text.utf8(statement))
        .make();
  }

  private static String sha256(byte[] artifact) {
    return Hex.encode(Hashes.sha256(artifact));
  }

  // CVE-2022-35929 (cosign), CVE-2022-35930 (policy-controller), CVE-2026-39395 (cosign #4801)
  @Test
  void anAttestationOfAnotherTypeDoesNotAnswer() {
    byte[] artifact = LAB.bytes(64);
    Trial.of(attested(artifact, NOTE)).attesting(NOTE).accepted();
    for (String other : List.of(NOTE + "/", "https://example.com/note/v2", SIGN)) {
      Trial.of(attested(artifact, other)).attesting(NOTE).refused(Code.NO_ATTESTATION);
    }
    Requirement signature = new Requirement.Signature(List.of(CI), 1);
    Trial.of(attested(artifact, SIGN)).requiring(signature).accepted();
    Trial.of(attested(artifact, NOTE)).requiring(signature).refused(Code.NO_SIGNATURE);
    Trial.of(draft().artifact(artifact)).attesting(NOTE).refused(Code.NO_ATTESTATION);
  }

  // CVE-2025-25204 (gh): no match left, so no error left
  @Test
  void nothingLeftAfterTheFilterIsARefusal() {
    byte[] artifact = LAB.bytes(64);
    Trial.of(artifact).refused(Code.NO_SIGNATURE);
    Trial.of(artifact).attesting(NOTE).refused(Code.NO_ATTESTATION);
    Trial.of(artifact, Candidate.of("a", attested(artifact, NOTE).make().bytes()))
        .attesting(NOTE)
        .accepted();
  }

  // CVE-2026-39395 (cosign): a payload that could not be read was skipped with success;
  // CVE-2026-44310 (gitsign): so was one that crashed the reader
  @Test
  void whatCannotBeReadIsARefusalAndNeverAnError() {
    byte[] artifact = LAB.bytes(64);
    LabKey key = LAB.key(LabKey.Kind.P256);
    String good = Trial.statement(artifact, NOTE).compact();
    Trial.of(signed(key, artifact, good)).by(key("k", key)).accepted();
    List<String> bad =
        List.of(
            "",
            "null",
            "[]",
            "{}",
            good + " {}",
            "\ufeff" + good,
            good.replaceFirst("\\{", "{\"predicateType\":\"" + NOTE + "\","),
            good.replaceFirst("\\{", "{\"subject\":[],"),
            good.replace("Statement/v1", "Statement/v9"),
            good.replace("\"subject\":[", "\"subject\":[{\"name\":\"x\"},"),
            good.replace("\"subject\":[", "\"subject\":[null,"),
            good.replace("\"predicate\":{}", "\"predicate\":{\"a\":1,\"a\":2}"),
            good.replace("\"predicate\":{}", "\"predicate\":[]"),
            good.replace("\"predicate\":{}", "\"predicate\":{\"a\":}"),
            good.replace("\"predicate\":{}", "\"predicate\":{\"a\":\"\\ud800\"}"),
            good.replace("\"predicate\":{}", "\"predicate\":" + "[".repeat(200) + "]".repeat(200)),
            good.replace("\"predicate\":{}", "\"predicate\":{"),
            good.replace("\"predicate\":{}", "\"predicate\":{}}"),
            "[".repeat(100_000));
    for (String statement : bad) {
      assertTrue(
          !Trial.of(signed(key, artifact, statement)).by(key("k", key)).verified(), statement);
    }
  }

  // provenance.md 9, case 7
  @Test
  void aDigestThatIsNotTheArtifactsIsNoMatch() {
    byte[] artifact = LAB.bytes(64);
    LabKey key = LAB.key(LabKey.Kind.P256);
    TrustedKey signer = key("k", key);
    String good = Trial.statement(artifact, NOTE).compact();
    String hex = sha256(artifact);
    Trial.of(signed(key, artifact, good)).by(signer).accepted();
    for (String other :
        List.of(
            hex.toUpperCase(java.util.Locale.ROOT),
            "sha256:" + hex,
            hex.substring(0, 40),
            hex + "00",
            "g" + hex.substring(1),
            " " + hex,
            "")) {
      assertTrue(!Trial.of(signed(key, artifact, good.replace(hex, other))).by(signer).verified());
    }
    for (String name : List.of("md5", "SHA256", "sha512", "gitCommit", "sha3_256")) {
      LabBundle bundle = signed(key, artifact, good.replace("\"sha256\":", "\"" + name + "\":"));
      assertTrue(!Trial.of(bundle).by(signer).verified(), name);
    }
    String empty = sha256(new byte[0]);
    Trial.of(signed(key, artifact, good.replace(hex, empty)))
        .by(signer)
        .refused(Code.SUBJECT_MISMATCH);
  }

  // provenance.md 9, case 8
  @Test
  void severalSubjectsAreEachAboutThemselves() {
    byte[] artifact = LAB.bytes(64);
    byte[] sibling = LAB.bytes(64);
    LabKey key = LAB.key(LabKey.Kind.P256);
    String good = Trial.statement(artifact, NOTE).compact();
    String other = "{\"name\":\"artifact\",\"digest\":{\"sha256\":\"" + sha256(sibling) + "\"}}";
    String both = good.replace("\"subject\":[", "\"subject\":[" + other + ",");
    Trial.of(signed(key, artifact, both)).by(key("k", key)).accepted();
    Trial.of(signed(key, sibling, both)).by(key("k", key)).accepted();
    Trial.of(signed(key, LAB.bytes(64), both)).by(key("k", key)).refused(Code.SUBJECT_MISMATCH);
    // One of two digests is the artifact's, the other is not: which is it about?
    String torn =
        good.replace(
            "\"sha256\":\"" + sha256(artifact) + "\"",
            "\"sha256\":\""
                + sha256(artifact)
                + "\",\"sha512\":\""
                + Hashes.digest(Digest.Algorithm.SHA512, sibling).hex()
                + "\"");
    Trial.of(signed(key, artifact, torn)).by(key("k", key)).accepted();
    String many = good.replace("\"subject\":[", "\"subject\":[" + (other + ",").repeat(1023));
    Trial.of(signed(key, artifact, many)).by(key("k", key)).accepted();
    String tooMany = good.replace("\"subject\":[", "\"subject\":[" + (other + ",").repeat(1024));
    assertTrue(!Trial.of(signed(key, artifact, tooMany)).by(key("k", key)).verified());
  }

  // CVE-2022-36056, CVE-2022-35929 (cosign); CVE-2023-33959 (notation): evidence for another
  @Test
  void evidenceOfAnotherArtifactIsRefused() {
    byte[] artifact = LAB.bytes(64);
    byte[] other = LAB.bytes(64);
    for (BundleDraft draft :
        List.of(draft().artifact(artifact), draft().provenance(artifact).rekorV2())) {
      byte[] bundle = draft.make().bytes();
      Trial.of(artifact, Candidate.of("b", bundle)).accepted();
      Trial.of(other, Candidate.of("b", bundle)).refused(Code.SUBJECT_MISMATCH);
      Trial.of(artifact, Candidate.of("b", bundle))
          .about(Subject.of("digest alone", Hashes.sha256Digest(other)))
          .refused(Code.SUBJECT_MISMATCH);
    }
    // The bundle claims the other's digest; its signature is over what it was.
    LabBundle lying =
        draft()
            .artifact(artifact)
            .make()
            .with("messageSignature.messageDigest.digest", Base64s.encode(Hashes.sha256(other)));
    Trial.of(other, Candidate.of("b", lying.bytes())).refused(Code.SIGNATURE_INVALID);
  }

  // provenance.md 9, case 6
  @Test
  void theTypeOfThePayloadIsSignedAndIsInToto() {
    byte[] artifact = LAB.bytes(64);
    byte[] statement = Text.utf8(Trial.statement(artifact, NOTE).compact());
    LabKey key = LAB.key(LabKey.Kind.P256);
    BundleDraft honest = draft().managed(key).withoutLog().envelope(artifact, IN_TOTO, statement);
    Trial.of(honest).by(key("k", key)).accepted();
    Trial.of(draft().managed(key).withoutLog().envelope(artifact, "application/json", statement))
        .by(key("k", key))
        .refused(Code.BAD_STATEMENT);
    LabBundle renamed =
        draft()
            .managed(key)
            .withoutLog()
            .envelope(artifact, "application/json", statement)
            .make()
            .with("dsseEnvelope.payloadType", IN_TOTO);
    Trial.of(renamed).by(key("k", key)).refused(Code.SIGNATURE_INVALID);
    // The signature of a file that happens to be the encoding of the envelope is over a file.
    Trial.of(honest.make().with(PAYLOAD, Base64s.encode(LAB.bytes(5))))
        .by(key("k", key))
        .refused(Code.BAD_STATEMENT);
    // What was signed without the encoding.
    Trial.of(
            draft()
                .managed(key)
                .withoutLog()
                .envelope(artifact, IN_TOTO, statement)
                .signing(statement))
        .by(key("k", key))
        .refused(Code.SIGNATURE_INVALID);
  }

  @Test
  void severalSignaturesOrALyingKeyIdDoNotHelp() {
    byte[] artifact = LAB.bytes(64);
    LabKey key = LAB.key(LabKey.Kind.P256);
    LabKey mallory = LAB.key(LabKey.Kind.P256);
    LabBundle honest = signed(key, artifact, Trial.statement(artifact, NOTE).compact());
    Trial.of(honest).by(key("k", key)).accepted();
    String signatures = "dsseEnvelope.signatures";
    Json mine = Edits.get(honest.json(), signatures + ".0");
    Trial.of(honest.with(signatures + ".1", mine)).by(key("k", key)).refused(Code.BAD_BUNDLE);
    LabBundle theirs = signed(mallory, artifact, Trial.statement(artifact, NOTE).compact());
    LabBundle posing = theirs.with("verificationMaterial.publicKey.hint", key.hint());
    Trial.of(theirs).by(key("k", key)).refused(Code.WRONG_KEY);
    Trial.of(posing).by(key("k", key)).refused(Code.SIGNATURE_INVALID);
    Trial.of(posing.with("dsseEnvelope.signatures.0.keyid", mallory.hint()))
        .by(key("k", key))
        .refused(Code.KEY_HINT_MISMATCH);
  }

  @Test
  void aMemberThatIsThereTwiceOrUnknownIsRefused() {
    LabBundle bundle = draft().make();
    Trial.of(bundle).accepted();
    String text = Text.utf8(bundle.bytes());
    String[] twice = {
      text.replaceFirst("\\{", "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\","),
      text.replaceFirst("\"signature\":", "\"signature\":\"AA==\",\"signature\":"),
      text.replaceFirst("\\{", "{\"extra\":1,"),
      text + text,
      text + "x",
      " \ufeff" + text,
      text.substring(0, text.length() - 1)
    };
    for (String document : twice) {
      assertTrue(
          !Trial.of(bundle.artifact(), Candidate.of("b", Text.utf8(document))).verified(),
          document);
    }
  }

  // CVE-2024-45395 (sigstore-go), CVE-2023-33957 (notation): counted without end
  @Test
  void aHeapOfEntriesOrTimestampsIsRefusedBeforeItIsVerified() {
    LabBundle bundle = draft().timestamp().make();
    Trial.of(bundle).accepted();
    for (String list :
        List.of(
            "verificationMaterial.tlogEntries",
            "verificationMaterial.timestampVerificationData.rfc3161Timestamps")) {
      Json one = Edits.get(bundle.json(), list + ".0");
      List<Json> heap = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        heap.add(one);
      }
      Trial.of(bundle.with(list, Json.array(heap))).refused(Code.TOO_MANY);
    }
  }

  // GHSA-r2xv-vpr2-42m9 (slsa-verifier): npm's list says what an attestation is
  @Test
  void aListThatCallsAnAttestationByAnotherTypeIsRefused() {
    byte[] artifact = LAB.bytes(64);
    String bundle = Text.utf8(attested(artifact, NOTE).make().bytes());
    String list = "{\"attestations\":[{\"predicateType\":\"%s\",\"bundle\":" + bundle + "}]}";
    byte[] honest = Text.utf8(list.replace("%s", NOTE));
    EvidenceReader.Piece piece = EvidenceReader.pieces(honest, 1 << 20).getFirst();
    Trial.of(artifact, Candidate.of("list", piece.bytes(), piece.bundle()))
        .attesting(NOTE)
        .accepted();
    byte[] lying = Text.utf8(list.replace("%s", "https://slsa.dev/provenance/v1"));
    AssayException e =
        assertThrows(AssayException.class, () -> EvidenceReader.pieces(lying, 1 << 20));
    assertEquals(Code.BAD_BUNDLE, e.code());
    Trial.of(artifact, Candidate.of("list", lying)).refused(Code.BAD_BUNDLE);
  }

  // Kyverno CVE-2022-47633, CVE-2023-47630: another layer's digest was taken for the image's
  @Test
  void aSimpleSigningPayloadOfAnotherImageIsRefused() {
    Digest image = Hashes.sha256Digest(LAB.bytes(64));
    Digest other = Hashes.sha256Digest(LAB.bytes(64));
    LabKey key = LAB.key(LabKey.Kind.P256);
    byte[] layer = simple(image);
    Candidate honest = layer(layer, key.sign(layer));
    simpleTrial(image, honest, key).accepted();
    simpleTrial(other, honest, key).refused(Code.SUBJECT_MISMATCH);
    // The payload is swapped under the signature; the signature comes from another payload.
    simpleTrial(other, layer(simple(other), key.sign(layer)), key).refused(Code.WRONG_KEY);
    simpleTrial(image, layer(layer, key.sign(simple(other))), key).refused(Code.WRONG_KEY);
    // An annotation is no part of what was signed, and a type is.
    byte[] typed = Text.utf8(Text.utf8(layer).replace("cosign container", "other container"));
    AssayException e = assertThrows(AssayException.class, () -> layer(typed, key.sign(typed)));
    assertEquals(Code.BAD_BUNDLE, e.code());
    byte[] twice =
        Text.utf8(
            Text.utf8(layer)
                .replace(
                    "{\"docker-manifest-digest\":\"" + image + "\"}",
                    "{\"docker-manifest-digest\":\""
                        + other
                        + "\",\"docker-manifest-digest\":\""
                        + image
                        + "\"}"));
    assertEquals(
        Code.DUPLICATE_MEMBER,
        assertThrows(AssayException.class, () -> layer(twice, key.sign(twice))).code());
  }

  private static Trial simpleTrial(Digest image, Candidate candidate, LabKey key) {
    return Trial.of(new byte[0], candidate).about(Subject.of("image", image)).by(key("k", key));
  }

  private static byte[] simple(Digest image) {
    return Text.utf8(
        "{\"critical\":{\"identity\":{\"docker-reference\":\"r\"},\"image\":"
            + "{\"docker-manifest-digest\":\""
            + image
            + "\"},\"type\":\"cosign container image signature\"},\"optional\":null}");
  }

  private static Candidate layer(byte[] content, byte[] signature) {
    return Candidate.of(
        "layer",
        content,
        OciSignature.read(
            OciSignature.SIMPLE_SIGNING,
            content,
            Map.of("dev.cosignproject.cosign/signature", Base64s.encode(signature))));
  }

  // signing.md 4.3: kinds of keys and signatures that the conformance suite leaves out
  @Test
  void everyKindOfKeySignsThisAndNothingElse() {
    for (LabKey.Kind kind :
        List.of(
            LabKey.Kind.P256,
            LabKey.Kind.P384,
            LabKey.Kind.P521,
            LabKey.Kind.ED25519,
            LabKey.Kind.ED25519PH,
            LabKey.Kind.RSA2048,
            LabKey.Kind.ML_DSA_65)) {
      LabKey key = LAB.key(kind);
      byte[] artifact = LAB.bytes(64);
      LabBundle honest = draft().managed(key).withoutLog().artifact(artifact).make();
      TrustedKey signer = key(kind.name(), key);
      Trial.of(honest).by(signer).accepted();
      byte[] other = artifact.clone();
      other[9] ^= 1;
      Trial trial = Trial.of(other, Candidate.of("b", honest.bytes())).by(signer);
      assertTrue(!trial.verified(), kind.name());
      Trial.of(honest.flip("messageSignature.signature", 77))
          .by(signer)
          .refused(Code.SIGNATURE_INVALID);
      LabKey same = LAB.key(kind);
      Trial.of(honest).by(key("other", same)).refused(Code.WRONG_KEY);
    }
  }

  @Test
  void aPrehashedSignatureIsNoPlainOne() {
    LabKey prehashing = LAB.key(LabKey.Kind.ED25519PH);
    byte[] artifact = LAB.bytes(64);
    // Ed25519ph of the artifact is not Ed25519 of its SHA-512, nor the other way round.
    byte[] hash = Hex.decode(Hashes.digest(Digest.Algorithm.SHA512, artifact).hex());
    LabBundle honest = draft().managed(prehashing).withoutLog().artifact(artifact).make();
    TrustedKey signer = key("k", prehashing);
    Trial.of(honest).by(signer).accepted();
    assertTrue(!Trial.of(hash, Candidate.of("b", honest.bytes())).by(signer).verified());
    LabKey plain = LAB.key(LabKey.Kind.ED25519);
    LabBundle ofHash = draft().managed(plain).withoutLog().artifact(hash).make();
    Trial.of(ofHash).by(key("k", plain)).accepted();
    assertTrue(
        !Trial.of(artifact, Candidate.of("b", ofHash.bytes())).by(key("k", plain)).verified());
  }

  @Test
  void rsaIsPaddedAsItShould() {
    PrivateKey rsa = PrivateKey.fromPem(Text.utf8(LAB.key(LabKey.Kind.RSA2048).privatePem()));
    assertEquals(KeyAlgorithm.RSA, rsa.algorithm());
    byte[] artifact = LAB.bytes(64);
    TrustedKey signer = TrustedKey.always("rsa", rsa.publicKey());
    Digest digest = Hashes.sha256Digest(artifact);
    for (SignatureScheme scheme : SignatureScheme.values()) {
      if (!scheme.name().startsWith("RSA")) {
        continue;
      }
      byte[] signature = rsa.sign(scheme, artifact);
      byte[] bundle =
          dev.assay.attest.Bundle.forMessage(
                  dev.assay.attest.Bundle.hintOf(rsa.publicKey()), digest, signature)
              .write();
      boolean used =
          scheme == SignatureScheme.RSA_PKCS1_SHA256 || scheme == SignatureScheme.RSA_PSS_SHA256;
      assertEquals(
          used, Trial.of(artifact, Candidate.of("b", bundle)).by(signer).verified(), scheme.name());
    }
  }
}
