package dev.assay.verify;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.attest.DocumentReference;
import dev.assay.attest.PredicateTypes;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A signed reference in place of a document: only with the document's own bytes. */
class DetachedTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final Digest IMAGE = Forge.digest("image");
  private static final Forge CI = new Forge("ci");
  private static final Forge ATTACKER = new Forge("attacker");
  private static final String CYCLONEDX = "application/vnd.cyclonedx+json";
  private static final byte[] SBOM =
      Text.utf8("{\"components\":[],\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\"}");

  private final List<Digest> asked = new ArrayList<>();

  private static Json reference(String mediaType, Json digest) {
    return Json.object()
        .put("downloadLocation", "https://elsewhere.example/sbom.json")
        .put("digest", digest)
        .put("mediaType", mediaType)
        .build();
  }

  private static Json sha256(byte[] document) {
    return Json.object().put("sha256", Hashes.sha256Digest(document).hex()).build();
  }

  private static Json.Obj names(Json... references) {
    return Json.object()
        .put("attester", Json.object().put("id", "https://example.com/ci"))
        .put("references", List.of(references))
        .build();
  }

  private static Candidate signed(Forge by, Digest subject, Json.Obj predicate) {
    return by.statement(subject, PredicateTypes.REFERENCE_V01, predicate);
  }

  private Candidate with(Candidate candidate, byte[]... documents) {
    return candidate.withDocuments((reference, limit) -> {
      asked.add(reference.digest());
      for (byte[] document : documents) {
        if (Hashes.sha256Digest(document).equals(reference.digest())) {
          return document;
        }
      }
      throw new AssayException(Code.CONTENT_MISSING, "not there");
    });
  }

  /** A store that gives these bytes whatever is asked for. */
  private static Candidate lying(Candidate candidate, byte[] document) {
    return candidate.withDocuments((reference, limit) -> document);
  }

  private static Verifier.Outcome ask(String type, Candidate... candidates) {
    return Verifier.verify(
        Subject.of("pay", IMAGE),
        List.of(candidates),
        List.of(new Requirement.Attestation("sbom", type, List.of(CI.trusted))),
        Trust.NONE,
        History.NONE,
        NOW);
  }

  private static Check ask(Candidate... candidates) {
    return ask(PredicateTypes.CYCLONEDX, candidates).checks().getFirst();
  }

  private static void refused(Code code, Candidate... candidates) {
    Check check = ask(candidates);
    assertEquals(Optional.of(code), check.code(), check.toString());
    assertTrue(!check.passed());
  }

  private static Candidate good() {
    return signed(CI, IMAGE, names(reference(CYCLONEDX, sha256(SBOM))));
  }

  @Test
  void aReferenceWithItsDocumentIsAnAttestation() {
    Verifier.Outcome outcome = ask(PredicateTypes.CYCLONEDX, with(good(), SBOM));
    assertTrue(outcome.checks().getFirst().passed(), outcome.checks().toString());
    Verifier.Accepted accepted = outcome.accepted().getFirst();
    assertEquals(Optional.of(PredicateTypes.REFERENCE_V01), accepted.predicateType());
    assertEquals(PredicateTypes.CYCLONEDX, accepted.document().orElseThrow().predicateType());
    assertArrayEquals(SBOM, accepted.document().get().bytes());
    // Parameters of a media type are no part of what it is.
    assertTrue(
        ask(with(
                signed(
                    CI,
                    IMAGE,
                    names(reference("Application/vnd.CycloneDX+json; version=1.6", sha256(SBOM)))),
                SBOM))
            .passed());
  }

  @Test
  void withoutTheBytesItIsNothing() {
    Check check = ask(with(good()));
    assertEquals(Optional.of(Code.CONTENT_MISSING), check.code());
    assertEquals(Code.Exit.BYTES_DIFFER, check.code().get().exit());
    refused(Code.CONTENT_MISSING, good());
  }

  @Test
  void otherBytesAreNotTheDocument() {
    byte[] other = Text.utf8("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\"}");
    refused(Code.DIGEST_MISMATCH, lying(good(), other));
    refused(Code.DIGEST_MISMATCH, lying(good(), Arrays.copyOf(SBOM, SBOM.length - 1)));
    refused(Code.DIGEST_MISMATCH, lying(good(), new byte[0]));
    for (int i = 0; i < SBOM.length; i++) {
      byte[] flipped = SBOM.clone();
      flipped[i] ^= 1;
      refused(Code.DIGEST_MISMATCH, lying(good(), flipped));
    }
  }

  @Test
  void whatCannotBeReachedLeavesTheQuestionOpen() {
    Candidate candidate =
        good()
            .withDocuments((reference, limit) -> {
              throw new AssayException(Code.UNREACHABLE, "down");
            });
    Check check = ask(candidate);
    assertEquals(Check.Outcome.NOT_EVALUATED, check.outcome());
    assertEquals(Optional.of(Code.UNREACHABLE), check.code());
  }

  @Test
  void onlyATrustedSignersReferenceIsFollowed() {
    byte[] evil = Text.utf8("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\"}");
    refused(
        Code.WRONG_KEY,
        with(signed(ATTACKER, IMAGE, names(reference(CYCLONEDX, sha256(evil)))), evil));
    refused(
        Code.SUBJECT_MISMATCH,
        with(signed(CI, Forge.digest("other"), names(reference(CYCLONEDX, sha256(SBOM)))), SBOM));
    assertEquals(List.of(), asked, "nothing was fetched for them");
    // Nor does it keep the real one from being found.
    assertTrue(
        ask(
                with(signed(ATTACKER, IMAGE, names(reference(CYCLONEDX, sha256(evil)))), evil),
                with(good(), SBOM))
            .passed());
  }

  @Test
  void oneDocumentOfTheTypeIsNamed() {
    byte[] other = Text.utf8("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.4\"}");
    Candidate two =
        signed(
            CI,
            IMAGE,
            names(reference(CYCLONEDX, sha256(SBOM)), reference(CYCLONEDX, sha256(other))));
    refused(Code.DOCUMENT_AMBIGUOUS, with(two, SBOM, other));
    // The same one twice is two as well: nobody says what that means.
    refused(
        Code.DOCUMENT_AMBIGUOUS,
        with(
            signed(
                CI,
                IMAGE,
                names(reference(CYCLONEDX, sha256(SBOM)), reference(CYCLONEDX, sha256(SBOM)))),
            SBOM));
    assertEquals(List.of(), asked);
    Candidate mixed =
        signed(
            CI,
            IMAGE,
            names(reference("application/pdf", sha256(other)), reference(CYCLONEDX, sha256(SBOM))));
    assertTrue(ask(with(mixed, SBOM, other)).passed());
  }

  @Test
  void theMediaTypeSaysForWhichTypeItStands() {
    for (String type :
        List.of(
            "application/spdx+json",
            "application/vnd.cyclonedx+xml",
            "application/vnd.cyclonedx+json-evil",
            "application/vnd.cyclonedx",
            "application/json",
            "application/octet-stream",
            "")) {
      refused(Code.NO_SBOM, with(signed(CI, IMAGE, names(reference(type, sha256(SBOM)))), SBOM));
    }
    assertEquals(List.of(), asked);
    byte[] spdx = Text.utf8("{\"spdxVersion\":\"SPDX-2.3\"}");
    Candidate named = signed(CI, IMAGE, names(reference("application/spdx+json", sha256(spdx))));
    assertTrue(ask(PredicateTypes.SPDX, with(named, spdx)).checks().getFirst().passed());
    refused(Code.NO_SBOM, with(named, spdx));
    // Under the right type with other content.
    for (byte[] document :
        List.of(
            spdx,
            Text.utf8("[]"),
            Text.utf8("{\"bomFormat\":\"CycloneDX\"}"),
            Text.utf8("{\"bomFormat\":[\"CycloneDX\"],\"specVersion\":\"1.6\"}"))) {
      refused(
          Code.BAD_PREDICATE,
          with(signed(CI, IMAGE, names(reference(CYCLONEDX, sha256(document)))), document));
    }
    byte[] twice =
        Text.utf8("{\"bomFormat\":\"x\",\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\"}");
    refused(
        Code.DUPLICATE_MEMBER,
        with(signed(CI, IMAGE, names(reference(CYCLONEDX, sha256(twice)))), twice));
  }

  @Test
  void theDigestIsOneAndStrong() {
    String hex = Hashes.sha256Digest(SBOM).hex();
    for (Json digest :
        List.<Json>of(
            Json.object().build(),
            Json.object().put("sha1", "a".repeat(40)).build(),
            Json.object().put("md5", "a".repeat(32)).build(),
            Json.object().put("sha256", hex.substring(1)).build(),
            Json.object().put("sha256", "sha256:" + hex).build(),
            Json.object().put("sha256", hex).put("sha512", "a".repeat(128)).build())) {
      refused(
          Code.BAD_PREDICATE, with(signed(CI, IMAGE, names(reference(CYCLONEDX, digest))), SBOM));
    }
    assertEquals(List.of(), asked);
    Json sha512 =
        Json.object().put("sha512", Hashes.digest(Digest.Algorithm.SHA512, SBOM).hex()).build();
    assertTrue(ask(lying(signed(CI, IMAGE, names(reference(CYCLONEDX, sha512))), SBOM)).passed());
    refused(Code.BAD_PREDICATE, with(signed(CI, IMAGE, names()), SBOM));
    refused(Code.BAD_PREDICATE, with(signed(CI, IMAGE, Json.object().build()), SBOM));
  }

  // A signature, or provenance, is nothing that a reference could stand for.
  @Test
  void nothingElseIsDetached() {
    for (String type :
        List.of(
            PredicateTypes.SLSA_PROVENANCE_V1,
            PredicateTypes.OPENVEX,
            PredicateTypes.CYCLONEDX + "/v1.6",
            "https://example.com/any")) {
      assertTrue(!ask(type, with(good(), SBOM)).checks().getFirst().passed(), type);
    }
    Check signature =
        Verifier.verify(
                Subject.of("pay", IMAGE),
                List.of(with(good(), SBOM)),
                List.of(new Requirement.Signature(List.of(CI.trusted), 1)),
                Trust.NONE,
                History.NONE,
                NOW)
            .checks()
            .getFirst();
    assertEquals(Optional.of(Code.NO_SIGNATURE), signature.code());
    assertEquals(List.of(), asked);
  }

  @Test
  void whatIsWrittenIsRead() {
    DocumentReference one =
        new DocumentReference("sbom.json", CYCLONEDX, Hashes.sha256Digest(SBOM));
    Candidate candidate = signed(CI, IMAGE, one.predicate("https://registry.example/x"));
    assertTrue(ask(with(candidate, SBOM)).passed());
    assertEquals(List.of(one.digest()), asked);
  }
}
