package dev.assay.lab;

import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.x509.KeyUsage;

/** An RFC 3161 authority: a leaf that signs, under a root. */
public final class TimestampAuthority {

  private final String uri;
  private final CertificateAuthority ca;
  private final LabCertificate leaf;

  TimestampAuthority(String uri, CertificateAuthority ca, LabCertificate leaf) {
    this.uri = uri;
    this.ca = ca;
    this.leaf = leaf;
  }

  static CertificateSpec leafSpec(
      CertificateAuthority ca, LabKey key, SeededRandom random, Instant from, Instant to) {
    CertificateSpec spec =
        new CertificateSpec(key, CertificateAuthority.serial(random), from, to)
            .subject("O=tsa.example,CN=tsa.example")
            .usages(true, CertificateAuthority.TIME_STAMPING);
    spec.extension(
        org.bouncycastle.asn1.x509.Extension.keyUsage,
        true,
        new KeyUsage(KeyUsage.digitalSignature));
    return ca.identifiers(spec);
  }

  /** The same authority with a leaf made from another specification. */
  public TimestampAuthority withLeaf(CertificateSpec spec) {
    return new TimestampAuthority(uri, ca, ca.issue(spec));
  }

  /** Where a trust root says it is. */
  public String uri() {
    return uri;
  }

  /** What signs. */
  public LabCertificate leaf() {
    return leaf;
  }

  /** What signed the leaf. */
  public CertificateAuthority authority() {
    return ca;
  }

  /** As a trust root lists it: leaf first, root last. */
  public List<LabCertificate> chain() {
    return java.util.stream.Stream.concat(java.util.stream.Stream.of(leaf), ca.chain().stream())
        .toList();
  }
}
