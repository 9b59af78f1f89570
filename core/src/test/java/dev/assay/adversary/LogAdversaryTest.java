package dev.assay.adversary;

import static dev.assay.adversary.Trial.LAB;
import static dev.assay.adversary.Trial.draft;
import static dev.assay.adversary.Trial.key;

import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.lab.BundleDraft;
import dev.assay.lab.Edits;
import dev.assay.lab.LabBundle;
import dev.assay.lab.LabKey;
import dev.assay.lab.RekorLog;
import dev.assay.trust.TrustedKey;
import dev.assay.verify.Trust;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Entries of transparency logs that prove something else, or nothing. */
class LogAdversaryTest {

  private static final String ENTRIES = "verificationMaterial.tlogEntries";
  private static final String ENTRY = ENTRIES + ".0";
  private static final String STAMPS = "verificationMaterial.timestampVerificationData";

  private static LabBundle withEntryOf(LabBundle bundle, LabBundle other) {
    return bundle.with(ENTRY, Edits.get(other.json(), ENTRY));
  }

  // CVE-2026-22703 (cosign), CVE-2022-36056 (cosign), CVE-2024-51746 (gitsign)
  @Test
  void aTrueEntryOfAnotherSignatureProvesNothing() {
    byte[] artifact = LAB.bytes(64);
    LabKey key = LAB.key(LabKey.Kind.P256);
    for (boolean v2 : new boolean[] {false, true}) {
      LabBundle honest = made(v2, draft().artifact(artifact).leafKey(key));
      Trial.of(honest).accepted();
      // Another artifact; the same artifact signed by another; the same key once more.
      for (LabBundle other :
          new LabBundle[] {
            made(v2, draft()),
            made(v2, draft().artifact(artifact)),
            made(v2, draft().artifact(LAB.bytes(64)).leafKey(key)),
            made(v2, draft().artifact(artifact).leafKey(key))
          }) {
        Trial.of(other).accepted();
        Trial.of(withEntryOf(honest, other)).refused(Code.LOG_ENTRY_MISMATCH);
      }
      LabBundle attested = made(v2, draft().provenance(artifact));
      Trial.of(attested).accepted();
      Trial.of(withEntryOf(attested, honest)).refused(Code.LOG_ENTRY_MISMATCH);
      Trial.of(withEntryOf(attested, made(v2, draft().provenance(artifact))))
          .refused(Code.LOG_ENTRY_MISMATCH);
    }
  }

  private static LabBundle made(boolean v2, BundleDraft draft) {
    return (v2 ? draft.rekorV2() : draft.rekorV1()).make();
  }

  // CVE-2022-23649 (cosign): a certificate alone passed as logged
  @Test
  void aCertificateDoesNotReplaceTheEntry() {
    Trial.of(draft().timestamp()).accepted();
    Trial.of(draft().timestamp().withoutLog()).refused(Code.NOT_LOGGED);
    Trial.of(draft().withoutLog()).refused(Code.NOT_LOGGED);
    LabBundle empty = draft().timestamp().make().with(ENTRIES, Json.array(java.util.List.of()));
    Trial.of(empty).refused(Code.NOT_LOGGED);
  }

  @Test
  void anEntryWithNeitherPromiseNorProofProvesNothing() {
    BundleDraft.Version old = BundleDraft.Version.V0_1;
    Trial.of(draft().version(old).entry(e -> e.withoutProof())).accepted();
    Trial.of(draft().timestamp().entry(e -> e.withoutPromise())).accepted();
    Trial.of(draft().entry(e -> e.withoutProof())).refused(Code.BAD_BUNDLE);
    Trial.of(draft().timestamp().version(old).entry(e -> e.withoutProof().withoutPromise()))
        .refused(Code.BAD_BUNDLE);
  }

