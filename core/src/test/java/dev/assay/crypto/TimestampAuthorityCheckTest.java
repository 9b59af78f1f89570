package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

/** Authorities right and wrong; each attack differs from what is accepted in one thing. */
class TimestampAuthorityCheckTest {

  private static final Instant TIME = TimestampMaker.TIME;
  private static final TimestampMaker.Party ROOT = TimestampMaker.root("Root");
  private static final TimestampMaker.Party MIDDLE =
      TimestampMaker.issue(new TimestampMaker.Wish().name("Middle").ca(), ROOT);
  private static final TimestampMaker.Party SIGNER =
      TimestampMaker.issue(new TimestampMaker.Wish(), MIDDLE);
  private static final List<Certificate> WHOLE =
      List.of(SIGNER.certificate(), MIDDLE.certificate(), ROOT.certificate());
  private static final List<Certificate> AUTHORITIES =
      List.of(MIDDLE.certificate(), ROOT.certificate());

  private static TimestampAuthorityCheck.Outcome check(
      TimestampMaker maker, TimestampMaker.Party signer, List<Certificate> chain) {
    return TimestampAuthorityCheck.check(
        Timestamp.parse(maker.make(signer)), chain, TimestampMaker.MESSAGE);
  }

  private static void passes(
      TimestampMaker maker, TimestampMaker.Party signer, List<Certificate> chain) {
    TimestampAuthorityCheck.Outcome outcome = check(maker, signer, chain);
    assertTrue(outcome.passed(), outcome.detail());
    assertEquals(Optional.of(signer.certificate()), outcome.signer());
    assertEquals(Optional.of(TIME), outcome.time());
  }

  private static void refuses(
      Code code, TimestampMaker maker, TimestampMaker.Party signer, List<Certificate> chain) {
    TimestampAuthorityCheck.Outcome outcome = check(maker, signer, chain);
    assertEquals(Optional.of(code), outcome.code(), outcome.detail());
    assertEquals(Optional.empty(), outcome.signer());
    assertEquals(Optional.empty(), outcome.time());
  }

  /** A token signed by somebody with a certificate as wished, which comes with it. */
  private static void refusesSigner(TimestampMaker.Wish wish) {
    TimestampMaker.Party signer = TimestampMaker.issue(wish, MIDDLE);
    refuses(
        Code.TIMESTAMP_UNTRUSTED,
        new TimestampMaker().with(signer.certificate()),
        signer,
        AUTHORITIES);
    refuses(
        Code.TIMESTAMP_UNTRUSTED,
        new TimestampMaker(),
        signer,
        List.of(signer.certificate(), MIDDLE.certificate(), ROOT.certificate()));
  }

  @Test
  void aTrustedAuthoritysTokenCounts() {
    passes(new TimestampMaker(), SIGNER, WHOLE);
    passes(new TimestampMaker().with(SIGNER.certificate()), SIGNER, AUTHORITIES);
    TimestampMaker byKeyId = new TimestampMaker();
    byKeyId.byKeyId = true;
    passes(byKeyId, SIGNER, WHOLE);
  }

  @Test
  void anotherMessageDoesNot() {
    TimestampAuthorityCheck.Outcome outcome =
        TimestampAuthorityCheck.check(
            Timestamp.parse(new TimestampMaker().make(SIGNER)), WHOLE, new byte[1]);
    assertEquals(Optional.of(Code.BAD_TIMESTAMP), outcome.code());
  }

  @Test
  void whoIsNotKnownDoesNotCount() {
    refuses(Code.TIMESTAMP_UNTRUSTED, new TimestampMaker(), SIGNER, AUTHORITIES);
    TimestampMaker.Party other = TimestampMaker.root("Root");
    TimestampMaker.Party stranger = TimestampMaker.issue(new TimestampMaker.Wish(), other);
    TimestampMaker maker = new TimestampMaker().with(stranger.certificate(), other.certificate());
    refuses(Code.TIMESTAMP_UNTRUSTED, maker, stranger, List.of(ROOT.certificate()));
    refuses(Code.TIMESTAMP_UNTRUSTED, maker, stranger, WHOLE);
  }

