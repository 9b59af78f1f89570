package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.SignerInfoGeneratorBuilder;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponseGenerator;
import org.bouncycastle.tsp.TimeStampTokenGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tokens right and wrong: each wrong one differs from a right one in one thing. */
class TimestampTest {

  private static final TimestampMaker.Party ROOT = TimestampMaker.root("Root");
  private static final TimestampMaker.Party SIGNER =
      TimestampMaker.issue(new TimestampMaker.Wish(), ROOT);

  private static void refused(String why, byte[] response) {
    AssayException e = assertThrows(AssayException.class, () -> Timestamp.parse(response));
    assertEquals(Code.BAD_TIMESTAMP, e.code());
    assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
  }

  private static void refused(String why, TimestampMaker maker) {
    refused(why, maker.make(SIGNER));
  }

  @Test
  void readsAGoodOne() {
    Timestamp read = Timestamp.parse(new TimestampMaker().make(SIGNER));
    assertEquals(TimestampMaker.TIME, read.time());
    assertEquals("1.2.3.4", read.policy());
    assertEquals(99, read.serial().intValueExact());
    assertEquals(Optional.empty(), read.accuracy());
    assertTrue(read.covers(TimestampMaker.MESSAGE));
    assertFalse(read.covers(new byte[0]));
    assertTrue(read.signedBy(SIGNER.certificate()));
    assertFalse(read.signedBy(ROOT.certificate()));
    assertEquals(Optional.empty(), read.signer(List.of(ROOT.certificate())));
    assertEquals(
        Optional.of(SIGNER.certificate()),
        read.signer(List.of(ROOT.certificate(), SIGNER.certificate())));
    assertEquals("serial number 1267 of CN=Root", read.signerName());
  }

  @Test
  void findsTheSignerAmongWhatCameAlong() {
    Timestamp read =
        Timestamp.parse(
            new TimestampMaker().with(ROOT.certificate(), SIGNER.certificate()).make(SIGNER));
    assertEquals(2, read.embedded().size());
    assertEquals(Optional.of(SIGNER.certificate()), read.signer(List.of()));
  }

  @Test
  void aCertificateThatCannotBeReadIsAsGoodAsAbsent() {
    TimestampMaker maker = new TimestampMaker().with(SIGNER.certificate());
    maker.certificates.addFirst(DerWriter.sequence(DerWriter.integer(1)));
    Timestamp read = Timestamp.parse(maker.make(SIGNER));
    assertEquals(List.of(SIGNER.certificate()), read.embedded());
  }

