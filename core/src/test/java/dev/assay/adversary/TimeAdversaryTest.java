package dev.assay.adversary;

import static dev.assay.adversary.Trial.LAB;
import static dev.assay.adversary.Trial.draft;
import static dev.assay.adversary.Trial.key;

import dev.assay.bytes.Code;
import dev.assay.crypto.PublicKey;
import dev.assay.lab.BundleDraft;
import dev.assay.lab.CertificateAuthority;
import dev.assay.lab.CertificateSpec;
import dev.assay.lab.Edits;
import dev.assay.lab.LabBundle;
import dev.assay.lab.LabCertificate;
import dev.assay.lab.LabKey;
import dev.assay.lab.TimestampAuthority;
import dev.assay.lab.TimestampSpec;
import dev.assay.lab.TrustRootDraft;
import dev.assay.trust.TrustedKey;
import dev.assay.verify.Trust;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When it was signed: who says so, and what was valid then. */
class TimeAdversaryTest {

  private static final Instant NOW = LAB.now();
  private static final Duration HOUR = Duration.ofHours(1);
  private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
  private static final String TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
  private static final String SERVER = "1.3.6.1.5.5.7.3.1";

  // A leaked key of a certificate that has ended.
  @Test
  void aSignatureOutsideOfTheCertificatesValidityIsRefused() {
    Trial.of(draft()).accepted();
    Trial.of(draft().entry(e -> e.time(NOW.plus(HOUR)))).refused(Code.CERTIFICATE_EXPIRED);
    Trial.of(draft().entry(e -> e.time(NOW.minusSeconds(1)))).refused(Code.CERTIFICATE_EXPIRED);
    Trial.of(draft().rekorV2()).accepted();
    Trial.of(draft().rekorV2().timestamp(t -> t.time(NOW.plus(HOUR))))
        .refused(Code.CERTIFICATE_EXPIRED);
    // One good time does not make up for a bad one.
    Trial.of(draft().timestamp()).accepted();
    Trial.of(draft().timestamp().timestamp().timestamp(t -> t.time(NOW.plus(HOUR))))
        .refused(Code.CERTIFICATE_EXPIRED);
  }

  // CVE-2026-24122 (cosign), sigstore-java to this day: only the leaf was looked at
  @Test
  void anIntermediateThatEndedBeforeTheSignatureIsRefused() {
    CertificateAuthority ca = LAB.newCertificateAuthority(LabKey.Kind.P256);
    for (Instant end : new Instant[] {NOW.plusSeconds(600), NOW.plusSeconds(1)}) {
      CertificateSpec spec =
          ca.intermediateSpec(LAB.key(LabKey.Kind.P256), LAB.start(), end, CODE_SIGNING);
      CertificateAuthority ending = ca.withIntermediate(spec);
      Trial trial = Trial.of(draft().issuedBy(ending)).under(LAB.trustRoot().add(ending));
      // The leaf begins within its validity in both cases; it was logged two seconds later.
      if (end.isAfter(NOW.plusSeconds(2))) {
        trial.accepted();
      } else {
        trial.refused(Code.CERTIFICATE_EXPIRED);
      }
    }
  }

  @Test
  void anAuthorityCountsOnlyWhileItIsTrusted() {
    Trial.of(draft()).accepted();
    TrustRootDraft closed = LAB.trustRoot().window(LAB.ca(), LAB.start(), NOW.plusSeconds(1));
    Trial.of(draft()).under(closed).refused(Code.CERTIFICATE_UNTRUSTED);
    TrustRootDraft open = LAB.trustRoot().window(LAB.ca(), NOW.plusSeconds(2), NOW.plusSeconds(2));
    Trial.of(draft()).under(open).accepted();
    TrustRootDraft tsaClosed = LAB.trustRoot().window(LAB.tsa(), LAB.start(), NOW.plusSeconds(1));
    Trial.of(draft().rekorV2()).under(tsaClosed).refused(Code.TIME_NOT_PROVEN);
  }

  @Test
  void evidenceFromTheFutureIsRefused() {
    Instant later = NOW.plus(Duration.ofDays(30));
    Trial.of(draft().signedAt(later)).at(later.plus(HOUR)).accepted();
    Trial.of(draft().signedAt(later)).at(NOW).refused(Code.TIME_NOT_PROVEN);
    BundleDraft stamped = draft().rekorV2().signedAt(later);
    Trial.of(stamped).at(later.plus(HOUR)).accepted();
    Trial.of(stamped).at(NOW).refused(Code.TIME_NOT_PROVEN);
  }

  // provenance.md 9, case 15: no trusted time at all is not "now"
  @Test
  void withoutATrustedTimeNothingIsAssumed() {
    Trial.of(draft().rekorV2().withoutTimestamps()).at(NOW).refused(Code.TIME_NOT_PROVEN);
    Trial.of(
            draft()
                .rekorV2()
                .withoutTimestamps()
                .timestampBy(LAB.newTimestampAuthority("tsa.example", LabKey.Kind.P256)))
        .at(NOW)
        .refused(Code.TIME_NOT_PROVEN);
  }