  // CVE-2026-39984: the questions were asked of a certificate that only lay in the bag.
  @Test
  void theBagDoesNotLendItsCertificates() {
    TimestampMaker.Wish wish = new TimestampMaker.Wish().name("Attacker");
    wish.purposes = new KeyPurposeId[] {KeyPurposeId.id_kp_codeSigning};
    TimestampMaker.Party codeSigner = TimestampMaker.issue(wish, MIDDLE);
    for (List<Certificate> bag :
        List.of(
            List.of(SIGNER.certificate(), codeSigner.certificate()),
            List.of(codeSigner.certificate(), SIGNER.certificate()),
            List.of(SIGNER.certificate()))) {
      TimestampMaker maker = new TimestampMaker().with(bag.toArray(new Certificate[0]));
      refuses(Code.TIMESTAMP_UNTRUSTED, maker, codeSigner, AUTHORITIES);
      refuses(Code.TIMESTAMP_UNTRUSTED, maker, codeSigner, WHOLE);
    }
  }

  @Test
  void anIntermediateFromTheBagIsNotUsed() {
    refuses(
        Code.TIMESTAMP_UNTRUSTED,
        new TimestampMaker().with(SIGNER.certificate(), MIDDLE.certificate()),
        SIGNER,
        List.of(ROOT.certificate()));
  }

  @Test
  void theLeafOfTheTrustRootIsTheOnlySigner() {
    TimestampMaker.Party sibling =
        TimestampMaker.issue(new TimestampMaker.Wish().name("Sibling"), MIDDLE);
    TimestampMaker maker = new TimestampMaker().with(sibling.certificate());
    passes(maker, sibling, AUTHORITIES);
    refuses(Code.TIMESTAMP_UNTRUSTED, maker, sibling, WHOLE);
  }

  @Test
  void theSignerIsForTimestampsAlone() {
    TimestampMaker.Wish notCritical = new TimestampMaker.Wish();
    notCritical.purposeCritical = false;
    refusesSigner(notCritical);
    TimestampMaker.Wish second = new TimestampMaker.Wish();
    second.purposes =
        new KeyPurposeId[] {KeyPurposeId.id_kp_timeStamping, KeyPurposeId.id_kp_codeSigning};
    refusesSigner(second);
    TimestampMaker.Wish unknown = new TimestampMaker.Wish();
    unknown.purposes =
        new KeyPurposeId[] {
          KeyPurposeId.id_kp_timeStamping,
          KeyPurposeId.getInstance(new org.bouncycastle.asn1.ASN1ObjectIdentifier("1.2.3.4.5"))
        };
    refusesSigner(unknown);
    TimestampMaker.Wish none = new TimestampMaker.Wish();
    none.purposes = new KeyPurposeId[0];
    refusesSigner(none);
    TimestampMaker.Wish usage = new TimestampMaker.Wish();
    usage.usage = KeyUsage.keyAgreement;
    refusesSigner(usage);
  }

  @Test
  void aCaIsNoSigner() {
    TimestampMaker.Wish wish = new TimestampMaker.Wish().name("CA");
    wish.ca = true;
    TimestampMaker.Party ca = TimestampMaker.issue(wish, MIDDLE);
    refuses(Code.TIMESTAMP_UNTRUSTED, new TimestampMaker().with(ca.certificate()), ca, AUTHORITIES);
    refuses(
        Code.TIMESTAMP_UNTRUSTED,
        new TimestampMaker(),
        ca,
        List.of(ca.certificate(), MIDDLE.certificate(), ROOT.certificate()));
    refuses(Code.TIMESTAMP_UNTRUSTED, new TimestampMaker(), MIDDLE, AUTHORITIES);
    refuses(Code.TIMESTAMP_UNTRUSTED, new TimestampMaker(), ROOT, List.of(ROOT.certificate()));
  }

