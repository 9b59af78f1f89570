package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.junit.jupiter.api.Test;

class RevocationListTest {

  private static final TestAuthority CA = TestAuthority.root("ca").build();
  private static final Instant REVOKED = Instant.parse("2026-05-01T00:00:00Z");
  private static final Instant NEXT = TestAuthority.AT.plusSeconds(3600);

  private static X509v2CRLBuilder builder() throws Exception {
    X509v2CRLBuilder builder =
        new X509v2CRLBuilder(
            X500Name.getInstance(CA.certificate.subject()), Date.from(TestAuthority.AT));
    builder.setNextUpdate(Date.from(NEXT));
    builder.addExtension(Extension.cRLNumber, false, new ASN1Integer(7));
    return builder;
  }

  private static byte[] sign(X509v2CRLBuilder builder) throws Exception {
    return builder.build(TestAuthority.signer(CA.key)).getEncoded();
  }

  private static Code refused(byte[] der, Certificate issuer) {
    return assertThrows(AssayException.class, () -> RevocationList.read(der, issuer)).code();
  }

  @Test
  void aRevokedCertificateIsFoundWithItsDateAndReason() throws Exception {
    Certificate good = CA.leaf().certificate();
    Certificate compromised = CA.leaf().certificate();
    Certificate plain = CA.leaf().certificate();
    X509v2CRLBuilder builder = builder();
    Random random = new Random(1);
    for (int i = 0; i < 3000; i++) {
      builder.addCRLEntry(new BigInteger(120, random).setBit(119), Date.from(REVOKED), 0);
    }
    builder.addCRLEntry(compromised.serial(), Date.from(REVOKED), CRLReason.keyCompromise);
    builder.addCRLEntry(plain.serial(), Date.from(REVOKED), CRLReason.unspecified);
    RevocationList list = RevocationList.read(sign(builder), CA.certificate);
    assertEquals(3002, list.size());
    assertEquals(TestAuthority.AT, list.thisUpdate());
    assertEquals(Optional.empty(), list.find(good));
    RevocationList.Revoked revoked = list.find(compromised).orElseThrow();
    assertEquals(REVOKED, revoked.at());
    assertEquals("keyCompromise", revoked.reason());
    assertEquals(compromised.serial(), revoked.serial());
    assertEquals("unspecified", list.find(plain).orElseThrow().reason());
    random = new Random(1);
    for (int i = 0; i < 3000; i++) {
      Certificate other =
          i % 500 == 0
              ? CA.leaf().serial(new BigInteger(120, random).setBit(119)).certificate()
              : good;
      if (i % 500 != 0) {
        new BigInteger(120, random);
      }
      assertEquals(i % 500 == 0, list.find(other).isPresent());
    }
    Certificate foreign = TestAuthority.root("other").build().leaf().certificate();
    assertEquals(
        Code.BAD_REVOCATION_LIST,
        assertThrows(AssayException.class, () -> list.find(foreign)).code());
  }

  @Test
  void aListHasItsTime() throws Exception {
    RevocationList list = RevocationList.read(sign(builder()), CA.certificate);
    assertEquals(0, list.size());
    assertFalse(list.currentAt(TestAuthority.AT.minusSeconds(1)));
    assertTrue(list.currentAt(TestAuthority.AT));
    assertTrue(list.currentAt(NEXT));
    assertFalse(list.currentAt(NEXT.plusSeconds(1)));
  }

  @Test
  void aForgedListAndAnotherIssuersAreRefused() throws Exception {
    byte[] der = sign(builder());
    Certificate sameName = TestAuthority.root("ca").certificate();
    assertEquals(Code.SIGNATURE_INVALID, refused(der, sameName));
    Certificate otherName = CA.ca("other").key(CA.key).certificate();
    assertEquals(Code.BAD_REVOCATION_LIST, refused(der, otherName));
    Certificate maySignNone =
        TestAuthority.root("ca")
            .key(CA.key)
            .critical(Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign))
            .certificate();
    assertEquals(Code.BAD_REVOCATION_LIST, refused(der, maySignNone));
    byte[] signedByAnother =
        builder()
            .build(TestAuthority.signer(PrivateKey.generate(KeyAlgorithm.ECDSA_P256)))
            .getEncoded();
    assertEquals(Code.SIGNATURE_INVALID, refused(signedByAnother, CA.certificate));
    Random random = new Random(2);
    for (int i = 0; i < 500; i++) {
      byte[] mutated = der.clone();
      int at = random.nextInt(mutated.length);
      mutated[at] ^= (byte) (1 << random.nextInt(8));
      Set<Code> codes =
          Set.of(Code.BAD_REVOCATION_LIST, Code.SIGNATURE_INVALID, Code.KEY_UNSUPPORTED);
      assertTrue(codes.contains(refused(mutated, CA.certificate)), "byte " + at);
    }
  }

  private static void refusedWith(String oid, boolean critical, ASN1Encodable value)
      throws Exception {
    X509v2CRLBuilder builder = builder();
    builder.addExtension(new ASN1ObjectIdentifier(oid), critical, value);
    assertEquals(Code.BAD_REVOCATION_LIST, refused(sign(builder), CA.certificate));
  }

  @Test
  void deltasIndirectListsAndWhatIsNotUnderstoodAreRefused() throws Exception {
    refusedWith("2.5.29.27", true, new ASN1Integer(1));
    refusedWith("2.5.29.27", false, new ASN1Integer(1));
    refusedWith(
        "2.5.29.28", true, new IssuingDistributionPoint(null, false, false, null, true, false));
    refusedWith("1.3.6.1.4.1.99999.1", true, DERNull.INSTANCE);
    X509v2CRLBuilder ofOthers = builder();
    Extension issuer =
        new Extension(
            Extension.certificateIssuer,
            true,
            new GeneralNames(new GeneralName(new X500Name("CN=x"))).getEncoded());
    ofOthers.addCRLEntry(BigInteger.TWO, Date.from(REVOKED), new Extensions(issuer));
    assertEquals(Code.BAD_REVOCATION_LIST, refused(sign(ofOthers), CA.certificate));
    X509v2CRLBuilder restored = builder();
    restored.addCRLEntry(BigInteger.TWO, Date.from(REVOKED), CRLReason.removeFromCRL);
    assertEquals(Code.BAD_REVOCATION_LIST, refused(sign(restored), CA.certificate));
    assertEquals(
        Code.BAD_REVOCATION_LIST,
        refused(new byte[Limits.REVOCATION_LIST_BYTES + 1], CA.certificate));
  }
}