  // CVE-2022-36056 (cosign): a bad entry beside good evidence was passed over
  @Test
  void whatATrustedLogNeverSaidIsRefusedEvenWhenEnoughElseIsThere() {
    RekorLog second = LAB.newRekorV1("second.example");
    var root = LAB.trustRoot().add(second);
    Trial.of(draft().timestamp().alsoIn(second)).under(root).accepted();
    LabKey mallory = LAB.key(LabKey.Kind.P256);
    Trial.of(draft().timestamp().alsoIn(second).entry(e -> e.promiseBy(mallory)))
        .under(root)
        .refused(Code.LOG_PROMISE_INVALID);
    Trial.of(draft().timestamp().alsoIn(second).entry(e -> e.checkpointBy(mallory)))
        .under(root)
        .refused(Code.NOTE_NOT_SIGNED);
    LabBundle flipped =
        draft().alsoIn(second).make().flip(ENTRIES + ".1.inclusionProof.hashes.0", 3);
    Trial.of(flipped).under(root).refused(Code.NOT_INCLUDED);
  }

  // CVE-2026-49834 (sigstore-go), sigstore-js #1702: one log counted as often as it was there
  @Test
  void aThresholdOfLogsCountsOperatorsAndNotEntries() {
    RekorLog second = LAB.newRekorV1("second.example");
    var apart =
        LAB.trustRoot()
            .add(second)
            .operator(LAB.rekorV1(), "one.example")
            .operator(second, "two.example");
    Trial.of(draft().alsoIn(second)).under(apart).demanding(2, 0, 0).accepted();
    Trial.of(draft().alsoIn(LAB.rekorV1()))
        .under(apart)
        .demanding(2, 0, 0)
        .refused(Code.NOT_LOGGED);
    var together =
        LAB.trustRoot()
            .add(second)
            .operator(LAB.rekorV1(), "one.example")
            .operator(second, "one.example");
    Trial.of(draft().alsoIn(second)).under(together).demanding(2, 0, 0).refused(Code.NOT_LOGGED);
    Trial.of(draft().alsoIn(LAB.newRekorV1("stranger.example")))
        .under(apart)
        .demanding(2, 0, 0)
        .refused(Code.NOT_LOGGED);
    LabBundle once = draft().make();
    Trial.of(once.with(ENTRIES + ".1", Edits.get(once.json(), ENTRY)))
        .under(apart)
        .demanding(2, 0, 0)
        .refused(Code.BAD_BUNDLE);
  }

  // CVE-2026-49834 (sigstore-go): SCTs counted per chain and copy
  @Test
  void aThresholdOfCertificateLogsCountsOperatorsAndNotPromises() {
    var second = LAB.newCtLog("ct2.example");
    var apart =
        LAB.trustRoot()
            .add(second)
            .operator(LAB.ctLog(), "one.example")
            .operator(second, "two.example");
    Trial.of(draft().sctBy(LAB.ctLog(), second)).under(apart).demanding(0, 0, 2).accepted();
    Trial.of(draft().sctCopies(2)).under(apart).demanding(0, 0, 2).refused(Code.SCT_MISSING);
    Trial.of(draft().sctBy(LAB.ctLog(), LAB.newCtLog("stranger.example")))
        .under(apart)
        .demanding(0, 0, 2)
        .refused(Code.SCT_MISSING);
    var together =
        LAB.trustRoot()
            .add(second)
            .operator(LAB.ctLog(), "one.example")
            .operator(second, "one.example");
    Trial.of(draft().sctBy(LAB.ctLog(), second))
        .under(together)
        .demanding(0, 0, 2)
        .refused(Code.SCT_MISSING);
  }

  @Test
  void anUnpublishedCertificateIsRefused() {
    Trial.of(draft()).accepted();
    Trial.of(draft().withoutSct()).refused(Code.SCT_MISSING);
    Trial.of(draft().sctBy(LAB.newCtLog("stranger.example"))).refused(Code.SCT_MISSING);
    Trial.of(draft().sctIssuer(LAB.key(LabKey.Kind.P256).spki())).refused(Code.SCT_MISSING);
    Trial.of(draft().leafAfterSct(s -> s.extension("1.2.3.4", false, new byte[] {5, 0})))
        .refused(Code.SCT_MISSING);
    var closed =
        LAB.trustRoot().window(LAB.ctLog(), LAB.start(), LAB.now().minus(Duration.ofDays(1)));
    Trial.of(draft()).under(closed).refused(Code.SCT_MISSING);
  }

