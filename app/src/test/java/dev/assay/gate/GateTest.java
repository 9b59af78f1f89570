package dev.assay.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.ledger.LedgerRecord;
import dev.assay.oci.Reference;
import dev.assay.verify.Check;
import dev.assay.verify.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GateTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);
  private static final byte[] POLICY = Text.utf8("a policy");
  private static final Digest GOOD = Hashes.sha256Digest(Text.utf8("good"));

  private final MemoryLedger ledger = new MemoryLedger();
  private final DecisionLog log = new DecisionLog(ledger, ledger.turns());
  private final ConcurrentMap<String, Integer> asked = new ConcurrentHashMap<>();

  @AfterEach
  void stop() {
    log.close();
  }

  // Trusts registry.example/pay and what is called good.
  private Judgement judge(String image) {
    asked.merge(image, 1, Integer::sum);
    Reference name = Reference.parse(image);
    boolean good = name.name().startsWith("registry.example/");
    Digest digest = name.digest().orElse(GOOD);
    Check check =
        good
            ? Check.pass("signature", "by release")
            : Check.fail("signature", Code.NO_SIGNATURE, "0 candidates");
    return new Judgement(
        image,
        Optional.of(name.name()),
        name.tag(),
        Optional.of(digest),
        new Verdict(image, Optional.of(digest), List.of(check), NOW.toString()));
  }

  private Gate gate(Mode mode, ImageJudge judge, Duration budget) {
    return new Gate(
        new GateSettings("prod-eu", mode, budget, 8), POLICY, judge, Optional.of(log), CLOCK);
  }

  private Gate gate(Mode mode) {
    return gate(mode, this::judge, Duration.ofSeconds(30));
  }

  private static Fields response(Gate.Answer answer) {
    return Fields.of(answer.response(), "review").object("response");
  }

  private static String message(Gate.Answer answer) {
    return response(answer).object("status").string("message");
  }

  private static AdmissionReview pod(String image) {
    return AdmissionReview.parse(Reviews.createPodOf(image));
  }

  @Test
  void aVerifiedPodIsAllowedAndTheDecisionIsInTheLedger() {
    Gate.Answer answer = gate(Mode.ENFORCE).validate(pod("registry.example/pay:1.8"));
    assertTrue(answer.allowed());
    Fields response = response(answer);
    assertEquals(Reviews.UID, response.string("uid"));
    assertTrue(response.bool("allowed", false));
    assertEquals("1", response.object("auditAnnotations").string("record"));
    assertEquals(
        Hashes.sha256Digest(POLICY).toString(),
        response.object("auditAnnotations").string("policy"));

    List<LedgerRecord> records = ledger.all();
    assertEquals(List.of("tag", "decision"), records.stream().map(LedgerRecord::type).toList());
    assertEquals(
        "{\"repository\":\"registry.example/pay\",\"tag\":\"1.8\",\"digest\":\"" + GOOD + "\"}",
        sorted(records.get(0).body(), "repository", "tag", "digest"));
    Fields body = Fields.of(records.get(1).body(), "decision");
    assertEquals(Reviews.UID, body.string("uid"));
    assertEquals("prod-eu", body.string("cluster"));
    assertEquals("shop", body.string("namespace"));
    assertEquals("Pod", body.string("kind"));
    assertEquals("pay-7d9f8b6c5-x2x9k", body.string("name"));
    assertEquals("CREATE", body.string("operation"));
    assertEquals("system:serviceaccount:kube-system:replicaset-controller", body.string("user"));
    assertTrue(body.bool("allowed", false));
    assertEquals("enforce", body.string("mode"));
    Fields container = body.objects("containers", 9).getFirst();
    assertEquals("app", container.string("name"));
    assertEquals("registry.example/pay:1.8", container.string("image"));
    assertEquals(GOOD, container.digest("digest"));
    assertTrue(container.bool("verified", false));
    container.string("repository");
    container.string("tag");
    container.done();
    assertEquals(List.of(body.digest("policy"), body.digest("verdicts")), records.get(1).blobs());
    body.done();
    records.get(1).blobs().forEach(b -> assertTrue(ledger.blob(b).isPresent()));
  }

  @Test
  void aRefusalNamesContainerImageDigestCodeReasonEvidenceAndNextStep() {
    Gate.Answer answer =
        gate(Mode.ENFORCE)
            .validate(
                AdmissionReview.parse(
                    Reviews.createPod(
                        "{\"containers\":[{\"name\":\"app\",\"image\":\"registry.example/pay:1\"},"
                            + "{\"name\":\"side\",\"image\":\"nginx\"}]}")));
    assertFalse(answer.allowed());
    assertFalse(answer.undecided());
    assertEquals(403, response(answer).object("status").integer("code"));
    String message = message(answer);
    for (String part :
        List.of(
            "1 of 2 images refused",
            "container \"side\": nginx (" + GOOD + "): ASY1102 no signature",
            "next: assay verify --policy POLICY docker.io/library/nginx@" + GOOD,
            "evidence: assay ledger record #2")) {
      assertTrue(message.contains(part), message);
    }
    Fields body = Fields.of(ledger.all().get(2).body(), "decision");
    assertFalse(body.bool("allowed", true));
    assertEquals("ASY1102", body.string("code"));
    assertTrue(body.string("reason").startsWith("side: ASY1102"));
  }

  @Test
  void anImageThatHidesOutsideContainersIsRefused() {
    for (String hiding :
        List.of(
            "\"initContainers\":[{\"name\":\"i\",\"image\":\"evil.example/x:1\"}]",
            "\"ephemeralContainers\":[{\"name\":\"e\",\"image\":\"evil.example/x:1\"}]",
            "\"volumes\":[{\"name\":\"v\",\"image\":{\"reference\":\"evil.example/x:1\"}}]")) {
      Gate.Answer answer =
          gate(Mode.ENFORCE)
              .validate(
                  AdmissionReview.parse(
                      Reviews.createPod(
                          "{\"containers\":[{\"name\":\"app\",\"image\":\"registry.example/pay:1\"}],"
                              + hiding
                              + "}")));
      assertFalse(answer.allowed(), hiding);
    }
  }

  @Test
  void namesThatAreNoneAreRefused() {
    for (String image :
        List.of(
            "",
            " ",
            " registry.example/pay:1",
            "registry.example/Pay:1",
            "registry.example/pay:",
            "registry.example/pay@sha256:abc",
            "registry.example/pay@" + GOOD + "@" + GOOD,
            "registry.example/pay@md5:d41d8cd98f00b204e9800998ecf8427e",
            "registry.example//pay:1",
            "registry.example/../pay:1",
            "https://registry.example/pay:1",
            "registry.example/pay:1\\u0000",
            "xn--registry\\u202e.example/pay:1")) {
      Gate.Answer answer = gate(Mode.ENFORCE).validate(pod(image));
      assertFalse(answer.allowed(), image);
      assertTrue(message(answer).contains(Code.BAD_REFERENCE.id()), message(answer));
    }
    assertTrue(asked.isEmpty());
  }

  @Test
  void anUpperCaseTagIsAnotherTag() {
    assertTrue(gate(Mode.ENFORCE).validate(pod("registry.example/pay:V1")).allowed());
    assertEquals("[registry.example/pay:V1]", asked.keySet().toString());
  }

  @Test
  void spellingsOfOneImageAreJudgedOnce() {
    String containers =
        List.of(
                "nginx",
                "docker.io/nginx",
                "docker.io/library/nginx:latest",
                "index.docker.io/library/nginx",
                "INDEX.docker.io/library/nginx",
                "registry-1.docker.io/library/nginx:latest",
                "docker.io:443/library/nginx")
            .stream()
            .map(i -> "{\"name\":\"c\",\"image\":\"" + i + "\"}")
            .reduce((a, b) -> a + "," + b)
            .orElseThrow();
    gate(Mode.ENFORCE)
        .validate(
            AdmissionReview.parse(Reviews.createPod("{\"containers\":[" + containers + "]}")));
    assertEquals("{docker.io/library/nginx:latest=1}", asked.toString());
  }

  @Test
  void aJudgementAboutOtherBytesDoesNotAllow() {
    Digest other = Hashes.sha256Digest(Text.utf8("other"));
    ImageJudge lying =
        image ->
            new Judgement(
                image,
                Optional.of("registry.example/pay"),
                Optional.of("1"),
                Optional.of(other),
                new Verdict(
                    image, Optional.of(other), List.of(Check.pass("signature", "")), "now"));
    Gate gate = gate(Mode.ENFORCE, lying, Duration.ofSeconds(30));
    Gate.Answer answer = gate.validate(pod("registry.example/pay:1@" + GOOD));
    assertFalse(answer.allowed());
    assertTrue(message(answer).contains(Code.DIGEST_MISMATCH.id()), message(answer));
    ImageJudge elsewhere = image -> judge("registry.example/other:1");
    assertFalse(
        gate(Mode.ENFORCE, elsewhere, Duration.ofSeconds(30))
            .validate(pod("registry.example/pay:1"))
            .allowed());
    ImageJudge noDigest =
        image ->
            new Judgement(
                image,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new Verdict(image, Optional.empty(), List.of(Check.pass("signature", "")), "now"));
    assertFalse(
        gate(Mode.ENFORCE, noDigest, Duration.ofSeconds(30))
            .validate(pod("registry.example/pay:1"))
            .allowed());
  }

  @Test
  void aJudgeThatThrowsDoesNotAllow() {
    for (Throwable thrown :
        List.of(
            new AssayException(Code.UNREACHABLE, "connection refused"),
            new IllegalStateException("bug"),
            new StackOverflowError(),
            new NullPointerException())) {
      ImageJudge failing =
          image -> {
            if (thrown instanceof Error e) {
              throw e;
            }
            throw (RuntimeException) thrown;
          };
      Gate.Answer answer =
          gate(Mode.ENFORCE, failing, Duration.ofSeconds(30))
              .validate(pod("registry.example/pay:1"));
      assertFalse(answer.allowed());
      assertTrue(answer.undecided());
      assertEquals(503, response(answer).object("status").integer("code"));
    }
  }

  @Test
  void aJudgeThatAnswersNothingDoesNotAllow() {
    @SuppressWarnings("NullAway")
    ImageJudge nothing = image -> null;
    assertFalse(
        gate(Mode.ENFORCE, nothing, Duration.ofSeconds(30))
            .validate(pod("registry.example/pay:1"))
            .allowed());
  }

  @Test
  void whatIsNotDecidedInTimeIsDenied() {
    CountDownLatch never = new CountDownLatch(1);
    ImageJudge slow =
        image -> {
          if (image.contains("slow")) {
            try {
              never.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          return judge(image);
        };
    Gate.Answer answer =
        gate(Mode.ENFORCE, slow, Duration.ofMillis(800))
            .validate(
                AdmissionReview.parse(
                    Reviews.createPod(
                        "{\"containers\":[{\"name\":\"a\",\"image\":\"registry.example/a:1\"},"
                            + "{\"name\":\"b\",\"image\":\"registry.example/slow:1\"}]}")));
    assertFalse(answer.allowed());
    assertTrue(answer.undecided());
    assertTrue(message(answer).contains("not decided within"), message(answer));
    assertTrue(message(answer).contains(Code.UNREACHABLE.id()));
  }

  @Test
  void inAuditModeNothingIsDeniedAndEverythingIsSaid() {
    Gate.Answer answer = gate(Mode.AUDIT).validate(pod("evil.example/x:1"));
    assertTrue(answer.allowed());
    List<String> warnings = response(answer).strings("warnings", 99);
    assertTrue(
        warnings.getFirst().startsWith("assay would deny: app: ASY1102"), warnings::toString);
    assertEquals("false", response(answer).object("auditAnnotations").string("verified"));
    Fields body = Fields.of(ledger.all().getLast().body(), "decision");
    assertTrue(body.bool("allowed", false));
    assertEquals("audit", body.string("mode"));
    assertEquals("ASY1102", body.string("code"));
    assertFalse(body.objects("containers", 9).getFirst().bool("verified", true));

    assertTrue(
        gate(Mode.AUDIT)
            .validate(AdmissionReview.parse(Reviews.create("x.example", "v1", "Thing", "{}")))
            .allowed());
  }

  @Test
  void aKindThatCannotBeReadIsDeniedAndRecorded() {
    Gate.Answer answer =
        gate(Mode.ENFORCE)
            .validate(AdmissionReview.parse(Reviews.create("x.example", "v1", "Thing", "{}")));
    assertFalse(answer.allowed());
    assertTrue(message(answer).startsWith(Code.POD_UNREADABLE.id()), message(answer));
    assertEquals(
        Code.POD_UNREADABLE.id(), Fields.of(ledger.all().getLast().body(), "d").string("code"));
  }

  @Test
  void aDecisionThatCannotBeRecordedIsADenial() {
    ledger.full = true;
    Gate.Answer answer = gate(Mode.ENFORCE).validate(pod("registry.example/pay:1"));
    assertFalse(answer.allowed());
    assertTrue(message(answer).contains(Code.LEDGER_WRITE.id()), message(answer));
    assertFalse(gate(Mode.ENFORCE).mutate(pod("registry.example/pay:1")).allowed());

    Gate.Answer audit = gate(Mode.AUDIT).validate(pod("registry.example/pay:1"));
    assertTrue(audit.allowed());
    assertTrue(response(audit).strings("warnings", 9).getFirst().contains(Code.LEDGER_WRITE.id()));
  }

  @Test
  void aDecisionNotDurableInTimeIsADenialAndIsNotWrittenAfterwards() throws Exception {
    ledger.slow = true;
    // The first append hangs on the disk; the second decision waits behind it until its time is up.
    Gate patient = gate(Mode.ENFORCE, this::judge, Duration.ofMinutes(5));
    CompletableFuture<Gate.Answer> first =
        CompletableFuture.supplyAsync(() -> patient.validate(pod("registry.example/pay:1")));
    while (ledger.appends.get() == 0) {
      Thread.onSpinWait();
    }
    Gate hurried = gate(Mode.ENFORCE, this::judge, Duration.ofMillis(400));
    assertFalse(hurried.validate(pod("registry.example/pay:2")).allowed());
    assertFalse(first.isDone());
    ledger.slow = false;
    ledger.turns.release(10);
    assertTrue(first.get().allowed());
    log.close();
    assertEquals(
        List.of("tag", "decision"), ledger.all().stream().map(LedgerRecord::type).toList());
  }

  @Test
  void aRehearsalLeavesNoRecord() {
    String text =
        new String(Reviews.createPodOf("registry.example/pay:1"), StandardCharsets.UTF_8)
            .replace("\"dryRun\":false", "\"dryRun\":true");
    assertTrue(gate(Mode.ENFORCE).validate(AdmissionReview.parse(Text.utf8(text))).allowed());
    assertEquals(0, ledger.size());
  }

  @Test
  void aDeletionIsAllowedWithoutAJudgement() {
    String review = Reviews.pod("DELETE", "", "{\"containers\":[]}");
    Gate.Answer answer = gate(Mode.ENFORCE).validate(AdmissionReview.parse(Text.utf8(review)));
    assertTrue(answer.allowed());
    assertEquals(Reviews.UID, response(answer).string("uid"));
    assertEquals(0, ledger.size());
  }

  @Test
  void mutatingPinsTagsToTheVerifiedDigest() {
    Gate.Answer answer =
        gate(Mode.ENFORCE)
            .mutate(
                AdmissionReview.parse(
                    Reviews.createPod(
                        "{\"containers\":[{\"name\":\"a\",\"image\":\"registry.example/a:1\"},"
                            + "{\"name\":\"b\",\"image\":\"registry.example/b:1@"
                            + GOOD
                            + "\"}],\"volumes\":[{\"name\":\"v\",\"image\":{\"reference\":"
                            + "\"registry.example/v\"}}]}")));
    assertTrue(answer.allowed());
    Fields response = response(answer);
    assertEquals("JSONPatch", response.string("patchType"));
    assertEquals(
        "[{\"op\":\"replace\",\"path\":\"/spec/containers/0/image\",\"value\":"
            + "\"registry.example/a:1@"
            + GOOD
            + "\"},{\"op\":\"replace\",\"path\":\"/spec/volumes/0/image/reference\",\"value\":"
            + "\"registry.example/v:latest@"
            + GOOD
            + "\"}]",
        new String(Base64s.decode(response.string("patch")), StandardCharsets.UTF_8));
  }

  @Test
  void mutatingNeverPatchesWhatIsRefusedNorATemplate() {
    assertFalse(gate(Mode.ENFORCE).mutate(pod("evil.example/x:1")).allowed());
    Gate.Answer audit = gate(Mode.AUDIT).mutate(pod("evil.example/x:1"));
    assertTrue(audit.allowed());
    assertFalse(response(audit).has("patch"));
    Gate.Answer template =
        gate(Mode.ENFORCE)
            .mutate(
                AdmissionReview.parse(
                    Reviews.create(
                        "apps",
                        "v1",
                        "Deployment",
                        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"a\","
                            + "\"image\":\"registry.example/a:1\"}]}}}}")));
    assertTrue(template.allowed());
    assertFalse(response(template).has("patch"));
  }

  @Test
  void aTagIsRecordedWhenItIsNewOrMovedAndNotOtherwise() {
    Gate gate = gate(Mode.ENFORCE);
    gate.validate(pod("registry.example/pay:1"));
    gate.validate(pod("registry.example/pay:1"));
    gate.validate(pod("registry.example/pay:1@" + GOOD));
    assertEquals(1, tags());
    Digest moved = Hashes.sha256Digest(Text.utf8("moved"));
    ImageJudge other =
        image ->
            new Judgement(
                image,
                Optional.of("registry.example/pay"),
                Optional.of("1"),
                Optional.of(moved),
                new Verdict(
                    image,
                    Optional.of(moved),
                    List.of(Check.fail("signature", Code.NO_SIGNATURE, "")),
                    "now"));
    gate(Mode.ENFORCE, other, Duration.ofSeconds(30)).validate(pod("registry.example/pay:1"));
    assertEquals(2, tags());
    // A gate that starts later knows what the ledger holds.
    try (DecisionLog later = new DecisionLog(ledger, ledger.turns())) {
      new Gate(new GateSettings("prod-eu", Mode.ENFORCE), POLICY, other, Optional.of(later), CLOCK)
          .validate(pod("registry.example/pay:1"));
    }
    assertEquals(2, tags());
  }

  private long tags() {
    return ledger.all().stream().filter(r -> r.type().equals("tag")).count();
  }

  @Test
  void anAllowedDecisionIsNeverCutAndARefusedOneIsCutToFit() {
    StringBuilder containers = new StringBuilder();
    for (int i = 0; i < 250; i++) {
      containers
          .append(i == 0 ? "" : ",")
          .append("{\"name\":\"c")
          .append(i)
          .append("\",\"image\":\"registry.example/")
          .append("a".repeat(200))
          .append(i)
          .append(":")
          .append("t".repeat(120))
          .append("\"}");
    }
    Gate.Answer answer =
        gate(Mode.ENFORCE)
            .validate(
                AdmissionReview.parse(Reviews.createPod("{\"containers\":[" + containers + "]}")));
    assertFalse(answer.allowed());
    assertTrue(message(answer).contains("do not fit"), message(answer));
    Fields body = Fields.of(ledger.all().getLast().body(), "decision");
    assertTrue(body.string("reason").contains(" of 250 listed"), body.string("reason"));
  }

  @Test
  void textOfAnAttackerCannotRewriteTheMessage() {
    String evil = "\\u001b[2K\\u202eallowed";
    Gate.Answer answer =
        gate(Mode.ENFORCE)
            .validate(
                AdmissionReview.parse(
                    Reviews.createPod(
                        "{\"containers\":[{\"name\":\""
                            + evil
                            + "\",\"image\":\""
                            + evil
                            + "\"}]}")));
    assertFalse(message(answer).contains("\u001b"));
    assertFalse(message(answer).contains("\u202e"));
  }

  private static String sorted(Json.Obj object, String... names) {
    Json.Builder out = Json.object();
    for (String name : names) {
      out.put(name, object.get(name).orElseThrow());
    }
    assertEquals(names.length, object.members().size());
    return out.build().compact();
  }
}
