package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificatePathTest {

  private static final Instant AT = TestAuthority.AT;
  private static final TestAuthority ROOT = TestAuthority.root("root").build();
  private static final TestAuthority MIDDLE = ROOT.ca("middle").build();
  private static final Certificate LEAF = MIDDLE.leaf().certificate();

  private static CertificatePath.Result path(Certificate leaf, TestAuthority... between) {
    return path(leaf, Purpose.CODE_SIGNING, between);
  }

  private static CertificatePath.Result path(
      Certificate leaf, Purpose purpose, TestAuthority... between) {
    List<Certificate> intermediates = new ArrayList<>();
    for (TestAuthority authority : between) {
      intermediates.add(authority.certificate);
    }
    return CertificatePath.build(leaf, intermediates, List.of(ROOT.certificate), AT, purpose);
  }

  private static CertificatePath.Failure refused(
      Code code, Certificate at, CertificatePath.Result result) {
    assertFalse(result.trusted());
    assertEquals(List.of(), result.path());
    CertificatePath.Failure failure = result.failure().orElseThrow();
    assertEquals(code, failure.code(), failure.message());
    assertEquals(at, failure.certificate(), failure.message());
    return failure;
  }

  @Test
  void aChainOfGoodCertificatesIsFoundInAnyOrderAndAmongOthers() {
    TestAuthority lower = MIDDLE.ca("lower").build();
    Certificate leaf = lower.leaf().certificate();
    List<Certificate> intermediates = new ArrayList<>();
    intermediates.add(lower.certificate);
    intermediates.add(MIDDLE.certificate);
    intermediates.add(ROOT.ca("unrelated").certificate());
    // Same names, other keys.
    intermediates.add(TestAuthority.root("middle").certificate());
    intermediates.add(ROOT.ca("lower").certificate());
    for (int seed = 0; seed < 10; seed++) {
      Collections.shuffle(intermediates, new Random(seed));
      CertificatePath.Result result =
          CertificatePath.build(
              leaf, intermediates, List.of(ROOT.certificate), AT, Purpose.CODE_SIGNING);
      assertTrue(result.trusted(), () -> result.failure().toString());
      assertEquals(
          List.of(leaf, lower.certificate, MIDDLE.certificate, ROOT.certificate), result.path());
    }
  }

  @Test
  void anIntermediateMayBeTheAnchorAndNeedsNoRoot() {
    assertTrue(
        CertificatePath.build(
                LEAF, List.of(), List.of(MIDDLE.certificate), AT, Purpose.CODE_SIGNING)
            .trusted());
  }

  @Test
  void withoutTheIntermediateOrUnderAnotherRootNothingIsTrusted() {
    refused(Code.CERTIFICATE_UNTRUSTED, LEAF, path(LEAF));
    Certificate other = TestAuthority.root("root").certificate();
    refused(
        Code.CERTIFICATE_UNTRUSTED,
        MIDDLE.certificate,
        CertificatePath.build(
            LEAF, List.of(MIDDLE.certificate), List.of(other), AT, Purpose.CODE_SIGNING));
    // A root that comes with the leaf is nobody's anchor.
    refused(
        Code.CERTIFICATE_UNTRUSTED,
        ROOT.certificate,
        CertificatePath.build(
            LEAF,
            List.of(MIDDLE.certificate, ROOT.certificate),
            List.of(),
            AT,
            Purpose.CODE_SIGNING));
  }

  @Test
  void aForgedSignatureIsRefused() {
    PrivateKey forger = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    Certificate leaf = MIDDLE.leaf().signedBy(forger).certificate();
    refused(Code.CERTIFICATE_UNTRUSTED, leaf, path(leaf, MIDDLE));
    TestAuthority middle = ROOT.ca("middle").signedBy(forger).build();
    refused(
        Code.CERTIFICATE_UNTRUSTED, middle.certificate, path(middle.leaf().certificate(), middle));
  }

  @Test
  void everyCertificateIsValidAtTheInstantTheAnchorIncluded() {
    Instant past = AT.minusSeconds(1);
    Instant next = AT.plusSeconds(1);
    Certificate leaf = MIDDLE.leaf().valid(TestAuthority.FROM, past).certificate();
    refused(Code.CERTIFICATE_EXPIRED, leaf, path(leaf, MIDDLE));
    Certificate early = MIDDLE.leaf().valid(next, TestAuthority.TO).certificate();
    refused(Code.CERTIFICATE_EXPIRED, early, path(early, MIDDLE));
    Certificate exact = MIDDLE.leaf().valid(AT, AT).certificate();
    assertTrue(path(exact, MIDDLE).trusted());

    // Valid when the leaf was made, not when it signed.
    TestAuthority middle = ROOT.ca("middle").valid(TestAuthority.FROM, past).build();
    refused(
        Code.CERTIFICATE_EXPIRED, middle.certificate, path(middle.leaf().certificate(), middle));

    TestAuthority root = TestAuthority.root("r").valid(TestAuthority.FROM, past).build();
    refused(
        Code.CERTIFICATE_EXPIRED,
        root.certificate,
        CertificatePath.build(
            root.leaf().certificate(),
            List.of(),
            List.of(root.certificate),
            AT,
            Purpose.CODE_SIGNING));
  }

  @Test
  void onlyAnAuthorityIssues() {
    TestAuthority leaf = MIDDLE.leaf().build();
    Certificate below = leaf.leaf().certificate();
    refused(Code.CERTIFICATE_UNTRUSTED, leaf.certificate, path(below, leaf, MIDDLE));
    for (BasicConstraints constraints : List.of(new BasicConstraints(false))) {
      TestAuthority fake =
          ROOT.ca("fake").critical(Extension.basicConstraints, constraints).build();
      refused(Code.CERTIFICATE_UNTRUSTED, fake.certificate, path(fake.leaf().certificate(), fake));
    }
    TestAuthority usage =
        ROOT.ca("usage")
            .critical(Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature))
            .build();
    refused(Code.CERTIFICATE_UNTRUSTED, usage.certificate, path(usage.leaf().certificate(), usage));
    TestAuthority silent = ROOT.ca("silent").without(Extension.keyUsage).build();
    assertTrue(path(silent.leaf().certificate(), silent).trusted());
  }

  @Test
  void theLeafIsNoAuthorityAndMaySign() {
    Certificate authority =
        MIDDLE
            .leaf()
            .critical(Extension.basicConstraints, new BasicConstraints(true))
            .certificate();
    refused(Code.BAD_CERTIFICATE, authority, path(authority, MIDDLE));
    Certificate usage =
        MIDDLE
            .leaf()
            .critical(Extension.keyUsage, new KeyUsage(KeyUsage.keyEncipherment))
            .certificate();
    refused(Code.BAD_CERTIFICATE, usage, path(usage, MIDDLE));
    assertTrue(path(MIDDLE.leaf().without(Extension.keyUsage).certificate(), MIDDLE).trusted());
  }

  @Test
  void thePathLengthIsKept() {
    TestAuthority top = ROOT.ca("top").pathLength(0).build();
    assertTrue(path(top.leaf().certificate(), top).trusted());
    TestAuthority below = top.ca("below").build();
    refused(
        Code.CERTIFICATE_UNTRUSTED, top.certificate, path(below.leaf().certificate(), below, top));
    TestAuthority one = ROOT.ca("one").pathLength(1).build();
    TestAuthority two = one.ca("two").build();
    assertTrue(path(two.leaf().certificate(), two, one).trusted());
  }

  @Test
  void theExtendedKeyUsageIsThePurposesAllTheWayDown() {
    Certificate none = MIDDLE.leaf().without(Extension.extendedKeyUsage).certificate();
    refused(Code.BAD_CERTIFICATE, none, path(none, MIDDLE));
    ExtendedKeyUsage server = new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth);
    Certificate other = MIDDLE.leaf().plain(Extension.extendedKeyUsage, server).certificate();
    refused(Code.BAD_CERTIFICATE, other, path(other, MIDDLE));
    // Any purpose in a leaf is not this purpose.
    Certificate any =
        MIDDLE
            .leaf()
            .plain(
                Extension.extendedKeyUsage, new ExtendedKeyUsage(KeyPurposeId.anyExtendedKeyUsage))
            .certificate();
    refused(Code.BAD_CERTIFICATE, any, path(any, MIDDLE));

    TestAuthority tls = ROOT.ca("tls").plain(Extension.extendedKeyUsage, server).build();
    refused(Code.CERTIFICATE_UNTRUSTED, tls.certificate, path(tls.leaf().certificate(), tls));
    for (KeyPurposeId good :
        List.of(KeyPurposeId.id_kp_codeSigning, KeyPurposeId.anyExtendedKeyUsage)) {
      TestAuthority authority =
          ROOT.ca("eku").plain(Extension.extendedKeyUsage, new ExtendedKeyUsage(good)).build();
      assertTrue(path(authority.leaf().certificate(), authority).trusted());
    }
  }

  @Test
  void aTimeStampersUsageIsCriticalAndAlone() {
    ExtendedKeyUsage stamping = new ExtendedKeyUsage(KeyPurposeId.id_kp_timeStamping);
    Certificate good = MIDDLE.leaf().critical(Extension.extendedKeyUsage, stamping).certificate();
    assertTrue(path(good, Purpose.TIME_STAMPING, MIDDLE).trusted());
    refused(Code.BAD_CERTIFICATE, good, path(good, Purpose.CODE_SIGNING, MIDDLE));
    Certificate plain = MIDDLE.leaf().plain(Extension.extendedKeyUsage, stamping).certificate();
    refused(Code.BAD_CERTIFICATE, plain, path(plain, Purpose.TIME_STAMPING, MIDDLE));
    ExtendedKeyUsage two =
        new ExtendedKeyUsage(
            new KeyPurposeId[] {KeyPurposeId.id_kp_timeStamping, KeyPurposeId.id_kp_codeSigning});
    Certificate both = MIDDLE.leaf().critical(Extension.extendedKeyUsage, two).certificate();
    refused(Code.BAD_CERTIFICATE, both, path(both, Purpose.TIME_STAMPING, MIDDLE));
  }

  @Test
  void anUnknownCriticalExtensionIsRefusedByItsNameWhereverItIs() {
    String oid = "1.3.6.1.4.1.99999.1";
    Certificate leaf = MIDDLE.leaf().raw(oid, true, new byte[] {5, 0}).certificate();
    assertEquals(oid, refused(Code.BAD_CERTIFICATE, leaf, path(leaf, MIDDLE)).found());
    TestAuthority middle = ROOT.ca("m").raw(oid, true, new byte[] {5, 0}).build();
    refused(Code.BAD_CERTIFICATE, middle.certificate, path(middle.leaf().certificate(), middle));
    TestAuthority root = TestAuthority.root("r").raw(oid, true, new byte[] {5, 0}).build();
    refused(
        Code.BAD_CERTIFICATE,
        root.certificate,
        CertificatePath.build(
            root.leaf().certificate(),
            List.of(),
            List.of(root.certificate),
            AT,
            Purpose.CODE_SIGNING));
    // A precertificate is none (RFC 6962 section 3.1).
    Certificate precertificate =
        MIDDLE.leaf().raw("1.3.6.1.4.1.11129.2.4.3", true, new byte[] {5, 0}).certificate();
    refused(Code.BAD_CERTIFICATE, precertificate, path(precertificate, MIDDLE));
    Certificate plain = MIDDLE.leaf().raw(oid, false, new byte[] {5, 0}).certificate();
    assertTrue(path(plain, MIDDLE).trusted());
  }

  private static GeneralName userName(String name) {
    return new GeneralName(
        GeneralName.otherName,
        new DERSequence(
            new org.bouncycastle.asn1.ASN1Encodable[] {
              new ASN1ObjectIdentifier("1.3.6.1.4.1.57264.1.7"),
              new DERTaggedObject(true, 0, new DERUTF8String(name))
            }));
  }

  @Test
  void aCriticalNameThatIsAFulcioUserNameIsUnderstood() {
    Certificate leaf = MIDDLE.leaf().names(userName("alice!example.com")).certificate();
    assertTrue(path(leaf, MIDDLE).trusted());
    assertEquals(
        List.of(
            new dev.assay.crypto.GeneralName(
                dev.assay.crypto.GeneralName.Kind.OTHER, "alice!example.com")),
        leaf.alternativeNames());
  }

  private static GeneralName name(String kind, String text) {
    return switch (kind) {
      case "email" -> new GeneralName(GeneralName.rfc822Name, text);
      case "dns" -> new GeneralName(GeneralName.dNSName, text);
      case "uri" -> new GeneralName(GeneralName.uniformResourceIdentifier, text);
      default -> new GeneralName(new X500Name(text));
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "email|example.com|alice@example.com|true",
        "email|example.com|alice@EXAMPLE.com|true",
        "email|example.com|alice@sub.example.com|false",
        "email|example.com|alice@notexample.com|false",
        "email|.example.com|alice@sub.example.com|true",
        "email|.example.com|alice@example.com|false",
        "email|alice@example.com|alice@example.com|true",
        "email|alice@example.com|Alice@example.com|false",
        "email|alice@example.com|bob@example.com|false",
        "email|example.com|alice@evil.com@example.com|false",
        "email|example.com|example.com|false",
        "dns|example.com|example.com|true",
        "dns|example.com|a.b.example.com|true",
        "dns|example.com|a.EXAMPLE.com.|true",
        "dns|example.com|notexample.com|false",
        "dns|example.com|example.com.evil.org|false",
        "dns|example.com|*.example.com|false",
        "uri|example.com|https://example.com/a|true",
        "uri|example.com|https://u@example.com:443/a?b#c|true",
        "uri|example.com|https://sub.example.com/|false",
        "uri|.example.com|https://sub.example.com/|true",
        "uri|example.com|https://example.com@evil.org/|false",
        "uri|example.com|https://evil.org/@example.com|false",
        "uri|example.com|https://evil.org?@example.com|false",
        "uri|example.com|https://evil.org\\@example.com|false",
        "uri|example.com|https://example.com%00.evil.org/|false",
        "uri|example.com|https://1.2.3.4/|false",
        "uri|example.com|urn:example.com|false",
        "dir|O=Acme|O=Acme,CN=a|true",
        "dir|O=Acme|O=ACME  ,CN=a|true",
        "dir|O=Acme|O=Other,CN=a|false",
        "dir|O=Acme|CN=a,O=Acme|false",
      })
  void nameConstraintsArePermissions(String kind, String base, String name, boolean ok) {
    GeneralSubtree[] trees =
        kind.equals("dir")
            ? new GeneralSubtree[] {
              new GeneralSubtree(name(kind, base)), new GeneralSubtree(name(kind, "CN=leaf"))
            }
            : new GeneralSubtree[] {new GeneralSubtree(name(kind, base))};
    TestAuthority authority =
        ROOT.ca("constrained")
            .critical(Extension.nameConstraints, new NameConstraints(trees, null))
            .build();
    Certificate leaf = authority.leaf().names(name(kind, name)).certificate();
    assertEquals(ok, path(leaf, authority).trusted());
    if (!ok) {
      refused(Code.CERTIFICATE_UNTRUSTED, leaf, path(leaf, authority));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "email|example.com|alice@example.com|false",
        "email|example.com|alice@other.org|true",
        "email|example.com|alice@other.org@x|false",
        "dns|example.com|A.EXAMPLE.COM|false",
        "dns|example.com|other.org|true",
        "uri|.example.com|https://a.example.com/|false",
        "uri|.example.com|https://[::1]/|false",
        "uri|.example.com|https://other.org/|true",
        "dir|O=Acme|O=acme,CN=x|false",
        "dir|O=Acme|O=Other|true",
      })
  void nameConstraintsAreExclusions(String kind, String base, String name, boolean ok) {
    TestAuthority authority =
        ROOT.ca("constrained")
            .critical(
                Extension.nameConstraints,
                new NameConstraints(
                    null, new GeneralSubtree[] {new GeneralSubtree(name(kind, base))}))
            .build();
    Certificate leaf = authority.leaf().names(name(kind, name)).certificate();
    assertEquals(ok, path(leaf, authority).trusted());
    // They reach further down.
    TestAuthority below = authority.ca("below").build();
    assertEquals(
        ok, path(below.leaf().names(name(kind, name)).certificate(), below, authority).trusted());
  }

  @Test
  void constraintsOfAKindThatIsNotSupportedRefuseThePath() {
    TestAuthority authority =
        ROOT.ca("constrained")
            .critical(
                Extension.nameConstraints,
                new NameConstraints(
                    null,
                    new GeneralSubtree[] {
                      new GeneralSubtree(new GeneralName(GeneralName.iPAddress, "10.0.0.0/8"))
                    }))
            .build();
    refused(
        Code.BAD_CERTIFICATE,
        authority.certificate,
        path(authority.leaf().certificate(), authority));
    TestAuthority broken =
        ROOT.ca("broken").critical(Extension.nameConstraints, DERNull.INSTANCE).build();
    refused(Code.BAD_CERTIFICATE, broken.certificate, path(broken.leaf().certificate(), broken));
  }

  @Test
  void loopsAndHeapsOfAuthoritiesEnd() {
    // Cross-signed in a circle, without an anchor.
    TestAuthority a = TestAuthority.root("a").build();
    TestAuthority b = a.ca("b").build();
    TestAuthority crossed = b.ca("a").key(a.key).build();
    Certificate leaf = b.leaf().certificate();
    assertFalse(path(leaf, a, b, crossed).trusted());

    // Many of one name and key: every order of them would be a path.
    PrivateKey same = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    TestAuthority first = TestAuthority.root("x").key(same).build();
    List<TestAuthority> heap = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      heap.add(first.ca("x").key(same).build());
    }
    CertificatePath.Result result =
        path(heap.getFirst().leaf().certificate(), heap.toArray(new TestAuthority[0]));
    assertEquals(Code.CERTIFICATE_UNTRUSTED, result.failure().orElseThrow().code());
    assertTrue(result.failure().orElseThrow().message().contains("too many"));
  }

  @Test
  void aPathIsNotLongerThanEight() {
    TestAuthority last = ROOT;
    List<TestAuthority> chain = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      last = last.ca("level " + i).build();
      chain.add(last);
      boolean trusted =
          path(last.leaf().certificate(), chain.toArray(new TestAuthority[0])).trusted();
      assertEquals(chain.size() + 2 <= CertificatePath.MAX_LENGTH, trusted, "" + chain.size());
    }
  }

  @Test
  void theCacheKeepsAuthoritiesOfGoodPathsAloneAndChangesNoVerdict() {
    PathCache cache = new PathCache();
    List<Certificate> anchors = List.of(ROOT.certificate);
    List<Certificate> between = List.of(MIDDLE.certificate);
    for (int i = 0; i < 3; i++) {
      assertTrue(
          CertificatePath.build(
                  MIDDLE.leaf().certificate(), between, anchors, AT, Purpose.CODE_SIGNING, cache)
              .trusted());
      assertEquals(1, cache.size());
    }
    assertTrue(cache.holds(MIDDLE.certificate, ROOT.key.publicKey()));
    assertFalse(cache.holds(LEAF, MIDDLE.key.publicKey()));
    // Still dated, still signed.
    assertFalse(
        CertificatePath.build(
                LEAF,
                between,
                anchors,
                TestAuthority.TO.plus(Duration.ofDays(1)),
                Purpose.CODE_SIGNING,
                cache)
            .trusted());
    PrivateKey forger = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    assertFalse(
        CertificatePath.build(
                MIDDLE.leaf().signedBy(forger).certificate(),
                between,
                anchors,
                AT,
                Purpose.CODE_SIGNING,
                cache)
            .trusted());
    TestAuthority forged = ROOT.ca("middle").key(MIDDLE.key).signedBy(forger).build();
    assertFalse(
        CertificatePath.build(
                forged.leaf().certificate(),
                List.of(forged.certificate),
                anchors,
                AT,
                Purpose.CODE_SIGNING,
                cache)
            .trusted());
    assertEquals(1, cache.size());
  }
}
