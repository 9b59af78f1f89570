package dev.assay.lab;

import dev.assay.bytes.Hex;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.Firmware;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.jspecify.annotations.Nullable;

/**
 * Makes the certificates of hardware that was never built: authorities, devices, keys in their
 * slots; right as a YubiKey makes them, and wrong as a test says.
 */
public final class DeviceMaker {

  /** What the vendor's extensions begin with. */
  public static final String VENDOR = "1.3.6.1.4.1.41482.3.";

  /** A certificate with its private key. */
  public record Holder(PrivateKey key, Certificate certificate) {
    /** The certificate as PEM. */
    public String pem() {
      return Der.pem("CERTIFICATE", certificate.der());
    }
  }

  private static long nextSerial = 1_000;

  private final String subject;
  private final List<Extension> extensions = new ArrayList<>();
  private PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
  private @Nullable PublicKey other;
  private @Nullable Holder issuer;
  private Instant from = Instant.parse("2016-03-14T00:00:00Z");
  private Instant to = Instant.parse("2052-04-17T00:00:00Z");
  private UnaryOperator<byte[]> edit = UnaryOperator.identity();

  private DeviceMaker(String subject) {
    this.subject = subject;
  }

  /** An authority; its own issuer where none is given. */
  public static DeviceMaker authority(String name, int pathLength) {
    return new DeviceMaker("CN=" + name).ca(pathLength);
  }

  /** The certificate of slot f9. */
  public static DeviceMaker device(Holder issuer, Firmware firmware) {
    return new DeviceMaker("CN=Yubico PIV Attestation").by(issuer).ca(0).vendor(3, hex(firmware));
  }

  /** What a device makes for a key in slot 9c: PIN and touch each time, as real ones have it. */
  public static DeviceMaker key(Holder device, PublicKey key, Firmware firmware, int serial) {
    DeviceMaker out =
        new DeviceMaker("CN=YubiKey PIV Attestation 9c")
            .by(device)
            .vendor(3, hex(firmware))
            .vendor(7, "0204" + String.format("%08x", serial))
            .vendor(8, "0302")
            .vendor(9, "03");
    out.other = key;
    return out;
  }

  /** A certificate of a TPM's attestation key. */
  public static DeviceMaker attestationKey(Holder issuer) {
    DeviceMaker out = new DeviceMaker("CN=attestation key").by(issuer);
    return out.usage("2.23.133.8.3");
  }

  private static String hex(Firmware f) {
    return String.format("%02x%02x%02x", f.major(), f.minor(), f.patch());
  }

  private DeviceMaker ca(int pathLength) {
    with(Extension.basicConstraints, true, new BasicConstraints(pathLength));
    return with(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
  }

  /** Without what says that it is an authority. */
  public DeviceMaker withoutBasicConstraints() {
    without(Extension.basicConstraints);
    return without(Extension.keyUsage);
  }

  public DeviceMaker usage(String oid) {
    return with(
        Extension.extendedKeyUsage,
        false,
        new ExtendedKeyUsage(KeyPurposeId.getInstance(new ASN1ObjectIdentifier(oid))));
  }

  public DeviceMaker by(Holder authority) {
    issuer = authority;
    return this;
  }

  public DeviceMaker named(String name) {
    DeviceMaker out = new DeviceMaker("CN=" + name);
    out.extensions.addAll(extensions);
    out.key = key;
    out.other = other;
    out.issuer = issuer;
    out.from = from;
    out.to = to;
    out.edit = edit;
    return out;
  }

  public DeviceMaker key(PrivateKey same) {
    key = same;
    return this;
  }

  public DeviceMaker valid(Instant first, Instant last) {
    from = first;
    to = last;
    return this;
  }

  /** Sets one of the vendor's extensions, in place of one that is there; empty: takes it out. */
  public DeviceMaker vendor(int number, String hex) {
    ASN1ObjectIdentifier oid = new ASN1ObjectIdentifier(VENDOR + number);
    without(oid);
    if (!hex.isEmpty()) {
      extensions.add(new Extension(oid, false, new DEROctetString(Hex.decode(hex))));
    }
    return this;
  }

  /** A critical extension that nobody knows. */
  public DeviceMaker critical(String oid) {
    extensions.add(
        new Extension(new ASN1ObjectIdentifier(oid), true, new DEROctetString(new byte[1])));
    return this;
  }

  /** Changes what is signed, as hexadecimal text, before it is signed. */
  public DeviceMaker edited(String hex, String replacement) {
    edit =
        tbs -> {
          String text = Hex.encode(tbs);
          if (!text.contains(hex)) {
            throw new IllegalArgumentException("not there: " + hex);
          }
          return Hex.decode(text.replace(hex, replacement));
        };
    return this;
  }

  private DeviceMaker with(ASN1ObjectIdentifier oid, boolean critical, ASN1Encodable value) {
    without(oid);
    extensions.add(new Extension(oid, critical, new DEROctetString(Der.encode(value))));
    return this;
  }

  private DeviceMaker without(ASN1ObjectIdentifier oid) {
    extensions.removeIf(e -> e.getExtnId().equals(oid));
    return this;
  }

  /** The certificate's DER, whatever it is. */
  public byte[] der() {
    X500Name name = new X500Name(subject);
    AlgorithmIdentifier algorithm = new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
    Holder by = issuer;
    V3TBSCertificateGenerator generator = new V3TBSCertificateGenerator();
    generator.setSerialNumber(
        new org.bouncycastle.asn1.ASN1Integer(BigInteger.valueOf(nextSerial++)));
    generator.setSignature(algorithm);
    generator.setIssuer(by == null ? name : subjectOf(by.certificate()));
    generator.setStartDate(new Time(Date.from(from)));
    generator.setEndDate(new Time(Date.from(to)));
    generator.setSubject(name);
    generator.setSubjectPublicKeyInfo(
        SubjectPublicKeyInfo.getInstance((other == null ? key.publicKey() : other).spki()));
    if (extensions.isEmpty()) {
      // Version 3 wants some.
      vendor(99, "00");
    }
    generator.setExtensions(new Extensions(extensions.toArray(new Extension[0])));
    byte[] tbs = edit.apply(Der.encode(generator.generateTBSCertificate()));
    ASN1EncodableVector certificate = new ASN1EncodableVector();
    certificate.add(ASN1Sequence.getInstance(tbs));
    certificate.add(algorithm);
    certificate.add(new DERBitString((by == null ? key : by.key()).sign(tbs)));
    return Der.encode(new DERSequence(certificate));
  }

  private static X500Name subjectOf(Certificate certificate) {
    return org.bouncycastle.asn1.x509.Certificate.getInstance(certificate.der()).getSubject();
  }

  public Certificate certificate() {
    return Certificate.parse(der());
  }

  public Holder build() {
    return new Holder(key, certificate());
  }
}