  // CVE-2023-47122 (gitsign): the log's key came from the log
  @Test
  void aLogThatTheTrustRootDoesNotKnowProvesNothing() {
    RekorLog stranger = LAB.newRekorV1("rekor.example");
    Trial.of(draft().withoutLog().alsoIn(stranger)).refused(Code.NOT_LOGGED);
    // It poses as the one that is known.
    BundleDraft posing =
        draft()
            .withoutLog()
            .alsoIn(stranger)
            .entry(e ->
                e.result(r ->
                    Edits.set(
                        r, "logId.keyId", dev.assay.bytes.Base64s.encode(LAB.rekorV1().id()))));
    Trial.of(posing).refused(Code.LOG_PROMISE_INVALID);
  }

  @Test
  void aLogCountsOnlyWhileItIsTrusted() {
    var ended =
        LAB.trustRoot().window(LAB.rekorV1(), LAB.start(), LAB.now().minus(Duration.ofDays(1)));
    Trial.of(draft()).under(ended).refused(Code.NOT_LOGGED);
    var v2Ended =
        LAB.trustRoot().window(LAB.rekorV2(), LAB.start(), LAB.now().minus(Duration.ofDays(1)));
    Trial.of(draft().rekorV2()).accepted();
    Trial.of(draft().rekorV2()).under(v2Ended).refused(Code.LOG_UNTRUSTED);
    // Without any time of its own it is judged by the times that others prove ...
    var both = draft().alsoIn(LAB.rekorV2());
    Trial.of(both).accepted();
    Trial.of(both).under(v2Ended).refused(Code.LOG_UNTRUSTED);
    // ... and where nobody proves any, by the time of the verdict.
    TrustedKey signer;
    LabKey key = LAB.key(LabKey.Kind.P256);
    signer = key("release", key);
    BundleDraft untimed = draft().managed(key).withoutLog().alsoIn(LAB.rekorV2());
    Trial.of(untimed).by(signer).demanding(1, 0, 0).accepted();
    Trial.of(untimed).by(signer).demanding(1, 0, 0).under(v2Ended).refused(Code.NOT_LOGGED);
    Trial.of(untimed).by(signer).under(v2Ended).accepted();
  }

  @Test
  void aKeysBundleWithTheEntryOrTimestampOfAnotherIsRefused() {
    LabKey key = LAB.key(LabKey.Kind.P256);
    LabKey mallory = LAB.key(LabKey.Kind.P256);
    byte[] artifact = LAB.bytes(64);
    LabBundle mine = draft().artifact(artifact).managed(key).timestamp().make();
    LabBundle theirs = draft().artifact(artifact).managed(mallory).timestamp().make();
    TrustedKey signer = key("release", key);
    Trial.of(mine).by(signer).demanding(Trust.Demands.USUAL.withTime()).accepted();
    Trial.of(withEntryOf(mine, theirs)).by(signer).refused(Code.LOG_ENTRY_MISMATCH);
    Trial.of(mine.with(STAMPS, Edits.get(theirs.json(), STAMPS)))
        .by(signer)
        .refused(Code.BAD_TIMESTAMP);
    // A certificate's entry for a key's signature: the log names another signer.
    LabBundle keyless = draft().artifact(artifact).leafKey(key).make();
    Trial.of(withEntryOf(draft().artifact(artifact).managed(key).make(), keyless))
        .by(signer)
        .refused(Code.LOG_ENTRY_MISMATCH);
  }

  @Test
  void aManagedKeyIsLoggedOnlyWhereItIs() {
    LabKey key = LAB.key(LabKey.Kind.P256);
    TrustedKey signer = key("release", key);
    Trial.of(draft().managed(key)).by(signer).demanding(1, 0, 0).accepted();
    Trial.of(draft().managed(key).withoutLog()).by(signer).accepted();
    Trial.of(draft().managed(key).withoutLog())
        .by(signer)
        .demanding(1, 0, 0)
        .refused(Code.NOT_LOGGED);
  }