  private static TrustedKey limited(
      LabKey key, Optional<Instant> from, Optional<Instant> to, Optional<Instant> revoked) {
    return new TrustedKey("release", PublicKey.fromSpki(key.spki()), from, to, revoked);
  }

  // CVE-2026-54787 (sigstore-go): a key's validity was not held against the timestamps
  @Test
  void aKeyCountsAtTheTimesThatAreProvenAndNotNow() {
    LabKey key = LAB.key(LabKey.Kind.P256);
    Optional<Instant> none = Optional.empty();
    BundleDraft[] timed = {
      draft().managed(key),
      draft().managed(key).rekorV2(),
      draft().managed(key).withoutLog().timestamp()
    };
    for (BundleDraft draft : timed) {
      LabBundle bundle = draft.make();
      Trial.of(bundle).by(key("release", key)).accepted();
      // Revoked after it signed, before it signed, and the very second.
      Trial.of(bundle).by(limited(key, none, none, Optional.of(NOW.plusSeconds(3)))).accepted();
      Trial.of(bundle)
          .by(limited(key, none, none, Optional.of(NOW.plusSeconds(2))))
          .refused(Code.KEY_REVOKED);
      Trial.of(bundle)
          .by(limited(key, none, none, Optional.of(NOW.minus(HOUR))))
          .refused(Code.KEY_REVOKED);
      Trial.of(bundle).by(limited(key, none, Optional.of(NOW.plusSeconds(2)), none)).accepted();
      Trial.of(bundle)
          .by(limited(key, none, Optional.of(NOW.plusSeconds(1)), none))
          .refused(Code.KEY_REVOKED);
      Trial.of(bundle)
          .by(limited(key, Optional.of(NOW.plusSeconds(3)), none, none))
          .refused(Code.KEY_REVOKED);
    }
    BundleDraft untimed = draft().managed(key).withoutLog();
    Trial.of(untimed).by(key("release", key)).accepted();
    Trial.of(untimed)
        .by(limited(key, none, none, Optional.of(NOW.plus(Duration.ofDays(9)))))
        .refused(Code.KEY_REVOKED);
    // One time before the revocation and one after it: somebody still signs with the key.
    Trial.of(draft().managed(key).timestamp().timestamp().timestamp(t -> t.time(NOW.plus(HOUR))))
        .by(limited(key, none, none, Optional.of(NOW.plusSeconds(60))))
        .refused(Code.KEY_REVOKED);
  }

  @Test
  void aTimeThatIsDemandedIsATrustedOne() {
    LabKey key = LAB.key(LabKey.Kind.P256);
    Trust.Demands timed = Trust.Demands.USUAL.withTime();
    TrustedKey signer = key("release", key);
    Trial.of(draft().managed(key)).by(signer).demanding(timed).accepted();
    Trial.of(draft().managed(key).withoutLog().timestamp()).by(signer).demanding(timed).accepted();
    Trial.of(draft().managed(key).withoutLog())
        .by(signer)
        .demanding(timed)
        .refused(Code.TIME_NOT_PROVEN);
    Trial.of(draft().managed(key).withoutLog().alsoIn(LAB.rekorV2()))
        .by(signer)
        .demanding(timed)
        .refused(Code.TIME_NOT_PROVEN);
    Trial.of(
            draft()
                .managed(key)
                .withoutLog()
                .timestampBy(LAB.newTimestampAuthority("tsa.example", LabKey.Kind.P256)))
        .by(signer)
        .demanding(timed)
        .refused(Code.TIME_NOT_PROVEN);
  }

  @Test
  void aThresholdOfTimestampsCountsOperatorsAndNotTimestamps() {
    TimestampAuthority second = LAB.newTimestampAuthority("tsa2.example", LabKey.Kind.P256);
    TrustRootDraft apart =
        LAB.trustRoot()
            .add(second)
            .operator(LAB.tsa(), "one.example")
            .operator(second, "two.example");
    Trial.of(draft().timestamp().timestampBy(second)).under(apart).demanding(0, 2, 0).accepted();
    Trial.of(draft().timestamp().timestamp())
        .under(apart)
        .demanding(0, 2, 0)
        .refused(Code.TIME_NOT_PROVEN);
    TrustRootDraft together =
        LAB.trustRoot()
            .add(second)
            .operator(LAB.tsa(), "one.example")
            .operator(second, "one.example");
    Trial.of(draft().timestamp().timestampBy(second))
        .under(together)
        .demanding(0, 2, 0)
        .refused(Code.TIME_NOT_PROVEN);
    // A log's word is no timestamp.
    Trial.of(draft().timestamp()).under(apart).demanding(0, 2, 0).refused(Code.TIME_NOT_PROVEN);
  }

