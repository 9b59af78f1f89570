package dev.assay.lab;

import java.math.BigInteger;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;

/** What a certificate shall say. Everything can be said, also what no authority would. */
public final class CertificateSpec {

  /** The list of SCTs (RFC 6962 section 3.3). */
  public static final String SCT_LIST = "1.3.6.1.4.1.11129.2.4.2";

  private final LabKey key;
  private final Map<String, Extension> extensions = new LinkedHashMap<>();
  private X500Name subject = new X500Name("");
  private BigInteger serial;
  private Instant notBefore;
  private Instant notAfter;

  CertificateSpec(LabKey key, BigInteger serial, Instant notBefore, Instant notAfter) {
    this.key = key;
    this.serial = serial;
    this.notBefore = notBefore;
    this.notAfter = notAfter;
  }

  /** Names the subject, for example {@code O=example.org,CN=intermediate}. */
  public CertificateSpec subject(String name) {
    subject = new X500Name(name);
    return this;
  }

  /** Sets the validity, both ends inclusive. */
  public CertificateSpec validity(Instant from, Instant to) {
    notBefore = from;
    notAfter = to;
    return this;
  }

  /** Sets the serial number. */
  public CertificateSpec serial(BigInteger value) {
    serial = value;
    return this;
  }

  /** Sets an extension, in place of one with that OID. */
  public CertificateSpec extension(String oid, boolean critical, byte[] value) {
    extensions.put(
        oid, new Extension(new ASN1ObjectIdentifier(oid), critical, new DEROctetString(value)));
    return this;
  }

  CertificateSpec extension(ASN1ObjectIdentifier oid, boolean critical, ASN1Encodable value) {
    return extension(oid.getId(), critical, Der.encode(value));
  }

  /** Leaves an extension out. */
  public CertificateSpec without(String oid) {
    extensions.remove(oid);
    return this;
  }

  /** Makes it a certificate authority; a negative length sets no limit. */
  public CertificateSpec ca(int pathLength) {
    extension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    return extension(
        Extension.basicConstraints,
        true,
        pathLength < 0 ? new BasicConstraints(true) : new BasicConstraints(pathLength));
  }

  /** Sets the extended key usages, by OID. */
  public CertificateSpec usages(boolean critical, String... oids) {
    KeyPurposeId[] ids = new KeyPurposeId[oids.length];
    for (int i = 0; i < oids.length; i++) {
      ids[i] = KeyPurposeId.getInstance(new ASN1ObjectIdentifier(oids[i]));
    }
    return extension(Extension.extendedKeyUsage, critical, new ExtendedKeyUsage(ids));
  }

  LabKey key() {
    return key;
  }

  TBSCertificate tbs(X500Name issuer, LabKey issuerKey) {
    V3TBSCertificateGenerator generator = new V3TBSCertificateGenerator();
    generator.setSerialNumber(new org.bouncycastle.asn1.ASN1Integer(serial));
    generator.setSignature(issuerKey.algorithm());
    generator.setIssuer(issuer);
    generator.setStartDate(new Time(Date.from(notBefore)));
    generator.setEndDate(new Time(Date.from(notAfter)));
    generator.setSubject(subject);
    generator.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(key.spki()));
    if (!extensions.isEmpty()) {
      generator.setExtensions(new Extensions(extensions.values().toArray(new Extension[0])));
    }
    return generator.generateTBSCertificate();
  }

  /** Signs; a self-signed certificate has its own subject as issuer. */
  LabCertificate signedBy(X500Name issuer, LabKey issuerKey) {
    TBSCertificate tbs = tbs(issuer, issuerKey);
    ASN1EncodableVector certificate = new ASN1EncodableVector();
    certificate.add(tbs);
    certificate.add(issuerKey.algorithm());
    certificate.add(new DERBitString(issuerKey.sign(Der.encode(tbs))));
    return new LabCertificate(Certificate.getInstance(new DERSequence(certificate)), key);
  }

  X500Name subject() {
    return subject;
  }
}
