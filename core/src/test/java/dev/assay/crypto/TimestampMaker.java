package dev.assay.crypto;

import dev.assay.bytes.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.operator.ContentSigner;
import org.jspecify.annotations.Nullable;

/**
 * Makes authorities and their tokens, right as they are and wrong as a test says. Fields are what a
 * test changes; each has the value of a good token.
 */
final class TimestampMaker {

  static final Instant TIME = Instant.parse("2026-03-01T12:00:00.25Z");
  static final byte[] MESSAGE = "a signature".getBytes(StandardCharsets.UTF_8);
  static final byte[] TST_INFO = oid("1.2.840.113549.1.9.16.1.4");
  static final byte[] SHA1 = oid("1.3.14.3.2.26");
  static final byte[] SHA256 = oid("2.16.840.1.101.3.4.2.1");
  static final byte[] SHA384 = oid("2.16.840.1.101.3.4.2.2");
  static final byte[] SHA512 = oid("2.16.840.1.101.3.4.2.3");

  /** Who has a certificate and its key. */
  record Party(Certificate certificate, PrivateKey key) {}

  /** What a certificate is to say. */
  static final class Wish {
    String name = "Signer";
    KeyAlgorithm algorithm = KeyAlgorithm.ECDSA_P256;
    boolean ca;
    int usage = KeyUsage.digitalSignature;
    boolean purposeCritical = true;
    KeyPurposeId[] purposes = {KeyPurposeId.id_kp_timeStamping};
    Instant from = TIME.minus(Duration.ofDays(100));
    Instant to = TIME.plus(Duration.ofDays(100));
    BigInteger serial = BigInteger.valueOf(4711);

    Wish name(String value) {
      name = value;
      return this;
    }

    Wish ca() {
      ca = true;
      usage = KeyUsage.keyCertSign;
      purposes = new KeyPurposeId[0];
      return this;
    }

    Wish valid(Instant first, Instant last) {
      from = first;
      to = last;
      return this;
    }
  }

  int status;
  int version = 3;
  byte[] contentType = TST_INFO;
  byte[] imprintAlgorithm = SHA256;
  byte[] imprint = Hashes.sha256(MESSAGE);
  String time = "20260301120000.25Z";
  byte[] infoRest = new byte[0];
  Digest.Algorithm hash = Digest.Algorithm.SHA256;
  byte[] digestAlgorithm = DerWriter.sequence(SHA256);
  byte[] signatureAlgorithm = DerWriter.sequence(oid("1.2.840.10045.4.3.2"));
  byte[] signedContentType = TST_INFO;
  boolean wrongDigest;
  boolean sorted = true;
  boolean attributes = true;
  boolean byKeyId;
  boolean signTheTag;
  List<byte[]> moreAttributes = new ArrayList<>();
  List<byte[]> certificates = new ArrayList<>();
  // Which certificate the signed attributes name; null: the signer's, by the newer attribute.
  byte @Nullable [] namedCertificate;
  int copiesOfSigner = 1;

  static byte[] oid(String dotted) {
    return encoded(new ASN1ObjectIdentifier(dotted));
  }

