package dev.assay.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.evidence.Answer.Result;
import dev.assay.log.NoteKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProofTest {

  private static final Digest PAY = Scene.image("pay");
  private static final Digest WEB = Scene.image("web");
  private static final String CVE = "CVE-2021-44228";

  @TempDir Path folder;
  private Scene scene;

  @BeforeEach
  void begin() {
    scene = new Scene(folder.resolve("ledger"), "ledger.example/test");
    scene.advisory(Scene.LOG4SHELL);
    scene.sbom(PAY, Scene.LOG4J + "2.14.1");
    scene.sbom(WEB, Scene.LOG4J + "2.17.1");
    scene.signature(PAY);
    scene.provenance(PAY);
    scene.decision(PAY, true);
    for (int i = 0; i < 4; i++) {
      scene.snapshot(5 * i, WEB);
    }
    scene.snapshot(20, WEB, PAY);
    scene.snapshot(25, WEB, PAY);
    scene.snapshot(30, WEB);
    scene.tag("1.0", PAY);
    scene.snapshot(35, WEB);
  }

  @AfterEach
  void end() {
    scene.close();
  }

  private Prover.Proven prove(Question question) {
    try (EvidenceIndex index = EvidenceIndex.inMemory()) {
      index.update(scene.ledger);
      return new Prover(scene.ledger, index)
          .prove(question, scene.ledger.keys(), List.of(scene.signer()));
    }
  }

  private Prover.Proven prove(int a, int b) {
    return prove(
        new Question(
            Question.subject(CVE),
            java.util.Optional.of(Scene.at(a)),
            java.util.Optional.of(Scene.at(b)),
            java.util.Optional.empty(),
            java.util.Optional.empty(),
            Question.MAX_GAP));
  }

  private ProofChecker.Checked check(byte[] file) {
    return ProofChecker.check(file, scene.ledger.keys());
  }

  @Test
  void truthfulProofsHold() {
    Prover.Proven yes = prove(Question.of(Question.subject(CVE)));
    assertEquals(Result.YES, yes.answer().result());
    ProofChecker.Checked checked = check(yes.file());
    assertEquals(yes.answer().toJson().pretty(), checked.answer().toJson().pretty());
    assertEquals(4, checked.bundles());
    assertEquals(List.of(scene.signer().id().toString()), checked.keys());
    assertTrue(checked.statement().contains("left to trust"));
    Prover.Proven no = prove(0, 15);
    assertEquals(Result.NO, no.answer().result());
    assertEquals(Result.NO, check(no.file()).answer().result());
    Prover.Proven unknown = prove(27, 29);
    assertEquals(Result.UNKNOWN, unknown.answer().result());
    check(unknown.file());
    check(prove(30, 35).file());
    check(prove(21, 21).file());
    check(prove(Question.of(new Question.Image(PAY))).file());
    check(prove(Question.of(Question.subject(Scene.LOG4J + "2.17.1"))).file());
  }

  @Test
  void aProofCarriesOnlyTheSnapshotsItNeeds() {
    int all = Proof.parse(prove(0, 35).file()).records().size();
    int late = Proof.parse(prove(30, 35).file()).records().size();
    assertTrue(late < all, late + " of " + all);
  }

  @Test
  void aProofOfWhatWasKnownThenHolds() {
    Prover.Proven then = prove(Question.of(Question.subject(CVE)).asOf(9));
    assertEquals(Result.NO, then.answer().result(), then.answer().toJson().pretty());
    check(then.file());
  }

  @Test
  void keysAreFoundInRecordedPolicies() {
    try (EvidenceIndex index = EvidenceIndex.inMemory()) {
      index.update(scene.ledger);
      check(
          new Prover(scene.ledger, index)
              .prove(Question.of(Question.subject(CVE)), scene.ledger.keys(), List.of())
              .file());
    }
  }

  // --- what an attacker would try

  private static Json.Obj json(byte[] file) {
    return (Json.Obj) Json.parse(file, Proof.MAX_BYTES);
  }

  private static Json.Obj with(Json.Obj object, String name, UnaryOperator<Json> change) {
    Map<String, Json> members = new LinkedHashMap<>(object.members());
    members.put(name, change.apply(members.getOrDefault(name, new Json.Null())));
    return new Json.Obj(members);
  }

  private static Json element(Json array, int index, UnaryOperator<Json> change) {
    List<Json> elements = new ArrayList<>(((Json.Arr) array).elements());
    Json changed = change.apply(elements.get(index));
    elements.remove(index);
    if (!(changed instanceof Json.Null)) {
      elements.add(index, changed);
    }
    return new Json.Arr(elements);
  }

  private Code refused(Json.Obj proof) {
    byte[] bytes = Text.utf8(proof.pretty());
    return assertThrows(AssayException.class, () -> check(bytes)).code();
  }

  private static int indexOf(Json.Obj proof, String type, int nth) {
    List<Json> records = ((Json.Arr) proof.get("records").orElseThrow()).elements();
    int seen = 0;
    for (int i = 0; i < records.size(); i++) {
      Json record = ((Json.Obj) records.get(i)).get("record").orElseThrow();
      if (record.compact().contains("\\\"type\\\":\\\"" + type + "\\\"") && seen++ == nth) {
        return i;
      }
    }
    throw new AssertionError("no " + type);
  }

  @Test
  void aChangedAnswerIsRefused() {
    Json.Obj proof = json(prove(0, 15).file());
    assertEquals(
        Code.PROOF_INVALID,
        refused(with(proof, "answer", a -> with((Json.Obj) a, "answer", x -> Json.of("YES")))));
    assertEquals(
        Code.PROOF_INVALID,
        refused(with(proof, "answer", a -> with((Json.Obj) a, "extra", x -> Json.of(1)))));
    assertEquals(
        Code.PROOF_INVALID,
        refused(with(proof, "answer", a -> with((Json.Obj) a, "extra", x -> new Json.Num("1.5")))));
    Json.Obj yes = json(prove(Question.of(Question.subject(CVE))).file());
    Json.Obj earlier =
        (Json.Obj)
            Json.parse(
                Text.utf8(
                    yes.compact()
                        .replace(
                            "\"since\":\"2026-11-22T12:20:00Z\"",
                            "\"since\":\"2026-11-22T12:25:00Z\"")),
                Proof.MAX_BYTES);
    assertEquals(Code.PROOF_INVALID, refused(earlier));
  }

  @Test
  void aChangedQuestionIsRefused() {
    Json.Obj proof = json(prove(0, 15).file());
    assertEquals(
        Code.PROOF_INVALID,
        refused(
            with(
                proof,
                "question",
                q -> with((Json.Obj) q, "until", x -> Json.of(Scene.at(35).toString())))));
    assertEquals(
        Code.BAD_PROOF_FILE,
        refused(with(proof, "question", q -> with((Json.Obj) q, "hint", x -> Json.of("x")))));
  }

  @Test
  void aChangedRecordIsRefused() {
    Json.Obj proof = json(prove(0, 15).file());
    int snapshot = indexOf(proof, "snapshot", 1);
    Json.Obj changed =
        with(
            proof,
            "records",
            r ->
                element(
                    r,
                    snapshot,
                    e ->
                        with(
                            (Json.Obj) e,
                            "record",
                            t -> Json.of(((Json.Str) t).value().replace("prod", "prof")))));
    assertEquals(Code.INCLUSION_INVALID, refused(changed));
    Json.Obj moved =
        with(
            proof,
            "records",
            r -> element(r, 0, e -> with((Json.Obj) e, "index", x -> Json.of(0))));
    assertEquals(Code.INCLUSION_INVALID, refused(moved));
  }

  @Test
  void anotherLogsKeyIsRefused() {
    byte[] file = prove(0, 15).file();
    try (Scene same = new Scene(folder.resolve("same"), "ledger.example/test");
        Scene other = new Scene(folder.resolve("other"), "ledger.example/other")) {
      assertEquals(
          Code.NOTE_NOT_SIGNED,
          assertThrows(AssayException.class, () -> ProofChecker.check(file, same.ledger.keys()))
              .code());
      assertEquals(
          Code.WRONG_ORIGIN,
          assertThrows(AssayException.class, () -> ProofChecker.check(file, other.ledger.keys()))
              .code());
      List<NoteKey> none = List.of();
      assertThrows(AssayException.class, () -> ProofChecker.check(file, none));
    }
  }

  @Test
  void aSnapshotLeftOutIsNoticed() {
    Json.Obj proof = json(prove(Question.of(Question.subject(CVE))).file());
    for (int n = 0; n < 8; n++) {
      int snapshot = indexOf(proof, "snapshot", n);
      Json.Obj without = with(proof, "records", r -> element(r, snapshot, e -> new Json.Null()));
      assertEquals(Code.PROOF_INVALID, refused(without), "snapshot " + n);
    }
  }

  @Test
  void evidenceLeftOutIsNoticed() {
    Json.Obj proof = json(prove(Question.of(Question.subject(CVE))).file());
    for (String type : List.of("evidence", "advisory", "decision")) {
      int place = indexOf(proof, type, 0);
      assertEquals(
          Code.PROOF_INVALID,
          refused(with(proof, "records", r -> element(r, place, e -> new Json.Null()))),
          type);
    }
  }

  @Test
  void aSwappedBlobIsRefused() {
    Json.Obj proof = json(prove(0, 15).file());
    assertEquals(
        Code.DIGEST_MISMATCH,
        refused(
            with(
                proof,
                "blobs",
                b -> element(b, 0, e -> with((Json.Obj) e, "text", x -> Json.of("{}"))))));
    // One that is named rightly but belongs to no record.
    String digest = Hashes.sha256Digest(Text.utf8("{}")).toString();
    assertEquals(
        Code.PROOF_INVALID,
        refused(
            with(
                proof,
                "blobs",
                b ->
                    element(
                        b,
                        0,
                        e -> Json.object().put("digest", digest).put("text", "{}").build()))));
    assertEquals(
        Code.PROOF_INVALID,
        refused(with(proof, "blobs", b -> element(b, 0, e -> new Json.Null()))));
  }

  @Test
  void aCheckpointOfAnotherTreeIsRefused() {
    Json.Obj proof = json(prove(0, 15).file());
    scene.tag("later", PAY);
    assertEquals(
        Code.INCLUSION_INVALID,
        refused(with(proof, "checkpoint", c -> Json.of(Text.utf8(scene.ledger.checkpoint())))));
    assertEquals(
        Code.NOTE_NOT_SIGNED,
        refused(
            with(
                proof,
                "checkpoint",
                c ->
                    Json.of(
                        ((Json.Str) c)
                            .value()
                            .replaceFirst("(?s)\n\n.*", "\n\n")
                            .concat("— other " + "AAAAAAAAAAAA\n")))));
  }

  @Test
  void aKeyThatDidNotSignIsRefused() {
    Json.Obj proof = json(prove(0, 15).file());
    try (Scene other = new Scene(folder.resolve("other"), "ledger.example/test")) {
      assertEquals(
          Code.PROOF_INVALID,
          refused(with(proof, "keys", k -> Json.strings(List.of(other.signer().pem())))));
      assertEquals(
          Code.PROOF_INVALID,
          refused(
              with(
                  proof,
                  "keys",
                  k -> Json.strings(List.of(scene.signer().pem(), other.signer().pem())))));
    }
    assertEquals(Code.PROOF_INVALID, refused(with(proof, "keys", k -> Json.strings(List.of()))));
  }

  @Test
  void evidenceWhoseSignatureDoesNotVerifyIsNotProven() {
    // The ledger says "verified", the bytes say otherwise.
    Digest liar = Scene.image("liar");
    try (Scene other = new Scene(folder.resolve("other"), "ledger.example/other")) {
      long index = other.sbom(liar, "pkg:maven/g/clean@1");
      byte[] bundle =
          other.ledger.blob(other.ledger.record(index).blobs().getFirst()).orElseThrow();
      Digest blob = scene.ledger.putBlob(bundle);
      scene.append(
          "evidence",
          Json.object()
              .put("subject", liar.toString())
              .put("bundle", blob.toString())
              .put("predicateType", "https://cyclonedx.org/bom")
              .put("keyId", scene.signer().id().toString())
              .put("verified", true)
              .build(),
          blob);
    }
    scene.snapshot(40, liar);
    AssayException e =
        assertThrows(AssayException.class, () -> prove(Question.of(Question.subject(CVE))));
    assertEquals(Code.PROOF_INVALID, e.code());
  }

  @Test
  void anUnknownMemberIsRefusedEverywhere() {
    Json.Obj proof = json(prove(0, 15).file());
    UnaryOperator<Json> extra = e -> with((Json.Obj) e, "note", x -> Json.of("x"));
    assertEquals(Code.BAD_PROOF_FILE, refused((Json.Obj) extra.apply(proof)));
    for (String list : List.of("records", "blobs")) {
      assertEquals(
          Code.BAD_PROOF_FILE, refused(with(proof, list, l -> element(l, 0, extra))), list);
    }
  }

  @Test
  void truncatedAnywhereItIsRefused() {
    byte[] file = prove(0, 15).file();
    Random random = new Random(23);
    for (int i = 0; i < 100; i++) {
      byte[] cut = java.util.Arrays.copyOf(file, random.nextInt(file.length - 2));
      assertThrows(AssayException.class, () -> check(cut));
    }
  }

  @Test
  void noFlippedBitEndsInAnotherAnswer() {
    Prover.Proven proven = prove(20, 35);
    String answer = proven.answer().toJson().pretty();
    Random random = new Random(29);
    int held = 0;
    for (int i = 0; i < 150; i++) {
      byte[] bytes = proven.file().clone();
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        assertEquals(answer, check(bytes).answer().toJson().pretty());
        held++; // white space, or the like
      } catch (AssayException e) {
        // refused, as it should be
      }
    }
    assertTrue(held < 40, held + " held");
  }
}
