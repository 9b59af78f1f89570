package dev.assay.lab;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.TBSCertList;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V2TBSCertListGenerator;

/** A root and an intermediate, as Fulcio has them. */
public final class CertificateAuthority {

  static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
  static final String TIME_STAMPING = "1.3.6.1.5.5.7.3.8";

  private final SeededRandom random;
  private final LabCertificate root;
  private final LabCertificate issuer;
  private final List<LabCertificate> chain;

  private CertificateAuthority(
      SeededRandom random, LabCertificate root, LabCertificate issuer, boolean direct) {
    this.random = random;
    this.root = root;
    this.issuer = issuer;
    chain = direct ? List.of(root) : List.of(issuer, root);
  }

  static CertificateAuthority create(
      SeededRandom random, LabKey.Kind kind, String name, Instant from, Instant to, String usage) {
    return create(random, kind, name, from, to, from, to, usage);
  }

  static CertificateAuthority create(
      SeededRandom random,
      LabKey.Kind kind,
      String name,
      Instant rootFrom,
      Instant rootTo,
      Instant from,
      Instant to,
      String usage) {
    LabKey rootKey = LabKey.generate(kind, random);
    LabKey key = LabKey.generate(kind, random);
    String rootName = "O=" + name + ",CN=" + name + " root";
    CertificateSpec rootSpec =
        new CertificateSpec(rootKey, serial(random), rootFrom, rootTo).subject(rootName).ca(1);
    rootSpec.extension(Extension.subjectKeyIdentifier, false, keyId(rootKey));
    LabCertificate root = rootSpec.signedBy(new X500Name(rootName), rootKey);
    CertificateSpec spec =
        new CertificateSpec(key, serial(random), from, to)
            .subject("O=" + name + ",CN=" + name + " intermediate")
            .ca(0)
            .usages(false, usage);
    spec.extension(Extension.subjectKeyIdentifier, false, keyId(key));
    spec.extension(
        Extension.authorityKeyIdentifier,
        false,
        new AuthorityKeyIdentifier(keyId(rootKey).getKeyIdentifier()));
    return new CertificateAuthority(random, root, spec.signedBy(root.subject(), rootKey), false);
  }

  /** The same authority with another intermediate, made from this specification by the root. */
  public CertificateAuthority withIntermediate(CertificateSpec spec) {
    return new CertificateAuthority(random, root, spec.signedBy(root.subject(), root.key()), false);
  }

  /** An authority whose root issues without an intermediate. */
  public CertificateAuthority direct() {
    return new CertificateAuthority(random, root, root, true);
  }

  /** The specification of an intermediate, to change and to give to {@link #withIntermediate}. */
  public CertificateSpec intermediateSpec(LabKey key, Instant from, Instant to, String usage) {
    CertificateSpec spec =
        new CertificateSpec(key, serial(random), from, to)
            .subject(issuer.subject().toString())
            .ca(0)
            .usages(false, usage);
    spec.extension(Extension.subjectKeyIdentifier, false, keyId(key));
    return spec.extension(
        Extension.authorityKeyIdentifier,
        false,
        new AuthorityKeyIdentifier(keyId(root.key()).getKeyIdentifier()));
  }

  /** The root. */
  public LabCertificate root() {
    return root;
  }

  /** What signs leaves. */
  public LabCertificate issuer() {
    return issuer;
  }

  /** As a trust root lists it: the root last. */
  public List<LabCertificate> chain() {
    return chain;
  }

  /** An empty specification with a random serial number and the issuer's key identifier. */
  CertificateSpec leafSpec(LabKey key, Instant from, Duration validity) {
    CertificateSpec spec = new CertificateSpec(key, serial(random), from, from.plus(validity));
    spec.extension(
        Extension.keyUsage,
        true,
        new org.bouncycastle.asn1.x509.KeyUsage(
            org.bouncycastle.asn1.x509.KeyUsage.digitalSignature));
    return spec;
  }

  CertificateSpec identifiers(CertificateSpec spec) {
    spec.extension(Extension.subjectKeyIdentifier, false, keyId(spec.key()));
    return spec.extension(
        Extension.authorityKeyIdentifier,
        false,
        new AuthorityKeyIdentifier(keyId(issuer.key()).getKeyIdentifier()));
  }

  /** Signs whatever it is given. */
  public LabCertificate issue(CertificateSpec spec) {
    return spec.signedBy(issuer.subject(), issuer.key());
  }

  /** A revocation list, as PEM, by the root. */
  public String rootRevocationList(Instant from, Instant next, LabCertificate... revoked) {
    return revocationList(root, from, next, revoked);
  }

  /** A revocation list, as PEM, by what signs leaves. */
  public String revocationList(Instant from, Instant next, LabCertificate... revoked) {
    return revocationList(issuer, from, next, revoked);
  }

  private static String revocationList(
      LabCertificate by, Instant from, Instant next, LabCertificate... revoked) {
    V2TBSCertListGenerator generator = new V2TBSCertListGenerator();
    generator.setSignature(by.key().algorithm());
    generator.setIssuer(by.subject());
    generator.setThisUpdate(new Time(Date.from(from)));
    generator.setNextUpdate(new Time(Date.from(next)));
    for (LabCertificate certificate : revoked) {
      generator.addCRLEntry(
          certificate.structure().getSerialNumber(),
          new Time(Date.from(from)),
          CRLReason.keyCompromise);
    }
    generator.setExtensions(
        new Extensions(
            new Extension(
                Extension.cRLNumber, false, new DEROctetString(Der.encode(new ASN1Integer(1))))));
    TBSCertList list = generator.generateTBSCertList();
    ASN1EncodableVector out = new ASN1EncodableVector();
    out.add(list);
    out.add(by.key().algorithm());
    out.add(new DERBitString(by.key().sign(Der.encode(list))));
    return Der.pem("X509 CRL", Der.encode(new DERSequence(out)));
  }

  static BigInteger serial(SeededRandom random) {
    return new BigInteger(1, random.bytes(19)).setBit(151);
  }

  private static SubjectKeyIdentifier keyId(LabKey key) {
    return new SubjectKeyIdentifier(java.util.Arrays.copyOf(key.id(), 20));
  }
}