  @Test
  void whoIssuesMayIssue() {
    TimestampMaker.Wish noCa = new TimestampMaker.Wish().name("Middle").ca();
    noCa.ca = false;
    TimestampMaker.Wish noSigning = new TimestampMaker.Wish().name("Middle").ca();
    noSigning.usage = KeyUsage.cRLSign;
    TimestampMaker.Wish otherPurpose = new TimestampMaker.Wish().name("Middle").ca();
    otherPurpose.purposes = new KeyPurposeId[] {KeyPurposeId.id_kp_codeSigning};
    for (TimestampMaker.Wish wish : List.of(noCa, noSigning, otherPurpose)) {
      TimestampMaker.Party middle = TimestampMaker.issue(wish, ROOT);
      TimestampMaker.Party signer = TimestampMaker.issue(new TimestampMaker.Wish(), middle);
      refuses(
          Code.TIMESTAMP_UNTRUSTED,
          new TimestampMaker(),
          signer,
          List.of(signer.certificate(), middle.certificate(), ROOT.certificate()));
    }
    TimestampMaker.Wish timeOnly = new TimestampMaker.Wish().name("Middle").ca();
    timeOnly.purposes = new KeyPurposeId[] {KeyPurposeId.id_kp_timeStamping};
    TimestampMaker.Party middle = TimestampMaker.issue(timeOnly, ROOT);
    TimestampMaker.Party signer = TimestampMaker.issue(new TimestampMaker.Wish(), middle);
    passes(
        new TimestampMaker(),
        signer,
        List.of(signer.certificate(), middle.certificate(), ROOT.certificate()));
  }

  @Test
  void everyCertificateWasValidThen() {
    Instant before = TIME.minus(Duration.ofDays(30));
    Instant after = TIME.plus(Duration.ofDays(30));
    // Expired when it signed, or not valid yet, though it may be valid today.
    List<TimestampMaker.Wish> wrong =
        List.of(
            new TimestampMaker.Wish().valid(before, TIME.minusSeconds(2)),
            new TimestampMaker.Wish().valid(TIME.plusSeconds(2), after));
    for (TimestampMaker.Wish dates : wrong) {
      TimestampMaker.Party leaf = TimestampMaker.issue(dates, MIDDLE);
      refuses(
          Code.CERTIFICATE_EXPIRED,
          new TimestampMaker(),
          leaf,
          List.of(leaf.certificate(), MIDDLE.certificate(), ROOT.certificate()));
      TimestampMaker.Party middle =
          TimestampMaker.issue(
              new TimestampMaker.Wish().name("Middle").ca().valid(dates.from, dates.to), ROOT);
      TimestampMaker.Party below = TimestampMaker.issue(new TimestampMaker.Wish(), middle);
      refuses(
          Code.CERTIFICATE_EXPIRED,
          new TimestampMaker(),
          below,
          List.of(below.certificate(), middle.certificate(), ROOT.certificate()));
      TimestampMaker.Party root =
          TimestampMaker.issue(
              new TimestampMaker.Wish().name("Root").ca().valid(dates.from, dates.to), null);
      TimestampMaker.Party signer = TimestampMaker.issue(new TimestampMaker.Wish(), root);
      refuses(
          Code.CERTIFICATE_EXPIRED,
          new TimestampMaker(),
          signer,
          List.of(signer.certificate(), root.certificate()));
    }
    // Valid then for two seconds, and never since.
    TimestampMaker.Party brief =
        TimestampMaker.issue(
            new TimestampMaker.Wish().valid(TIME.minusSeconds(1), TIME.plusSeconds(1)), MIDDLE);
    passes(
        new TimestampMaker(),
        brief,
        List.of(brief.certificate(), MIDDLE.certificate(), ROOT.certificate()));
  }

  @Test
  void anAuthorityHasCertificates() {
    Timestamp read = Timestamp.parse(new TimestampMaker().make(SIGNER));
    assertThrows(
        IllegalArgumentException.class,
        () -> TimestampAuthorityCheck.check(read, List.of(), TimestampMaker.MESSAGE));
  }
}