  private static byte[] encoded(org.bouncycastle.asn1.ASN1Encodable value) {
    try {
      return value.toASN1Primitive().getEncoded("DER");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Party root(String name) {
    return issue(new Wish().name(name).ca(), null);
  }

  /** A certificate; by itself if there is no issuer. */
  static Party issue(Wish wish, @Nullable Party issuer) {
    PrivateKey key = PrivateKey.generate(wish.algorithm);
    X500Name subject = new X500Name("CN=" + wish.name);
    try {
      X500Name by = issuer == null ? subject : X500Name.getInstance(issuer.certificate().subject());
      X509v3CertificateBuilder builder =
          new X509v3CertificateBuilder(
              by,
              wish.serial,
              Date.from(wish.from),
              Date.from(wish.to),
              subject,
              SubjectPublicKeyInfo.getInstance(key.publicKey().spki()));
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(wish.ca));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(wish.usage));
      builder.addExtension(
          Extension.subjectKeyIdentifier, false, new SubjectKeyIdentifier(keyId(key.publicKey())));
      if (wish.purposes.length > 0) {
        builder.addExtension(
            Extension.extendedKeyUsage, wish.purposeCritical, new ExtendedKeyUsage(wish.purposes));
      }
      byte[] der = builder.build(signer(issuer == null ? key : issuer.key())).getEncoded();
      return new Party(Certificate.parse(der), key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] keyId(PublicKey key) {
    return java.util.Arrays.copyOf(Hashes.sha256(key.spki()), 20);
  }

  static ContentSigner signer(PrivateKey key) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    return new ContentSigner() {
      @Override
      public AlgorithmIdentifier getAlgorithmIdentifier() {
        return new AlgorithmIdentifier(
            switch (key.algorithm()) {
              case ECDSA_P256 -> X9ObjectIdentifiers.ecdsa_with_SHA256;
              case ECDSA_P384 -> X9ObjectIdentifiers.ecdsa_with_SHA384;
              case ED25519 -> EdECObjectIdentifiers.id_Ed25519;
              case RSA -> PKCSObjectIdentifiers.sha256WithRSAEncryption;
              default -> throw new IllegalArgumentException();
            });
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

  byte[] info() {
    return DerWriter.sequence(
        DerWriter.integer(1),
        oid("1.2.3.4"),
        DerWriter.sequence(
            DerWriter.sequence(imprintAlgorithm, DerWriter.none()), DerWriter.octets(imprint)),
        DerWriter.integer(99),
        DerWriter.element(DerReader.GENERALIZED_TIME, time.getBytes(StandardCharsets.US_ASCII)),
        infoRest);
  }

  static byte[] attribute(String type, byte[] value) {
    return DerWriter.sequence(oid(type), DerWriter.element(DerReader.SET, value));
  }

  static byte[] signingCertificateV2(byte[] hash) {
    return attribute(
        "1.2.840.113549.1.9.16.2.47",
        DerWriter.sequence(DerWriter.sequence(DerWriter.sequence(DerWriter.octets(hash)))));
  }

  static byte[] signingCertificateV1(byte[] hash) {
    return attribute(
        "1.2.840.113549.1.9.16.2.12",
        DerWriter.sequence(DerWriter.sequence(DerWriter.sequence(DerWriter.octets(hash)))));
  }

  static byte[] sha1(byte[] content) {
    SHA1Digest digest = new SHA1Digest();
    digest.update(content, 0, content.length);
    byte[] out = new byte[20];
    digest.doFinal(out, 0);
    return out;
  }

  /** The authority's answer, signed with this key in the name of this certificate. */
  byte[] make(Party signer) {
    return make(signer.certificate(), signer.key());
  }

  byte[] make(Certificate named, PrivateKey key) {
    byte[] info = info();
    byte[] digest = Hashes.hash(hash, info);
    if (wrongDigest) {
      digest[0] ^= 1;
    }
    List<byte[]> signed = new ArrayList<>();
    signed.add(attribute("1.2.840.113549.1.9.3", signedContentType));
    signed.add(attribute("1.2.840.113549.1.9.4", DerWriter.octets(digest)));
    signed.add(
        namedCertificate != null
            ? namedCertificate
            : signingCertificateV2(Hashes.sha256(named.der())));
    signed.removeIf(a -> a.length == 0);
    signed.addAll(moreAttributes);
    signed.sort(java.util.Arrays::compareUnsigned);
    if (!sorted) {
      java.util.Collections.reverse(signed);
    }
    byte[][] all = signed.toArray(new byte[0][]);
    byte[] tagged = DerWriter.element(DerReader.CONTEXT_CONSTRUCTED, all);
    byte[] toSign =
        !attributes ? info : signTheTag ? tagged : DerWriter.element(DerReader.SET, all);
    byte[] sid =
        byKeyId
            ? DerWriter.element(DerReader.CONTEXT, keyId(named.key()))
            : DerWriter.sequence(named.issuer(), DerWriter.integer(named.serial()));
    byte[] signerInfo =
        DerWriter.sequence(
            DerWriter.integer(byKeyId ? 3 : 1),
            sid,
            digestAlgorithm,
            attributes ? tagged : new byte[0],
            signatureAlgorithm,
            DerWriter.octets(key.sign(toSign)));
    byte[][] signers = new byte[copiesOfSigner][];
    java.util.Arrays.fill(signers, signerInfo);
    byte[] data =
        DerWriter.sequence(
            DerWriter.integer(version),
            DerWriter.element(DerReader.SET, digestAlgorithm),
            DerWriter.sequence(
                contentType,
                DerWriter.element(DerReader.CONTEXT_CONSTRUCTED, DerWriter.octets(info))),
            certificates.isEmpty()
                ? new byte[0]
                : DerWriter.element(
                    DerReader.CONTEXT_CONSTRUCTED, certificates.toArray(new byte[0][])),
            DerWriter.element(DerReader.SET, signers));
    return DerWriter.sequence(
        DerWriter.sequence(DerWriter.integer(status)),
        DerWriter.sequence(
            oid("1.2.840.113549.1.7.2"), DerWriter.element(DerReader.CONTEXT_CONSTRUCTED, data)));
  }

  TimestampMaker with(Certificate... more) {
    for (Certificate certificate : more) {
      certificates.add(certificate.der());
    }
    return this;
  }
}