  @Test
  void whatAPromiseDoesNotSignDoesNotCount() {
    Trial.of(draft()).accepted();
    // Index and time are the entry's own and have to be those that were signed.
    LabBundle honest = draft().make();
    String time = Edits.text(honest.json(), ENTRY + ".integratedTime");
    Trial.of(honest.with(ENTRY + ".integratedTime", Long.toString(Long.parseLong(time) + 1)))
        .refused(Code.LOG_PROMISE_INVALID);
    String index = Edits.text(honest.json(), ENTRY + ".logIndex");
    Trial.of(honest.with(ENTRY + ".logIndex", Long.toString(Long.parseLong(index) + 1)))
        .refused(Code.LOG_PROMISE_INVALID);
    // The time of an entry without a promise is nobody's word.
    Trial.of(draft().entry(e -> e.withoutPromise())).refused(Code.TIME_NOT_PROVEN);
    Trial.of(
            draft()
                .entry(e ->
                    e.promised(p ->
                        Edits.set(p, "integratedTime", Json.of(LAB.now().getEpochSecond() + 3)))))
        .refused(Code.LOG_PROMISE_INVALID);
  }

  @Test
  void aProofMustLeadToACheckpointOfTheLog() {
    Trial.of(draft().rekorV2().entry(e -> e.grownBy(7))).accepted();
    LabBundle old = draft().rekorV2().make();
    LabBundle later = draft().rekorV2().make();
    String checkpoint = ENTRY + ".inclusionProof.checkpoint";
    Trial.of(old.with(checkpoint, Edits.get(later.json(), checkpoint))).refused(Code.NOT_INCLUDED);
    Trial.of(draft().rekorV2().entry(e -> e.checkpointText(t -> t.replace("log2026", "log2025"))))
        .refused(Code.WRONG_ORIGIN);
    Trial.of(draft().rekorV2().entry(e -> e.checkpointLines((t, l) -> ""))).refused(Code.BAD_NOTE);
    Trial.of(
            draft()
                .rekorV2()
                .entry(e ->
                    e.checkpointLines(
                        (t, l) -> LAB.newWitness("log2026.rekor.example").line(t, LAB.now()))))
        .refused(Code.NOTE_NOT_SIGNED);
  }

  // provenance.md 10 (deletion, replay): evidence of an honest time does not follow the artifact
  @Test
  void anEntryOfAnotherKindThanItSaysIsRefused() {
    Trial.of(draft().provenance(LAB.bytes(9)).entry(e -> e.kind("intoto"))).accepted();
    LabBundle honest = draft().provenance(LAB.bytes(9)).make();
    Trial.of(honest.with(ENTRY + ".kindVersion.kind", "hashedrekord"))
        .refused(Code.LOG_ENTRY_MISMATCH);
    Trial.of(honest.with(ENTRY + ".kindVersion.kind", "rekord")).refused(Code.BAD_LOG_ENTRY);
    Trial.of(honest.with(ENTRY + ".kindVersion.version", "0.0.9")).refused(Code.BAD_LOG_ENTRY);
  }

  @Test
  void demandsAreNotMetByNothing() {
    Optional<Integer> one = Optional.of(1);
    LabKey key = LAB.key(LabKey.Kind.P256);
    BundleDraft bare = draft().managed(key).withoutLog();
    TrustedKey signer = key("release", key);
    Trial.of(bare).by(signer).accepted();
    Trial.of(bare)
        .by(signer)
        .demanding(new Trust.Demands(one, Optional.empty(), Optional.empty(), false, false))
        .refused(Code.NOT_LOGGED);
    Trial.of(bare)
        .by(signer)
        .demanding(new Trust.Demands(Optional.empty(), one, Optional.empty(), false, false))
        .refused(Code.TIME_NOT_PROVEN);
    Trial.of(bare)
        .by(signer)
        .demanding(Trust.Demands.USUAL.withTime())
        .refused(Code.TIME_NOT_PROVEN);
    // A trust root without a log lets nothing be logged; one without anything trusts nobody.
    Trial.of(draft().timestamp())
        .under(LAB.trustRoot().without(LAB.rekorV1()).without(LAB.rekorV2()))
        .demanding(1, 0, 0)
        .refused(Code.NOT_LOGGED);
    Trial.of(draft()).under(LAB.trustRoot().without(LAB.ca())).refused(Code.CERTIFICATE_UNTRUSTED);
    assertDocument(Map.of());
  }

  private static void assertDocument(Map<String, Json> nothing) {
    LabBundle bundle = draft().make();
    Trial.of(
            new LabBundle(
                new Json.Obj(nothing), bundle.artifact(), bundle.key(), bundle.leaf(), new byte[0]))
        .refused(Code.BAD_BUNDLE);
  }
}
