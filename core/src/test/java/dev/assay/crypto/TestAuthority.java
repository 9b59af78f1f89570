package dev.assay.crypto;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.jspecify.annotations.Nullable;

/** Makes certificates, good ones and an attacker's. */
final class TestAuthority {

  static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
  static final Instant TO = Instant.parse("2026-12-31T00:00:00Z");
  static final Instant AT = Instant.parse("2026-06-01T12:00:00Z");

  private static BigInteger nextSerial = BigInteger.ONE;

  final PrivateKey key;
  final Certificate certificate;

  private TestAuthority(PrivateKey key, Certificate certificate) {
    this.key = key;
    this.certificate = certificate;
  }

  static Builder root(String name) {
    return new Builder(name, null).ca();
  }

  Builder ca(String name) {
    return new Builder(name, this).ca();
  }

  Builder leaf() {
    return new Builder("leaf", this)
        .critical(Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature))
        .plain(Extension.extendedKeyUsage, new ExtendedKeyUsage(KeyPurposeId.id_kp_codeSigning))
        .names(new GeneralName(GeneralName.rfc822Name, "alice@example.com"));
  }

  static ContentSigner signer(PrivateKey key) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    return new ContentSigner() {
      @Override
      public AlgorithmIdentifier getAlgorithmIdentifier() {
        return new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
      }

      @Override
      public OutputStream getOutputStream() {
        return content;
      }

      @Override
      public byte[] getSignature() {
        return key.sign(content.toByteArray());
      }
    };
  }

  static final class Builder {
    private final String name;
    private final @Nullable TestAuthority issuer;
    private PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    private @Nullable PrivateKey signedBy;
    private @Nullable BigInteger serial;
    private Instant from = FROM;
    private Instant to = TO;
    private final List<Extension> extensions = new ArrayList<>();

    private Builder(String name, @Nullable TestAuthority issuer) {
      this.name = name;
      this.issuer = issuer;
    }

    private Builder ca() {
      return critical(Extension.basicConstraints, new BasicConstraints(true))
          .critical(Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    }

    Builder critical(ASN1ObjectIdentifier oid, ASN1Encodable value) {
      return with(oid, true, value);
    }

    Builder plain(ASN1ObjectIdentifier oid, ASN1Encodable value) {
      return with(oid, false, value);
    }

    private Builder with(ASN1ObjectIdentifier oid, boolean critical, ASN1Encodable value) {
      without(oid);
      try {
        extensions.add(new Extension(oid, critical, value.toASN1Primitive().getEncoded("DER")));
      } catch (java.io.IOException e) {
        throw new IllegalStateException(e);
      }
      return this;
    }

    Builder without(ASN1ObjectIdentifier oid) {
      extensions.removeIf(e -> e.getExtnId().equals(oid));
      return this;
    }

    Builder raw(String oid, boolean critical, byte[] value) {
      extensions.add(new Extension(new ASN1ObjectIdentifier(oid), critical, value));
      return this;
    }

    Builder pathLength(int length) {
      return critical(Extension.basicConstraints, new BasicConstraints(length));
    }

    Builder names(GeneralName... names) {
      return critical(Extension.subjectAlternativeName, new GeneralNames(names));
    }

    Builder valid(Instant first, Instant last) {
      from = first;
      to = last;
      return this;
    }

    Builder serial(BigInteger fixed) {
      serial = fixed;
      return this;
    }

    Builder serial(long fixed) {
      return serial(BigInteger.valueOf(fixed));
    }

    Builder key(PrivateKey same) {
      key = same;
      return this;
    }

    Builder signedBy(PrivateKey forger) {
      signedBy = forger;
      return this;
    }

    TestAuthority build() {
      X500Name subject = new X500Name("CN=" + name);
      PrivateKey signer = issuer == null ? key : issuer.key;
      nextSerial = nextSerial.add(BigInteger.ONE);
      X509v3CertificateBuilder builder =
          new X509v3CertificateBuilder(
              issuer == null ? subject : X500Name.getInstance(issuer.certificate.subject()),
              serial == null ? nextSerial : serial,
              Date.from(from),
              Date.from(to),
              subject,
              SubjectPublicKeyInfo.getInstance(key.publicKey().spki()));
      try {
        for (Extension extension : extensions) {
          builder.addExtension(extension);
        }
        byte[] der = builder.build(signer(signedBy == null ? signer : signedBy)).getEncoded();
        return new TestAuthority(key, Certificate.parse(der));
      } catch (java.io.IOException e) {
        throw new IllegalStateException(e);
      }
    }

    Certificate certificate() {
      return build().certificate;
    }
  }
}