  @ParameterizedTest
  @EnumSource(
      value = KeyAlgorithm.class,
      names = {"ECDSA_P256", "ECDSA_P384", "ED25519", "RSA"})
  void anotherImplementationsTokensAreRead(KeyAlgorithm algorithm) throws Exception {
    TimestampMaker.Wish wish = new TimestampMaker.Wish();
    wish.algorithm = algorithm;
    TimestampMaker.Party signer = TimestampMaker.issue(wish, ROOT);
    TimeStampTokenGenerator tokens =
        new TimeStampTokenGenerator(
            new SignerInfoGeneratorBuilder(new BcDigestCalculatorProvider())
                .build(
                    TimestampMaker.signer(signer.key()),
                    new X509CertificateHolder(signer.certificate().der())),
            new BcDigestCalculatorProvider()
                .get(new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256)),
            new ASN1ObjectIdentifier("1.2.3.4"));
    tokens.setAccuracySeconds(1);
    tokens.setAccuracyMillis(20);
    tokens.setAccuracyMicros(300);
    tokens.setOrdering(true);
    tokens.setTSA(
        new org.bouncycastle.asn1.x509.GeneralName(
            new org.bouncycastle.asn1.x500.X500Name("CN=Signer")));
    byte[] imprint = Hashes.sha384(TimestampMaker.MESSAGE);
    byte[] ber =
        new TimeStampResponseGenerator(tokens, TSPAlgorithms.ALLOWED)
            .generateGrantedResponse(
                new TimeStampRequestGenerator()
                    .generate(TSPAlgorithms.SHA384, imprint, java.math.BigInteger.TEN),
                java.math.BigInteger.TWO,
                java.util.Date.from(TimestampMaker.TIME))
            .getEncoded();
    Timestamp read = Timestamp.parse(ASN1Primitive.fromByteArray(ber).getEncoded("DER"));
    assertTrue(read.signedBy(signer.certificate()));
    assertTrue(read.covers(TimestampMaker.MESSAGE));
    assertEquals(Optional.of(Duration.ofNanos(1_020_300_000)), read.accuracy());
    assertTrue(read.ordering());
    assertEquals(Optional.of(java.math.BigInteger.TEN), read.nonce());
  }

  @Test
  void theAuthorityNamedIsTheSigner() {
    for (String name : List.of("CN=Signer", "CN=Other")) {
      TimestampMaker maker = new TimestampMaker();
      byte[] directory =
          DerWriter.element(
              DerReader.CONTEXT_CONSTRUCTED + 4,
              name.endsWith("Signer")
                  ? SIGNER.certificate().subject()
                  : ROOT.certificate().subject());
      maker.infoRest = DerWriter.element(DerReader.CONTEXT_CONSTRUCTED, directory);
      assertEquals(
          name.endsWith("Signer"),
          Timestamp.parse(maker.make(SIGNER)).signedBy(SIGNER.certificate()));
    }
  }

  @Test
  void onlyWhatWasGranted() {
    TimestampMaker withChanges = new TimestampMaker();
    withChanges.status = 1;
    assertTrue(Timestamp.parse(withChanges.make(SIGNER)).signedBy(SIGNER.certificate()));
    TimestampMaker rejected = new TimestampMaker();
    rejected.status = 2;
    refused("did not grant", rejected);
  }

  @Test
  void aBareTokenIsRefused() {
    DerReader response = new DerReader(new TimestampMaker().make(SIGNER)).enter(DerReader.SEQUENCE);
    response.element();
    refused("bare token", response.element());
  }

  @Test
  void oneSigner() {
    TimestampMaker two = new TimestampMaker();
    two.copiesOfSigner = 2;
    refused("more than one signer", two);
    TimestampMaker none = new TimestampMaker();
    none.copiesOfSigner = 0;
    refused("nobody signed", none);
  }

  @Test
  void theSignedAttributesBindTheContent() {
    TimestampMaker wrongDigest = new TimestampMaker();
    wrongDigest.wrongDigest = true;
    refused("digest is not the content's", wrongDigest);
    TimestampMaker wrongType = new TimestampMaker();
    wrongType.signedContentType = TimestampMaker.oid("1.2.840.113549.1.7.1");
    refused("content type", wrongType);
    TimestampMaker plain = new TimestampMaker();
    plain.contentType = TimestampMaker.oid("1.2.840.113549.1.7.1");
    plain.signedContentType = plain.contentType;
    refused("not a timestamp", plain);
    TimestampMaker none = new TimestampMaker();
    none.attributes = false;
    refused("without signed attributes", none);
    TimestampMaker unsorted = new TimestampMaker();
    unsorted.sorted = false;
    refused("order", unsorted);
    TimestampMaker twice = new TimestampMaker();
    twice.moreAttributes.add(
        TimestampMaker.attribute("1.2.840.113549.1.9.4", DerWriter.octets(new byte[32])));
    refused("twice", twice);
    TimestampMaker same = new TimestampMaker();
    same.moreAttributes.add(
        TimestampMaker.attribute("1.2.840.113549.1.9.3", TimestampMaker.TST_INFO));
    refused("order", same);
  }

  @Test
  void whatIsSignedIsTheSet() {
    TimestampMaker maker = new TimestampMaker();
    maker.signTheTag = true;
    assertFalse(Timestamp.parse(maker.make(SIGNER)).signedBy(SIGNER.certificate()));
  }

  @Test
  void theSignerNamesItsCertificate() {
    TimestampMaker none = new TimestampMaker();
    none.namedCertificate = new byte[0];
    refused("names the signer's certificate", none);

    byte[] der = SIGNER.certificate().der();
    TimestampMaker old = new TimestampMaker();
    old.namedCertificate = TimestampMaker.signingCertificateV1(TimestampMaker.sha1(der));
    assertTrue(Timestamp.parse(old.make(SIGNER)).signedBy(SIGNER.certificate()));

    for (byte[] wrong :
        List.of(
            TimestampMaker.signingCertificateV1(TimestampMaker.sha1(ROOT.certificate().der())),
            TimestampMaker.signingCertificateV2(Hashes.sha256(ROOT.certificate().der())))) {
      TimestampMaker maker = new TimestampMaker();
      maker.namedCertificate = wrong;
      assertFalse(Timestamp.parse(maker.make(SIGNER)).signedBy(SIGNER.certificate()));
    }

    TimestampMaker both = new TimestampMaker();
    both.moreAttributes.add(TimestampMaker.signingCertificateV1(new byte[20]));
    assertFalse(Timestamp.parse(both.make(SIGNER)).signedBy(SIGNER.certificate()));
  }

  // The same key and name in two certificates: the signer says which of them it used.
  @Test
  void aTwinOfTheCertificateIsNotTheSigner() {
    TimestampMaker.Wish wish = new TimestampMaker.Wish();
    wish.purposeCritical = false;
    Certificate twin = TimestampMaker.issue(wish, ROOT).certificate();
    Timestamp read = Timestamp.parse(new TimestampMaker().make(twin, SIGNER.key()));
    assertEquals(Optional.empty(), read.signer(List.of(twin, SIGNER.certificate())));
  }

  @Test
  void theKeyIdentifierNamesTheSigner() {
    TimestampMaker maker = new TimestampMaker();
    maker.byKeyId = true;
    Timestamp read = Timestamp.parse(maker.make(SIGNER));
    assertTrue(read.signedBy(SIGNER.certificate()));
    assertFalse(read.signedBy(ROOT.certificate()));
    assertTrue(read.signerName().startsWith("key identifier "));
  }

  @Test
  void theAlgorithmsRepeatedInsideAreThoseOutside() {
    for (boolean same : List.of(true, false)) {
      TimestampMaker maker = new TimestampMaker();
      byte[] scheme = maker.signatureAlgorithm.clone();
      scheme[0] = (byte) (DerReader.CONTEXT_CONSTRUCTED + 1);
      maker.moreAttributes.add(
          TimestampMaker.attribute(
              "1.2.840.113549.1.9.52",
              DerWriter.sequence(
                  same ? maker.digestAlgorithm : DerWriter.sequence(TimestampMaker.SHA512),
                  scheme)));
      if (same) {
        assertTrue(Timestamp.parse(maker.make(SIGNER)).signedBy(SIGNER.certificate()));
      } else {
        refused("algorithms", maker);
      }
    }
  }

  @Test
  void weakAndMixedHashesAreRefused() {
    TimestampMaker imprint = new TimestampMaker();
    imprint.imprintAlgorithm = TimestampMaker.SHA1;
    imprint.imprint = TimestampMaker.sha1(TimestampMaker.MESSAGE);
    refused("SHA-1", imprint);
    TimestampMaker digest = new TimestampMaker();
    digest.digestAlgorithm = DerWriter.sequence(TimestampMaker.SHA1);
    refused("SHA-1", digest);
    TimestampMaker signature = new TimestampMaker();
    signature.signatureAlgorithm =
        DerWriter.sequence(TimestampMaker.oid("1.2.840.10045.4.1")); // ecdsa-with-SHA1
    refused("not accepted", signature);
    TimestampMaker mixed = new TimestampMaker();
    mixed.digestAlgorithm = DerWriter.sequence(TimestampMaker.SHA512);
    mixed.hash = Digest.Algorithm.SHA512;
    refused("another hash", mixed);
    TimestampMaker cut = new TimestampMaker();
    cut.imprint = Arrays.copyOf(cut.imprint, 20);
    refused("not as long", cut);
  }

  @Test
  void aKindOfKeyCountsAsItsAlgorithm() {
    TimestampMaker ec = new TimestampMaker();
    ec.signatureAlgorithm = DerWriter.sequence(DerWriter.oid(Oids.EC));
    assertTrue(Timestamp.parse(ec.make(SIGNER)).signedBy(SIGNER.certificate()));

    TimestampMaker.Wish wish = new TimestampMaker.Wish();
    wish.algorithm = KeyAlgorithm.RSA;
    TimestampMaker.Party rsaSigner = TimestampMaker.issue(wish, ROOT);
    TimestampMaker rsa = new TimestampMaker();
    rsa.signatureAlgorithm = DerWriter.sequence(DerWriter.oid(Oids.RSA), DerWriter.none());
    assertTrue(Timestamp.parse(rsa.make(rsaSigner)).signedBy(rsaSigner.certificate()));
    // Announced as the other kind, it is nobody's.
    assertFalse(Timestamp.parse(ec.make(rsaSigner)).signedBy(rsaSigner.certificate()));
  }

  @Test
  void theFormIsStrict() {
    TimestampMaker version = new TimestampMaker();
    version.version = 1;
    refused("version", version);
    for (String time :
        List.of(
            "20260301120000",
            "20260301120000.Z",
            "20260301120000.250Z",
            "20260301120000,25Z",
            "2026030112Z",
            "20261301120000Z",
            "20260301120000+0000")) {
      TimestampMaker maker = new TimestampMaker();
      maker.time = time;
      refused("not a time", maker);
    }
    TimestampMaker falseIsLeftOut = new TimestampMaker();
    falseIsLeftOut.infoRest = DerWriter.element(DerReader.BOOLEAN, new byte[1]);
    refused("DER", falseIsLeftOut);
    TimestampMaker unknown = new TimestampMaker();
    unknown.infoRest = DerWriter.element(DerReader.CONTEXT_CONSTRUCTED + 1, extension(true));
    refused("critical extension", unknown);
    unknown.infoRest = DerWriter.element(DerReader.CONTEXT_CONSTRUCTED + 1, extension(false));
    assertTrue(Timestamp.parse(unknown.make(SIGNER)).signedBy(SIGNER.certificate()));
    TimestampMaker trailing = new TimestampMaker();
    trailing.infoRest = DerWriter.none();
    refused("DER", trailing);
    byte[] good = new TimestampMaker().make(SIGNER);
    refused("DER", Arrays.copyOf(good, good.length + 1));
    refused("DER", new byte[0]);
  }

  private static byte[] extension(boolean critical) {
    return DerWriter.sequence(
        TimestampMaker.oid("1.2.3.4.5"),
        critical ? DerWriter.element(DerReader.BOOLEAN, new byte[] {-1}) : new byte[0],
        DerWriter.octets(new byte[1]));
  }

  @Test
  void whatComesAlongIsBounded() {
    TimestampMaker maker = new TimestampMaker();
    for (int i = 0; i <= Limits.TIMESTAMP_CERTIFICATES; i++) {
      maker.with(SIGNER.certificate());
    }
    refused("more than 16 certificates", maker);
    refused("of 65537 bytes", new byte[Limits.TIMESTAMP_BYTES + 1]);
  }

  @Test
  void everyFlippedBitIsRefused() {
    byte[] good = new TimestampMaker().make(SIGNER);
    assertNoFlipIsAccepted(good, SIGNER.certificate());
  }

  // From the content's beginning everything counts; before it stand the status, where another one
  // grants as well, and the list of hashes, which nothing rests on; after it the empty set of
  // certificates, which may as well be one of revocation lists.
  static void assertNoFlipIsAccepted(byte[] good, Certificate signer) {
    assertTrue(Timestamp.parse(good).signedBy(signer));
    int content = indexOf(good, TimestampMaker.TST_INFO) - 2;
    byte[] empty = {(byte) DerReader.CONTEXT_CONSTRUCTED, 0};
    int accepted = 0;
    for (int i = 0; i < good.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] flipped = good.clone();
        flipped[i] ^= (byte) (1 << bit);
        try {
          if (Timestamp.parse(flipped).signedBy(signer)) {
            boolean nothing = Arrays.equals(good, i, i + 2, empty, 0, 2);
            assertTrue(i < content || nothing, "bit " + bit + " of byte " + i + " may change");
            accepted++;
          }
        } catch (AssayException e) {
          assertEquals(Code.BAD_TIMESTAMP, e.code());
        }
      }
    }
    assertTrue(accepted < 110, accepted + " flips were accepted");
  }

  private static int indexOf(byte[] in, byte[] what) {
    for (int i = 0; ; i++) {
      if (Arrays.equals(in, i, i + what.length, what, 0, what.length)) {
        return i;
      }
    }
  }

  @Test
  void randomBytesAreRefusedInOneWay() {
    Random random = new Random(3161);
    byte[] good = new TimestampMaker().with(SIGNER.certificate()).make(SIGNER);
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = good.clone();
      for (int j = random.nextInt(6); j >= 0; j--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        Timestamp read = Timestamp.parse(Arrays.copyOf(bytes, bytes.length - random.nextInt(2)));
        read.signer(List.of(SIGNER.certificate()));
        read.covers(TimestampMaker.MESSAGE);
      } catch (AssayException e) {
        assertEquals(Code.BAD_TIMESTAMP, e.code());
      }
    }
  }

  @Test
  void timesOfTheSignerAreNotLookedAtHere() {
    Instant past = Instant.parse("2001-01-01T00:00:00Z");
    TimestampMaker.Party expired =
        TimestampMaker.issue(
            new TimestampMaker.Wish().valid(past, past.plus(Duration.ofDays(1))), ROOT);
    assertTrue(Timestamp.parse(new TimestampMaker().make(expired)).signedBy(expired.certificate()));
  }
}
