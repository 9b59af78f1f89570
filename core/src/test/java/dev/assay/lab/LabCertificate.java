package dev.assay.lab;

import java.time.Instant;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Certificate;

/** A certificate of the lab and, where the lab made it, its key. */
public record LabCertificate(Certificate structure, LabKey key) {

  /** Its DER encoding. */
  public byte[] der() {
    return Der.encode(structure);
  }

  /** Its PEM encoding. */
  public String pem() {
    return Der.pem("CERTIFICATE", der());
  }

  X500Name subject() {
    return structure.getSubject();
  }

  /** When it ends. */
  public Instant notAfter() {
    return structure.getEndDate().getDate().toInstant();
  }

  /** When it begins. */
  public Instant notBefore() {
    return structure.getStartDate().getDate().toInstant();
  }
}
