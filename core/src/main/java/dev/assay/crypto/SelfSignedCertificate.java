package dev.assay.crypto;

import dev.assay.bytes.Text;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
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
import org.bouncycastle.util.IPAddress;

/**
 * A TLS server's certificate that vouches for itself (RFC 5280): ECDSA P-256, the names as subject
 * alternative names, for server authentication only and not a CA. Its clients are given exactly
 * this certificate, as an admission webhook's API server is in {@code caBundle}.
 */
public final class SelfSignedCertificate {

  private final byte[] der;
  private final PrivateKey key;

  private SelfSignedCertificate(byte[] der, PrivateKey key) {
    this.der = der;
    this.key = key;
  }

  /**
   * Makes a new key and its certificate.
   *
   * @param names DNS names and IP addresses (in text), at least one; the first is also the common
   *     name
   * @throws IllegalArgumentException if there is no name, or the validity ends before it begins
   */
  public static SelfSignedCertificate create(
      List<String> names, Instant notBefore, Instant notAfter) {
    if (names.isEmpty() || !notBefore.isBefore(notAfter)) {
      throw new IllegalArgumentException("no name, or no validity");
    }
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    X500Name subject = new X500NameBuilder().addRDN(BCStyle.CN, names.getFirst()).build();
    // 127 random bits: positive, and at most 20 bytes (RFC 5280 section 4.1.2.2).
    BigInteger serial = new BigInteger(127, new SecureRandom()).setBit(0);
    X509v3CertificateBuilder certificate =
        new X509v3CertificateBuilder(
            subject,
            serial,
            Date.from(notBefore),
            Date.from(notAfter),
            subject,
            SubjectPublicKeyInfo.getInstance(key.publicKey().spki()));
    try {
      certificate.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      certificate.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      certificate.addExtension(
          Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
      certificate.addExtension(Extension.subjectAlternativeName, false, alternatives(names));
      return new SelfSignedCertificate(certificate.build(new Signer(key)).getEncoded(), key);
    } catch (IOException e) {
      throw new UncheckedIOException("encoding a certificate in memory", e);
    }
  }

  private static GeneralNames alternatives(List<String> names) {
    return new GeneralNames(
        names.stream()
            .map(name ->
                new GeneralName(
                    IPAddress.isValid(name) ? GeneralName.iPAddress : GeneralName.dNSName, name))
            .toArray(GeneralName[]::new));
  }

  /** The certificate, DER. */
  public byte[] der() {
    return der.clone();
  }

  /** The certificate, PEM. */
  public String pem() {
    return new Pem("CERTIFICATE", der).write();
  }

  /** The key, unencrypted PKCS#8 in PEM. The caller wipes it. */
  public byte[] privateKeyPem() {
    return key.pem();
  }

  public PublicKey publicKey() {
    return key.publicKey();
  }

  /** Our signatures, as the certificate builder wants them. */
  private static final class Signer implements ContentSigner {
    private final PrivateKey key;
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();

    Signer(PrivateKey key) {
      this.key = key;
    }

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
  }

  /** Names the key only. */
  @Override
  public String toString() {
    return "certificate of " + Text.printable(key.publicKey().toString());
  }
}
