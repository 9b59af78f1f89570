package dev.assay.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.evidence.Answer.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AskerTest {

  private static final Digest PAY = Scene.image("pay");
  private static final Digest WEB = Scene.image("web");
  private static final String CVE = "CVE-2021-44228";

  @TempDir Path folder;
  private Scene scene;

  @BeforeEach
  void begin() {
    scene = new Scene(folder.resolve("ledger"), "ledger.example/test");
  }

  @AfterEach
  void end() {
    scene.close();
  }

  private void bothWithSboms() {
    scene.advisory(Scene.LOG4SHELL);
    scene.sbom(PAY, Scene.LOG4J + "2.14.1", "pkg:maven/g/other@1");
    scene.sbom(WEB, Scene.LOG4J + "2.17.1");
  }

  private static Question at(int minutes) {
    return between(minutes, minutes);
  }

  private static Question between(int a, int b) {
    return new Question(
        Question.subject(CVE),
        Optional.of(Scene.at(a)),
        Optional.of(Scene.at(b)),
        Optional.empty(),
        Optional.empty(),
        Question.MAX_GAP);
  }

  @Test
  void theWholeStoryOfOneWorkloadIsTold() {
    bothWithSboms();
    long signature = scene.signature(PAY);
    long provenance = scene.provenance(PAY);
    long decision = scene.decision(PAY, true);
    scene.snapshot(0, WEB);
    scene.snapshot(5, WEB, PAY);
    scene.snapshot(10, WEB, PAY);
    Answer answer = scene.ask(CVE);
    assertEquals(Result.YES, answer.result());
    assertEquals(1, answer.running().size());
    Answer.Running pay = answer.running().getFirst();
    assertEquals(PAY, pay.digest());
    assertEquals(Scene.at(5), pay.since());
    assertEquals(Optional.of(Scene.at(0)), pay.absentBefore());
    assertEquals(Scene.at(10), pay.lastSeen());
    assertTrue(pay.still());
    assertEquals("https://ci.example/builder", pay.build().orElseThrow().builder());
    assertEquals(provenance, pay.build().orElseThrow().index());
    assertTrue(pay.build().orElseThrow().commit().orElseThrow().startsWith("6cb9515"));
    assertEquals(signature, pay.signatures().getFirst().index());
    assertEquals(decision, pay.admission().orElseThrow().index());
    assertTrue(pay.admission().orElseThrow().allowed());
    assertEquals(0, answer.coverage().getFirst().blindPeriods());
    String text = AnswerText.render(answer, false);
    assertTrue(text.startsWith("YES  CVE-2021-44228  runs in 1 workload\n"), text);
    assertTrue(text.contains("(not running at 2026-11-22T12:00:00Z)"), text);
  }

  @Test
  void whatEveryImageIsWithoutDidNotRun() {
    bothWithSboms();
    scene.snapshot(0, WEB);
    scene.snapshot(5, WEB);
    Answer answer = scene.ask("GHSA-JFH8-C2JP-5V3Q");
    assertEquals(Result.NO, answer.result(), answer.toJson().pretty());
    assertEquals(Result.NO, scene.ask(PAY.toString()).result());
    assertEquals(Result.YES, scene.ask(WEB.toString()).result());
  }

  @Test
  void anImageWithoutAnSbomMakesItUnknown() {
    bothWithSboms();
    Digest dark = Scene.image("dark");
    scene.snapshot(0, WEB, dark);
    scene.snapshot(5, WEB, dark);
    Answer answer = scene.ask(CVE);
    assertEquals(Result.UNKNOWN, answer.result());
    assertEquals(List.of(dark), answer.unknown().stream().map(u -> u.digest()).toList());
    assertEquals(Result.NO, scene.ask(PAY.toString()).result());
  }

  @Test
  void anEmptyOrForeignSbomIsNoSbom() {
    scene.advisory(Scene.LOG4SHELL);
    scene.sbom(WEB);
    scene.snapshot(0, WEB);
    assertEquals(Result.UNKNOWN, scene.ask(CVE).result());
    scene.evidence(WEB, "https://cyclonedx.org/bom", Json.object().put("a", "b").build());
    assertEquals(Result.UNKNOWN, scene.ask(CVE).result());
  }

  @Test
  void aGapIsBlind() {
    bothWithSboms();
    scene.snapshot(0, WEB);
    scene.snapshot(11, WEB);
    Answer answer = scene.ask(CVE);
    assertEquals(Result.UNKNOWN, answer.result());
    assertEquals(660, answer.coverage().getFirst().longestGap());
    Question patient =
        new Question(
            Question.subject(CVE),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Duration.ofMinutes(11));
    assertEquals(Result.NO, scene.ask(patient).result());
  }

  @Test
  void nothingIsSaidOutsideOfTheSnapshots() {
    bothWithSboms();
    scene.snapshot(0, WEB);
    scene.snapshot(5, WEB);
    assertEquals(Result.NO, scene.ask(at(3)).result());
    assertEquals(Result.NO, scene.ask(at(0)).result());
    assertEquals(Result.NO, scene.ask(at(5)).result());
    assertEquals(Result.UNKNOWN, scene.ask(at(6)).result());
    assertEquals(Result.UNKNOWN, scene.ask(at(-1)).result());
    assertEquals(Result.UNKNOWN, scene.ask(between(-1, 3)).result());
    assertEquals(Result.UNKNOWN, scene.ask(between(3, 6)).result());
  }

  @Test
  void betweenTheLastSightAndTheFirstAbsenceItIsUnknown() {
    bothWithSboms();
    scene.snapshot(0, WEB);
    scene.snapshot(5, WEB, PAY);
    scene.snapshot(10, WEB, PAY);
    scene.snapshot(15, WEB);
    scene.snapshot(20, WEB);
    assertEquals(Result.NO, scene.ask(at(0)).result());
    assertEquals(Result.UNKNOWN, scene.ask(at(3)).result());
    assertEquals(Result.YES, scene.ask(at(5)).result());
    assertEquals(Result.YES, scene.ask(at(7)).result());
    assertEquals(Result.YES, scene.ask(at(10)).result());
    assertEquals(Result.UNKNOWN, scene.ask(at(12)).result());
    assertEquals(Result.NO, scene.ask(at(15)).result());
    assertEquals(Result.NO, scene.ask(between(15, 20)).result());
    Answer.Running pay = scene.ask(CVE).running().getFirst();
    assertFalse(pay.still());
    assertEquals(Scene.at(10), pay.lastSeen());
    assertEquals(Optional.of(Scene.at(15)), pay.absentAfter());
  }

  @Test
  void anIncompleteSnapshotProvesPresenceAndNeverAbsence() {
    bothWithSboms();
    scene.snapshot(0, WEB);
    scene.snapshot("prod", 5, false, PAY);
    scene.snapshot(10, WEB);
    Answer answer = scene.ask(CVE);
    assertEquals(Result.YES, answer.result());
    assertTrue(answer.running().getFirst().sighting());
    scene.snapshot(15, WEB, PAY);
    scene.snapshot("prod", 20, false, WEB);
    scene.snapshot(25, WEB, PAY);
    Answer.Running whole =
        scene.ask(at(20)).running().stream().filter(r -> !r.sighting()).findFirst().orElseThrow();
    assertEquals(Scene.at(15), whole.since());
    assertEquals(Scene.at(25), whole.lastSeen());
    Digest other = Scene.image("other");
    scene.sbom(other, "pkg:maven/g/x@1");
    scene.snapshot("edge", 0, false, other);
    scene.snapshot("edge", 5, false, other);
    assertEquals(
        Result.UNKNOWN,
        scene
            .ask(
                new Question(
                    Question.subject(CVE),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of("edge"),
                    Optional.empty(),
                    Question.MAX_GAP))
            .result());
  }

  @Test
  void aBrokenChainIsBlind() {
    bothWithSboms();
    scene.snapshot(0, WEB);
    scene.breakChain();
    scene.snapshot(5, WEB);
    Answer answer = scene.ask(CVE);
    assertEquals(Result.UNKNOWN, answer.result());
    assertTrue(answer.reasons().getFirst().contains("broken"), answer.reasons().toString());
  }

  @Test
  void aContainerWithoutADigestMakesItUnknown() {
    bothWithSboms();
    Json nameless =
        Json.object()
            .put("namespace", "pay")
            .put("workloadKind", "Deployment")
            .put("workload", "pay")
            .put("pod", "p")
            .put("container", "app")
            .put("type", "container")
            .put("image", "pay")
            .build();
    scene.snapshotOf("prod", 0, true, List.of(nameless));
    assertEquals(Result.UNKNOWN, scene.ask(CVE).result());
    assertEquals(Result.UNKNOWN, scene.ask(PAY.toString()).result());
  }

  @Test
  void everyClusterCountsUnlessOneIsNamed() {
    bothWithSboms();
    scene.snapshot("prod", 0, true, WEB);
    scene.snapshot("test", 0, true, PAY);
    scene.snapshot("prod", 5, true, WEB);
    scene.snapshot("test", 5, true, PAY);
    assertEquals(Result.YES, scene.ask(CVE).result());
    Question prod =
        new Question(
            Question.subject(CVE),
            Optional.empty(),
            Optional.empty(),
            Optional.of("prod"),
            Optional.empty(),
            Question.MAX_GAP);
    assertEquals(Result.NO, scene.ask(prod).result());
  }

  @Test
  void packagesAreFoundWithAndWithoutTheirVersion() {
    bothWithSboms();
    scene.snapshot(0, WEB, PAY);
    assertEquals(2, scene.ask(Scene.LOG4J.replace("@", "")).running().size());
    assertEquals(
        List.of(PAY),
        scene.ask(Scene.LOG4J + "2.14.1").running().stream().map(r -> r.digest()).toList());
    assertEquals(Result.NO, scene.ask(Scene.LOG4J + "2.13.0").result());
    assertEquals(Result.NO, scene.ask("pkg:npm/log4j-core").result());
  }

  @Test
  void whatWasKnownThenIsAPrefixOfTheLedger() {
    scene.sbom(WEB, Scene.LOG4J + "2.17.1");
    scene.advisory(Scene.LOG4SHELL);
    scene.snapshot(0, WEB, PAY);
    long first = scene.ledger.size();
    scene.snapshot(5, WEB, PAY);
    scene.sbom(PAY, Scene.LOG4J + "2.14.1");
    scene.snapshot(10, WEB);
    scene.advisory(Scene.LOG4SHELL.replace("2024-05-15T06", "2025-05-15T06"));
    assertEquals(Result.YES, scene.ask(CVE).result());
    Answer then = scene.ask(Question.of(Question.subject(CVE)).asOf(first));
    assertEquals(Result.UNKNOWN, then.result());
    assertEquals(List.of(PAY), then.unknown().stream().map(u -> u.digest()).toList());
    AssayException e =
        assertThrows(
            AssayException.class, () -> scene.ask(Question.of(Question.subject(CVE)).asOf(1)));
    assertEquals(Code.NO_ADVISORY, e.code());
  }

  @Test
  void aPrefixOfTheIndexAnswersAsAnIndexOfThePrefix() {
    scene.advisory(Scene.LOG4SHELL);
    Random random = new Random(17);
    Digest[] images = {PAY, WEB, Scene.image("a"), Scene.image("b")};
    for (int i = 0; i < 60; i++) {
      Digest image = images[random.nextInt(images.length)];
      switch (random.nextInt(6)) {
        case 0 -> scene.sbom(image, Scene.LOG4J + (random.nextBoolean() ? "2.14.1" : "2.17.1"));
        case 1 -> scene.decision(image, random.nextBoolean());
        case 2 -> scene.snapshot("prod", 5 * i, false, image);
        default -> scene.snapshot("prod", 5 * i, true, image, images[random.nextInt(2)]);
      }
    }
    try (EvidenceIndex all = EvidenceIndex.inMemory()) {
      all.update(scene.ledger);
      for (long n = 2; n <= scene.ledger.size(); n += 3) {
        try (EvidenceIndex prefix = EvidenceIndex.inMemory()) {
          for (long i = 0; i < n; i++) {
            prefix.ingest(i, scene.ledger.record(i), scene.ledger::blob);
          }
          Question then = Question.of(Question.subject(CVE)).asOf(n);
          assertEquals(
              prefix.asker().ask(then).toJson().pretty(),
              all.asker().ask(then).toJson().pretty(),
              "at " + n);
        }
      }
    }
  }

  @Test
  void aRebuiltIndexGivesTheSameAnswersByteForByte() throws Exception {
    bothWithSboms();
    scene.provenance(PAY);
    scene.decision(PAY, true);
    Path file = folder.resolve("index.sqlite");
    String before;
    try (EvidenceIndex index = EvidenceIndex.open(file)) {
      index.update(scene.ledger);
      scene.snapshot(0, WEB);
      index.update(scene.ledger);
      scene.snapshot(5, WEB, PAY);
      scene.snapshot(10, PAY);
      assertEquals(2, index.update(scene.ledger));
      before = index.asker().ask(Question.of(Question.subject(CVE))).toJson().pretty();
      index.reindex(scene.ledger);
      assertEquals(before, index.asker().ask(Question.of(Question.subject(CVE))).toJson().pretty());
    }
    try (EvidenceIndex index = EvidenceIndex.open(file)) {
      assertEquals(0, index.update(scene.ledger));
      assertEquals(before, index.asker().ask(Question.of(Question.subject(CVE))).toJson().pretty());
    }
    Files.delete(file);
    assertEquals(before, scene.ask(CVE).toJson().pretty());
  }

  @Test
  void anIndexOfAnotherHistoryIsNoticedAndRebuilt() {
    bothWithSboms();
    scene.snapshot(0, WEB);
    Path file = folder.resolve("index.sqlite");
    try (EvidenceIndex index = EvidenceIndex.open(file)) {
      index.update(scene.ledger);
    }
    for (String origin : List.of("ledger.example/test", "ledger.example/other")) {
      try (Scene other = new Scene(folder.resolve("second-" + origin.length()), origin);
          EvidenceIndex index = EvidenceIndex.open(file)) {
        for (int i = 0; i < 10; i++) {
          other.snapshot(i, PAY);
        }
        AssayException e = assertThrows(AssayException.class, () -> index.update(other.ledger));
        assertEquals(Code.INDEX_STALE, e.code());
        index.refresh(other.ledger);
        assertEquals(Result.YES, index.asker().ask(Question.of(new Question.Image(PAY))).result());
        index.refresh(scene.ledger);
      }
    }
  }

  @Test
  void anAdvisoryThatIsNotRecordedIsAnErrorNotANo() {
    scene.snapshot(0, WEB);
    AssayException e = assertThrows(AssayException.class, () -> scene.ask("CVE-2099-0001"));
    assertEquals(Code.NO_ADVISORY, e.code());
    assertEquals(3, e.code().exit().status());
  }

  @Test
  void withoutSnapshotsNothingIsKnown() {
    bothWithSboms();
    assertEquals(Result.UNKNOWN, scene.ask(CVE).result());
  }

  @Test
  void questionsThatMakeNoSenseAreRefused() {
    for (String bad : List.of("", "log4j", "sha256:12", "pkg:maven", "http://x", "a b-1")) {
      assertThrows(AssayException.class, () -> Question.subject(bad), bad);
    }
    assertThrows(AssayException.class, () -> between(5, 3));
  }

  @Test
  void thePageOfStatusHasItsCounts() {
    bothWithSboms();
    scene.tag("1.0", PAY);
    scene.tag("1.0", WEB);
    scene.decision(PAY, true);
    scene.decision(WEB, false);
    scene.snapshot(0, WEB, PAY);
    try (EvidenceIndex index = EvidenceIndex.inMemory()) {
      index.update(scene.ledger);
      assertEquals(2L, index.recordsByType().get("evidence"));
      assertEquals(
          List.of(new EvidenceIndex.Cluster("prod", 1, Optional.of(Scene.at(0)), 2)),
          index.clusters());
      assertEquals(
          List.of(false, true), index.lastDecisions(5).stream().map(d -> d.allowed()).toList());
      assertEquals(
          List.of(WEB, PAY),
          index.tagHistory("127.0.0.1:5000/pay", "1.0").stream().map(t -> t.digest()).toList());
      assertTrue(index.tagHistory("127.0.0.1:5000/pay", "2.0").isEmpty());
      assertEquals(index.position(), index.positionAt(Instant.parse("2030-01-01T00:00:00Z")));
      assertEquals(0, index.positionAt(Instant.parse("2020-01-01T00:00:00Z")));
    }
  }
}