  // CVE-2026-39984 (timestamp-authority): the first certificate of the bag was taken for the signer
  @Test
  void theSignerOfATimestampIsTheOneThatSigned() {
    TimestampAuthority stranger = LAB.newTimestampAuthority("stranger.example", LabKey.Kind.P256);
    LabCertificate ours = LAB.tsa().leaf();
    Trial.of(draft().rekorV2()).accepted();
    Trial.of(draft().rekorV2().timestamp(t -> t.embedding(stranger.leaf()))).accepted();
    // Signed by the stranger; the authority's certificate comes along, first.
    Trial.of(draft().rekorV2().timestamp(t -> t.signer(stranger.leaf()).embedding(ours)))
        .refused(Code.TIME_NOT_PROVEN);
    // ... and is the one that the signed attributes name.
    Trial.of(
            draft()
                .rekorV2()
                .timestamp(t -> t.signer(stranger.leaf()).embedding(ours).boundTo(ours)))
        .refused(Code.TIME_NOT_PROVEN);
    Trial.of(draft().rekorV2().timestamp(t -> t.signedWith(stranger.leaf().key())))
        .refused(Code.TIME_NOT_PROVEN);
  }

  @Test
  void onlyACertificateForTimestampsMakesThem() {
    TimestampAuthority tsa = LAB.newTimestampAuthority("tsa3.example", LabKey.Kind.P256);
    LabKey key = LAB.key(LabKey.Kind.P256);
    stampedBy(tsa.withLeaf(LAB.timestampLeafSpec(tsa, key))).accepted();
    for (CertificateSpec bad :
        new CertificateSpec[] {
          LAB.timestampLeafSpec(tsa, key).usages(true, CODE_SIGNING),
          LAB.timestampLeafSpec(tsa, key).usages(true, TIME_STAMPING, SERVER),
          LAB.timestampLeafSpec(tsa, key).usages(false, TIME_STAMPING),
          LAB.timestampLeafSpec(tsa, key).without("2.5.29.37"),
          LAB.timestampLeafSpec(tsa, key).ca(0),
          LAB.timestampLeafSpec(tsa, key).validity(LAB.start(), NOW.minusSeconds(1)),
          LAB.timestampLeafSpec(tsa, key).validity(NOW.plusSeconds(3), NOW.plus(HOUR)),
          LAB.timestampLeafSpec(tsa, key).extension("1.2.3.4", true, new byte[] {5, 0})
        }) {
      Trial trial = stampedBy(tsa.withLeaf(bad));
      org.junit.jupiter.api.Assertions.assertFalse(trial.verified());
    }
  }

  // A root that cannot be used is refused when it is read; else the timestamp is.
  private static Trial stampedBy(TimestampAuthority authority) {
    BundleDraft bundle = draft().rekorV2().withoutTimestamps().timestampBy(authority);
    return Trial.of(bundle).under(LAB.trustRoot().without(LAB.tsa()).add(authority));
  }

  @Test
  void aTimestampIsOverThisSignatureAndStrong() {
    LabBundle honest = draft().rekorV2().make();
    Trial.of(honest).accepted();
    Trial.of(draft().rekorV2().timestamp(t -> t.over(LAB.bytes(70)))).refused(Code.BAD_TIMESTAMP);
    Trial.of(draft().rekorV2().timestamp(t -> t.over(honest.artifact())))
        .refused(Code.BAD_TIMESTAMP);
    Trial.of(draft().rekorV2().timestamp(t -> t.hash(TimestampSpec.Hash.SHA1)))
        .refused(Code.BAD_TIMESTAMP);
    Trial.of(draft().rekorV2().timestamp(t -> t.status(2))).refused(Code.BAD_TIMESTAMP);
    Trial.of(draft().rekorV2().timestamp(t -> t.signers(2))).refused(Code.BAD_TIMESTAMP);
    Trial.of(draft().rekorV2().timestamp(t -> t.contentDigest(new byte[32])))
        .refused(Code.BAD_TIMESTAMP);
    for (TimestampSpec.Hash hash :
        new TimestampSpec.Hash[] {TimestampSpec.Hash.SHA384, TimestampSpec.Hash.SHA512}) {
      Trial.of(draft().rekorV2().timestamp(t -> t.hash(hash))).accepted();
    }
    String stamps = "verificationMaterial.timestampVerificationData";
    LabBundle other = draft().rekorV2().make();
    Trial.of(honest.with(stamps, Edits.get(other.json(), stamps))).refused(Code.BAD_TIMESTAMP);
  }

  @Test
  void aTrustRootWithoutTheStartOfALogsTimeDoesNotCountIt() {
    Trial.of(draft()).accepted();
    Trial.of(draft()).under(LAB.trustRoot().withoutStart(LAB.rekorV1())).refused(Code.NOT_LOGGED);
  }
}
