package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Hex;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Random;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.junit.jupiter.api.Test;

/** Whatever the bytes are, they are read or refused by an exception of ours. */
class CertificateFuzzTest {

  private static final TestAuthority CA = TestAuthority.root("ca").build();
  private static final Certificate CA_LEAF = CA.leaf().certificate();

  @FuzzTest(maxDuration = "60s")
  void certificate(byte[] der) {
    Certificate certificate;
    try {
      certificate = Certificate.parse(der);
    } catch (AssayException e) {
      return;
    }
    assertArrayEquals(der, certificate.der());
    assertFalse(certificate.toString().isEmpty());
    List<Certificate> self = List.of(certificate);
    Instant at = certificate.notBefore();
    CertificatePath.build(certificate, self, self, at, Purpose.CODE_SIGNING);
    new PathRules(at, Purpose.CODE_SIGNING).checkConstraints(List.of(certificate, certificate));
    SignedCertificateTimestamps.withoutTimestamps(certificate);
    try {
      FulcioClaims.of(certificate);
      SignedCertificateTimestamps.read(certificate);
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @Test
  void mutatedCertificates() {
    TestAuthority root = TestAuthority.root("root").build();
    byte[] good =
        root.leaf()
            .raw(Certificate.SCT_LIST, false, new byte[] {4, 2, 0, 0})
            .raw("1.3.6.1.4.1.57264.1.8", false, new byte[] {12, 1, 'a'})
            .certificate()
            .der();
    Random random = new Random(3);
    for (int i = 0; i < 5000; i++) {
      byte[] der = good.clone();
      for (int j = 0; j <= i % 3; j++) {
        der[random.nextInt(der.length)] = (byte) random.nextInt();
      }
      certificate(der);
    }
  }

  /** Signed by its issuer, so that nothing but its reader stands in the way. */
  @FuzzTest(maxDuration = "60s")
  void revocationList(byte[] tbs) {
    byte[] der =
        DerWriter.sequence(
            tbs,
            DerWriter.sequence(DerWriter.oid(Hex.decode("2a8648ce3d040302"))),
            DerWriter.bits(CA.key.sign(tbs)));
    try {
      RevocationList.read(der, CA.certificate).find(CA_LEAF);
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @Test
  void mutatedRevocationLists() throws Exception {
    X509v2CRLBuilder builder =
        new X509v2CRLBuilder(
            X500Name.getInstance(CA.certificate.subject()), Date.from(TestAuthority.FROM));
    builder.setNextUpdate(Date.from(TestAuthority.TO));
    builder.addExtension(Extension.cRLNumber, false, new ASN1Integer(7));
    builder.addCRLEntry(CA_LEAF.serial(), Date.from(TestAuthority.FROM), CRLReason.superseded);
    builder.addCRLEntry(BigInteger.TEN, Date.from(TestAuthority.FROM), 0);
    byte[] good =
        builder.build(TestAuthority.signer(CA.key)).toASN1Structure().getTBSCertList().getEncoded();
    Random random = new Random(4);
    for (int i = 0; i < 1500; i++) {
      byte[] tbs = good.clone();
      for (int j = 0; j < i % 3; j++) {
        tbs[random.nextInt(tbs.length)] = (byte) random.nextInt();
      }
      revocationList(tbs);
    }
  }

  @FuzzTest(maxDuration = "60s")
  void timestamps(byte[] list) {
    try {
      SignedCertificateTimestamps.list(list);
    } catch (AssayException e) {
      // refused, as it may be
    }
  }

  @FuzzTest(maxDuration = "60s")
  void nameConstraints(byte[] der) {
    try {
      NameConstraints.read(der);
    } catch (AssayException e) {
      // refused, as it may be
    }
  }
}
